"""Nobody is booked twice: who is not free, what the refusal says, when everybody is free next."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from clusters.models import Cluster
from ifa_crm.staff.models import Absence, Holiday, User, WorkingHours
from investors.models import Lead
from meetings.choices import MeetingState, Side
from meetings.models import Booking, Meeting
from meetings.services import booking, planning
from meetings.services.booking import NotFreeError
from meetings.services.people import Guest, People, people_of
from tests import make

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def next_weekday(weekday: int = 1, hour: int = 10) -> dt.datetime:
    """A Tuesday (or another day) of next week."""
    today = timezone.localdate()
    return make.in_days(7 - today.weekday() + weekday, hour)


@pytest.fixture
def lead(adviser: User) -> Lead:
    return make.qualified_lead(owner=adviser)


@pytest.fixture
def cluster() -> Cluster:
    return make.cluster()


@pytest.fixture
def booked(lead: Lead) -> Meeting:
    """The owner and a contact are booked on Tuesday from ten to eleven."""
    return make.meeting(lead=lead, state=MeetingState.CONFIRMED, starts_at=next_weekday())


def draft(lead: Lead, cluster: Cluster, **fields: Any) -> Meeting:
    return make.meeting(lead=lead, cluster=cluster, **{"starts_at": next_weekday()} | fields)


def test_overlap_is_refused_and_says_who_and_when(
    adviser: User, lead: Lead, cluster: Cluster, booked: Meeting
) -> None:
    meeting = draft(lead, cluster)
    with pytest.raises(NotFreeError) as error:
        planning.confirm(actor=adviser, meeting=meeting)
    told = " ".join(error.value.message_dict["starts_at"])
    assert str(adviser) in told
    assert str(booked) in told
    assert "Next free times in Europe/Paris" in told
    assert len(error.value.free) == 3
    assert error.value.free[0][0] == booked.ends_at
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.DRAFT
    assert not meeting.bookings.exists()


@pytest.mark.parametrize(
    ("minutes", "free"), [(-61, True), (-60, True), (-59, False), (59, False), (60, True)]
)
def test_ends_may_touch(
    adviser: User, lead: Lead, cluster: Cluster, booked: Meeting, minutes: int, free: bool
) -> None:
    start = next_weekday() + dt.timedelta(minutes=minutes)
    meeting = draft(lead, cluster, starts_at=start)
    if free:
        assert planning.confirm(actor=adviser, meeting=meeting)
    else:
        with pytest.raises(NotFreeError):
            planning.confirm(actor=adviser, meeting=meeting)


@pytest.mark.parametrize("kind", ["staff", "contacts", "leaders", "guests"])
def test_people_of_every_kind_are_booked(adviser: User, lead: Lead, kind: str) -> None:
    cluster = make.cluster()
    guest = Guest("G", Side.CLUSTER, "g@example.org")
    everybody = make.people(lead=lead, cluster=cluster, guests=(guest,))
    make.meeting(
        lead=lead,
        cluster=cluster,
        state=MeetingState.CONFIRMED,
        starts_at=next_weekday(),
        people=everybody,
    )
    others = People(
        contacts=(make.contact(investor=lead.investor),), leaders=(make.leader(cluster=cluster),)
    )
    shared = {kind: getattr(everybody, kind)}
    if kind == "guests":
        shared = {"guests": (replace(guest, email="G@EXAMPLE.org"),)}
    meeting = draft(lead, cluster, people=replace(others, **shared))
    with pytest.raises(NotFreeError):
        planning.confirm(actor=adviser, meeting=meeting)
    meeting = draft(lead, cluster, people=others)
    assert planning.confirm(actor=adviser, meeting=meeting)


def test_a_guest_without_address_is_not_booked(adviser: User, lead: Lead) -> None:
    guests = (Guest("G", Side.CLUSTER), Guest("H", Side.INVESTOR))
    for _time in range(2):
        meeting = draft(lead, make.cluster(), people=People(guests=guests))
        assert planning.confirm(actor=adviser, meeting=meeting)
    assert not Booking.objects.exists()


def test_a_hidden_meeting_is_only_not_free(manager: User, colleague: User) -> None:
    """The refusal names no meeting that the actor may not see."""
    hidden = make.qualified_lead(owner=manager, confidential="yes")
    theirs = make.meeting(
        lead=hidden, state=MeetingState.CONFIRMED, starts_at=next_weekday(), actor=manager
    )
    lead, cluster = make.qualified_lead(owner=colleague), make.cluster()
    people = make.people(lead=lead, cluster=cluster, staff=(manager,))
    meeting = draft(lead, cluster, people=people, actor=colleague)
    with pytest.raises(NotFreeError) as error:
        planning.confirm(actor=colleague, meeting=meeting)
    told = " ".join(error.value.messages)
    assert f"Not free then: {manager}." in told
    assert str(hidden.investor) not in told
    assert str(theirs.cluster) not in told
    with pytest.raises(NotFreeError, match=str(hidden.investor)):
        planning.confirm(actor=manager, meeting=meeting)


def test_cancelled_held_and_no_show_free_everybody(
    adviser: User, lead: Lead, cluster: Cluster, booked: Meeting
) -> None:
    planning.cancel(actor=adviser, meeting=booked, by=Side.AGENCY, reason="x")
    assert planning.confirm(actor=adviser, meeting=draft(lead, cluster))


def test_moving_a_meeting_within_its_own_time_is_no_clash(adviser: User, booked: Meeting) -> None:
    start = next_weekday() + dt.timedelta(minutes=30)
    moved = planning.reschedule(
        actor=adviser,
        meeting=booked,
        starts_at=start,
        ends_at=start + HOUR,
        time_zone="Europe/Paris",
        place="Paris",
        link="",
    )
    assert {b.starts_at for b in moved.bookings.all()} == {start}


def test_rescheduling_onto_another_is_refused(adviser: User, lead: Lead, booked: Meeting) -> None:
    later = make.meeting(lead=lead, state=MeetingState.CONFIRMED, starts_at=next_weekday(hour=15))
    with pytest.raises(NotFreeError):
        planning.reschedule(
            actor=adviser,
            meeting=later,
            starts_at=next_weekday(),
            ends_at=next_weekday() + HOUR,
            time_zone="Europe/Paris",
            place="Paris",
            link="",
        )
    later.refresh_from_db()
    assert (later.sequence, later.starts_at) == (0, next_weekday(hour=15))
    assert later.bookings.count() == 3


def test_bookings_are_exactly_those_of_confirmed_meetings(lead: Lead) -> None:
    for day, state in enumerate(MeetingState):
        make.meeting(lead=lead, state=state, starts_at=make.in_days(10 + day))
    assert {b.meeting.state for b in Booking.objects.all()} == {"confirmed"}
    confirmed = Meeting.objects.confirmed().get()
    assert confirmed.bookings.count() == confirmed.participants.count()


# --- when everybody is free next ---------------------------------------------------------------


def test_next_free_times_keep_office_hours_holidays_and_absences(
    adviser: User, lead: Lead, cluster: Cluster
) -> None:
    """Tokyo: nine to five but Thursdays; Wednesday is a holiday, on Friday the adviser is away."""
    office = make.office()
    for weekday in (0, 1, 2, 4):
        WorkingHours.objects.create(
            office=office, weekday=weekday, opens=dt.time(9), closes=dt.time(17)
        )
    tuesday = make.in_days(8 - timezone.localdate().weekday() + 7, 16, zone="Asia/Tokyo")
    day = timezone.localtime(tuesday, office.zone).date()
    Holiday.objects.create(office=office, date=day + dt.timedelta(days=1), name="Rest")
    adviser.time_zone = "Asia/Tokyo"
    adviser.save()
    friday = day + dt.timedelta(days=3)
    Absence.objects.create(user=adviser, first_day=friday, last_day=friday)
    make.meeting(lead=lead, state=MeetingState.CONFIRMED, starts_at=tuesday)
    meeting = draft(lead, cluster, starts_at=tuesday, time_zone="Asia/Tokyo")
    with pytest.raises(NotFreeError) as error:
        planning.confirm(actor=adviser, meeting=meeting)
    monday = day + dt.timedelta(days=6)
    assert [timezone.localtime(start, office.zone) for start, _end in error.value.free] == [
        dt.datetime.combine(monday, dt.time(9, minute * 30), office.zone)
        if minute < 2
        else dt.datetime.combine(monday, dt.time(10), office.zone)
        for minute in range(3)
    ]


def test_an_office_that_closed_or_has_no_hours_is_not_asked() -> None:
    make.office(is_active=False)
    office = make.office()
    assert booking.working_time(office.zone).hours[0] == [(dt.time(9), dt.time(18))]
    WorkingHours.objects.create(office=office, weekday=6, opens=dt.time(8), closes=dt.time(9))
    assert booking.working_time(office.zone).hours == {6: [(dt.time(8), dt.time(9))]}


def test_it_is_said_when_there_is_no_free_time(
    adviser: User, lead: Lead, cluster: Cluster, booked: Meeting
) -> None:
    Absence.objects.create(
        user=adviser,
        first_day=timezone.localdate(),
        last_day=timezone.localdate() + dt.timedelta(days=80),
    )
    with pytest.raises(NotFreeError, match="not all free together") as error:
        planning.confirm(actor=adviser, meeting=draft(lead, cluster))
    assert error.value.free == []


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no exclusion")
def test_a_booking_written_past_the_locks_is_refused_all_the_same(
    adviser: User, lead: Lead, cluster: Cluster, booked: Meeting
) -> None:
    """Should the look before fail, the constraint holds and the person still gets an answer."""
    meeting = draft(lead, cluster)
    meeting.state = MeetingState.CONFIRMED
    people = people_of(meeting)
    assert people.staff == (adviser,)
    rows = booking._bookings(meeting, [f"staff:{adviser.pk}"])
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError, match="nobody_twice"), transaction.atomic():
        Booking.objects.bulk_create(rows)
