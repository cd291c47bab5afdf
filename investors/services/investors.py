"""Investors and their contacts."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ifa_crm.shared.extend import archive_obstacles
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors import gates
from investors.models import Contact, Investor, Lead
from investors.permissions import require
from investors.services.events import lock
from investors.services.folding import refold_leads
from investors.services.leads import note_if_qualified
from investors.services.matching import note_contact, note_investor

NAMES_LENGTH: Final = 300


def may_edit_investor(user: User, investor: Investor) -> bool:
    """Whoever may edit one of its leads, or, while it has none, whoever may create it."""
    if user.may(Act.HANDLE_ANY):
        return True
    if not user.may(Act.RECORD):
        return False
    leads = Lead.objects.filter(investor=investor)
    if user.may(Act.HANDLE_OWN) and leads.of(user).exists():
        return True
    # A hidden lead must not show by what is refused.
    return not leads.visible_to(user).filter(owner__isnull=False).exists()


@transaction.atomic
def create_investor(*, actor: User, fields: Mapping[str, Any]) -> Investor:
    """Record a foreign company; one controlled in France is refused with the reason."""
    require(actor.may(Act.RECORD))
    return write_investor(fields)


def write_investor(fields: Mapping[str, Any]) -> Investor:
    """Write a new investor; part of other services."""
    investor = Investor(**fields)
    investor.full_clean()
    investor.save()
    note_investor(investor)
    return investor


@transaction.atomic
def edit_investor(*, actor: User, investor: Investor, changes: Mapping[str, Any]) -> Investor:
    """Write ``changes`` and fold the text of its leads again."""
    investor = Investor.objects.select_for_update(of=("self",)).get(pk=investor.pk)
    require(may_edit_investor(actor, investor))
    for name, value in changes.items():
        setattr(investor, name, value)
    investor.full_clean()
    investor.save()
    refold_leads(investor)
    note_investor(investor)
    return investor


@transaction.atomic
def archive_investor(*, actor: User, investor: Investor, reason: str) -> Investor:
    """Put it away; refused while it has leads that are not archived.

    One that the actor may not see does not speak against it: the refusal would betray it. Its
    people go on reading it, with its investor, and may restore the investor.
    """
    investor = Investor.objects.select_for_update(of=("self",)).get(pk=investor.pk)
    require(may_edit_investor(actor, investor))
    if investor.is_archived:
        raise ValidationError(_("It is archived already."), "archived")
    if Lead.objects.filter(investor=investor).live().visible_to(actor).exists():
        raise ValidationError(_("It still has leads. Archive them first."), "in_use")
    if obstacles := archive_obstacles(investor):
        raise ValidationError(list(obstacles), "in_use")
    investor.archive(actor=actor, reason=reason)
    note_investor(investor)
    return investor


@transaction.atomic
def restore_investor(*, actor: User, investor: Investor) -> Investor:
    investor = Investor.objects.select_for_update(of=("self",)).get(pk=investor.pk)
    require(may_edit_investor(actor, investor))
    if not investor.is_archived:
        raise ValidationError(_("It is not archived."), "not_archived")
    if investor.merged_into_id is not None:
        raise ValidationError(_("It was merged. Undo the merge instead."), "merged")
    investor.restore()
    note_investor(investor)
    return investor


@transaction.atomic
def save_contact(
    *,
    actor: User,
    investor: Investor,
    fields: Mapping[str, Any],
    contact: Contact | None = None,
    known_through: Lead | None = None,
) -> Contact:
    """Create or edit a contact, and note which leads it makes complete.

    A new contact made on a lead (``known_through``) is restricted while that lead is. Anybody who
    records may add one; editing is for those who may edit the investor.
    """
    require(actor.may(Act.RECORD))
    investor = Investor.objects.select_for_update(of=("self",)).get(pk=investor.pk)
    if contact is not None:
        require(may_edit_investor(actor, investor))
        contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    else:
        contact = Contact(investor=investor, known_through=known_through)
        contact.restricted = known_through is not None and known_through.restricted
    return write_contact(actor, contact, fields)


def write_contact(actor: User | None, contact: Contact, fields: Mapping[str, Any]) -> Contact:
    """Write a contact of a locked investor; part of other services."""
    investor = contact.investor
    incomplete = _incomplete_leads(investor)
    for name, value in fields.items():
        setattr(contact, name, value)
    contact.full_clean()
    contact.save()
    refold_leads(investor)
    note_contact(contact)
    for lead in incomplete:
        note_if_qualified(lead, actor, was_complete=False)
    return contact


def _incomplete_leads(investor: Investor) -> list[Lead]:
    leads = Lead.objects.filter(investor=investor).live()
    locked = [lock(lead) for lead in leads.order_by("pk")]
    return [lead for lead in locked if gates.missing(lead)]


@transaction.atomic
def archive_contact(*, actor: User, contact: Contact, reason: str) -> Contact:
    """Put a contact away; history keeps it."""
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    require(may_edit_investor(actor, contact.investor))
    if contact.is_archived:
        raise ValidationError(_("It is archived already."), "archived")
    contact.archive(actor=actor, reason=reason)
    refold_leads(contact.investor)
    note_contact(contact)
    return contact


@transaction.atomic
def restore_contact(*, actor: User, contact: Contact) -> Contact:
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    require(may_edit_investor(actor, contact.investor))
    if contact.merged_into_id is not None:
        raise ValidationError(_("It was merged. Undo the merge instead."), "merged")
    contact.restore()
    refold_leads(contact.investor)
    note_contact(contact)
    return contact


def with_name(kept: Investor, name: str) -> str:
    """Its other names and ``name``, by which people go on looking for it."""
    known = {part.strip().casefold() for part in kept.other_names.split(",")}
    if not name or name.casefold() in known | {kept.name.casefold()}:
        return kept.other_names
    longer = f"{kept.other_names}, {name}" if kept.other_names else name
    return longer if len(longer) <= NAMES_LENGTH else kept.other_names
