"""Whose an enquiry becomes: the rules of the administrators, and the next adviser in turn."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.staff.models import Absence, Office, User
from ifa_crm.staff.roles import Act, Role
from investors.models import AssignmentRule, Turn
from investors.permissions import require


@dataclass(frozen=True)
class Assignment:
    """By which rule it goes where. ``owner`` is nobody where nobody of the office can take it;
    ``instead_of`` is whose turn it was, if somebody stands in."""

    rule: AssignmentRule | None = None
    office: Office | None = None
    owner: User | None = None
    instead_of: User | None = None


def preview(*, country: str, sectors: Collection[int], day: dt.date | None = None) -> Assignment:
    """Whom an enquiry would go to now; nobody's turn moves on."""
    rule = _rule(country, sectors)
    if rule is None:
        return Assignment()
    turn = Turn.objects.filter(office=rule.office).first()
    return _next(rule, turn.last_id if turn else None, day or timezone.localdate())


@transaction.atomic
def assign_next(*, country: str, sectors: Collection[int]) -> Assignment:
    """The same, and the turn moves on: two at once go to two people."""
    rule = _rule(country, sectors)
    if rule is None:
        return Assignment()
    Turn.objects.get_or_create(office=rule.office)
    turn = Turn.objects.select_for_update(of=("self",)).get(office=rule.office)
    found = _next(rule, turn.last_id, timezone.localdate())
    if found.owner is not None:
        turn.last = found.instead_of or found.owner
        turn.save()
    return found


def _rule(country: str, sectors: Collection[int]) -> AssignmentRule | None:
    """The first rule in force that fits, of an office that is open."""
    rules = AssignmentRule.objects.filter(is_active=True, office__is_active=True)
    of_these = set(sectors)
    for rule in rules.select_related("office", "sector").order_by("position", "pk"):
        if rule.fits(country, of_these):
            return rule
    return None


def _next(rule: AssignmentRule, last: int | None, day: dt.date) -> Assignment:
    """The next adviser after the last one in the order of their keys who is there, or has
    somebody there who stands in."""
    advisers = list(
        User.objects.with_act(Act.HANDLE_OWN)
        .filter(office=rule.office, groups__name=Role.ADVISER.value)
        .order_by("pk")
    )
    later = [user for user in advisers if last is not None and user.pk > last]
    away = _away(day)
    for user in [*later, *(user for user in advisers if user not in later)]:
        if user.pk not in away:
            return Assignment(rule, rule.office, user)
        stand_in = away[user.pk]
        if stand_in is not None and stand_in.pk not in away and _may_take(stand_in):
            return Assignment(rule, rule.office, stand_in, instead_of=user)
    return Assignment(rule, rule.office)


def _away(day: dt.date) -> dict[int, User | None]:
    """Who is away on ``day``, and who stands in."""
    rows = Absence.objects.filter(first_day__lte=day, last_day__gte=day)
    return {row.user_id: row.stand_in for row in rows.select_related("stand_in").order_by("pk")}


def _may_take(user: User) -> bool:
    """A new enquiry is open to everybody who handles leads."""
    return user.may(Act.HANDLE_OWN)


# --- The rules themselves -----------------------------------------------------------------------


@transaction.atomic
def save_rule(
    *, actor: User, fields: Mapping[str, Any], rule: AssignmentRule | None = None
) -> AssignmentRule:
    """Make or change a rule; a new one stands last."""
    require(actor.may(Act.ADMINISTER))
    if rule is None:
        rule = AssignmentRule(position=_last() + 1)
    else:
        rule = AssignmentRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    for name, value in fields.items():
        setattr(rule, name, value)
    rule.full_clean()
    rule.save()
    return rule


def _last() -> int:
    return AssignmentRule.objects.aggregate(last=Max("position"))["last"] or 0


@transaction.atomic
def move_rule(*, actor: User, rule: AssignmentRule, up: bool) -> None:
    """Let it change places with the rule before or after it."""
    require(actor.may(Act.ADMINISTER))
    rules = list(AssignmentRule.objects.select_for_update(of=("self",)).order_by("position", "pk"))
    place = [each.pk for each in rules].index(rule.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(rules):
        raise ValidationError(_("It stands there already."), "at_the_end")
    rules[place], rules[other] = rules[other], rules[place]
    for position, each in enumerate(rules, 1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position"])


@transaction.atomic
def remove_rule(*, actor: User, rule: AssignmentRule) -> None:
    """Take a rule away; nothing refers to it."""
    require(actor.may(Act.ADMINISTER))
    rule.delete()
