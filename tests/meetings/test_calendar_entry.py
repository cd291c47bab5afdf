"""What a calendar file says: never who a confidential investor is, nor with whom one meets."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from icalendar import Calendar

from ifa_crm.staff.models import User
from meetings.calendar_entry import entry_of
from meetings.calendar_messages import published
from meetings.choices import MeetingForm, MeetingState, Side
from meetings.models import Meeting
from meetings.services import planning
from meetings.services.people import Guest
from tests import make

pytestmark = pytest.mark.django_db

PAGE = "https://crm.example.org/meetings/x/"


def event(meeting: Meeting, reader: User):  # type: ignore[no-untyped-def]
    entry = entry_of(meeting, reader, address=PAGE, now=timezone.now())
    return Calendar.from_ical(published(entry)).walk("VEVENT")[0]


def test_open_lead_is_named_with_all(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    meeting = make.meeting(
        lead=lead, state=MeetingState.CONFIRMED, link="https://meet.example.org/1"
    )
    found = event(meeting, adviser)
    assert str(lead.investor) in found["summary"]
    assert str(meeting.cluster) in found["summary"]
    for words in ("First talk", "https://meet.example.org/1", str(lead.investor.contacts.get())):
        assert words in found["description"]
    assert (found["location"], found["url"]) == ("Paris", PAGE)
    assert found["organizer"] == f"mailto:{adviser.email}"
    assert found["uid"] == meeting.uid


def test_confidential_lead_is_not_betrayed_to_anybody(adviser: User, manager: User) -> None:
    """A calendar is shared: not even those who may see the lead get more into it."""
    investor = make.investor(
        actor=adviser, name="Geheim GmbH", native_name="秘密", romanised_name="Himitsu"
    )
    lead = make.qualified_lead(
        owner=adviser, investor=investor, title="Secret batteries", confidential="yes"
    )
    cluster = make.cluster(name="Tenerrdis")
    guest = Guest("Greta Gast", Side.INVESTOR, "greta@geheim.example.org")
    meeting = make.meeting(
        lead=lead,
        cluster=cluster,
        state=MeetingState.CONFIRMED,
        purpose="Geheim meets Tenerrdis",
        place="Himitsu Tower, Kyoto",
        link="https://geheim.example.org/room",
        people=make.people(lead=lead, cluster=cluster, guests=(guest,)),
    )
    contact = lead.investor.contacts.get()
    for reader in (adviser, manager):
        entry = entry_of(meeting, reader, address=PAGE, now=timezone.now())
        raw = published(entry).decode().replace("\r\n ", "").casefold()
        for secret in (
            "geheim", "himitsu", "秘密", "secret", "kyoto", "greta", contact.name.casefold(),
            contact.email, lead.ref, investor.ref,
        ):  # fmt: skip
            assert secret not in raw
        assert "introduction: tenerrdis" in raw


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (MeetingState.DRAFT, "TENTATIVE"),
        (MeetingState.CONFIRMED, "CONFIRMED"),
        (MeetingState.HELD, "CONFIRMED"),
        (MeetingState.NO_SHOW, "CONFIRMED"),
        (MeetingState.CANCELLED, "CANCELLED"),
    ],
)
def test_every_state_has_its_status(adviser: User, state: MeetingState, said: str) -> None:
    meeting = make.meeting(lead=make.qualified_lead(owner=adviser), state=state)
    assert event(meeting, adviser)["status"] == said


def test_uid_stays_and_the_sequence_rises_with_time_place_and_cancelling(adviser: User) -> None:
    meeting = make.meeting(lead=make.qualified_lead(owner=adviser), state=MeetingState.CONFIRMED)
    first = event(meeting, adviser)
    start = make.in_days(12)
    meeting = planning.reschedule(
        actor=adviser,
        meeting=meeting,
        starts_at=start,
        ends_at=start + dt.timedelta(hours=1),
        time_zone="Asia/Tokyo",
        place="Tokyo",
        link="",
    )
    second = event(meeting, adviser)
    meeting = planning.cancel(actor=adviser, meeting=meeting, by=Side.INVESTOR, reason="Ill.")
    third = event(meeting, adviser)
    assert first["uid"] == second["uid"] == third["uid"]
    assert [e["sequence"] for e in (first, second, third)] == [0, 1, 2]
    assert third["status"] == "CANCELLED"
    assert second["dtstart"].dt == start
    assert second["dtstart"].params["TZID"] == "Asia/Tokyo"


def test_what_has_no_end_or_no_owner_is_written_all_the_same(manager: User) -> None:
    lead = make.lead()
    meeting = make.meeting(lead=make.qualified_lead(owner=manager), starts_at=None, ends_at=None)
    with pytest.raises(ValueError, match="without a time"):
        entry_of(meeting, manager, address=PAGE, now=timezone.now())
    meeting.lead, meeting.created_by = lead, None
    meeting.starts_at, meeting.form = make.in_days(-1), MeetingForm.EMAIL
    entry = entry_of(meeting, manager, address=PAGE, now=timezone.now())
    assert entry.ends is None
    assert "@" in entry.organizer_email
    assert entry.zone == ZoneInfo("Europe/Paris")
