"""What stands around every tab of a lead: heading, rights, what is missing, who, tabs."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ifa_crm.shared.standing_queries import Given, example, standing, standing_reads
from ifa_crm.shared.timeline import TimelinePage, timeline_page
from ifa_crm.shared.together import Read
from ifa_crm.staff.decorators import StaffRequest
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors import gates
from investors.choices import CLOSED, Stage, Status
from investors.clocks import Clocks
from investors.models import Action, Contact, Interaction, Investor, Lead
from investors.permissions import may_assign, may_handle, may_relay, may_take
from investors.services.actions import may_act
from investors.services.events import lock
from investors.timeline import person

M = TypeVar("M")
# What a tab reads besides, of a lead of which no more is known than its key, its investor and
# whether it is confidential: by the key of the investor's organisation, too, and who reads it.
Reads = Callable[[Lead, Any, User], Mapping[str, Read]]

# (URL name, label, the reverse accessor whose rows are counted)
TABS = (
    ("investors:lead_detail", gettext_lazy("Overview"), ""),
    ("investors:lead_evaluate", gettext_lazy("Where to send them"), ""),
    ("investors:lead_shortlist", gettext_lazy("Shortlist"), "shortlist"),
    ("meetings:lead_meetings", gettext_lazy("Introductions"), "meetings"),
    ("investors:lead_engagements", gettext_lazy("Engagements"), "engagements"),
    ("investors:lead_briefing", gettext_lazy("Briefing"), ""),
    ("investors:lead_blind_brief", gettext_lazy("Blind brief"), ""),
    ("investors:lead_changes", gettext_lazy("Changes"), ""),
)
# What fires the next stage, and the tab on which it is done.
TOWARDS: dict[Stage, tuple[Any, str]] = {
    Stage.RECEIVED: (gettext_lazy("a person wrote or spoke to them"), "interaction_create"),
    Stage.QUALIFIED: (gettext_lazy("a cluster is proposed to them"), "lead_shortlist"),
    Stage.SHORTLISTED: (gettext_lazy("an introduction was held"), "lead_shortlist"),
    Stage.INTRODUCED: (gettext_lazy("they join or start a project"), "lead_engagements"),
    Stage.NEGOTIATING: (gettext_lazy("an agreement is confirmed"), "lead_engagements"),
}


@dataclass(frozen=True)
class Rights:
    """What the reader may do with the lead: decides which buttons are drawn."""

    handle: bool
    take: bool
    assign: bool
    relay: bool
    record: bool
    move: bool  # handles it, and it is neither closed nor archived


@dataclass(frozen=True)
class Need:
    """Something that is not on record yet, with the address where it is recorded."""

    label: Any
    address: str


@dataclass(frozen=True)
class Button:
    """The one primary action of this moment."""

    label: str
    address: str
    icon: str
    is_post: bool = False


def locked_under_lead(request: StaffRequest, find: Callable[[], M]) -> M:
    """A record under a lead, for a form that compares what two people wrote: while it is being
    sent the lead is locked until the transaction ends, as the services lock it, and the record is
    read again under that lock."""
    found = find()
    if request.method != "POST":
        return found
    lock(found.lead)  # type: ignore[attr-defined]
    return find()


def get_lead(request: StaffRequest, ref: str) -> Lead:
    """The lead with those it belongs to; 404 for a stranger."""

    def build(given: Given) -> "QuerySet[Lead]":
        leads = Lead.objects.visible_to(given.reader).with_milestone()
        people = leads.select_related("investor", "owner", "deputy", "office")
        return people.filter(ref=given.keys[0])

    found: Lead | None = next(iter(standing("lead", build, Given.by(request.user, ref))), None)
    if found is None:
        raise Http404
    return found


def asked_timeline(request: StaffRequest, record: Lead | Investor) -> TimelinePage:
    """The page of its timeline that the address asks for: ``?kind=`` and ``?before=``."""
    kind, before = request.GET.get("kind", ""), request.GET.get("before", "")
    return timeline_page(record, request.user, kind=kind, before=before)


def lead_frame(request: StaffRequest, lead: Lead, reads: Reads | None = None) -> dict[str, Any]:
    """The context of ``investors/lead_base.html``: pass it on with what the tab shows.

    ``lead`` comes from :func:`get_lead`. Costs two queries; what the tab itself ``reads`` comes
    with the second of them, under ``read``.
    """
    user, today = request.user, timezone.localdate()
    status = lead.status_on(today)
    rights = _rights(user, lead, status)
    glance = _glance(lead, user)
    read = _read(lead, user, reads)
    return {
        "title": str(lead),
        "lead": lead,
        "investor": lead.investor,
        "status": status,
        "is_closed": status in CLOSED,
        "today": today,
        "clocks": Clocks(),
        "rights": rights,
        "primary": _primary(request, lead, status, rights, glance),
        "needs": list(_needs(lead, gates.missing_by_flags(glance))),
        "next_stage": _next_stage(lead),
        "towards": _towards(lead),
        "actions": _with_rights(user, lead, read["actions"]),
        "people": read["people"],
        "admissions": read.get("admissions", []),
        "read": read,
        "came_back": glance["open_inbound"] if status != Status.ACTIVE else None,
        "tabs": list(_tabs(request, lead, glance)),
    }


def _rights(user: User, lead: Lead, status: Status) -> Rights:
    handle = may_handle(user, lead)
    return Rights(
        handle=handle,
        take=may_take(user, lead) and not lead.is_archived,
        assign=may_assign(user, lead),
        relay=may_relay(user, lead),
        record=user.may(Act.RECORD),
        move=handle and status not in CLOSED and not lead.is_archived,
    )


def _glance(lead: Lead, user: User) -> dict[str, Any]:
    """The checklist, the counts of the tabs and the oldest open inbound, in one query."""

    def build(given: Given) -> "QuerySet[Lead, dict[str, Any]]":
        waiting = Interaction.objects.filter(lead=OuterRef("pk")).unanswered()
        first = waiting.order_by("happened_at").values("happened_at")[:1]
        return (
            Lead.objects.filter(pk=given.keys[0])
            .with_counts(given.reader)
            .annotate(open_inbound=Subquery(first), **gates.flags())
            .values("open_inbound", "n_shortlist", "n_meetings", "n_engagements", *gates.flags())
        )

    row: dict[str, Any]
    (row,) = standing("lead at a glance", build, Given.by(user, lead.pk))
    return row


def _read(lead: Lead, user: User, of_tab: Reads | None) -> dict[str, list[Any]]:
    """What the frame and its tab read, worded once for all leads of which the same is read."""

    def reads(given: Given) -> dict[str, Read]:
        pk, investor, organisation = given.keys
        anything = example(Lead, id=pk, investor_id=investor, restricted=lead.restricted)
        more = {} if of_tab is None else of_tab(anything, organisation, given.reader)
        return {**_reads(anything), **more}

    given = Given.by(user, lead.pk, lead.investor_id, lead.investor.organisation_id)
    return standing_reads(("lead", of_tab, lead.restricted), reads, given)


def _reads(lead: Lead) -> dict[str, Read]:
    """Open actions, the next one first; people; who is admitted to a confidential lead."""
    reads = {
        "actions": Read(
            lead.actions.open(),
            ("ref", "what", "due", "done_at", *person("assignee")),
            order=lambda action: (action.due, action.pk),
        ),
        "people": Read(
            Contact.objects.usable_on(lead).live(),
            (
                *("ref", "name", "native_name", "position", "email", "phone"),
                *("is_active", "restricted"),
            ),
            order=lambda contact: (not contact.is_active, contact.name),
        ),
    }
    if lead.restricted:
        reads["admissions"] = Read(
            lead.admissions.all(),
            ("reason", "admitted_at", *person("user"), *person("admitted_by")),
            order=lambda admission: admission.admitted_at,
        )
    return reads


def _with_rights(user: User, lead: Lead, actions: list[Action]) -> list[tuple[Action, bool]]:
    """Each action with whether the reader may close it."""
    for action in actions:
        action.lead = lead
    return [(action, may_act(user, action)) for action in actions]


def needs_of(lead: Lead) -> list[Need]:
    """The same list for a page without the frame."""
    return list(_needs(lead, gates.missing(lead)))


def _needs(lead: Lead, missing: list[gates.Gate]) -> Iterator[Need]:
    """What the checklist of *qualified* lacks, each with the very field that records it."""
    edit = reverse("investors:lead_edit", args=[lead.ref])
    for gate in missing:
        if gate.key == "contact":
            yield Need(gate.label, reverse("investors:lead_contact_create", args=[lead.ref]))
        else:
            yield Need(gate.label, f"{edit}#div_id_{gate.field}")


def _next_stage(lead: Lead) -> Stage | None:
    stages = list(Stage)
    place = stages.index(Stage(lead.stage)) + 1
    return stages[place] if place < len(stages) else None


def _towards(lead: Lead) -> Need | None:
    found = TOWARDS.get(Stage(lead.stage))
    return Need(found[0], reverse(f"investors:{found[1]}", args=[lead.ref])) if found else None


def _tabs(request: StaffRequest, lead: Lead, glance: dict[str, Any]) -> Iterator[dict[str, Any]]:
    here = request.resolver_match.view_name if request.resolver_match else ""
    for name, label, counted in TABS:
        try:
            address = reverse(name, args=[lead.ref])
        except NoReverseMatch:  # the app that serves it is not there yet
            continue
        count = glance[f"n_{counted}"] if counted else None
        yield {"label": label, "address": address, "active": here == name, "count": count or None}


def _primary(
    request: StaffRequest, lead: Lead, status: Status, rights: Rights, glance: dict[str, Any]
) -> Button | None:
    """The act that this moment asks for, of those that the reader may do; never this very page."""

    def to(name: str, label: str, icon: str, is_post: bool = False) -> Button:
        return Button(label, reverse(f"investors:{name}", args=[lead.ref]), icon, is_post)

    log = to("interaction_create", _("Log an interaction"), "chat-bubble-left-ellipsis")
    if lead.is_archived:
        return to("lead_restore", _("Restore"), "arrow-uturn-left") if rights.handle else None
    if rights.take:
        return to("lead_take", _("Take it"), "hand-raised", is_post=True)
    if glance["open_inbound"] and rights.record:
        answer = to("interaction_create", _("Log the answer"), "arrow-uturn-left")
        return Button(answer.label, f"{answer.address}?direction=out", answer.icon)
    if rights.handle and status in CLOSED:
        return to("lead_reopen", _("Reopen"), "arrow-path")
    step = _step(lead, glance) if rights.move else None
    if step is not None and step.address != request.path:
        return step
    return log if rights.record else None


def _step(lead: Lead, glance: dict[str, Any]) -> Button | None:
    """Where the lead gets further."""

    def to(name: str, label: str, icon: str) -> Button:
        return Button(label, reverse(name, args=[lead.ref]), icon)

    match Stage(lead.stage):
        case Stage.CONTACTED if gates.missing_by_flags(glance):
            return to("investors:lead_edit", _("Complete the facts"), "clipboard-document-check")
        case Stage.CONTACTED | Stage.QUALIFIED if not glance["n_shortlist"]:
            return to("investors:lead_evaluate", _("Find where to send them"), "map-pin")
        case Stage.CONTACTED | Stage.QUALIFIED:
            return to("investors:lead_shortlist", _("Propose a cluster"), "paper-airplane")
        case Stage.SHORTLISTED:
            # The meetings' page, known by its name only: it lists the shortlisted clusters.
            return to("meetings:introduction_plan", _("Plan an introduction"), "calendar-days")
        case Stage.INTRODUCED:
            return to("investors:lead_engagements", _("Open an engagement"), "link")
        case Stage.NEGOTIATING:
            return to("investors:lead_engagements", _("Follow the engagement"), "link")
    return None


def days_since(moment: dt.datetime, today: dt.date) -> str:
    """How long a stage has lasted, in words."""
    days = (today - timezone.localtime(moment).date()).days
    if days <= 0:
        return _("less than a day")
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
