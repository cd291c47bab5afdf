"""Two people merge one record at the same moment, on real connections."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from ifa_crm.work.models import Batch
from investors.models import Contact, ContactPair, Investor, InvestorPair
from investors.services.deciding import pair_by_hand, set_apart
from investors.services.merging import merge_investors
from investors.services.merging_contacts import merge_contacts
from tests import make
from tests.investors.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def managers(count: int) -> list[User]:
    people = [make.user(role=Role.MANAGER) for _ in range(count)]
    for person in people:
        assert person.acts  # read before the threads begin
    return people


def merger(person: User, pair: InvestorPair, keep: Investor) -> Callable[[], Any]:
    return lambda: merge_investors(actor=person, pair=pair, keep=keep)


def outcome(results: list[Any]) -> tuple[int, set[str]]:
    """How many went through, and the codes of the refusals."""
    refused = [each for each in results if isinstance(each, ValidationError)]
    return len(results) - len(refused), {each.code for each in refused}


def test_of_two_merges_of_a_pair_one_wins_whichever_is_kept() -> None:
    one, other = make.investor(name="Acme GmbH"), make.investor(name="Acme Inc.")
    pair, people = InvestorPair.objects.get(), managers(4)
    acts = [merger(who, pair, (one, other)[n % 2]) for n, who in enumerate(people)]
    assert outcome(at_once(acts)) == (1, {"merged"})
    assert Investor.objects.filter(merged_into__isnull=False).count() == 1
    assert Batch.objects.count() == 1


def test_one_record_is_merged_into_one_of_three() -> None:
    people = managers(3)
    kept = [make.investor(name=f"Alpha {n}") for n in range(3)]
    gone = make.investor(name="Omega")
    pairs = [pair_by_hand(actor=people[0], one=row, other=gone) for row in kept]
    acts = [merger(who, pair, pair.first) for who, pair in zip(people, pairs, strict=True)]
    assert outcome(at_once(acts)) == (1, {"merged"})


def test_a_ring_of_merges_does_not_lock_up() -> None:
    people = managers(3)
    rows = [make.investor(name=name) for name in ("Alpha", "Beta", "Gamma")]
    acts = []
    for n, who in enumerate(people):
        keep, gone = rows[n], rows[(n + 1) % 3]
        acts.append(merger(who, pair_by_hand(actor=who, one=keep, other=gone), keep))
    done, codes = outcome(at_once(acts))
    assert done >= 1
    assert codes <= {"merged"}
    for row in rows:
        row.refresh_from_db()
    assert sum(row.merged_into is None for row in rows) == 3 - done


def test_merging_and_setting_apart_at_once_leaves_one_decision() -> None:
    one, _other = make.investor(name="Acme GmbH"), make.investor(name="Acme Inc.")
    pair, people = InvestorPair.objects.get(), managers(2)
    at_once([merger(people[0], pair, one), lambda: set_apart(actor=people[1], pair=pair)])
    pair.refresh_from_db()
    merged = Investor.objects.filter(merged_into__isnull=False).exists()
    assert (pair.state == "merged") == merged


def test_of_two_merges_of_contacts_one_wins() -> None:
    investor = make.investor()
    rows = [make.contact(investor=investor, name="Ada Iris") for _ in range(2)]
    pair, people = ContactPair.objects.get(), managers(2)

    def act(person: User, keep: Contact) -> Callable[[], Any]:
        return lambda: merge_contacts(actor=person, pair=pair, keep=keep)

    acts = [act(who, row) for who, row in zip(people, rows, strict=True)]
    assert outcome(at_once(acts)) == (1, {"merged"})
