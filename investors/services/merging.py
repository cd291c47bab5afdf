"""Two investors become one; the other's address leads to it, and nothing is deleted."""

from collections.abc import Iterable
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.acting import because
from ifa_crm.shared.extend import merge_parts
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.choices import BatchKind
from ifa_crm.work.models import Batch
from ifa_crm.work.services.undo import open_batch
from investors.models import (
    Contact,
    Investor,
    InvestorPair,
    Lead,
    PairState,
)
from investors.permissions import require
from investors.services.confidentiality import settle_investor
from investors.services.deciding import lock_to_merge
from investors.services.investors import with_name
from investors.services.matching import note_contact, note_investor, noting_together
from investors.services.merging_contacts import absorb, require_mergeable
from investors.services.moves import Moves

FIELDS: Final = (
    *("name", "native_name", "romanised_name", "other_names", "control_country"),
    *("seat_country", "city", "website", "parent", "size", "presence", "presence_site"),
    *("organisation", "lei", "siren", "register_number", "notes"),
)
_GONE: Final = ("archived_at", "archived_by", "archive_reason", "merged_into")


@transaction.atomic
def merge_investors(
    *,
    actor: User,
    pair: InvestorPair,
    keep: Investor,
    take: Iterable[str] = (),
    same_people: Iterable[tuple[Contact, Contact]] = (),
) -> Batch:
    """Make two investors one: ``keep``, with the fields ``take`` of the other.

    Leads, contacts, subsidiaries and what higher apps have go over with all that hangs on them;
    of each two ``same_people`` the first takes up the second. The other record is archived and
    its address leads to the one that is kept. Of two merges at once, the second is refused;
    so is a pair of which somebody said meanwhile that the two are not the same.
    Returns the batch by which it can be undone for 30 days.
    """
    require(actor.may(Act.MERGE))
    kept, gone = _lock_both(actor, pair, keep)
    pair = lock_to_merge(pair)
    batch = open_batch(actor=actor, kind=BatchKind.MERGE, title=_("Merge of two investors"))
    moves = Moves(batch, kept)
    with because(_("merge %(ref)s") % {"ref": batch.ref}), noting_together():
        _close(pair, actor, moves)
        _take(kept, gone, set(take), moves)
        _put_away(kept, gone, actor, moves)
        _carry(kept, gone, moves)
        _unite_people(kept, same_people, actor, moves)
        settle_investor(kept)
        note_investor(gone)
        moves.write()
    return batch


def _lock_both(actor: User, pair: InvestorPair, keep: Investor) -> tuple[Investor, Investor]:
    """(kept, gone), both held, the older first whoever asks, and both still there."""
    keys = [pair.first_id, pair.second_id]
    rows = Investor.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    both = {row.pk: row for row in rows}
    if keep.pk not in both or Investor.objects.visible_to(actor).filter(pk__in=keys).count() < 2:
        raise ValidationError(_("Choose which of the two is kept."), "stranger")
    for row in both.values():
        if row.merged_into_id is not None:
            told = _("“%(name)s” has been merged meanwhile.")
            raise ValidationError(told, "merged", {"name": row})
        if row.is_archived:
            raise ValidationError(_("“%(name)s” is archived."), "archived", {"name": row})
    kept = both.pop(keep.pk)
    (gone,) = both.values()
    if gone.pk in _above(kept) or kept.pk in _above(gone):
        raise ValidationError(
            _("One is the parent of the other: they are two companies of one group."), "group"
        )
    return kept, gone


def _above(investor: Investor) -> set[int]:
    found: set[int] = set()
    key = investor.parent_id
    while key is not None and key not in found:
        found.add(key)
        key = Investor.objects.filter(pk=key).values_list("parent_id", flat=True).first()
    return found


def _close(pair: InvestorPair, actor: User, moves: Moves) -> None:
    with moves.changing(pair, "state", "decided_at", "decided_by"):
        pair.state, pair.decided_at, pair.decided_by = PairState.MERGED, timezone.now(), actor


def _take(kept: Investor, gone: Investor, take: set[str], moves: Moves) -> None:
    """The chosen fields of the other, and its name among the other names."""
    with moves.changing(kept, *FIELDS, "organisation_created"):
        old = kept.name
        for name in take.intersection(FIELDS):
            setattr(kept, name, getattr(gone, name))
        if "organisation" in take:
            kept.organisation_created = gone.organisation_created
        if not gone.restricted or kept.restricted:
            for name in (gone.name, *gone.other_names.split(",")):
                kept.other_names = with_name(kept, name.strip())
        kept.other_names = with_name(kept, old)
        kept.full_clean()


def _put_away(kept: Investor, gone: Investor, actor: User, moves: Moves) -> None:
    with moves.changing(gone, *_GONE):
        gone.archived_at, gone.archived_by = timezone.now(), actor
        gone.archive_reason, gone.merged_into = _("It was merged with another record."), kept


def _carry(kept: Investor, gone: Investor, moves: Moves) -> None:
    """Everything that hangs on the one goes over to the other."""
    opens = _opens(kept, gone)
    for investor in (kept, gone):
        if opens and investor.restricted:
            _keep_in_confidence(investor, moves)
    for child in _locked(Investor, parent=gone):
        with moves.changing(child, "parent"):
            child.parent = kept
    for contact in _locked(Contact, investor=gone):
        with moves.changing(contact, "investor"):
            contact.investor = kept
        note_contact(contact)
    for lead in _locked(Lead, investor=gone):
        with moves.changing(lead, "investor"):
            lead.investor = kept
    for part in merge_parts(Investor):
        part.carry(kept, gone, moves)


def _locked(model: type[Any], **rows: Investor) -> list[Any]:
    held = model._base_manager.select_for_update(of=("self",)).filter(**rows)
    return list(held.order_by("pk"))


def _opens(kept: Investor, gone: Investor) -> bool:
    """Whether the one record that is left can be seen by everybody."""
    leads = Lead.objects.filter(investor__in=[kept, gone])
    return not leads.exists() or leads.filter(restricted=False).exists()


def _keep_in_confidence(investor: Investor, moves: Moves) -> None:
    """People of a confidential investor stay confidential though the record becomes open."""
    lead = Lead.objects.filter(investor=investor, restricted=True).order_by("pk").first()
    for contact in _locked(Contact, investor=investor):
        if contact.known_through_id is None and lead is not None:
            with moves.changing(contact, "known_through"):
                contact.known_through, contact.restricted = lead, True


def _unite_people(
    kept: Investor, same_people: Iterable[tuple[Contact, Contact]], actor: User, moves: Moves
) -> None:
    for one, other in same_people:
        keys = sorted({one.pk, other.pk})
        rows = Contact.objects.select_for_update(of=("self",)).filter(pk__in=keys, investor=kept)
        held = {row.pk: row for row in rows.order_by("pk")}
        if len(held) < 2:
            raise ValidationError(_("Choose people of these two investors."), "stranger")
        require_mergeable(held[one.pk], held[other.pk])
        absorb(held[one.pk], held[other.pk], {}, actor, moves)
