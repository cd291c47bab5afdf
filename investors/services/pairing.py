"""Finds pairs of records that may mean the same, and keeps what was decided about them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import models, transaction
from django.db.models import Exists, OuterRef

from investors import likeness
from investors.duplicates import Likeness, compare, compare_people
from investors.models import (
    CommonKey,
    Contact,
    ContactKey,
    ContactPair,
    Investor,
    InvestorKey,
    InvestorPair,
    PairState,
)
from investors.models.matching import KeyKind
from investors.models.pairs import BY_HAND
from investors.naming import errors_between

CAP: Final = 50  # records that share a key, beyond which it pairs none of them
_CHUNK: Final = 500
_GROUP_DEPTH: Final = 8
Two = tuple[int, int]


@dataclass(frozen=True)
class Noun:
    """What is paired, by what, and how alike two are."""

    model: type[models.Model]
    keys: type[models.Model]
    pairs: type[models.Model]
    owner: str
    facts: Callable[..., Mapping[int, Any]]
    compare: Callable[[Any, Any], Likeness]


INVESTORS: Final = Noun(
    Investor, InvestorKey, InvestorPair, "investor", likeness.companies, compare
)
CONTACTS: Final = Noun(Contact, ContactKey, ContactPair, "contact", likeness.people, compare_people)


@transaction.atomic
def pair_investors(keys: Iterable[int], *, only_earlier: bool = False) -> int:
    """Find the twins of these investors anew; how many open pairs came, changed or went.

    ``only_earlier``: with those that were recorded before them only, for going through all.
    What was decided stays decided.
    """
    return _pair(INVESTORS, list(keys), only_earlier, _groups)


@transaction.atomic
def pair_contacts(keys: Iterable[int], *, only_earlier: bool = False) -> int:
    """The same of contacts, who are also compared with all others at their investor."""
    return _pair(CONTACTS, list(keys), only_earlier, None)


def _pair(
    noun: Noun,
    keys: list[int],
    only_earlier: bool,
    groups: "Callable[[set[Two]], set[Two]] | None",
) -> int:
    candidates, near = _candidates(noun, keys, only_earlier)
    candidates |= _a_typing_error_apart(near)
    facts: dict[int, Any] = {}
    for some in _chunks(sorted({key for two in candidates for key in two})):
        facts.update(noun.facts(some, live=True))
    found: dict[Two, Likeness] = {}
    for two in candidates:
        if two[0] in facts and two[1] in facts:
            like = noun.compare(facts[two[0]], facts[two[1]])
            if like.is_listed:
                found[two] = like
    grouped = groups(set(found)) if groups else None
    return _settle(noun, keys, only_earlier, found, grouped)


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


# --- Who may be meant ---------------------------------------------------------------------


def _candidates(noun: Noun, keys: list[int], only_earlier: bool) -> tuple[set[Two], set[Two]]:
    """Pairs of which one is among ``keys``, the younger if so asked, and that share a key that
    is not common; and those that can have nothing in common but a name with a typing error.
    """
    owned = set(keys)
    shared = [each for some in _chunks(keys) for each in _shared(noun, some, only_earlier)]
    kinds = {value: kind for value, kind, _owner in shared}
    pairs: set[Two] = set()
    near: set[Two] = set()
    rare = set()
    for value, holders in _holders(noun, sorted(kinds)).items():
        if len(holders) > CAP:
            _note_common(noun, kinds[value], value, holders[0])
            continue
        rare.add(value)
        (near if kinds[value] == KeyKind.NEAR else pairs).update(_of_one_block(holders, owned))
    # Whoever has a common key may have that in common, too.
    more = {owner for value, kind, owner in shared if kind != KeyKind.NEAR and value not in rare}
    pairs |= {two for two in near if not more.isdisjoint(two)}
    if noun is CONTACTS:
        pairs |= _at_one_investor(owned)
    near -= pairs
    if only_earlier:
        return {two for two in pairs if two[1] in owned}, {two for two in near if two[1] in owned}
    return pairs, near


def _a_typing_error_apart(near: set[Two]) -> set[Two]:
    """Those of these pairs of investors whose names are that near: most share a key by chance,
    and nothing but the names of those is read."""
    names: dict[int, list[str]] = {}
    for some in _chunks(sorted({key for two in near for key in two})):
        names.update(likeness.squeezed_names(some))
    return {
        (one, other)
        for one, other in near
        if any(errors_between(a, b) for a in names.get(one, ()) for b in names.get(other, ()))
    }


def _shared(noun: Noun, keys: list[int], only_earlier: bool) -> Iterable[tuple[int, int, int]]:
    """(key, kind, owner) of what these have in common with others: most of their keys are
    theirs alone, and the database leaves those out."""
    same = noun.keys._base_manager.filter(value=OuterRef("value"))
    own = noun.keys._base_manager.filter(**{f"{noun.owner}__in": keys})
    if only_earlier:
        others = same.filter(**{f"{noun.owner}__lt": OuterRef(noun.owner)})
    else:
        others = same.exclude(**{noun.owner: OuterRef(noun.owner)})
    return own.filter(Exists(others)).values_list("value", "kind", noun.owner)


def _of_one_block(holders: Collection[int], owned: set[int]) -> Iterator[Two]:
    for one in owned.intersection(holders):
        for other in holders:
            if other != one:
                yield (one, other) if one < other else (other, one)


def _holders(noun: Noun, values: list[int]) -> dict[int, list[int]]:
    """Who has each of these keys, less the common ones."""
    found: dict[int, list[int]] = defaultdict(list)
    for some in _chunks(values):
        common = CommonKey.objects.filter(value__in=some).values_list("value", flat=True)
        rare = set(some).difference(common)
        rows = noun.keys._base_manager.filter(value__in=rare)
        for value, holder in rows.values_list("value", f"{noun.owner}_id"):
            found[value].append(holder)
    return found


def _note_common(noun: Noun, kind: int, value: int, sample: int) -> None:
    sampled = sample if noun is INVESTORS else None
    CommonKey.objects.get_or_create(value=value, defaults={"kind": kind, "sample_id": sampled})


def _at_one_investor(contacts: set[int]) -> set[Two]:
    """Everybody with everybody at the investors of these people, unless they are many."""
    at: dict[int, set[int]] = defaultdict(set)
    for some in _chunks(sorted(contacts)):
        theirs = Contact.objects.filter(pk__in=some).order_by().values("investor")
        people = Contact.objects.live().filter(investor__in=theirs).order_by()
        for key, investor in people.values_list("pk", "investor_id"):
            at[investor].add(key)
    pairs: set[Two] = set()
    for keys in at.values():
        if len(keys) <= CAP:
            pairs.update(_of_one_block(keys, contacts))
    return pairs


def _groups(pairs: set[Two]) -> set[Two]:
    """Those of which one is above the other, or both below a third.

    A confidential parent links nobody: that it is one's parent must not show.
    """
    above = _parents({key for two in pairs for key in two})

    def line(key: int) -> set[int]:
        chain = {key}
        while (up := above.get(key)) is not None and up not in chain:
            chain.add(up)
            key = up
        return chain

    return {(a, b) for a, b in pairs if line(a) & line(b)}


def _parents(keys: set[int]) -> dict[int, int]:
    """The parent of each of these investors that has an open one, and so on upwards."""
    above: dict[int, int] = {}
    asked: set[int] = set()
    for _step in range(_GROUP_DEPTH):
        asking = sorted(keys - asked)
        asked |= keys
        keys = set()
        for some in _chunks(asking):
            rows = Investor.objects.filter(pk__in=some, parent__restricted=False).order_by()
            for key, parent in rows.values_list("pk", "parent_id"):
                if parent is not None:
                    above[key] = parent
                    keys.add(parent)
    return above


# --- What is written ----------------------------------------------------------------------


def _settle(
    noun: Noun,
    keys: list[int],
    only_earlier: bool,
    found: dict[Two, Likeness],
    grouped: set[Two] | None,
) -> int:
    """Make the open pairs of these records those that were found."""
    changed: list[Any] = []
    gone: list[int] = []
    for pair in _stored(noun, keys, only_earlier):
        two = (pair.first_id, pair.second_id)
        like = found.pop(two, None)
        if pair.state != PairState.OPEN:
            continue
        if like is None:
            if [BY_HAND, ""] not in pair.reasons:
                gone.append(pair.pk)
        elif _take(pair, like, two, grouped):
            changed.append(pair)
    new = []
    for two, like in sorted(found.items()):
        made: Any = noun.pairs(first_id=two[0], second_id=two[1])
        _take(made, like, two, grouped)
        new.append(made)
    for some in _chunks(gone):
        noun.pairs._base_manager.filter(pk__in=some).delete()
    names = ["score", "reasons", *(["same_group"] if grouped is not None else [])]
    noun.pairs._base_manager.bulk_update(changed, names, batch_size=_CHUNK)
    noun.pairs._base_manager.bulk_create(new, batch_size=_CHUNK, ignore_conflicts=True)
    return len(gone) + len(changed) + len(new)


def _take(pair: Any, like: Likeness, two: Two, grouped: set[Two] | None) -> bool:
    """Write what was found on the pair; whether anything differs."""
    reasons = [list(reason) for reason in like.reasons]
    group = grouped is not None and two in grouped
    before = (pair.score, pair.reasons, getattr(pair, "same_group", False))
    pair.score, pair.reasons = like.score, reasons
    if grouped is not None:
        pair.same_group = group
    return before != (like.score, reasons, group)


def _stored(noun: Noun, keys: list[int], only_earlier: bool) -> Iterator[Any]:
    seen: set[int] = set()
    for some in _chunks(keys):
        condition = models.Q(second__in=some)
        if not only_earlier:
            condition |= models.Q(first__in=some)
        for pair in noun.pairs._base_manager.filter(condition):
            if pair.pk not in seen:
                seen.add(pair.pk)
                yield pair


def count_common() -> int:
    """Find anew which keys are common; how many there are."""
    CommonKey.objects.all().delete()
    counts = InvestorKey.objects.values("kind", "value").order_by()
    counted = counts.annotate(n=models.Count("pk"), sample=models.Min("investor_id"))
    common = [
        CommonKey(kind=row["kind"], value=row["value"], sample_id=row["sample"])
        for row in counted.filter(n__gt=CAP)
    ]
    CommonKey.objects.bulk_create(common, batch_size=_CHUNK)
    return len(common)
