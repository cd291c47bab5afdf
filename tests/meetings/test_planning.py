"""Introductions to come: planned, edited, confirmed, moved, cancelled; allowed and refused."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from pytest_django import Settings

from clusters.models import Cluster
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import LostReason, ShortlistState, Stage
from investors.gates import NotQualifiedError
from investors.models import Lead
from investors.services import status
from investors.services.confidentiality import admit
from investors.services.leads import edit_lead
from meetings.choices import MeetingForm, MeetingState, Side
from meetings.models import Meeting
from meetings.services import planning
from meetings.services.people import Guest, People, people_of
from tests import make

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def lead(adviser: User) -> Lead:
    return make.qualified_lead(owner=adviser)


@pytest.fixture
def cluster() -> Cluster:
    return make.cluster()


def codes(error: pytest.ExceptionInfo[ValidationError]) -> set[str]:
    if hasattr(error.value, "error_dict"):
        return {e.code for errors in error.value.error_dict.values() for e in errors}
    return {e.code for e in error.value.error_list}


def plan(actor: User, lead: Lead, cluster: Cluster, **fields: Any) -> Meeting:
    people = fields.pop("people", None) or make.people(lead=lead, cluster=cluster)
    return planning.plan(
        actor=actor,
        lead=lead,
        cluster=cluster,
        arrangement=make.arrangement(**fields),
        people=people,
    )


# --- plan ----------------------------------------


def test_plan_makes_a_draft_that_books_nobody(adviser: User, lead: Lead, cluster: Cluster) -> None:
    meeting = plan(adviser, lead, cluster)
    assert meeting.state == MeetingState.DRAFT
    assert meeting.created_by == adviser
    assert meeting.sequence == 0
    assert meeting.participants.count() == 3
    assert not meeting.bookings.exists()
    assert [(row.from_state, row.to_state) for row in meeting.log.all()] == [("", "draft")]


def test_plan_notes_a_cluster_that_was_never_noted(
    adviser: User, lead: Lead, cluster: Cluster
) -> None:
    meeting = plan(adviser, lead, cluster)
    assert meeting.shortlisting.state == ShortlistState.NOTED
    assert meeting.shortlisting.lead == lead
    assert meeting.shortlisting.log.get().to_state == ShortlistState.NOTED


@pytest.mark.parametrize("state", ShortlistState)
def test_plan_is_possible_from_every_shortlist_state(
    adviser: User, lead: Lead, state: ShortlistState
) -> None:
    shortlisting = make.shortlisting(lead=lead, state=state)
    meeting = plan(adviser, lead, shortlisting.cluster)
    shortlisting.refresh_from_db()
    assert meeting.shortlisting == shortlisting
    assert shortlisting.state == state


def test_plan_needs_nothing_on_record_and_no_time(adviser: User, cluster: Cluster) -> None:
    bare = make.lead(owner=adviser)
    meeting = plan(adviser, bare, cluster, starts_at=None, ends_at=None, people=People())
    assert meeting.starts_at is None
    assert not meeting.participants.exists()


def test_plan_of_a_past_time_is_refused(adviser: User, lead: Lead, cluster: Cluster) -> None:
    with pytest.raises(ValidationError) as error:
        plan(adviser, lead, cluster, starts_at=timezone.now() - HOUR)
    assert codes(error) == {"past"}


@pytest.mark.parametrize("form", [MeetingForm.EMAIL, MeetingForm.WITHOUT_US])
def test_plan_of_what_is_only_recorded_is_refused(
    adviser: User, lead: Lead, cluster: Cluster, form: MeetingForm
) -> None:
    with pytest.raises(ValidationError, match="Only a meeting or a call"):
        plan(adviser, lead, cluster, form=form)


def test_plan_of_times_that_make_no_sense_is_refused(
    adviser: User, lead: Lead, cluster: Cluster
) -> None:
    start = make.in_days(3)
    for ends_at in (start, start - HOUR, None, start + dt.timedelta(hours=25)):
        with pytest.raises(ValidationError):
            plan(adviser, lead, cluster, starts_at=start, ends_at=ends_at)
    assert not Meeting.objects.exists()


def test_plan_in_an_unknown_zone_is_refused(adviser: User, lead: Lead, cluster: Cluster) -> None:
    with pytest.raises(ValidationError, match="not a time zone"):
        plan(adviser, lead, cluster, time_zone="Europe/Atlantis")


def test_plan_for_a_cluster_not_offered_is_refused_unless_noted(
    adviser: User, lead: Lead, settings: Settings
) -> None:
    ended = make.cluster(status_today="dissolved", ended_year=2010)
    noted = make.shortlisting(lead=lead, cluster=make.cluster())
    settings.REFERENCE_YEAR = 2011
    with pytest.raises(ValidationError) as error:
        plan(adviser, lead, ended)
    assert codes(error) == {"not_offered"}
    noted.cluster.status_today, noted.cluster.ended_year = "dissolved", 2010
    noted.cluster.save()
    assert plan(adviser, lead, noted.cluster)


def test_plan_on_a_closed_or_archived_lead_is_refused(
    adviser: User, lead: Lead, cluster: Cluster
) -> None:
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED)
    with pytest.raises(ValidationError) as error:
        plan(adviser, lead, cluster)
    assert codes(error) == {"closed"}
    lead.refresh_from_db()
    lead.archive(actor=adviser, reason="A twin.")
    with pytest.raises(ValidationError) as error:
        plan(adviser, lead, cluster)
    assert codes(error) == {"archived"}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VIEWER, False),
        (Role.ADVISER, False),
        (Role.DESK, True),
        (Role.MANAGER, True),
        (Role.ADMINISTRATOR, True),
    ],
)
def test_plan_by_others_than_the_owner(lead: Lead, role: Role, allowed: bool) -> None:
    actor, shortlisting = make.user(role=role), make.shortlisting(lead=lead)
    if allowed:
        assert plan(actor, lead, shortlisting.cluster)
    else:
        with pytest.raises(PermissionDenied):
            plan(actor, lead, shortlisting.cluster)


def test_desk_relays_only_what_was_shortlisted(desk: User, lead: Lead, cluster: Cluster) -> None:
    with pytest.raises(PermissionDenied):
        plan(desk, lead, cluster)


# --- people ----------------------------------------


def test_people_of_other_investors_and_clusters_are_refused(
    adviser: User, lead: Lead, cluster: Cluster
) -> None:
    people = People(
        contacts=(make.contact(investor=make.investor()),),
        leaders=(make.leader(cluster=make.cluster()),),
    )
    with pytest.raises(ValidationError) as error:
        plan(adviser, lead, cluster, people=people)
    assert set(error.value.error_dict) == {"contacts", "leaders"}


def test_people_who_left_are_refused_unless_they_take_part_already(
    adviser: User, lead: Lead, cluster: Cluster
) -> None:
    colleague, contact = make.user(), make.contact(investor=lead.investor)
    leader = make.leader(cluster=cluster)
    people = People(staff=(colleague,), contacts=(contact,), leaders=(leader,))
    meeting = plan(adviser, lead, cluster, people=people)
    for person in (colleague, contact, leader):
        person.is_active = False
        person.save()
    kept = planning.edit(
        actor=adviser,
        meeting=meeting,
        arrangement=planning.arrangement_of(meeting),
        people=people_of(meeting),
    )
    assert kept.participants.count() == 3
    with pytest.raises(ValidationError) as error:
        plan(adviser, lead, cluster, people=people)
    assert set(error.value.error_dict) == {"staff", "contacts", "leaders"}
    assert codes(error) == {"left"}
    with pytest.raises(ValidationError) as error:
        planning.confirm(actor=adviser, meeting=meeting)
    assert codes(error) == {"left"}


def test_staff_must_be_admitted_to_a_confidential_lead(
    adviser: User, colleague: User, manager: User, cluster: Cluster
) -> None:
    lead = make.qualified_lead(owner=adviser, confidential="yes")
    people = People(staff=(adviser, colleague, manager))
    with pytest.raises(ValidationError) as error:
        plan(adviser, lead, cluster, people=people)
    assert codes(error) == {"not_admitted"}
    assert str(colleague) in error.value.messages[0]
    admit(actor=adviser, lead=lead, user=colleague, reason="Speaks Japanese.")
    assert plan(adviser, lead, cluster, people=people).participants.count() == 3


def test_contact_known_through_another_hidden_lead_is_refused(
    adviser: User, manager: User, cluster: Cluster
) -> None:
    investor = make.investor(actor=adviser)
    hidden = make.qualified_lead(owner=manager, investor=investor, confidential="yes")
    contact = investor.contacts.get()
    contact.known_through, contact.restricted = hidden, True
    contact.save()
    lead = make.lead(owner=adviser, investor=investor)
    with pytest.raises(ValidationError) as error:
        plan(manager, lead, cluster, people=People(contacts=(contact,)))
    assert codes(error) == {"stranger"}
    assert plan(manager, hidden, cluster, people=People(contacts=(contact,)))


def test_whom_one_may_not_see_one_does_not_take_away(
    adviser: User, manager: User, cluster: Cluster
) -> None:
    lead = make.qualified_lead(owner=adviser)
    contact, meeting = lead.investor.contacts.get(), plan(adviser, lead, cluster)
    other = make.lead(owner=manager, investor=lead.investor)
    contact.known_through = other
    contact.save()
    edit_lead(actor=manager, lead=other, changes={"confidential": "yes"})
    planning.edit(
        actor=adviser,
        meeting=meeting,
        arrangement=planning.arrangement_of(meeting),
        people=People(staff=(adviser,)),
    )
    assert [row.contact for row in meeting.participants.filter(contact__isnull=False)] == [contact]
    assert not meeting.participants.visible_to(adviser).filter(contact=contact).exists()


def test_two_guests_with_one_address_are_refused(
    adviser: User, lead: Lead, cluster: Cluster
) -> None:
    guests = (
        Guest("A", Side.CLUSTER, "x@example.org"),
        Guest("B", Side.INVESTOR, "X@example.org"),
    )
    with pytest.raises(ValidationError) as error:
        plan(adviser, lead, cluster, people=People(guests=guests))
    assert codes(error) == {"twice"}


# --- edit ----------------------------------------


def edited(meeting: Meeting, actor: User, **changes: Any) -> Meeting:
    people = changes.pop("people", None) or people_of(meeting)
    arrangement = replace(planning.arrangement_of(meeting), **changes)
    return planning.edit(actor=actor, meeting=meeting, arrangement=arrangement, people=people)


def test_edit_of_a_draft_changes_everything_and_logs_nothing(
    adviser: User, lead: Lead, cluster: Cluster
) -> None:
    meeting = plan(adviser, lead, cluster)
    start = make.in_days(12)
    meeting = edited(
        meeting,
        adviser,
        form=MeetingForm.CALL,
        purpose="Another",
        starts_at=start,
        ends_at=start + HOUR,
        people=People(staff=(adviser,)),
    )
    assert (meeting.form, meeting.purpose, meeting.starts_at) == ("call", "Another", start)
    assert [row.staff for row in meeting.participants.all()] == [adviser]
    assert meeting.sequence == 0
    assert meeting.log.count() == 1


def test_typo_in_the_purpose_does_not_raise_the_sequence(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    meeting = edited(meeting, adviser, purpose="First talks")
    assert (meeting.sequence, meeting.log.count()) == (0, 2)


@pytest.mark.parametrize("change", ["starts_at", "time_zone", "place", "link"])
def test_edit_of_a_confirmed_time_or_place_is_a_rescheduling(
    adviser: User, lead: Lead, change: str
) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    values: dict[str, Any] = {
        "starts_at": make.in_days(9),
        "time_zone": "Asia/Tokyo",
        "place": "Lyon",
        "link": "https://meet.example.org/1",
    }
    changes = {change: values[change]}
    if change == "starts_at":
        changes["ends_at"] = values["starts_at"] + HOUR
    meeting = edited(meeting, adviser, **changes)
    assert (meeting.state, meeting.sequence) == (MeetingState.CONFIRMED, 1)
    assert meeting.log.last().is_rescheduling
    assert {b.starts_at for b in meeting.bookings.all()} == {meeting.starts_at}


def test_edit_of_confirmed_people_books_them_anew(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    colleague, before = make.user(), people_of(meeting)
    edited(meeting, adviser, people=replace(before, staff=(colleague,)))
    keys = {b.person_key for b in meeting.bookings.all()}
    assert f"staff:{colleague.pk}" in keys
    assert f"staff:{adviser.pk}" not in keys
    with pytest.raises(ValidationError) as error:
        edited(meeting, adviser, people=replace(before, leaders=()))
    assert set(error.value.error_dict) == {"leaders"}


@pytest.mark.parametrize("state", [MeetingState.HELD, MeetingState.NO_SHOW, MeetingState.CANCELLED])
def test_what_is_over_is_not_edited(adviser: User, lead: Lead, state: MeetingState) -> None:
    meeting = make.meeting(lead=lead, state=state)
    with pytest.raises(ValidationError) as error:
        edited(meeting, adviser, purpose="x")
    assert codes(error) == {"not_from_here"}


# --- confirm ----------------------------------------


def test_confirm_books_everybody_who_can_be_named(adviser: User, lead: Lead) -> None:
    cluster = make.cluster()
    guests = (
        Guest("With address", Side.CLUSTER, "Guest@example.org"),
        Guest("Without", Side.CLUSTER),
    )
    people = make.people(lead=lead, cluster=cluster, guests=guests)
    meeting = plan(adviser, lead, cluster, people=people)
    meeting = planning.confirm(actor=adviser, meeting=meeting)
    assert meeting.state == MeetingState.CONFIRMED
    assert sorted(b.person_key for b in meeting.bookings.all()) == sorted(
        [
            f"staff:{adviser.pk}",
            f"contact:{people.contacts[0].pk}",
            f"leader:{people.leaders[0].pk}",
            "guest:guest@example.org",
        ]
    )
    lead.refresh_from_db()
    assert lead.stage == Stage.QUALIFIED
    assert [row.to_state for row in meeting.log.all()] == ["draft", "confirmed"]


def test_confirm_needs_the_checklist(adviser: User, cluster: Cluster) -> None:
    bare = make.lead(owner=adviser)
    meeting = plan(adviser, bare, cluster)
    with pytest.raises(NotQualifiedError):
        planning.confirm(actor=adviser, meeting=meeting)
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.DRAFT


@pytest.mark.parametrize(
    ("fields", "people", "missing"),
    [
        ({"starts_at": None, "ends_at": None}, {}, {"starts_at"}),
        ({"place": ""}, {}, {"place"}),
        ({}, {"contacts": ()}, {"contacts"}),
        ({}, {"leaders": ()}, {"leaders"}),
    ],
)
def test_confirm_says_what_is_lacking(
    adviser: User,
    lead: Lead,
    cluster: Cluster,
    fields: dict[str, Any],
    people: dict[str, Any],
    missing: set[str],
) -> None:
    who = make.people(lead=lead, cluster=cluster, **people)
    meeting = plan(adviser, lead, cluster, people=who, **fields)
    with pytest.raises(ValidationError) as error:
        planning.confirm(actor=adviser, meeting=meeting)
    assert set(error.value.error_dict) == missing


def test_a_guest_speaks_for_a_side_and_a_call_needs_no_place(
    adviser: User, lead: Lead, cluster: Cluster
) -> None:
    guests = (Guest("A", Side.CLUSTER), Guest("B", Side.INVESTOR))
    meeting = plan(
        adviser, lead, cluster, form=MeetingForm.CALL, place="", people=People(guests=guests)
    )
    assert planning.confirm(actor=adviser, meeting=meeting).state == MeetingState.CONFIRMED


def test_confirm_of_a_time_that_has_passed_is_refused(adviser: User, lead: Lead) -> None:
    meeting = make.let_time_go_by(make.meeting(lead=lead), dt.timedelta(days=8))
    with pytest.raises(ValidationError) as error:
        planning.confirm(actor=adviser, meeting=meeting)
    assert codes(error) == {"past"}


@pytest.mark.parametrize("state", [s for s in MeetingState if s != MeetingState.DRAFT])
def test_only_a_draft_is_confirmed(adviser: User, lead: Lead, state: MeetingState) -> None:
    meeting = make.meeting(lead=lead, state=state)
    with pytest.raises(ValidationError) as error:
        planning.confirm(actor=adviser, meeting=meeting)
    assert codes(error) == {"not_from_here"}


def test_confirm_on_a_closed_lead_is_refused(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead)
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED)
    with pytest.raises(ValidationError) as error:
        planning.confirm(actor=adviser, meeting=meeting)
    assert codes(error) == {"closed"}


# --- reschedule ----------------------------------------


def moved(meeting: Meeting, actor: User, **changes: Any) -> Meeting:
    start = make.in_days(20, 15)
    values = {
        "starts_at": start,
        "ends_at": start + HOUR,
        "time_zone": "Europe/Paris",
        "place": meeting.place,
        "link": meeting.link,
    }
    return planning.reschedule(actor=actor, meeting=meeting, **values | changes)


def test_reschedule_stays_confirmed_and_logs_both_times(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    before = meeting.starts_at
    meeting = moved(meeting, adviser, place="Lyon", reason="Trade fair")
    assert (meeting.state, meeting.sequence) == (MeetingState.CONFIRMED, 1)
    entry = meeting.log.last()
    assert (entry.from_state, entry.to_state) == ("confirmed", "confirmed")
    assert (entry.old_starts_at, entry.new_starts_at) == (before, meeting.starts_at)
    assert (entry.old_place, entry.new_place) == ("Paris", "Lyon")
    assert (entry.reason, entry.actor) == ("Trade fair", adviser)
    assert {b.starts_at for b in meeting.bookings.all()} == {meeting.starts_at}


def test_reschedule_to_the_same_is_refused(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    with pytest.raises(ValidationError) as error:
        moved(meeting, adviser, starts_at=meeting.starts_at, ends_at=meeting.ends_at)
    assert codes(error) == {"same"}


def test_reschedule_into_the_past_is_refused(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    now = timezone.now()
    with pytest.raises(ValidationError) as error:
        moved(meeting, adviser, starts_at=now - HOUR, ends_at=now + HOUR)
    assert codes(error) == {"past"}


@pytest.mark.parametrize("state", [s for s in MeetingState if s != MeetingState.CONFIRMED])
def test_only_a_confirmed_one_is_rescheduled(
    adviser: User, lead: Lead, state: MeetingState
) -> None:
    meeting = make.meeting(lead=lead, state=state)
    with pytest.raises(ValidationError) as error:
        moved(meeting, adviser)
    assert codes(error) == {"not_from_here"}


# --- cancel ----------------------------------------


@pytest.mark.parametrize("state", [MeetingState.DRAFT, MeetingState.CONFIRMED])
def test_cancel_frees_everybody_and_raises_the_sequence(
    adviser: User, lead: Lead, state: MeetingState
) -> None:
    meeting = make.meeting(lead=lead, state=state)
    meeting = planning.cancel(actor=adviser, meeting=meeting, by=Side.INVESTOR, reason="Ill.")
    assert (meeting.state, meeting.sequence) == (MeetingState.CANCELLED, 1)
    assert (meeting.cancelled_by, meeting.cancel_reason) == (Side.INVESTOR, "Ill.")
    assert not meeting.bookings.exists()
    last = meeting.log.last()
    assert (last.from_state, last.to_state, last.reason) == (state, "cancelled", "Ill.")


def test_cancel_needs_a_reason(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead)
    with pytest.raises(ValidationError) as error:
        planning.cancel(actor=adviser, meeting=meeting, by=Side.INVESTOR, reason=" ")
    assert codes(error) == {"reason_needed"}


def test_cancel_is_possible_on_a_closed_lead(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED)
    meeting = planning.cancel(actor=adviser, meeting=meeting, by=Side.INVESTOR, reason="Lost.")
    assert meeting.state == MeetingState.CANCELLED


@pytest.mark.parametrize("state", [MeetingState.HELD, MeetingState.NO_SHOW, MeetingState.CANCELLED])
def test_what_is_over_is_not_cancelled(adviser: User, lead: Lead, state: MeetingState) -> None:
    meeting = make.meeting(lead=lead, state=state)
    with pytest.raises(ValidationError) as error:
        planning.cancel(actor=adviser, meeting=meeting, by=Side.AGENCY, reason="x")
    assert codes(error) == {"not_from_here"}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADVISER])
def test_strangers_change_nothing(lead: Lead, role: Role) -> None:
    draft, confirmed = (
        make.meeting(lead=lead, starts_at=make.in_days(days), state=state)
        for days, state in ((5, MeetingState.DRAFT), (6, MeetingState.CONFIRMED))
    )
    actor = make.user(role=role)
    for act in (
        lambda: planning.confirm(actor=actor, meeting=draft),
        lambda: edited(draft, actor, purpose="x"),
        lambda: moved(confirmed, actor),
        lambda: planning.cancel(actor=actor, meeting=draft, by=Side.AGENCY, reason="x"),
    ):
        with pytest.raises(PermissionDenied):
            act()
