"""The columns of a list: chosen in the address, drawn in that order, read by an export."""

import re

import pytest
from django.template import engines
from django.test import RequestFactory

from ifa_crm.shared.columns import Column, chosen
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.models import Office
from tests import make
from tests.shared.test_lists import OfficeFilter

pytestmark = pytest.mark.django_db

COLUMNS = (
    Column("name", "Name", lambda office: office.name, sort="name"),
    Column("city", "City", lambda office: office.city, classes="tight"),
    Column("zone", "Zone", lambda office: office.time_zone, shown=False),
)
ROW = engines["django"].from_string(
    "{% column_heads page %}|{% for row in page.objects %}{% cells %}"
    '{% cell "name" %}{{ row.name }}{% endcell %}'
    '{% cell "city" %}{{ row.city }}{% endcell %}'
    '{% cell "zone" %}{{ row.time_zone }}{% endcell %}'
    "{% endcells %}{% endfor %}"
)


def page(query: str = "") -> ListPage:
    return ListPage(
        RequestFactory().get(f"/offices/{query}"),
        rows=Office.objects.all(),
        filterset=OfficeFilter,
        sorts={"name": ("name",)},
        default_sort="name",
        columns=COLUMNS,
    )


@pytest.mark.parametrize(
    ("cols", "expected"),
    [
        ([], ["name", "city"]),
        ([""], ["name", "city"]),
        (["nonsense"], ["name", "city"]),
        (["zone"], ["name", "zone"]),
        (["zone,city"], ["name", "zone", "city"]),
        (["city", "zone", "city"], ["name", "city", "zone"]),
        (["name"], ["name"]),
        (["zone,gone,\0"], ["name", "zone"]),
    ],
)
def test_the_address_chooses_columns_and_their_order(cols: list[str], expected: list[str]) -> None:
    assert [column.key for column in chosen(COLUMNS, cols)] == expected


def test_cells_and_heads_stand_in_the_order_chosen() -> None:
    make.office(name="Alpha", city="Tokyo", time_zone="Asia/Tokyo")
    drawn = ROW.render({"page": page("?cols=zone,city")})
    heads, cells = drawn.split("|")
    assert re.findall(r">([A-Z]\w+)<", heads) == ["Name", "Zone", "City"]
    assert cells == (
        '<th scope="row">Alpha</th><td data-label="Zone">Asia/Tokyo</td>'
        '<td data-label="City" class="tight">Tokyo</td>'
    )


def test_the_menu_offers_all_and_moves_one_to_the_left() -> None:
    choices = list(page("?cols=zone,city&city=o").column_choices)
    assert [(choice.column.key, choice.is_shown) for choice in choices] == [
        ("zone", True),
        ("city", True),
    ]
    assert choices[0].earlier == ""
    assert choices[1].earlier == "?cols=city%2Czone&city=o"
    assert [choice.is_shown for choice in page().column_choices] == [True, False]


def test_columns_stay_when_filters_and_sort_change() -> None:
    shown = page("?cols=zone&city=o&sort=name&page=2")
    assert "cols=zone" in shown.sort_address("name")
    assert shown.clear_address == "?cols=zone&sort=name"
    assert ("cols", "zone") in shown.hidden_state
    assert ("city", "o") in shown.column_state
    assert "cols" not in dict(shown.column_state)
