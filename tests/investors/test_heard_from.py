"""Not heard from: when they last said something, kept by the services; the rule and its twin."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.db.models import Max, Q
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import (
    NOT_HEARD_DAYS,
    Direction,
    InteractionKind,
    LostReason,
    Result,
    Stage,
    Status,
)
from investors.models import Interaction, Lead
from investors.services.engagements import withdraw
from investors.services.interactions import Said, edit_interaction
from investors.services.milestones import save_milestone
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

IN, OUT = Direction.IN, Direction.OUT
CALL, MAIL, NOTE, VISIT = (
    InteractionKind.CALL,
    InteractionKind.EMAIL,
    InteractionKind.NOTE,
    InteractionKind.VISIT,
)
HEARD = Q(interactions__direction=IN) | Q(interactions__result=Result.SPOKE)


def ago(days: int) -> dt.datetime:
    """Noon, so many days ago."""
    day = timezone.localdate() - dt.timedelta(days=days)
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


def quiet_lead(days: int = 100, **fields: Any) -> Lead:
    """A lead whose people last wrote so many days ago."""
    lead = make.lead(owner=make.user(), received_at=ago(days), **fields)
    make.interaction(lead=lead, happened_at=ago(days))
    lead.refresh_from_db()
    return lead


def found(lead: Lead, day: dt.date | None = None) -> bool:
    """By the queryset and by the property, which must agree."""
    on = day or timezone.localdate()
    by_property = Lead.objects.get(pk=lead.pk).is_not_heard_from_on(on)
    by_query = Lead.objects.not_heard_from(on).filter(pk=lead.pk).exists()
    assert by_property == by_query
    return by_query


# --- when they were heard --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "heard"),
    [
        ({"kind": MAIL, "direction": IN, "text": "Hello"}, True),
        ({"kind": MAIL, "direction": OUT, "text": "Hello"}, False),
        ({"kind": CALL, "direction": OUT, "result": Result.SPOKE}, True),
        ({"kind": VISIT, "direction": OUT, "result": Result.SPOKE}, True),
        ({"kind": CALL, "direction": OUT, "result": Result.NO_ANSWER}, False),
        ({"kind": CALL, "direction": IN, "result": Result.NO_ANSWER}, True),
        ({"kind": NOTE, "direction": "", "text": "Thought"}, False),
    ],
)
def test_what_counts_as_heard(adviser: User, fields: dict[str, Any], heard: bool) -> None:
    lead = make.lead(owner=adviser)
    said = make.interaction(lead=lead, happened_at=ago(1), **fields)
    lead.refresh_from_db()
    assert lead.heard_at == (said.happened_at if heard else None)
    assert said.is_heard == heard
    assert Interaction.objects.heard().filter(pk=said.pk).exists() == heard


def test_entries_in_any_order_and_corrected_ones_keep_the_latest(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    late = make.interaction(lead=lead, happened_at=ago(2))
    early = make.interaction(lead=lead, happened_at=ago(9))
    lead.refresh_from_db()
    assert lead.heard_at == late.happened_at
    mail = Said(kind=MAIL, direction=OUT, happened_at=late.happened_at, text="It was ours")
    edit_interaction(actor=adviser, interaction=late, said=mail, contacts=[])
    lead.refresh_from_db()
    assert lead.heard_at == early.happened_at


def test_stored_moment_equals_the_interactions_after_everything(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    kinds = itertools.product((MAIL, CALL), (IN, OUT), (4, 1, 3))
    for kind, direction, days in kinds:
        result = Result.NO_ANSWER if kind == CALL else ""
        make.interaction(
            lead=lead, kind=kind, direction=direction, result=result, happened_at=ago(days)
        )
        row = Lead.objects.annotate(last=Max("interactions__happened_at", filter=HEARD)).get()
        assert row.heard_at == row.last


# --- the rule --------------------------------------------------------------------------------


def test_silence_counts_by_whole_days_of_the_reader() -> None:
    lead = quiet_lead(100)
    day = timezone.localtime(lead.heard_at).date() + dt.timedelta(days=NOT_HEARD_DAYS)
    assert found(lead, day)
    assert not found(lead, day - dt.timedelta(days=1))
    with timezone.override("Pacific/Kiritimati"):  # where the day begins first
        there = timezone.localtime(lead.heard_at).date() + dt.timedelta(days=NOT_HEARD_DAYS)
        assert found(lead, there)
        assert not found(lead, there - dt.timedelta(days=1))


def test_never_heard_counts_from_the_day_it_was_received(adviser: User) -> None:
    old = make.lead(owner=adviser, received_at=ago(NOT_HEARD_DAYS + 1))
    new = make.lead(owner=adviser, received_at=ago(NOT_HEARD_DAYS - 2))
    assert (found(old), found(new)) == (True, False)
    assert old.heard_at is None


def test_only_active_leads_are_asked_for() -> None:
    lead = quiet_lead()
    today = timezone.localdate()
    assert found(lead)
    waits = today + dt.timedelta(days=5)
    Lead.objects.filter(pk=lead.pk).update(status=Status.WAITING, waiting_until=waits)
    assert not found(lead)
    assert found(lead, waits), "the wait is over"
    Lead.objects.filter(pk=lead.pk).update(
        status=Status.LOST, waiting_until=None, lost_reason=LostReason.NO_ANSWER
    )
    assert not found(lead)


@pytest.mark.parametrize(
    ("dates", "explains"),
    [
        ({"planned_on": 5}, True),
        ({"planned_on": 0}, True),
        ({"planned_on": -1}, False),
        ({"planned_on": 5, "reached_on": -1}, False),
        ({"planned_on": 5, "failed_on": -1}, False),
    ],
)
def test_a_milestone_ahead_explains_silence(dates: dict[str, int], explains: bool) -> None:
    engagement = make.engagement()
    lead = engagement.lead
    Lead.objects.filter(pk=lead.pk).update(heard_at=ago(100))
    today = timezone.localdate()
    given = {name: today + dt.timedelta(days=days) for name, days in dates.items()}
    save_milestone(
        actor=make.user(role=Role.MANAGER),
        engagement=engagement,
        kind=make.milestone_kind(),
        **given,
    )
    assert found(lead) != explains


def test_a_milestone_of_an_engagement_that_ended_explains_nothing() -> None:
    engagement = make.engagement()
    ahead = timezone.localdate() + dt.timedelta(days=5)
    save_milestone(
        actor=make.user(role=Role.MANAGER),
        engagement=engagement,
        kind=make.milestone_kind(),
        planned_on=ahead,
    )
    Lead.objects.filter(pk=engagement.lead_id).update(heard_at=ago(100))
    assert not found(engagement.lead)
    withdraw(
        actor=engagement.lead.owner,
        engagement=engagement,
        ended_on=timezone.localdate(),
        reason="Budget cut",
    )
    assert found(engagement.lead)


# --- pages -----------------------------------------------------------------------------------


def test_list_filters_sorts_and_marks_them(adviser: User, as_user: SignIn) -> None:
    silent, recent, never = quiet_lead(90), quiet_lead(3), make.lead(owner=adviser)
    client = as_user(adviser)
    rows = client.get("/leads/?heard=silent")
    assert [lead.pk for lead in rows.context["page"]] == [silent.pk]
    assert "not for 90 days" in rows.content.decode()
    assert [lead.pk for lead in client.get("/leads/?heard=never").context["page"]] == [never.pk]
    by_silence = client.get("/leads/?sort=heard").context["page"]
    assert [lead.pk for lead in by_silence] == [silent.pk, recent.pk, never.pk]


def test_lead_page_says_for_how_long(adviser: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    assert (
        "Not heard from for 90 days"
        in client.get(quiet_lead(90).get_absolute_url()).content.decode()
    )
    assert "Not heard from" not in client.get(quiet_lead(3).get_absolute_url()).content.decode()


@pytest.mark.parametrize("rows", [1, 20])
def test_silent_ones_cost_no_query_each(
    adviser: User, as_user: SignIn, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for _ in range(rows):
        quiet_lead(90)
    assert Lead.objects.first().stage == Stage.RECEIVED  # type: ignore[union-attr]
    client = as_user(adviser)
    client.get("/leads/")
    with django_assert_num_queries(5):
        client.get("/leads/?heard=silent")
