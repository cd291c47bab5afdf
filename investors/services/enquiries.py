"""What comes through the public form: kept in its own words, and made a lead at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from clusters.models import Sector
from ifa_crm.shared.acting import acting
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.services.outbox import queue_mail
from investors import likeness
from investors.choices import FRENCH, Direction, InteractionKind, Origin
from investors.clocks import Calendars
from investors.duplicates import company, compare
from investors.models import Contact, Enquiry, Investor, Lead, Objective
from investors.models.matching import STRONG, InvestorKey
from investors.permissions import require
from investors.reply_clock import deadlines
from investors.services.actions import NextAction
from investors.services.assignment import Assignment, assign_next
from investors.services.clocks import refresh_reply_due
from investors.services.events import lock, refresh_heard
from investors.services.interactions import Said, write_interaction
from investors.services.investors import write_contact, write_investor
from investors.services.leads import write_lead

NOTICE: Final = "2026-11"  # the version of the privacy notice that is shown
REASON: Final = "public form"


@dataclass(frozen=True)
class Asked:
    """What somebody typed into the public form."""

    company: str
    country: str
    person: str
    email: str
    text: str
    website: str = ""
    phone: str = ""
    sectors: Sequence[Sector] = field(default_factory=list)
    objectives: Sequence[Objective] = field(default_factory=list)


def receive_enquiry(*, token: str, language: str, asked: Asked) -> Enquiry:
    """Keep an enquiry, make it a lead with contact, interaction, first action, and acknowledge it.

    Sent twice with one ``token`` it is one enquiry. The mail says nothing that was typed: nobody
    can have us send their words to a third person.
    """
    with acting(None, reason=REASON):
        try:
            return _receive(token, language, asked)
        except IntegrityError:  # the same form was sent twice at once
            return Enquiry.objects.get(token=token)


@transaction.atomic
def _receive(token: str, language: str, asked: Asked) -> Enquiry:
    known = Enquiry.objects.filter(token=token).first()
    if known is not None:
        return known
    now = timezone.now()
    given = assign_next(country=asked.country, sectors=[sector.pk for sector in asked.sectors])
    calendar = Calendars().of_office(given.office.pk if given.office else None)
    enquiry = Enquiry(
        token=token,
        language=language,
        received_at=now,
        consented_at=now,
        notice=NOTICE,
        reply_due_at=deadlines(calendar, now).reply_due_at,
        time_zone=calendar.zone.key,
        **{name: getattr(asked, name) for name in _KEPT},
    )
    if asked.country not in FRENCH:
        with translation.override(_language_of(given)):
            enquiry.lead = _lead_of(asked, given, enquiry)
    enquiry.full_clean(exclude=["token"])  # the database says it, also of two at once
    enquiry.save()
    _acknowledge(enquiry)
    return enquiry


_KEPT: Final = ("company", "country", "person", "email", "text", "website", "phone")


def _language_of(given: Assignment) -> str:
    """In which the words of ours on the lead are written: its owner's."""
    return given.owner.language if given.owner else settings.LANGUAGE_CODE


def _lead_of(asked: Asked, given: Assignment, enquiry: Enquiry) -> Lead:
    local_due = enquiry.due_there.date()
    lead = write_lead(
        None,
        _same_company(asked) or _new_company(asked),
        {
            "title": _title(asked.text),
            "wants": asked.text,
            "origin": Origin.ENQUIRY,
            "owner": given.owner,
            "office": given.office,
            "received_at": enquiry.received_at,
            "sectors": asked.sectors,
            "objectives": asked.objectives,
        },
        NextAction(what=_("First reply"), due=local_due, assignee=given.owner),
    )
    lead = lock(lead)
    contact = _contact_of(asked, lead, enquiry.language)
    said = Said(
        kind=InteractionKind.EMAIL,
        direction=Direction.IN,
        happened_at=enquiry.received_at,
        subject=_("Enquiry through the public form"),
        text=asked.text,
    )
    write_interaction(None, lead, said, [contact])
    refresh_reply_due(lead)
    refresh_heard(lead)
    return lead


def _title(text: str) -> str:
    """The first words of what they wrote, on one line."""
    words = " ".join(text.split())
    return words if len(words) <= 80 else f"{words[:79].rsplit(' ', 1)[0]}…"


def _new_company(asked: Asked) -> Investor:
    return write_investor(
        {
            "name": asked.company,
            "control_country": asked.country,
            "seat_country": asked.country,
            "website": asked.website,
        }
    )


def _same_company(asked: Asked) -> Investor | None:
    """The one company on record that writes, beyond doubt and open to everybody; else nothing.

    Beyond doubt: the same name without its legal form, the same country, and a web or e-mail
    domain of its own in common. A second one that fits, a hidden one too, is a doubt.
    """
    meant = company(
        names=[asked.company],
        country=asked.country,
        website=asked.website,
        emails=[asked.email],
    )
    values = [value for kind, value in likeness.keys_of_company(meant) if kind in STRONG]
    sharing = InvestorKey.objects.filter(value__in=values).values("investor")
    rows = {row.pk: row for row in Investor.objects.filter(pk__in=sharing).order_by("pk")[:20]}
    facts = likeness.companies(rows) if rows else {}
    same = [
        row
        for pk, row in rows.items()
        if _is_beyond_doubt({code for code, _what in compare(meant, facts[pk]).reasons})
    ]
    if len(same) != 1 or same[0].restricted or same[0].is_archived:
        return None
    return same[0]


def _is_beyond_doubt(codes: set[str]) -> bool:
    return bool(codes & {"written", "bare"} and "country" in codes and codes & {"domain", "mail"})


def _contact_of(asked: Asked, lead: Lead, language: str) -> Contact:
    """The contact with this address among those that may be named on the lead, or a new one."""
    usable = Contact.objects.usable_on(lead).live().filter(email__iexact=asked.email)
    found = usable.order_by("pk").first()
    if found is not None:
        return found
    contact = Contact(investor=lead.investor, known_through=lead)
    names = {"name": asked.person, "email": asked.email, "phone": asked.phone}
    return write_contact(None, contact, names | {"language": language})


def _acknowledge(enquiry: Enquiry) -> None:
    """A mail in the enquirer's language with the reference and the promised time."""
    with translation.override(enquiry.language):
        body = render_to_string(
            "investors/mail/enquiry_received.txt",
            {"enquiry": enquiry},
        )
        subject = _("Your enquiry %(ref)s") % {"ref": enquiry.ref.upper()}
        message = EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [enquiry.email])
        message.extra_headers["Auto-Submitted"] = "auto-replied"
        queue_mail(message=message, about=f"enquiry:{enquiry.ref}")


@transaction.atomic
def settle_enquiry(*, actor: User, enquiry: Enquiry) -> Enquiry:
    """Note that somebody has dealt with an enquiry that could not become a lead."""
    require(actor.may(Act.RECORD))
    enquiry = Enquiry.objects.select_for_update(of=("self",)).get(pk=enquiry.pk)
    if enquiry.lead_id is not None or enquiry.settled_at is not None:
        raise ValidationError(_("It was dealt with already."), "settled")
    enquiry.settled_at, enquiry.settled_by = timezone.now(), actor
    enquiry.save()
    return enquiry
