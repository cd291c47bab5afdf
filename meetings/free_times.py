"""When a group of people is free next, within the hours in which people there work.

Pure: the busy stretches and the hours are given, no database inside.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from meetings.wall_time import AmbiguousTimeError, MissingTimeError, to_utc

Stretch = tuple[dt.datetime, dt.datetime]
Hours = tuple[dt.time, dt.time]

STEP = dt.timedelta(minutes=30)
DAYS_AHEAD = 30
WEEK = {weekday: [(dt.time(9), dt.time(18))] for weekday in range(5)}


@dataclass(frozen=True)
class WorkingTime:
    """Hours by weekday (Monday is 0) in a zone, and the days on which nobody works."""

    zone: ZoneInfo
    hours: Mapping[int, Sequence[Hours]] = field(default_factory=lambda: WEEK)
    days_off: Collection[dt.date] = frozenset()


def free_times(
    *, busy: Collection[Stretch], work: WorkingTime, after: dt.datetime, length: dt.timedelta
) -> Iterator[Stretch]:
    """Stretches of ``length`` from ``after`` on, every half hour, that touch nothing ``busy``.

    Ends may touch. All moments are aware; the answers are in UTC and end with ``DAYS_AHEAD``.
    """
    first = after.astimezone(work.zone).date()
    for ahead in range(DAYS_AHEAD):
        day = first + dt.timedelta(days=ahead)
        if day in work.days_off:
            continue
        for opens, closes in work.hours.get(day.weekday(), ()):
            for start, end in _within(day, opens, closes, work.zone, length):
                if start >= after and not any(s < end and e > start for s, e in busy):
                    yield start, end


def _within(
    day: dt.date, opens: dt.time, closes: dt.time, zone: ZoneInfo, length: dt.timedelta
) -> Iterator[Stretch]:
    """Every half hour between two wall times, as far as the meeting still fits."""
    wall = dt.datetime.combine(day, opens)
    last = dt.datetime.combine(day, closes) - length
    while wall <= last:
        try:
            start = to_utc(day, wall.time(), zone)
        except (MissingTimeError, AmbiguousTimeError):
            pass  # nobody is offered a time that a clock does not show, or shows twice
        else:
            yield start, start + length
        wall += STEP
