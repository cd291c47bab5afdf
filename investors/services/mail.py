"""An e-mail that somebody brought: onto a lead, or as a new one."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.staff.models import User
from investors.models import Contact, Interaction, Investor, Lead
from investors.services.actions import NextAction
from investors.services.interactions import Said, log_interaction
from investors.services.investors import save_contact
from investors.services.quick import start_lead


@transaction.atomic
def log_mail(
    *,
    actor: User,
    lead: Lead,
    said: Said,
    contact: Mapping[str, Any] | None,
    files: Iterable["UploadedFile[bytes]"] = (),
) -> Interaction:
    """Log it on a lead with whoever wrote it, who is made a contact if they are none yet."""
    people = []
    if contact:
        usable = Contact.objects.visible_to(actor).usable_on(lead).live()
        known = usable.filter(email__iexact=contact["email"]).first() if contact["email"] else None
        people = [
            known
            or save_contact(actor=actor, investor=lead.investor, fields=contact, known_through=lead)
        ]
    return log_interaction(actor=actor, lead=lead, said=said, contacts=people, files=files)


@transaction.atomic
def start_with_mail(
    *,
    actor: User,
    investor: Investor | Mapping[str, Any],
    fields: Mapping[str, Any],
    said: Said,
    contact: Mapping[str, Any] | None,
    files: Iterable["UploadedFile[bytes]"] = (),
) -> Interaction:
    """Begin a lead with it: received when it was sent, the first thing to do is to reply."""
    lead = start_lead(
        actor=actor,
        investor=investor,
        fields=dict(fields) | {"received_at": said.happened_at},
        following=NextAction(what=_("First reply"), due=timezone.localdate()),
        contact=contact,
        said=said,
        files=files,
    )
    made: Interaction = lead.interactions.latest("pk")
    return made
