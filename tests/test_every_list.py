"""Every list alike: its columns can be chosen, it leaves as a file, it costs what it costs."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from ifa_crm.shared.columns import written
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.models import ExportLog, User
from ifa_crm.staff.roles import Role
from investors.models import ContactPair, InvestorPair
from investors.services.fit_columns import build_columns
from tests import make
from tests.conftest import SignIn
from tests.investors.matching import Field

pytestmark = pytest.mark.django_db


def _many(made: Callable[[], Any], name: str) -> Callable[[int], str]:
    def fill(n: int) -> str:
        for _ in range(n):
            made()
        return reverse(name)

    return fill


def _project() -> None:
    project = make.project(clusters=[make.cluster()])
    make.seat(project=project)


def _pairs(n: int) -> str:
    for number in range(n):
        one, two = (make.investor(name=f"{number}{side}") for side in ("a", "b"))
        InvestorPair.objects.create(first=one, second=two, score=80, reasons=[["name", ""]])
    return reverse("investors:pair_list")


def _contact_pairs(n: int) -> str:
    for _ in range(n):
        one, two = (make.contact(investor=make.investor()) for _ in range(2))
        ContactPair.objects.create(first=one, second=two, score=80, reasons=[["name", ""]])
    return reverse("investors:contact_pair_list")


def _matches(n: int) -> str:
    field = Field()
    for _ in range(n):
        field.strong(owner=make.user(office=make.office()))
    build_columns()
    return reverse("investors:cluster_matches", args=[field.cluster.slug])


def _seat_matches(n: int) -> str:
    field = Field()
    seat = make.seat(project=make.project(clusters=[field.cluster]))
    seat.topics.set([field.sensors])
    for _ in range(n):
        field.strong(owner=make.user(office=make.office()))
    return reverse("investors:seat_matches", args=[seat.project.ref, seat.ref])


def _lead() -> None:
    lead = make.lead(owner=make.user())
    lead.sectors.add(make.sector())


# How it is filled, and the queries of the page with all its columns: the session, and the user
# with office and roles, are two of them.
LISTS: dict[str, tuple[Callable[[int], str], int]] = {
    "lead": (_many(_lead, "investors:lead_list"), 9),
    "investor": (_many(make.investor, "investors:investor_list"), 5),
    "engagement": (
        _many(lambda: make.engagement(lead=make.qualified_lead()), "investors:engagement_list"),
        6,
    ),
    "pair": (_pairs, 6),
    "contact_pair": (_contact_pairs, 5),
    "cluster_match": (_matches, 7),
    "seat_match": (_seat_matches, 9),
    "meeting": (_many(make.meeting, "meetings:meeting_list"), 5),
    "cluster": (_many(make.cluster, "clusters:cluster_list"), 9),
    "organisation": (_many(make.organisation, "clusters:organisation_list"), 5),
    "project": (_many(_project, "clusters:project_list"), 7),
    "topic": (_many(make.topic, "clusters:topic_list"), 9),
    "call": (_many(make.call, "clusters:call_list"), 6),
    "programme": (_many(make.programme, "clusters:programme_list"), 7),
}
SEATS = "/seats/"


@pytest.fixture
def exporter() -> User:
    return make.user(role=Role.MANAGER, may_export=True)


def exported(client: Client, address: str, **form: str) -> list[list[str]]:
    response: Any = client.post(address, form)
    assert response.status_code == 200, response.status_code
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def page_of(client: Client, address: str) -> tuple[ListPage, str]:
    answer = client.get(address, follow=True)
    return answer.context["page"], answer.content.decode()


def test_no_export_is_missing_here() -> None:
    names: set[str] = set()
    for _prefix, resolver in get_resolver().namespace_dict.values():
        names |= {key for key in resolver.reverse_dict if isinstance(key, str)}
    exports = {name.removesuffix("_export") for name in names if name.endswith("_export")}
    assert exports == {*LISTS, "seat"}


@pytest.mark.parametrize("name", LISTS)
def test_each_column_is_offered_drawn_and_written(
    name: str, exporter: User, as_user: SignIn
) -> None:
    address, client = LISTS[name][0](2), as_user(exporter)
    page, _content = page_of(client, address)
    every = ",".join(column.key for column in page.columns)
    shown, content = page_of(client, f"{address}?cols={every}")
    assert [column.key for column in shown.shown_columns] == every.split(",")
    assert content.count('<th scope="row"') == len(shown.objects) == 2
    for column in shown.columns:
        assert content.count(f'data-label="{escape(column.label)}"') in (0, 2)
        assert str(escape(column.label)) in content
        assert not column.sort or column.sort in shown.sorts
    assert not set(page.form.fields) & {"sort", "size", "page", "more", "cols", "all"}
    keys = [part.key for column in page.columns for part in column.written()]
    assert len(set(keys)) == len(keys)
    rows = exported(client, f"{address}export/?cols={every}")
    assert {len(row) for row in rows} == {len(keys)}
    assert len(rows) == 1 + 2
    few, content = page_of(client, f"{address}?cols={page.columns[-1].key}")
    assert content.count("data-label=") == 2, "the first column and the one that was asked for"
    assert len(few.shown_columns) == 2


@pytest.mark.parametrize("name", LISTS)
def test_each_list_leaves_as_it_is_shown(name: str, exporter: User, as_user: SignIn) -> None:
    address, client = LISTS[name][0](3), as_user(exporter)
    page, content = page_of(client, f"{address}?size=25")
    assert f'href="{address}export/' in content
    found = exported(client, f"{address}export/")
    assert len(found) == 1 + 3
    first = written(page.shown_columns)[0]
    of_one_record = name in ("cluster_match", "seat_match")  # a view cannot say of which
    assert (reverse("staff:view_create") in content) is not of_one_record
    if name != "meeting":  # a moment is written in the reader's own time
        assert [row[0] for row in found[1:]] == [str(first.value(row)) for row in page.objects]
    assert len(exported(client, f"{address}export/", coded="on")) == len(found)
    log = ExportLog.objects.latest("pk")
    assert (log.user, log.count) == (exporter, 3)
    assert "%(" not in log.of
    exporter.may_export = False
    exporter.save()
    assert client.get(f"{address}export/").status_code == 403
    assert "/export/" not in client.get(address).content.decode()


def test_what_may_not_be_opened_may_not_leave(as_user: SignIn) -> None:
    reader = as_user(make.user(role=Role.VIEWER, may_export=True))
    for name in ("pair", "contact_pair", "cluster_match"):
        address = LISTS[name][0](1)
        assert reader.get(address).status_code == 403
        assert reader.post(f"{address}export/", {"format": "csv"}).status_code == 403
    assert not ExportLog.objects.exists()


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize("name", LISTS)
def test_all_columns_cost_the_same_for_any_number_of_rows(
    name: str,
    rows: int,
    adviser: User,
    as_user: SignIn,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    fill, expected = LISTS[name]
    address, client = fill(rows), as_user(adviser)
    page, _content = page_of(client, address)
    every = ",".join(column.key for column in page.columns)
    with django_assert_num_queries(expected):
        client.get(f"{address}?cols={every}")


# --- open seats: a board that leaves as a list --------------------------------------------------


def test_the_board_of_seats_leaves_whole(
    exporter: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("investors.seat_board.MOST", 1)
    field = Field()
    for title in ("One", "Two"):
        seat = make.seat(project=make.project(clusters=[field.cluster]), title=title)
        seat.topics.set([field.sensors])
    field.strong(owner=exporter)
    client = as_user(exporter)
    assert f'href="{SEATS}export/"' in client.get(SEATS).content.decode()
    found = exported(client, f"{SEATS}export/")
    rows = [dict(zip(found[0], row, strict=True)) for row in found[1:]]
    assert [row["Open seat"] for row in rows] == ["One", "Two"]
    assert {row["Matching leads"] for row in rows} == {"1"}
    assert {row["Clusters"] for row in rows} == {str(field.cluster)}
    reader = as_user(make.user(role=Role.VIEWER))
    assert "/export/" not in reader.get(SEATS).content.decode()
    assert reader.get(f"{SEATS}export/").status_code == 403
