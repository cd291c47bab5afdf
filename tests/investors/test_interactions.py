"""What was said: what it answers, in whatever order it is logged; corrected; who may."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import Direction, InteractionKind, LostReason, Result, Stage
from investors.models import Interaction, Lead
from investors.services import interactions, status
from investors.services.actions import NextAction
from investors.services.interactions import Said
from tests import make

pytestmark = pytest.mark.django_db

E_MAIL, CALL, VISIT, NOTE = InteractionKind


def ago(hours: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(hours=hours)


def outbound(lead: Lead, hours: float, **fields: Any) -> Interaction:
    given = {"kind": E_MAIL, "direction": Direction.OUT, "text": "Gladly."} | fields
    return make.interaction(lead=lead, happened_at=ago(hours), **given)


# --- what answers ----------------------------------------------------------------------------

EVERY = [
    (kind, direction, result, text)
    for kind in InteractionKind
    for direction in ("", *Direction.values)
    for result in ("", *Result.values)
    for text in ("", "  ", "Hello")
    if (direction == "") == (kind == NOTE) and (result != "") == (kind in {CALL, VISIT})
]


def test_answer_and_open_twins_are_equal_over_every_kind() -> None:
    lead = make.lead()
    for kind, direction, result, text in EVERY:
        clock = ago(0) if direction == Direction.IN else None
        said = {"kind": kind, "direction": direction, "result": result, "text": text}
        Interaction.objects.create(
            lead=lead, happened_at=ago(1), reply_due_at=clock, silent_at=clock, **said
        )
    answers = set(Interaction.objects.answers().values_list("pk", flat=True))
    unanswered = set(Interaction.objects.unanswered().values_list("pk", flat=True))
    for said in Interaction.objects.all():
        assert (said.pk in answers) == said.is_answer
        assert (said.pk in unanswered) == said.is_open


@pytest.mark.parametrize(
    ("fields", "answers"),
    [
        ({"kind": E_MAIL, "text": "Gladly"}, True),
        ({"kind": E_MAIL, "text": "  "}, False),
        ({"kind": CALL, "result": Result.SPOKE, "text": ""}, True),
        ({"kind": CALL, "result": Result.NO_ANSWER, "text": "Left a message"}, False),
        ({"kind": VISIT, "result": Result.SPOKE, "text": ""}, True),
        ({"kind": NOTE, "direction": "", "text": "Thought about it"}, False),
    ],
)
def test_what_stops_the_clock_and_contacts(
    adviser: User, fields: dict[str, Any], answers: bool
) -> None:
    lead = make.lead(owner=adviser)
    inbound = make.interaction(lead=lead, happened_at=ago(5))
    reply = outbound(lead, 1, **fields)
    inbound.refresh_from_db()
    lead.refresh_from_db()
    assert inbound.answered_by == (reply if answers else None)
    assert inbound.answered_at == (reply.happened_at if answers else None)
    assert lead.stage == (Stage.CONTACTED if answers else Stage.RECEIVED)


def test_each_inbound_has_its_own_clock(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    first, second = (make.interaction(lead=lead, happened_at=ago(hours)) for hours in (9, 3))
    reply = outbound(lead, 6)
    assert set(Interaction.objects.unanswered()) == {second}
    first.refresh_from_db()
    assert first.answered_by == reply


def test_answer_that_was_logged_before_the_question(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    reply = outbound(lead, 1)
    inbound = make.interaction(lead=lead, happened_at=ago(4))
    assert inbound.answered_by == reply


def test_earlier_answer_that_is_logged_late_counts(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    inbound = make.interaction(lead=lead, happened_at=ago(9))
    outbound(lead, 1)
    earlier = outbound(lead, 5)
    inbound.refresh_from_db()
    assert inbound.answered_by == earlier


def test_call_of_theirs_at_which_we_spoke_answers_itself(adviser: User) -> None:
    call = make.interaction(lead=make.lead(owner=adviser), kind=CALL, result=Result.SPOKE)
    assert call.answered_by == call


# --- logged ----------------------------------------------------------------------------------


def test_anybody_who_records_logs_on_what_they_see(desk: User) -> None:
    said = make.interaction(lead=make.lead(owner=make.user()), actor=desk)
    assert said.logged_by == desk


def test_viewer_logs_nothing(viewer: User) -> None:
    with pytest.raises(PermissionDenied):
        make.interaction(lead=make.lead(), actor=viewer)


def test_future_is_refused(adviser: User) -> None:
    with pytest.raises(ValidationError) as refused:
        make.interaction(lead=make.lead(owner=adviser), happened_at=ago(-1))
    assert "happened_at" in refused.value.error_dict


def test_inbound_on_a_lost_lead_is_logged_and_open(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER)
    said = make.interaction(lead=lead)
    assert said.is_open


def test_nothing_comes_next_on_a_closed_lead(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER)
    said = Said(kind=NOTE, happened_at=ago(1), text="x")
    following = NextAction("Call", timezone.localdate())
    with pytest.raises(ValidationError):
        interactions.log_interaction(actor=adviser, lead=lead, said=said, following=following)
    assert not lead.interactions.exists()


def test_contact_of_another_investor_is_refused(adviser: User) -> None:
    stranger = make.contact(investor=make.investor())
    with pytest.raises(ValidationError) as refused:
        make.interaction(lead=make.lead(owner=adviser), contacts=[stranger])
    assert "contacts" in refused.value.error_dict


def test_contact_known_through_a_confidential_lead_stays_off_the_others(adviser: User) -> None:
    secret = make.confidential_lead(owner=adviser)
    hidden = make.contact(investor=secret.investor, known_through=secret)
    open_one = make.lead(owner=adviser, investor=secret.investor)
    with pytest.raises(ValidationError):
        make.interaction(lead=open_one, contacts=[hidden])
    assert hidden in make.interaction(lead=secret, contacts=[hidden]).contacts.all()


# --- corrected -------------------------------------------------------------------------------


def edited(actor: User, said: Interaction, **changes: Any) -> Interaction:
    names = ("kind", "direction", "result", "happened_at", "subject", "text")
    fields = {name: getattr(said, name) for name in names} | changes
    return interactions.edit_interaction(
        actor=actor, interaction=said, said=Said(**fields), contacts=said.contacts.all()
    )


def test_correction_settles_the_clocks_again(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    inbound = make.interaction(lead=lead, happened_at=ago(5))
    call = outbound(lead, 1, kind=CALL, result=Result.SPOKE)
    edited(adviser, call, result=Result.NO_ANSWER)
    inbound.refresh_from_db()
    lead.refresh_from_db()
    assert inbound.is_open
    assert lead.stage == Stage.CONTACTED  # a stage that was reached stays reached
    edited(adviser, call, result=Result.SPOKE)
    inbound.refresh_from_db()
    assert inbound.answered_by == call


def test_inbound_that_was_ours_after_all(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    said = make.interaction(lead=lead, happened_at=ago(5))
    outbound(lead, 1)
    said = edited(adviser, said, direction=Direction.OUT)
    assert said.answered_at is None
    said.full_clean()


def test_whoever_logged_it_corrects_it(desk: User, adviser: User, colleague: User) -> None:
    said = make.interaction(lead=make.lead(owner=adviser), actor=desk)
    for who in (desk, adviser):
        assert edited(who, said, text=f"By {who}").text == f"By {who}"
    with pytest.raises(PermissionDenied):
        edited(colleague, said, text="By a stranger")


# --- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.VIEWER])
def test_viewer_attaches_nothing(role: Role) -> None:
    with pytest.raises(PermissionDenied):
        interactions.attach_files(actor=make.user(role=role), files=[], lead=make.lead())


# --- constraints -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"kind": NOTE, "direction": Direction.IN, "result": ""}, "direction"),
        ({"kind": E_MAIL, "direction": "", "result": ""}, "direction"),
        ({"kind": CALL, "direction": Direction.OUT, "result": ""}, "result"),
        ({"kind": E_MAIL, "direction": Direction.OUT, "result": Result.SPOKE}, "result"),
    ],
)
def test_entry_must_make_sense(fields: dict[str, Any], at: str) -> None:
    said = Interaction(lead=make.lead(), happened_at=ago(1), **fields)
    with pytest.raises(ValidationError) as refused:
        said.full_clean()
    codes = {error.code for errors in refused.value.error_dict.values() for error in errors}
    assert at in codes
    with pytest.raises(IntegrityError), transaction.atomic():
        said.save()


def test_only_an_inbound_is_answered_in_the_database() -> None:
    said = outbound(make.lead(), 1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Interaction.objects.filter(pk=said.pk).update(answered_at=timezone.now())
