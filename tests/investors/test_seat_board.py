"""Leads for an open seat, and the board of open seats."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.models import OpenSeat
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import Confidential, Mode
from investors.models import Action, Lead
from tests import make
from tests.conftest import SignIn
from tests.investors.matching import Field

pytestmark = pytest.mark.django_db


@pytest.fixture
def field(db: None) -> Field:
    return Field()


def a_seat(field: Field, *, topics: Any = None, **fields: Any) -> OpenSeat:
    seat = make.seat(project=make.project(clusters=[field.cluster]), **fields)
    seat.topics.set([field.sensors] if topics is None else topics)
    return seat


def address(seat: OpenSeat, query: str = "") -> str:
    return reverse("investors:seat_matches", args=[seat.project.ref, seat.ref]) + query


def leads_on(client: Client, where: str) -> list[Lead]:
    return list(client.get(where).context["page"].objects)


BOARD = "/seats/"


def board(client: Client, query: str = "") -> Any:
    return client.get(BOARD + query).context["board"]


@pytest.mark.parametrize("role", list(Role))
def test_who_opens_them(field: Field, role: Role, as_user: SignIn) -> None:
    seat, client = a_seat(field), as_user(make.user(role=role))
    assert client.get(BOARD).status_code == 200
    allowed = role is not Role.VIEWER
    assert client.get(address(seat)).status_code == (200 if allowed else 403)
    page = client.get(seat.project.get_absolute_url()).content.decode()
    assert (address(seat) in page) is allowed
    assert BOARD in client.get(reverse("clusters:project_list")).content.decode()


def test_leads_come_by_topic_and_those_that_would_join_first(
    field: Field, desk: User, as_user: SignIn
) -> None:
    seat = a_seat(field)
    starts = make.lead(topics=[field.sensors], mode=Mode.START)
    narrower = make.lead(topics=[field.gas, field.wood], mode=Mode.EITHER)
    same = make.lead(topics=[field.sensors], mode=Mode.NOT_ASKED)
    make.lead(topics=[field.wood])
    make.lead()
    found = leads_on(as_user(desk), address(seat))
    assert found == [same, narrower, starts]
    assert [lead.match.reasons[0].text for lead in found] == [
        "Sensors",
        "Gas sensors (here: Sensors)",
        "Sensors",
    ]


def test_a_seat_without_topics_takes_those_of_its_project(
    field: Field, desk: User, as_user: SignIn
) -> None:
    seat = a_seat(field, topics=[])
    lead = make.lead(topics=[field.wood])
    client = as_user(desk)
    assert leads_on(client, address(seat)) == []
    page = client.get(address(seat)).content.decode()
    assert reverse("clusters:seat_edit", args=[seat.project.ref, seat.ref]) in page
    seat.project.topics.add(field.wood)
    assert leads_on(client, address(seat)) == [lead]


def test_filters_and_the_shortlist_narrow_it(field: Field, desk: User, as_user: SignIn) -> None:
    seat, region = a_seat(field), make.region()
    lead = make.lead(topics=[field.sensors], mode=Mode.JOIN, preferred_regions=[region])
    there = make.lead(owner=make.user(), topics=[field.sensors])
    make.shortlisting(lead=there, cluster=field.cluster)
    client = as_user(desk)
    assert leads_on(client, address(seat)) == [lead]
    assert set(leads_on(client, address(seat, "?listed=all"))) == {lead, there}
    assert leads_on(client, address(seat, f"?listed=all&region={region.name}")) == [lead]
    assert leads_on(client, address(seat, "?listed=all&mode=unknown")) == [there]


@pytest.mark.parametrize(
    "taken", [{"withdrawn_on": dt.date(2020, 1, 1)}, {"deadline": dt.date(2020, 1, 1)}]
)
def test_a_seat_that_cannot_be_taken_has_no_page(
    field: Field, desk: User, as_user: SignIn, taken: dict[str, Any]
) -> None:
    seat = a_seat(field, **taken)
    client = as_user(desk)
    assert client.get(address(seat)).status_code == 404
    assert board(client).count == 0
    assert address(seat) not in client.get(seat.project.get_absolute_url()).content.decode()


def test_a_hidden_project_has_neither(field: Field, desk: User, as_user: SignIn) -> None:
    seat = a_seat(field, title="Zorblatt chair")
    make.hidden(seat.project)
    client = as_user(desk)
    assert client.get(address(seat)).status_code == 404
    assert "Zorblatt" not in client.get(BOARD).content.decode()


def test_a_hidden_lead_is_in_no_list_and_no_count(
    field: Field, desk: User, manager: User, as_user: SignIn
) -> None:
    seat = a_seat(field)
    hidden = make.lead(
        owner=make.user(), topics=[field.sensors], confidential=Confidential.YES, title="Zorblatt"
    )
    client = as_user(desk)
    assert leads_on(client, address(seat)) == []
    page = client.get(BOARD)
    (group,) = page.context["board"].groups
    assert (group.cards[0].count, group.cards[0].first) == (0, [])
    assert hidden.ref not in page.content.decode()
    assert leads_on(as_user(manager), address(seat)) == [hidden]
    assert board(as_user(manager)).groups[0].cards[0].first == [hidden]


# --- the board -----------------------------------------------------------------------------------


def test_the_board_groups_by_broad_topic(field: Field, viewer: User, as_user: SignIn) -> None:
    both = a_seat(field, topics=[field.gas, field.wood])
    one, none = a_seat(field), a_seat(field, topics=[])
    found = {
        group.title: [card.seat for card in group.cards] for group in board(as_user(viewer)).groups
    }
    assert found == {"Sensors": [both, one], "Wood": [both], "Without a topic": [none]}


def test_the_board_groups_by_deadline(field: Field, viewer: User, as_user: SignIn) -> None:
    today = timezone.localdate()
    days = {"Within two weeks": 14, "Within two months": 15, "Later": 61}
    seats = {
        title: [a_seat(field, deadline=today + dt.timedelta(days=n))] for title, n in days.items()
    }
    seats["Without a deadline"] = [a_seat(field)]
    groups = board(as_user(viewer), "?by=deadline").groups
    assert {group.title: [card.seat for card in group.cards] for group in groups} == seats
    assert [card.is_soon for group in groups for card in group.cards] == [True, False, False, False]
    assert "Soon" in as_user(viewer).get(BOARD).content.decode()


def test_the_first_three_of_the_board_are_those_of_the_page(
    field: Field, desk: User, as_user: SignIn
) -> None:
    seat = a_seat(field)
    for mode in (Mode.START, Mode.JOIN, Mode.EITHER, Mode.JOIN):
        make.lead(topics=[field.sensors], mode=mode)
    card = board(as_user(desk)).groups[0].cards[0]
    assert card.count == 4
    assert card.first == leads_on(as_user(desk), address(seat))[:3]


def test_the_card_names_who_looks_after_it(field: Field, desk: User, as_user: SignIn) -> None:
    field.cluster.desk_officer = desk
    field.cluster.save()
    a_seat(field)
    card = board(as_user(desk)).groups[0].cards[0]
    assert (card.officer, list(card.clusters)) == (desk, [field.cluster])


def test_an_empty_board_says_what_to_do(desk: User, as_user: SignIn) -> None:
    page = as_user(desk).get(BOARD).content.decode()
    assert "No seat is open" in page
    assert reverse("clusters:project_list") in page


def test_a_board_that_is_cut_says_so(
    field: Field, desk: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("investors.seat_board.MOST", 1)
    a_seat(field)
    assert not board(as_user(desk)).is_cut
    a_seat(field)
    page = as_user(desk).get(BOARD)
    assert page.context["board"].count == 1
    assert "there are more" in page.content.decode()


# --- telling the owner, and what it costs --------------------------------------------------------


def test_the_owner_is_told_of_the_seat(field: Field, desk: User, as_user: SignIn) -> None:
    seat = a_seat(field, title="Maker of gas sensors")
    lead = make.lead(owner=make.user(), topics=[field.sensors])
    where = reverse("investors:seat_suggest", args=[seat.project.ref, seat.ref, lead.ref])
    client = as_user(desk)
    assert where in client.get(address(seat)).content.decode()
    form = client.get(where).context["form"]
    assert "“Maker of gas sensors”" in form["what"].value()
    answer = client.post(where, {"what": form["what"].value(), "due": form["due"].value()})
    assert answer.status_code == 302
    assert Action.objects.filter(lead=lead, what=form["what"].value(), assignee=lead.owner).exists()


def test_a_hidden_project_is_named_on_no_other_lead(
    field: Field, manager: User, as_user: SignIn
) -> None:
    seat = a_seat(field)
    make.hidden(seat.project)
    lead = make.lead(owner=make.user(), topics=[field.sensors])
    where = reverse("investors:seat_suggest", args=[seat.project.ref, seat.ref, lead.ref])
    client = as_user(manager)
    assert leads_on(client, address(seat)) == [lead]
    assert where not in client.get(address(seat)).content.decode()
    assert client.post(where, {"what": "x", "due": timezone.localdate()}).status_code == 404


@pytest.mark.parametrize("rows", [1, 20])
def test_queries_do_not_grow(
    field: Field, desk: User, as_user: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        seat = a_seat(field)
        make.lead(owner=make.user(office=make.office()), topics=[field.sensors])
    client = as_user(desk)
    client.get(BOARD)
    with django_assert_num_queries(9):
        client.get(BOARD)
    with django_assert_num_queries(9):
        client.get(address(seat))
