"""A lead in under a minute: its investor found or made on the way, a contact with it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from investors.models import Contact, Investor, Lead
from investors.services.actions import NextAction
from investors.services.investors import create_investor, save_contact
from investors.services.leads import create_lead


@transaction.atomic
def start_lead(
    *,
    actor: User,
    investor: Investor | Mapping[str, Any],
    fields: Mapping[str, Any],
    following: NextAction,
    contact: Mapping[str, Any] | None = None,
    copied_from: Lead | None = None,
) -> Lead:
    """Make a lead with its investor and its first contact, all or nothing.

    ``investor`` is one on record or the fields of a new one. A contact whose e-mail address the
    investor already has among those that ``actor`` sees is not made twice.
    """
    if not isinstance(investor, Investor):
        investor = create_investor(actor=actor, fields=investor)
    elif investor.is_archived:
        raise refusal("company", _("Restore the investor first."), "archived")
    lead = create_lead(
        actor=actor,
        investor=investor,
        fields=fields,
        following=following,
        copied_from=copied_from,
    )
    if contact and not _is_known(actor, lead, contact):
        save_contact(actor=actor, investor=investor, fields=contact, known_through=lead)
    lead.refresh_from_db()
    return lead


def _is_known(actor: User, lead: Lead, contact: Mapping[str, Any]) -> bool:
    email = contact.get("email", "")
    known = Contact.objects.visible_to(actor).usable_on(lead).live()
    return bool(email) and known.filter(email__iexact=email).exists()
