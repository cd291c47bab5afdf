"""Each view names the act that it needs, and each role gets exactly where its acts lead."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from ifa_crm.staff.roles import Act, Role, acts_of
from tests import make

OURS = {"home", "clusters", "investors", "meetings", "staff", "shared"}
PUBLIC = {  # open to everybody, each for its reason
    "shared:credits",  # named in the footer of the sign-in page
    "shared:accessibility",
    "shared:healthz",  # asked by the machine that watches
    "shared:readyz",
    "staff:set_language",  # the sign-in page can be read in both languages
}


def _views() -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """(name, address of a record that is not there, view) of all our pages."""
    for part in get_resolver().url_patterns:
        if not isinstance(part, URLResolver) or part.app_name not in OURS:
            continue
        for pattern in part.url_patterns:
            if isinstance(pattern, URLPattern):
                name = f"{part.app_name}:{pattern.name}"
                wanted = pattern.pattern.converters.items()
                sample = {k: 1 if isinstance(c, IntConverter) else "nothing" for k, c in wanted}
                yield name, reverse(name, kwargs=sample), pattern.callback


GUARDED = {name: (address, view) for name, address, view in _views() if name not in PUBLIC}


def act_of(name: str) -> Act | None:
    act: Act | None = getattr(GUARDED[name][1], "required_act", None)
    return act


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_every_view_names_the_act_it_needs(name: str) -> None:
    assert act_of(name) is not None, "put @requires(Act.…) on the view"


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", [None, *Role])
def test_a_role_gets_where_its_acts_lead(client: Client, role: Role | None, method: str) -> None:
    """403 for those who may not (405 by the other method); for others any answer but that."""
    client.force_login(make.user(role=role))
    acts = acts_of({role}) if role else frozenset()
    for name, (address, _view) in sorted(GUARDED.items()):
        status = getattr(client, method)(address).status_code
        if act_of(name) in acts:
            assert status in {200, 302, 400, 403, 404, 405, 422}, (name, status)
        else:
            assert status in {403, 405}, (name, status)


@pytest.mark.django_db
def test_addresses_that_people_bookmark_stay(client: Client) -> None:
    client.force_login(make.user(role=Role.VIEWER))
    for address in (
        "/", "/leads/", "/investors/", "/clusters/", "/projects/", "/organisations/",
        "/engagements/", "/meetings/", "/meetings/calendar/", "/search/?q=x", "/profile/",
        "/credits/", "/accessibility/",
    ):  # fmt: skip
        assert client.get(address).status_code == 200, address
