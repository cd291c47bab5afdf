"""Each constraint in the database, and the small truths of a row."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ifa_crm.staff.models import User
from meetings.choices import MeetingForm, MeetingState, PersonKind, Side
from meetings.models import Booking, Meeting, MeetingLog, Participant
from tests import make

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("meetings_meeting_in_order", {"starts_at": NOW, "ends_at": NOW}),
        ("meetings_meeting_in_order", {"starts_at": NOW, "ends_at": NOW - HOUR}),
        ("meetings_meeting_has_time", {"state": "confirmed", "starts_at": None, "ends_at": None}),
        ("meetings_meeting_has_time", {"state": "held", "starts_at": None, "ends_at": None}),
        ("meetings_meeting_whole_time", {"ends_at": None}),
        ("meetings_meeting_whole_time", {"starts_at": None}),
        ("meetings_meeting_plannable_form", {"form": MeetingForm.EMAIL}),
        ("meetings_meeting_plannable_form", {"state": "confirmed", "form": "without us"}),
        ("meetings_meeting_cancelled_by", {"state": "cancelled"}),
        ("meetings_meeting_cancelled_by", {"state": "cancelled", "cancelled_by": "agency"}),
        ("meetings_meeting_cancelled_by", {"cancelled_by": "agency", "cancel_reason": "x"}),
        ("meetings_meeting_no_show_by", {"state": "no-show"}),
        ("meetings_meeting_no_show_by", {"no_show_by": "agency"}),
    ],
)
def test_meeting_constraint_holds(constraint: str, changes: dict[str, Any]) -> None:
    meeting = make.meeting()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(**changes)
    for name, value in changes.items():
        setattr(meeting, name, value)
    with pytest.raises(ValidationError):
        meeting.full_clean()


@pytest.mark.parametrize(
    "who",
    [
        {},
        {"staff": True, "contact": True},
        {"staff": True, "guest_name": "G", "guest_side": "cluster"},
        {"contact": True, "leader": True},
    ],
)
def test_participant_is_exactly_one(who: dict[str, Any]) -> None:
    meeting = make.meeting()
    people = {
        "staff": make.user(),
        "contact": make.contact(investor=meeting.lead.investor),
        "leader": make.leader(cluster=meeting.cluster),
    }
    row = Participant(
        meeting=meeting, **{n: people.get(n) if v is True else v for n, v in who.items()}
    )
    with pytest.raises(ValidationError):
        row.full_clean()
    with pytest.raises(IntegrityError, match="exactly_one"), transaction.atomic():
        row.save()


@pytest.mark.parametrize(
    "fields",
    [
        {"guest_name": "G"},
        {"staff": True, "guest_side": "cluster"},
        {"staff": True, "guest_email": "g@example.org"},
    ],
)
def test_only_a_guest_has_a_side_and_every_guest_has(fields: dict[str, Any]) -> None:
    given = fields | ({"staff": make.user()} if "staff" in fields else {})
    row = Participant(meeting=make.meeting(), **given)
    with pytest.raises(ValidationError):
        row.full_clean()
    with pytest.raises(IntegrityError, match="guest_fields"), transaction.atomic():
        row.save()


def test_nobody_takes_part_twice() -> None:
    meeting = make.meeting()
    Participant.objects.create(
        meeting=meeting, guest_name="A", guest_email="a@example.org", guest_side=Side.CLUSTER
    )
    rows = [
        Participant(meeting=meeting, **{field: getattr(row, field)})
        for row in meeting.participants.all()
        for field in ("staff", "contact", "leader")
        if getattr(row, field)
    ]
    rows.append(
        Participant(
            meeting=meeting, guest_name="B", guest_email="A@example.org", guest_side=Side.AGENCY
        )
    )
    assert len(rows) == 4
    for row in rows:
        with pytest.raises(ValidationError, match="already takes part"):
            row.full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()


def booking(**fields: Any) -> Booking:
    given = {"person_key": "staff:1", "starts_at": NOW, "ends_at": NOW + HOUR} | fields
    return Booking(**{"meeting": fields.get("meeting") or make.meeting()} | given)


def test_booking_ends_after_it_starts_and_stands_once() -> None:
    wrong = booking(ends_at=NOW)
    with pytest.raises(ValidationError):
        wrong.full_clean()
    with pytest.raises(IntegrityError, match="booking_in_order"), transaction.atomic():
        wrong.save()
    first = booking()
    first.save()
    again = booking(meeting=first.meeting, starts_at=NOW + 5 * HOUR, ends_at=NOW + 6 * HOUR)
    with pytest.raises(ValidationError, match="already booked"):
        again.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


@pytest.mark.postgresql
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no exclusion")
def test_booking_excludes_what_overlaps_and_lets_ends_touch() -> None:
    booking().save()
    booking(starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR).save()
    booking(person_key="staff:2").save()
    for shift in (-59, 0, 30, 59):
        start = NOW + dt.timedelta(minutes=shift)
        with pytest.raises(IntegrityError, match="nobody_twice"), transaction.atomic():
            booking(starts_at=start, ends_at=start + HOUR).save()


def test_person_keys_name_a_person_across_meetings() -> None:
    meeting = make.meeting()
    keys = {row.kind: row.person_key for row in meeting.participants.all()}
    assert set(keys) == {PersonKind.STAFF, PersonKind.CONTACT, PersonKind.LEADER}
    assert keys[PersonKind.STAFF] == f"staff:{meeting.lead.owner_id}"
    guest = Participant(guest_name="G", guest_email="G@Example.org", guest_side=Side.CLUSTER)
    assert (guest.kind, guest.person_key, guest.side) == ("guest", "guest:g@example.org", "cluster")
    assert Participant(guest_name="G").person_key == ""


@pytest.mark.parametrize("minutes", [-1, 0, 1])
@pytest.mark.parametrize("state", MeetingState)
def test_to_record_is_the_same_in_sql_and_python(state: MeetingState, minutes: int) -> None:
    meeting = make.meeting(state=state)
    if meeting.ends_at is None:
        return
    now = meeting.ends_at + dt.timedelta(minutes=minutes)
    found = Meeting.objects.to_record(now).filter(pk=meeting.pk).exists()
    assert found is meeting.is_to_record_at(now)


def test_uid_and_reference_are_its_own() -> None:
    first, second = make.meeting(), make.meeting()
    assert first.uid != second.uid
    assert first.natural_key() == (first.ref,)
    assert Meeting.objects.get_by_natural_key(first.ref) == first
    assert str(first) == f"{first.lead.investor} - {first.cluster}"


def test_a_log_row_speaks() -> None:
    meeting = make.meeting()
    row = MeetingLog(
        meeting=meeting, from_state="draft", to_state="held", passed_over=["confirmed"]
    )
    assert (row.to_label, row.passed_over_labels) == ("Held", ["Confirmed"])
    assert not row.is_rescheduling
    assert meeting.stretch == (meeting.starts_at, meeting.ends_at)
    with pytest.raises(ValueError, match="no time"):
        _ = Meeting().stretch
    assert not Meeting().has_started_at(timezone.now())


def test_whether_a_participant_is_known_is_asked_of_that_one(adviser: User) -> None:
    """Not of all contacts there are, which SQLite would list for each meeting that is opened."""
    asked = str(Participant.objects.visible_to(adviser).query)
    assert "EXISTS(SELECT" in asked
    assert "IN (SELECT" not in asked
