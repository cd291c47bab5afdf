"""Rows of many keys, on both databases."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from clusters.models import Sector
from ifa_crm.shared.among import among
from tests import make

pytestmark = pytest.mark.django_db


def test_rows_are_those_of_in() -> None:
    made = [make.sector().pk for _ in range(5)]
    for keys in ([], made[:1], made, [*made[1:3], 2**62, -1], [made[0]] * 3):
        for asked in (keys, iter(keys), tuple(keys)):
            found = set(Sector.objects.filter(among(asked)).values_list("pk", flat=True))
            assert found == set(Sector.objects.filter(pk__in=keys).values_list("pk", flat=True))
    others = set(Sector.objects.values_list("pk", flat=True)) - set(made[:2])
    assert set(Sector.objects.exclude(among(made[:2])).values_list("pk", flat=True)) == others
    assert Sector.objects.filter(among(made), ~Q(pk=made[0])).count() == 4


def test_postgresql_gets_one_parameter() -> None:
    with CaptureQueriesContext(connection) as asked:
        list(Sector.objects.filter(among(range(9_000))))
    assert ("= ANY(" in asked[0]["sql"]) is (connection.vendor == "postgresql")
