"""For each model of the admin, what makes another row of it."""

import datetime as dt
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import Model
from django.utils import timezone

from clusters import models as clusters
from clusters.choices import FactField
from ifa_crm.staff.roles import Role
from investors import models as investors
from investors.choices import EngagementState, InteractionKind, OutcomeKind
from meetings import models as meetings
from tests import make

Rows = dict[type[Model], Callable[[], Any]]


now = timezone.now


def _day() -> dt.date:
    return timezone.localdate()


class _Shared:
    """The records under which the rows stand, made when the first row asks."""

    def __init__(self) -> None:
        self.boss = cache(lambda: make.user(role=Role.MANAGER))
        self.cluster, self.project = cache(make.cluster), cache(make.project)
        self.programme, self.call = cache(make.programme), cache(make.call)
        self.investor = cache(make.investor)
        self.lead = cache(lambda: make.qualified_lead(owner=make.user()))
        self.interaction = cache(lambda: make.interaction(lead=self.lead()))
        self.shortlisting = cache(make.shortlisting)
        self.engagement = cache(lambda: make.engagement(state=EngagementState.AGREED))
        self.milestone_kind = cache(make.milestone_kind)
        self.meeting = cache(make.meeting)

    def log(self, model: type[Model], name: str, parent: Callable[[], Any], to: str) -> Any:
        return lambda: model._default_manager.create(
            **{name: parent(), "actor": self.boss(), "to_state": to}
        )


def rows_to_show() -> Rows:
    """Built anew for each test."""
    shared = _Shared()
    return _of_clusters(shared) | _of_investors(shared) | _of_meetings(shared)


def _of_clusters(these: _Shared) -> Rows:
    def a_cluster() -> Any:
        made = make.cluster(desk_officer=these.boss())
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
        clusters.Topic: lambda: make.topic(broader=make.topic()),
        clusters.ClusterTopic: lambda: clusters.ClusterTopic.objects.create(
            cluster=these.cluster(), topic=make.topic()
        ),
        clusters.Cluster: a_cluster,
        clusters.ClusterFact: lambda: make.fact(
            cluster=make.cluster(),
            field=FactField.SEAT,
            checked_on=_day(),
            checked_by=these.boss(),
        ),
        clusters.EvidenceNote: lambda: make.evidence(cluster=these.cluster(), author=these.boss()),
        clusters.CorrectionNote: lambda: clusters.CorrectionNote.objects.create(
            cluster=these.cluster(), text="Look again", by=these.boss()
        ),
        clusters.Leader: lambda: make.leader(cluster=these.cluster()),
        clusters.Organisation: make.organisation,
        clusters.Membership: lambda: make.membership(cluster=these.cluster()),
        clusters.Partnership: lambda: make.partnership(
            cluster=these.cluster(), through=make.organisation()
        ),
        clusters.Project: lambda: make.project(clusters=[these.cluster()]),
        clusters.ProjectLog: these.log(clusters.ProjectLog, "project", these.project, "under way"),
        clusters.ProjectPartner: lambda: make.partner(project=these.project(), source="A paper"),
        clusters.OpenSeat: lambda: make.seat(project=these.project()),
        clusters.Grant: lambda: make.grant(
            project=these.project(), programme=these.programme(), organisation=make.organisation()
        ),
        clusters.FundingProgramme: make.programme,
        clusters.FundingLine: lambda: clusters.FundingLine.objects.create(
            programme=these.programme(),
            label_en="The State",
            label_fr="L’État",
            amount_millions=1,
            order=make.number(),
        ),
        clusters.Call: lambda: make.call(programme=these.programme()),
        clusters.CallCondition: lambda: clusters.CallCondition.objects.create(
            call=these.call(), text="Two partners", order=make.number()
        ),
    }


def an_enquiry(these: _Shared) -> Any:
    return investors.Enquiry.objects.create(
        token=f"t{make.number()}",
        received_at=now(),
        language="en",
        company="Acme",
        country="JP",
        person="A. Person",
        email=f"a{make.number()}@acme.example",
        text="We look for a partner.",
        consented_at=now(),
        notice="2026-11",
        reply_due_at=now(),
        time_zone="Asia/Tokyo",
        lead=these.lead(),
    )


