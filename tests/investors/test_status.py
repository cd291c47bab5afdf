"""Whether a lead moves: every status from every status, what each asks for, what it leaves."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from ifa_crm.staff.models import User
from investors.choices import ActionKind, LogKind, LostReason, OutcomeKind, Status
from investors.models import Lead
from investors.services import actions, leads, status
from investors.services.actions import NextAction
from tests import make

pytestmark = pytest.mark.django_db


def today() -> dt.date:
    return timezone.localdate()


def ahead(days: int = 30) -> dt.date:
    return today() + dt.timedelta(days=days)


ACTS: dict[str, Callable[..., Lead]] = {
    "wait": lambda **who: status.wait(**who, until=ahead()),
    "lose": lambda **who: status.lose(**who, reason=LostReason.NO_ANSWER),
    "disqualify": lambda **who: status.disqualify(**who, reason="A shop"),
    "refer": lambda **who: status.refer(**who, to="Business France", on=today(), told=True),
    "reopen": lambda **who: status.reopen(**who, following=NextAction("Call", today())),
}
TO = {
    "wait": Status.WAITING,
    "lose": Status.LOST,
    "disqualify": Status.DISQUALIFIED,
    "refer": Status.REFERRED,
    "reopen": Status.ACTIVE,
}
# What may be done in each status, from the product: a closed lead is reopened first.
ALLOWED = {
    Status.ACTIVE: {"wait", "lose", "disqualify", "refer"},
    Status.WAITING: {"wait", "lose", "disqualify", "refer", "reopen"},
    Status.LOST: {"reopen"},
    Status.DISQUALIFIED: {"reopen"},
    Status.REFERRED: {"reopen"},
}


def lead_in(state: Status, owner: User) -> Lead:
    lead = make.lead(owner=owner)
    for name, reached in TO.items():
        if reached == state and state != Status.ACTIVE:
            ACTS[name](actor=owner, lead=lead)
    lead.refresh_from_db()
    return lead


@pytest.mark.parametrize("state", list(Status))
@pytest.mark.parametrize("act", list(ACTS))
def test_each_act_in_each_status(adviser: User, state: Status, act: str) -> None:
    lead = lead_in(state, adviser)
    if act not in ALLOWED[state]:
        with pytest.raises(ValidationError):
            ACTS[act](actor=adviser, lead=lead)
        return
    ACTS[act](actor=adviser, lead=lead)
    lead.refresh_from_db()
    assert lead.status == TO[act]
    row = lead.log.filter(kind=LogKind.STATUS).order_by("pk").last()
    assert row is not None
    assert (row.from_state, row.to_state, row.actor) == (state, TO[act], adviser)
    lead.full_clean()


@pytest.mark.parametrize("act", list(ACTS))
def test_each_act_is_refused_to_strangers(adviser: User, colleague: User, act: str) -> None:
    lead = lead_in(Status.WAITING, colleague)
    with pytest.raises(PermissionDenied):
        ACTS[act](actor=adviser, lead=lead)


@pytest.mark.parametrize("act", list(ACTS))
def test_each_act_is_refused_on_an_archived_lead(adviser: User, act: str) -> None:
    lead = lead_in(Status.WAITING, adviser)
    leads.archive_lead(actor=adviser, lead=lead, reason="Twin")
    with pytest.raises(ValidationError) as refused:
        ACTS[act](actor=adviser, lead=lead)
    assert refused.value.code == "archived"


# --- waiting ---------------------------------------------------------------------------------


def test_waiting_makes_the_action_that_wakes_it(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.wait(actor=adviser, lead=lead, until=ahead(), reason="Board in spring")
    wake = lead.actions.get(kind=ActionKind.WAKE)
    assert (wake.due, wake.assignee) == (ahead(), adviser)


def test_waiting_longer_leaves_one_wake(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.wait(actor=adviser, lead=lead, until=ahead(10))
    status.wait(actor=adviser, lead=lead, until=ahead(20))
    assert lead.actions.open().get(kind=ActionKind.WAKE).due == ahead(20)


@pytest.mark.parametrize("days", [0, -1])
def test_waiting_is_for_a_day_ahead(adviser: User, days: int) -> None:
    with pytest.raises(ValidationError) as refused:
        status.wait(actor=adviser, lead=make.lead(owner=adviser), until=ahead(days))
    assert "until" in refused.value.error_dict


def test_wait_that_is_over_reads_as_active(adviser: User) -> None:
    lead = lead_in(Status.WAITING, adviser)
    assert lead.status_on(ahead(29)) == Status.WAITING
    assert lead.status_on(ahead(30)) == Status.ACTIVE
    assert lead in Lead.objects.active_on(ahead(30))
    assert lead not in Lead.objects.active_on(ahead(29))


def test_status_twin_is_equal_over_every_status_and_day(adviser: User) -> None:
    made = [lead_in(state, adviser) for state in Status]
    for days in (0, 29, 30, 31):
        day = ahead(days)
        now = dict(Lead.objects.with_status_on(day).values_list("pk", "status_now"))
        for lead in made:
            assert now[lead.pk] == lead.status_on(day)
            for state in Status:
                inside = Lead.objects.in_status_on(state, day).filter(pk=lead.pk).exists()
                assert inside == (lead.status_on(day) == state)


# --- closed ----------------------------------------------------------------------------------


def test_closing_drops_what_was_to_be_done(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED)
    action = lead.actions.get()
    lead.refresh_from_db()
    assert action.dropped
    assert lead.next_due is None


def test_what_was_done_just_before_closing_counts_as_done(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    action = lead.actions.get()
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED, completing=action)
    action.refresh_from_db()
    assert action.done_by == adviser
    assert not action.dropped


def test_lost_to_a_country_says_which(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    with pytest.raises(ValidationError) as refused:
        status.lose(actor=adviser, lead=lead, reason=LostReason.OTHER_COUNTRY)
    assert "country" in refused.value.error_dict
    status.lose(actor=adviser, lead=lead, reason=LostReason.OTHER_COUNTRY, country="ES")
    lead.refresh_from_db()
    assert lead.lost_to_country.code == "ES"
    assert "Spain" in lead.why_closed


def test_country_is_kept_only_where_they_chose_one(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER, country="ES")
    lead.refresh_from_db()
    assert not lead.lost_to_country


@pytest.mark.parametrize(
    ("act", "fields", "field"),
    [
        (status.lose, {"reason": LostReason.OTHER}, "note"),
        (status.disqualify, {"reason": " "}, "reason"),
        (status.refer, {"to": " ", "on": today(), "told": True}, "to"),
        (status.refer, {"to": "X", "on": ahead(1), "told": True}, "on"),
    ],
)
def test_closing_asks_for_its_reason(
    adviser: User, act: Callable[..., Lead], fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        act(actor=adviser, lead=make.lead(owner=adviser), **fields)
    assert field in refused.value.error_dict


def test_referred_elsewhere_is_an_outcome_too(adviser: User) -> None:
    lead = lead_in(Status.REFERRED, adviser)
    outcome = lead.outcomes.get()
    assert (outcome.kind, outcome.text) == (OutcomeKind.REFERRED, "Business France")


def test_closing_waits_for_the_end_of_an_engagement(adviser: User) -> None:
    engagement = make.engagement(lead=make.qualified_lead(owner=adviser))
    with pytest.raises(ValidationError) as refused:
        status.lose(actor=adviser, lead=engagement.lead, reason=LostReason.NO_ANSWER)
    assert refused.value.code == "engagement_open"


def test_reopening_asks_for_something_to_do(adviser: User) -> None:
    lead = lead_in(Status.LOST, adviser)
    with pytest.raises(ValidationError) as refused:
        status.reopen(actor=adviser, lead=lead)
    assert refused.value.code == "next_action_needed"
    status.reopen(actor=adviser, lead=lead, following=NextAction("Call them", ahead(1)))
    lead.refresh_from_db()
    assert (lead.status, lead.next_due, lead.lost_reason) == (Status.ACTIVE, ahead(1), "")


def test_waking_early_keeps_what_was_to_be_done(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.wait(actor=adviser, lead=lead, until=ahead())
    status.reopen(actor=adviser, lead=lead)
    assert [action.kind for action in lead.actions.open()] == [ActionKind.TODO]


def test_waiting_lead_may_have_nothing_else_to_do(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    action = lead.actions.get()
    status.wait(actor=adviser, lead=lead, until=ahead(), completing=action)
    action.refresh_from_db()
    lead.refresh_from_db()
    assert not action.is_open
    assert actions.is_last(lead.actions.open().get()) is False
