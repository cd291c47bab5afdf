"""Queries that are worded once give what plain ones give, to anybody at any moment."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from ifa_crm.shared import standing_queries
from ifa_crm.shared.standing_queries import Given, standing
from ifa_crm.staff.models import User
from investors.models import Lead
from tests import make

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 30, 22, 15, tzinfo=dt.UTC)
Build = Callable[[Given], "QuerySet[Lead]"]


@pytest.fixture(autouse=True)
def _from_nothing() -> Iterator[None]:
    standing_queries._kept.clear()
    yield
    standing_queries._kept.clear()


def is_kept() -> bool:
    """Whether the one query asked for was put into SQL."""
    (found,) = standing_queries._kept.values()
    return found is not None


def plain(rows: "QuerySet[Lead]") -> list[Any]:
    return list(rows.order_by("pk").values_list("pk", flat=True))


def beginning(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


BUILDS: dict[str, Build] = {
    "owner": lambda given: Lead.objects.filter(owner=given.keys[0]),
    "office or owner": lambda given: Lead.objects.filter(
        Q(owner=given.keys[0]) | Q(owner__isnull=True, office=given.keys[1])
    ),
    "days": lambda given: Lead.objects.filter(
        Q(waiting_until__lte=given.today - dt.timedelta(days=3))
        | Q(next_due__gt=given.today + dt.timedelta(days=1))
    ),
    "moment": lambda given: Lead.objects.filter(received_at__gt=given.now - dt.timedelta(hours=50)),
    "beginning of a day": lambda given: Lead.objects.filter(
        received_at__lt=beginning(given.today - dt.timedelta(days=2))
    ),
    "text with a percent sign": lambda given: Lead.objects.filter(
        owner=given.keys[0], title__contains="5 %"
    ),
}


@pytest.fixture
def people() -> list[User]:
    """Three with three leads each, received, due and waiting around ``NOW``."""
    found = []
    for n, (office, zone) in enumerate(
        [("Tokyo", "Asia/Tokyo"), ("Paris", "Europe/Paris"), ("Boston", "America/New_York")]
    ):
        user = make.user(office=make.office(name=office, time_zone=zone), time_zone=zone)
        for days in (-1, n, n + 2):
            lead = make.lead(owner=user if days >= 0 else None, title=f"Growth of {days} 5 %")
            Lead.objects.filter(pk=lead.pk).update(
                office=user.office,
                received_at=NOW - dt.timedelta(days=days, hours=n),
                next_due=NOW.date() + dt.timedelta(days=days),
            )
        found.append(user)
    return found


@pytest.mark.parametrize("name", BUILDS)
def test_anybody_gets_their_rows_at_any_moment(name: str, people: list[User]) -> None:
    build, seen = BUILDS[name], set()
    for days in (0, 1, 4, 200):  # the clocks of Paris change the day before NOW
        for user in people:
            with timezone.override(user.zone):
                given = Given((user.pk, user.office_id), NOW + dt.timedelta(days=days))
                rows = standing(name, lambda given: build(given).order_by("pk"), given)
                found = [lead.pk for lead in rows]
                assert found == plain(build(given))
                seen.add(tuple(found))
    assert is_kept()
    assert len(seen) > 1


def test_a_day_that_is_the_same_for_everybody_is_not_kept(people: list[User]) -> None:
    def build(_given: Given) -> "QuerySet[Lead]":
        return Lead.objects.filter(next_due__lte=timezone.localdate())

    given = Given((people[0].pk,), NOW)
    assert sorted(lead.pk for lead in standing("now", build, given)) == plain(build(given))
    assert not is_kept()


@pytest.mark.parametrize(
    "build",
    [
        lambda given: Lead.objects.filter(next_due__year=given.today.year),
        lambda given: Lead.objects.filter(pk=(given.keys[0] or 0) * 2),
        lambda given: Lead.objects.filter(received_at__gt=given.now.replace(minute=0)),
        lambda given: Lead.objects.filter(next_due=given.today.replace(day=1)),
        lambda given: Lead.objects.filter(pk__in=[]),
        lambda given: (
            Lead.objects.filter(restricted=True) if given.now.year > 2200 else Lead.objects.all()
        ),
        lambda given: Lead.objects.prefetch_related("topics"),
    ],
    ids=["year", "double", "hour", "month", "none", "shape", "prefetched"],
)
def test_what_cannot_be_read_off_is_asked_plainly(build: Build, people: list[User]) -> None:
    given = Given((people[0].pk,), NOW)
    assert [lead.pk for lead in standing("odd", build, given)] == [lead.pk for lead in build(given)]
    assert not is_kept()


def test_somebody_without_an_office_is_another_shape(people: list[User]) -> None:
    build = BUILDS["office or owner"]
    nowhere = make.user(office=None)
    make.lead(owner=None)
    for user in (people[0], nowhere, people[1]):
        given = Given((user.pk, user.office_id), NOW)
        rows = standing("office", lambda given: build(given).order_by("pk"), given)
        assert [lead.pk for lead in rows] == plain(build(given))
    assert len(standing_queries._kept) == 2


def test_rows_come_with_what_was_selected_and_annotated(people: list[User]) -> None:
    def build(given: Given) -> "QuerySet[Lead]":
        rows = Lead.objects.filter(owner=given.keys[0]).select_related("investor", "owner")
        return rows.only("ref", "investor__name", "owner__username").order_by("-pk")

    for user in people:
        rows = list(standing("related", build, Given((user.pk,), NOW)))
        assert rows
        queries = len(connection.queries)
        assert {row.owner for row in rows} == {user}
        assert all(row.investor.name and row.get_deferred_fields() for row in rows)
        assert len(connection.queries) == queries


def test_no_more_are_kept_than_the_memory_should_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing_queries, "_MOST", 3)
    for name in range(5):
        list(standing(name, BUILDS["owner"], Given((name,), NOW)))
        assert len(standing_queries._kept) <= 3


def plans_made() -> int:
    """How often PostgreSQL asked a prepared statement about leads without planning it anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COALESCE(SUM(generic_plans), 0) FROM pg_prepared_statements"
            " WHERE statement LIKE '%%office_id%%'"
        )
        return int(cursor.fetchone()[0])


def test_on_postgresql_it_is_planned_once(people: list[User]) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL keeps plans")
    before = plans_made()
    for user in people:
        list(standing("plan", BUILDS["office or owner"], Given((user.pk, user.office_id), NOW)))
    assert plans_made() - before == len(people)
