"""The board: columns by stage, whole-column sums, and moves by the services of everywhere else."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clusters.models import ExchangeRate
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import Answer, Confidential, EngagementState, LostReason, Stage
from investors.models import Lead, LeadLog
from investors.pipeline import totals_of
from investors.services.leads import move_back
from investors.services.stages import move_lead
from investors.services.status import lose
from investors.views.board_page import CARDS
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

BOARD = "/leads/board/"
ALL = f"{BOARD}?all=1"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(adviser: User, as_user: SignIn) -> Client:
    return as_user(adviser)


def columns(answer: Any) -> dict[str, list[str]]:
    """Stage → needs of its cards."""
    return {
        column.stage.word: [card.lead.title for card in column.cards]
        for column in answer.context["page"].stage_columns
    }


# --- the page --------------------------------------------------------------------------------


def test_bare_address_opens_own_active_leads_for_advisers_and_active_ones_for_others(
    client: Client, viewer: User, as_user: SignIn
) -> None:
    assert client.get(BOARD)["Location"] == f"{BOARD}?mine=1&status=active"
    assert as_user(viewer).get(BOARD)["Location"] == f"{BOARD}?status=active"
    assert client.get(ALL).status_code == 200


def test_leads_stand_in_the_column_of_their_stage_in_the_order_of_the_list(
    adviser: User, client: Client
) -> None:
    early = timezone.now() - dt.timedelta(days=9)
    make.lead(owner=adviser, title="Old", received_at=early)
    make.lead(owner=adviser, title="New")
    make.qualified_lead(owner=adviser, title="Ready")
    shown = columns(client.get(ALL))
    assert shown["received"] == ["New", "Old"]
    assert shown["qualified"] == ["Ready"]
    assert list(shown) == [stage.word for stage in Stage]
    assert columns(client.get(f"{BOARD}?sort=received"))["received"] == ["Old", "New"]


def test_filters_are_those_of_the_list_and_survive_the_switch(
    adviser: User, client: Client
) -> None:
    make.lead(owner=adviser, title="Mine")
    make.lead(owner=make.user(), title="Theirs")
    query = "mine=1&sort=next"
    board = client.get(f"{BOARD}?{query}")
    assert columns(board)["received"] == ["Mine"]
    assert "/leads/?mine=1&amp;sort=next" in board.content.decode()
    assert f"{BOARD}?mine=1&amp;sort=next" in client.get(f"/leads/?{query}").content.decode()
    broken = client.get(f"{BOARD}?stage=nonsense")
    assert broken.status_code == 200
    assert "nonsense" in broken.content.decode()
    assert columns(broken)["received"] == []


def test_card_says_what_one_must_know(adviser: User, client: Client) -> None:
    lead = make.qualified_lead(owner=adviser, title="Sensors", confidential=Confidential.YES)
    make.engagement(lead=lead)
    Lead.objects.filter(pk=lead.pk).update(
        next_due=timezone.localdate() - dt.timedelta(days=3),
        heard_at=timezone.now() - dt.timedelta(days=80),
        received_at=timezone.now() - dt.timedelta(days=90),
        stage_since=timezone.now() - dt.timedelta(days=12),
    )
    text = client.get(ALL).content.decode()
    for said in ("Sensors", "Confidential", "Overdue", "3 days ago", "1 open", "12 days in this"):
        assert said in text
    assert "Not heard from for" in text
    assert str(adviser) in text


def test_confidential_lead_is_not_there_for_a_stranger(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    lead = make.lead(
        owner=adviser,
        title="Secret",
        confidential=Confidential.YES,
        budget_answer=Answer.GIVEN,
        budget_amount=Decimal(7),
    )
    stranger = as_user(colleague)
    answer = stranger.get(f"{ALL}&sums=1")
    assert "Secret" not in answer.content.decode()
    assert answer.context["page"].totals.by_stage[Stage.RECEIVED].count == 0
    for method in (stranger.get, stranger.post):
        assert method(f"/leads/{lead.ref}/move/", {"stage": "contacted"}).status_code == 404


def test_more_cards_come_on_demand_by_a_link(adviser: User, client: Client) -> None:
    for _ in range(CARDS + 3):
        make.lead(owner=adviser)
    column = client.get(ALL).context["page"].stage_columns[0]
    assert (len(column.cards), column.has_more) == (CARDS, True)
    assert column.more_address == f"?show_received={3 * CARDS}"
    more = client.get(f"{BOARD}{column.more_address}").context["page"].stage_columns[0]
    assert (len(more.cards), more.has_more) == (CARDS + 3, False)
    assert client.get(f"{BOARD}?show_received=99999999999").status_code == 200
    assert client.get(f"{BOARD}?show_received=x").status_code == 200


@pytest.mark.parametrize("rows", [1, 20])
def test_board_asks_the_same_number_of_queries(
    adviser: User, client: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for _ in range(rows):
        make.engagement(lead=make.qualified_lead(owner=adviser))
    client.get(ALL)
    with django_assert_num_queries(12):  # session, who, views, 7 columns, cards, engagements
        client.get(ALL)
    with django_assert_num_queries(4):  # session, who, rates, sums
        client.get(f"{ALL}&sums=1", headers=HTMX)


# --- sums ------------------------------------------------------------------------------------


def worth(adviser: User, amount: int, currency: str = "EUR", **fields: Any) -> Lead:
    return make.lead(
        owner=adviser,
        budget_answer=Answer.GIVEN,
        budget_amount=Decimal(amount),
        budget_currency=currency,
        **fields,
    )


def rate(currency: str, year: int, per_euro: str) -> None:
    ExchangeRate.objects.create(
        currency=currency, year=year, per_euro=Decimal(per_euro), days=250, source="ECB"
    )


def test_sums_are_of_the_whole_column_at_the_rates_of_the_last_year(adviser: User) -> None:
    rate("USD", 2024, "1.10")
    rate("USD", 2025, "1.25")
    rate("JPY", 2024, "160")
    worth(adviser, 1_000_000)
    worth(adviser, 500_000, "USD")
    worth(adviser, 9_000, "JPY")
    worth(adviser, 8_000, "ARS")
    make.lead(owner=adviser)
    totals = totals_of(Lead.objects.all())
    received = totals.by_stage[Stage.RECEIVED]
    assert (totals.year, received.count, received.budget.disclosed) == (2025, 5, 4)
    assert received.budget.euros == 1_400_000
    assert totals.unrated == ["ARS", "JPY"], "the mean of another year is not taken instead"
    assert received.investment.disclosed == 0
    assert received.budget.text == "EUR 1.4 million"


def test_sums_without_any_rate_count_euros_alone(adviser: User) -> None:
    worth(adviser, 100)
    worth(adviser, 100, "USD")
    totals = totals_of(Lead.objects.all())
    assert totals.year is None
    assert totals.by_stage[Stage.RECEIVED].budget.text == "EUR\u00a0100"
    assert totals.unrated == ["USD"]


def test_sums_come_as_a_region_and_without_javascript_by_a_link(
    adviser: User, client: Client
) -> None:
    rate("USD", 2025, "1.25")
    for _ in range(CARDS + 1):
        worth(adviser, 1_000_000, "USD")
    page = client.get(ALL).content.decode()
    assert f">{CARDS}+</a>" in page
    assert "?sums=1" in page
    region = client.get(f"{ALL}&sums=1", headers=HTMX).content.decode()
    whole = client.get(f"{BOARD}?sums=1").content.decode()
    for text in (region, whole):
        assert f"{CARDS + 1} of {CARDS + 1} say" in text
        assert "EUR 12.8 million" in text
        assert "mean rates of 2025" in text
    assert "<html" not in region
    assert f">{CARDS + 1}</a>" in whole


# --- moves -----------------------------------------------------------------------------------


def test_step_back_takes_a_reason_and_is_logged(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    with pytest.raises(ValidationError) as refused:
        move_lead(actor=adviser, lead=lead, stage=Stage.CONTACTED)
    assert refused.value.error_dict["reason"][0].code == "reason_needed"
    assert move_lead(actor=adviser, lead=lead, stage=Stage.CONTACTED, reason="Too early")
    lead.refresh_from_db()
    assert lead.stage == Stage.CONTACTED
    assert LeadLog.objects.filter(lead=lead, kind="stage").latest("at").reason == "Too early"


def test_complete_checklist_may_be_called_qualified_again(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    move_back(actor=adviser, lead=lead, stage=Stage.RECEIVED, reason="Mistaken")
    assert move_lead(actor=adviser, lead=lead, stage=Stage.QUALIFIED)
    lead.refresh_from_db()
    assert lead.stage == Stage.QUALIFIED
    assert not move_lead(actor=adviser, lead=lead, stage=Stage.QUALIFIED)


@pytest.mark.parametrize("stage", [Stage.QUALIFIED, Stage.SHORTLISTED])
def test_lacking_checklist_says_what_it_lacks(adviser: User, stage: Stage) -> None:
    with pytest.raises(ValidationError) as refused:
        move_lead(actor=adviser, lead=make.lead(owner=adviser), stage=stage)
    assert refused.value.code == "not_qualified"


@pytest.mark.parametrize(
    "stage",
    [Stage.CONTACTED, Stage.INTRODUCED, Stage.NEGOTIATING, Stage.COMMITTED],
)
def test_no_hand_lifts_a_lead_where_only_an_event_does(adviser: User, stage: Stage) -> None:
    lead = make.lead(owner=adviser)
    with pytest.raises(ValidationError) as refused:
        move_lead(actor=adviser, lead=lead, stage=stage)
    assert refused.value.code == "event_needed"
    lead.refresh_from_db()
    assert lead.stage == Stage.RECEIVED


def test_strangers_and_closed_leads_move_nowhere(adviser: User, colleague: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    with pytest.raises(PermissionDenied):
        move_lead(actor=colleague, lead=lead, stage=Stage.RECEIVED, reason="No")
    lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER)
    with pytest.raises(ValidationError) as refused:
        move_lead(actor=adviser, lead=lead, stage=Stage.RECEIVED, reason="No")
    assert refused.value.code == "closed"


@pytest.mark.parametrize(
    ("stage", "offer"),
    [
        ("contacted", "/log/?direction=out&amp;next="),
        ("qualified", "/edit/?next="),
        ("introduced", "/introductions/record/?next="),
        ("negotiating", "/engagements/join/?next="),
        ("committed", "/engagements/start/?next="),
    ],
)
def test_refused_move_says_why_and_offers_the_form_that_does_it(
    adviser: User, client: Client, stage: str, offer: str
) -> None:
    lead = make.lead(owner=adviser)
    for headers in ({}, HTMX):
        answer = client.post(
            f"/leads/{lead.ref}/move/", {"stage": stage, "next": ALL}, headers=headers
        )
        text = answer.content.decode()
        assert answer.status_code == 422
        assert offer in text
        assert "%2Fleads%2Fboard%2F" in text
        assert ("<html" in text) == (not headers)


def test_move_to_shortlisted_offers_the_shortlist(adviser: User, client: Client) -> None:
    lead = make.qualified_lead(owner=adviser)
    address = f"/leads/{lead.ref}/move/"
    assert "/shortlist/choose/?" in client.post(address, {"stage": "shortlisted"}).content.decode()
    make.shortlisting(lead=lead)
    assert "/shortlist/?next" in client.post(address, {"stage": "shortlisted"}).content.decode()


@pytest.mark.parametrize(
    ("state", "offer"),
    [(EngagementState.OPEN, "/agree/?"), (EngagementState.AGREED, "A second person confirms it")],
)
def test_move_to_committed_offers_what_the_engagement_lacks(
    client: Client, adviser: User, state: EngagementState, offer: str
) -> None:
    lead = make.qualified_lead(owner=adviser)
    make.engagement(lead=lead, state=state)
    answer = client.post(f"/leads/{lead.ref}/move/", {"stage": "committed"})
    assert offer in answer.content.decode()


def test_verifier_is_offered_to_confirm(adviser: User, as_user: SignIn) -> None:
    lead = make.qualified_lead(owner=adviser)
    make.engagement(lead=lead, state=EngagementState.AGREED)
    other = as_user(make.user(role=Role.MANAGER))
    answer = other.post(f"/leads/{lead.ref}/move/", {"stage": "committed"})
    assert "/verify/?" in answer.content.decode()


def test_move_that_succeeds_comes_back_to_the_board(adviser: User, client: Client) -> None:
    lead = make.qualified_lead(owner=adviser)
    address = f"/leads/{lead.ref}/move/"
    answer = client.post(address, {"stage": "received", "reason": "Too early", "next": ALL})
    assert (answer.status_code, answer["Location"]) == (302, ALL)
    answer = client.post(address, {"stage": "qualified"}, headers=HTMX)
    assert (answer.status_code, answer["HX-Trigger"]) == (204, "moved")
    away = client.post(address, {"stage": "received", "reason": "No", "next": "https://e.example/"})
    assert away["Location"] == lead.get_absolute_url()


def test_step_back_without_reason_asks_for_it_on_the_card(adviser: User, client: Client) -> None:
    lead = make.qualified_lead(owner=adviser)
    answer = client.post(f"/leads/{lead.ref}/move/", {"stage": "received"}, headers=HTMX)
    assert answer.status_code == 422
    assert 'name="reason"' in answer.content.decode()
    assert client.get(f"/leads/{lead.ref}/move/").status_code == 200


def test_those_who_may_not_move_are_offered_no_move(
    adviser: User, viewer: User, colleague: User, as_user: SignIn
) -> None:
    lead = make.lead(owner=adviser)
    for user in (viewer, colleague):
        client = as_user(user)
        assert "data-move-form" not in client.get(ALL).content.decode()
        answer = client.post(f"/leads/{lead.ref}/move/", {"stage": "contacted"})
        assert answer.status_code == 403
