"""A month as weeks."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from meetings.month import Month, filled

PARIS, TOKYO = ZoneInfo("Europe/Paris"), ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize("text", ["2026-11", "2026-1", "1990-01", "2100-12"])
def test_month_is_read(text: str) -> None:
    year, number = map(int, text.split("-"))
    assert Month.read(text) == Month(year, number)


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "x-1", "2026-1-1", "9999-01", "-1-01", "٢٠٢٦-٠x"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.read(text)


def test_neighbours_cross_the_year_and_end_with_the_calendar() -> None:
    assert (str(Month(2026, 12).next), str(Month(2026, 1).previous)) == ("2027-01", "2025-12")
    assert Month(1990, 1).previous is None
    assert Month(2100, 12).next is None


def test_weeks_begin_on_monday_and_are_whole() -> None:
    weeks = Month(2026, 11).weeks
    assert {len(week) for week in weeks} == {7}
    assert weeks[0][0] == dt.date(2026, 10, 26)
    assert weeks[-1][-1] == dt.date(2026, 12, 6)
    assert all(week[0].weekday() == 0 for week in weeks)


def test_stretch_follows_the_clocks_of_the_zone() -> None:
    first, last = Month(2026, 10).stretch(PARIS)
    assert (first.isoformat(), last.isoformat()) == (
        "2026-09-28T00:00:00+02:00",
        "2026-11-02T00:00:00+01:00",
    )


def test_entries_stand_on_their_day_in_the_order_of_time() -> None:
    late = dt.datetime(2026, 11, 10, 20, tzinfo=dt.UTC)
    early = dt.datetime(2026, 11, 10, 1, tzinfo=dt.UTC)
    weeks = filled(
        Month(2026, 11), [(late, "b"), (early, "a")], zone=TOKYO, today=dt.date(2026, 11, 11)
    )
    days = {day.date: day for week in weeks for day in week}
    assert days[dt.date(2026, 11, 10)].entries == ["a"]
    assert days[dt.date(2026, 11, 11)].entries == ["b"]
    assert [day.date for day in days.values() if day.is_today] == [dt.date(2026, 11, 11)]
    assert not days[dt.date(2026, 12, 1)].in_month
