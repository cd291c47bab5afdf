"""Introductions in the Django admin: times and words change through the services, states do not."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ifa_crm.staff.models import User
from meetings.choices import MeetingState, Side
from meetings.models import Booking, Meeting, MeetingLog, Participant
from tests import make
from tests.admin_pages import address, change_address, row, send, signed_in

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)


def at(user: User, starts: dt.datetime, lasts: dt.timedelta = HOUR) -> dict[str, Any]:
    """The two fields of each moment, as the clocks of ``user`` show it."""
    typed: dict[str, Any] = {}
    for name, moment in (("starts_at", starts), ("ends_at", starts + lasts)):
        local = timezone.localtime(moment, user.zone)
        typed |= {f"{name}_0": local.date(), f"{name}_1": local.time()}
    return typed


def test_an_introduction_is_planned_on_the_page(client: Client) -> None:
    page = client.get(address(Meeting)).content.decode()
    assert 'href="/meetings/new/"' in page
    assert client.get(address(Meeting, "add/")).status_code == 403
    assert client.post(address(Meeting, "add/"), {}).status_code == 403


def test_a_draft_changes_its_words_and_time_but_not_its_state(
    client: Client, administrator: User
) -> None:
    meeting = make.meeting()
    later = make.in_days(9, hour=15)
    forged = {
        "state": MeetingState.HELD,
        "cancelled_by": "cluster",
        "uid": "x",
        "sequence": "9",
        "lead": make.lead().pk,
        "summary": "Forged",
    }
    before = Meeting.objects.filter(pk=meeting.pk).values().get()
    typed = at(administrator, later) | {"purpose": "Second talk"}
    assert not send(client, change_address(meeting), **forged, **typed)
    after = Meeting.objects.filter(pk=meeting.pk).values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"purpose", "starts_at", "ends_at"}
    assert after["starts_at"] == later
    assert not Booking.objects.exists()
    page = client.get(change_address(meeting)).content.decode()
    assert f"/meetings/{meeting.ref}/confirm/" in page


def test_a_confirmed_meeting_moves_with_its_bookings_and_is_logged(
    client: Client, administrator: User
) -> None:
    meeting = make.meeting(state=MeetingState.CONFIRMED)
    later = make.in_days(9, hour=15)
    assert not send(client, change_address(meeting), **at(administrator, later))
    meeting.refresh_from_db()
    assert (meeting.state, meeting.starts_at, meeting.sequence) == ("confirmed", later, 1)
    assert {booking.starts_at for booking in meeting.bookings.all()} == {later}
    entry = meeting.log.last()
    assert (entry.actor, entry.new_starts_at) == (administrator, later)


def test_who_is_not_free_is_said_at_the_time(client: Client, administrator: User) -> None:
    leader = make.leader(cluster=make.cluster())
    first = make.meeting(state=MeetingState.CONFIRMED, cluster=leader.cluster)
    other = make.meeting(
        state=MeetingState.CONFIRMED, cluster=leader.cluster, starts_at=make.in_days(12)
    )
    wrong = send(client, change_address(other), **at(administrator, first.starts_at))
    assert "Not free then" in wrong
    assert "starts_at" in wrong
    before = other.starts_at
    other.refresh_from_db()
    assert other.starts_at == before
    assert {booking.starts_at for booking in other.bookings.all()} == {before}


def test_a_time_that_is_past_or_backwards_is_refused(client: Client, administrator: User) -> None:
    meeting = make.meeting(state=MeetingState.CONFIRMED)
    yesterday = make.in_days(-1)
    assert "This time is past." in send(
        client, change_address(meeting), **at(administrator, yesterday)
    )
    backwards = at(administrator, make.in_days(9), lasts=-HOUR)
    assert "must end after it starts" in send(client, change_address(meeting), **backwards)
    long = at(administrator, make.in_days(9), lasts=25 * HOUR)
    assert "A meeting lasts a day at most." in send(client, change_address(meeting), **long)
    assert "required" in send(client, change_address(meeting), purpose="")


def test_somebody_is_added_and_booked(client: Client) -> None:
    meeting = make.meeting(state=MeetingState.CONFIRMED)
    before = meeting.participants.count()
    helper = make.user()
    assert not send(client, change_address(meeting), **row("participants", before, staff=helper.pk))
    assert meeting.participants.filter(staff=helper).exists()
    assert meeting.participants.count() == before + 1
    assert meeting.bookings.filter(person_key=f"staff:{helper.pk}").exists()
    guest = {"guest_name": "Ana", "guest_email": "a@example.org", "guest_side": Side.CLUSTER}
    assert not send(client, change_address(meeting), **row("participants", before + 1, **guest))
    assert meeting.participants.get(guest_name="Ana").guest_side == Side.CLUSTER


def test_who_cannot_take_part_is_refused(client: Client) -> None:
    meeting = make.meeting()
    place = meeting.participants.count()
    where = change_address(meeting)
    stranger = make.leader(cluster=make.cluster())
    wrong = send(client, where, **row("participants", place, leader=stranger.pk))
    assert "Choose leaders of this cluster." in wrong
    both = row("participants", place, leader=stranger.pk, staff=make.user().pk)
    assert "exactly one of staff, contact, leader or guest" in send(client, where, **both)
    assert meeting.participants.count() == place


def test_of_a_meeting_that_is_over_only_what_was_said_changes(
    client: Client, administrator: User
) -> None:
    meeting = make.meeting(state=MeetingState.HELD, starts_at=make.in_days(-3))
    forged = at(administrator, make.in_days(3)) | {"purpose": "X", "place": "X", "form": "email"}
    assert not send(client, change_address(meeting), **forged, summary="Very well")
    before = meeting.starts_at
    meeting.refresh_from_db()
    assert (meeting.summary, meeting.starts_at) == ("Very well", before)
    assert (meeting.purpose, meeting.form) == ("First talk", "meeting")
    page = client.get(change_address(meeting)).content.decode()
    assert f"/meetings/{meeting.ref}/record/" in page
    assert "participants-__prefix__" not in page


def test_a_cancelled_meeting_is_read_only(client: Client) -> None:
    meeting = make.meeting(state=MeetingState.CANCELLED)
    assert client.post(change_address(meeting), {"purpose": "X"}).status_code == 403
    assert client.get(change_address(meeting)).status_code == 200


@pytest.mark.parametrize("model", [Participant, MeetingLog, Booking])
def test_what_services_write_is_only_read(client: Client, model: type[Any]) -> None:
    make.meeting(state=MeetingState.CONFIRMED)
    where = change_address(model.objects.first())
    assert client.get(where).status_code == 200
    assert client.post(where, {}).status_code == 403
    assert client.get(address(model, "add/")).status_code == 403


def test_history_says_who_moved_it(client: Client, administrator: User) -> None:
    meeting = make.meeting()
    assert not send(client, change_address(meeting), place="Lyon, quai 3")
    page = client.get(address(Meeting, f"{meeting.pk}/history/")).content.decode()
    assert "Lyon, quai 3" in page
    assert str(administrator) in page


def test_a_meeting_is_found_by_its_investor_and_cluster(client: Client) -> None:
    lead = make.qualified_lead(investor=make.investor(name="Nestlé"))
    make.meeting(lead=lead, cluster=make.cluster(name="Mov’eo"))
    make.meeting()
    for words in ("nestle", "moveo", "mov'eo NESTLE"):
        found = client.get(address(Meeting), {"q": words}).context["cl"]
        assert found.result_count == 1


def test_a_meeting_page_asks_as_often_for_twenty_people(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    meeting = make.meeting()
    client.get(change_address(meeting))
    for _ in range(2):
        with django_assert_num_queries(10):
            client.get(change_address(meeting))
        for _ in range(19):
            meeting.participants.create(staff=make.user())
            meeting.log.create(to_state="draft", actor=make.user())
