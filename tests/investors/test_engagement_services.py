"""An engagement from its opening to its end: every act allowed or refused, and what it changes."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from clusters.choices import MembershipKind, ProjectKind, ProjectStatus
from clusters.models import Membership, Partnership, Project, ProjectCluster, ProjectPartner
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import (
    Contribution,
    DeclinedBy,
    EngagementKind,
    EngagementRole,
    EngagementState,
    LostReason,
    PriorTie,
    Stage,
)
from investors.gates import NotQualifiedError
from investors.models import Engagement, EngagementLog, Lead
from investors.permissions import awaits_verifier, may_verify
from investors.services import engagements, leads, status
from tests import make

pytestmark = pytest.mark.django_db

_S = EngagementState
TODAY = timezone.localdate


def pdf(name: str = "agreement.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.7 signed")


def agree(who: User, engagement: Engagement, **given: Any) -> Engagement:
    fields = {"agreed_on": TODAY(), "reference": "A-1", "fields": {"undisclosed": True}} | given
    return engagements.agree(actor=who, engagement=engagement, **fields)


def verify(who: User, engagement: Engagement, **given: Any) -> Engagement:
    fields = {"contribution": Contribution.DECISIVE, "counterfactual": "Dresden."} | given
    return engagements.verify(actor=who, engagement=engagement, **fields)


def open_join(who: User, lead: Lead, project: Project, **given: Any) -> Engagement:
    fields = {"opened_on": TODAY(), "cluster": project.clusters.first()} | given
    return engagements.open_engagement(
        actor=who, lead=lead, kind=EngagementKind.JOIN, project=project, **fields
    )


ACTS: dict[str, Callable[[User, Engagement], Engagement]] = {
    "edit": lambda who, e: engagements.edit_engagement(
        actor=who, engagement=e, changes={"role": EngagementRole.LEADS, "undisclosed": True}
    ),
    "agree": agree,
    "send back": lambda who, e: engagements.send_back(actor=who, engagement=e, reason="A typo."),
    "verify": verify,
    "decline": lambda who, e: engagements.decline_engagement(
        actor=who, engagement=e, by=DeclinedBy.FUNDER, ended_on=TODAY(), reason="No money."
    ),
    "withdraw": lambda who, e: engagements.withdraw(
        actor=who, engagement=e, ended_on=TODAY(), reason="Not pursued."
    ),
    "complete": lambda who, e: engagements.complete(actor=who, engagement=e, ended_on=TODAY()),
    "leave": lambda who, e: engagements.leave(
        actor=who, engagement=e, ended_on=TODAY(), reason="Sold."
    ),
}
# From each state, which acts there are and where they lead. Written out by hand, from the product.
ALLOWED: dict[EngagementState, dict[str, EngagementState]] = {
    _S.OPEN: {
        "edit": _S.OPEN,
        "agree": _S.AGREED,
        "decline": _S.DECLINED,
        "withdraw": _S.WITHDRAWN,
    },
    _S.AGREED: {
        "edit": _S.AGREED,
        "send back": _S.OPEN,
        "verify": _S.VERIFIED,
        "decline": _S.DECLINED,
        "withdraw": _S.WITHDRAWN,
    },
    _S.VERIFIED: {"complete": _S.COMPLETED, "leave": _S.LEFT},
    _S.COMPLETED: {},
    _S.DECLINED: {},
    _S.WITHDRAWN: {},
    _S.LEFT: {},
}


@pytest.mark.parametrize("kind", list(EngagementKind))
@pytest.mark.parametrize("state", list(_S))
@pytest.mark.parametrize("act", list(ACTS))
def test_act_from_each_state(act: str, state: EngagementState, kind: EngagementKind) -> None:
    engagement = make.engagement(state=state, kind=kind)
    moves = engagement.log.count()
    target = ALLOWED[state].get(act)
    if target is None:
        with pytest.raises(ValidationError) as refusal:
            ACTS[act](make.user(role=Role.MANAGER), engagement)
        assert refusal.value.code == "not_from_here"
        engagement.refresh_from_db()
        assert engagement.state == state
        assert engagement.log.count() == moves
        return
    ACTS[act](make.user(role=Role.MANAGER), engagement)
    engagement.refresh_from_db()
    assert engagement.state == target
    assert engagement.log.count() == moves + (target != state)


def test_every_move_is_logged_with_who_and_why(manager: User) -> None:
    engagement = make.engagement(state=_S.AGREED)
    engagements.send_back(actor=manager, engagement=engagement, reason="The date is wrong.")
    last = engagement.log.last()
    assert last is not None
    assert (last.from_state, last.to_state) == (_S.AGREED, _S.OPEN)
    assert (last.actor, last.reason) == (manager, "The date is wrong.")


# --- opening --------------------------------------------------------------------------------------


def test_opening_a_join_is_the_event_negotiating(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    engagement = open_join(adviser, lead, make.project())
    assert (engagement.state, engagement.opened_by) == (_S.OPEN, adviser)
    move = Lead.objects.get(pk=lead.pk).log.filter(kind="stage").last()
    assert move is not None
    assert move.to_state == Stage.NEGOTIATING
    assert move.passed_over == [Stage.SHORTLISTED, Stage.INTRODUCED]


def test_opening_needs_no_checklist(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    assert open_join(adviser, lead, make.project()).state == _S.OPEN


@pytest.mark.parametrize(
    "fields",
    [
        {"status": ProjectStatus.PROPOSED},
        {"status": ProjectStatus.COMPLETED},
        {"status": ProjectStatus.CANCELLED},
        {"kind": ProjectKind.AGENDA},
        {"kind": ProjectKind.TRAINING},
    ],
)
def test_only_rd_under_way_is_joined(adviser: User, fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        open_join(adviser, make.lead(owner=adviser), make.project(**fields))
    assert "project" in refusal.value.error_dict


def test_archived_project_is_not_joined(adviser: User) -> None:
    project = make.project()
    project.archive(actor=adviser, reason="A twin.")
    with pytest.raises(ValidationError):
        open_join(adviser, make.lead(owner=adviser), project)


def test_start_picks_a_proposed_project_or_makes_one(adviser: User) -> None:
    lead, cluster = make.lead(owner=adviser), make.cluster()
    proposed = make.project(status=ProjectStatus.PROPOSED, clusters=[cluster])
    first = engagements.open_engagement(
        actor=adviser,
        lead=lead,
        kind=EngagementKind.START,
        cluster=cluster,
        project=proposed,
        opened_on=TODAY(),
    )
    assert (first.project, first.project_created) == (proposed, False)
    second = engagements.open_engagement(
        actor=adviser,
        lead=lead,
        kind=EngagementKind.START,
        cluster=cluster,
        new_project={"name": "Quiet turbines"},
        opened_on=TODAY(),
    )
    made = second.project
    assert (made.name, made.status, made.kind) == (
        "Quiet turbines",
        ProjectStatus.PROPOSED,
        ProjectKind.RD,
    )
    assert second.project_created
    assert made.cluster_links.get().is_lead


def test_start_of_a_project_under_way_is_refused(adviser: User) -> None:
    project = make.project()
    with pytest.raises(ValidationError) as refusal:
        engagements.open_engagement(
            actor=adviser,
            lead=make.lead(owner=adviser),
            kind=EngagementKind.START,
            cluster=project.clusters.get(),
            project=project,
            opened_on=TODAY(),
        )
    assert "project" in refusal.value.error_dict


def test_join_must_name_a_project(adviser: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        engagements.open_engagement(
            actor=adviser,
            lead=make.lead(owner=adviser),
            kind=EngagementKind.JOIN,
            cluster=make.cluster(),
            opened_on=TODAY(),
        )
    assert "project" in refusal.value.error_dict


def test_cluster_must_take_part_in_the_project(adviser: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        open_join(adviser, make.lead(owner=adviser), make.project(), cluster=make.cluster())
    assert "cluster" in refusal.value.error_dict


def test_opening_on_a_day_ahead_is_refused(adviser: User) -> None:
    tomorrow = TODAY() + dt.timedelta(days=1)
    with pytest.raises(ValidationError) as refusal:
        open_join(adviser, make.lead(owner=adviser), make.project(), opened_on=tomorrow)
    assert "opened_on" in refusal.value.error_dict


def test_lead_is_engaged_in_a_project_once(adviser: User) -> None:
    project, lead = make.project(), make.lead(owner=adviser)
    engagement = open_join(adviser, lead, project)
    with pytest.raises(ValidationError):
        open_join(adviser, lead, project)
    engagements.withdraw(actor=adviser, engagement=engagement, ended_on=TODAY(), reason="Later.")
    assert open_join(adviser, lead, project).state == _S.OPEN


def test_opening_on_a_closed_lead_is_refused(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED)
    with pytest.raises(ValidationError) as refusal:
        open_join(adviser, lead, make.project())
    assert refusal.value.code == "closed"


@pytest.mark.parametrize("role", list(Role))
def test_opening_by_each_role_that_does_not_own_the_lead(role: Role) -> None:
    lead, who, project = make.lead(owner=make.user()), make.user(role=role), make.project()
    if role in {Role.MANAGER, Role.ADMINISTRATOR}:
        assert open_join(who, lead, project).state == _S.OPEN
    else:
        with pytest.raises(PermissionDenied):
            open_join(who, lead, project)


def test_seat_of_another_project_or_taken_is_refused(adviser: User) -> None:
    project, lead = make.project(), make.lead(owner=adviser)
    elsewhere = make.seat(project=make.project())
    withdrawn = make.seat(project=project, withdrawn_on=TODAY())
    for seat in (elsewhere, withdrawn):
        with pytest.raises(ValidationError) as refusal:
            open_join(adviser, lead, project, seat=seat)
        assert "seat" in refusal.value.error_dict


# --- the tie before -------------------------------------------------------------------------------


def _tie(investor_fields: dict[str, Any], prepare: Callable[..., None]) -> str:
    who, organisation, project = make.user(), make.organisation(), make.project()
    prepare(organisation, project)
    investor = make.investor(actor=who, organisation=organisation, **investor_fields)
    return open_join(who, make.lead(owner=who, investor=investor), project).prior_tie


def test_prior_tie_of_a_member_a_partner_and_a_stranger() -> None:
    def member(organisation: Any, project: Any) -> None:
        Membership.objects.create(
            cluster=project.clusters.get(), organisation=organisation, kind=MembershipKind.MEMBER
        )

    def former_member(organisation: Any, project: Any) -> None:
        Membership.objects.create(
            cluster=project.clusters.get(),
            organisation=organisation,
            kind=MembershipKind.MEMBER,
            until_year=2005,
        )

    def partner(organisation: Any, project: Any) -> None:
        Partnership.objects.create(cluster=project.clusters.get(), organisation=organisation)

    def former_partner(organisation: Any, project: Any) -> None:
        Partnership.objects.create(
            cluster=project.clusters.get(), organisation=organisation, until_year=2005
        )

    def in_a_project(organisation: Any, project: Any) -> None:
        other = make.project(clusters=[project.clusters.get()])
        ProjectPartner.objects.create(project=other, organisation=organisation)

    assert _tie({}, member) == PriorTie.MEMBER
    assert _tie({}, partner) == PriorTie.PARTNER
    assert _tie({}, in_a_project) == PriorTie.PARTNER
    assert _tie({}, former_member) == PriorTie.NONE
    assert _tie({}, former_partner) == PriorTie.NONE
    assert _tie({}, lambda organisation, project: None) == PriorTie.NONE


def test_prior_tie_is_frozen_when_it_opens(adviser: User, manager: User) -> None:
    organisation, project = make.organisation(), make.project()
    investor = make.investor(actor=adviser, organisation=organisation)
    engagement = open_join(adviser, make.qualified_lead(owner=adviser, investor=investor), project)
    Membership.objects.create(
        cluster=project.clusters.get(), organisation=organisation, kind=MembershipKind.MEMBER
    )
    agreed = agree(adviser, engagement)
    assert verify(manager, agreed).prior_tie == PriorTie.NONE


def test_prior_tie_stays_when_the_lead_cluster_changes(adviser: User) -> None:
    first, second, organisation = make.cluster(), make.cluster(), make.organisation()
    Membership.objects.create(cluster=first, organisation=organisation, kind=MembershipKind.MEMBER)
    investor = make.investor(actor=adviser, organisation=organisation)
    project = make.project(clusters=[first, second])
    engagement = open_join(
        adviser, make.lead(owner=adviser, investor=investor), project, cluster=first
    )
    moved = engagements.change_cluster(
        actor=adviser, engagement=engagement, cluster=second, reason="They carry it."
    )
    assert (moved.cluster, moved.prior_tie) == (second, PriorTie.MEMBER)


# --- editing --------------------------------------------------------------------------------------


def test_editing_after_the_agreement_makes_one_its_recorder(adviser: User, manager: User) -> None:
    engagement = make.engagement(
        lead=make.qualified_lead(owner=adviser), recorder=adviser, state=_S.AGREED
    )
    assert may_verify(manager, engagement)
    changed = engagements.edit_engagement(
        actor=manager, engagement=engagement, changes={"undisclosed": False, "jobs": 12}
    )
    assert changed.recorded_by == manager
    assert not may_verify(manager, changed)
    with pytest.raises(PermissionDenied):
        verify(manager, changed)


def test_editing_nothing_leaves_the_recorder(adviser: User, manager: User) -> None:
    engagement = make.engagement(
        lead=make.qualified_lead(owner=adviser), recorder=adviser, state=_S.AGREED
    )
    same = engagements.edit_engagement(
        actor=manager, engagement=engagement, changes={"undisclosed": True}
    )
    assert same.recorded_by == adviser


def test_editing_an_agreement_keeps_its_amounts(manager: User) -> None:
    engagement = make.engagement(state=_S.AGREED)
    with pytest.raises(ValidationError) as refusal:
        engagements.edit_engagement(
            actor=manager, engagement=engagement, changes={"undisclosed": False}
        )
    assert "undisclosed" in refusal.value.error_dict


def test_editing_cannot_open_it_after_the_agreement(manager: User) -> None:
    signed = TODAY() - dt.timedelta(days=10)
    engagement = make.engagement(state=_S.AGREED, agreed_on=signed)
    with pytest.raises(ValidationError) as refusal:
        engagements.edit_engagement(
            actor=manager, engagement=engagement, changes={"opened_on": TODAY()}
        )
    assert "opened_on" in refusal.value.error_dict


def test_taken_seat_does_not_hinder_another_edit(manager: User) -> None:
    project = make.project()
    seat = make.seat(project=project)
    mine = make.engagement(project=project, seat=seat)
    make.engagement(project=project, seat=seat, state=_S.VERIFIED)
    edited = engagements.edit_engagement(
        actor=manager, engagement=mine, changes={"seat": seat, "jobs": 3}
    )
    assert edited.jobs == 3
    with pytest.raises(ValidationError) as refusal:
        engagements.edit_engagement(
            actor=manager, engagement=make.engagement(project=project), changes={"seat": seat}
        )
    assert "seat" in refusal.value.error_dict


# --- agreeing -------------------------------------------------------------------------------------


def test_agreement_is_recorded_with_file_and_share(adviser: User) -> None:
    engagement = make.engagement(lead=make.qualified_lead(owner=adviser))
    agreed = agree(
        adviser,
        engagement,
        reference="",
        files=[pdf(), pdf("annex.pdf")],
        fields={"role": EngagementRole.LEADS, "share_amount": 1_000_000, "jobs": 8},
    )
    assert (agreed.state, agreed.recorded_by, agreed.agreed_on) == (_S.AGREED, adviser, TODAY())
    assert (agreed.role, agreed.share_amount, agreed.jobs) == ("leads", 1_000_000, 8)
    assert sorted(agreed.attachments.values_list("name", flat=True)) == [
        "agreement.pdf",
        "annex.pdf",
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reference": " "}, "reference"),
        ({"fields": {}}, "undisclosed"),
        ({"fields": {"undisclosed": False}}, "undisclosed"),
        ({"agreed_on": dt.date(2999, 1, 1)}, "agreed_on"),
        ({"agreed_on": dt.date(1999, 1, 1)}, "agreed_on"),
    ],
)
def test_agreement_that_lacks_something_is_refused(given: dict[str, Any], field: str) -> None:
    engagement = make.engagement()
    with pytest.raises(ValidationError) as refusal:
        agree(make.user(role=Role.MANAGER), engagement, **given)
    assert field in refusal.value.error_dict
    engagement.refresh_from_db()
    assert engagement.state == _S.OPEN


def test_file_that_is_not_what_it_says_is_refused(adviser: User) -> None:
    engagement = make.engagement(lead=make.qualified_lead(owner=adviser))
    fake = SimpleUploadedFile("agreement.pdf", b"MZ not a pdf")
    with pytest.raises(ValidationError):
        agree(adviser, engagement, files=[fake])
    assert not engagement.attachments.exists()


def test_agreement_needs_the_checklist(adviser: User) -> None:
    engagement = make.engagement(lead=make.lead(owner=adviser))
    with pytest.raises(NotQualifiedError):
        agree(adviser, engagement)


# --- confirming -----------------------------------------------------------------------------------


def test_confirming_is_the_event_committed(manager: User) -> None:
    engagement = verify(manager, make.engagement(state=_S.AGREED))
    assert engagement.verified_by == manager
    assert engagement.verified_at is not None
    assert Lead.objects.get(pk=engagement.lead_id).stage == Stage.COMMITTED


@pytest.mark.parametrize("role", list(Role))
def test_confirming_by_each_role(role: Role) -> None:
    engagement, who = make.engagement(state=_S.AGREED), make.user(role=role)
    assert awaits_verifier(who, engagement) == (role is Role.MANAGER)
    if role is Role.MANAGER:
        assert verify(who, engagement).state == _S.VERIFIED
    else:
        with pytest.raises(PermissionDenied):
            verify(who, engagement)


@pytest.mark.parametrize("part", ["recorder", "owner", "deputy"])
def test_confirming_by_somebody_involved_is_refused(part: str, manager: User) -> None:
    owner = manager if part == "owner" else make.user()
    deputy = manager if part == "deputy" else None
    engagement = make.engagement(
        lead=make.qualified_lead(owner=owner, deputy=deputy),
        recorder=manager if part == "recorder" else None,
        state=_S.AGREED,
    )
    assert not awaits_verifier(manager, engagement)
    assert engagement not in Engagement.objects.to_verify(manager)
    with pytest.raises(PermissionDenied):
        verify(manager, engagement)


@pytest.mark.parametrize("state", list(_S))
@pytest.mark.parametrize("role", list(Role))
def test_waiting_for_a_verifier_in_sql_and_python(role: Role, state: EngagementState) -> None:
    engagement, who = make.engagement(state=state), make.user(role=role)
    found = Engagement.objects.to_verify(who).filter(pk=engagement.pk).exists()
    assert found == awaits_verifier(who, engagement)


def test_confirming_must_say_what_would_have_happened(manager: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        verify(manager, make.engagement(state=_S.AGREED), counterfactual="  ")
    assert "counterfactual" in refusal.value.error_dict


def test_sent_back_agreement_is_recorded_and_confirmed_anew(adviser: User) -> None:
    first, second = make.user(role=Role.MANAGER), make.user(role=Role.MANAGER)
    lead = make.qualified_lead(owner=adviser)
    engagement = make.engagement(lead=lead, recorder=adviser, state=_S.AGREED)
    engagements.send_back(actor=first, engagement=engagement, reason="The annex is missing.")
    again = agree(first, engagement, files=[pdf("annex.pdf")])
    with pytest.raises(PermissionDenied):
        verify(first, again)
    assert verify(second, again).state == _S.VERIFIED


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADVISER, Role.DESK])
def test_sending_back_by_a_stranger_is_refused(role: Role) -> None:
    with pytest.raises(PermissionDenied):
        engagements.send_back(
            actor=make.user(role=role), engagement=make.engagement(state=_S.AGREED), reason="No."
        )


def test_owner_may_send_back(adviser: User) -> None:
    engagement = make.engagement(lead=make.qualified_lead(owner=adviser), state=_S.AGREED)
    assert (
        engagements.send_back(actor=adviser, engagement=engagement, reason="A typo.").state
        == _S.OPEN
    )


# --- endings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "act"),
    [
        (_S.AGREED, engagements.send_back),
        (_S.OPEN, engagements.decline_engagement),
        (_S.OPEN, engagements.withdraw),
        (_S.VERIFIED, engagements.leave),
    ],
)
def test_reason_is_needed(state: EngagementState, act: Any, manager: User) -> None:
    given: dict[str, Any] = {"actor": manager, "engagement": make.engagement(state=state)}
    if act is not engagements.send_back:
        given["ended_on"] = TODAY()
    if act is engagements.decline_engagement:
        given["by"] = DeclinedBy.INVESTOR
    with pytest.raises(ValidationError) as refusal:
        act(**given, reason=" ")
    assert "reason" in refusal.value.error_dict


@pytest.mark.parametrize("days", [1, -4000])
def test_end_ahead_or_before_it_opened_is_refused(days: int, manager: User) -> None:
    day = TODAY() + dt.timedelta(days=days)
    with pytest.raises(ValidationError) as refusal:
        engagements.withdraw(
            actor=manager, engagement=make.engagement(), ended_on=day, reason="No."
        )
    assert "ended_on" in refusal.value.error_dict


def test_leaving_before_the_agreement_is_refused(manager: User) -> None:
    engagement = make.engagement(state=_S.VERIFIED, agreed_on=TODAY() - dt.timedelta(days=5))
    with pytest.raises(ValidationError) as refusal:
        engagements.leave(
            actor=manager,
            engagement=engagement,
            ended_on=TODAY() - dt.timedelta(days=9),
            reason="No.",
        )
    assert "ended_on" in refusal.value.error_dict
    assert engagement.partner is not None
    engagement.partner.refresh_from_db()
    assert engagement.partner.left_on is None


@pytest.mark.parametrize("act", [name for name in ACTS if name not in ("verify", "send back")])
def test_acts_are_refused_to_a_colleague(act: str, colleague: User) -> None:
    state = next(state for state, acts in ALLOWED.items() if act in acts)
    with pytest.raises(PermissionDenied):
        ACTS[act](colleague, make.engagement(state=state))


def test_lead_asks_what_next_after_the_last_one_came_to_nothing(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    first, second = make.engagement(lead=lead), make.engagement(lead=lead)
    engagements.withdraw(actor=adviser, engagement=first, ended_on=TODAY(), reason="No.")
    lead.refresh_from_db()
    assert not engagements.ended_without_agreement(lead)
    ACTS["decline"](adviser, second)
    assert engagements.ended_without_agreement(lead)
    leads.move_back(actor=adviser, lead=lead, stage=Stage.SHORTLISTED, reason="No.")
    lead.refresh_from_db()
    assert not engagements.ended_without_agreement(lead)


def test_lead_with_a_confirmed_one_does_not_ask(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    make.engagement(lead=lead, state=_S.VERIFIED)
    make.engagement(lead=lead, state=_S.WITHDRAWN)
    lead.refresh_from_db()
    assert not engagements.ended_without_agreement(lead)


# --- the lead cluster -----------------------------------------------------------------------------


def test_lead_cluster_changes_with_a_reason(adviser: User) -> None:
    first, second = make.cluster(name="Alpha"), make.cluster(name="Beta")
    project = make.project(clusters=[first, second])
    engagement = make.engagement(
        lead=make.qualified_lead(owner=adviser), project=project, cluster=first
    )
    moved = engagements.change_cluster(
        actor=adviser, engagement=engagement, cluster=second, reason="They carry it."
    )
    last = EngagementLog.objects.filter(engagement=moved).last()
    assert last is not None
    assert not last.is_move
    assert last.reason == "Alpha → Beta: They carry it."


def test_lead_cluster_must_be_another_of_the_project(adviser: User) -> None:
    engagement = make.engagement(lead=make.qualified_lead(owner=adviser))
    for cluster in (engagement.cluster, make.cluster()):
        with pytest.raises(ValidationError) as refusal:
            engagements.change_cluster(
                actor=adviser, engagement=engagement, cluster=cluster, reason="Why not."
            )
        assert "cluster" in refusal.value.error_dict


def test_lead_cluster_of_an_ended_engagement_stays(manager: User) -> None:
    engagement = make.engagement(state=_S.LEFT)
    other = make.cluster()
    ProjectCluster.objects.create(project=engagement.project, cluster=other)
    with pytest.raises(ValidationError) as refusal:
        engagements.change_cluster(
            actor=manager, engagement=engagement, cluster=other, reason="No."
        )
    assert refusal.value.code == "not_from_here"


def test_files_are_added_in_any_state(adviser: User, colleague: User) -> None:
    engagement = make.engagement(lead=make.qualified_lead(owner=adviser), state=_S.COMPLETED)
    engagements.add_files(actor=adviser, engagement=engagement, files=[pdf("report.pdf")])
    assert engagement.attachments.get().name == "report.pdf"
    with pytest.raises(PermissionDenied):
        engagements.add_files(actor=colleague, engagement=engagement, files=[pdf()])
