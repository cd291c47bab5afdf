"""What was said, and the files that came with it."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.dates import AHEAD
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.choices import Direction, InteractionKind, Stage
from investors.clocks import Calendars
from investors.files import attach
from investors.models import Action, Attachment, Contact, Interaction, Lead
from investors.permissions import may_handle, require
from investors.services.actions import (
    NextAction,
    add,
    close,
    may_act,
    require_open,
    require_open_action,
)
from investors.services.clocks import refresh_reply_due, wind
from investors.services.events import lock, record_event, refresh_heard, refresh_next_due


@dataclass(frozen=True)
class Said:
    """One e-mail, call, visit or note, as it is logged."""

    kind: InteractionKind
    happened_at: dt.datetime
    direction: str = ""
    result: str = ""
    subject: str = ""
    text: str = ""


@transaction.atomic
def log_interaction(
    *,
    actor: User,
    lead: Lead,
    said: Said,
    contacts: Iterable[Contact] = (),
    files: Iterable["UploadedFile[bytes]"] = (),
    following: NextAction | None = None,
    completing: Iterable[Action] = (),
) -> Interaction:
    """Log it on any lead that ``actor`` sees, whatever its status.

    ``completing``: open actions of the lead that are done with it. If nothing else is to be done
    on an active lead, ``following`` must say what comes next.

    A written message of ours, or a call or visit at which they spoke, is the event *contacted*
    and answers everything inbound that came before it. An inbound one that is no conversation
    waits for an answer, and its reply clock runs.
    """
    require(actor.may(Act.RECORD))
    lead = lock(lead)
    _require_past(said)
    interaction = write_interaction(actor, lead, said, contacts)
    for file in files:
        attach(file, uploaded_by=actor, interaction=interaction)
    _settle(lead, interaction, actor)
    _tick_off(lead, completing, actor)
    if following is not None:
        require_open(lead)
        add(lead, following)
    if completing:
        require_open_action(lead)
        refresh_next_due(lead)
    interaction.refresh_from_db()
    return interaction


def write_interaction(
    actor: User | None, lead: Lead, said: Said, contacts: Iterable[Contact]
) -> Interaction:
    """Write an entry on a locked lead with its reply clock; part of other services."""
    interaction = Interaction(lead=lead, logged_by=actor, **vars(said))
    wind(interaction, lead, Calendars())
    interaction.full_clean()
    interaction.save()
    interaction.contacts.set(_of_this_lead(lead, contacts))
    return interaction


def _tick_off(lead: Lead, completing: Iterable[Action], actor: User) -> None:
    for action in lead.actions.select_for_update(of=("self",)).filter(
        pk__in=[action.pk for action in completing]
    ):
        action.lead = lead
        require(may_act(actor, action))
        close(action, actor)


def may_edit(user: User, interaction: Interaction) -> bool:
    """Correct an entry: whoever logged it, and whoever handles the lead."""
    logged = interaction.logged_by_id == user.pk and user.may(Act.RECORD)
    return logged or may_handle(user, interaction.lead)


@transaction.atomic
def edit_interaction(
    *, actor: User, interaction: Interaction, said: Said, contacts: Iterable[Contact]
) -> Interaction:
    """Correct an entry, and settle again what it answers. A stage it reached stays reached."""
    lead = lock(interaction.lead)
    interaction = Interaction.objects.select_for_update(of=("self",)).get(pk=interaction.pk)
    interaction.lead = lead
    require(may_edit(actor, interaction))
    _require_past(said)
    for name, value in vars(said).items():
        setattr(interaction, name, value)
    if interaction.direction != Direction.IN:
        interaction.answered_at = interaction.answered_by = None
    wind(interaction, lead, Calendars())
    interaction.full_clean()
    interaction.save()
    unseen = interaction.contacts.exclude(pk__in=Contact.objects.visible_to(actor).usable_on(lead))
    interaction.contacts.set([*_of_this_lead(lead, contacts), *unseen])
    _settle(lead, interaction, actor)
    interaction.refresh_from_db()
    return interaction


@transaction.atomic
def attach_files(
    *, actor: User, files: Iterable["UploadedFile[bytes]"], **holder: Lead | Interaction
) -> list[Attachment]:
    """Attach files to a lead or an interaction that ``actor`` sees."""
    require(actor.may(Act.RECORD))
    return [attach(file, uploaded_by=actor, **holder) for file in files]


def _require_past(said: Said) -> None:
    if said.happened_at > timezone.now() + AHEAD:
        raise refusal("happened_at", _("This is still ahead."), "ahead")


def _of_this_lead(lead: Lead, contacts: Iterable[Contact]) -> list[Contact]:
    chosen = list(contacts)
    usable = set(Contact.objects.usable_on(lead).values_list("pk", flat=True))
    if any(contact.pk not in usable for contact in chosen):
        raise refusal("contacts", _("Choose people of this investor."), "stranger")
    return chosen


def _settle(lead: Lead, logged: Interaction, actor: User) -> None:
    """Note for everything inbound on a locked lead the first answer at or after it.

    Entries come in any order: an answer that is logged first, then the e-mail that it answered.
    They spoke when the investor called: that call answers itself.
    """
    answers = list(Interaction.objects.filter(lead=lead).answers().order_by("happened_at", "pk"))
    for inbound in Interaction.objects.filter(lead=lead, direction=Direction.IN):
        own = inbound if inbound.is_answer else None
        later = (said for said in answers if said.happened_at >= inbound.happened_at)
        answer = own or next(later, None)
        if inbound.answered_by_id != (answer.pk if answer else None):
            inbound.answered_by = answer
            inbound.answered_at = answer.happened_at if answer else None
            inbound.save()
    refresh_reply_due(lead)
    refresh_heard(lead)
    if logged.is_answer:
        record_event(lead=lead, stage=Stage.CONTACTED, actor=actor)
