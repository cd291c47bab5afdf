"""Nobody is booked twice.

A booking (person, from, to) stands for everybody who takes part in a *confirmed* meeting, and for
nobody else. Whoever confirms takes a lock on each of these people, always in the same order, looks
again, and only then writes. On PostgreSQL an exclusion constraint holds as well.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from itertools import islice
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ifa_crm.staff.models import Absence, Office, User
from meetings.free_times import DAYS_AHEAD, Stretch, WorkingTime, free_times
from meetings.models import Booking, Meeting, Participant

SUGGESTIONS = 3


class NotFreeError(ValidationError):
    """Somebody is not free then; ``free`` are the next times (in UTC) when everybody is."""

    def __init__(self, sentences: list[str], free: list[Stretch]) -> None:
        self.free = free
        super().__init__({"starts_at": [ValidationError(s, "not_free") for s in sentences]})


def lock_people(keys: Iterable[str]) -> None:
    """Hold these people until the transaction ends, in an order that all share: no deadlock.

    Advisory locks, because a guest has no row of his own and the rows of people are referred to
    by everything else. On SQLite the IMMEDIATE transaction lets one writer in at a time.
    """
    if connection.vendor != "postgresql":
        return
    numbers = sorted({_number(key) for key in keys})
    with connection.cursor() as cursor:
        for number in numbers:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])


def _number(key: str) -> int:
    """A signed 64-bit number for a person; two people who share one wait in vain, no more."""
    digest = hashlib.blake2b(f"booking:{key}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


def book(meeting: Meeting, actor: User) -> None:
    """Book everybody who takes part for the time of a locked meeting, anew if need be."""
    start, end = meeting.stretch
    rows = meeting.participants.select_related("staff", "contact", "leader")
    people = {row.person_key: row for row in rows if row.person_key}
    lock_people(people)
    meeting.bookings.all().delete()
    clashes = list(
        Booking.objects.overlapping(people, start, end)
        .select_related("meeting")
        .order_by("starts_at")
    )
    if clashes:
        raise _refusal(meeting, people, clashes, actor)
    try:
        with transaction.atomic():
            Booking.objects.bulk_create(_bookings(meeting, sorted(people)))
    except IntegrityError as error:  # written past the locks, by hand: the constraint held
        raise _refusal(meeting, people, [], actor) from error


def _bookings(meeting: Meeting, keys: list[str]) -> list[Booking]:
    start, end = meeting.stretch
    return [Booking(meeting=meeting, person_key=k, starts_at=start, ends_at=end) for k in keys]


def release(meeting: Meeting) -> None:
    """Nobody is booked for it any more."""
    meeting.bookings.all().delete()


def _refusal(
    meeting: Meeting, people: dict[str, Participant], clashes: list[Booking], actor: User
) -> NotFreeError:
    """Say who is not free and, where the actor may know, for which introduction."""
    seen = {
        other.pk: other
        for other in Meeting.objects.visible_to(actor)
        .filter(pk__in={clash.meeting_id for clash in clashes})
        .select_related("lead__investor", "cluster")
    }
    names: dict[Meeting | None, list[str]] = {}
    for clash in clashes:
        name = str(people[clash.person_key])
        others = names.setdefault(seen.get(clash.meeting_id), [])
        if name not in others:
            others.append(name)
    free = next_free_times(meeting, people)
    sentences = [_sentence(other, who, meeting.zone) for other, who in names.items()]
    sentences = sentences or [_("Somebody is not free then.")]
    return NotFreeError([*sentences, _offer(free, meeting)], free)


def _sentence(other: Meeting | None, who: list[str], zone: ZoneInfo) -> str:
    if other is None:
        return _("Not free then: %(names)s.") % {"names": ", ".join(who)}
    return _("Not free then: %(names)s (%(meeting)s, %(time)s).") % {
        "names": ", ".join(who),
        "meeting": other,
        "time": stretch_text(other.stretch, zone),
    }


def _offer(free: list[Stretch], meeting: Meeting) -> str:
    if not free:
        return _("They are not all free together in the next 30 days.")
    times = [stretch_text(stretch, meeting.zone) for stretch in free]
    return _("Next free times in %(zone)s: %(times)s.") % {
        "zone": meeting.time_zone,
        "times": "; ".join(times),
    }


def stretch_text(stretch: Stretch, zone: ZoneInfo) -> str:
    """From when to when, as clocks in ``zone`` show it."""
    start, end = (timezone.localtime(moment, zone) for moment in stretch)
    return f"{date_format(start, 'DATETIME_FORMAT')}–{date_format(end, 'TIME_FORMAT')}"


def next_free_times(meeting: Meeting, people: Iterable[str]) -> list[Stretch]:
    """The next times when all of them are free, in office hours of the meeting's zone."""
    start, end = meeting.stretch
    after = max(start, timezone.now())
    until = after + dt.timedelta(days=DAYS_AHEAD + 1)
    bookings = Booking.objects.overlapping(people, after, until).exclude(meeting=meeting)
    busy = [*bookings.values_list("starts_at", "ends_at"), *_absences(meeting, after, until)]
    found = free_times(
        busy=busy,
        work=working_time(meeting.zone),
        after=after,
        length=end - start,
    )
    return list(islice(found, SUGGESTIONS))


def working_time(zone: ZoneInfo) -> WorkingTime:
    """The hours of our office in that zone; Monday to Friday, 9 to 18, where there is none."""
    offices = Office.objects.filter(time_zone=zone.key, is_active=True)
    for office in offices.prefetch_related("hours", "holidays"):
        hours: dict[int, list[tuple[dt.time, dt.time]]] = {}
        for stretch in office.hours.all():
            hours.setdefault(stretch.weekday, []).append((stretch.opens, stretch.closes))
        if hours:
            off = {holiday.date for holiday in office.holidays.all()}
            return WorkingTime(zone, hours, off)
    return WorkingTime(zone)


def _absences(meeting: Meeting, after: dt.datetime, until: dt.datetime) -> list[Stretch]:
    """Days on which somebody of the staff who takes part is away, as stretches of their zone."""
    absences = Absence.objects.filter(
        user__participations__meeting=meeting, last_day__gte=after.date(), first_day__lte=until
    ).select_related("user")
    day = dt.timedelta(days=1)
    return [
        (
            dt.datetime.combine(absence.first_day, dt.time(), absence.user.zone),
            dt.datetime.combine(absence.last_day + day, dt.time(), absence.user.zone),
        )
        for absence in absences
    ]
