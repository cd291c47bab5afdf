"""Makers of rows for tests: typed, by keyword, each with an own name. One section per app."""

import datetime as dt
from dataclasses import replace
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import Group
from django.db.models import F
from django.utils import timezone

from clusters.choices import (
    Confidence,
    FactField,
    LeaderRole,
    MembershipKind,
    OrganisationKind,
    ProjectStatus,
    SuccessFactor,
    Tier,
)
from clusters.models import (
    Call,
    Cluster,
    ClusterFact,
    EvidenceNote,
    FundingProgramme,
    Grant,
    Leader,
    Membership,
    OpenSeat,
    Organisation,
    Partnership,
    Project,
    ProjectCluster,
    ProjectPartner,
    Region,
    Sector,
    Topic,
)
from ifa_crm.staff.models import Office, User
from ifa_crm.staff.roles import Role
from investors.blinding_reading import findings_of
from investors.choices import (
    Answer,
    Confidential,
    Contribution,
    DeclineReason,
    Direction,
    EngagementKind,
    EngagementState,
    Horizon,
    InteractionKind,
    Mode,
    RefusalReason,
    ShortlistState,
    Way,
)
from investors.evaluating_kept import Run
from investors.models import (
    Action,
    BlindBrief,
    BlindRelease,
    Briefing,
    Contact,
    Engagement,
    Evaluation,
    Interaction,
    Investor,
    Lead,
    MilestoneKind,
    Objective,
    Reveal,
    Shortlisting,
)
from investors.services import (
    actions,
    blind_briefs,
    briefs,
    engagements,
    evaluations,
    interactions,
    investors,
    leads,
    shortlist,
)
from investors.services.events import lock
from meetings.choices import MeetingForm, MeetingState, Side
from meetings.models import Booking, Meeting
from meetings.services import outcome, planning
from meetings.services.people import People, people_of
from meetings.services.planning import Arrangement

_numbers = count(1)


def number() -> int:
    """A number that no other maker got."""
    return next(_numbers)


# --- staff -----------------------------------------------------------------------------------


def group(role: Role) -> Group:
    return Group.objects.get_or_create(name=role.value)[0]


def office(**fields: Any) -> Office:
    n = number()
    return Office.objects.create(
        **{"name": f"Office {n}", "city": "Tokyo", "country": "JP", "time_zone": "Asia/Tokyo"}
        | fields
    )


def user(*, role: Role | None = Role.ADVISER, **fields: Any) -> User:
    """A member of staff with one role, who cannot sign in by password."""
    n = number()
    made: User = User.objects.create_user(
        **{
            "username": f"user{n}",
            "first_name": "Test",
            "last_name": f"Person {n}",
            "email": f"user{n}@example.org",
        }
        | fields
    )
    if role is not None:
        made.groups.add(group(role))
    if role is Role.ADMINISTRATOR:
        made.is_staff = True
        made.save()
    return made


# --- clusters --------------------------------------------------------------------------------


def cluster(**fields: Any) -> Cluster:
    n = number()
    made: Cluster = Cluster.objects.create(
        **{
            "slug": f"cluster-{n}",
            "name": f"Cluster {n}",
            "specialty": "things",
            "tier": Tier.INTERNATIONAL,
        }
        | fields
    )
    return made


def organisation(**fields: Any) -> Organisation:
    n = number()
    return Organisation.objects.create(
        **{"name": f"Organisation {n}", "kind": OrganisationKind.COMPANY, "country": "US"} | fields
    )


def sector(**fields: Any) -> Sector:
    n = number()
    return Sector.objects.create(
        **{"key": f"sector-{n}", "label_en": f"Sector {n}", "label_fr": f"Secteur {n}"} | fields
    )


def topic(**fields: Any) -> Topic:
    n = number()
    return Topic.objects.create(
        **{"key": f"topic-{n}", "name_en": f"Topic {n}", "name_fr": f"Thème {n}"} | fields
    )


def project(*, clusters: "list[Cluster] | None" = None, **fields: Any) -> Project:
    """An R&D project under way; the first of its clusters leads it."""
    made = Project.objects.create(
        **{"name": f"Project {number()}", "status": ProjectStatus.UNDER_WAY} | fields
    )
    for place, each in enumerate([cluster()] if clusters is None else clusters):
        ProjectCluster.objects.create(project=made, cluster=each, is_lead=place == 0)
    return made


