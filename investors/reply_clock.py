"""The reply clock: working time in the wall time of an office. Pure, no database.

Moments are aware and compared in UTC. A stretch of working hours is told by the clock on the wall
of the office and turned into UTC once, so that on the day on which the clocks change it lasts as
long as it really does.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = dt.timedelta(hours=8)  # a working day, by definition
DUE_AFTER: Final = DAY
SILENT_AFTER: Final = 5 * DAY
# Until the last minute means until midnight: no time of day is later than 23:59.
LAST_MINUTE: Final = dt.time(23, 59)
_ONE_DAY: Final = dt.timedelta(days=1)
_NOTHING: Final = dt.timedelta(0)
# Nothing that is on record is older; before it, zones are told by the sun.
_EARLIEST: Final = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)

Stretch = tuple[dt.datetime, dt.datetime]
Hours = Mapping[int, tuple[tuple[dt.time, dt.time], ...]]

# Monday to Friday, eight hours: for an office that has none on record, or a lead of no office.
STANDARD_HOURS: Final[Hours] = {weekday: ((dt.time(9), dt.time(17)),) for weekday in range(5)}


@dataclass(frozen=True)
class Calendar:
    """When an office works: its zone, stretches by weekday (Monday 0), days on which it is shut.

    An office without a single stretch works the standard hours. Stretches may overlap.
    """

    zone: ZoneInfo
    hours: Hours = field(default_factory=dict)
    holidays: frozenset[dt.date] = frozenset()
    _days: dict[dt.date, tuple[Stretch, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def stretches(self, day: dt.date) -> tuple[Stretch, ...]:
        """The stretches of a local day in UTC, in order, none touching another."""
        found = self._days.get(day)
        if found is None:
            found = self._days[day] = tuple(self._worked_on(day))
        return found

    def _worked_on(self, day: dt.date) -> list[Stretch]:
        if day in self.holidays:
            return []
        hours = self.hours if any(self.hours.values()) else STANDARD_HOURS
        merged: list[Stretch] = []
        for opens, closes in sorted(self._told_on(day, hours)):
            if merged and opens <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
            elif opens < closes:
                merged.append((opens, closes))
        return merged

    def _told_on(self, day: dt.date, hours: Hours) -> Iterator[Stretch]:
        for opens, closes in hours.get(day.weekday(), ()):
            yield self._begin(day, opens), self._end(day, closes)

    def _begin(self, day: dt.date, opens: dt.time) -> dt.datetime:
        return _in_utc(dt.datetime.combine(day, opens), self.zone, fold=0)

    def _end(self, day: dt.date, closes: dt.time) -> dt.datetime:
        if closes >= LAST_MINUTE:
            return _in_utc(dt.datetime.combine(day + _ONE_DAY, dt.time()), self.zone, fold=0)
        return _in_utc(dt.datetime.combine(day, closes), self.zone, fold=1)

    def _from(self, moment: dt.datetime) -> Iterator[Stretch]:
        """What is worked from ``moment`` on, without end."""
        moment = max(moment, _EARLIEST)
        day = moment.astimezone(self.zone).date()
        while True:
            for begin, end in self.stretches(day):
                if end > moment:
                    yield max(begin, moment), end
            day += _ONE_DAY

    def after(self, moment: dt.datetime, *work: dt.timedelta) -> tuple[dt.datetime, ...]:
        """The first moments at which so much has been worked since ``moment``; ``work`` rises."""
        found: list[dt.datetime] = []
        worked = _NOTHING
        for begin, end in self._from(moment):
            length = end - begin
            while len(found) < len(work) and worked + length >= work[len(found)]:
                found.append(begin + (work[len(found)] - worked))
            if len(found) == len(work):
                break
            worked += length
        return tuple(found)

    def worked(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """How much is worked between two moments; nothing if ``end`` is not later."""
        worked = _NOTHING
        if end <= start:
            return worked
        for begins, ends in self._from(start):
            if begins >= end:
                break
            worked += min(ends, end) - begins
        return worked


def _in_utc(wall: dt.datetime, zone: ZoneInfo, *, fold: int) -> dt.datetime:
    """A wall time in UTC; ``fold`` says which one is meant of a time that comes twice.

    One that the clocks jump over is the moment of the jump.
    """
    moment = wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC)
    if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall:
        return moment
    before, after = (wall.replace(tzinfo=zone, fold=f).astimezone(dt.UTC) for f in (1, 0))
    while after - before > dt.timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


STANDARD: Final = Calendar(ZoneInfo("Europe/Paris"))
"""The calendar of a lead that no office handles."""


@dataclass(frozen=True)
class Deadlines:
    """By when an inbound message is to be answered, and from when on we are silent."""

    reply_due_at: dt.datetime
    silent_at: dt.datetime


def deadlines(calendar: Calendar, received: dt.datetime) -> Deadlines:
    """Due after 8 working hours, silent after 40."""
    return Deadlines(*calendar.after(received, DUE_AFTER, SILENT_AFTER))


def is_late_entry(calendar: Calendar, happened: dt.datetime, logged: dt.datetime) -> bool:
    """Whether it was logged more than one working day after its date, by the days of the office.

    Told by days and not by hours: what is said on a Monday is in time all Tuesday, whatever the
    hour and however long the office is open; many entries are known by their date only.
    """
    day = happened.astimezone(calendar.zone).date()
    last = logged.astimezone(calendar.zone).date()
    worked = 0
    while day < last and worked <= 1:
        day += _ONE_DAY
        worked += bool(calendar.stretches(day))
    return worked > 1


class State(StrEnum):
    RUNNING = "running"
    LATE = "late"
    SILENT = "silent"


# Of a silence that has lasted longer, the day on which it began says more than a count.
COUNTED_FOR: Final = dt.timedelta(days=90)


@dataclass(frozen=True)
class Standing:
    """How an open clock stands: ``time`` is the working time left, or past the due moment, or
    since the message came where it is silent (nothing if that is too long ago to be counted)."""

    state: State
    time: dt.timedelta | None
    deadlines: Deadlines


def standing(calendar: Calendar, clock: Deadlines, now: dt.datetime) -> Standing:
    due = clock.reply_due_at
    if now < due:
        return Standing(State.RUNNING, calendar.worked(now, due), clock)
    if now < clock.silent_at:
        return Standing(State.LATE, calendar.worked(due, now), clock)
    if now - due > COUNTED_FOR:
        return Standing(State.SILENT, None, clock)
    return Standing(State.SILENT, DUE_AFTER + calendar.worked(due, now), clock)
