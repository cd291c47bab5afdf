"""Many pairs decided at once: each by the service of one, in a transaction of its own."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from ifa_crm.staff.models import User
from investors.models import Contact, ContactPair, InvestorPair
from investors.services.deciding import set_apart
from investors.services.merging import merge_investors
from investors.services.merging_contacts import merge_contacts

AnyPair = InvestorPair | ContactPair


@dataclass(frozen=True)
class Proposal:
    """A merge that nobody has looked at field by field: the filled over the empty, otherwise what
    ``keep`` says. ``lost``: fields in which the other record says something else, with labels."""

    pair: AnyPair
    keep: Any
    take: Sequence[str]
    same_people: Sequence[tuple[Contact, Contact]] = ()
    lost: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Tally:
    """How many were decided, and how many were not, by the reason."""

    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def set_many_apart(*, actor: User, pairs: Iterable[AnyPair]) -> Tally:
    """Remember of each that the two are not the same."""
    tally = Tally()
    for pair in pairs:
        _count(tally, lambda pair=pair: set_apart(actor=actor, pair=pair))
    return tally


def merge_many(*, actor: User, proposals: Iterable[Proposal]) -> Tally:
    """Merge each as it is proposed; each can be undone by itself. A record that an earlier merge
    has taken up is refused: its pair comes back with the record that was kept."""
    tally = Tally()
    for each in proposals:
        _count(tally, lambda each=each: _merge(actor, each))
    return tally


def _merge(actor: User, proposal: Proposal) -> None:
    pair, keep, take = proposal.pair, proposal.keep, proposal.take
    if isinstance(pair, InvestorPair):
        people = proposal.same_people
        merge_investors(actor=actor, pair=pair, keep=keep, take=take, same_people=people)
    else:
        merge_contacts(actor=actor, pair=pair, keep=keep, take=take)


def _count(tally: Tally, act: Any) -> None:
    try:
        act()
    except PermissionDenied:
        tally.refused[_("You may not decide this pair.")] += 1
    except ValidationError as error:
        tally.refused[" ".join(error.messages)] += 1
    else:
        tally.done += 1
