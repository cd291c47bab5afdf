"""What is to be done: an active lead always has an open action."""

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.choices import ActionKind, Status
from investors.models import Action, Lead
from investors.permissions import may_handle, require
from investors.services.events import lock, refresh_next_due


@dataclass(frozen=True)
class NextAction:
    """What comes next, by whom, when."""

    what: str
    due: dt.date
    assignee: User | None = None


def add(lead: Lead, following: NextAction) -> Action:
    """Add an action to a locked lead; part of other services."""
    assignee = following.assignee or lead.owner
    if assignee is not None and not assignee.is_active:
        raise refusal("assignee", _("This person does not work here any more."), "gone")
    action = Action(lead=lead, what=following.what, due=following.due, assignee=assignee)
    action.full_clean()
    action.save()
    refresh_next_due(lead)
    return action


def may_act(user: User, action: Action) -> bool:
    """Close or move it: who handles the lead, and whoever it was given to."""
    given = action.assignee_id == user.pk and user.may(Act.RECORD)
    return given or may_handle(user, action.lead)


@transaction.atomic
def add_action(*, actor: User, lead: Lead, following: NextAction) -> Action:
    """Add an action; on a closed lead there is nothing to do, so it is refused."""
    lead = lock(lead)
    require(may_handle(actor, lead))
    require_open(lead)
    return add(lead, following)


def require_open(lead: Lead) -> None:
    """On a lead that is closed or archived there is nothing to do."""
    if lead.is_archived:
        raise ValidationError(_("Restore the lead first."), "archived")
    if lead.status not in {Status.ACTIVE, Status.WAITING}:
        raise ValidationError(_("Reopen the lead first."), "closed")


@transaction.atomic
def complete_action(*, actor: User, action: Action, following: NextAction | None = None) -> Action:
    """Note that it is done. The last one of an active lead asks for what comes next."""
    lead = lock(action.lead)
    action = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    require(may_act(actor, action))
    close(action, actor)
    if following is not None:
        add(lead, following)
    require_open_action(lead)
    refresh_next_due(lead)
    return action


def close(action: Action, actor: User) -> None:
    """Write that a locked action is done; part of other services."""
    if action.done_at is not None:
        raise ValidationError(_("It was done already."), "already_done")
    action.done_at, action.done_by = timezone.now(), actor
    action.save()


@transaction.atomic
def reopen_action(*, actor: User, action: Action) -> Action:
    """Take back that it was done, while the lead is still open. What was added stays."""
    lead = lock(action.lead)
    action = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    require(may_act(actor, action))
    if action.done_at is None:
        raise ValidationError(_("It is still to be done."), "not_done")
    if action.kind == ActionKind.WAKE:
        raise ValidationError(_("The wait is over; let the lead wait anew."), "wake")
    require_open(lead)
    action.done_at = action.done_by = None
    action.dropped = False
    action.save()
    refresh_next_due(lead)
    return action


@transaction.atomic
def move_action(*, actor: User, action: Action, due: dt.date) -> Action:
    """Give an open action another day."""
    lead = lock(action.lead)
    action = Action.objects.select_for_update(of=("self",)).get(pk=action.pk)
    require(may_act(actor, action))
    if action.done_at is not None:
        raise ValidationError(_("It was done already."), "already_done")
    action.due = due
    action.save()
    refresh_next_due(lead)
    return action


def require_open_action(lead: Lead) -> None:
    """Refuse to leave an active lead without anything to do."""
    is_active = lead.status_on(timezone.localdate()) == Status.ACTIVE
    if is_active and not lead.actions.filter(done_at__isnull=True).exists():
        raise ValidationError(
            _("Say what comes next, or close the lead or let it wait."), "next_action_needed"
        )


def is_last(action: Action) -> bool:
    """Whether nothing would be left to do on an active lead if this were done."""
    lead = action.lead
    others = lead.actions.filter(done_at__isnull=True).exclude(pk=action.pk)
    is_active = lead.status_on(timezone.localdate()) == Status.ACTIVE
    return action.is_open and is_active and not others.exists()


def drop_open_actions(lead: Lead, actor: User) -> None:
    """Close what is open on a lead that is closed: it was not done."""
    for action in lead.actions.filter(done_at__isnull=True):
        action.done_at, action.done_by, action.dropped = timezone.now(), actor, True
        action.save()
    refresh_next_due(lead)
