"""The main job, from the first contact to a confirmed join and a confirmed start."""

import datetime as dt
import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, Visitor

TODAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)  # past in every zone


def _new_lead(visitor: Visitor, company: str) -> str:
    """Quick create with a contact; returns the lead's address."""
    page = visitor.page
    visitor.go("/leads/new/")
    page.locator("[name=company_text]").fill(company)
    page.locator("[name=control_country]").select_option("JP")
    page.locator("[name=title]").fill("Chips that listen")
    page.locator("[name=contact_name]").fill("Ayame Test")
    page.locator("[name=contact_email]").fill("ayame@test.example")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/leads/(?!new/)[^/]+/$"))
    return page.url.removeprefix(visitor.site)


def _qualify(visitor: Visitor, lead: str) -> None:
    page = visitor.page
    visitor.go(f"{lead}edit/")
    page.locator("[name=sectors]").first.check()
    page.locator("[name=objectives]").first.check()
    page.locator("[name=mode]").select_option("either")
    page.locator("[name=horizon]").select_option("12 months")
    page.locator("[name=budget_answer]").select_option("does not know")
    page.locator("[name=confidential]").select_option("no")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(f"{visitor.site}{lead}")
    expect(page.locator("main")).to_contain_text("Qualified")


def _a_message_of_theirs_ends_nothing(visitor: Visitor, lead: str) -> None:
    page = visitor.page
    visitor.go(f"{lead}log/?kind=call")
    done = page.locator("[name=done]")
    expect(done).to_be_checked()
    page.locator("[name=direction][value=in]").check()
    expect(done).not_to_be_checked()
    page.locator("[name=direction][value=out]").check()
    expect(done).to_be_checked()


def _log_a_call(visitor: Visitor, lead: str) -> None:
    page = visitor.page
    visitor.go(f"{lead}log/?kind=call&direction=out")
    page.locator("[name=kind][value=call]").check()
    page.locator("[name=direction][value=out]").check()
    page.locator("[name=result][value=spoke]").check()
    page.locator("[name=text]").fill("They make microphones and look for a consortium.")
    # The first contact is ticked as done with it, and nothing else is to be done yet.
    page.locator("[name=next_what]").fill("Send the first list of clusters")
    page.locator("[name=next_due]").fill((dt.date.today() + dt.timedelta(days=7)).isoformat())
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(re.escape(lead) + "(?!log/)"))
    expect(page.locator("main")).to_contain_text("They make microphones")


def _pick(page: Page, name: str, text: str) -> None:
    """Choose the first record that a combobox offers for ``text``."""
    page.locator(f"[name={name}_text]").fill(text)
    page.get_by_role("option").filter(has_text=text).first.click()


def _press(page: Page, address: str) -> None:
    """Press the button of the form that posts to ``address``, opening its menu if need be."""
    form = page.locator(f"form[action$='{address}']").first
    expect(form).to_be_attached()
    page.evaluate("document.querySelectorAll('details').forEach((menu) => { menu.open = true; })")
    with page.expect_event("load"):
        form.locator("button").first.click()


