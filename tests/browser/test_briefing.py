"""From the shortlist to what leaves the house, in Chromium, with axe on every page."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor

LEAD = "wmyxvntp"  # of the demo: qualified, with clusters on its shortlist


def _looks_well(visitor: Visitor) -> None:
    assert visitor.axe() == []
    assert not visitor.scrolls_sideways()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_briefing_is_written_looked_at_and_sent(visit: Visit, width: int) -> None:
    visitor = visit("manager", viewport={"width": width, "height": 900}, reduced_motion="reduce")
    page = visitor.page
    visitor.go(f"/leads/{LEAD}/briefing/")
    _looks_well(visitor)
    visitor.go(f"/leads/{LEAD}/briefing/new/")
    _looks_well(visitor)
    page.locator("form[method=post] button[type=submit]").last.click()
    expect(page.locator("#id_note")).to_be_visible()
    for why in page.locator("textarea[name^=why-]").all():
        why.fill("They build what you look for.")
    _looks_well(visitor)
    page.locator("form[method=post] button[type=submit]").last.click()
    page.wait_for_url(lambda address: not address.endswith("/edit/"))
    draft = page.url.removeprefix(visitor.site)
    _looks_well(visitor)
    visitor.go(f"{draft}page/")
    expect(page.locator("h1")).to_have_count(1)
    _looks_well(visitor)
    visitor.go(f"{draft}send/")
    _looks_well(visitor)
    page.locator("form[method=post] button[type=submit]").last.click()
    page.wait_for_url(visitor.site + draft)
    expect(page.locator("pre")).to_contain_text("They build what you look for.")
    _looks_well(visitor)


def test_a_blind_brief_is_not_released_before_it_is_cleared(visit: Visit) -> None:
    visitor = visit("manager", viewport={"width": 390, "height": 900}, color_scheme="dark")
    page = visitor.page
    visitor.go(f"/leads/{LEAD}/blind-brief/")
    _looks_well(visitor)
    visitor.go(f"/leads/{LEAD}/blind-brief/new/")
    page.locator("form[method=post] button[type=submit]").last.click()
    page.locator("#id_words_en").fill("Kumoha makes 4,000 sensors.")
    page.get_by_role("button", name="Save and look again").click()
    expect(page.locator("#findings li")).to_have_count(2)
    _looks_well(visitor)
    brief = page.url.removeprefix(visitor.site).split("edit/")[0]
    visitor.go(f"{brief}release/")
    page.locator("input[name=leaders]").first.check()
    page.get_by_role("button", name="Release it").click()
    expect(page.locator(".error-summary")).to_contain_text("Kumoha")
    _looks_well(visitor)
    visitor.go(f"{brief}edit/")
    for box in page.locator("#findings input").all():
        box.check()
    page.get_by_role("button", name="Save and look again").click()
    page.wait_for_url(visitor.site + brief)
    _looks_well(visitor)
    visitor.go(f"{brief}release/")
    page.locator("input[name=leaders]").first.check()
    page.get_by_role("button", name="Release it").click()
    page.wait_for_url(visitor.site + brief)
    page.get_by_role("link", name="Name the company").first.click()
    expect(page.locator("#id_text")).to_contain_text("Kumoha")
    _looks_well(visitor)
