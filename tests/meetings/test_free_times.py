"""When everybody is free next."""

import datetime as dt
from itertools import islice
from zoneinfo import ZoneInfo

from meetings.free_times import Stretch, WorkingTime, free_times

PARIS = ZoneInfo("Europe/Paris")
HOUR = dt.timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=PARIS)


def first(
    count: int,
    *,
    busy: list[Stretch] | None = None,
    after: dt.datetime,
    work: WorkingTime | None = None,
    length: dt.timedelta = HOUR,
) -> list[str]:
    found = free_times(busy=busy or [], work=work or WorkingTime(PARIS), after=after, length=length)
    return [f"{start.astimezone(PARIS):%d %H:%M}" for start, _end in islice(found, count)]


def test_they_begin_with_the_next_half_hour() -> None:
    assert first(3, after=at(24, 10, 10)) == ["24 10:30", "24 11:00", "24 11:30"]


def test_what_is_busy_is_left_out_and_ends_may_touch() -> None:
    busy = [(at(24, 9, 30), at(24, 11)), (at(24, 12), at(24, 17))]
    assert first(3, busy=busy, after=at(24, 9)) == ["24 11:00", "24 17:00", "25 09:00"]


def test_a_meeting_fits_before_closing() -> None:
    assert first(2, after=at(24, 17), length=2 * HOUR) == ["25 09:00", "25 09:30"]


def test_weekends_and_days_off_are_left_out() -> None:
    work = WorkingTime(PARIS, days_off={dt.date(2026, 11, 30)})
    assert first(1, after=at(27, 17, 30), work=work) == ["01 09:00"]


def test_hours_of_an_office_count() -> None:
    work = WorkingTime(PARIS, {1: [(dt.time(9), dt.time(10)), (dt.time(14), dt.time(15))]})
    assert first(3, after=at(24, 8), work=work) == ["24 09:00", "24 14:00", "01 09:00"]


def test_office_hours_are_those_of_the_wall() -> None:
    """Nine o'clock stays nine o'clock over the change of the clocks on 25 October."""
    found = list(
        islice(
            free_times(busy=[], work=WorkingTime(PARIS), after=at(23, 17, 0, 10), length=HOUR),
            2,
        )
    )
    assert [start.isoformat() for start, _end in found] == [
        "2026-10-23T15:00:00+00:00",
        "2026-10-26T08:00:00+00:00",
    ]


def test_a_time_that_does_not_exist_is_not_offered() -> None:
    nights = WorkingTime(PARIS, {6: [(dt.time(1), dt.time(5))]})
    found = free_times(
        busy=[], work=nights, after=dt.datetime(2026, 3, 28, 12, tzinfo=PARIS), length=HOUR
    )
    walls = [f"{s.astimezone(PARIS):%H:%M}" for s, _e in found if s.date() == dt.date(2026, 3, 29)]
    assert walls == ["01:00", "01:30", "03:00", "03:30", "04:00"]


def test_the_search_ends() -> None:
    busy = [(at(1, 0), dt.datetime(2027, 6, 1, tzinfo=PARIS))]
    assert first(1, busy=busy, after=at(24, 9)) == []
