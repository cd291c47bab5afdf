"""Keeps the keys by which twins are found in step with investors and contacts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, TypeVar

from django.db import models, transaction

from ifa_crm.shared.inserting import insert_values
from investors.likeness import Key, companies, keys_of_company, keys_of_person, people
from investors.models import Contact, Investor
from investors.models.matching import ContactKey, InvestorKey
from investors.services.pairing import pair_contacts, pair_investors

_BATCH: Final = 300
T = TypeVar("T")


@transaction.atomic
def keep_investor_keys(keys: Iterable[int]) -> int:
    """Write the keys of these investors as their rows now ask for; how many were wrong."""
    wanted = list(keys)
    return _keep(InvestorKey, "investor_id", wanted, companies(wanted), keys_of_company)


@transaction.atomic
def keep_contact_keys(keys: Iterable[int]) -> int:
    """Write the keys of these contacts as their rows now ask for; how many were wrong."""
    wanted = list(keys)
    return _keep(ContactKey, "contact_id", wanted, people(wanted), keys_of_person)


def _keep(
    model: type[models.Model],
    owner: str,
    wanted: list[int],
    facts: Mapping[int, T],
    keys_of: Callable[[T], set[Key]],
) -> int:
    rows = model._base_manager
    stored: dict[int, dict[Key, int]] = defaultdict(dict)
    kept = rows.filter(**{f"{owner}__in": wanted}).values_list("pk", owner, "kind", "value")
    for pk, key, kind, value in kept:
        stored[key][kind, value] = pk
    gone: list[int] = []
    new: list[tuple[int, int, int]] = []
    for key in wanted:
        right = keys_of(facts[key]) if key in facts else set()
        gone += [pk for each, pk in stored[key].items() if each not in right]
        missing = right.difference(stored[key])
        new += [(value, kind, key) for kind, value in missing]
    for start in range(0, len(gone), _BATCH):
        rows.filter(pk__in=gone[start : start + _BATCH]).delete()
    # In the order of the index: each of its pages is touched once.
    names = ("value", "kind", owner)
    insert_values(model, names, sorted(new), ignore_conflicts=True)
    return len(gone) + len(new)


# --- As records change --------------------------------------------------------------------


@dataclass
class _Later:
    investors: set[int] = field(default_factory=set)
    contacts: set[int] = field(default_factory=set)


_later: ContextVar[_Later | None] = ContextVar("noted later", default=None)


@contextmanager
def noting_together() -> Iterator[None]:
    """Keep keys and pairs of everything that changes inside at once at the end: for an import,
    or a merge. Within the caller's transaction."""
    if _later.get() is not None:
        yield
        return
    noted = _Later()
    token = _later.set(noted)
    try:
        yield
    finally:
        _later.reset(token)
    note_rows(investors=noted.investors, contacts=noted.contacts)


def note_investor(investor: Investor) -> None:
    """What an investor has in common with others has changed: its keys, then its pairs."""
    noted = _later.get()
    if noted is not None:
        noted.investors.add(investor.pk)
    else:
        note_rows(investors={investor.pk})


def note_contact(contact: Contact) -> None:
    """A contact has changed, and with it perhaps the e-mail domains of its investor."""
    noted = _later.get()
    if noted is not None:
        noted.investors.add(contact.investor_id)
        noted.contacts.add(contact.pk)
    else:
        note_rows(investors={contact.investor_id}, contacts={contact.pk})


def note_rows(*, investors: AbstractSet[int], contacts: AbstractSet[int] = frozenset()) -> None:
    """Keep keys and pairs of these rows, which are written."""
    if keep_investor_keys(investors) or not contacts:
        pair_investors(investors)
    if contacts:
        keep_contact_keys(contacts)
        pair_contacts(contacts)
