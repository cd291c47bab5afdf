"""Calendar files of meetings: iCalendar (RFC 5545) as published by iTIP (RFC 5546).

Pure: values in, bytes out; no database inside. What a reader may know is decided by whoever makes
the :class:`CalendarEntry` (``meetings.calendar_entry``).
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress

PRODUCT = "-//Invest in France Agency//IFA CRM//EN"
CONTENT_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"
"""METHOD is a property of the calendar and a parameter of its MIME type (RFC 5545, 8.1)."""
UTC = ZoneInfo("UTC")


class EntryStatus(StrEnum):
    """RFC 5545, 3.8.1.11."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True)
class CalendarEntry:
    """What a calendar shows of a meeting.

    ``starts``, ``ends`` and ``stamp`` are aware; ``ends`` may be missing. ``sequence`` is the
    number of changes of time or place and of the cancelling (RFC 5546, 2.1.4).
    """

    uid: str
    sequence: int
    status: EntryStatus
    starts: dt.datetime
    ends: dt.datetime | None
    zone: ZoneInfo
    summary: str
    organizer_name: str
    organizer_email: str
    stamp: dt.datetime
    description: str = ""
    location: str = ""
    url: str = ""


def published(entry: CalendarEntry) -> bytes:
    """The file of one meeting to put into one's own calendar.

    METHOD:PUBLISH (RFC 5546, 3.2.1) asks nobody for an answer: it must have an ORGANIZER and must
    not have an ATTENDEE, so those who take part stand in the description. A cancelled meeting is
    published again with STATUS:CANCELLED and a higher SEQUENCE. Lines end with CRLF and are
    folded at 75 octets, text is escaped and in UTF-8 (RFC 5545, 3.1 and 3.3.11).
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    if entry.zone != UTC:
        calendar.add_component(time_zone(entry.zone, entry.starts))
    calendar.add_component(_event(entry))
    return calendar.to_ical()


def _event(entry: CalendarEntry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.stamp.astimezone(dt.UTC))
    event.add("dtstart", entry.starts.astimezone(entry.zone))
    if entry.ends is not None:
        event.add("dtend", entry.ends.astimezone(entry.zone))
    event.add("summary", entry.summary)
    event.add("status", entry.status.value)
    event.add("organizer", _address(entry.organizer_name, entry.organizer_email))
    for name in ("description", "location", "url"):
        if text := getattr(entry, name):
            event.add(name, text)
    return event


def _address(name: str, email: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    if name:
        address.params["CN"] = name.replace('"', "'")
    return address


@dataclass(frozen=True)
class _Change:
    """A moment at which the clocks of a zone change."""

    at: dt.datetime
    before: dt.timedelta
    after: dt.timedelta
    name: str
    is_daylight: bool


def time_zone(zone: ZoneInfo, around: dt.datetime) -> Timezone:
    """A VTIMEZONE that is right from a year before ``around`` to a year after it.

    The onset of each part is written in the local time *before* the change, TZOFFSETFROM
    (RFC 5545, 3.6.5); with one part for each change no reader has to know recurrence rules.
    """
    first = dt.datetime(around.year - 1, 1, 1, tzinfo=dt.UTC)
    last = dt.datetime(around.year + 2, 1, 1, tzinfo=dt.UTC)
    component = Timezone()
    component.add("tzid", zone.key)
    begins = _as_change(first, zone, before=_offset(zone, first))
    for change in (begins, *_changes(zone, first, last)):
        component.add_component(_observance(change))
    return component


def _observance(change: _Change) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if change.is_daylight else TimezoneStandard()
    part.add("dtstart", (change.at + change.before).replace(tzinfo=None))
    part.add("tzoffsetfrom", change.before)
    part.add("tzoffsetto", change.after)
    part.add("tzname", change.name)
    return part


def _changes(zone: ZoneInfo, first: dt.datetime, last: dt.datetime) -> Iterator[_Change]:
    """Every change of the offset, found day by day and then to the second."""
    day = dt.timedelta(days=1)
    here = first
    while here < last:
        if _offset(zone, here) != _offset(zone, here + day):
            low, high = here, here + day
            while high - low > dt.timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if _offset(zone, middle) == _offset(zone, low):
                    low = middle
                else:
                    high = middle
            yield _as_change(high, zone, before=_offset(zone, low))
        here += day


def _as_change(at: dt.datetime, zone: ZoneInfo, *, before: dt.timedelta) -> _Change:
    local = at.astimezone(zone)
    return _Change(
        at=at,
        before=before,
        after=_offset(zone, at),
        name=local.tzname() or zone.key,
        is_daylight=bool(local.dst()),
    )


def _offset(zone: ZoneInfo, at: dt.datetime) -> dt.timedelta:
    return at.astimezone(zone).utcoffset() or dt.timedelta()
