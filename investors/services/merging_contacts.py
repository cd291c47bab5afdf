"""Two contacts of one investor become one."""

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
from investors.models import Contact, ContactPair, Interaction, Investor, PairState
from investors.permissions import require
from investors.services.deciding import lock_to_merge
from investors.services.folding import refold_leads
from investors.services.matching import note_contact, noting_together
from investors.services.moves import Moves

CONTACT_FIELDS: Final = (
    *("name", "native_name", "position", "is_active", "email", "phone", "language"),
)
_FILLED: Final = ("native_name", "position", "email", "phone")


@transaction.atomic
def merge_contacts(
    *, actor: User, pair: ContactPair, keep: Contact, take: Iterable[str] = ()
) -> Batch:
    """Make two contacts of one investor one: ``keep``, with the fields ``take`` of the other.

    Interactions and introductions name the one that is kept. Of two merges at once, the second
    is refused. Returns the batch by which it can be undone for 30 days.
    """
    require(actor.may(Act.MERGE))
    first, second = pair.first, pair.second
    investors = sorted({first.investor_id, second.investor_id})
    list(Investor.objects.select_for_update(no_key=True).filter(pk__in=investors).order_by("pk"))
    rows = Contact.objects.select_for_update(of=("self",)).filter(pk__in=[first.pk, second.pk])
    both = {row.pk: row for row in rows.order_by("pk")}
    if keep.pk not in both or Contact.objects.visible_to(actor).filter(pk__in=both).count() < 2:
        raise ValidationError(_("Choose which of the two is kept."), "stranger")
    kept = both.pop(keep.pk)
    (gone,) = both.values()
    require_mergeable(kept, gone)
    batch = open_batch(actor=actor, kind=BatchKind.MERGE, title=_("Merge of two contacts"))
    moves = Moves(batch, kept)
    with because(_("merge %(ref)s") % {"ref": batch.ref}), noting_together():
        values = {name: getattr(gone, name) for name in take if name in CONTACT_FIELDS}
        pair = lock_to_merge(pair)
        with moves.changing(pair, "state", "decided_at", "decided_by"):
            pair.state, pair.decided_at, pair.decided_by = PairState.MERGED, timezone.now(), actor
        absorb(kept, gone, values, actor, moves, fill=False)
        refold_leads(kept.investor)
        moves.write()
    return batch


def require_mergeable(kept: Contact, gone: Contact) -> None:
    """Both are still there, at one investor, and known in confidence through one lead at most."""
    for row in (kept, gone):
        if row.merged_into_id is not None:
            told = _("“%(name)s” has been merged meanwhile.")
            raise ValidationError(told, "merged", {"name": row})
        if row.is_archived:
            raise ValidationError(_("“%(name)s” is archived."), "archived", {"name": row})
    if kept.investor_id != gone.investor_id:
        raise ValidationError(
            _("They are at two investors: merge these first, if they are one."), "two_investors"
        )
    if kept.restricted and gone.restricted and kept.known_through_id != gone.known_through_id:
        raise ValidationError(
            _("Each is known in confidence through another lead."), "confidential"
        )


def absorb(
    kept: Contact,
    gone: Contact,
    values: dict[str, Any],
    actor: User,
    moves: Moves,
    *,
    fill: bool = True,
) -> None:
    """Let one locked contact take up another with what names it. ``fill``: also what is empty.

    Nothing is taken unasked from one who is known in confidence; somebody who is known openly
    as well is known openly.
    """
    if fill and not (gone.restricted and not kept.restricted):
        empty = (name for name in _FILLED if not getattr(kept, name))
        values = {name: getattr(gone, name) for name in empty} | values
    with moves.changing(kept, *CONTACT_FIELDS, "known_through"):
        for name, value in values.items():
            setattr(kept, name, value)
        if kept.restricted and not gone.restricted:
            kept.known_through, kept.restricted = gone.known_through, False
        kept.full_clean()
    with moves.changing(gone, "archived_at", "archived_by", "archive_reason", "merged_into"):
        gone.archived_at, gone.archived_by = timezone.now(), actor
        gone.archive_reason, gone.merged_into = _("It was merged with another record."), kept
    rows = Interaction.objects.select_for_update(of=("self",)).filter(contacts=gone)
    for interaction in rows.order_by("pk"):
        with moves.changing(interaction, "contacts"):
            interaction.contacts.add(kept)
            interaction.contacts.remove(gone)
    for part in merge_parts(Contact):
        part.carry(kept, gone, moves)
    note_contact(kept)
    note_contact(gone)
