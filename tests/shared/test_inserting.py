"""What is inserted in bulk is what Django would have written."""

from copy import copy
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import IntegrityError, transaction
from django.db.models import Model

from ifa_crm.shared.fields import new_reference
from ifa_crm.shared.inserting import Upsert, insert, insert_values
from investors.choices import Confidential
from investors.models import Investor, InvestorKey, LeadLog
from tests import make

pytestmark = pytest.mark.django_db
_OWN = frozenset({"id", "ref", "created_at"})


def _fresh(row: Any) -> Any:
    twin = copy(row)
    twin.pk, twin._state = None, copy(row._state)
    twin._state.adding = True
    if hasattr(twin, "ref"):
        twin.ref = new_reference()
    return twin


def _stored(row: Model) -> dict[str, Any]:
    values: dict[str, Any] = type(row)._base_manager.filter(pk=row.pk).values().get()
    return {name: value for name, value in values.items() if name not in _OWN}


def test_rows_are_those_of_bulk_create() -> None:
    lead = make.qualified_lead(priority="1", confidential=Confidential.YES)
    rows = (lead, lead.investor, lead.investor.contacts.first(), lead.actions.first())
    more = (lead.log.first(), LogEntry.objects.first(), LogEntry.objects.last())
    for row in (*rows, *more):
        one, other = _fresh(row), _fresh(row)
        type(row)._base_manager.bulk_create([one])
        insert([other])
        assert other.pk is not None
        assert not other._state.adding
        assert _stored(other) == _stored(one), type(row)


def test_each_of_many_gets_its_key() -> None:
    rows = [Investor(name=f"Company {n}", control_country="JP") for n in range(130)]
    insert(rows)  # SQLite takes them in several statements
    names = dict(Investor.objects.values_list("pk", "name"))
    assert [names[row.pk] for row in rows] == [row.name for row in rows]
    assert Investor.objects.get(pk=rows[7].pk).search_text == "company 7"


def test_nothing_is_inserted_of_nothing() -> None:
    insert([])
    insert_values(InvestorKey, ("value", "kind", "investor"), [])
    assert not InvestorKey.objects.exists()


def test_a_row_that_is_there_is_left_or_refused() -> None:
    investor = make.investor(name="Hoshino Denshi")
    InvestorKey.objects.all().delete()
    names = ("value", "kind", "investor")
    insert_values(InvestorKey, names, [(5, 1, investor.pk)])
    insert_values(
        InvestorKey, names, [(5, 2, investor.pk), (6, 1, investor.pk)], ignore_conflicts=True
    )
    assert set(InvestorKey.objects.values_list("value", "kind")) == {(5, 1), (6, 1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_values(InvestorKey, names, [(5, 2, investor.pk)])


def test_a_row_that_is_there_takes_over_what_is_said() -> None:
    kept = make.investor(name="Hoshino Denshi", city="Kyoto")
    row = Investor(ref=kept.ref, name="Another", control_country="KR", city="Osaka")
    insert([row], upsert=Upsert(("ref",), ("city",)))
    kept.refresh_from_db()
    assert (kept.name, kept.control_country, kept.city) == ("Hoshino Denshi", "JP", "Osaka")


@pytest.mark.django_db(transaction=True)
def test_none_is_written_where_one_is_refused() -> None:
    lead = make.lead()
    count = LeadLog.objects.count()
    good = [LeadLog(lead=lead, kind="stage", to_state="received") for _n in range(600)]
    with pytest.raises(IntegrityError):
        insert([*good, LeadLog(kind="stage", to_state="received")])
    assert LeadLog.objects.count() == count
