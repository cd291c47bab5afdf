"""What a confirmed engagement changes on the clusters' side, and who may see it."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from clusters.choices import OrganisationKind, PartnerRole, ProjectStatus
from clusters.models import OpenSeat, Organisation, Project, ProjectPartner
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import (
    CompanySize,
    Confidential,
    Contribution,
    EngagementKind,
    EngagementRole,
    EngagementState,
)
from investors.models import Engagement, Lead
from investors.services import confidentiality, engagements, leads
from tests import make

pytestmark = pytest.mark.django_db

_S = EngagementState


def confirm(engagement: Engagement) -> Engagement:
    return engagements.verify(
        actor=make.user(role=Role.MANAGER),
        engagement=engagement,
        contribution=Contribution.SUPPORTED,
        counterfactual="Later.",
    )


def test_confirmed_join_makes_the_investor_a_partner_and_fills_the_seat() -> None:
    project = make.project()
    seat = make.seat(project=project)
    signed = timezone.localdate() - dt.timedelta(days=3)
    engagement = make.engagement(project=project, seat=seat, state=_S.VERIFIED, agreed_on=signed)
    partner = project.partners.get()
    investor = engagement.lead.investor
    investor.refresh_from_db()
    assert partner.organisation == investor.organisation
    assert (partner.role, partner.joined_on) == (PartnerRole.PARTNER, signed)
    assert engagement.partner == partner
    seat.refresh_from_db()
    assert (seat.filled_on, seat.filled_by) == (signed, partner)


def test_nothing_changes_before_it_is_confirmed() -> None:
    engagement = make.engagement(state=_S.AGREED, kind=EngagementKind.START)
    project = Project.objects.get(pk=engagement.project_id)
    assert project.status == ProjectStatus.PROPOSED
    assert not project.partners.exists()
    assert engagement.lead.investor.organisation is None


def test_confirmed_start_moves_the_project_under_way() -> None:
    engagement = make.engagement(kind=EngagementKind.START, state=_S.VERIFIED)
    assert Project.objects.get(pk=engagement.project_id).status == ProjectStatus.UNDER_WAY


def test_role_of_the_investor_is_that_of_the_partner() -> None:
    engagement = make.engagement(state=_S.OPEN, fields={"role": EngagementRole.LEADS})
    by = make.user(role=Role.MANAGER)
    agreed = engagements.agree(
        actor=by,
        engagement=engagement,
        agreed_on=timezone.localdate(),
        reference="A-1",
        fields={"undisclosed": True},
    )
    assert confirm(agreed).partner.role == PartnerRole.LEADS  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("size", "kind"),
    [
        (CompanySize.SMALL, OrganisationKind.SME),
        (CompanySize.MEDIUM, OrganisationKind.SME),
        (CompanySize.LARGE, OrganisationKind.LARGE_COMPANY),
        (CompanySize.NOT_KNOWN, OrganisationKind.COMPANY),
    ],
)
def test_organisation_is_made_for_an_investor_without(size: str, kind: str) -> None:
    owner = make.user()
    investor = make.investor(actor=owner, size=size, seat_country="KR", control_country="JP")
    lead = make.qualified_lead(owner=owner, investor=investor)
    make.engagement(lead=lead, state=_S.VERIFIED)
    investor.refresh_from_db()
    assert investor.organisation_created
    made = investor.organisation
    assert made is not None
    assert (made.name, made.kind, made.country) == (investor.name, kind, "KR")


def test_known_organisation_is_used_and_an_existing_partner_kept() -> None:
    owner, organisation, project = make.user(), make.organisation(), make.project()
    there = ProjectPartner.objects.create(project=project, organisation=organisation)
    investor = make.investor(actor=owner, organisation=organisation)
    lead = make.qualified_lead(owner=owner, investor=investor)
    engagement = make.engagement(lead=lead, project=project, state=_S.VERIFIED)
    assert project.partners.get() == there
    assert engagement.partner is None
    engagements.leave(
        actor=owner, engagement=engagement, ended_on=timezone.localdate(), reason="Sold."
    )
    there.refresh_from_db()
    assert there.left_on is None


def test_leaving_ends_the_partner_that_the_engagement_made() -> None:
    engagement = make.engagement(state=_S.LEFT)
    assert engagement.project.partners.get().left_on == timezone.localdate()


def test_partner_stays_while_another_need_rests_on_it() -> None:
    owner, project = make.user(), make.project()
    investor = make.investor(actor=owner)
    first, second = (
        make.engagement(
            lead=make.qualified_lead(owner=owner, investor=investor),
            project=project,
            state=_S.VERIFIED,
        )
        for _ in range(2)
    )
    assert first.partner == second.partner == project.partners.get()
    leaving: dict[str, Any] = {"actor": owner, "ended_on": timezone.localdate(), "reason": "Sold."}
    engagements.leave(engagement=first, **leaving)
    assert project.partners.get().left_on is None
    engagements.leave(engagement=second, **leaving)
    assert project.partners.get().left_on == timezone.localdate()


def test_seat_taken_meanwhile_is_refused_until_it_is_sent_back(manager: User) -> None:
    project = make.project()
    seat = make.seat(project=project)
    slow = make.engagement(project=project, seat=seat, state=_S.AGREED)
    make.engagement(project=project, seat=seat, state=_S.VERIFIED)
    with pytest.raises(ValidationError) as refusal:
        confirm(slow)
    assert refusal.value.code == "seat_taken"
    slow.refresh_from_db()
    assert (slow.state, slow.contribution) == (_S.AGREED, "")
    engagements.send_back(actor=manager, engagement=slow, reason="The seat is taken.")
    engagements.edit_engagement(actor=manager, engagement=slow, changes={"seat": None})
    again = engagements.agree(
        actor=manager, engagement=slow, agreed_on=timezone.localdate(), reference="A-2"
    )
    assert confirm(again).state == _S.VERIFIED
    assert project.partners.count() == 2


def test_second_seat_of_the_same_project_is_refused() -> None:
    owner, project = make.user(), make.project()
    investor = make.investor(actor=owner)
    seats = [make.seat(project=project) for _ in range(2)]
    leads_ = [make.qualified_lead(owner=owner, investor=investor) for _ in range(2)]
    make.engagement(lead=leads_[0], project=project, seat=seats[0], state=_S.VERIFIED)
    second = make.engagement(lead=leads_[1], project=project, seat=seats[1], state=_S.AGREED)
    with pytest.raises(ValidationError) as refusal:
        confirm(second)
    assert refusal.value.code == "other_seat"


@pytest.mark.parametrize("status", [ProjectStatus.CANCELLED, ProjectStatus.PROPOSED])
def test_project_that_cannot_be_joined_any_more_is_refused(status: str) -> None:
    engagement = make.engagement(state=_S.AGREED)
    Project.objects.filter(pk=engagement.project_id).update(status=status)
    with pytest.raises(ValidationError):
        confirm(engagement)


# --- confidential ---------------------------------------------------------------------------------


def hidden_lead(owner: User, **fields: Any) -> Lead:
    return make.qualified_lead(owner=owner, confidential=Confidential.YES, **fields)


def seen(who: User, engagement: Engagement) -> dict[str, bool]:
    """Which of the rows that an engagement touched ``who`` may see."""
    investor = engagement.lead.investor
    investor.refresh_from_db()
    return {
        "engagement": Engagement.objects.visible_to(who).filter(pk=engagement.pk).exists(),
        "project": Project.objects.visible_to(who).filter(pk=engagement.project_id).exists(),
        "partner": ProjectPartner.objects.visible_to(who)
        .filter(project=engagement.project_id)
        .exists(),
        "organisation": Organisation.objects.visible_to(who)
        .filter(pk=investor.organisation_id)
        .exists(),
    }


ALL = {"engagement": True, "project": True, "partner": True, "organisation": True}
NONE = dict.fromkeys(ALL, False)


def test_confidential_start_hides_everything_that_it_made(
    adviser: User, colleague: User, desk: User, viewer: User, manager: User, administrator: User
) -> None:
    engagement = make.engagement(
        lead=hidden_lead(adviser), kind=EngagementKind.START, state=_S.VERIFIED
    )
    for who in (adviser, manager, administrator):
        assert seen(who, engagement) == ALL
    for who in (colleague, desk, viewer):
        assert seen(who, engagement) == NONE


def test_confidential_join_leaves_the_project_open_and_its_partner_undisclosed(
    adviser: User, desk: User
) -> None:
    project = make.project()
    seat = make.seat(project=project)
    engagement = make.engagement(
        lead=hidden_lead(adviser), project=project, seat=seat, state=_S.VERIFIED
    )
    assert seen(desk, engagement) == NONE | {"project": True}
    assert seen(adviser, engagement) == ALL
    filled = OpenSeat.objects.visible_to(desk).get(pk=seat.pk)
    assert filled.filled_on is not None
    assert not ProjectPartner.objects.visible_to(desk).filter(pk=filled.filled_by_id).exists()


def test_who_took_a_seat_is_as_open_as_the_lead(
    adviser: User, colleague: User, desk: User, manager: User
) -> None:
    """Also when the investor was an open partner of the project before."""
    organisation, project = make.organisation(), make.project()
    make.partner(project=project, organisation=organisation)
    seat = make.seat(project=project)
    lead = hidden_lead(adviser, investor=make.investor(actor=adviser, organisation=organisation))
    make.engagement(lead=lead, project=project, seat=seat, state=_S.VERIFIED)

    def told() -> list[bool]:
        seats = OpenSeat.objects.filter(pk=seat.pk)
        everybody = (adviser, manager, colleague, desk)
        return [seats.without_secret_from(who).exists() for who in everybody]

    assert told() == [True, True, False, False]
    admission = confidentiality.admit(actor=adviser, lead=lead, user=colleague, reason="Knows it.")
    assert told() == [True, True, True, False]
    confidentiality.withdraw_admission(actor=adviser, admission=admission)
    assert told() == [True, True, False, False]
    leads.edit_lead(actor=adviser, lead=lead, changes={"confidential": Confidential.NO})
    assert told() == [True] * 4


def test_seat_that_a_hidden_engagement_only_wants_keeps_no_mark(adviser: User) -> None:
    project = make.project()
    seat = make.seat(project=project)
    make.engagement(lead=hidden_lead(adviser), project=project, seat=seat, state=_S.AGREED)
    seat.refresh_from_db()
    assert not seat.restricted


def test_known_organisation_stays_open_when_the_lead_is_confidential(
    adviser: User, desk: User
) -> None:
    investor = make.investor(actor=adviser, organisation=make.organisation())
    engagement = make.engagement(lead=hidden_lead(adviser, investor=investor), state=_S.VERIFIED)
    assert seen(desk, engagement) == NONE | {"project": True, "organisation": True}


def test_admission_and_its_end_reach_every_row(adviser: User, colleague: User) -> None:
    lead = hidden_lead(adviser)
    engagement = make.engagement(lead=lead, kind=EngagementKind.START, state=_S.VERIFIED)
    admission = confidentiality.admit(
        actor=adviser, lead=lead, user=colleague, reason="Knows the field."
    )
    assert seen(colleague, engagement) == ALL
    confidentiality.withdraw_admission(actor=adviser, admission=admission)
    assert seen(colleague, engagement) == NONE


def test_end_of_confidentiality_opens_and_its_beginning_hides(adviser: User, desk: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    engagement = make.engagement(lead=lead, kind=EngagementKind.START, state=_S.VERIFIED)
    assert seen(desk, engagement) == ALL
    leads.edit_lead(actor=adviser, lead=lead, changes={"confidential": Confidential.YES})
    assert seen(desk, engagement) == NONE
    leads.edit_lead(actor=adviser, lead=lead, changes={"confidential": Confidential.NO})
    assert seen(desk, engagement) == ALL


def test_new_owner_sees_and_the_old_one_no_longer(
    adviser: User, colleague: User, manager: User
) -> None:
    lead = hidden_lead(adviser)
    engagement = make.engagement(lead=lead, kind=EngagementKind.START, state=_S.VERIFIED)
    leads.assign(actor=manager, lead=lead, owner=colleague, deputy=None, office=None)
    assert seen(colleague, engagement) == ALL
    assert seen(adviser, engagement) == NONE


def test_partner_of_an_open_and_a_hidden_need_is_open(adviser: User, desk: User) -> None:
    investor, project = make.investor(actor=adviser), make.project()
    hidden = make.engagement(
        lead=hidden_lead(adviser, investor=investor), project=project, state=_S.VERIFIED
    )
    assert not seen(desk, hidden)["partner"]
    make.engagement(
        lead=make.qualified_lead(owner=adviser, investor=investor),
        project=project,
        state=_S.VERIFIED,
    )
    assert seen(desk, hidden) == {
        "engagement": False,
        "project": True,
        "partner": True,
        "organisation": True,
    }


def test_open_lead_is_not_engaged_in_a_hidden_project(adviser: User, manager: User) -> None:
    hidden = make.engagement(lead=hidden_lead(adviser), kind=EngagementKind.START)
    lead = make.lead(owner=make.user())
    with pytest.raises(ValidationError) as refusal:
        make.engagement(
            lead=lead, kind=EngagementKind.START, project=hidden.project, recorder=manager
        )
    assert "project" in refusal.value.error_dict
    assert not Project.objects.visible_to(lead.owner).filter(pk=hidden.project_id).exists()


def test_people_of_every_lead_in_a_hidden_project_see_it(
    adviser: User, colleague: User, viewer: User, manager: User
) -> None:
    """The second lead turns open later: its engagement still hides what the first one hides."""
    first = make.engagement(lead=hidden_lead(adviser), kind=EngagementKind.START)
    lead = hidden_lead(colleague)
    second = make.engagement(
        lead=lead, kind=EngagementKind.START, project=first.project, recorder=manager
    )
    for who in (adviser, colleague):
        assert Project.objects.visible_to(who).filter(pk=first.project_id).exists()
    leads.edit_lead(actor=colleague, lead=lead, changes={"confidential": Confidential.NO})
    assert Project.objects.get(pk=first.project_id).restricted
    assert Engagement.objects.visible_to(colleague).filter(pk=second.pk).exists()
    assert not Engagement.objects.visible_to(viewer).filter(pk=second.pk).exists()