def seat(*, project: Project, **fields: Any) -> OpenSeat:
    return OpenSeat.objects.create(project=project, **{"title": f"Seat {number()}"} | fields)


def region(**fields: Any) -> Region:
    n = number()
    return Region.objects.create(
        **{
            "name": f"Region {n}",
            "name_today": f"Region of today {n}",
            "code_today": "00",
            "capital": "Town",
            "latitude": 47,
            "longitude": 2,
        }
        | fields
    )


def fact(*, cluster: Cluster, **fields: Any) -> ClusterFact:
    given = {"field": FactField.WEBSITE, "confidence": Confidence.HIGH} | fields
    return ClusterFact.objects.create(cluster=cluster, **given)


def evidence(*, cluster: Cluster, **fields: Any) -> EvidenceNote:
    given = {
        "factor": SuccessFactor.TECHNOLOGY,
        "dated": dt.date(2007, 5, 1),
        "text": f"Known thing {number()}",
        "source": "A paper",
    }
    return EvidenceNote.objects.create(cluster=cluster, **given | fields)


def membership(*, cluster: Cluster, **fields: Any) -> Membership:
    fields.setdefault("organisation", organisation())
    return Membership.objects.create(cluster=cluster, **{"kind": MembershipKind.MEMBER} | fields)


def partnership(*, cluster: Cluster, **fields: Any) -> Partnership:
    if "unnamed_count" not in fields:
        fields.setdefault("organisation", organisation())
    return Partnership.objects.create(cluster=cluster, **fields)


def partner(*, project: Project, **fields: Any) -> ProjectPartner:
    fields.setdefault("organisation", organisation())
    return ProjectPartner.objects.create(project=project, **fields)


def hidden(row: Any, *admitted: User) -> Any:
    """``row`` as if it rested on a confidential lead that only ``admitted`` may see."""
    row.restricted = True
    row.save()
    row.admitted.set(admitted)
    return row


def grant(*, project: Project, **fields: Any) -> Grant:
    given = {"amount": 1000, "granted_on": dt.date(2007, 1, 1)} | fields
    return Grant.objects.create(project=project, **given)


def programme(**fields: Any) -> FundingProgramme:
    n = number()
    given = {
        "slug": f"programme-{n}",
        "name": f"Programme {n}",
        "first_year": 2006,
        "last_year": 2008,
        "total_millions": 100,
        "source": "A paper",
    }
    return FundingProgramme.objects.create(**given | fields)


def call(**fields: Any) -> Call:
    today = timezone.localdate()
    given = {
        "name": f"Call {number()}",
        "opens_on": today - dt.timedelta(days=10),
        "closes_on": today + dt.timedelta(days=10),
    }
    return Call.objects.create(**given | fields)


# --- investors -------------------------------------------------------------------------------


def investor(*, actor: User | None = None, **fields: Any) -> Investor:
    given = {"name": f"Investor {number()}", "control_country": "JP", "city": "Kyoto"} | fields
    return investors.create_investor(actor=actor or user(), fields=given)


def contact(
    *,
    investor: Investor,
    actor: User | None = None,
    known_through: Lead | None = None,
    **fields: Any,
) -> Contact:
    n = number()
    given = {"name": f"Contact {n}", "email": f"contact{n}@example.com"} | fields
    return investors.save_contact(
        actor=actor or user(role=Role.MANAGER),
        investor=investor,
        fields=given,
        known_through=known_through,
    )


def lead(*, owner: User | None = None, investor: Investor | None = None, **fields: Any) -> Lead:
    """A lead at *received*; without an owner it belongs to nobody."""
    on = investor or globals()["investor"](actor=owner)
    given = {"title": f"Need {number()}", "owner": owner} | fields
    made = leads.create_lead(
        actor=owner or user(),
        investor=on,
        fields=given,
        following=leads.first_action(timezone.localdate()),
    )
    made.refresh_from_db()
    return made


def objective(**fields: Any) -> Objective:
    n = number()
    return Objective.objects.create(
        **{"key": f"objective-{n}", "label_en": f"Objective {n}", "label_fr": f"Objectif {n}"}
        | fields
    )


def qualified_lead(*, owner: User | None = None, **fields: Any) -> Lead:
    """A lead whose checklist is complete."""
    answers = {
        "sectors": [sector()],
        "objectives": [objective()],
        "mode": Mode.EITHER,
        "horizon": Horizon.YEAR,
        "budget_answer": Answer.WILL_NOT_SAY,
        "confidential": Confidential.NO,
    }
    on = fields.pop("investor", None) or investor(actor=owner)
    if not on.contacts.exists():
        contact(investor=on, actor=owner)
    return lead(owner=owner, investor=on, **answers | fields)