def _introduce(adviser: Visitor, desk: Visitor, lead: str) -> None:
    """Shortlist, propose, wanted; the desk puts it to the cluster; recorded as held."""
    page = adviser.page
    adviser.go(f"{lead}shortlist/")
    _pick(page, "cluster", "Minalogic")
    page.locator("form[action$='/shortlist/note/'] button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("Noted")
    _press(page, "/propose/")
    _press(page, "/want/")
    desk.go(f"{lead}shortlist/")
    _press(desk.page, "/put/")
    _press(desk.page, "/accept/")
    expect(desk.page.locator("main")).to_contain_text("Accepted by the cluster")
    adviser.go(f"{lead}introductions/record/?cluster=minalogic")
    page.locator("[name=form]").first.check()
    page.locator("[name=day]").fill(TODAY.isoformat())
    page.locator("[name=starts_at]").fill("10:00")
    page.locator("[name=ends_at]").fill("11:00")
    page.locator("[name=leaders]").first.check()
    page.locator("[name=contacts]").first.check()
    page.locator("[name=purpose]").fill("To get to know each other")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/(meetings|leads)/(?!.*record)"))
    adviser.go(lead)
    expect(page.locator("main")).to_contain_text("Introduced")


def _agree(visitor: Visitor, folder: Path) -> str:
    """Record the agreement of the engagement that is shown; returns its address."""
    page = visitor.page
    engagement = page.url.removeprefix(visitor.site)
    paper = folder / "agreement.pdf"
    paper.write_bytes(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n")
    visitor.go(f"{engagement}agree/")
    page.locator("[name=agreed_on]").fill(TODAY.isoformat())
    page.locator("[name=files]").set_input_files(paper)
    page.locator("[name=undisclosed]").check()
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(f"{visitor.site}{engagement}")
    expect(page.locator("main")).to_contain_text("agreement.pdf")
    return engagement


def _verify(manager: Visitor, engagement: str) -> None:
    page = manager.page
    manager.go("/")
    expect(page.locator("main")).to_contain_text("confirm")
    manager.go(f"{engagement}verify/")
    page.locator("[name=contribution][value=decisive]").check()
    page.locator("[name=counterfactual]").fill("They would have gone elsewhere.")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(f"{manager.site}{engagement}")
    expect(page.locator("main")).to_contain_text("Confirmed by a second person")


def _figure(visitor: Visitor, label: str) -> int:
    visitor.go("/")
    card = visitor.page.locator("a.figure", has_text=label)
    return int(card.locator(".figure-number").inner_text().replace(",", ""))


@pytest.mark.parametrize("kind", ["join", "start"])
def test_main_job(visit: Visit, tmp_path: Path, kind: str) -> None:
    adviser, desk, manager = visit("adviser"), visit("desk"), visit("manager")
    label = {"join": "Joined a project", "start": "Started a project"}[kind]
    before = _figure(manager, label)
    company = f"Listening Lilies {uuid.uuid4().hex[:6]}"
    lead = _new_lead(adviser, company)
    _a_message_of_theirs_ends_nothing(adviser, lead)
    _log_a_call(adviser, lead)
    _qualify(adviser, lead)
    _introduce(adviser, desk, lead)
    page = adviser.page
    adviser.go(f"{lead}engagements/{kind}/")
    if kind == "join":
        _pick(page, "project", "Foremost")
    else:
        page.locator("[name=name]").fill(f"OREILLE {company[-6:]}")
        _pick(page, "cluster", "Minalogic")
    page.locator("[name=role]").last.check()
    page.locator("[name=opened_on]").fill(TODAY.isoformat())
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile(r"/engagements/(?!.*(join|start)/)[^/]+/$"))
    engagement = _agree(adviser, tmp_path)
    assert adviser.go(f"{engagement}verify/") in {403, 404}, "an adviser does not confirm"
    _verify(manager, engagement)
    assert _figure(manager, label) == before + 1
    manager.page.locator("a.figure", has_text=label).click()
    expect(manager.page.locator("main")).to_contain_text(company)
    adviser.go(lead)
    expect(page.locator("main")).to_contain_text("Committed")
    viewer = visit("viewer")
    assert viewer.go(lead) == 200
    expect(viewer.page.locator("main form[method=post]")).to_have_count(0)


def test_main_job_begins_in_french(visit: Visit) -> None:
    adviser = visit("adviser2", locale="fr-FR")
    page = adviser.page
    page.locator("form[action*=language] button").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    lead = _new_lead(adviser, f"Lys Attentifs {uuid.uuid4().hex[:6]}")
    _log_a_call(adviser, lead)
    expect(page.locator("main")).to_contain_text("Contacté")
    adviser.go(f"{lead}shortlist/")
    _pick(page, "cluster", "Minalogic")
    page.locator("form[action$='/shortlist/note/'] button[type=submit]").last.click()
    expect(page.locator("main")).to_contain_text("Minalogic")
    page.locator("form[action*=language] button").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_main_job_begins_without_javascript(visit: Visit) -> None:
    adviser = visit("adviser", java_script_enabled=False)
    lead = _new_lead(adviser, f"Quiet Lilies {uuid.uuid4().hex[:6]}")
    _log_a_call(adviser, lead)
    adviser.go(f"{lead}shortlist/")
    adviser.page.locator("[name=cluster_text]").fill("Minalogic")
    adviser.page.locator("form[action$='/shortlist/note/'] button[type=submit]").last.click()
    expect(adviser.page.locator("main")).to_contain_text("Minalogic")


def test_keyboard_is_enough(visit: Visit) -> None:
    adviser = visit("adviser")
    page = adviser.page
    adviser.go("/leads/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", re.compile("#"))
    page.locator("h1").click()
    page.keyboard.press("/")
    expect(page.locator(":focus")).to_have_attribute("name", "q")
    page.keyboard.type("mov'eo")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/search/"))
    expect(page.locator("main")).to_contain_text("Mov’eo")
    adviser.go("/leads/new/")
    page.locator("[name=company_text]").focus()
    page.keyboard.type("IBM")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("[name=company_text]")).to_have_value(re.compile("IBM"))
