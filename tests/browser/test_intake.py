"""Enquiries that come in: by the public form, by a pasted e-mail, from a spreadsheet; and twins
that are found, merged and parted again."""

import re
import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor
from tests.imports.bringing import HEADINGS, ROW, csv_bytes

TELEPHONE = {"width": 390, "height": 800}
TOO_QUICK = 3  # seconds in which nobody fills in the form

MAIL = """From: Yuki Mori <yuki.mori@mori-optics.example>
Subject: Lenses for endoscopes
Date: Mon, 23 Nov 2026 09:30:00 +0900

Good morning,

we polish lenses for endoscopes and look for a partner in France.

Yuki Mori
"""


def _checked(visitor: Visitor) -> None:
    assert visitor.axe() == []
    assert not visitor.scrolls_sideways(), visitor.page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_company_writes_and_an_adviser_finds_it(visit: Visit, scheme: Any) -> None:
    stranger = visit(None, viewport=TELEPHONE, color_scheme=scheme, reduced_motion="reduce")
    page, company = stranger.page, f"Hoshizora Lenses {scheme}"
    assert stranger.go("/enquiry/en/") == 200
    _checked(stranger)
    page.get_by_role("button", name="Send").click()  # with nothing in it
    expect(page.locator("main")).to_contain_text("That did not work yet.")
    _checked(stranger)
    page.locator("[name=company]").fill(company)
    page.locator("[name=country]").select_option("JP")
    page.locator("[name=person]").fill("Rin Abe")
    page.locator("[name=email]").fill(f"rin@{scheme}.example")
    page.locator("[name=text]").fill("We make lenses for satellites and look for a laboratory.")
    page.locator("[name=consent]").check()
    time.sleep(TOO_QUICK)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(re.compile(r"/enquiry/en/received/"))
    _checked(stranger)
    manager = visit("manager")
    manager.go(f"/leads/?q=hoshizora+{scheme}")
    manager.page.get_by_role("link", name=company).first.click()
    expect(manager.page.locator("main")).to_contain_text("lenses for satellites")


def test_a_pasted_mail_begins_a_lead(visit: Visit) -> None:
    adviser = visit("adviser", viewport=TELEPHONE, reduced_motion="reduce")
    page = adviser.page
    adviser.go("/e-mails/paste/")
    _checked(adviser)
    page.locator("[name=text]").fill(MAIL)
    page.get_by_role("button", name="Read it").click()
    expect(page.locator("[name=title]")).to_have_value("Lenses for endoscopes")
    _checked(adviser)
    page.locator("[name=company_text]").fill("Mori Optics")
    page.locator("[name=control_country]").select_option("JP")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/leads/[^/]+/#interaction-"))
    expect(page.locator("main")).to_contain_text("Lenses for endoscopes")
    expect(page.locator("main")).to_contain_text("Yuki Mori")