def interaction(*, lead: Lead, actor: User | None = None, **fields: Any) -> Interaction:
    """An e-mail from the investor, an hour ago, unless told otherwise."""
    standard = {
        "kind": InteractionKind.EMAIL,
        "direction": Direction.IN,
        "happened_at": timezone.now() - dt.timedelta(hours=1),
        "text": "Could we meet?",
    }
    more = {name: fields.pop(name) for name in ("contacts", "files") if name in fields}
    return interactions.log_interaction(
        actor=actor or user(role=Role.MANAGER),
        lead=lead,
        said=interactions.Said(**standard | fields),
        **more,
    )


def action(*, lead: Lead, days: int = 7, **fields: Any) -> Action:
    """Something to do on the lead, so many days from today."""
    due = timezone.localdate() + dt.timedelta(days=days)
    return actions.add_action(
        actor=user(role=Role.MANAGER),
        lead=lead,
        following=actions.NextAction(**{"what": f"Act {number()}", "due": due} | fields),
    )


def confidential_lead(*, owner: User | None = None, **fields: Any) -> Lead:
    """A lead that only its people see, of an investor that has no other."""
    return lead(owner=owner or user(), confidential=Confidential.YES, **fields)


def milestone_kind(**fields: Any) -> MilestoneKind:
    n = number()
    return MilestoneKind.objects.create(
        **{
            "engagement_kind": EngagementKind.JOIN,
            "key": f"step-{n}",
            "label_en": f"Step {n}",
            "label_fr": f"Étape {n}",
            "order": n % 100 + 1,
        }
        | fields
    )


def shortlisting(
    *,
    lead: Lead | None = None,
    cluster: Cluster | None = None,
    state: ShortlistState = ShortlistState.NOTED,
) -> Shortlisting:
    """A shortlisted cluster that came to ``state`` through the services."""
    manager = user(role=Role.MANAGER)
    item = shortlist.note_cluster(
        actor=manager,
        lead=lead or qualified_lead(owner=user()),
        cluster=cluster or globals()["cluster"](),
    )
    for step in _WAY[state]:
        item = _step(manager, item, step)
    return item


def evaluation(*, lead: Lead, **fields: Any) -> Evaluation:
    """A kept one as it comes from the page: by default of a sector, without any cluster."""
    run = Run(
        inputs={"topics": {}, "sectors": ["energy"], "mode": Mode.JOIN.value, "regions": []},
        vocabulary=f"v{number()}",
        weights="2026-11",
        rows=[],
    )
    return evaluations.keep_evaluation(
        actor=user(role=Role.MANAGER), lead=lead, text="Text", run=replace(run, **fields)
    )


_S = ShortlistState
_WAY: dict[ShortlistState, list[ShortlistState]] = {
    _S.NOTED: [],
    _S.PROPOSED: [_S.PROPOSED],
    _S.WANTED: [_S.PROPOSED, _S.WANTED],
    _S.REFUSED: [_S.PROPOSED, _S.REFUSED],
    _S.PUT: [_S.PROPOSED, _S.WANTED, _S.PUT],
    _S.ACCEPTED: [_S.PROPOSED, _S.WANTED, _S.PUT, _S.ACCEPTED],
    _S.DECLINED: [_S.PROPOSED, _S.WANTED, _S.PUT, _S.DECLINED],
    _S.INTRODUCED: [_S.INTRODUCED],
    _S.CLOSED: [_S.CLOSED],
}


def _step(manager: User, item: Shortlisting, to: ShortlistState) -> Shortlisting:
    move: dict[str, Any] = {"actor": manager, "shortlisting": item}
    match to:
        case _S.PROPOSED:
            return shortlist.propose(**move)
        case _S.WANTED:
            return shortlist.want(**move)
        case _S.REFUSED:
            return shortlist.refuse(**move, why=RefusalReason.PLACE)
        case _S.PUT:
            return shortlist.put_to_cluster(**move)
        case _S.ACCEPTED:
            return shortlist.accept(**move)
        case _S.DECLINED:
            return shortlist.decline(**move, why=DeclineReason.CAPACITY)
        case _S.INTRODUCED:
            item.lead = lock(item.lead)
            return shortlist.note_introduced(**move)
    return shortlist.close(**move, reason="A twin.")


