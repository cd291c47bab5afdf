"""Leads that were handed over for a time come back, stay a while longer, or stay for good."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.choices import HandedState
from investors.models import HandedLead, Handover, Lead
from investors.permissions import require
from investors.services.events import lock
from investors.services.handover import deputy_after, locked, move_actions, office_after
from investors.services.leads import give


def may_end(actor: User, handover: Handover) -> bool:
    """Whoever was away, whoever stood in, and those who may reassign."""
    return actor.pk in {handover.giver_id, handover.receiver_id} or actor.may(Act.REASSIGN)


@dataclass
class Return:
    """How many leads are back, how many stay where they went meanwhile, and what kept others."""

    back: int = 0
    stayed: int = 0
    refused: "Counter[str]" = field(default_factory=Counter)


@transaction.atomic
def bring_back(*, actor: User, handover: Handover) -> Return:
    """Give the leads back to whoever was away.

    From the receiver, or from whoever holds them for the receiver, who is away by now as well: a
    handover for a time upon another is undone with it. What went another way stays there. Each
    lead moves in a savepoint; while one is refused, the handover is not over and can be ended
    again.
    """
    handover = _locked_loan(actor, handover)
    if not (handover.giver.is_active and handover.giver.may(Act.HANDLE_OWN)):
        raise ValidationError(_("%(name)s has left."), "gone", {"name": handover.giver})
    told = Return()
    for handed in _still_out(handover):
        try:
            with transaction.atomic():
                is_back = _bring_back(handed)
        except ValidationError as error:
            told.refused[" ".join(error.messages)] += 1
        else:
            told.back += is_back
            told.stayed += not is_back
    if not told.refused:
        _end(handover)
    return told


@transaction.atomic
def put_off(*, actor: User, handover: Handover, until: dt.date | None) -> Handover:
    """Name another day on which the leads may go back; without one they stay for good."""
    handover = _locked_loan(actor, handover)
    if until is not None and until <= timezone.localdate():
        raise refusal("until", _("Choose a day ahead."), "not_ahead")
    handover.until = until
    handover.full_clean()
    handover.save()
    return handover


def _locked_loan(actor: User, handover: Handover) -> Handover:
    handover = locked(handover)
    require(may_end(actor, handover))
    if handover.until is None or handover.is_draft:
        raise ValidationError(_("It was handed over for good."), "for_good")
    if handover.returned_at is not None:
        raise ValidationError(_("The leads were brought back already."), "returned")
    return handover


def _still_out(handover: Handover) -> list[HandedLead]:
    """In the order of locks."""
    rows = handover.leads.filter(state=HandedState.MOVED).select_related("lead", "deputy_before")
    people = rows.select_related("handover__giver__office", "handover__receiver__office")
    return list(people.order_by("lead__investor_id", "lead_id"))


def _end(handover: Handover) -> None:
    handover.returned_at = timezone.now()
    handover.save()


def _bring_back(handed: HandedLead) -> bool:
    """Whether it is back."""
    lead, giver = lock(handed.lead), handed.handover.giver
    handed.refresh_from_db(fields=["state"])
    if handed.state == HandedState.BACK:  # with an earlier handover, meanwhile
        return True
    links = _links(handed, lead)
    if not links or lead.is_archived:
        return False
    if _holder(handed, lead) != giver.pk:
        _give_back(lead, links)
    for link in links:
        link.state = HandedState.BACK
        link.save()
    _end_empty(links[1:])
    return True


def _holder(handed: HandedLead, lead: Lead) -> int | None:
    """Who has the place, of owner or deputy, that was handed over."""
    return lead.deputy_id if handed.was_deputy else lead.owner_id


def _links(handed: HandedLead, lead: Lead) -> list[HandedLead]:
    """The handovers for a time by which a locked lead is where it is, the given one first; none
    if it went another way."""
    links, holder = [handed], _holder(handed, lead)
    if holder == handed.handover.giver_id:
        return links
    while holder != links[-1].handover.receiver_id:
        following = (
            HandedLead.objects.filter(
                lead=lead,
                state=HandedState.MOVED,
                was_deputy=handed.was_deputy,
                moved_at__gt=links[-1].moved_at,
                handover__giver=links[-1].handover.receiver_id,
                handover__until__isnull=False,
                handover__returned_at__isnull=True,
            )
            .select_related("handover__giver", "handover__receiver__office", "deputy_before")
            .order_by("-moved_at")
            .first()
        )
        if following is None:
            return []
        links.append(following)
    return links


def _give_back(lead: Lead, links: list[HandedLead]) -> None:
    giver, holder = links[0].handover.giver, links[-1].handover.receiver
    if links[0].was_deputy:
        deputy = None if lead.owner_id == giver.pk else giver
        give(lead, owner=lead.owner, deputy=deputy, office=lead.office)
    else:
        deputy = _deputy_then(lead, links)
        give(lead, owner=giver, deputy=deputy, office=office_after(lead, holder, giver))
    move_actions(lead, holder, giver)


def _deputy_then(lead: Lead, links: list[HandedLead]) -> User | None:
    """Who was deputy before, unless another was made deputy since or they have left."""
    made = deputy_after(links[-1].deputy_before, links[-1].handover)
    since = lead.deputy_id != (made.pk if made else None)
    deputy: User | None = lead.deputy if since else links[0].deputy_before
    if deputy is None or deputy.pk == links[0].handover.giver_id:
        return None
    return deputy if deputy.is_active and deputy.may(Act.HANDLE_OWN) else None


def _end_empty(links: list[HandedLead]) -> None:
    """A handover that has none of its leads out any more is over; one that somebody ends at this
    moment is theirs."""
    for link in links:
        rows = Handover.objects.select_for_update(of=("self",), skip_locked=True)
        handover = rows.filter(pk=link.handover_id, returned_at__isnull=True).first()
        if handover and not handover.leads.filter(state=HandedState.MOVED).exists():
            _end(handover)
