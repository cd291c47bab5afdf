"""Loading the demo data so that today is today: once, by whole weeks, by the clock on the wall."""

import datetime as dt
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.utils import timezone

from ifa_crm.home import demo
from investors.choices import ActionKind, Status
from investors.models import Action, Lead
from meetings.models import Booking, Meeting


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def told() -> list[tuple[Any, ...]]:
    """What would show if anything had moved or been added."""
    meetings = Meeting.objects.order_by("pk").values_list("ref", "starts_at", "created_at")
    leads = Lead.objects.order_by("pk").values_list("ref", "received_at", "next_due")
    return [*meetings, *leads, *Booking.objects.order_by("pk").values_list("starts_at")]


@pytest.mark.parametrize(
    ("day", "weeks"),
    [(0, 0), (6, 0), (7, 1), (13, 1), (-1, -1), (365, 52)],
)
def test_weeks_are_rounded_down(day: int, weeks: int) -> None:
    assert demo.weeks_to(demo.ANCHOR + dt.timedelta(days=day)) == weeks


def test_the_anchor_is_a_monday() -> None:
    assert demo.ANCHOR.weekday() == 0


@pytest.mark.parametrize(
    ("zone", "month"),
    [
        ("Europe/Paris", 3),
        ("Europe/Paris", 10),
        ("America/New_York", 3),
        ("America/New_York", 11),
        ("Asia/Tokyo", 3),
    ],
)
def test_a_meeting_at_ten_stays_at_ten(zone: str, month: int) -> None:
    """Also in the weeks in which the clocks change."""
    place = ZoneInfo(zone)
    for day in range(1, 29):
        ten = dt.datetime(2026, month, day, 10, tzinfo=place).astimezone(dt.UTC)
        moved = demo.move(ten, 1, place)
        assert isinstance(moved, dt.datetime)
        local = moved.astimezone(place)
        assert local.time() == dt.time(10)
        assert local.date() == dt.date(2026, month, day) + dt.timedelta(days=7)


def test_a_day_moves_by_days() -> None:
    moved = demo.move(dt.date(2026, 10, 20), 2, demo.PARIS)
    assert moved == dt.date(2026, 11, 3)


@pytest.mark.django_db
def test_it_needs_the_reference_data() -> None:
    with pytest.raises(CommandError, match="load_reference"):
        load()


@pytest.mark.usefixtures("undone")
class TestFilesAsTheyAre:
    """``loaddata`` alone loads them, ``load_demo`` then moves them."""

    def test_loaddata_then_load_demo(self) -> None:
        call_command("loaddata", *demo.files(), verbosity=0)
        assert demo.weeks_shifted() == 0
        before = dict(Meeting.objects.values_list("ref", "starts_at"))
        weeks = demo.weeks_to(timezone.localdate(timezone=demo.EASTERNMOST))
        said = load()
        assert f"by {weeks} weeks" in said
        assert demo.weeks_shifted() == weeks
        for meeting in Meeting.objects.exclude(starts_at=None):
            assert meeting.starts_at == demo.move(before[meeting.ref], weeks, meeting.zone)


@pytest.mark.usefixtures("world", "undone")
class TestLoaded:
    def test_a_second_run_changes_nothing_and_says_so(self) -> None:
        before = told()
        assert "Nothing changed" in load()
        assert told() == before

    def test_loading_is_nobodys_act(self) -> None:
        assert not LogEntry.objects.exists()

    def test_what_people_changed_stays(self) -> None:
        lead = Lead.objects.exclude(title="").first()
        assert lead is not None
        Lead.objects.filter(pk=lead.pk).update(title="Changed")
        load()
        assert Lead.objects.get(pk=lead.pk).title == "Changed"

    def test_waiting_is_told_with_the_day_that_it_began(self) -> None:
        for action in Action.objects.filter(kind=ActionKind.WAKE, done_at=None):
            assert action.lead.status == Status.WAITING
            since = action.lead.status_since.astimezone(action.lead.office.zone)
            assert action.what == f"Was waiting since {since.day} {since:%b %Y}"
            assert action.due == action.lead.waiting_until

    def test_half_a_year_later_still_nobody_is_booked_twice(self) -> None:
        """Clocks change at different times in different places."""
        before = told()
        moved = demo.shift(24)
        assert moved > 2000
        for booking in Booking.objects.select_related("meeting"):
            people, start, end = [booking.person_key], booking.starts_at, booking.ends_at
            assert Booking.objects.overlapping(people, start, end).count() == 1
            assert (start, end) == booking.meeting.stretch
        demo.shift(-24)
        assert told() == before