def engagement(
    *,
    lead: Lead | None = None,
    kind: EngagementKind = EngagementKind.JOIN,
    state: EngagementState = EngagementState.OPEN,
    project: Project | None = None,
    agreed_on: dt.date | None = None,
    contribution: Contribution = Contribution.DECISIVE,
    recorder: User | None = None,
    verifier: User | None = None,
    **fields: Any,
) -> Engagement:
    """An engagement that came to ``state`` through the services; ``fields`` go to its opening."""
    on = lead or qualified_lead(owner=user())
    by = recorder or user(role=Role.MANAGER)
    signed = agreed_on or timezone.localdate()
    if kind == EngagementKind.JOIN:
        project = project or globals()["project"]()
    elif project is None:
        fields.setdefault("new_project", {"name": f"New project {number()}"})
        fields.setdefault("cluster", cluster())
    if project is not None:
        fields.setdefault("cluster", project.clusters.order_by("project_links__pk").first())
    made = engagements.open_engagement(
        actor=by,
        lead=on,
        kind=kind,
        project=project,
        **{"opened_on": signed - dt.timedelta(days=60)} | fields,
    )
    return _brought_to(state, made, by, verifier, signed, contribution)


def _brought_to(
    state: EngagementState,
    made: Engagement,
    by: User,
    verifier: User | None,
    signed: dt.date,
    contribution: Contribution,
) -> Engagement:
    today = timezone.localdate()
    act: dict[str, Any] = {"actor": by, "engagement": made}
    if state == EngagementState.DECLINED:
        return engagements.decline_engagement(
            **act, by="consortium", ended_on=today, reason="No room."
        )
    if state == EngagementState.WITHDRAWN:
        return engagements.withdraw(**act, ended_on=today, reason="Budget cut.")
    if state == EngagementState.OPEN:
        return made
    act["engagement"] = engagements.agree(
        **act, agreed_on=signed, reference="A-1", fields={"undisclosed": True}
    )
    if state == EngagementState.AGREED:
        return act["engagement"]
    second = verifier or user(role=Role.MANAGER)
    act["engagement"] = engagements.verify(
        actor=second,
        engagement=act["engagement"],
        contribution=contribution,
        counterfactual="They would have gone elsewhere.",
    )
    if state == EngagementState.COMPLETED:
        return engagements.complete(**act, ended_on=today)
    if state == EngagementState.LEFT:
        return engagements.leave(**act, ended_on=today, reason="Sold the division.")
    return act["engagement"]


def briefing(
    *,
    lead: Lead,
    contact: Contact | None = None,
    clusters: "list[Cluster] | None" = None,
    actor: User | None = None,
) -> Briefing:
    """A draft for the first contact of the investor."""
    return briefs.start_briefing(
        actor=actor or user(role=Role.MANAGER),
        lead=lead,
        contact=contact or lead.investor.contacts.first(),
        clusters=[cluster()] if clusters is None else clusters,
    )


def sent(briefing: Briefing, *, way: Way = Way.MAIL, **texts: str) -> Briefing:
    """The same with a reason for each cluster, and sent."""
    boss = user(role=Role.MANAGER)
    written = briefs.write_briefing(
        actor=boss,
        briefing=briefing,
        note=texts.get("note", "Here they are."),
        next_step=texts.get("next_step", "Call us."),
        parts=[
            briefs.Written(row.cluster, texts.get("why", "They do what you do."), True)
            for row in briefing.clusters.select_related("cluster")
        ],
    )
    return briefs.send_briefing(actor=boss, briefing=written, way=way, subject="Clusters for you")


def blind_brief(*, lead: Lead, actor: User | None = None, **fields: Any) -> BlindBrief:
    """A draft that tells everything on record, with whatever was found cleared."""
    by = actor or user(role=Role.MANAGER)
    made = blind_briefs.start_blind_brief(actor=by, lead=lead)
    words = {"shows": made.shows, "words_en": "", "words_fr": ""} | fields
    made = blind_briefs.write_blind_brief(actor=by, brief=made, **words)
    keys = {finding.key for finding in findings_of(made)}
    return blind_briefs.write_blind_brief(actor=by, brief=made, **words, cleared=keys)


def released(
    brief: BlindBrief, *, leaders: list[Leader], way: Way = Way.MAIL
) -> list[BlindRelease]:
    boss = user(role=Role.MANAGER)
    return blind_briefs.release_blind_brief(actor=boss, brief=brief, leaders=leaders, way=way)


