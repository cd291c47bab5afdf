"""Calendar files: read back by icalendar, by vobject, and octet by octet."""

import datetime as dt
import warnings
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from meetings.calendar_messages import CONTENT_TYPE, CalendarEntry, EntryStatus, published

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vobject

PARIS, NEW_YORK, TOKYO = map(ZoneInfo, ("Europe/Paris", "America/New_York", "Asia/Tokyo"))
LONG = "Réunion, première; salle « Été » \\ 東京の会議 — " * 8
ENTRY = CalendarEntry(
    uid="1@ifa-crm",
    sequence=2,
    status=EntryStatus.CONFIRMED,
    starts=dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC),
    ends=dt.datetime(2026, 11, 24, 10, tzinfo=dt.UTC),
    zone=PARIS,
    summary="Introduction: Nestlé – Mov’eo",
    organizer_name='Anne "A" Exemple',
    organizer_email="anne@example.org",
    stamp=dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC),
    description="One\nTwo; three, four",
    location="Maison Minatec, Grenoble",
    url="https://crm.example.org/meetings/abcd1234/",
)


def event(entry: CalendarEntry):  # type: ignore[no-untyped-def]
    return Calendar.from_ical(published(entry)).walk("VEVENT")[0]


def test_every_property_is_read_back() -> None:
    calendar = Calendar.from_ical(published(ENTRY))
    assert (calendar["method"], calendar["version"]) == ("PUBLISH", "2.0")
    found = event(ENTRY)
    assert found["uid"] == "1@ifa-crm"
    assert found["sequence"] == 2
    assert found["status"] == "CONFIRMED"
    assert found["summary"] == ENTRY.summary
    assert found["description"] == ENTRY.description
    assert found["location"] == ENTRY.location
    assert found["url"] == ENTRY.url
    assert found["organizer"] == "mailto:anne@example.org"
    assert found["organizer"].params["CN"] == "Anne 'A' Exemple"
    assert found["dtstamp"].dt == ENTRY.stamp
    assert found["dtstart"].dt == ENTRY.starts
    assert found["dtend"].dt == ENTRY.ends


def test_nobody_is_asked_for_an_answer() -> None:
    """RFC 5546, 3.2.1: PUBLISH has an organizer and no attendee."""
    assert "attendee" not in event(ENTRY)
    assert "organizer" in event(ENTRY)
    assert CONTENT_TYPE.endswith("method=PUBLISH")


def test_lines_are_folded_and_text_is_escaped() -> None:
    """RFC 5545, 3.1: at most 75 octets a line, CRLF; a fold may cut no character in two."""
    raw = published(replace(ENTRY, summary=LONG, description=LONG))
    lines = raw.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in raw.replace(b"\r\n", b"")
    for line in lines:
        line.decode()
    assert event(replace(ENTRY, summary=LONG))["summary"] == LONG
    assert rb"premi\xc3\xa8re\; salle".replace(rb"\xc3\xa8", "è".encode()) in raw.replace(
        b"\r\n ", b""
    )


def test_a_line_cannot_be_smuggled_in() -> None:
    found = Calendar.from_ical(published(replace(ENTRY, summary="x\r\nATTENDEE:mailto:a@b.c")))
    assert "attendee" not in found.walk("VEVENT")[0]


def test_what_has_no_end_has_no_dtend() -> None:
    assert "dtend" not in event(replace(ENTRY, ends=None))


@pytest.mark.parametrize("status", EntryStatus)
def test_status_is_said(status: EntryStatus) -> None:
    assert event(replace(ENTRY, status=status))["status"] == status.value


def test_utc_needs_no_time_zone() -> None:
    raw = published(replace(ENTRY, zone=ZoneInfo("UTC")))
    assert b"VTIMEZONE" not in raw
    assert b"DTSTART:20261124T090000Z" in raw


# The weeks in which clocks change, in two zones, and a zone where they never do.
WEEKS = [
    (zone, dt.datetime(2026, month, first, hour, tzinfo=zone) + dt.timedelta(days=days))
    for zone, changes in {
        PARIS: ((3, 27), (10, 23)),
        NEW_YORK: ((3, 6), (10, 30)),
        TOKYO: ((3, 27), (10, 23)),
    }.items()
    for month, first in changes
    for days in range(5)
    for hour in (0, 9, 23)
]


@pytest.mark.parametrize(("zone", "starts"), WEEKS, ids=lambda value: str(value))
def test_the_wall_time_is_right_in_both_readers(zone: ZoneInfo, starts: dt.datetime) -> None:
    entry = replace(ENTRY, zone=zone, starts=starts, ends=starts + dt.timedelta(hours=1))
    raw = published(entry)
    found = event(entry)["dtstart"]
    assert found.params["TZID"] == zone.key
    assert found.dt == starts
    assert f"DTSTART;TZID={zone.key}:{starts:%Y%m%dT%H%M%S}".encode() in raw
    read = vobject.readOne(raw.decode()).vevent
    assert read.dtstart.value.replace(tzinfo=None) == starts.replace(tzinfo=None)
    assert read.dtstart.value.utcoffset() == starts.utcoffset()
    assert read.uid.value == entry.uid


@pytest.mark.parametrize(
    "name", ["Europe/Paris", "America/New_York", "Asia/Tokyo", "Africa/Casablanca", "Asia/Kolkata"]
)
def test_time_zone_tells_the_offset_of_every_hour(name: str) -> None:
    """Read by hand as RFC 5545, 3.6.5 says: the part with the latest onset before a time holds,
    and an onset is written in the offset before it (TZOFFSETFROM)."""
    zone = ZoneInfo(name)
    calendar = Calendar.from_ical(published(replace(ENTRY, zone=zone)))
    [component] = calendar.walk("VTIMEZONE")
    assert component["tzid"] == name
    onsets = sorted(
        (part["dtstart"].dt - part["tzoffsetfrom"].td, part["tzoffsetto"].td)
        for part in component.subcomponents
    )
    moment, last = dt.datetime(2025, 1, 2), dt.datetime(2027, 12, 30)
    while moment < last:
        told = [offset for onset, offset in onsets if onset <= moment][-1]
        assert told == moment.replace(tzinfo=dt.UTC).astimezone(zone).utcoffset(), moment
        moment += dt.timedelta(minutes=30)


def test_a_zone_without_change_has_one_part() -> None:
    [component] = Calendar.from_ical(published(replace(ENTRY, zone=TOKYO))).walk("VTIMEZONE")
    assert len(component.subcomponents) == 1
