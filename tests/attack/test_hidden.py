"""A confidential lead does not exist for a stranger: not on any page, not in any answer."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.models import Admission
from investors.services.confidentiality import withdraw_admission
from tests import make
from tests.attack.world import (
    SEARCHES,
    World,
    addresses_of,
    addresses_without_key,
    rows_of_all_tables,
    secrets_in,
)
from tests.conftest import SignIn
from tests.crawling import walk

STRANGERS = [Role.VIEWER, Role.DESK]  # and an adviser who was admitted once
MOST_PAGES = 70


def text_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace") + str(dict(response.headers))


def leaks(client: Client, addresses: list[str], world: World) -> dict[str, set[str]]:
    """Address → what it tells of the hidden rows, less what the address itself holds."""
    found = {}
    for address in addresses:
        told = secrets_in(text_of(client.get(address)), world)
        told -= secrets_in(address, world)
        if told:
            found[address] = told
    return found


def withdrawn(world: World) -> User:
    admission = Admission.objects.get(user=world.admitted)
    withdraw_admission(actor=world.owner, admission=admission)
    return world.admitted


def stranger(role: Role) -> Callable[[World], User]:
    return lambda world: make.user(role=role)


PEOPLE = {role.value: stranger(role) for role in STRANGERS} | {"withdrawn": withdrawn}


@pytest.fixture(params=list(PEOPLE))
def outsider(request: pytest.FixtureRequest, world: World) -> User:
    return PEOPLE[request.param](world)


def test_no_address_of_it_exists(world: World, outsider: User, as_user: SignIn) -> None:
    """Every answer is the one that a reference to nothing gets; nothing is written."""
    client = as_user(outsider)
    before = rows_of_all_tables()
    wrong = {}
    for address, nothing in addresses_of(world):
        for method in (client.get, client.post):
            status, absent = method(address).status_code, method(nothing).status_code
            if status != absent or status not in {403, 404, 405}:
                wrong[f"{method.__name__} {address}"] = status
    assert wrong == {}
    assert rows_of_all_tables() == before


def test_no_page_tells_of_it(world: World, outsider: User, as_user: SignIn) -> None:
    client = as_user(outsider)
    pages: dict[str, set[str]] = {}

    def get(address: str) -> str | None:
        response = client.get(address)
        text = text_of(response)
        if told := secrets_in(text, world) - secrets_in(address, world):
            pages[address] = told
        is_page = "text/html" in response.get("Content-Type", "")
        return text if response.status_code == 200 and is_page else None

    assert len(list(walk(get, MOST_PAGES))) > 25
    assert pages == {}


def test_no_search_filter_or_picker_finds_it(world: World, outsider: User, as_user: SignIn) -> None:
    client = as_user(outsider)
    asked = [f"{a}?q={s}" for a in addresses_without_key() for s in SEARCHES[:1]]
    asked += [
        f"{reverse(name)}?q={s}"
        for name in ("home:search", "investors:lead_list", "investors:investor_options")
        for s in SEARCHES
    ]
    found = {}
    for address in asked:
        text = text_of(client.get(address))
        words = secrets_in(text, world)
        if len(words - secrets_in(address, world)) > 0:
            found[address] = words
    assert found == {}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_file_of_a_list_holds_it(
    world: World, outsider: User, as_user: SignIn, kind: str
) -> None:
    """Whoever may export takes away what they see, in words and in codes."""
    outsider.may_export = True
    outsider.save()
    client, found = as_user(outsider), {}
    lists = [a for a in addresses_without_key() if a.endswith("/export/")]
    assert len(lists) >= 12
    for address in lists:
        for coded in ({}, {"coded": "on"}):
            response = client.post(address, {"format": kind, **coded})
            if response.status_code == 403:  # nor does the list itself open
                assert client.get(address.removesuffix("export/")).status_code == 403
                continue
            assert response.status_code == 200, address
            raw = b"".join(response.streaming_content)
            text = raw.decode() if kind == "csv" else cells_of(raw)
            if told := secrets_in(text, world):
                found[address] = told
    assert found == {}


def cells_of(workbook: bytes) -> str:
    sheet = load_workbook(io.BytesIO(workbook)).active
    return str(list(sheet.values)) if sheet is not None else ""


def test_pages_around_it_tell_nothing(world: World, outsider: User, as_user: SignIn) -> None:
    """The open cluster and the open project that the hidden rows touch, with every tab."""
    around = [
        reverse(f"clusters:cluster_{tab}", args=[world.cluster.slug])
        for tab in ("detail", "people", "members", "projects", "leads", "sources", "changes")
    ]
    around += [
        reverse("meetings:cluster_meetings", args=[world.cluster.slug]),
        reverse("investors:cluster_leads", args=[world.cluster.slug]),
        reverse("investors:cluster_matches", args=[world.cluster.slug]),
        reverse("investors:seat_board"),
        reverse("clusters:project_detail", args=[world.project.ref]),
        reverse("clusters:project_changes", args=[world.project.ref]),
        reverse("investors:project_engagements", args=[world.project.ref]),
    ]
    assert leaks(as_user(outsider), around, world) == {}


def test_a_hidden_page_reads_like_one_that_never_was(
    world: World, outsider: User, as_user: SignIn
) -> None:
    client = as_user(outsider)
    for noun, key in (("lead", world.lead.ref), ("investor", world.investor.ref)):
        hidden = client.get(reverse(f"investors:{noun}_detail", args=[key]))
        absent = client.get(reverse(f"investors:{noun}_detail", args=["00000000"]))
        assert told(hidden, key) == told(absent, "00000000")


def told(response: Any, key: str) -> str:
    """A page without the address that was asked for and the token of its forms."""
    page = response.content.decode().replace(key, "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|"X-CSRFToken": "\w+"', "", page)


@pytest.mark.parametrize("who", ["owner", "deputy", "admitted"])
def test_its_people_see_it(world: World, who: str, as_user: SignIn) -> None:
    client = as_user(getattr(world, who))
    for name in ("lead_detail", "lead_shortlist", "lead_engagements"):
        page = client.get(reverse(f"investors:{name}", args=[world.lead.ref]))
        assert page.status_code == 200
    assert "Vraxium" in client.get(reverse("investors:lead_list")).content.decode()
