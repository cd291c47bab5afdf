"""Wall time of a place: a clock that changes is said so."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.wall_time import AmbiguousTimeError, MissingTimeError, day_of_end, to_utc

PARIS, NEW_YORK, TOKYO = map(ZoneInfo, ("Europe/Paris", "America/New_York", "Asia/Tokyo"))


@pytest.mark.parametrize(
    ("day", "time", "zone", "utc"),
    [
        (dt.date(2026, 3, 29), dt.time(1, 59), PARIS, "2026-03-29T00:59:00+00:00"),
        (dt.date(2026, 3, 29), dt.time(3, 0), PARIS, "2026-03-29T01:00:00+00:00"),
        (dt.date(2026, 10, 24), dt.time(10, 0), PARIS, "2026-10-24T08:00:00+00:00"),
        (dt.date(2026, 10, 25), dt.time(10, 0), PARIS, "2026-10-25T09:00:00+00:00"),
        (dt.date(2026, 3, 8), dt.time(3, 0), NEW_YORK, "2026-03-08T07:00:00+00:00"),
        (dt.date(2026, 11, 1), dt.time(10, 0), NEW_YORK, "2026-11-01T15:00:00+00:00"),
        (dt.date(2026, 10, 25), dt.time(2, 30), TOKYO, "2026-10-24T17:30:00+00:00"),
        (dt.date(2026, 3, 29), dt.time(2, 30), TOKYO, "2026-03-28T17:30:00+00:00"),
    ],
)
def test_wall_time_becomes_the_moment(
    day: dt.date, time: dt.time, zone: ZoneInfo, utc: str
) -> None:
    assert to_utc(day, time, zone).isoformat() == utc


@pytest.mark.parametrize(
    ("day", "time", "zone"),
    [
        (dt.date(2026, 3, 29), dt.time(2, 0), PARIS),
        (dt.date(2026, 3, 29), dt.time(2, 59), PARIS),
        (dt.date(2026, 3, 8), dt.time(2, 30), NEW_YORK),
    ],
)
def test_time_in_a_gap_is_missing(day: dt.date, time: dt.time, zone: ZoneInfo) -> None:
    with pytest.raises(MissingTimeError):
        to_utc(day, time, zone)


@pytest.mark.parametrize(
    ("day", "time", "zone"),
    [
        (dt.date(2026, 10, 25), dt.time(2, 0), PARIS),
        (dt.date(2026, 10, 25), dt.time(2, 59), PARIS),
        (dt.date(2026, 11, 1), dt.time(1, 30), NEW_YORK),
    ],
)
def test_time_in_a_fold_is_ambiguous(day: dt.date, time: dt.time, zone: ZoneInfo) -> None:
    with pytest.raises(AmbiguousTimeError):
        to_utc(day, time, zone)


@given(
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1)),
    st.sampled_from([PARIS, NEW_YORK, TOKYO, ZoneInfo("Africa/Casablanca"), ZoneInfo("UTC")]),
)
def test_the_way_there_and_back_changes_nothing(naive: dt.datetime, zone: ZoneInfo) -> None:
    naive = naive.replace(microsecond=0, fold=0)
    try:
        moment = to_utc(naive.date(), naive.time(), zone)
    except (MissingTimeError, AmbiguousTimeError):
        return
    assert moment.astimezone(zone).replace(tzinfo=None) == naive


DAY = dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("starts", "ends", "days"),
    [
        (dt.time(10), dt.time(11), 0),
        (dt.time(23, 30), dt.time(0, 30), 1),
        (dt.time(20), dt.time(4), 1),
    ],
)
def test_end_past_midnight_is_the_next_day(starts: dt.time, ends: dt.time, days: int) -> None:
    assert day_of_end(DAY, starts, ends) == DAY + dt.timedelta(days=days)


@pytest.mark.parametrize(("starts", "ends"), [(14, 13), (10, 10), (19, 4)])
def test_times_the_wrong_way_round_are_refused(starts: int, ends: int) -> None:
    with pytest.raises(ValueError, match="before"):
        day_of_end(DAY, dt.time(starts), dt.time(ends))
