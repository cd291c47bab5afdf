"""Every kind of page, in both themes and languages: axe-core finds nothing, nothing scrolls
sideways on a telephone, the browser reports no error and no breach of the policy."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor
from tests.crawling import kind, walk

OUTSIDE = ("/accounts/login/", "/accounts/password/reset/", "/credits/", "/accessibility/")
TELEPHONE = {"width": 390, "height": 800}
DESKTOP = {"width": 1280, "height": 900}


# A theme changes colours and nothing else: the other rules have been asked by daylight.
RULES: dict[str, tuple[str, ...]] = {"light": (), "dark": ("color-contrast", "link-in-text-block")}

_walked: dict[str, list[str]] = {}


def _one_of_each_kind(visitor: Visitor, name: str) -> list[str]:
    """Addresses that ``name`` gets to; walked once in a process."""
    if name not in _walked:
        kinds: dict[str, str] = {}
        for address, _found in walk(visitor.html, most=200):
            kinds.setdefault(kind(address).rpartition("?")[0], address)
        _walked[name] = sorted(kinds.values())
    return _walked[name]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["adviser", "manager"])
def test_page_is_accessible(visit: Visit, name: str, scheme: str) -> None:
    visitor = visit(name, color_scheme=scheme, viewport=DESKTOP, reduced_motion="reduce")
    addresses = _one_of_each_kind(visitor, name)
    assert len(addresses) > 25
    found: list[str] = []
    for address in addresses:
        assert visitor.go(address) == 200, address
        found += visitor.axe(rules=RULES[scheme])
    assert found == []


@pytest.mark.parametrize("name", ["desk", "viewer", "admin"])
def test_page_fits_a_telephone(visit: Visit, name: str) -> None:
    visitor = visit(name, viewport=TELEPHONE, reduced_motion="reduce")
    found: list[str] = []
    for address in _one_of_each_kind(visitor, name):
        assert visitor.go(address) == 200, address
        if visitor.scrolls_sideways():
            found.append(f"scrolls sideways: {address}")
        found += visitor.axe()
    assert found == []


@pytest.mark.parametrize("width", [1280, 1600])
def test_list_fits_its_window(visit: Visit, width: int) -> None:
    visitor = visit("manager", viewport={"width": width, "height": 900})
    pages = ["/", "/leads/", "/investors/", "/clusters/", "/projects/", "/organisations/"]
    for address in [*pages, "/engagements/", "/meetings/", "/meetings/calendar/"]:
        visitor.go(address)
        assert not visitor.scrolls_sideways(), address
        assert not visitor.tables_scroll(), address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_in_french_is_accessible(visit: Visit, scheme: str) -> None:
    visitor = visit("viewer", color_scheme=scheme, viewport=DESKTOP, reduced_motion="reduce")
    html = visitor.page.locator("html")
    if html.get_attribute("lang") != "fr":  # the profile keeps what an earlier test chose
        visitor.page.locator("form[action*=language] button").first.click()
    expect(html).to_have_attribute("lang", "fr")
    found: list[str] = []
    for address in _one_of_each_kind(visitor, "viewer"):
        visitor.go(address)
        found += visitor.axe(rules=RULES[scheme])
    assert found == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_outside_is_accessible(visit: Visit, scheme: str) -> None:
    visitor = visit(None, color_scheme=scheme)
    for address in OUTSIDE:
        visitor.go(address)
        assert visitor.axe() == []
    assert visitor.go("/no-such-page/") in {200, 404}
    assert visitor.axe() == []
