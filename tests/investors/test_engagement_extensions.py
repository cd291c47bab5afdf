"""What shortlists and engagements add elsewhere: refusals to archive, lines of the timeline."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from clusters.choices import ProjectStatus
from ifa_crm.shared.extend import archive_obstacles
from ifa_crm.shared.timeline import timeline_page
from ifa_crm.staff.models import User
from investors import archive_checks
from investors.choices import (
    Confidential,
    EngagementKind,
    EngagementState,
    LostReason,
    OutcomeKind,
    ShortlistState,
)
from investors.models import Lead
from investors.services import engagements, leads, shortlist, status
from investors.services.milestones import record_outcome
from tests import make

pytestmark = pytest.mark.django_db

_S = EngagementState


# --- may it be archived? -------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(_S))
def test_lead_with_an_engagement_that_lives_or_counts_stays(
    state: EngagementState, adviser: User
) -> None:
    lead = make.qualified_lead(owner=adviser)
    make.engagement(lead=lead, state=state)
    may = state in {_S.DECLINED, _S.WITHDRAWN}
    assert bool(archive_obstacles(lead)) != may
    if may:
        assert leads.archive_lead(actor=adviser, lead=lead, reason="A twin.").is_archived
    else:
        with pytest.raises(ValidationError):
            leads.archive_lead(actor=adviser, lead=lead, reason="A twin.")


def test_cluster_on_the_shortlist_of_a_moving_lead_stays() -> None:
    item = make.shortlisting(state=ShortlistState.PROPOSED)
    owner = item.lead.owner
    assert owner is not None
    assert list(archive_checks.on_cluster(item.cluster)) == ["1 lead has it on its shortlist."]
    assert "1 lead has it on its shortlist." in archive_obstacles(item.cluster)
    shortlist.close(actor=owner, shortlisting=item, reason="No more.")
    assert archive_obstacles(item.cluster) == []


def test_cluster_of_a_closed_lead_may_go(adviser: User) -> None:
    item = make.shortlisting(lead=make.lead(owner=adviser))
    status.lose(actor=adviser, lead=item.lead, reason=LostReason.DROPPED)
    assert archive_obstacles(item.cluster) == []


@pytest.mark.parametrize("state", list(_S))
def test_project_and_cluster_with_an_engagement_that_has_not_ended_stay(
    state: EngagementState,
) -> None:
    engagement = make.engagement(state=state)
    running = state in {_S.OPEN, _S.AGREED, _S.VERIFIED}
    for record in (engagement.project, engagement.cluster):
        assert ("1 engagement has not ended." in archive_obstacles(record)) == running


def test_refusal_does_not_betray_a_confidential_lead(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser, confidential=Confidential.YES)
    investor = lead.investor
    investor.refresh_from_db()
    investor.organisation = make.organisation()
    investor.save()
    engagement = make.engagement(lead=lead)
    make.shortlisting(lead=lead, cluster=engagement.cluster)
    assert list(archive_checks.on_project(engagement.project)) == []
    assert list(archive_checks.on_cluster(engagement.cluster)) == []
    assert list(archive_checks.on_organisation(investor.organisation)) == []


def test_organisation_of_an_investor_stays(adviser: User) -> None:
    organisation = make.organisation()
    make.investor(actor=adviser, organisation=organisation)
    assert archive_obstacles(organisation)


# --- the timeline --------------------------------------------------------------------------------


def lines(lead: Lead, user: User, kind: str) -> list[str]:
    found = [entry for entry in timeline_page(lead, user).entries if entry.kind == kind]
    return [entry.title for entry in reversed(found)]


def test_moves_of_the_shortlist_are_told_with_what_was_passed_over(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    item = make.shortlisting(lead=lead, cluster=make.cluster(name="Minalogic"))
    shortlist.want(actor=adviser, shortlisting=item, reason="On the phone.")
    assert lines(lead, adviser, "shortlist") == [
        "Minalogic: Noted",
        "Minalogic: Wanted by the investor (passed over: Proposed to the investor)",
    ]
    last = next(
        entry for entry in timeline_page(lead, adviser).entries if entry.kind == "shortlist"
    )
    assert (last.text, last.by) == ("On the phone.", str(adviser))
    assert last.url == item.get_absolute_url()


def test_moves_of_engagements_are_told(adviser: User, manager: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    first, second = make.cluster(), make.cluster()
    project = make.project(name="Foremost", clusters=[first, second])
    engagement = make.engagement(lead=lead, project=project, cluster=first, state=_S.AGREED)
    engagements.send_back(actor=manager, engagement=engagement, reason="A typo.")
    engagements.change_cluster(
        actor=adviser, engagement=engagement, cluster=second, reason="They carry it."
    )
    make.engagement(
        lead=lead,
        kind=EngagementKind.START,
        project=make.project(
            name="Quiet turbines", status=ProjectStatus.PROPOSED, clusters=[first]
        ),
    )
    assert lines(lead, adviser, "engagement") == [
        "Engagement opened, to join Foremost",
        "Foremost: Agreed, to be confirmed",
        "Foremost: sent back",
        "Foremost: lead cluster changed",
        "Engagement opened, to start Quiet turbines",
    ]


def test_outcomes_are_told_on_their_own_day(adviser: User) -> None:
    lead, cluster = make.lead(owner=adviser), make.cluster(name="Minalogic")
    day = timezone.localdate().replace(year=2024, day=1)
    record_outcome(
        actor=adviser, lead=lead, kind=OutcomeKind.MEMBERSHIP, dated=day, cluster=cluster
    )
    assert lines(lead, adviser, "outcome") == ["Membership of a cluster: Minalogic"]
    entry = next(entry for entry in timeline_page(lead, adviser).entries if entry.kind == "outcome")
    assert timezone.localtime(entry.at).date() == day


def test_engagement_in_a_hidden_project_is_not_told(
    adviser: User, colleague: User, manager: User, viewer: User
) -> None:
    hidden = make.engagement(
        lead=make.qualified_lead(owner=adviser, confidential=Confidential.YES),
        kind=EngagementKind.START,
    )
    lead = make.qualified_lead(owner=colleague, confidential=Confidential.YES)
    make.engagement(lead=lead, kind=EngagementKind.START, project=hidden.project, recorder=manager)
    leads.edit_lead(actor=colleague, lead=lead, changes={"confidential": Confidential.NO})
    assert lines(lead, colleague, "engagement")
    assert lines(lead, viewer, "engagement") == []
