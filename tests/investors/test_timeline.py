"""What has happened on a lead, in order; the marks; the search."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from ifa_crm.shared.extend import searchers, timeline_of
from ifa_crm.staff.models import User
from investors.choices import LostReason, Stage
from investors.services import actions, leads, status
from investors.services.actions import NextAction
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def test_timeline_tells_what_was_said_done_and_moved(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    make.interaction(lead=lead, subject="Enquiry")
    leads.move_back(actor=adviser, lead=lead, stage=Stage.RECEIVED, reason="Wrong person")
    following = NextAction("Send the list", timezone.localdate())
    actions.complete_action(actor=adviser, action=lead.actions.get(), following=following)
    status.lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER)
    entries = timeline_of(lead, adviser)
    titles = [entry.title for entry in entries]
    assert [entry.at for entry in entries] == sorted((e.at for e in entries), reverse=True)
    assert "E-mail from them" in titles
    assert "Stage: Received → Qualified (passed over: Contacted)" in titles
    assert "Stage: Qualified → Received" in titles
    assert "Status: Active → Lost" in titles
    assert "Done: First contact" in titles
    assert "Done: Send the list" not in titles  # dropped when the lead was closed
    assert any(entry.text == "Wrong person" for entry in entries)


@pytest.mark.parametrize(("days", "came_back"), [(5, False), (1, True)])
def test_what_comes_in_after_the_end_came_back(adviser: User, days: int, came_back: bool) -> None:
    lead = make.lead(owner=adviser)
    status.lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER)
    lead.log.filter(from_state="").update(at=timezone.now() - dt.timedelta(days=9))
    lead.log.filter(to_state="lost").update(at=timezone.now() - dt.timedelta(days=3))
    make.interaction(lead=lead, happened_at=timezone.now() - dt.timedelta(days=days))
    said = next(e for e in timeline_of(lead, adviser) if e.kind == "interaction")
    assert said.row.came_back == came_back


def test_timeline_names_no_contact_that_became_confidential(adviser: User, colleague: User) -> None:
    lead = make.lead(owner=adviser)
    contact = make.contact(investor=lead.investor)
    make.interaction(lead=lead, contacts=[contact])
    secret = make.confidential_lead(owner=adviser, investor=lead.investor)
    type(contact).objects.filter(pk=contact.pk).update(known_through=secret, restricted=True)
    said = next(e for e in timeline_of(lead, colleague) if e.kind == "interaction")
    assert said.row.with_whom == []


def test_long_timelines_are_shown_in_part(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    for _ in range(65):
        make.interaction(lead=lead)
    page = as_user(adviser).get(lead.get_absolute_url())
    everything = as_user(adviser).get(lead.get_absolute_url(), {"all": "1"})
    assert (len(page.context["timeline"]), page.context["older"]) == (60, 6)
    assert len(everything.context["timeline"]) == 66


# --- search ----------------------------------------------------------------------------------


def found(user: User, key: str, query: str) -> list[str]:
    searcher = next(each for each in searchers() if each.key == key)
    return [hit.title for hit in searcher.find(user, query, 10)]


def test_search_finds_prefixes_first(adviser: User) -> None:
    make.investor(name="Blue Kestrel")
    make.investor(name="Ökestrelka")
    make.investor(name="Kestrel Photonics")
    assert found(adviser, "investor", "kestrel") == [
        "Kestrel Photonics",
        "Blue Kestrel",
        "Ökestrelka",
    ]


@pytest.mark.parametrize("query", ["nestle", "NESTLÉ", "ネスレ", "nesure"])
def test_search_ignores_accents_case_and_script(adviser: User, query: str) -> None:
    investor = make.investor(name="Nestlé", native_name="ネスレ")
    lead = make.lead(owner=adviser, investor=investor, title="Cocoa")
    assert found(adviser, "investor", query) == ["Nestlé"]
    assert found(adviser, "lead", query) == [str(lead)]


def test_search_finds_contacts_by_name_and_e_mail(adviser: User) -> None:
    make.contact(investor=make.investor(), name="Jürg Müller", email="jm@example.com")
    for query in ("muller", "jurg", "jm@example.com"):
        assert found(adviser, "contact", query) == ["Jürg Müller"], query


@pytest.mark.parametrize("query", ["", " ", "%", "'", "_", "x" * 500, "☃"])
def test_search_for_odd_things_is_harmless(adviser: User, query: str) -> None:
    make.lead(owner=adviser)
    for key in ("investor", "lead", "contact"):
        assert found(adviser, key, query) == []


def test_search_hints_at_nothing_hidden(adviser: User, colleague: User, manager: User) -> None:
    lead = make.confidential_lead(owner=adviser, investor=make.investor(name="Osprey"))
    make.contact(investor=lead.investor, known_through=lead, name="Mary Osprey")
    for key in ("investor", "lead", "contact"):
        assert found(colleague, key, "osprey") == [], key
        assert len(found(manager, key, "osprey")) == 1, key


def test_archived_records_are_not_found(adviser: User) -> None:
    lead = make.lead(owner=adviser, investor=make.investor(name="Osprey"))
    leads.archive_lead(actor=adviser, lead=lead, reason="Twin")
    assert found(adviser, "lead", "osprey") == []


# --- queries of the investors' pages ---------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 20])
def test_investor_pages_ask_the_same_number_of_queries(
    adviser: User, as_user: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    parent = make.investor()
    investor = make.investor(parent=parent, organisation=make.organisation())
    for _ in range(rows):
        make.contact(investor=investor)
        make.lead(owner=make.user(), investor=investor)
        make.investor(parent=investor)
    client = as_user(adviser)
    client.get(investor.get_absolute_url())
    with django_assert_num_queries(13):
        client.get(investor.get_absolute_url())
    with django_assert_num_queries(4):
        client.get(reverse("investors:investor_list"))
