"""Leads handed over: prepared, read through, handed over lead by lead, taken over.

Each lead moves in a transaction of its own, so that one that is refused holds up no other, and
what was broken off goes on where it stopped. How they come back:
:mod:`investors.services.handover_back`.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import Office, User
from ifa_crm.staff.roles import Act
from ifa_crm.work.models import Job
from ifa_crm.work.services.jobs import start_job
from investors.choices import DeputyRule, HandedState
from investors.models import Action, HandedLead, Handover, Lead
from investors.permissions import is_own, require
from investors.services.events import lock
from investors.services.leads import give

AT_ONCE = 200  # leads that are handed over while somebody waits
JOB = "handover"


def may_hand_over(actor: User, giver: User) -> bool:
    """One's own leads; those of others by whoever may reassign."""
    return actor.may(Act.REASSIGN) or (actor.pk == giver.pk and actor.may(Act.HANDLE_OWN))


@dataclass(frozen=True)
class Terms:
    """To whom, for how long, what becomes of the deputy, a note on all of them."""

    receiver: User
    until: dt.date | None = None
    deputy_rule: DeputyRule = DeputyRule.KEEP
    note: str = ""


@transaction.atomic
def prepare(*, actor: User, giver: User, terms: Terms, leads: Iterable[Lead]) -> Handover:
    """Put leads that ``actor`` sees together, to be read through; nothing moves yet."""
    require(may_hand_over(actor, giver))
    _require_receiver(giver, terms.receiver)
    if terms.until is not None and terms.until <= timezone.localdate():
        raise refusal("until", _("Choose a day ahead."), "not_ahead")
    if terms.until is not None and not giver.is_active:
        raise refusal("until", _("%(name)s has left.") % {"name": giver}, "gone")
    chosen = list(leads)
    if not chosen:
        raise ValidationError(_("Choose at least one lead."), "nothing")
    handover = Handover(giver=giver, made_by=actor, **vars(terms))
    handover.full_clean()
    handover.save()
    for lead in chosen:
        HandedLead.objects.create(handover=handover, lead=lead)
    return handover


def _require_receiver(giver: User, receiver: User) -> None:
    if receiver.pk == giver.pk:
        raise refusal("receiver", _("Somebody else must take over."), "same")
    if not (receiver.is_active and receiver.may(Act.HANDLE_OWN)):
        raise refusal("receiver", _("This person does not handle leads."), "no_handler")


@transaction.atomic
def write_note(*, actor: User, handed: HandedLead, note: str) -> HandedLead:
    """What whoever takes over must know of this lead; until it is handed over."""
    _locked_draft(actor, handed.handover)
    handed.note = note
    handed.full_clean()
    handed.save()
    return handed


@transaction.atomic
def leave_out(*, actor: User, handed: HandedLead) -> None:
    """Take a lead out again before anything moves."""
    handover = _locked_draft(actor, handed.handover)
    if handover.leads.count() == 1:
        raise ValidationError(_("It is the only lead: discard the handover instead."), "last")
    handed.delete()


@transaction.atomic
def discard(*, actor: User, handover: Handover) -> None:
    """Forget what was prepared."""
    _locked_draft(actor, handover).delete()


def locked(handover: Handover) -> Handover:
    rows = Handover.objects.select_for_update(of=("self",))
    found: Handover = rows.select_related("giver", "receiver").get(pk=handover.pk)
    return found


def _locked_draft(actor: User, handover: Handover) -> Handover:
    found = locked(handover)
    require(may_hand_over(actor, found.giver))
    if not found.is_draft:
        raise ValidationError(_("It was handed over already."), "confirmed")
    return found


# --- handed over --------------------------------------------------------------------------------


@transaction.atomic
def confirm(*, actor: User, handover: Handover) -> Job | None:
    """Hand over: at once up to ``AT_ONCE`` leads, else by a job, which is returned."""
    handover = _locked_draft(actor, handover)
    _require_receiver(handover.giver, handover.receiver)
    handover.confirmed_at = timezone.now()
    handover.save()
    _move_other_actions(actor, handover)
    if handover.leads.count() > AT_ONCE:
        return start_job(actor=actor, kind=JOB, arguments={"handover": handover.pk})
    for handed in in_order(handover):
        move(actor=actor, handed=handed)
    return None


