"""The desk finds leads for a cluster and for a seat, and tells an owner; a manager reads whether
every cluster gets the leads that fit."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit

PHONE = {"width": 390, "height": 800}


@pytest.mark.parametrize("scripts", [True, False])
def test_the_desk_tells_an_owner_of_a_cluster(visit: Visit, scripts: bool) -> None:
    desk = visit("desk", java_script_enabled=scripts)
    page = desk.page
    desk.go("/clusters/moveo/")
    page.get_by_role("link", name="Matching leads").click()
    page.wait_for_url(f"{desk.site}/clusters/moveo/matches/")
    expect(page.locator("main")).to_contain_text("Compared as of")
    first = page.locator("table.rows tbody tr").first
    expect(first).to_contain_text(re.compile("Strong|Possible"))
    lead = first.locator("th").get_by_role("link").get_attribute("href")
    first.get_by_role("link", name="Tell the owner").click()
    what = page.locator("[name=what]")
    expect(what).to_have_value(re.compile("^Consider Mov"))
    told = f"Look at Mov'eo, scripts {scripts}"
    what.fill(told)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"{desk.site}/clusters/moveo/matches/")
    expect(page.locator("main")).to_contain_text("It stands on the lead")
    desk.go(str(lead))
    expect(page.locator("main")).to_contain_text(told)


def test_bands_are_chosen_in_place(visit: Visit) -> None:
    desk = visit("desk")
    page = desk.page
    desk.go("/clusters/moveo/matches/")
    page.locator("[name=band]").select_option("weak")
    expect(page.locator("#list")).to_contain_text("Weak")
    expect(page.locator("#list table")).not_to_contain_text("Strong")
    expect(page).to_have_url(re.compile("band=weak"))


def test_the_board_of_seats_leads_to_a_seat(visit: Visit) -> None:
    desk = visit("desk")
    page = desk.page
    desk.go("/projects/")
    page.get_by_role("link", name="Open seats").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Open seats")
    page.get_by_role("link", name="By deadline").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Within two weeks")
    desk.go("/projects/ht5400cx/")
    page.get_by_role("link", name=re.compile("Matching leads.*Maker of gas sensors")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maker of gas sensors")
    expect(page.locator("main")).to_contain_text("Sensors")


def test_a_number_opens_its_list(visit: Visit) -> None:
    manager = visit("manager")
    page = manager.page
    manager.go("/")
    page.get_by_role("link", name="Reports").click()
    row = page.locator("tfoot tr")
    number = row.get_by_role("link").nth(1)
    count = number.inner_text().split()[-1]
    number.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Proposed")
    expect(page.locator(".lead-line")).to_contain_text(f"{count} pairs")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 900}])
def test_the_pages_are_accessible(visit: Visit, scheme: Any, size: Any) -> None:
    desk = visit("desk", color_scheme=scheme, viewport=size, reduced_motion="reduce")
    found: list[str] = []
    for address in (
        "/clusters/moveo/matches/",
        "/seats/",
        "/seats/?by=deadline",
        "/projects/ht5400cx/seats/vj7zrn69/matches/",
        "/reports/neutrality/",
        "/reports/neutrality/leads/?by=cluster&of=moveo&what=not-offered",
    ):
        assert desk.go(address) == 200, address
        found += desk.axe()
        if desk.scrolls_sideways():
            found.append(f"scrolls sideways: {address}")
    assert found == []
