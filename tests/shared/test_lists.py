"""A list page: filter, sort, count, page; everything in the address."""

from typing import Any

import django_filters as filters
import pytest
from django.db.models import F
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails
from pytest_django import DjangoAssertNumQueries, Settings

from ifa_crm.shared.filtersets import CountryFilter, HouseFilterSet
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.models import Office, User
from tests import make

pytestmark = pytest.mark.django_db


class OfficeFilter(HouseFilterSet):
    city = filters.CharFilter(label="City", lookup_expr="icontains")
    country = CountryFilter()
    is_active = filters.BooleanFilter(label="Open")
    time_zone = filters.MultipleChoiceFilter(
        label="Zone", choices=[("Asia/Tokyo", "Tokyo time"), ("Europe/Paris", "Paris time")]
    )
    people = filters.ModelChoiceFilter(label="Person", queryset=User.objects.all())
    number = filters.NumberFilter(label="Number", field_name="pk")
    joined = filters.DateFromToRangeFilter(label="Joined", field_name="people__date_joined")


def page(query: str = "", **headers: str) -> ListPage:
    request = RequestFactory().get(f"/offices/{query}", headers=headers)
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    return ListPage(
        request,
        rows=Office.objects.all(),
        filterset=OfficeFilter,
        sorts={
            "name": ("name",),
            "city": ("city",),
            "zone": (F("time_zone").desc(nulls_last=True),),
        },
        default_sort="name",
    )


def names(query: str = "") -> list[str]:
    return [office.name for office in page(query)]


@pytest.fixture
def offices() -> list[Office]:
    return [
        make.office(name="Alpha", city="Tokyo"),
        make.office(name="Beta", city="Osaka"),
        make.office(name="Gamma", city="Boston", country="US", time_zone="America/New_York"),
    ]


def test_rows_come_in_the_default_order(offices: list[Office]) -> None:
    assert names() == ["Alpha", "Beta", "Gamma"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("city", ["Gamma", "Beta", "Alpha"]),
        ("-city", ["Alpha", "Beta", "Gamma"]),
        ("zone", ["Beta", "Alpha", "Gamma"]),
        ("-zone", ["Gamma", "Alpha", "Beta"]),
        ("password", ["Alpha", "Beta", "Gamma"]),
        ("--city", ["Alpha", "Beta", "Gamma"]),
    ],
)
def test_sort_takes_only_what_is_offered(
    offices: list[Office], sort: str, expected: list[str]
) -> None:
    assert names(f"?sort={sort}") == expected


def test_filters_narrow_the_rows_and_the_count(offices: list[Office]) -> None:
    shown = page("?country=JP&city=osa")
    assert [office.name for office in shown] == ["Beta"]
    assert shown.count == 1


@pytest.mark.parametrize(
    "query",
    [
        "?country=XX",
        "?time_zone=Mars",
        "?people=abc",
        "?people=99999999999999999999999",
        "?number=abc",
        "?joined_after=yesterday",
    ],
)
def test_a_bad_filter_says_so_and_shows_no_rows(offices: list[Office], query: str) -> None:
    shown = page(query)
    assert shown.objects == []
    assert shown.count == 0
    assert len(shown.problems) == 1
    assert shown.chips == []
    assert any(field.errors for field in shown.fields), "the field with the error is in sight"


@pytest.mark.parametrize(
    "query", ["?city=%00", "?number=99999999999999999999999999", "?sort=%00", "?page=" + "9" * 5000]
)
def test_odd_values_are_no_server_error(offices: list[Office], query: str) -> None:
    shown = page(query)
    assert shown.count <= 3
    assert list(shown) == shown.objects


def test_pages_never_overlap_and_keep_the_rest_of_the_address(offices: list[Office]) -> None:
    for n in range(60):
        make.office(name=f"Same {n:02}", city="Same")
    first, second = page("?sort=city&size=50"), page("?sort=city&size=50&page=2")
    assert len(first) == 50
    assert first.has_next
    assert not second.has_next
    assert {o.pk for o in first}.isdisjoint(o.pk for o in second)
    assert (second.first, second.last, second.count) == (51, 63, 63)
    assert first.next_address == "?sort=city&size=50&page=2"
    assert second.previous_address == "?sort=city&size=50"


@pytest.mark.parametrize("number", ["9", "0", "-1", "abc", "9" * 40, "²", ""])
def test_a_page_that_is_not_there_becomes_one_that_is(offices: list[Office], number: str) -> None:
    assert len(page(f"?page={number}")) == 3


def test_count_stops_at_the_cap(offices: list[Office], settings: Settings) -> None:
    settings.COUNT_CAP, settings.ROWS_PER_PAGE = 2, 1
    shown = page()
    assert (shown.count_text, shown.is_capped, shown.last_number) == ("2+", True, None)
    assert page("?page=3").has_next is False


def test_chips_take_one_filter_away_each(offices: list[Office]) -> None:
    shown = page("?country=JP&time_zone=Asia/Tokyo&time_zone=Europe/Paris&sort=city&page=2")
    found = {(chip.label, chip.value): chip.without for chip in shown.chips}
    assert found == {
        ("Country", "Japan"): "?time_zone=Asia%2FTokyo&time_zone=Europe%2FParis&sort=city",
        ("Zone", "Tokyo time"): "?country=JP&time_zone=Europe%2FParis&sort=city",
        ("Zone", "Paris time"): "?country=JP&time_zone=Asia%2FTokyo&sort=city",
    }
    assert shown.clear_address == "?sort=city"


def test_chips_name_records_dates_and_answers(offices: list[Office]) -> None:
    person = make.user(first_name="Aiko", last_name="Sato", office=offices[0])
    query = f"?people={person.pk}&is_active=true&joined_after=2001-02-03"
    shown = page(query)
    assert [(chip.label, chip.value) for chip in shown.chips] == [
        ("Open", "yes"),
        ("Person", "Aiko Sato"),
        ("Joined", "from 3 Feb 2001"),
    ]
    assert "joined_after" not in shown.chips[2].without


def test_the_first_three_filters_are_in_sight_and_the_others_travel_along() -> None:
    shown = page("?time_zone=Asia/Tokyo&sort=city&page=3&city=")
    assert [field.name for field in shown.fields] == ["city", "country", "is_active"]
    assert shown.hidden_state == [("time_zone", "Asia/Tokyo"), ("sort", "city")]
    more = page("?more=1")
    assert len(more.fields) == 7
    assert more.hidden_state == [("more", "1")]


def test_only_htmx_gets_the_region_and_caches_are_told(offices: list[Office]) -> None:
    assert page().frame == "base.html"
    assert page(**{"HX-Request": "true"}).frame == "region.html"
    history = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert page(**history).frame == "base.html"
    answer: Any = page().answer("list.html", title="Offices")
    assert "HX-Request" in answer.headers["Vary"]


@pytest.mark.parametrize("rows", [1, 20])
def test_a_page_costs_two_queries_and_a_second_one_a_count(
    rows: int,
    django_assert_num_queries: DjangoAssertNumQueries,
    settings: Settings,
) -> None:
    for _ in range(rows):
        make.office()
    with django_assert_num_queries(2):
        shown = page()
        assert len(shown) == shown.count == rows
    settings.ROWS_PER_PAGE = 10
    with django_assert_num_queries(3 if rows > 10 else 2):
        shown = page()
        assert shown.count == rows
        assert len(shown) == min(rows, 10)
