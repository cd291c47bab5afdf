"""The map and the comparison for a lead: by mouse, by keyboard, without JavaScript, on paper."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor

COMPARED = "c1=systematic-paris-region&c2=medicen-paris-region&c3=lyonbiopole&c4=capenergies"


def _perfume_lead(visitor: Visitor, company: str) -> str:
    """A lead that speaks of perfumes; returns its reference."""
    page = visitor.page
    visitor.go("/leads/new/")
    page.locator("[name=company_text]").fill(company)
    page.locator("[name=control_country]").select_option("JP")
    page.locator("[name=title]").fill("Perfumes and fragrances")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/leads/(?!new/)[^/]+/$"))
    return page.url.rstrip("/").rpartition("/")[2]


@pytest.mark.parametrize("scripts", [True, False])
def test_map_is_tinted_for_a_lead(visit: Visit, scripts: bool) -> None:
    adviser = visit("adviser", java_script_enabled=scripts)
    page = adviser.page
    company = f"Nose {'on' if scripts else 'off'}"
    ref = _perfume_lead(adviser, company)
    adviser.go("/clusters/map/?tier=national")
    page.locator("[name=lead_text]").fill(company)
    if scripts:
        page.get_by_role("option").filter(has_text=company).click()
    page.get_by_role("button", name="Show the bands").click()
    expect(page.locator(".map-for-what")).to_contain_text(company)
    assert "tier=national" in page.url
    mark = page.locator(".map-mark", has=page.locator("title", has_text="Cosmetic Valley"))
    expect(mark).to_have_accessible_name(re.compile(r"Cosmetic Valley.*, (Strong|Possible)$"))
    page.get_by_role("link", name="Order by band").click()
    expect(page.locator(".map-list h3").first).to_have_text(re.compile("Strong|Possible"))
    adviser.go(f"/clusters/map/?lead={ref}")
    expect(page.locator(".map-mark")).to_have_count(66)
    if scripts:
        assert adviser.axe() == []
        page.emulate_media(color_scheme="dark")
        adviser.go(f"/clusters/map/?lead={ref}&sort=band")  # no colour is on its way to another
        assert adviser.axe() == []
        page.set_viewport_size({"width": 390, "height": 800})
        assert not adviser.scrolls_sideways()


def test_every_mark_is_reached_by_keyboard_and_by_mouse(visit: Visit) -> None:
    viewer = visit("viewer")
    page = viewer.page
    viewer.go("/clusters/map/")
    marks = page.locator(".map-mark")
    expect(marks).to_have_count(66)
    marks.first.focus()
    seen = {page.evaluate("document.activeElement.getAttribute('href')")}
    for _step in range(65):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.getAttribute('href')"))
    assert len(seen) == 66
    assert None not in seen
    covered = page.evaluate(
        """[...document.querySelectorAll('.map-mark')].filter((mark) => {
          mark.scrollIntoView({block: 'center', behavior: 'instant'});
          const box = mark.querySelector('.mark-target').getBoundingClientRect();
          const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          return !top || top.closest('.map-mark') !== mark;
        }).length"""
    )
    assert covered == 0
    marks.last.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_have_text("Map of the clusters")


def test_four_clusters_print_on_one_sheet(visit: Visit) -> None:
    adviser = visit("adviser")
    ref = _perfume_lead(adviser, "Nose on paper")
    adviser.go(f"/clusters/compare/?{COMPARED}&lead={ref}")
    expect(adviser.page.locator(".compare tbody th").first).to_contain_text("Nose on paper")
    assert adviser.axe() == []
    sheet = adviser.page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type /Page\b", sheet)) == 1
    box = re.search(rb"MediaBox \[0 0 (\d+)[.\d]* (\d+)", sheet)
    assert box
    assert [int(side) for side in box.groups()] == [841, 594]
