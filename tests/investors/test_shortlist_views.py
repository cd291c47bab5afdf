"""The pages of a shortlist."""

import pytest
from django.test import Client
from django.urls import reverse

from clusters.choices import Standing, Tier
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import Confidential, LostReason, RefusalReason, ShortlistState
from investors.models import Shortlisting
from investors.services import status
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

_S = ShortlistState
MOVES = ["propose", "want", "refuse", "put", "accept", "decline", "close"]


def tab(item: Shortlisting) -> str:
    return reverse("investors:lead_shortlist", args=[item.lead.ref])


def move(item: Shortlisting, name: str) -> str:
    return reverse(f"investors:shortlist_{name}", args=[item.ref])


@pytest.fixture
def client(adviser: User, as_user: SignIn) -> Client:
    return as_user(adviser)


def test_tab_shows_state_reason_tier_and_history(client: Client, adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    make.shortlisting(lead=lead, state=_S.REFUSED, cluster=make.cluster(tier=Tier.NATIONAL))
    make.shortlisting(lead=lead, state=_S.ACCEPTED)
    page = client.get(reverse("investors:lead_shortlist", args=[lead.ref])).content.decode()
    for words in (
        "Refused by the investor",
        "Wrong part of France",
        "Accepted by the cluster",
        "Plan an introduction",
        "the source promises them for the international ones",
        "How it got here",
    ):
        assert words in page


def test_tab_costs_the_same_with_1_and_with_20_rows(
    client: Client, adviser: User, django_assert_num_queries: object
) -> None:
    lead = make.qualified_lead(owner=adviser)
    make.shortlisting(lead=lead, state=_S.PUT)
    address = reverse("investors:lead_shortlist", args=[lead.ref])
    client.get(address)
    with django_assert_num_queries(8):  # type: ignore[operator]
        client.get(address)
    for _ in range(19):
        make.shortlisting(lead=lead, state=_S.PUT)
    with django_assert_num_queries(8):  # type: ignore[operator]
        client.get(address)


def test_empty_tab_says_what_to_do(client: Client, adviser: User, viewer: User) -> None:
    lead = make.lead(owner=adviser)
    address = reverse("investors:lead_shortlist", args=[lead.ref])
    choose = reverse("investors:shortlist_choose", args=[lead.ref])
    assert choose in client.get(address).content.decode()
    reader = Client()
    reader.force_login(viewer)
    assert choose not in reader.get(address).content.decode()


def test_what_blocks_is_said_before_anyone_tries(client: Client, adviser: User) -> None:
    item = make.shortlisting(lead=make.lead(owner=adviser))
    page = client.get(tab(item)).content.decode()
    edit = reverse("investors:lead_edit", args=[item.lead.ref])
    assert "the lead still needs" in page
    assert f"{edit}#div_id_horizon" in page
    assert f'action="{move(item, "propose")}"' not in page
    refused = client.post(move(item, "propose"))
    assert refused.status_code == 422
    assert "Before this the lead needs" in refused.content.decode()


@pytest.mark.parametrize("name", ["propose", "want", "put", "accept"])
def test_one_click_moves_on(name: str, client: Client, adviser: User) -> None:
    start = {"propose": _S.NOTED, "want": _S.PROPOSED, "put": _S.WANTED, "accept": _S.PUT}[name]
    item = make.shortlisting(lead=make.qualified_lead(owner=adviser), state=start)
    assert f'action="{move(item, name)}"' in client.get(tab(item)).content.decode()
    answer = client.post(move(item, name))
    assert answer.status_code == 302
    assert answer["Location"] == item.get_absolute_url()
    item.refresh_from_db()
    last = item.log.last()
    assert last is not None
    assert last.actor == adviser


def test_note_of_a_move_is_kept(client: Client, adviser: User) -> None:
    item = make.shortlisting(lead=make.qualified_lead(owner=adviser))
    assert client.get(move(item, "propose")).status_code == 200
    client.post(move(item, "propose"), {"reason": "By e-mail."})
    last = item.log.last()
    assert last is not None
    assert last.reason == "By e-mail."


def test_refusal_asks_for_its_reason(client: Client, adviser: User) -> None:
    item = make.shortlisting(lead=make.qualified_lead(owner=adviser), state=_S.PROPOSED)
    assert client.post(move(item, "refuse"), {"reason": "No."}).status_code == 422
    missing = client.post(move(item, "refuse"), {"why": RefusalReason.OTHER})
    assert missing.status_code == 422
    assert "Say why." in missing.content.decode()
    client.post(move(item, "refuse"), {"why": RefusalReason.TIMING, "reason": "Not this year."})
    item.refresh_from_db()
    assert (item.state, item.refused_reason) == (_S.REFUSED, RefusalReason.TIMING)


def test_move_that_came_too_late_says_so(client: Client, adviser: User) -> None:
    item = make.shortlisting(lead=make.qualified_lead(owner=adviser), state=_S.ACCEPTED)
    answer = client.post(move(item, "want"))
    assert answer.status_code == 422
    assert "it cannot become" in answer.content.decode()


def test_desk_puts_to_the_cluster_and_records_the_answer(desk: User, as_user: SignIn) -> None:
    item = make.shortlisting(state=_S.WANTED)
    client = as_user(desk)
    page = client.get(tab(item)).content.decode()
    assert f'action="{move(item, "put")}"' in page
    assert move(item, "refuse") not in page
    client.post(move(item, "put"))
    client.post(move(item, "accept"))
    item.refresh_from_db()
    assert item.state == _S.ACCEPTED


def test_closed_lead_offers_no_move(client: Client, adviser: User) -> None:
    item = make.shortlisting(lead=make.qualified_lead(owner=adviser))
    status.lose(actor=adviser, lead=item.lead, reason=LostReason.DROPPED)
    page = client.get(tab(item)).content.decode()
    assert all(move(item, name) not in page for name in MOVES)


# --- noting --------------------------------------------------------------------------------------


def test_cluster_is_noted_by_key_and_by_typed_text(client: Client, adviser: User) -> None:
    lead = make.lead(owner=adviser)
    first, second = make.cluster(name="Mov’eo"), make.cluster(name="System@tic Paris")
    address = reverse("investors:shortlist_note", args=[lead.ref])
    client.post(address, {"cluster": first.slug, "why": "Cars."})
    client.post(address, {"cluster_text": "systematic", "cluster": "", "cluster_for": ""})
    assert [item.cluster for item in lead.shortlist.all()] == [first, second]
    assert lead.shortlist.get(cluster=first).why == "Cars."


def test_text_that_several_clusters_match_comes_back_as_a_choice(
    client: Client, adviser: User
) -> None:
    lead = make.lead(owner=adviser)
    for name in ("Mer Bretagne", "Mer PACA"):
        make.cluster(name=name)
    answer = client.post(
        reverse("investors:shortlist_note", args=[lead.ref]),
        {"cluster_text": "mer", "cluster": "", "cluster_for": "", "why": "The sea."},
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Mer Bretagne", "Mer PACA", "The sea."):
        assert words in page


def test_several_are_chosen_from_the_list(client: Client, adviser: User) -> None:
    lead = make.lead(owner=adviser)
    picked = [make.cluster(), make.cluster()]
    make.cluster()
    gone = make.cluster(status_today=Standing.DISSOLVED, ended_year=2006)
    address = reverse("investors:shortlist_choose", args=[lead.ref])
    assert gone.name not in client.get(address).content.decode()
    client.post(address, {"clusters": [each.slug for each in picked], "why": "Both."})
    assert {item.cluster for item in lead.shortlist.all()} == set(picked)


def test_choosing_nothing_is_said_at_the_top(client: Client, adviser: User) -> None:
    lead = make.lead(owner=adviser)
    answer = client.post(reverse("investors:shortlist_choose", args=[lead.ref]), {"why": "Why."})
    assert answer.status_code == 422
    assert "Tick at least one cluster." in answer.content.decode()
    assert "Why." in answer.content.decode()


def test_list_to_choose_from_is_narrowed_and_keeps_what_is_ticked(
    client: Client, adviser: User
) -> None:
    lead = make.lead(owner=adviser)
    national = make.cluster(name="Nationale", tier=Tier.NATIONAL)
    ticked = make.cluster(name="Weltweit")
    other = make.cluster(name="Mondiale")
    address = reverse("investors:shortlist_choose", args=[lead.ref])
    query = f"?tier=national&clusters={ticked.slug}"
    page = client.get(address + query, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert national.name in page
    assert other.name not in page
    assert f'value="{ticked.slug}" id="pick-{ticked.slug}" checked' in page
    assert client.get(f"{address}?sector=nonsense&tier=huge").status_code == 200


def test_list_to_choose_from_costs_the_same_with_1_and_with_20_rows(
    client: Client, adviser: User, django_assert_num_queries: object
) -> None:
    lead = make.lead(owner=adviser)
    make.cluster()
    address = reverse("investors:shortlist_choose", args=[lead.ref])
    client.get(address)
    with django_assert_num_queries(9):  # type: ignore[operator]
        client.get(address)
    for _ in range(19):
        make.cluster()
    with django_assert_num_queries(9):  # type: ignore[operator]
        client.get(address)


def test_two_people_explaining_a_cluster_see_both_versions(client: Client, adviser: User) -> None:
    item = make.shortlisting(lead=make.lead(owner=adviser))
    address = reverse("investors:shortlist_why", args=[item.ref])
    form = client.get(address).context["form"]
    Shortlisting.objects.filter(pk=item.pk).update(why="Theirs.")
    sent = {"why": "Mine.", "clash_base": form["clash_base"].value()}
    clash = client.post(address, sent)
    assert clash.status_code == 422
    assert "Theirs." in clash.content.decode()
    again = clash.context["form"]
    client.post(address, {"why": "Mine.", "clash_base": again["clash_base"].value()})
    item.refresh_from_db()
    assert item.why == "Mine."


# --- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", [*MOVES, "why"])
def test_move_page_by_each_role_that_does_not_own_the_lead(name: str, role: Role) -> None:
    item = make.shortlisting(state=_S.PROPOSED)
    client = Client()
    client.force_login(make.user(role=role))
    relayed = name in {"put", "accept", "decline"}
    may = role in {Role.MANAGER, Role.ADMINISTRATOR} or (role is Role.DESK and relayed)
    for method in (client.get, client.post):
        status_code = method(move(item, name)).status_code
        assert status_code in ({200, 302, 422} if may else {403}), method


@pytest.mark.parametrize("name", ["note", "choose"])
@pytest.mark.parametrize("role", list(Role))
def test_noting_page_by_each_role_that_does_not_own_the_lead(name: str, role: Role) -> None:
    lead = make.lead(owner=make.user())
    client = Client()
    client.force_login(make.user(role=role))
    may = role in {Role.MANAGER, Role.ADMINISTRATOR}
    address = reverse(f"investors:shortlist_{name}", args=[lead.ref])
    assert client.get(address).status_code == (200 if may else 403)
    assert client.post(address).status_code == (422 if may else 403)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADVISER, Role.DESK])
def test_stranger_to_a_confidential_lead_finds_nothing(role: Role) -> None:
    lead = make.qualified_lead(owner=make.user(), confidential=Confidential.YES)
    item = make.shortlisting(lead=lead)
    client = Client()
    client.force_login(make.user(role=role))
    allowed = {404} if role is not Role.VIEWER else {403, 404}
    assert client.get(tab(item)).status_code == 404
    for name in [*MOVES, "why"]:
        assert client.get(move(item, name)).status_code in allowed
        assert client.post(move(item, name)).status_code in allowed
    for name in ("note", "choose"):
        address = reverse(f"investors:shortlist_{name}", args=[lead.ref])
        assert client.get(address).status_code in allowed


@pytest.mark.parametrize("role", list(Role))
def test_tab_is_read_by_each_role(role: Role) -> None:
    item = make.shortlisting()
    client = Client()
    client.force_login(make.user(role=role))
    assert client.get(tab(item)).status_code == 200


def test_tab_leads_to_the_map_and_to_those_in_play_side_by_side(
    client: Client, adviser: User
) -> None:
    lead = make.qualified_lead(owner=adviser)
    address = reverse("investors:lead_shortlist", args=[lead.ref])
    first = make.shortlisting(lead=lead)
    context = client.get(address).context
    assert context["on_the_map"] == f"/clusters/map/?lead={lead.ref}"
    assert context["comparison"] == ""
    closed = make.shortlisting(lead=lead, state=_S.CLOSED)
    more = [make.shortlisting(lead=lead) for _ in range(4)]
    answer = client.get(address)
    comparison = answer.context["comparison"]
    slugs = [item.cluster.slug for item in (first, *more)]
    assert comparison.count("&c") == 3
    assert closed.cluster.slug not in comparison
    assert sum(slug in comparison for slug in slugs) == 4
    assert comparison.replace("&", "&amp;") in answer.content.decode()
    shown = client.get(comparison)
    assert len(shown.context["clusters"]) == 4
    assert str(lead) in shown.content.decode()
