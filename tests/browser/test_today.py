"""Today in a browser: done, moved and logged in place; handed over; and without JavaScript."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, Visitor


def _with_an_action(visitor: Visitor, company: str, what: str) -> str:
    """A lead of their own with one more thing to do, due today; returns the lead's address."""
    page = visitor.page
    visitor.go("/leads/new/")
    page.locator("[name=company_text]").fill(company)
    page.locator("[name=control_country]").select_option("JP")
    page.locator("[name=title]").fill("Sensors")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/leads/(?!new/)[^/]+/$"))
    lead = page.url.removeprefix(visitor.site)
    visitor.go(f"{lead}actions/new/")
    page.locator("[name=what]").fill(what)
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(f"{visitor.site}{lead}")
    return lead


def _line(visitor: Visitor, what: str) -> Any:
    return visitor.page.locator(".today-line").filter(has_text=what).first


@pytest.mark.parametrize("scripts", [True, False])
def test_done_and_moved_on_today(visit: Visit, scripts: bool) -> None:
    adviser = visit("adviser", java_script_enabled=scripts)
    what, company = f"Ring {scripts}", f"Placed {scripts}"
    _with_an_action(adviser, company, what)
    adviser.go("/today/do/")
    page = adviser.page
    _line(adviser, what).get_by_role("button", name="Done").click()
    expect(page.locator("main")).to_contain_text(f"Done: {what}.")
    expect(page.locator(".today-line").filter(has_text=what)).to_have_count(0)
    assert page.url.endswith("/today/do/")
    first = _line(adviser, company)
    first.locator("summary").click()
    first.get_by_role("button", name="Move by a week").click()
    expect(page.locator("main")).to_contain_text("Moved to")
    if scripts:
        expect(page.locator("#spoken")).to_contain_text("Moved to")
        assert adviser.axe() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_last_thing_asks_in_its_place_and_a_call_is_logged(visit: Visit, scheme: Any) -> None:
    adviser = visit("adviser", color_scheme=scheme)
    page = adviser.page
    company = f"Whistler {scheme}"
    lead = _with_an_action(adviser, company, f"Ring {scheme}")
    adviser.go("/today/do/")
    _line(adviser, f"Ring {scheme}").get_by_role("button", name="Done").click()
    expect(page.locator("main")).to_contain_text(f"Done: Ring {scheme}.")
    line = page.locator(".today-line").filter(has_text=company).first
    line.get_by_role("button", name="Done").click()
    form = line.locator("form.log-form")
    expect(form).to_contain_text("say what comes next")
    assert adviser.axe() == []
    form.get_by_role("link", name="Cancel").click()
    expect(page.locator("form.log-form")).to_have_count(0)
    line = page.locator(".today-line").filter(has_text=company).first
    line.locator("summary").click()
    line.get_by_role("link", name="Log a call").click()
    form = line.locator("form.log-form")
    expect(form.locator("[name=done]").first).to_be_checked()
    form.locator("[name=text]").fill("They listen.")
    form.get_by_role("button", name="Log it").click()
    form = page.locator("form.log-form")
    expect(form.locator("[name=next_what]")).to_have_class(re.compile("is-invalid"))
    assert adviser.axe() == []
    form.locator("[name=next_what]").fill("Send the list")
    form.locator("[name=next_due]").fill("2030-01-01")
    form.get_by_role("button", name="Log it").click()
    expect(page.locator("main")).to_contain_text("Logged on")
    adviser.go(lead)
    expect(page.locator("#timeline")).to_contain_text("They listen.")
    page.get_by_role("link", name="Done", exact=True).click()
    expect(page.locator("#timeline-region")).to_contain_text("Done: First contact")
    assert adviser.axe() == []


def test_a_lead_is_handed_over_and_taken_over(visit: Visit) -> None:
    adviser, other = visit("adviser"), visit("adviser2")
    page = adviser.page
    _with_an_action(adviser, "Handed Works", "Write to them")
    adviser.go("/handovers/new/")
    assert adviser.axe() == []
    row = page.locator("tr").filter(has_text="Handed Works").first
    row.locator("[name=leads]").check()
    page.locator("[name=which][value=ticked]").check()
    page.locator("[name=receiver_text]").fill("adviser2")
    page.locator("[role=listbox] [role=option]").first.click()
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(re.compile(r"/handovers/(?!new)[^/]+/$"))
    assert adviser.axe() == []
    page.get_by_role("link", name=re.compile("Handed Works")).click()
    page.locator("[name=note]").fill("Ask for the plant manager.")
    assert adviser.axe() == []
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Hand over", exact=True).click()
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("main")).to_contain_text("1 lead was handed over.")
    other.go("/")
    line = _line(other, "Handed Works")
    line.get_by_role("button", name="Taken over").click()
    expect(other.page.locator("main")).to_contain_text("You have taken over")
    assert other.axe() == []
