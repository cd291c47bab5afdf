"""Working time in the wall time of an office: weekends, holidays, and the days of new clocks."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investors.reply_clock import (
    DAY,
    DUE_AFTER,
    SILENT_AFTER,
    STANDARD,
    Calendar,
    Deadlines,
    Hours,
    State,
    deadlines,
    is_late_entry,
    standing,
)

PARIS, NEW_YORK, TOKYO = (
    ZoneInfo(name) for name in ("Europe/Paris", "America/New_York", "Asia/Tokyo")
)
HOUR = dt.timedelta(hours=1)
SPLIT: Hours = {
    day: ((dt.time(9), dt.time(12, 30)), (dt.time(14), dt.time(18))) for day in range(5)
}
ALWAYS: Hours = {day: ((dt.time(0), dt.time(23, 59)),) for day in range(7)}


def at(text: str, zone: dt.tzinfo = PARIS) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


def due(calendar: Calendar, text: str) -> str:
    moment = deadlines(calendar, at(text, calendar.zone)).reply_due_at
    return f"{moment.astimezone(calendar.zone):%a %d %b %H:%M}"


def silent(calendar: Calendar, text: str) -> str:
    moment = deadlines(calendar, at(text, calendar.zone)).silent_at
    return f"{moment.astimezone(calendar.zone):%a %d %b %H:%M}"


class TestDeadlines:
    def test_lunch_is_no_working_time(self) -> None:
        assert due(Calendar(PARIS, SPLIT), "2026-11-09 10:00") == "Tue 10 Nov 10:30"

    def test_what_comes_at_night_counts_from_the_morning(self) -> None:
        assert due(STANDARD, "2026-11-09 23:10") == "Tue 10 Nov 17:00"
        assert due(STANDARD, "2026-11-10 03:00") == "Tue 10 Nov 17:00"

    def test_a_weekend_does_not_count(self) -> None:
        assert due(STANDARD, "2026-11-13 16:00") == "Mon 16 Nov 16:00"
        assert due(STANDARD, "2026-11-14 11:00") == "Mon 16 Nov 17:00"

    def test_a_holiday_does_not_count(self) -> None:
        armistice = frozenset({dt.date(2026, 11, 11)})
        calendar = Calendar(PARIS, holidays=armistice)
        assert due(calendar, "2026-11-10 12:00") == "Thu 12 Nov 12:00"

    def test_forty_hours_are_a_week(self) -> None:
        assert silent(STANDARD, "2026-11-09 12:00") == "Mon 16 Nov 12:00"

    def test_an_office_that_works_at_all_hours(self) -> None:
        assert due(Calendar(TOKYO, ALWAYS), "2026-11-14 20:00") == "Sun 15 Nov 04:00"

    def test_until_the_last_minute_is_until_midnight(self) -> None:
        calendar = Calendar(TOKYO, ALWAYS)
        week = calendar.worked(at("2026-11-09 00:00", TOKYO), at("2026-11-16 00:00", TOKYO))
        assert week == dt.timedelta(days=7)

    def test_an_office_without_hours_works_the_standard_ones(self) -> None:
        assert due(Calendar(TOKYO), "2026-11-13 16:00") == "Mon 16 Nov 16:00"
        assert due(Calendar(TOKYO, {0: ()}), "2026-11-13 16:00") == "Mon 16 Nov 16:00"

    def test_an_office_that_works_on_one_day_of_the_week(self) -> None:
        thursdays = Calendar(PARIS, {3: ((dt.time(9), dt.time(13)),)})
        assert due(thursdays, "2026-11-09 10:00") == "Thu 19 Nov 13:00"

    def test_stretches_that_overlap_count_once(self) -> None:
        hours = {0: ((dt.time(9), dt.time(13)), (dt.time(12), dt.time(17)))}
        calendar = Calendar(PARIS, hours)
        assert len(calendar.stretches(dt.date(2026, 11, 9))) == 1
        assert due(calendar, "2026-11-09 09:00") == "Mon 09 Nov 17:00"

    def test_a_moment_before_the_calendar_of_computers(self) -> None:
        moment = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
        assert deadlines(Calendar(NEW_YORK), moment).reply_due_at.year == 1970


class TestNewClocks:
    """An hour of a night is not there in spring and comes twice in autumn."""

    @pytest.mark.parametrize(
        ("zone", "friday", "monday"),
        [
            (PARIS, "2026-03-27 16:00", "Mon 30 Mar 16:00"),
            (PARIS, "2026-10-23 16:00", "Mon 26 Oct 16:00"),
            (NEW_YORK, "2026-03-06 16:00", "Mon 09 Mar 16:00"),
            (NEW_YORK, "2026-10-30 16:00", "Mon 02 Nov 16:00"),
            (TOKYO, "2026-03-27 16:00", "Mon 30 Mar 16:00"),
        ],
    )
    def test_office_hours_follow_the_wall(self, zone: ZoneInfo, friday: str, monday: str) -> None:
        assert due(Calendar(zone), friday) == monday

    @pytest.mark.parametrize(
        ("zone", "day", "hours"),
        [
            (PARIS, dt.date(2026, 3, 29), 23),
            (PARIS, dt.date(2026, 10, 25), 25),
            (NEW_YORK, dt.date(2026, 3, 8), 23),
            (NEW_YORK, dt.date(2026, 11, 1), 25),
            (TOKYO, dt.date(2026, 3, 29), 24),
        ],
    )
    def test_a_day_of_all_hours_is_as_long_as_it_is(
        self, zone: ZoneInfo, day: dt.date, hours: int
    ) -> None:
        ((begin, end),) = Calendar(zone, ALWAYS).stretches(day)
        assert end - begin == hours * HOUR

    def test_it_opens_and_closes_when_the_clocks_jump(self) -> None:
        hours = {6: ((dt.time(1), dt.time(2, 30)), (dt.time(2, 45), dt.time(5)))}
        ((begin, end),) = Calendar(PARIS, hours).stretches(dt.date(2026, 3, 29))
        assert (begin.hour, end.hour) == (0, 3)  # 1:00 and 5:00 in Paris
        early = Calendar(PARIS, {6: hours[6][:1]})
        ((begin, end),) = early.stretches(dt.date(2026, 10, 25))
        assert end - begin == 2.5 * HOUR  # it closes at the second 2:30

    def test_a_day_that_a_place_skipped(self) -> None:
        """Samoa had no 30 December 2011."""
        apia = Calendar(ZoneInfo("Pacific/Apia"), ALWAYS)
        assert apia.stretches(dt.date(2011, 12, 30)) == ()
        start = dt.datetime(2011, 12, 29, 0, tzinfo=apia.zone)
        assert apia.worked(start, start + dt.timedelta(days=3)) == 48 * HOUR


class TestLateEntry:
    """November 2026: the 11th is a Wednesday and a holiday in Paris."""

    LONG: Hours = {day: ((dt.time(8), dt.time(20)),) for day in range(5)}

    @pytest.mark.parametrize(
        ("happened", "in_time", "late"),
        [
            ("2026-11-05 09:00", "2026-11-06 23:59", "2026-11-09 00:00"),  # Thursday
            ("2026-11-06 16:00", "2026-11-09 23:59", "2026-11-10 00:00"),  # over a weekend
            ("2026-11-07 16:00", "2026-11-09 23:59", "2026-11-10 00:00"),  # on a Saturday
            ("2026-11-10 09:00", "2026-11-12 23:59", "2026-11-13 00:00"),  # over a holiday
            ("2026-11-09 00:00", "2026-11-10 23:59", "2026-11-12 00:00"),  # before it
        ],
    )
    @pytest.mark.parametrize("hours", [{}, LONG, SPLIT])
    def test_up_to_a_working_day_is_in_time(
        self, hours: Hours, happened: str, in_time: str, late: str
    ) -> None:
        paris = Calendar(PARIS, hours, frozenset({dt.date(2026, 11, 11)}))
        assert not is_late_entry(paris, at(happened), at(in_time))
        assert is_late_entry(paris, at(happened), at(late))

    def test_days_are_those_of_the_office(self) -> None:
        monday = at("2026-11-09 15:59", dt.UTC)  # 0:59 on Tuesday in Tokyo
        assert is_late_entry(Calendar(PARIS), monday, at("2026-11-11 16:00"))
        assert not is_late_entry(Calendar(TOKYO), monday, at("2026-11-11 23:30", TOKYO))

    def test_what_is_logged_at_once_is_in_time(self) -> None:
        now = at("2026-11-13 16:00")
        assert not is_late_entry(STANDARD, now, now)


class TestStanding:
    CLOCK = deadlines(STANDARD, at("2026-11-09 12:00"))

    @pytest.mark.parametrize(
        ("now", "state", "time"),
        [
            ("2026-11-09 12:00", State.RUNNING, 8 * HOUR),
            ("2026-11-10 09:00", State.RUNNING, 3 * HOUR),
            ("2026-11-10 12:00", State.LATE, 0 * HOUR),
            ("2026-11-10 14:00", State.LATE, 2 * HOUR),
            ("2026-11-12 12:00", State.LATE, 2 * DAY),
            ("2026-11-16 12:00", State.SILENT, 5 * DAY),
            ("2026-11-18 14:00", State.SILENT, 7 * DAY + 2 * HOUR),
            ("2027-11-16 12:00", State.SILENT, None),
        ],
    )
    def test_it_reads(self, now: str, state: State, time: dt.timedelta | None) -> None:
        stands = standing(STANDARD, self.CLOCK, at(now))
        assert (stands.state, stands.time) == (state, time)


# --- What holds for every calendar ------------------------------------------------------------

ZONES = st.sampled_from(
    [PARIS, NEW_YORK, TOKYO, ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Havana")]
)
TIMES = st.integers(0, 24 * 60 - 1).map(lambda n: dt.time(n // 60, n % 60))
# A few hours at least: with a minute a week, forty hours are half a century.
STRETCHES = st.tuples(TIMES, TIMES).map(sorted).filter(lambda pair: pair[1].hour - pair[0].hour > 3)
HOURS = st.dictionaries(
    st.integers(0, 6), st.lists(STRETCHES.map(tuple), max_size=3).map(tuple), max_size=7
)
# Around the changes of the clocks of 2026.
MOMENTS = st.datetimes(
    dt.datetime(2026, 3, 1), dt.datetime(2026, 11, 15), timezones=st.just(dt.UTC)
)
HOLIDAYS = st.frozensets(st.dates(dt.date(2026, 3, 1), dt.date(2026, 12, 31)), max_size=10)
CALENDARS = st.builds(Calendar, ZONES, HOURS, HOLIDAYS)


def is_worked(calendar: Calendar, moment: dt.datetime) -> bool:
    day = moment.astimezone(calendar.zone).date()
    near = [day - dt.timedelta(days=1), day]  # midnight may belong to the day before
    return any(begin <= moment <= end for each in near for begin, end in calendar.stretches(each))


@settings(max_examples=50)
@given(CALENDARS, MOMENTS)
def test_it_is_due_when_the_office_works(calendar: Calendar, moment: dt.datetime) -> None:
    clock = deadlines(calendar, moment)
    assert moment < clock.reply_due_at < clock.silent_at
    assert is_worked(calendar, clock.reply_due_at)
    assert is_worked(calendar, clock.silent_at)


@settings(max_examples=50)
@given(CALENDARS, MOMENTS)
def test_exactly_so_much_was_worked_by_then(calendar: Calendar, moment: dt.datetime) -> None:
    clock = deadlines(calendar, moment)
    assert calendar.worked(moment, clock.reply_due_at) == DUE_AFTER
    assert calendar.worked(moment, clock.silent_at) == SILENT_AFTER


@settings(max_examples=50)
@given(CALENDARS, MOMENTS, MOMENTS)
def test_what_comes_later_is_not_due_earlier(
    calendar: Calendar, one: dt.datetime, other: dt.datetime
) -> None:
    first, second = (deadlines(calendar, moment) for moment in sorted((one, other)))
    assert first.reply_due_at <= second.reply_due_at
    assert first.silent_at <= second.silent_at


@settings(max_examples=50)
@given(CALENDARS, MOMENTS, st.dates(dt.date(2026, 3, 1), dt.date(2026, 12, 31)))
def test_a_holiday_more_makes_nothing_due_earlier(
    calendar: Calendar, moment: dt.datetime, day: dt.date
) -> None:
    shut = Calendar(calendar.zone, calendar.hours, calendar.holidays | {day})
    before, after = deadlines(calendar, moment), deadlines(shut, moment)
    assert before.reply_due_at <= after.reply_due_at
    assert before.silent_at <= after.silent_at


@settings(max_examples=50)
@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_time_worked_adds_up(
    calendar: Calendar, one: dt.datetime, two: dt.datetime, three: dt.datetime
) -> None:
    first, middle, last = sorted((one, two, three))
    parts = calendar.worked(first, middle) + calendar.worked(middle, last)
    assert parts == calendar.worked(first, last) <= last - first


@settings(max_examples=50)
@given(CALENDARS, MOMENTS, MOMENTS)
def test_every_open_clock_reads(
    calendar: Calendar, received: dt.datetime, now: dt.datetime
) -> None:
    clock: Deadlines = deadlines(calendar, received)
    stands = standing(calendar, clock, now)
    assert (stands.state == State.RUNNING) == (now < clock.reply_due_at)
    assert (stands.state == State.SILENT) == (now >= clock.silent_at)
    if now >= received and stands.state == State.RUNNING:
        assert stands.time is not None
        assert stands.time <= DUE_AFTER