def in_order(handover: Handover) -> "list[HandedLead]":
    """What is still to be moved, in the order of locks: two handovers must not wait for each
    other."""
    rows = handover.leads.filter(state=HandedState.PLANNED)
    people = rows.select_related("lead", "deputy_before", "handover__giver__office")
    people = people.select_related("handover__receiver__office")
    return list(people.order_by("lead__investor_id", "lead_id"))


def _refusals_kept(act: Callable[..., None]) -> Callable[..., HandedLead]:
    """Let ``act`` move one lead in a savepoint; what refused it is written on the row."""

    @wraps(act)
    def moved(*, actor: User, handed: HandedLead) -> HandedLead:
        try:
            with transaction.atomic():
                act(actor, handed)
        except PermissionDenied:
            handed.refusal = _("You may not hand over this lead.")
        except ValidationError as error:
            handed.refusal = " ".join(error.messages)[:300]
        if handed.refusal:
            handed.state = HandedState.REFUSED
            handed.save()
        return handed

    return moved


@_refusals_kept
def move(actor: User, handed: HandedLead) -> None:
    """Hand over one lead, with the open actions of whoever gives it; harmless if repeated."""
    if handed.state != HandedState.PLANNED:
        return
    handover, lead = handed.handover, lock(handed.lead)
    giver, receiver = handover.giver, handover.receiver
    require(Lead.objects.visible_to(actor).filter(pk=lead.pk).exists())
    if not is_own(giver, lead):
        raise ValidationError(
            _("%(name)s does not look after it any more."), "gone", {"name": giver}
        )
    if lead.is_archived:
        raise ValidationError(_("It is archived."), "archived")
    require(may_hand_over(actor, giver))
    handed.was_deputy = lead.deputy_id == giver.pk
    handed.deputy_before = lead.deputy
    _hand(lead, handed)
    move_actions(lead, giver, receiver)
    handed.state, handed.moved_at = HandedState.MOVED, timezone.now()
    handed.save()


def _hand(lead: Lead, handed: HandedLead) -> None:
    """The receiver takes the giver's place; who is owner is not deputy as well."""
    handover = handed.handover
    giver, receiver = handover.giver, handover.receiver
    if handed.was_deputy:
        deputy = None if lead.owner_id == receiver.pk else receiver
        give(lead, owner=lead.owner, deputy=deputy, office=lead.office)
    else:
        office = office_after(lead, giver, receiver)
        give(lead, owner=receiver, deputy=deputy_after(lead.deputy, handover), office=office)


def office_after(lead: Lead, before: User, after: User) -> Office | None:
    """It goes along if the lead was with the office of whoever looked after it."""
    return after.office or lead.office if lead.office_id == before.office_id else lead.office


def deputy_after(before: User | None, handover: Handover) -> User | None:
    """Who is deputy once the receiver owns a lead of which ``before`` was deputy."""
    match DeputyRule(handover.deputy_rule):
        case DeputyRule.GIVER if handover.giver.is_active:
            giver: User = handover.giver
            return giver
        case DeputyRule.NONE:
            return None
    return None if before is not None and before.pk == handover.receiver_id else before


def move_actions(lead: Lead, giver: User, receiver: User) -> None:
    for action in lead.actions.open().filter(assignee=giver):
        action.assignee = receiver
        action.save()


def other_actions(actor: User, handover: Handover) -> "list[Action]":
    """What the giver has to do on leads of others, as far as both others may see these."""
    rows = Action.objects.open().filter(assignee=handover.giver)
    theirs = Lead.objects.of(handover.giver).values("pk")
    seen = rows.visible_to(actor).filter(pk__in=rows.visible_to(handover.receiver).values("pk"))
    return list(seen.exclude(lead__in=theirs).select_related("lead__investor"))


def _move_other_actions(actor: User, handover: Handover) -> None:
    """Whoever leaves hands over also what they were to do for colleagues."""
    if handover.giver.is_active:
        return
    for action in other_actions(actor, handover):
        action.assignee = handover.receiver
        action.save()


# --- taken over --------------------------------------------------------------------------------


@transaction.atomic
def acknowledge(*, actor: User, handed: HandedLead) -> HandedLead:
    """The receiver has read it and goes on from there."""
    handed = HandedLead.objects.select_for_update(of=("self",)).get(pk=handed.pk)
    require(handed.handover.receiver_id == actor.pk)
    if handed.state != HandedState.MOVED:
        raise ValidationError(_("It is not in your hands."), "not_moved")
    if handed.acknowledged_at is None:
        handed.acknowledged_at = timezone.now()
        handed.save()
    return handed
