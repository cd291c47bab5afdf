"""What is to be done: an active lead always has something open."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Min, Q
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import LostReason
from investors.models import Action, Lead
from investors.services import actions, status
from investors.services.actions import NextAction
from tests import make

pytestmark = pytest.mark.django_db


def day(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def test_last_action_asks_for_the_next(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    action = lead.actions.get()
    assert actions.is_last(action)
    with pytest.raises(ValidationError) as refused:
        actions.complete_action(actor=adviser, action=action)
    assert refused.value.code == "next_action_needed"
    action.refresh_from_db()
    assert action.is_open


def test_done_with_what_comes_next(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    following = NextAction("Send the list", day(3))
    done = actions.complete_action(actor=adviser, action=lead.actions.get(), following=following)
    lead.refresh_from_db()
    assert done.done_by == adviser
    assert lead.next_due == day(3)
    assert lead.actions.open().get().assignee == adviser


def test_done_when_something_else_is_open(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    make.action(lead=lead, days=5)
    first = lead.actions.earliest("due")
    assert not actions.is_last(first)
    actions.complete_action(actor=adviser, action=first)
    lead.refresh_from_db()
    assert lead.next_due == day(5)


def test_done_twice_is_refused(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    make.action(lead=lead)
    action = lead.actions.earliest("due")
    actions.complete_action(actor=adviser, action=action)
    for act in (
        lambda: actions.complete_action(actor=adviser, action=action),
        lambda: actions.move_action(actor=adviser, action=action, due=day(1)),
    ):
        with pytest.raises(ValidationError) as refused:
            act()
        assert refused.value.code == "already_done"


def test_the_next_action_is_the_earliest(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    action = lead.actions.get()
    make.action(lead=lead, days=2)
    actions.move_action(actor=adviser, action=action, due=day(9))
    lead.refresh_from_db()
    assert lead.next_due == day(2)


def test_next_due_equals_the_earliest_open_action_after_everything(adviser: User) -> None:
    for steps in range(5):
        lead = make.lead(owner=adviser)
        for step in range(steps):
            make.action(lead=lead, days=step - 2)
        if steps > 1:
            actions.complete_action(actor=adviser, action=lead.actions.earliest("due"))
        if steps == 4:
            status.lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER)
    earliest = Min("actions__due", filter=Q(actions__done_at__isnull=True))
    for lead in Lead.objects.annotate(earliest=earliest):
        assert lead.next_due == lead.earliest


def test_whoever_it_was_given_to_may_close_it(adviser: User, desk: User) -> None:
    lead = make.lead(owner=adviser)
    action = make.action(lead=lead, assignee=desk)
    actions.complete_action(actor=desk, action=action)
    action.refresh_from_db()
    assert action.done_by == desk


@pytest.mark.parametrize("role", [Role.ADVISER, Role.DESK, Role.VIEWER])
def test_strangers_neither_add_close_nor_move(adviser: User, role: Role) -> None:
    lead = make.lead(owner=adviser)
    action, stranger = lead.actions.get(), make.user(role=role)
    following = NextAction("Mine", day(1))
    for act in (
        lambda: actions.add_action(actor=stranger, lead=lead, following=following),
        lambda: actions.complete_action(actor=stranger, action=action),
        lambda: actions.move_action(actor=stranger, action=action, due=day(1)),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_nothing_is_added_to_a_closed_lead(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER)
    with pytest.raises(ValidationError) as refused:
        actions.add_action(actor=adviser, lead=lead, following=NextAction("Call", day(1)))
    assert refused.value.code == "closed"


def test_action_for_one_who_left_is_refused(adviser: User) -> None:
    leaver = make.user(is_active=False)
    lead = make.lead(owner=adviser)
    with pytest.raises(ValidationError) as refused:
        actions.add_action(actor=adviser, lead=lead, following=NextAction("Call", day(1), leaver))
    assert "assignee" in refused.value.error_dict


def test_dropped_action_is_closed_in_the_database(adviser: User) -> None:
    action = make.lead(owner=adviser).actions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Action.objects.filter(pk=action.pk).update(dropped=True)


def test_actions_of_a_person(adviser: User, desk: User) -> None:
    lead = make.lead(owner=adviser)
    given = make.action(lead=lead, assignee=desk)
    nobodys = make.action(lead=lead)
    Action.objects.filter(pk=nobodys.pk).update(assignee=None)
    assert set(Action.objects.for_user(desk)) == {given}
    assert nobodys in Action.objects.for_user(adviser)
    assert given not in Action.objects.for_user(adviser)
