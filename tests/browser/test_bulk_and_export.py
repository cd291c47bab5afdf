"""Bulk edit, its undo, and an export, as somebody at a browser does them."""

import os
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor

SHOTS = os.environ.get("IFA_SHOTS", "")  # a folder to keep pictures of the pages in


def shot(visitor: Visitor, name: str) -> None:
    if SHOTS:
        visitor.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_leads_are_changed_in_bulk_and_come_back(visit: Visit) -> None:
    visitor = visit("manager", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = visitor.page
    visitor.go("/leads/?status=active&priority=2")
    ticks = page.locator("input[name=row]")
    ticks.nth(0).check()
    ticks.nth(1).check()
    expect(page.locator("[data-bulk-count]")).to_contain_text("2")
    assert visitor.axe() == []
    shot(visitor, "list")
    page.get_by_role("button", name="those ticked").click()
    expect(page.locator("h1")).to_have_text("Change 2 leads")
    page.get_by_label("Priority").select_option("1")
    assert visitor.axe() == []
    shot(visitor, "choose")
    page.get_by_role("button", name="See what it would do").click()
    expect(page.locator("h1")).to_have_text("Change 2 leads?")
    assert visitor.axe() == []
    shot(visitor, "preview")
    page.get_by_role("button", name="Change 2 leads").click()
    expect(page.locator("#main")).to_contain_text("2 leads were changed.")
    assert visitor.axe() == []
    shot(visitor, "done")
    page.get_by_role("link", name="What was changed, and undo").click()
    assert visitor.axe() == []
    shot(visitor, "batch")
    page.get_by_role("link", name="Undo it").click()
    page.get_by_role("button", name="Undo it").click()
    expect(page.locator("#main")).to_contain_text("Undone.")
    assert visitor.axe() == []
    shot(visitor, "undone")
    visitor.go("/changes/")
    assert visitor.axe() == []
    shot(visitor, "changes")


def test_list_leaves_as_a_file(visit: Visit) -> None:
    visitor = visit("manager", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = visitor.page
    visitor.go("/leads/?status=active")
    page.get_by_role("link", name="Export").first.click()
    assert visitor.axe() == []
    shot(visitor, "export")
    with page.expect_download() as told:
        page.get_by_role("button", name="Export").click()
    text = Path(told.value.path()).read_text("utf-8")
    assert told.value.suggested_filename.endswith(".csv")
    assert text.startswith("Investor,Need in a few words,Reference,")
    assert len(text.splitlines()) > 5


def test_bulk_pages_fit_a_telephone_in_the_dark(visit: Visit) -> None:
    visitor = visit(
        "manager",
        viewport={"width": 390, "height": 800},
        color_scheme="dark",
        reduced_motion="reduce",
    )
    for address, name in (("/leads/", "list"), ("/leads/bulk/?which=all", "choose")):
        visitor.go(address)
        assert not visitor.scrolls_sideways(), address
        assert visitor.axe() == []
        shot(visitor, f"telephone-{name}")
    visitor.go("/leads/export/")
    assert not visitor.scrolls_sideways()
    assert visitor.axe() == []
    shot(visitor, "telephone-export")
