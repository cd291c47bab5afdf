"""One search: however it is typed, prefix hits first, and no hidden record hinted at."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from ifa_crm.home.search import LONGEST, SHOWN, Group, is_too_short, marked, search, tidy
from ifa_crm.shared.extend import searchers
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import Confidential
from investors.services import investors, leads
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def found(user: User, query: str) -> dict[str, list[str]]:
    """Titles by noun."""
    groups = search(User.objects.get(pk=user.pk), query)
    return {group.key: [hit.hit.title for hit in group.found] for group in groups}


def names(user: User, query: str) -> list[str]:
    return [name for group in found(user, query).values() for name in group]


def test_every_noun_is_searched() -> None:
    assert [str(searcher.label) for searcher in searchers()] == [
        "Investors",
        "Leads",
        "Contacts",
        "Clusters",
        "Leaders",
        "Projects",
        "Organisations",
    ]


# --- however it is typed -----------------------------------------------------------------------


@pytest.mark.parametrize("query", ["nestle", "NESTLE", "Nestlé", "nestl", "  nestle  "])
def test_accents_and_case_do_not_matter(viewer: User, query: str) -> None:
    make.investor(name="Nestlé")
    assert names(viewer, query) == ["Nestlé"]


CLUSTERS = {
    "systematic": "System@tic Paris Region",
    "system@tic": "System@tic Paris Region",
    "q@li": "Q@LI-MEDiterranée",
    "qali": "Q@LI-MEDiterranée",
    "mov'eo": "Mov’eo",
    "mov’eo": "Mov’eo",
    "moveo": "Mov’eo",
    "mov eo": "Mov’eo",
    "truck bus": "Lyon Urban Truck&Bus 2015",
    "scs": "Secure Communications Solutions / SCS",
    "cote d'azur": "Mer Provence-Alpes-Cote d’Azur",
}


def test_names_of_clusters_are_found(viewer: User) -> None:
    call_command("load_reference", verbosity=0)
    assert {query: found(viewer, query)["clusters"][0] for query in CLUSTERS} == CLUSTERS


@pytest.mark.parametrize(
    "query",
    ["雲母電機", "雲母", "kumoha denki", "Kumoha Electric", "yun mu", "桜草", "kenji", "kenji@"],
)
def test_native_and_romanised_names_find_the_investor(viewer: User, query: str) -> None:
    investor = make.investor(
        name="Kumoha", native_name="雲母電機", romanised_name="Kumoha Denki",
        other_names="Kumoha Electric",
    )  # fmt: skip
    make.lead(investor=investor, title="Walls")
    make.contact(investor=investor, name="Kenji Sakurasō", native_name="桜草 健二",
                 email="kenji@kumoha.example")  # fmt: skip
    hits = found(viewer, query)
    assert "Kumoha: Walls" in hits["lead"]
    assert hits.keys() & {"investor", "contact"}


def test_every_noun_is_found_by_its_own(viewer: User) -> None:
    cluster = make.cluster(name="Zarbola valley")
    make.leader(cluster=cluster, name="Zarbola Tilleul")
    make.project(name="ZARBOLA 1")
    make.organisation(name="Zarbola institute")
    investor = make.investor(name="Zarbola works")
    make.lead(investor=investor)
    make.contact(investor=investor, name="Ms Zarbola")
    assert set(found(viewer, "zarbola")) == {searcher.key for searcher in searchers()}


def test_all_words_must_match(viewer: User) -> None:
    make.investor(name="Harbour Lantern Marine")
    make.investor(name="Harbour Weir Foods")
    assert names(viewer, "harbour foods") == ["Harbour Weir Foods"]
    assert names(viewer, "harbour zebra") == []


def test_prefix_hits_come_first(viewer: User) -> None:
    for name in ("Old Basalt", "Metabasalt", "Basalt Works"):
        make.investor(name=name, city="")
    assert names(viewer, "basalt") == ["Basalt Works", "Old Basalt", "Metabasalt"]


def test_archived_ones_are_left_out(manager: User) -> None:
    investor = make.investor(name="Gone Works")
    investors.archive_investor(actor=manager, investor=investor, reason="Closed down")
    assert names(manager, "gone works") == []


# --- who sees what -----------------------------------------------------------------------------


def test_hidden_records_do_not_exist_for_strangers(
    adviser: User, colleague: User, manager: User, as_user: SignIn
) -> None:
    lead = make.confidential_lead(
        owner=adviser, title="Quiet need", investor=make.investor(name="Hushed Works")
    )
    make.contact(investor=lead.investor, name="Hushed Person", known_through=lead)
    expected = {"investor", "lead", "contact"}
    assert set(found(adviser, "hushed")) == expected
    assert set(found(manager, "hushed")) == expected
    for user in (colleague, make.user(role=Role.DESK), make.user(role=Role.VIEWER)):
        assert found(user, "hushed") == {}
        page = as_user(user).get("/search/", {"q": "hushed"}).content.decode()
        assert "Nothing matches" in page
        assert "Hushed" not in page
        assert lead.ref not in page


def test_counts_leave_hidden_ones_out(adviser: User, colleague: User, manager: User) -> None:
    for n in range(3):
        lead = make.lead(owner=adviser, title=f"Murmur {n}")
    leads.edit_lead(actor=manager, lead=lead, changes={"confidential": Confidential.YES})
    counts = {user: search(user, "murmur")[0].count for user in (adviser, colleague)}
    assert counts == {adviser: 3, colleague: 2}


# --- the page ----------------------------------------------------------------------------------


def test_groups_are_cut_and_link_to_the_list(adviser: User, as_user: SignIn) -> None:
    for n in range(SHOWN + 3):
        make.lead(owner=adviser, title=f"Turbine {n}", investor=make.investor(name=f"Co {n}"))
    page = as_user(adviser).get("/search/", {"q": "turbine"}).content.decode()
    assert f"All {SHOWN + 3}" in page
    assert f'href="{reverse("investors:lead_list")}?q=turbine"' in page
    listed = as_user(adviser).get(reverse("investors:lead_list"), {"q": "turbine"})
    assert f"Turbine {SHOWN + 2}" in listed.content.decode()


def test_what_matched_is_marked(viewer: User, as_user: SignIn) -> None:
    make.investor(name="Nestlé & Co <b>")
    page = as_user(viewer).get("/search/", {"q": "nestle"}).content.decode()
    assert "<mark>Nestlé</mark> &amp; Co &lt;b&gt;" in page


def test_without_a_query_it_says_what_can_be_found(viewer: User, as_user: SignIn) -> None:
    assert "What are you looking for?" in as_user(viewer).get("/search/").content.decode()


@pytest.mark.parametrize("query", ["a", "&", "  ", "…", "'", "%", "_"])
def test_too_short_a_query_asks_for_more(viewer: User, as_user: SignIn, query: str) -> None:
    make.investor(name="Alpha 100% _")
    page = as_user(viewer).get("/search/", {"q": query}).content.decode()
    assert "Alpha" not in page
    expected = "Type at least two letters" if query.strip() else "What are you looking for?"
    assert expected in page


@pytest.mark.parametrize(
    "query",
    [
        "x" * 20_000,
        "x " * 5_000,
        "\x00\x00ab",
        "%%__ab",
        "'; drop table --",
        "ab\\",
        "😀 ab",
        "朝" * 500,
        "<script>alert(1)</script>",
        "ab\u202eba",
    ],
)
def test_odd_queries_do_no_harm(viewer: User, as_user: SignIn, query: str) -> None:
    response = as_user(viewer).get("/search/", {"q": query})
    assert response.status_code == 200
    assert b"<script>alert" not in response.content


def test_nothing_found_names_the_next_act(adviser: User, viewer: User, as_user: SignIn) -> None:
    new = f'href="{reverse("investors:lead_create")}"'
    empty = as_user(adviser).get("/search/", {"q": "zzzz"}).content.decode()
    assert "Nothing matches “zzzz”" in empty
    assert "Record a new lead" in empty
    assert new in empty
    assert "Record a new lead" not in (
        as_user(viewer).get("/search/", {"q": "zzzz"}).content.decode()
    )


def test_the_query_stands_in_the_search_box(viewer: User, as_user: SignIn) -> None:
    page = as_user(viewer).get("/search/", {"q": 'a "b"'}).content.decode()
    assert page.count('value="a &quot;b&quot;"') == 2


def test_somebody_without_a_role_may_not_search(as_user: SignIn) -> None:
    assert as_user(make.user(role=None)).get("/search/?q=ab").status_code == 403


@pytest.mark.parametrize("rows", [1, 20])
def test_queries_do_not_grow_with_the_rows(
    adviser: User, as_user: SignIn, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    cluster = make.cluster()
    for n in range(rows):
        investor = make.investor(name=f"Quartz {n}")
        make.lead(owner=adviser, investor=investor)
        make.contact(investor=investor, name=f"Quartz {n}")
        make.cluster(name=f"Quartz {n}")
        make.leader(cluster=cluster, name=f"Quartz {n}")
        make.project(name=f"Quartz {n}")
        make.organisation(name=f"Quartz {n}")
    client: Client = as_user(adviser)
    with django_assert_num_queries(9):
        assert client.get("/search/", {"q": "quartz"}).status_code == 200


# --- parts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "parts"),
    [
        ("Nestlé SA", ["nestle"], [("Nestlé", True), (" SA", False)]),
        ("Mov’eo", ["moveo"], [("Mov’eo", True)]),
        ("Mov’eo", ["eo"], [("Mov’", False), ("eo", True)]),
        ("System@tic", ["systematic"], [("System@tic", True)]),
        ("Q@LI-MED", ["qali"], [("Q@LI", True), ("-MED", False)]),
        ("雲母電機", ["yunmu"], [("雲母", True), ("電機", False)]),
        ("abcabc", ["b"], [("a", False), ("b", True), ("ca", False), ("b", True), ("c", False)]),
        ("nothing", ["zebra"], [("nothing", False)]),
        ("", ["a"], []),
        ("@ alone", ["alone"], [("@ ", False), ("alone", True)]),
    ],
)
def test_marked(text: str, words: list[str], parts: list[tuple[str, bool]]) -> None:
    assert marked(text, words) == parts
    assert "".join(piece for piece, _ in marked(text, words)) == text


def test_tidy_cuts_what_is_endless() -> None:
    assert len(tidy("x" * 500)) == LONGEST
    assert tidy("  a   b  ") == "a b"
    assert len(tidy("a " * 50).split()) == 8


def test_too_short() -> None:
    assert is_too_short("a")
    assert not is_too_short("a b")
    assert not is_too_short("朝")  # more than one letter in Latin script


def test_group_says_when_it_stopped_counting() -> None:
    group = Group("lead", "Leads", "inbox", [], 21, "")
    assert group.is_capped
    assert not Group("lead", "Leads", "inbox", [], 20, "").is_capped
