"""Where to send them, as an adviser on the telephone uses it."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit

TEXT = "We make MEMS microphones and lithium batteries for cars. We look for silicon photonics."


def test_text_becomes_clusters_and_a_lead(visit: Visit) -> None:
    visitor = visit("adviser", viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = visitor.page
    visitor.go("/")
    page.get_by_role("link", name="Where to send them").click()
    expect(page.locator("h1")).to_have_text("Where to send them")
    expect(page.locator("#result")).to_contain_text("Nothing to go by yet")
    assert visitor.axe() == []
    page.get_by_label("What the company says").fill(TEXT)
    expect(page.locator("#topic-mems")).to_be_checked()
    first = page.locator(".verdict h3").first
    expect(first).to_be_visible()
    expect(page.locator("#spoken")).to_contain_text("possible")
    assert "text=We+make" in page.url
    assert visitor.axe() == []
    before = page.locator(".evaluate-sum").inner_text()
    for key in ("mems", "sensors", "microelectronics", "optical-networks"):
        tick = page.locator(f"#topic-{key}")
        if tick.count():
            with page.expect_response("**/evaluate/"):
                tick.uncheck()
            expect(page.locator(f"#topic-{key}")).not_to_be_checked()
    expect(page.locator(".evaluate-sum")).not_to_have_text(before)
    assert "off=mems" in page.url
    with page.expect_response("**/evaluate/"):
        page.locator(".evaluate-answers button").first.click()
    with page.expect_response("**/evaluate/"):
        page.get_by_label("Join a project under way").check()
    expect(page.locator(".evaluate-by")).to_contain_text("Join a project under way")
    page.reload()
    expect(page.locator("#topic-mems")).not_to_be_checked()
    expect(page.get_by_label("Join a project under way")).to_be_checked()
    page.get_by_role("button", name="Save as lead").click()
    expect(page.locator("h1")).to_have_text("New lead")
    expect(page.get_by_label("What they make")).to_have_value(TEXT)
    assert visitor.axe() == []
    page.get_by_label("Company").fill("Photon Ears KK")
    page.get_by_label("Controlled from").select_option("JP")
    page.get_by_label("Need in a few words").fill("A partner for light")
    page.get_by_role("button", name="Create the lead").click()
    expect(page.locator("h1")).to_contain_text("A partner for light")
    expect(page.locator("#id_text")).to_have_value(TEXT)
    assert visitor.axe() == []


def test_a_lead_is_evaluated_kept_and_noted(visit: Visit) -> None:
    visitor = visit("manager", viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    page = visitor.page
    visitor.go("/leads/vy342pew/evaluate/")
    assert not visitor.scrolls_sideways()
    page.get_by_role("button", name="Keep this evaluation").click()
    expect(page.locator("h1")).to_contain_text("Evaluation of")
    assert visitor.axe() == []
    assert not visitor.scrolls_sideways()
    page.get_by_role("link", name="Where to send them").last.click()
    expect(page.locator("#kept")).to_contain_text("No cluster moved.")
    page.locator(".evaluate-rest summary").click()
    page.locator(".evaluate-rest input[name=clusters]").first.check()
    page.get_by_role("button", name="Put those ticked on the shortlist").click()
    expect(page.locator("#id_why")).to_have_attribute("aria-invalid", "true")
    expect(page.locator(".evaluate-rest input[name=clusters]").first).to_be_checked()
    assert visitor.axe() == []
    page.locator("#id_why").fill("They asked for it by name.")
    page.get_by_role("button", name="Put those ticked on the shortlist").click()
    expect(page.locator("#main")).to_contain_text("Noted as “No fit”.")
    assert visitor.axe() == []
