"""The pages of leads: filters, what the overview says, forms that fail, two people at once."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ifa_crm.shared.clash import BASE
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import Answer, LostReason, Priority, Stage, Status
from investors.forms.lead import LeadForm
from investors.models import Lead
from investors.services import actions, leads, status
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

LIST = "/leads/"


@pytest.fixture(autouse=True)
def as_in_paris() -> Iterator[None]:
    """Where the people of these tests are: near midnight their day is not that of UTC."""
    with timezone.override("Europe/Paris"):
        yield


def day(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def listed(client: Client, **query: str) -> set[Lead]:
    return set(client.get(LIST, query).context["page"])


# --- list ------------------------------------------------------------------------------------


def test_filters_of_the_list(adviser: User, as_user: SignIn) -> None:
    office, sector = make.office(), make.sector()
    client = as_user(adviser)
    mine = make.lead(owner=adviser, office=office, sectors=[sector], priority=Priority.HIGH)
    theirs = make.lead(
        owner=make.user(), investor=make.investor(control_country="DE"), deputy=adviser
    )
    nobodys = make.lead(investor=make.investor(name="Nestlé", city="Vevey"))
    qualified = make.qualified_lead(owner=make.user())
    every = {mine, theirs, nobodys, qualified}
    expected: list[tuple[dict[str, str], set[Lead]]] = [
        ({}, every),
        ({"mine": "1"}, {mine, theirs}),
        ({"owner": "none"}, {nobodys}),
        ({"owner": adviser.username}, {mine}),
        ({"q": "nestle vevey"}, {nobodys}),
        ({"country": "DE"}, {theirs}),
        ({"sector": sector.key}, {mine}),
        ({"office": office.name}, {mine}),
        ({"priority": "1"}, {mine}),
        ({"stage": "qualified"}, {qualified}),
        ({"stage": "qualified", "mine": "1"}, set()),
        ({"status": "active"}, every),
        ({"status": "lost"}, set()),
    ]
    for query, found in expected:
        assert listed(client, **query) == found, query


def test_status_of_the_list_is_that_of_today(adviser: User, as_user: SignIn) -> None:
    waiting, over = make.lead(owner=adviser), make.lead(owner=adviser)
    status.wait(actor=adviser, lead=waiting, until=day(5))
    status.wait(actor=adviser, lead=over, until=day(5))
    Lead.objects.filter(pk=over.pk).update(waiting_until=day(0))
    client = as_user(adviser)
    assert listed(client, status="waiting") == {waiting}
    assert listed(client, status="active") == {over}


def test_next_action_of_the_list_counts_active_leads_only(adviser: User, as_user: SignIn) -> None:
    late, now, soon, far, idle, asleep, lost = (make.lead(owner=adviser) for _ in range(7))
    for lead, days in ((late, -3), (now, 0), (soon, 6), (far, 20), (asleep, -3), (lost, -3)):
        actions.move_action(actor=adviser, action=lead.actions.get(), due=day(days))
    status.wait(actor=adviser, lead=asleep, until=day(9))
    status.lose(actor=adviser, lead=lost, reason=LostReason.NO_ANSWER)
    Lead.objects.filter(pk=idle.pk).update(next_due=None)
    client = as_user(adviser)
    assert listed(client, next="overdue") == {late}
    assert listed(client, next="today") == {now}
    assert listed(client, next="week") == {now, soon}
    assert listed(client, next="none") == {idle}
    order = [lead.pk for lead in client.get(LIST, {"sort": "next"}).context["page"]]
    assert order[0] in {late.pk, asleep.pk}
    assert set(order[-2:]) == {idle.pk, lost.pk}


def test_archived_leads_are_found_by_asking_for_them(adviser: User, as_user: SignIn) -> None:
    kept, gone = make.lead(owner=adviser), make.lead(owner=adviser)
    leads.archive_lead(actor=adviser, lead=gone, reason="Twin")
    assert listed(as_user(adviser)) == {kept}
    assert listed(as_user(adviser), archived="1") == {gone}


def test_bad_filters_show_their_errors(adviser: User, as_user: SignIn) -> None:
    make.lead(owner=adviser)
    bad = {
        "stage": "nonsense",
        "owner": "nobody-at-all",
        "country": "ZZ",
        "next": "x",
        "sector": "x",
    }
    response = as_user(adviser).get(LIST, bad)
    assert response.status_code == 200
    assert set(response.context["page"].form.errors) == set(bad)
    assert list(response.context["page"]) == []


def test_people_who_left_are_offered_in_the_filter(adviser: User, as_user: SignIn) -> None:
    leaver = make.user(first_name="Luc", last_name="Parti", is_active=False)
    page = as_user(adviser).get(LIST, {"more": "1"}).content.decode()
    assert f'value="{leaver.username}"' in page
    assert "Luc Parti (left)" in page


def test_empty_list_says_what_to_do_next(adviser: User, viewer: User, as_user: SignIn) -> None:
    new = reverse("investors:lead_create")
    assert "No lead yet" in as_user(adviser).get(LIST).content.decode()
    assert new in as_user(adviser).get(LIST).content.decode()
    assert new not in as_user(viewer).get(LIST).content.decode()


@pytest.mark.parametrize("rows", [1, 20])
def test_list_asks_the_same_number_of_queries(
    adviser: User, as_user: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        make.interaction(lead=make.lead(owner=make.user()))
    client = as_user(adviser)
    client.get(LIST)
    with django_assert_num_queries(5):
        client.get(LIST)


# --- overview --------------------------------------------------------------------------------


def full_lead(owner: User, rows: int) -> Lead:
    """A lead with so many rows of everything that its page shows."""
    lead = make.confidential_lead(
        owner=owner,
        sectors=[make.sector() for _ in range(rows)],
        objectives=[make.objective() for _ in range(rows)],
        investor=make.investor(organisation=make.organisation()),
    )
    for _ in range(rows):
        contact = make.contact(investor=lead.investor)
        make.interaction(lead=lead, contacts=[contact])
        make.action(lead=lead)
        make.lead(owner=owner, investor=lead.investor)
    for action in lead.actions.all()[: rows - 1]:
        actions.complete_action(actor=owner, action=action)
    return lead


@pytest.mark.parametrize("rows", [1, 20])
def test_overview_asks_the_same_number_of_queries(
    adviser: User, as_user: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    lead = full_lead(adviser, rows)
    client = as_user(adviser)
    client.get(lead.get_absolute_url())
    with django_assert_num_queries(8):
        client.get(lead.get_absolute_url())


def overview(user: User, lead: Lead, as_user: SignIn) -> str:
    return as_user(user).get(lead.get_absolute_url()).content.decode()


def test_overview_says_what_nobody_recorded_and_what_they_would_not_say(
    adviser: User, as_user: SignIn
) -> None:
    lead = make.lead(
        owner=adviser,
        budget_answer=Answer.WILL_NOT_SAY,
        investment_answer=Answer.GIVEN,
        investment_amount=2_500_000,
        investment_currency="JPY",
    )
    text = overview(adviser, lead, as_user)
    for words in ("not recorded", "Will not say", "Not asked", "JPY\u00a02,500,000"):
        assert words in text, words


def test_overview_links_what_is_missing_to_the_very_field(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    text = overview(adviser, lead, as_user)
    edit = reverse("investors:lead_edit", args=[lead.ref])
    form = as_user(adviser).get(edit).content.decode()
    for field in ("sectors", "objectives", "mode", "horizon", "budget_answer", "confidential"):
        assert f'href="{edit}#div_id_{field}"' in text
        assert f'id="div_id_{field}"' in form
    assert reverse("investors:lead_contact_create", args=[lead.ref]) in text


@pytest.mark.parametrize(
    ("who", "shown", "hidden"),
    [
        (
            "adviser",
            {"lead_edit", "lead_wait", "lead_lose", "lead_archive", "action_create"},
            set(),
        ),
        ("manager", {"lead_edit", "lead_assign", "lead_archive"}, set()),
        ("colleague", {"interaction_create", "lead_copy"}, {"lead_edit", "lead_lose", "lead_take"}),
        ("desk", {"interaction_create", "lead_attach"}, {"lead_edit", "lead_assign"}),
        ("viewer", set(), {"lead_edit", "interaction_create", "lead_attach", "lead_copy"}),
    ],
)
def test_buttons_are_for_those_who_may(
    request: pytest.FixtureRequest,
    adviser: User,
    as_user: SignIn,
    who: str,
    shown: set[str],
    hidden: set[str],
) -> None:
    lead = make.lead(owner=adviser)
    text = overview(request.getfixturevalue(who), lead, as_user)
    for name in shown:
        assert reverse(f"investors:{name}", args=[lead.ref]) in text, name
    for name in hidden:
        assert reverse(f"investors:{name}", args=[lead.ref]) not in text, name


def test_lead_that_nobody_owns_shows_take_it(adviser: User, desk: User, as_user: SignIn) -> None:
    lead = make.lead()
    take = reverse("investors:lead_take", args=[lead.ref])
    assert take in overview(adviser, lead, as_user)
    assert take not in overview(desk, lead, as_user)
    as_user(adviser).post(take)
    lead.refresh_from_db()
    assert lead.owner == adviser


def test_second_taker_is_told_who_was_quicker(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    lead = make.lead()
    leads.take(actor=colleague, lead=lead)
    take = reverse("investors:lead_take", args=[lead.ref])
    response = as_user(adviser).post(take, follow=True)
    assert f"{colleague} has taken it already." in response.content.decode()


def test_lead_that_came_back_says_so(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    status.lose(actor=adviser, lead=lead, reason=LostReason.OTHER_COUNTRY, country="ES")
    lead.log.update(at=timezone.now() - dt.timedelta(days=400))
    make.interaction(lead=lead, subject="We are looking again")
    text = overview(adviser, lead, as_user)
    assert "They came back" in text
    assert "Came back" in text
    assert "they chose Spain" in text


def test_primary_act_follows_the_stage(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    client = as_user(adviser)

    def label() -> str:
        button = client.get(lead.get_absolute_url()).context["primary"]
        return str(button.label)

    assert label() == "Log an interaction"
    make.interaction(lead=lead)
    assert label() == "Log the answer"
    make.interaction(lead=lead, direction="out", happened_at=timezone.now())
    assert label() == "Complete the facts"
    for stage, words in (
        (Stage.QUALIFIED, "Find where to send them"),
        (Stage.SHORTLISTED, "Plan an introduction"),
        (Stage.INTRODUCED, "Open an engagement"),
    ):
        Lead.objects.filter(pk=lead.pk).update(stage=stage)
        assert label() == words
    status.lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER)
    assert label() == "Reopen"
    leads.archive_lead(actor=adviser, lead=lead, reason="x")
    assert label() == "Restore"


def test_primary_act_never_leads_to_the_page_it_is_on(adviser: User, as_user: SignIn) -> None:
    lead = make.qualified_lead(owner=adviser)
    make.shortlisting(lead=lead)
    client = as_user(adviser)
    shortlist = reverse("investors:lead_shortlist", args=[lead.ref])

    def primary(address: str) -> str:
        return str(client.get(address).context["primary"].address)

    assert primary(lead.get_absolute_url()) == shortlist
    assert primary(shortlist) == reverse("investors:interaction_create", args=[lead.ref])


# --- a new lead ------------------------------------------------------------------------------


def start_data(**more: str) -> dict[str, str]:
    standard = {
        "company_text": "Kestrel Photonics",
        "control_country": "US",
        "title": "Laser line",
        "origin": "enquiry",
        "confidential": "not asked",
        "action_what": "First contact",
        "action_due": day(0).isoformat(),
    }
    return standard | more


def test_lead_investor_and_contact_in_one_form(adviser: User, as_user: SignIn) -> None:
    data = start_data(contact_name="Mary Osprey", contact_email="mary@example.com")
    response = as_user(adviser).post(reverse("investors:lead_create"), data)
    lead = Lead.objects.get()
    assert response.status_code == 302
    assert (lead.owner, lead.investor.name, lead.title) == (
        adviser,
        "Kestrel Photonics",
        "Laser line",
    )
    assert lead.investor.contacts.get().email == "mary@example.com"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"company_text": ""}, "company"),
        ({"control_country": ""}, "control_country"),
        ({"control_country": "FR"}, "control_country"),
        ({"title": ""}, "title"),
        ({"action_what": ""}, "action_what"),
        ({"contact_email": "mary@example.com"}, "contact_name"),
        ({"contact_name": "Mary", "contact_email": "mary"}, "contact_email"),
    ],
)
def test_form_that_fails_says_where_and_keeps_what_was_typed(
    adviser: User, as_user: SignIn, more: dict[str, str], field: str
) -> None:
    data = start_data(wants="A long story") | more
    response = as_user(adviser).post(reverse("investors:lead_create"), data)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}
    assert "A long story" in response.content.decode()
    assert not Lead.objects.exists()


def test_known_organisation_is_linked_and_said(adviser: User, as_user: SignIn) -> None:
    organisation = make.organisation(name="IBM", country="US", city="Armonk")
    data = start_data(company_text="ibm", control_country="")
    response = as_user(adviser).post(reverse("investors:lead_create"), data, follow=True)
    investor = Lead.objects.get().investor
    assert response.status_code == 200
    assert (investor.organisation, investor.control_country.code, investor.city) == (
        organisation,
        "US",
        "Armonk",
    )


def test_organisation_in_france_asks_who_controls_it(adviser: User, as_user: SignIn) -> None:
    make.organisation(name="Xerox Grenoble", country="FR")
    data = start_data(company_text="Xerox Grenoble", control_country="")
    client = as_user(adviser)
    response = client.post(reverse("investors:lead_create"), data)
    assert "control_country" in response.context["form"].errors
    client.post(reverse("investors:lead_create"), data | {"control_country": "US"})
    assert Lead.objects.get().investor.control_country.code == "US"


def test_new_lead_of_an_investor_begins_with_it(adviser: User, as_user: SignIn) -> None:
    investor = make.investor(name="Nordlicht")
    address = reverse("investors:lead_create") + f"?investor={investor.ref}"
    text = as_user(adviser).get(address).content.decode()
    assert 'value="Nordlicht"' in text
    assert f'value="{investor.ref}"' in text


def test_new_need_copies_what_still_holds(adviser: User, as_user: SignIn) -> None:
    sector, objective = make.sector(), make.objective()
    old = make.lead(
        owner=make.user(),
        makes="Grippers",
        sectors=[sector],
        objectives=[objective],
        horizon="later",
    )
    copy = reverse("investors:lead_copy", args=[old.ref])
    shown = as_user(adviser).get(copy).content.decode()
    assert "Grippers" in shown
    data = start_data(title="A second line", makes="Grippers", sectors=str(sector.pk))
    as_user(adviser).post(copy, data)
    new = Lead.objects.get(title="A second line")
    assert (new.copied_from, new.investor, new.owner) == (old, old.investor, adviser)
    assert list(new.sectors.all()) == [sector]
    assert list(new.objectives.all()) == []
    assert (new.stage, new.horizon) == (Stage.RECEIVED, "not asked")


# --- edited ----------------------------------------------------------------------------------


def edit_data(form: LeadForm, **changes: Any) -> dict[str, Any]:
    """What a browser sends back of a form, with some fields changed."""
    data = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in data.items()}
    for name in ("sectors", "objectives", "preferred_regions"):
        data[name] = [getattr(row, "pk", row) for row in data[name] or []]
    return data | changes


def edit(client: Client, lead: Lead, form: LeadForm, **changes: Any) -> Any:
    address = reverse("investors:lead_edit", args=[lead.ref])
    return client.post(address, edit_data(form, **changes))


def opened(client: Client, lead: Lead) -> LeadForm:
    form: LeadForm = client.get(reverse("investors:lead_edit", args=[lead.ref])).context["form"]
    return form


def test_two_people_edit_different_fields(adviser: User, manager: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    mine, theirs = as_user(adviser), as_user(manager)
    first, second = opened(mine, lead), opened(theirs, lead)
    sector = make.sector()
    assert edit(theirs, lead, second, horizon="later", sectors=[sector.pk]).status_code == 302
    assert edit(mine, lead, first, title="New title").status_code == 302
    lead.refresh_from_db()
    assert (lead.title, lead.horizon, list(lead.sectors.all())) == ("New title", "later", [sector])


def test_two_people_edit_the_same_field(adviser: User, manager: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    mine, theirs = as_user(adviser), as_user(manager)
    first, second = opened(mine, lead), opened(theirs, lead)
    edit(theirs, lead, second, title="Theirs")
    response = edit(mine, lead, first, title="Mine")
    assert response.status_code == 422
    message = response.context["form"].errors["title"][0]
    assert "Theirs" in message
    assert "Mine" in message
    again = {BASE: response.context["form"].data[BASE], "title": "Mine"}
    assert edit(mine, lead, first, **again).status_code == 302
    lead.refresh_from_db()
    assert lead.title == "Mine"


@pytest.mark.parametrize("name", ["budget", "investment", "jobs"])
def test_amounts_and_answers_belong_together(adviser: User, as_user: SignIn, name: str) -> None:
    number = name if name == "jobs" else f"{name}_amount"
    lead = make.lead(owner=adviser)
    client = as_user(adviser)
    cases: list[tuple[dict[str, Any], str | None, str]] = [
        ({number: "50"}, None, Answer.GIVEN),  # an amount that is typed is an answer
        ({f"{name}_answer": Answer.WILL_NOT_SAY, number: "50"}, number, Answer.GIVEN),
        ({f"{name}_answer": Answer.GIVEN, number: ""}, number, Answer.GIVEN),
        ({f"{name}_answer": Answer.NOT_ASKED, number: "50"}, number, Answer.GIVEN),
        ({f"{name}_answer": Answer.GIVEN, number: "-1"}, number, Answer.GIVEN),
        ({f"{name}_answer": Answer.WILL_NOT_SAY, number: ""}, None, Answer.WILL_NOT_SAY),
    ]
    for changes, error, stored in cases:
        response = edit(client, lead, opened(client, lead), **changes)
        found = set(response.context["form"].errors) if response.context else set()
        assert found == ({error} if error else set()), changes
        lead.refresh_from_db()
        assert getattr(lead, f"{name}_answer") == stored, changes


def test_confidential_lead_leaves_the_sight_of_others(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    lead = make.lead(owner=adviser)
    client = as_user(adviser)
    edit(client, lead, opened(client, lead), confidential="yes")
    assert as_user(colleague).get(lead.get_absolute_url()).status_code == 404
    assert "Confidential" in client.get(lead.get_absolute_url()).content.decode()


# --- acts on their pages ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "reached"),
    [
        ("lead_wait", {"until": "2999-01-01"}, Status.WAITING),
        ("lead_lose", {"reason": "no answer"}, Status.LOST),
        ("lead_lose", {"reason": "other country", "country": "ES"}, Status.LOST),
        ("lead_disqualify", {"reason": "A shop"}, Status.DISQUALIFIED),
        ("lead_refer", {"to": "DG", "on": "2026-01-02", "told": "no"}, Status.REFERRED),
    ],
)
def test_status_changes_on_its_page(
    adviser: User, as_user: SignIn, name: str, data: dict[str, str], reached: Status
) -> None:
    lead = make.lead(owner=adviser)
    address = reverse(f"investors:{name}", args=[lead.ref])
    client = as_user(adviser)
    assert client.get(address).status_code == 200
    assert client.post(address, data).status_code == 302
    lead.refresh_from_db()
    assert lead.status == reached
    client.post(
        reverse("investors:lead_reopen", args=[lead.ref]),
        {"what": "Call them", "due": day(1).isoformat()},
    )
    lead.refresh_from_db()
    assert lead.status == Status.ACTIVE


@pytest.mark.parametrize(
    ("name", "data", "field"),
    [
        ("lead_wait", {"until": "2001-01-01"}, "until"),
        ("lead_lose", {"reason": "other country"}, "country"),
        ("lead_lose", {"reason": "other"}, "note"),
        ("lead_refer", {"to": "DG", "on": "2999-01-01", "told": "yes"}, "on"),
        ("lead_step_back", {"stage": "1 received", "reason": " "}, "reason"),
        ("lead_assign", {"owner_text": "Nobody At All"}, "owner"),
        ("action_create", {"what": "", "due": "2026-01-02"}, "what"),
    ],
)
def test_refusals_stand_at_their_fields(
    adviser: User, as_user: SignIn, name: str, data: dict[str, str], field: str
) -> None:
    lead = make.qualified_lead(owner=adviser)
    response = as_user(adviser).post(reverse(f"investors:{name}", args=[lead.ref]), data)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {field}


def test_done_of_the_last_action_asks_what_comes_next(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    action, client = lead.actions.get(), as_user(adviser)
    done = reverse("investors:action_done", args=[action.ref])
    asked = client.post(done, {"next": "/leads/"})
    assert asked.status_code == 200
    assert "say what comes next" in asked.content.decode()
    answer = client.post(done, {"what": "Send it", "due": day(2).isoformat(), "next": "/leads/"})
    lead.refresh_from_db()
    assert answer["Location"] == "/leads/"
    assert lead.next_due == day(2)


def test_done_and_let_wait(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    done = reverse("investors:action_done", args=[lead.actions.get().ref])
    as_user(adviser).post(done, {"until": day(30).isoformat()})
    lead.refresh_from_db()
    assert (lead.status, lead.next_due) == (Status.WAITING, day(30))


def test_done_and_closed(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    action = lead.actions.get()
    lose = reverse("investors:lead_lose", args=[lead.ref])
    as_user(adviser).post(lose, {"reason": "no answer", "after": action.ref})
    action.refresh_from_db()
    assert action.done_by == adviser
    assert not action.dropped


def test_onward_leads_nowhere_else(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    make.action(lead=lead)
    done = reverse("investors:action_done", args=[lead.actions.earliest("due").ref])
    answer = as_user(adviser).post(done, {"next": "https://evil.example/"})
    assert answer["Location"] == lead.get_absolute_url()


def test_action_is_moved_by_one_click_or_a_date(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    move = reverse("investors:action_move", args=[lead.actions.get().ref])
    page = as_user(adviser).get(move).content.decode()
    assert f'value="{day(1).isoformat()}"' in page
    as_user(adviser).post(move, {"due": day(1).isoformat()})
    lead.refresh_from_db()
    assert lead.next_due == day(1)


def test_assign_and_admit_find_people_by_name(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    colleague.first_name, colleague.last_name = "Ottilie", "Vane"
    colleague.save()
    lead = make.confidential_lead(owner=adviser)
    client = as_user(adviser)
    admit = {"user_text": "ottilie vane", "reason": "Knows them"}
    client.post(reverse("investors:admission_create", args=[lead.ref]), admit)
    assert lead.admissions.get().user == colleague
    withdraw = reverse("investors:admission_withdraw", args=[lead.ref, colleague.username])
    assert client.get(withdraw).status_code == 200
    client.post(withdraw)
    assert not lead.admissions.exists()
    give = {"owner_text": "Vane", "deputy": adviser.username, BASE: ""}
    client.post(reverse("investors:lead_assign", args=[lead.ref]), give)
    lead.refresh_from_db()
    assert (lead.owner, lead.deputy) == (colleague, adviser)


def test_giving_a_confidential_lead_away_leads_back_to_the_list(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    lead = make.confidential_lead(owner=adviser)
    assign = reverse("investors:lead_assign", args=[lead.ref])
    answer = as_user(adviser).post(assign, {"owner": colleague.username})
    assert answer["Location"] == LIST


def test_log_from_the_new_menu(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser, investor=make.investor(name="Nordlicht"))
    answer = as_user(adviser).post(
        reverse("investors:interaction_start"), {"lead_text": "nordlicht"}
    )
    assert answer["Location"] == reverse("investors:interaction_create", args=[lead.ref])


def test_log_in_two_clicks_is_filled_in_already(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    contact = make.contact(investor=lead.investor)
    log = reverse("investors:interaction_create", args=[lead.ref])
    region = as_user(adviser).get(log, {"kind": "visit"}, headers={"HX-Request": "true"})
    form = region.context["form"]
    assert "<html" not in region.content.decode()
    assert form["kind"].value() == "visit"
    assert form.initial["contacts"] == [contact]
    data = {
        "kind": "visit",
        "direction": "out",
        "result": "spoke",
        "happened_at": timezone.localtime().strftime("%Y-%m-%dT%H:%M"),
        "contacts": str(contact.pk),
        "next_what": "Send the list",
        "next_due": day(3).isoformat(),
    }
    as_user(adviser).post(log, data)
    lead.refresh_from_db()
    assert lead.stage == Stage.CONTACTED
    assert lead.actions.filter(what="Send the list").exists()


def test_log_in_the_zone_of_the_person(as_user: SignIn) -> None:
    person = make.user(role=Role.MANAGER, time_zone="Asia/Tokyo")
    lead = make.lead()
    data = {"kind": "note", "happened_at": "2026-01-02T09:00", "text": "Thought"}
    as_user(person).post(reverse("investors:interaction_create", args=[lead.ref]), data)
    assert lead.interactions.get().happened_at == dt.datetime(2026, 1, 2, 0, tzinfo=dt.UTC)


def test_entry_is_corrected_and_two_people_are_told_of_each_other(
    adviser: User, manager: User, as_user: SignIn
) -> None:
    said = make.interaction(lead=make.lead(owner=adviser), subject="Frist")
    address = reverse("investors:interaction_edit", args=[said.ref])
    form = as_user(adviser).get(address).context["form"]
    data = {name: form[name].value() for name in ("kind", "direction", "result", "text", BASE)}
    data["happened_at"] = form["happened_at"].value().strftime("%Y-%m-%dT%H:%M")
    as_user(manager).post(address, data | {"subject": "Theirs"})
    clash = as_user(adviser).post(address, data | {"subject": "First"})
    assert clash.status_code == 422
    assert "subject" in clash.context["form"].errors
    said.refresh_from_db()
    assert said.subject == "Theirs"


def test_without_scripts_what_came_from_them_ends_only_what_is_ticked_again(
    adviser: User, as_user: SignIn
) -> None:
    lead = make.lead(owner=adviser)
    action, client = lead.actions.get(), as_user(adviser)
    address = reverse("investors:interaction_create", args=[lead.ref])
    form = client.get(address).context["form"]
    assert form["done"].value() == [action.pk]
    data = {
        **{name: form[name].value() for name in ("kind", "result", "ticked")},
        "happened_at": "2026-07-06T10:00",
        "text": "They called",
        "done": [action.pk],
        "next_what": "Send the file",
        "next_due": "2030-01-01",
        "direction": "in",
    }
    asked = client.post(address, data)
    assert asked.status_code == 422
    form = asked.context["form"]
    assert "tick again" in str(form.errors["done"])
    assert (form["done"].value(), form["ticked"].value()) == ([], "")
    assert not lead.interactions.exists()
    left = client.post(address, data | {"done": [], "ticked": ""})
    assert left.status_code == 302
    action.refresh_from_db()
    assert action.is_open
    assert client.post(address, data | {"ticked": ""}).status_code == 302
    action.refresh_from_db()
    assert not action.is_open
