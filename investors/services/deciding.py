"""What people say about a pair: not the same, after all to decide, side by side by hand."""

from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.models import Contact, ContactPair, Investor, InvestorPair, PairState
from investors.models.pairs import BY_HAND
from investors.permissions import require
from investors.services.investors import may_edit_investor

P = TypeVar("P", InvestorPair, ContactPair)


def may_decide(user: User, pair: InvestorPair | ContactPair) -> bool:
    """Say that two are not the same: whoever may merge, or edit both."""
    if user.may(Act.MERGE):
        return True
    return all(may_edit_investor(user, investor) for investor in investors_of(pair))


def investors_of(pair: InvestorPair | ContactPair) -> list[Investor]:
    rows = (pair.first, pair.second)
    return [row.investor if isinstance(row, Contact) else row for row in rows]


def lock_pair(pair: P) -> P:
    """The pair as it is now; refused if it went because one of the two was changed."""
    rows: Any = type(pair)._base_manager.select_for_update(of=("self",))
    locked: P | None = rows.select_related("first", "second").filter(pk=pair.pk).first()
    if locked is None:
        raise ValidationError(_("The two do not look alike any more."), "gone")
    return locked


def lock_to_merge(pair: P) -> P:
    """The pair as it is now; refused if it was decided meanwhile, by a colleague or in another
    window."""
    pair = lock_pair(pair)
    _require_unmerged(pair)
    if pair.state == PairState.APART:
        told = _("%(who)s has said meanwhile that they are not the same.")
        raise ValidationError(told, "apart", {"who": pair.decided_by})
    return pair


def _require_unmerged(pair: InvestorPair | ContactPair) -> None:
    if pair.state == PairState.MERGED:
        raise ValidationError(_("They have been merged meanwhile."), "merged")


@transaction.atomic
def set_apart(*, actor: User, pair: P) -> P:
    """Remember that the two are not the same; they are not proposed again."""
    pair = lock_pair(pair)
    require(may_decide(actor, pair))
    _require_unmerged(pair)
    if pair.state == PairState.APART:
        told = _("%(who)s has said so already.")
        raise ValidationError(told, "apart", {"who": pair.decided_by})
    pair.state, pair.decided_at, pair.decided_by = PairState.APART, timezone.now(), actor
    pair.full_clean()
    pair.save()
    return pair


@transaction.atomic
def reopen_pair(*, actor: User, pair: P) -> P:
    """Take back that they are not the same."""
    pair = lock_pair(pair)
    require(may_decide(actor, pair))
    if pair.state != PairState.APART:
        raise ValidationError(_("It is to decide already."), "open")
    pair.state, pair.decided_at, pair.decided_by = PairState.OPEN, None, None
    pair.full_clean()
    pair.save()
    return pair


@transaction.atomic
def pair_by_hand(*, actor: User, one: Investor, other: Investor) -> InvestorPair:
    """Put two investors side by side that nothing but a person finds alike."""
    require(actor.may(Act.MERGE))
    if one.pk == other.pk:
        raise refusal("other", _("Choose another record."), "itself")
    first, second = sorted((one, other), key=lambda row: row.pk)
    pair, is_new = InvestorPair.objects.get_or_create(
        first=first, second=second, defaults={"score": 0, "reasons": [[BY_HAND, ""]]}
    )
    if not is_new and pair.state == PairState.APART:
        pair = reopen_pair(actor=actor, pair=pair)
    return pair
