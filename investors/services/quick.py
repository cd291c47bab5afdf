"""A lead in under a minute: its investor found or made on the way, a contact with it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.choices import Confidential
from investors.models import Contact, Investor, Lead
from investors.services.actions import NextAction
from investors.services.assignment import assign_next
from investors.services.interactions import Said, log_interaction
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
    said: Said | None = None,
    files: Iterable["UploadedFile[bytes]"] = (),
    by_rules: bool = False,
) -> Lead:
    """Make a lead with its investor, its first contact and what they said, all or nothing.

    ``investor`` is one on record or the fields of a new one. A contact whose e-mail address the
    investor already has among those that ``actor`` sees is not made twice. ``by_rules``: the
    assignment rules say whose it is; who makes a confidential lead stays its deputy, to see it.
    """
    if not isinstance(investor, Investor):
        investor = create_investor(actor=actor, fields=investor)
    elif investor.is_archived:
        raise refusal("company", _("Restore the investor first."), "archived")
    given = dict(fields) | (_by_rules(actor, investor, fields) if by_rules else {})
    lead = create_lead(
        actor=actor,
        investor=investor,
        fields=given,
        following=following,
        copied_from=copied_from,
    )
    person = None
    if contact:
        person = _known(actor, lead, contact) or save_contact(
            actor=actor, investor=investor, fields=contact, known_through=lead
        )
    if said is not None:
        people = [person] if person else []
        log_interaction(actor=actor, lead=lead, said=said, contacts=people, files=files)
    lead.refresh_from_db()
    return lead


def _by_rules(actor: User, investor: Investor, fields: Mapping[str, Any]) -> dict[str, Any]:
    sectors = [sector.pk for sector in fields.get("sectors", ())]
    found = assign_next(country=investor.control_country.code, sectors=sectors)
    given: dict[str, Any] = {"owner": found.owner, "office": found.office}
    hidden = fields.get("confidential") == Confidential.YES
    if hidden and actor.may(Act.HANDLE_OWN) and found.owner not in {None, actor}:
        given["deputy"] = actor
    return given


def _known(actor: User, lead: Lead, contact: Mapping[str, Any]) -> Contact | None:
    email = contact.get("email", "")
    known = Contact.objects.visible_to(actor).usable_on(lead).live()
    return known.filter(email__iexact=email).first() if email else None
