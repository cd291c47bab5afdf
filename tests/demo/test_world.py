"""The invented world: whole, in step with itself, and nobody in it is real."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import EmailField, F, Max, Min, Model, Q
from django.utils import timezone

from clusters.choices import SeatState, Tier
from clusters.models import Cluster, ClusterFact, CorrectionNote, Leader, OpenSeat
from ifa_crm.home import demo
from ifa_crm.staff.models import Absence, User
from ifa_crm.staff.roles import Role
from ifa_crm.staff.services import DEMO_NAMES
from investors.choices import (
    CLOSED,
    Contribution,
    EngagementKind,
    EngagementState,
    PriorTie,
    ShortlistState,
    Stage,
    Status,
)
from investors.clocks import Calendars
from investors.models import (
    Admission,
    Contact,
    Engagement,
    Enquiry,
    Evaluation,
    Interaction,
    Investor,
    Lead,
    Milestone,
    Outcome,
    Shortlisting,
)
from investors.seat_board import Board, Way
from investors.services.assignment import preview
from investors.services.clocks import wind
from meetings.choices import MeetingForm, MeetingState
from meetings.models import Booking, Meeting

pytestmark = pytest.mark.usefixtures("world")

RESERVED = re.compile(r"(^|\.)(example|example\.(com|net|org))$")
FICTIONAL_NUMBERS = re.compile(
    r"\+1 \d{3} 555 01\d\d"  # North America
    r"|\+33 (1 99 00|2 61 91|3 53 01|4 65 71|5 36 49) \d\d \d\d"  # France
    r"|\+44 (20 7946 0\d{3}|1632 960\d{3})"  # United Kingdom
    r"|\+49 (30 23125 \d{3}|221 4710 \d{3})"  # Germany
    r"|\+46 8 465 004 \d\d"  # Sweden
)


def rows() -> Iterator[Model]:
    for each in demo.loaded_rows():
        yield from each


def texts() -> Iterator[tuple[str, str]]:
    """(where, text) of everything that the files say."""
    for record in demo.records():
        if record["model"] in {"clusters.cluster", "clusters.clusterfact"}:
            continue  # the reference data's own
        for name, value in record["fields"].items():
            if isinstance(value, str) and name != "uid":
                yield f"{record['model']}.{name}", value


def test_sixty_investors_of_twenty_countries() -> None:
    assert 55 <= Investor.objects.count() <= 70
    assert len(set(Investor.objects.values_list("control_country", flat=True))) >= 20
    assert 75 <= Lead.objects.count() <= 100


@pytest.mark.parametrize(
    "letters",
    ["\u3040-\u30ff\u4e00-\u9fff", "\uac00-\ud7af", "\u0600-\u06ff", "\u0590-\u05ff",
     "\u0400-\u04ff", "\u0370-\u03ff", "\u0900-\u097f", "À-ÿ"],
    ids=["Japanese", "Korean", "Arabic", "Hebrew", "Cyrillic", "Greek", "Hindi", "accents"],
)  # fmt: skip
def test_names_in_many_scripts(letters: str) -> None:
    names = " ".join(f"{row.name} {row.native_name}" for row in Investor.objects.all())
    people = " ".join(f"{row.name} {row.native_name}" for row in Contact.objects.all())
    assert re.search(f"[{letters}]", names)
    assert re.search(f"[{letters}]", people)


def test_every_state_occurs() -> None:
    leads = Lead.objects.all()
    assert set(leads.values_list("stage", flat=True)) == set(Stage)
    assert set(leads.values_list("status", flat=True)) == set(Status)
    assert set(Shortlisting.objects.values_list("state", flat=True)) == set(ShortlistState)
    kinds = set(Engagement.objects.values_list("kind", "state"))
    assert kinds == {(kind, state) for kind in EngagementKind for state in EngagementState}
    contributions = set(Engagement.objects.values_list("contribution", flat=True))
    assert contributions == {*Contribution, ""}
    assert set(Meeting.objects.values_list("state", flat=True)) == set(MeetingState)
    assert set(Meeting.objects.values_list("form", flat=True)) == set(MeetingForm)
    today = timezone.localdate()
    assert {seat.state_on(today) for seat in OpenSeat.objects.all()} == set(SeatState)


def test_every_row_is_valid() -> None:
    for row in rows():
        row.full_clean()


def test_stage_and_status_are_what_the_log_says() -> None:
    for lead in Lead.objects.with_logged_stage().prefetch_related("log"):
        assert lead.stage == lead.logged_stage, lead
        assert (
            lead.status == [move.to_state for move in lead.log.all() if move.kind == "status"][-1]
        )


def test_heard_at_is_what_they_last_said() -> None:
    said = Q(interactions__direction="in") | Q(interactions__result="spoke")
    for lead in Lead.objects.annotate(last=Max("interactions__happened_at", filter=said)):
        assert lead.heard_at == lead.last, lead


def test_next_due_is_the_earliest_open_action() -> None:
    due = Min("actions__due", filter=Q(actions__done_at__isnull=True))
    for lead in Lead.objects.annotate(earliest=due):
        assert lead.next_due == lead.earliest, lead
        has_ended = lead.status in CLOSED
        assert (lead.next_due is None) == has_ended, lead


def test_reply_clocks_are_those_of_the_hours() -> None:
    calendars = Calendars()
    for said in Interaction.objects.select_related("lead__owner"):
        told = (said.reply_due_at, said.silent_at, said.logged_late)
        wind(said, said.lead, calendars)
        assert told == (said.reply_due_at, said.silent_at, said.logged_late), said


def test_a_lead_carries_its_earliest_open_clock() -> None:
    is_open = Q(interactions__direction="in", interactions__answered_at__isnull=True)
    for lead in Lead.objects.annotate(first=Min("interactions__reply_due_at", filter=is_open)):
        assert lead.reply_due_at == lead.first, lead


def test_text_is_folded() -> None:
    call_command("refold", check=True, verbosity=0)


def test_nobody_is_booked_twice() -> None:
    for booking in Booking.objects.all():
        others = Booking.objects.overlapping(
            [booking.person_key], booking.starts_at, booking.ends_at
        )
        assert list(others) == [booking]


def test_bookings_stand_for_those_who_take_part_in_confirmed_meetings() -> None:
    for meeting in Meeting.objects.prefetch_related("bookings", "participants"):
        booked = {(b.person_key, b.starts_at, b.ends_at) for b in meeting.bookings.all()}
        keys = {person.person_key for person in meeting.participants.all()} - {""}
        confirmed = meeting.state == MeetingState.CONFIRMED
        expected = {(key, meeting.starts_at, meeting.ends_at) for key in keys}
        assert booked == (expected if confirmed else set()), meeting


def test_no_address_is_real() -> None:
    for where, text in texts():
        for domain in re.findall(r"@([\w.-]+\.\w+)|https?://([\w.-]+)", text):
            assert RESERVED.search("".join(domain)), f"{where}: {domain}"
        if where.endswith(".website") and text:
            assert RESERVED.search(text), f"{where}: {text}"
    for row in rows():
        for field in row._meta.concrete_fields:
            address = getattr(row, field.attname)
            if isinstance(field, EmailField) and address:
                assert RESERVED.search(address.rpartition("@")[2]), address


def test_no_number_is_real() -> None:
    numbers = [text for where, text in texts() if where.endswith(".phone") and text]
    assert len(numbers) > 60
    assert [number for number in numbers if not FICTIONAL_NUMBERS.fullmatch(number)] == []


def test_leaders_of_every_international_and_a_third_of_the_national_clusters() -> None:
    led = set(Leader.objects.active().values_list("cluster", flat=True))
    for tier, share in ((Tier.INTERNATIONAL, 1), (Tier.NATIONAL, 1 / 3)):
        clusters = set(Cluster.objects.filter(tier=tier).values_list("pk", flat=True))
        assert len(clusters & led) >= share * len(clusters), tier


def test_nothing_told_is_still_ahead() -> None:
    now = timezone.now()
    assert not Interaction.objects.filter(happened_at__gt=now).exists()
    assert not Interaction.objects.filter(logged_at__gt=now).exists()
    for model in (Lead.log, Shortlisting.log, Engagement.log, Meeting.log):
        assert not model.rel.related_model.objects.filter(at__gt=now).exists()
    ended = Meeting.objects.exclude(state__in=[MeetingState.DRAFT, MeetingState.CONFIRMED])
    assert not ended.exclude(state=MeetingState.CANCELLED).filter(starts_at__gt=now).exists()


def test_introductions_lie_ahead_and_wait_to_be_recorded() -> None:
    now = timezone.now()
    soon = Meeting.objects.confirmed().between(now, now + dt.timedelta(days=14))
    assert soon.count() >= 3
    assert Meeting.objects.to_record(now).exists()
    assert Meeting.objects.filter(state=MeetingState.DRAFT, starts_at__isnull=True).exists()


def test_a_seat_is_soon_to_be_taken_on_every_day_of_the_week() -> None:
    weeks = demo.weeks_shifted() or 0
    monday = demo.ANCHOR + dt.timedelta(weeks=weeks)
    desk = User.objects.get(username="desk")
    for day in (monday + dt.timedelta(days=each) for each in range(-1, 7)):
        first = Board.read(desk, day, Way.DEADLINE).groups[0]
        assert first.title == "Within two weeks", day


def test_confidential_cases() -> None:
    hidden = Lead.objects.filter(restricted=True)
    assert hidden.count() == 2
    assert Admission.objects.filter(lead__in=hidden).exists()
    for lead in hidden.select_related("investor", "owner"):
        assert lead.investor.restricted
        assert lead.investor.contacts.filter(restricted=False).count() == 0
    seat = OpenSeat.objects.get(filled_by__restricted=True)
    assert seat.filled_by.admitted.exists()
    assert seat.restricted
    assert set(seat.admitted.all()) == set(seat.filled_by.admitted.all())
    assert seat.filled_by.organisation.restricted


def test_special_cases() -> None:
    today = timezone.localdate()
    week = today + dt.timedelta(days=7)
    assert Engagement.objects.filter(prior_tie=PriorTie.MEMBER).exists()
    assert Engagement.objects.filter(prior_tie=PriorTie.PARTNER).exists()
    came_back = Interaction.objects.unanswered().filter(lead__status=Status.LOST)
    assert came_back.get().lead.received_at < timezone.now() - dt.timedelta(days=365)
    assert Interaction.objects.filter(subject="None of the 66 fits").exists()
    waking = Lead.objects.filter(status=Status.WAITING, waiting_until__lte=week)
    assert waking.count() >= 3
    assert Lead.objects.live().active_on(today).filter(owner__isnull=True).count() >= 3
    assert Lead.objects.active_on(today).filter(next_due__lt=today).count() >= 5
    assert CorrectionNote.objects.open().exists()
    assert Lead.objects.archived().exists()
    assert Investor.objects.filter(parent__isnull=False).exists()
    assert Milestone.objects.filter(attempt=2).exists()
    assert Outcome.objects.count() >= 3
    checked = ClusterFact.objects.filter(checked_on__isnull=False)
    assert checked.stale_on(today).exists()
    assert checked.exclude(pk__in=checked.stale_on(today)).exists()


def test_the_front_door_is_open() -> None:
    """An enquiry of the form as the product makes it, one from France, the rules, an evaluation."""
    came, from_france = Enquiry.objects.order_by("-received_at")
    lead, person = came.lead, came.lead.investor.contacts.get()
    assert (lead.stage, lead.origin, lead.heard_at) == (Stage.RECEIVED, "enquiry", came.received_at)
    given = preview(country=came.country.code, sectors=[], day=came.received_at.date())
    assert (lead.owner, lead.office) == (given.owner, given.office)
    said, action = lead.interactions.get(), lead.actions.get()
    assert (said.text, said.direction, list(said.contacts.all())) == (came.text, "in", [person])
    assert said.reply_due_at == lead.reply_due_at
    assert (action.what, action.due) == ("First reply", came.due_there.date())
    assert list(Enquiry.objects.to_settle()) == [from_france]
    evaluation = Evaluation.objects.get()
    assert len(evaluation.rows) == Cluster.objects.count()
    assert evaluation.made_by == evaluation.lead.owner


def test_own_share_is_told_in_some_and_undisclosed_in_others() -> None:
    agreed = Engagement.objects.filter(state=EngagementState.VERIFIED)
    assert agreed.filter(undisclosed=True).exists()
    assert agreed.filter(share_amount__isnull=False, jobs__gt=0).exists()


def test_confirmed_by_a_second_person() -> None:
    for row in Engagement.objects.counted().select_related("lead"):
        assert row.verified_by_id not in {row.recorded_by_id, row.lead.owner_id}


def test_people_of_the_agency() -> None:
    users = {user.username: user for user in User.objects.prefetch_related("groups")}
    assert set(DEMO_NAMES) <= set(users)
    assert {role for user in users.values() for role in user.roles} == set(Role)
    assert users["admin"].is_staff
    assert users["adviser"].office.city == "Tokyo"
    assert users["adviser2"].office.city == "Boston"
    assert [name for name, user in users.items() if user.has_usable_password()] == []
    assert not any(user.is_demo for user in users.values())
    left = [user for user in users.values() if not user.is_active]
    assert Lead.objects.filter(owner__in=left).exists()
    away = [absence for absence in Absence.objects.all() if absence.stand_in_id]
    assert away


def test_questions_are_answered_by_what_came_after() -> None:
    answered = Interaction.objects.filter(answered_by__isnull=False)
    assert answered.count() > 50
    assert not answered.exclude(answered_at=F("answered_by__happened_at")).exists()
    assert not answered.exclude(lead=F("answered_by__lead")).exists()


def _reference(model: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    path = demo.FOLDER.parent / "reference" / "05_clusters.json"
    told = [r["fields"] for r in json.loads(path.read_text()) if r["model"] == model]
    return {_key(fields): fields for fields in told}


def _key(fields: dict[str, Any]) -> tuple[Any, ...]:
    if "slug" in fields:
        return (fields["slug"],)
    return (*fields["cluster"], fields["field"])


@pytest.mark.parametrize(
    ("model", "own"),
    [
        ("clusters.cluster", {"desk_officer", "contact_policy"}),
        ("clusters.clusterfact", {"checked_on", "checked_by"}),
    ],
)
def test_rows_of_the_reference_data_are_not_told_otherwise(model: str, own: set[str]) -> None:
    """The demo gives clusters a desk officer and checked facts, and changes nothing else."""
    reference = _reference(model)
    for record in demo.records():
        if record["model"] == model:
            told = reference[_key(record["fields"])]
            assert {k: v for k, v in record["fields"].items() if k in told and k not in own} == {
                k: v for k, v in told.items() if k not in own
            }