def test_a_spreadsheet_comes_in_and_goes_again(visit: Visit) -> None:
    manager = visit("manager", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = manager.page
    manager.go("/imports/new/leads/")
    _checked(manager)
    rows = [HEADINGS, ROW, ("", "Japan", "Nobody", "no address", "Nothing", "many")]
    page.locator("[name=file]").set_input_files(
        {"name": "Fair.csv", "mimeType": "text/csv", "buffer": csv_bytes(rows)}
    )
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/columns/$"))
    _checked(manager)
    page.locator("main form button[type=submit]").last.click()
    write = page.get_by_role("link", name="Write 1 row")
    expect(write).to_be_visible(timeout=60_000)  # checked by the worker, shown by itself
    expect(page.locator("#region")).to_contain_text("To be created")
    _checked(manager)
    write.click()
    page.locator("main form button[type=submit]").last.click()
    expect(page.locator("h1")).to_contain_text("Written", timeout=60_000)
    _checked(manager)
    page.locator("summary", has_text="More").click()
    page.get_by_role("link", name="Undo the import").click()
    page.get_by_role("link", name="Undo it").click()
    _checked(manager)
    page.get_by_role("button", name="Undo it").click()
    expect(page.locator("#main")).to_contain_text("Undone.", timeout=60_000)
    assert manager.go("/leads/?q=kyoto+cells") == 200
    expect(page.locator("main")).not_to_contain_text("Kyoto Cells")


def test_unreadable_cells_are_told_once(visit: Visit) -> None:
    manager = visit("manager", viewport=TELEPHONE, reduced_motion="reduce")
    page = manager.page
    manager.go("/imports/new/leads/")
    rows = [HEADINGS, *[(f"Lyra {n} AB", "Sweden", "", "", "Laser", "viel") for n in range(3)]]
    page.locator("[name=file]").set_input_files(
        {"name": "Fair.csv", "mimeType": "text/csv", "buffer": csv_bytes(rows)}
    )
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/columns/$"))
    page.locator("main form button[type=submit]").last.click()
    page.get_by_role("link", name="Say what they mean").click(timeout=60_000)
    expect(page.locator("main")).to_contain_text("3 cells")
    _checked(manager)
    page.get_by_label("viel", exact=True).fill("2 M€")
    page.get_by_role("button", name="Check the rows again").click()
    expect(page.get_by_role("link", name="Write 3 rows")).to_be_visible(timeout=60_000)
    _checked(manager)


def test_twins_show_while_the_company_of_a_lead_is_typed(visit: Visit) -> None:
    adviser = visit("adviser", viewport=TELEPHONE, reduced_motion="reduce")
    page = adviser.page
    adviser.go("/leads/new/")
    page.locator("[name=company_text]").press_sequentially("Kumoha Denki Co., Ltd.")
    option = page.get_by_role("option").filter(has_text="same name without legal form")
    expect(option.first).to_contain_text("Kumoha Denki")
    _checked(adviser)
    without = visit("adviser", java_script_enabled=False)
    without.go("/leads/new/")
    without.page.locator("[name=company_text]").fill("Kumoha Denki Co., Ltd.")
    without.page.locator("main form button[type=submit]").last.click()
    expect(without.page.locator("main")).to_contain_text("Is it one of these?")
    choice = without.page.locator("select[name=company]")
    expect(choice).to_contain_text("same name without legal form")


def test_several_pairs_are_decided_at_once(visit: Visit) -> None:
    manager = visit("manager", viewport=TELEPHONE, reduced_motion="reduce")
    page = manager.page
    manager.go("/duplicates/")
    before = page.locator("table.rows tbody tr").count()
    page.locator("input.tick").last.check()
    page.get_by_role("button", name="Not the same", exact=True).click()
    _checked(manager)
    page.get_by_role("button", name="Remember it of those ticked").click()
    expect(page.locator("#main")).to_contain_text("Remembered of 1 pair.")
    expect(page.locator("table.rows tbody tr")).to_have_count(before - 1)
    manager.go("/duplicates/?state=apart")
    page.get_by_role("link", name="Compare").first.click()
    page.get_by_role("button", name=re.compile("after all|again", re.I)).first.click()
    manager.go("/duplicates/")
    expect(page.locator("table.rows tbody tr")).to_have_count(before)


def test_twins_are_merged_and_parted_again(visit: Visit) -> None:
    manager = visit("manager", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = manager.page
    manager.go("/duplicates/")
    before = page.locator("table.rows tbody tr").count()
    assert before
    _checked(manager)
    page.get_by_role("link", name="Compare").first.click()
    _checked(manager)
    page.get_by_role("button", name="Merge the two").click()
    expect(page.locator("#main")).to_contain_text("Merged.")
    _checked(manager)
    manager.go("/duplicates/")
    expect(page.locator("table.rows tbody tr")).to_have_count(before - 1)
    manager.go("/changes/")
    page.locator("table.rows tbody tr").filter(has_text="Merge").locator("th a").first.click()
    page.get_by_role("link", name="Undo it").click()
    _checked(manager)
    page.get_by_role("button", name="Undo it").click()
    expect(page.locator("#main")).to_contain_text("Undone.")
    manager.go("/duplicates/")
    expect(page.locator("table.rows tbody tr")).to_have_count(before)


def test_a_card_moves_on_the_board_by_its_menu(visit: Visit) -> None:
    manager = visit("manager", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = manager.page
    manager.go("/leads/board/?all=1")
    _checked(manager)
    column = page.locator(".board-column").filter(has_text="Qualified").first
    card = column.locator(".board-card").first
    name = card.locator("a").first.inner_text()
    card.locator("summary").click()
    card.get_by_role("button", name="Shortlisted").click()
    # Nothing was proposed to this investor yet: the answer says so, and opens what is lacking.
    expect(page.locator("main")).to_contain_text(name.split("\n")[0])
    expect(card.locator(".board-answer")).not_to_be_empty()
    _checked(manager)
