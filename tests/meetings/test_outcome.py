"""What became of an introduction: held, no-show, recorded afterwards; allowed and refused."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from clusters.models import Cluster
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import LostReason, ShortlistState, Stage, Status
from investors.models import Lead
from investors.services import status
from investors.services.actions import NextAction
from meetings.choices import MeetingForm, MeetingState, Side
from meetings.models import Meeting
from meetings.services import outcome
from meetings.services.people import Guest, People, people_of
from tests import make
from tests.meetings.test_planning import codes

pytestmark = pytest.mark.django_db

YESTERDAY = dt.timedelta(days=1)


@pytest.fixture
def lead(adviser: User) -> Lead:
    return make.qualified_lead(owner=adviser)


@pytest.fixture
def over(lead: Lead) -> Meeting:
    """Confirmed, and over since yesterday."""
    return make.meeting(
        lead=lead, state=MeetingState.CONFIRMED, starts_at=timezone.now() - YESTERDAY
    )


def following(days: int = 3) -> NextAction:
    return NextAction("Send the summary", timezone.localdate() + dt.timedelta(days=days))


# --- held ----------------------------------------


def test_held_moves_meeting_cluster_and_lead(adviser: User, lead: Lead, over: Meeting) -> None:
    came = people_of(over)
    meeting = outcome.record_held(
        actor=adviser, meeting=over, came=came, summary="Good.", following=following()
    )
    assert (meeting.state, meeting.summary) == (MeetingState.HELD, "Good.")
    assert meeting.held_recorded_at is not None
    assert not meeting.bookings.exists()
    assert {row.came for row in meeting.participants.all()} == {True}
    meeting.shortlisting.refresh_from_db()
    assert meeting.shortlisting.state == ShortlistState.INTRODUCED
    assert meeting.shortlisting.log.last().passed_over == ["proposed", "wanted", "put", "accepted"]
    lead.refresh_from_db()
    assert lead.stage == Stage.INTRODUCED
    assert lead.log.last().passed_over == [Stage.SHORTLISTED]
    assert lead.actions.filter(what="Send the summary", assignee=adviser).exists()


def test_held_notes_who_came_and_who_did_not(adviser: User, lead: Lead, over: Meeting) -> None:
    extra = make.contact(investor=lead.investor)
    planned = people_of(over)
    came = replace(
        planned,
        staff=(),
        contacts=(extra,),
        guests=(Guest("Unexpected", Side.CLUSTER, "u@example.org"),),
    )
    meeting = outcome.record_held(actor=adviser, meeting=over, came=came)
    presence = {str(row): row.came for row in meeting.participants.all()}
    assert presence == {
        str(adviser): False,
        str(planned.contacts[0]): False,
        str(planned.leaders[0]): True,
        str(extra): True,
        "Unexpected": True,
    }


def test_held_from_a_draft_passes_over_confirmed(adviser: User, lead: Lead) -> None:
    draft = make.meeting(lead=lead, starts_at=timezone.now() - YESTERDAY)
    meeting = outcome.record_held(actor=adviser, meeting=draft, came=people_of(draft))
    assert meeting.log.last().passed_over == ["confirmed"]


def test_held_before_its_start_is_refused(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    with pytest.raises(ValidationError) as error:
        outcome.record_held(actor=adviser, meeting=meeting, came=people_of(meeting))
    assert codes(error) == {"ahead"}
    undated = make.meeting(lead=lead, starts_at=None, ends_at=None)
    with pytest.raises(ValidationError) as error:
        outcome.record_held(actor=adviser, meeting=undated, came=people_of(undated))
    assert codes(error) == {"time_needed"}


@pytest.mark.parametrize("side", ["contacts", "leaders"])
def test_held_needs_somebody_of_each_side(adviser: User, over: Meeting, side: str) -> None:
    came = replace(people_of(over), **{side: ()})
    with pytest.raises(ValidationError) as error:
        outcome.record_held(actor=adviser, meeting=over, came=came)
    assert set(error.value.error_dict) == {side}
    over.refresh_from_db()
    assert over.state == MeetingState.CONFIRMED


@pytest.mark.parametrize("state", [MeetingState.HELD, MeetingState.NO_SHOW, MeetingState.CANCELLED])
def test_held_once_only(adviser: User, lead: Lead, state: MeetingState) -> None:
    meeting = make.meeting(lead=lead, state=state, starts_at=timezone.now() - YESTERDAY)
    with pytest.raises(ValidationError) as error:
        outcome.record_held(actor=adviser, meeting=meeting, came=people_of(meeting))
    assert codes(error) == {"not_from_here"}


def test_held_on_a_lost_lead_moves_its_stage_not_its_status(
    adviser: User, lead: Lead, over: Meeting
) -> None:
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED)
    outcome.record_held(actor=adviser, meeting=over, came=people_of(over))
    lead.refresh_from_db()
    assert (lead.stage, lead.status) == (Stage.INTRODUCED, Status.LOST)


def test_next_action_on_a_closed_lead_is_refused(adviser: User, lead: Lead, over: Meeting) -> None:
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED)
    with pytest.raises(ValidationError) as error:
        outcome.record_held(
            actor=adviser, meeting=over, came=people_of(over), following=following()
        )
    assert set(error.value.error_dict) == {"next_what"}
    over.refresh_from_db()
    assert over.state == MeetingState.CONFIRMED


def test_held_on_an_archived_lead_is_refused(adviser: User, lead: Lead, over: Meeting) -> None:
    lead.archive(actor=adviser, reason="A twin.")
    with pytest.raises(ValidationError) as error:
        outcome.record_held(actor=adviser, meeting=over, came=people_of(over))
    assert codes(error) == {"archived"}


# --- no-show -----------------------------------------------------------------------------------


@pytest.mark.parametrize("side", Side)
def test_no_show_says_who_and_frees_the_others(adviser: User, over: Meeting, side: Side) -> None:
    meeting = outcome.record_no_show(
        actor=adviser, meeting=over, by=side, summary="Wrong day.", following=following()
    )
    assert (meeting.state, meeting.no_show_by) == (MeetingState.NO_SHOW, side)
    assert not meeting.bookings.exists()
    assert {row.side for row in meeting.participants.all() if row.came is False} == {side}
    assert meeting.log.last().reason == "Wrong day."
    meeting.lead.refresh_from_db()
    assert meeting.lead.stage == Stage.QUALIFIED
    assert meeting.shortlisting.state == ShortlistState.NOTED


def test_no_show_before_its_start_is_refused(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    with pytest.raises(ValidationError) as error:
        outcome.record_no_show(actor=adviser, meeting=meeting, by=Side.CLUSTER)
    assert codes(error) == {"ahead"}


@pytest.mark.parametrize("state", [s for s in MeetingState if s != MeetingState.CONFIRMED])
def test_no_show_only_of_a_confirmed_one(adviser: User, lead: Lead, state: MeetingState) -> None:
    meeting = make.meeting(lead=lead, state=state, starts_at=timezone.now() - YESTERDAY)
    with pytest.raises(ValidationError) as error:
        outcome.record_no_show(actor=adviser, meeting=meeting, by=Side.CLUSTER)
    assert codes(error) == {"not_from_here"}


# --- recorded afterwards ----------------------------------------


def record(actor: User, lead: Lead, cluster: Cluster, **given: Any) -> Meeting:
    people = given.pop("came", None)
    extra = {name: given.pop(name) for name in ("summary", "following") if name in given}
    given.setdefault("starts_at", timezone.now() - YESTERDAY)
    return outcome.record_past(
        actor=actor,
        lead=lead,
        cluster=cluster,
        arrangement=make.arrangement(**given),
        came=make.people(lead=lead, cluster=cluster) if people is None else people,
        **extra,
    )


@pytest.mark.parametrize("form", MeetingForm)
def test_record_past_in_every_form(adviser: User, form: MeetingForm) -> None:
    """Nothing needs to be on record; the cluster need not be noted."""
    lead, cluster = make.lead(owner=adviser), make.cluster()
    meeting = record(adviser, lead, cluster, form=form, summary="Met.", following=following())
    assert (meeting.state, meeting.form) == (MeetingState.HELD, form)
    assert {row.came for row in meeting.participants.all()} == {True}
    assert not meeting.bookings.exists()
    assert meeting.log.get().passed_over == ["draft", "confirmed"]
    assert meeting.shortlisting.state == ShortlistState.INTRODUCED
    lead.refresh_from_db()
    assert lead.stage == Stage.INTRODUCED
    assert lead.log.last().passed_over == [Stage.CONTACTED, Stage.QUALIFIED, Stage.SHORTLISTED]


def test_record_past_of_an_email_needs_nobody_and_no_end(adviser: User, lead: Lead) -> None:
    meeting = record(
        adviser, lead, make.cluster(), form=MeetingForm.EMAIL, ends_at=None, came=People()
    )
    assert meeting.ends_at is None


def test_record_past_of_a_meeting_needs_both_sides(adviser: User, lead: Lead) -> None:
    with pytest.raises(ValidationError) as error:
        record(adviser, lead, make.cluster(), came=People())
    assert set(error.value.error_dict) == {"contacts", "leaders"}


def test_record_past_ahead_or_without_time_is_refused(adviser: User, lead: Lead) -> None:
    with pytest.raises(ValidationError) as error:
        record(adviser, lead, make.cluster(), starts_at=make.in_days(1))
    assert codes(error) == {"ahead"}
    with pytest.raises(ValidationError) as error:
        record(adviser, lead, make.cluster(), starts_at=None, ends_at=None)
    assert codes(error) == {"time_needed"}


def test_record_past_moves_a_lead_whatever_its_status(adviser: User, lead: Lead) -> None:
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED)
    record(adviser, lead, make.cluster())
    lead.refresh_from_db()
    assert (lead.stage, lead.status) == (Stage.INTRODUCED, Status.LOST)


def test_record_past_never_moves_back(adviser: User, lead: Lead) -> None:
    make.engagement(lead=lead)
    record(adviser, lead, make.cluster())
    lead.refresh_from_db()
    assert lead.stage == Stage.NEGOTIATING


@pytest.mark.parametrize("state", ShortlistState)
def test_record_past_introduces_from_every_shortlist_state(
    adviser: User, lead: Lead, state: ShortlistState
) -> None:
    shortlisting = make.shortlisting(lead=lead, state=state)
    record(adviser, lead, shortlisting.cluster)
    shortlisting.refresh_from_db()
    assert shortlisting.state == ShortlistState.INTRODUCED


def test_record_past_of_a_cluster_not_offered_any_more(adviser: User, lead: Lead) -> None:
    ended = make.cluster(status_today="dissolved", ended_year=2006)
    assert record(adviser, lead, ended).state == MeetingState.HELD


def test_what_has_happened_cannot_clash(adviser: User, lead: Lead) -> None:
    record(adviser, lead, make.cluster())
    assert record(adviser, lead, make.cluster()).state == MeetingState.HELD


def test_record_past_by_strangers_is_refused(lead: Lead, desk: User) -> None:
    for role in (Role.VIEWER, Role.ADVISER):
        with pytest.raises(PermissionDenied):
            record(make.user(role=role), lead, make.cluster())
    with pytest.raises(PermissionDenied):
        record(desk, lead, make.cluster())  # never shortlisted
    shortlisting = make.shortlisting(lead=lead, state=ShortlistState.PUT)
    assert record(desk, lead, shortlisting.cluster)


# --- amend ----------------------------------------


def test_amend_puts_right_what_was_said_and_who_came(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.HELD)
    came = replace(people_of(meeting), staff=())
    meeting = outcome.amend(actor=adviser, meeting=meeting, summary="Better.", came=came)
    assert meeting.summary == "Better."
    assert [row.came for row in meeting.participants.filter(staff=adviser)] == [False]
    with pytest.raises(ValidationError):
        outcome.amend(actor=adviser, meeting=meeting, summary="", came=People())


def test_amend_of_a_no_show_changes_the_words_only(adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.NO_SHOW)
    meeting = outcome.amend(actor=adviser, meeting=meeting, summary="Snow.", came=People())
    assert meeting.summary == "Snow."
    assert meeting.participants.count() == 3


@pytest.mark.parametrize(
    "state", [MeetingState.DRAFT, MeetingState.CONFIRMED, MeetingState.CANCELLED]
)
def test_amend_only_what_was_recorded(adviser: User, lead: Lead, state: MeetingState) -> None:
    meeting = make.meeting(lead=lead, state=state)
    with pytest.raises(ValidationError) as error:
        outcome.amend(actor=adviser, meeting=meeting, summary="x")
    assert codes(error) == {"not_from_here"}
