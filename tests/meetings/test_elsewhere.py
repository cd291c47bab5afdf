"""What other apps show and ask of introductions: timeline, archive, tabs."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ifa_crm.shared.extend import archive_obstacles
from ifa_crm.shared.timeline import timeline_page
from ifa_crm.staff.models import User
from investors.models import Lead
from investors.services.leads import archive_lead
from meetings.choices import MeetingState, Side
from meetings.services import planning
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(adviser: User) -> Lead:
    return make.qualified_lead(owner=adviser)


def titles(lead: Lead, user: User) -> list[str]:
    return [entry.title for entry in timeline_page(lead, user).entries if entry.kind == "meeting"]


def test_timeline_tells_every_move(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    start = make.in_days(15)
    planning.reschedule(
        actor=adviser,
        meeting=meeting,
        starts_at=start,
        ends_at=start + dt.timedelta(hours=1),
        time_zone="Europe/Paris",
        place="Paris",
        link="",
    )
    planning.cancel(actor=adviser, meeting=meeting, by=Side.CLUSTER, reason="They moved.")
    told = titles(lead, adviser)
    name = str(meeting.cluster)
    assert [title.partition(":")[0] for title in reversed(told)] == [
        f"Introduction to {name} planned",
        f"Introduction to {name} confirmed",
        f"Introduction to {name}",
        f"Introduction to {name} cancelled by",
    ]
    [last] = [e for e in timeline_page(lead, adviser).entries if "cancelled" in e.title]
    assert (last.text, last.by, last.url) == (
        "They moved.", str(adviser), meeting.get_absolute_url()
    )  # fmt: skip


def test_timeline_shows_what_was_held_where_it_took_place(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.HELD, starts_at=make.in_days(-40))
    [entry] = [
        e for e in timeline_page(lead, adviser).entries if e.title.startswith("Introduced to")
    ]
    assert entry.at == meeting.starts_at
    assert entry.text == "Liked it."
    make.meeting(lead=lead, state=MeetingState.NO_SHOW, starts_at=make.in_days(-3))
    assert any("did not come: The cluster" in title for title in titles(lead, adviser))


def test_lead_with_a_confirmed_introduction_is_not_archived(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    with pytest.raises(ValidationError, match="Cancel it first"):
        archive_lead(actor=adviser, lead=lead, reason="A twin.")
    planning.cancel(actor=adviser, meeting=meeting, by=Side.AGENCY, reason="x")
    assert archive_lead(actor=adviser, lead=lead, reason="A twin.").is_archived


def test_lead_with_an_introduction_to_record_is_not_archived(adviser: User, lead: Lead) -> None:
    make.meeting(
        lead=lead,
        state=MeetingState.CONFIRMED,
        starts_at=timezone.now() - dt.timedelta(days=1),
    )
    with pytest.raises(ValidationError, match="not recorded yet"):
        archive_lead(actor=adviser, lead=lead, reason="A twin.")


@pytest.mark.parametrize("state", [s for s in MeetingState if s != MeetingState.CONFIRMED])
def test_other_introductions_are_no_obstacle(lead: Lead, state: MeetingState) -> None:
    meeting = make.meeting(lead=lead, state=state)
    for record in (lead, meeting.cluster):
        assert not [o for o in archive_obstacles(record) if "ntroduction" in o]


def test_cluster_with_a_confirmed_introduction_is_not_archived(adviser: User, lead: Lead) -> None:
    """Those of confidential leads are not even counted: the refusal would betray them."""
    cluster = make.cluster()
    make.meeting(lead=lead, cluster=cluster, state=MeetingState.CONFIRMED)
    hidden = make.qualified_lead(owner=adviser, confidential="yes")
    make.meeting(
        lead=hidden, cluster=cluster, state=MeetingState.CONFIRMED, starts_at=make.in_days(9)
    )
    [told] = [o for o in archive_obstacles(cluster) if "introduction" in o]
    assert told.startswith("1 confirmed introduction")
