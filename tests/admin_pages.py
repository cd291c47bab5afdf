"""What the tests of the admin share: pages filled in as a browser shows them, and rows to show."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.db.models import Model
from django.test import Client
from django.utils import timezone

from clusters import models as clusters
from clusters.choices import FactField
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors import models as investors
from investors.choices import EngagementState, InteractionKind, OutcomeKind
from meetings import models as meetings
from tests import make

Data = dict[str, Any]


@dataclass
class _Form(HTMLParser):
    """The fields of the form that saves a page, with what stands in them."""

    data: Data = field(default_factory=dict)
    _inside: bool = False
    _select: str = ""
    _several: bool = False
    _text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        its = dict(attrs)
        if tag == "form":
            self._inside = (its.get("id") or "").endswith("_form") and "logout" not in str(its)
        name = its.get("name") or ""
        if not self._inside or "__prefix__" in name or "__prefix__" in self._select:
            return
        if tag == "input":
            self._input(name, its)
        elif tag == "select":
            self._select, self._several = name, "multiple" in its
            self.data[name] = [] if self._several else None
        elif tag == "option" and self._select:
            self._option(its)
        elif tag == "textarea":
            self._text, self.data[name] = name, ""

    def _input(self, name: str, its: dict[str, str | None]) -> None:
        kind = its.get("type") or "text"
        if kind in {"checkbox", "radio"} and "checked" not in its:
            return
        if name and kind not in {"submit", "button", "file"}:
            self.data[name] = its.get("value") or ("on" if kind == "checkbox" else "")

    def _option(self, its: dict[str, str | None]) -> None:
        value = its.get("value") or ""
        if self._several:
            self.data[self._select] += [value] if "selected" in its else []
        elif "selected" in its or self.data[self._select] is None:
            self.data[self._select] = value

    def handle_data(self, text: str) -> None:
        if self._text:
            self.data[self._text] += text

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._text:
            self.data[self._text] = self.data[self._text].removeprefix("\n")
            self._text = ""


def address(model: type[Model], page: str = "") -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{page}"


def change_address(row: Model) -> str:
    return address(type(row), f"{row.pk}/change/")


def filled(client: Client, where: str) -> Data:
    """What a browser would send if the page ``where`` were saved as it stands."""
    page = client.get(where)
    assert page.status_code == 200, where
    form = _Form()
    form.feed(page.content.decode())
    return {name: value for name, value in form.data.items() if value is not None}


def send(client: Client, where: str, **typed: Any) -> str:
    """Type into the page and save it; what it says is wrong, empty if it was saved."""
    answer = client.post(where, filled(client, where) | typed)
    if answer.status_code == 302:
        return ""
    assert answer.status_code == 200, answer.status_code
    page = answer.content.decode()
    wrong = [" ".join(each) for each in answer.context["errors"]]
    at = re.findall(r"form-row errors field-(\w+)|fieldBox field-(\w+) errors", page)
    return f"{' '.join(wrong)} at: {' '.join(one or other for one, other in at)}"


def row(prefix: str, after: int, **typed: Any) -> Data:
    """The fields of a new row below a record, after so many others."""
    fields = {f"{prefix}-{after}-{name}": value for name, value in typed.items()}
    return fields | {f"{prefix}-TOTAL_FORMS": str(after + 1)}


# --- Rows to show ------------------------------------------------------------------------


def _day() -> dt.date:
    return timezone.localdate()


@dataclass
class _Once:
    """A record that several rows share, so that twenty of them are quickly made."""

    make: Callable[[], Any]
    made: Any = None

    def __call__(self) -> Any:
        self.made = self.made or self.make()
        return self.made


def rows_to_show() -> dict[type[Model], Callable[[], Any]]:
    """For each model of the admin, what makes another row of it. Built anew for each test."""
    boss = _Once(lambda: make.user(role=Role.MANAGER))
    cluster, project = _Once(make.cluster), _Once(make.project)
    investor = _Once(make.investor)
    lead = _Once(lambda: make.qualified_lead(owner=make.user()))
    engagement = _Once(lambda: make.engagement(state=EngagementState.AGREED))
    meeting = _Once(make.meeting)
    shortlisting = _Once(make.shortlisting)
    programme, call = _Once(make.programme), _Once(make.call)
    kind = _Once(make.milestone_kind)
    interaction = _Once(lambda: make.interaction(lead=lead()))
    now = timezone.now

    def log(model: type[Model], name: str, parent: Callable[[], Any], to: str) -> Any:
        return lambda: model._default_manager.create(
            **{name: parent(), "actor": boss(), "to_state": to}
        )

    def membership() -> Any:
        return make.membership(cluster=cluster())

    def a_cluster() -> Any:
        made = make.cluster(desk_officer=boss())
        clusters.ClusterSector.objects.create(cluster=made, sector=make.sector())
        clusters.ClusterRegion.objects.create(cluster=made, region=make.region())
        return made

    return {
        clusters.Sector: make.sector,
        clusters.RelatedSectors: lambda: clusters.RelatedSectors.objects.create(
            first=make.sector(), second=make.sector(), closeness="0.5", why="alike"
        ),
        clusters.Region: make.region,
        clusters.ExchangeRate: lambda: clusters.ExchangeRate.objects.create(
            currency="USD", year=1900 + make.number() % 9000, per_euro=1, days=200, source="ECB"
        ),
        clusters.Cluster: a_cluster,
        clusters.ClusterFact: lambda: make.fact(
            cluster=make.cluster(), field=FactField.SEAT, checked_on=_day(), checked_by=boss()
        ),
        clusters.EvidenceNote: lambda: make.evidence(cluster=cluster(), author=boss()),
        clusters.CorrectionNote: lambda: clusters.CorrectionNote.objects.create(
            cluster=cluster(), text="Look again", by=boss()
        ),
        clusters.Leader: lambda: make.leader(cluster=cluster()),
        clusters.Organisation: make.organisation,
        clusters.Membership: membership,
        clusters.Partnership: lambda: make.partnership(
            cluster=cluster(), through=make.organisation()
        ),
        clusters.Project: lambda: make.project(clusters=[cluster()]),
        clusters.ProjectLog: log(clusters.ProjectLog, "project", project, "under way"),
        clusters.ProjectPartner: lambda: make.partner(project=project(), source="A paper"),
        clusters.OpenSeat: lambda: make.seat(project=project()),
        clusters.Grant: lambda: make.grant(
            project=project(), programme=programme(), organisation=make.organisation()
        ),
        clusters.FundingProgramme: make.programme,
        clusters.FundingLine: lambda: clusters.FundingLine.objects.create(
            programme=programme(),
            label_en="The State",
            label_fr="L’État",
            amount_millions=1,
            order=make.number(),
        ),
        clusters.Call: lambda: make.call(programme=programme()),
        clusters.CallCondition: lambda: clusters.CallCondition.objects.create(
            call=call(), text="Two partners", order=make.number()
        ),
        investors.Investor: lambda: make.investor(organisation=make.organisation()),
        investors.Contact: lambda: make.contact(investor=investor()),
        investors.Lead: lambda: make.lead(owner=make.user(office=make.office())),
        investors.Admission: lambda: investors.Admission.objects.create(
            lead=make.lead(), user=make.user(), admitted_by=boss(), reason="Helps"
        ),
        investors.Objective: make.objective,
        investors.LeadLog: lambda: investors.LeadLog.objects.create(
            lead=lead(), actor=boss(), kind="stage", to_state="2 contacted"
        ),
        investors.Interaction: lambda: make.interaction(
            lead=lead(),
            kind=InteractionKind.NOTE,
            direction="",
            happened_at=now().replace(microsecond=0),
        ),
        investors.Action: lambda: make.action(lead=lead(), assignee=boss()),
        investors.Attachment: lambda: investors.Attachment.objects.create(
            interaction=interaction(),
            file="attachments/x",
            name="brief.pdf",
            size=3,
            content_type="application/pdf",
            uploaded_by=boss(),
        ),
        investors.Shortlisting: lambda: investors.Shortlisting.objects.create(
            lead=lead(), cluster=make.cluster(), added_by=boss(), state_since=now()
        ),
        investors.ShortlistingLog: log(
            investors.ShortlistingLog, "shortlisting", shortlisting, "noted"
        ),
        investors.Engagement: lambda: make.engagement(lead=lead()),
        investors.EngagementLog: log(investors.EngagementLog, "engagement", engagement, "open"),
        investors.Milestone: lambda: investors.Milestone.objects.create(
            engagement=engagement(), kind=kind(), attempt=make.number(), planned_on=_day()
        ),
        investors.MilestoneKind: make.milestone_kind,
        investors.Outcome: lambda: investors.Outcome.objects.create(
            lead=lead(), kind=OutcomeKind.SITE, dated=_day(), cluster=cluster(), recorded_by=boss()
        ),
        meetings.Meeting: lambda: make.meeting(lead=lead(), cluster=cluster()),
        meetings.MeetingLog: log(meetings.MeetingLog, "meeting", meeting, "confirmed"),
        meetings.Participant: lambda: meetings.Participant.objects.create(
            meeting=meeting(), staff=make.user()
        ),
        meetings.Booking: lambda: meetings.Booking.objects.create(
            meeting=meeting(),
            person_key=f"staff:{make.number()}",
            starts_at=make.in_days(30),
            ends_at=make.in_days(31),
        ),
    }


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