def revealed(release: BlindRelease, **fields: Any) -> Reveal:
    """The name told by word of mouth, with no consent unless it is given."""
    told = {"text": "It is they.", "way": Way.OWN, "consent": blind_briefs.Consent()} | fields
    return blind_briefs.reveal(actor=user(role=Role.MANAGER), release=release, **told)


# --- meetings --------------------------------------------------------------------------------


def leader(*, cluster: Cluster, **fields: Any) -> Leader:
    n = number()
    return Leader.objects.create(
        cluster=cluster,
        **{"name": f"Leader {n}", "role": LeaderRole.PRESIDENT, "email": f"leader{n}@example.net"}
        | fields,
    )


def in_days(days: int, hour: int = 10, minute: int = 0, zone: str = "Europe/Paris") -> dt.datetime:
    """A moment so many days from today, as clocks in ``zone`` show it."""
    day = timezone.localdate() + dt.timedelta(days=days)
    return dt.datetime.combine(day, dt.time(hour, minute), ZoneInfo(zone)).astimezone(dt.UTC)


def arrangement(**fields: Any) -> Arrangement:
    """A meeting of an hour in Paris a week ahead."""
    starts_at = fields.setdefault("starts_at", in_days(7))
    ends_at = starts_at and starts_at + dt.timedelta(hours=1)
    standard = {"form": MeetingForm.MEETING, "purpose": "First talk", "place": "Paris"}
    return Arrangement(**standard | {"ends_at": ends_at} | fields)


def people(*, lead: Lead, cluster: Cluster, **fields: Any) -> People:
    """The owner, a contact of the investor and a leader of the cluster, made if need be."""
    contacts = list(lead.investor.contacts.all()) or [contact(investor=lead.investor)]
    leaders = list(cluster.leaders.all()) or [leader(cluster=cluster)]
    staff = (lead.owner,) if lead.owner else ()
    return People(
        **{"staff": staff, "contacts": tuple(contacts[:1]), "leaders": tuple(leaders[:1])} | fields
    )


def meeting(
    *,
    state: MeetingState = MeetingState.DRAFT,
    lead: Lead | None = None,
    cluster: Cluster | None = None,
    actor: User | None = None,
    people: People | None = None,
    **fields: Any,
) -> Meeting:
    """A meeting that came to ``state`` through the services; ``fields`` are its arrangement.

    One whose time is past was planned ahead, and then time went by.
    """
    on = lead or qualified_lead(owner=user())
    at = cluster or globals()["cluster"]()
    by = actor or user(role=Role.MANAGER)
    plan = arrangement(**fields)
    past = plan.starts_at if plan.starts_at and plan.starts_at <= timezone.now() else None
    ended = state in {MeetingState.HELD, MeetingState.NO_SHOW}
    back = timezone.now() - past if past else dt.timedelta(days=2)
    ahead = dt.timedelta(days=back.days + 2) if past else dt.timedelta(0)
    if ahead and plan.starts_at and plan.ends_at:
        plan = replace(plan, starts_at=plan.starts_at + ahead, ends_at=plan.ends_at + ahead)
    made = planning.plan(
        actor=by,
        lead=on,
        cluster=at,
        arrangement=plan,
        people=people or globals()["people"](lead=on, cluster=at),
    )
    if state in {MeetingState.CONFIRMED, MeetingState.NO_SHOW, MeetingState.HELD}:
        made = planning.confirm(actor=by, meeting=made)
    if state == MeetingState.CANCELLED:
        made = planning.cancel(actor=by, meeting=made, by=Side.CLUSTER, reason="Ill.")
    if past or ended:
        made = let_time_go_by(made, ahead or plan.starts_at - timezone.now() + back)
    if state == MeetingState.HELD:
        made = outcome.record_held(
            actor=by, meeting=made, came=people_of(made), summary="Liked it."
        )
    elif state == MeetingState.NO_SHOW:
        made = outcome.record_no_show(actor=by, meeting=made, by=Side.CLUSTER)
    return made


def let_time_go_by(meeting: Meeting, time: dt.timedelta) -> Meeting:
    """The same meeting with its time and its bookings so much earlier."""
    for rows in (Meeting.objects.filter(pk=meeting.pk), Booking.objects.filter(meeting=meeting)):
        rows.update(starts_at=F("starts_at") - time, ends_at=F("ends_at") - time)
    meeting.refresh_from_db()
    return meeting