def _of_investors(these: _Shared) -> Rows:
    return {
        investors.Investor: lambda: make.investor(organisation=make.organisation()),
        investors.Contact: lambda: make.contact(investor=these.investor()),
        investors.Lead: lambda: make.lead(owner=make.user(office=make.office())),
        investors.Admission: lambda: investors.Admission.objects.create(
            lead=make.lead(), user=make.user(), admitted_by=these.boss(), reason="Helps"
        ),
        investors.Objective: make.objective,
        investors.LeadLog: lambda: investors.LeadLog.objects.create(
            lead=these.lead(), actor=these.boss(), kind="stage", to_state="2 contacted"
        ),
        investors.Interaction: lambda: make.interaction(
            lead=these.lead(),
            kind=InteractionKind.NOTE,
            direction="",
            happened_at=now().replace(microsecond=0),
        ),
        investors.Action: lambda: make.action(lead=these.lead(), assignee=these.boss()),
        investors.Attachment: lambda: investors.Attachment.objects.create(
            interaction=these.interaction(),
            file="attachments/x",
            name="brief.pdf",
            size=3,
            content_type="application/pdf",
            uploaded_by=these.boss(),
        ),
        investors.Shortlisting: lambda: investors.Shortlisting.objects.create(
            lead=these.lead(),
            cluster=make.cluster(),
            added_by=these.boss(),
            state_since=now(),
        ),
        investors.ShortlistingLog: these.log(
            investors.ShortlistingLog, "shortlisting", these.shortlisting, "noted"
        ),
        investors.Engagement: lambda: make.engagement(lead=these.lead()),
        investors.EngagementLog: these.log(
            investors.EngagementLog, "engagement", these.engagement, "open"
        ),
        investors.Milestone: lambda: investors.Milestone.objects.create(
            engagement=these.engagement(),
            kind=these.milestone_kind(),
            attempt=make.number(),
            planned_on=_day(),
        ),
        investors.MilestoneKind: make.milestone_kind,
        investors.AssignmentRule: lambda: investors.AssignmentRule.objects.create(
            position=make.number(), countries=["JP"], office=make.office()
        ),
        investors.Turn: lambda: investors.Turn.objects.create(
            office=make.office(), last=these.boss()
        ),
        investors.Enquiry: lambda: an_enquiry(these),
        investors.Evaluation: lambda: make.evaluation(lead=these.lead()),
        investors.Briefing: lambda: make.sent(make.briefing(lead=these.lead())),
        investors.BlindBrief: lambda: a_release(these).brief,
        investors.BlindRelease: lambda: a_release(these),
        investors.Reveal: lambda: make.revealed(a_release(these)),
        investors.Handover: lambda: investors.Handover.objects.create(
            giver=make.user(), receiver=these.boss(), made_by=these.boss()
        ),
        investors.BulkEdit: lambda: investors.BulkEdit.objects.create(
            actor=these.boss(), change={"priority": "1"}, words=["Priority: high"]
        ),
        investors.Outcome: lambda: investors.Outcome.objects.create(
            lead=these.lead(),
            kind=OutcomeKind.SITE,
            dated=_day(),
            cluster=these.cluster(),
            recorded_by=these.boss(),
        ),
    }


def a_release(these: _Shared) -> Any:
    item = make.shortlisting(lead=make.qualified_lead(owner=make.user()))
    leader = make.leader(cluster=item.cluster)
    return make.released(make.blind_brief(lead=item.lead), leaders=[leader])[0]


def _of_meetings(these: _Shared) -> Rows:
    return {
        meetings.Meeting: lambda: make.meeting(lead=these.lead(), cluster=these.cluster()),
        meetings.MeetingLog: these.log(meetings.MeetingLog, "meeting", these.meeting, "confirmed"),
        meetings.Participant: lambda: meetings.Participant.objects.create(
            meeting=these.meeting(), staff=make.user()
        ),
        meetings.Booking: lambda: meetings.Booking.objects.create(
            meeting=these.meeting(),
            person_key=f"staff:{make.number()}",
            starts_at=make.in_days(30),
            ends_at=make.in_days(31),
        ),
    }
