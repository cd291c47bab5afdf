"""The index behind the folded search: it finds what a plain comparison finds, at any time."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from clusters.querysets import ranked
from ifa_crm.shared import standing_queries
from ifa_crm.shared.ranking import ENOUGH, LOOKED_AT, best_first
from ifa_crm.shared.search_index import HEAD, ensure_search_indexes, indexed_at_once
from ifa_crm.staff.models import User
from investors.choices import Confidential
from investors.models import Contact, Investor
from investors.querysets import InvestorQuerySet
from tests import make

pytestmark = pytest.mark.django_db


def held(piece: str) -> list[str]:
    """The names of the investors that the index finds; the plain comparison must agree."""
    found = Investor.objects.filter(search_text__holds=piece)
    plain = Investor.objects.filter(search_text__contains=piece)
    assert set(found) == set(plain)
    return sorted(row.name for row in found)


@pytest.mark.parametrize("piece", ["qua", "quartz", "artz", "z o", "ua", "q", ""])
def test_holds_finds_any_piece(piece: str) -> None:
    make.investor(name="Quartz One")
    assert held(piece) == ["Quartz One"]


def test_holds_asks_for_the_piece_not_for_its_trigrams() -> None:
    make.investor(name="abcx xbcd")
    assert Investor.objects.filter(search_text__holds="abcd").count() == 0


def test_holds_follows_every_kind_of_write() -> None:
    investor = make.investor(name="Quartz")
    investor.name = "Basalt"
    investor.save()
    assert (held("quartz"), held("basalt")) == ([], ["Basalt"])
    Investor.objects.update(search_text="granite")
    assert (held("basalt"), held("granite")) == ([], ["Basalt"])
    Investor.objects.filter(pk=investor.pk).delete()
    assert held("granite") == []


def test_a_lost_index_is_made_again() -> None:
    """A migration that rebuilds a table of SQLite drops what stands on it."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite rebuilds tables")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER investors_investor_search_new")
    make.investor(name="Quartz")
    assert not Investor.objects.filter(search_text__holds="quartz").exists()
    ensure_search_indexes(apps.get_app_config("investors"), "default")
    assert held("quartz") == ["Quartz"]
    make.investor(name="Quartz again")
    assert held("quartz") == ["Quartz", "Quartz again"]


def test_rows_indexed_at_once_are_found() -> None:
    with indexed_at_once(Investor):
        make.investor(name="Quartz")
    assert held("quartz") == ["Quartz"]
    make.investor(name="Quartz again")
    assert held("quartz") == ["Quartz", "Quartz again"]


@pytest.mark.parametrize("length", [1, 5, HEAD, HEAD + 8])
def test_begins_is_startswith_through_the_index(length: int) -> None:
    text = "abcdefghijklmnopqrstuvwxyz0123456789"
    investor = make.investor(name=text)
    make.investor(name=f"x {text}")
    make.investor(name=f"{text[: length - 1]}#")
    assert Investor.objects.get(search_text__begins=text[:length]) == investor
    assert Investor.objects.filter(search_text__begins="").count() == 3


# --- what stands first -------------------------------------------------------------------------


def investors(user: User) -> InvestorQuerySet:
    return Investor.objects.visible_to(user)


def best(user: User, text: str, limit: int = 20, *, latest_first: bool = False) -> list[str]:
    found = ranked(investors, user, text, limit=limit, latest_first=latest_first)
    return [row.name for row in found]


def test_best_first(adviser: User) -> None:
    for name in ("Inquartz", "New Quartz", "Quartz Two", "Quartz One", "Basalt"):
        make.investor(name=name)
    assert best(adviser, "quartz") == ["Quartz Two", "Quartz One", "New Quartz", "Inquartz"]
    assert best(adviser, "quartz", limit=2) == ["Quartz Two", "Quartz One"]
    assert best(adviser, "quartz", limit=2, latest_first=True) == ["Quartz One", "Quartz Two"]
    assert best(adviser, "quartz one") == ["Quartz One"]
    assert best(adviser, "") == []


def test_each_word_is_looked_for_by_itself(adviser: User, colleague: User) -> None:
    """Words of all lengths and scripts, one after the other through what was worded before."""
    names = [
        "Quartz",
        "Basalt Works",
        "Ab",
        "Ünï Straße",
        "水晶",
        "Q-1",
        "x" * (HEAD + 3),
        "50% Off",
    ]
    for name in names:
        make.investor(name=name)
    for user in (adviser, colleague):
        for name in names:
            assert best(user, name)[:1] == [name]
            assert name in best(user, name[: len(name) // 2 + 1])
    assert best(adviser, "basalt works") == best(adviser, "works basalt") == ["Basalt Works"]
    many = " ".join(f"word{n}" for n in range(14))
    assert best(adviser, many) == []
    make.investor(name=many)
    assert best(adviser, many) == [many]
    assert best(adviser, "quartz works") == best(adviser, "zqxbfkvw") == []


def test_usual_words_are_worded_once(adviser: User) -> None:
    standing_queries._kept.clear()
    best(adviser, "quartz")
    best(adviser, "basalt")
    best(adviser, "basalt works")
    assert len(standing_queries._kept) == 2
    assert None not in standing_queries._kept.values()
    standing_queries._kept.clear()


def test_what_begins_with_a_common_word_is_found_behind_many_others(adviser: User) -> None:
    make.investor(name="New Quartz 0")
    old = Investor.objects.get()
    rows = [Investor(name=f"New Quartz {n}", ref=f"q{n}") for n in range(LOOKED_AT)]
    for row in rows:
        row.control_country = old.control_country
    Investor.objects.bulk_create(rows)
    make.investor(name="Quartz")
    assert best(adviser, "quartz", limit=2) == ["Quartz", "New Quartz 0"]
    newest = [f"New Quartz {LOOKED_AT - 1}", f"New Quartz {LOOKED_AT - 2}"]
    assert best(adviser, "quartz", limit=3, latest_first=True) == ["Quartz", *newest]


def test_what_is_not_among_the_latest_is_found_by_the_index(
    adviser: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ifa_crm.shared.ranking.LATEST", 3)
    for name in ("New Quartz 1", "New Basalt 1", "New Quartz 2", "New Basalt 2", "New Basalt 3"):
        make.investor(name=name)

    def found(word: str) -> list[str]:
        rows = best_first(investors(adviser), [word], "search_text", limit=5, latest_first=True)
        return [row.name for row in rows]

    assert found("quartz") == ["New Quartz 2", "New Quartz 1"]  # one of the latest three
    assert found("basalt") == ["New Basalt 3", "New Basalt 2", "New Basalt 1"]  # two of them


def test_a_word_of_many_rows_is_ranked_among_all_of_them(adviser: User) -> None:
    for n in range(4):
        make.investor(name=f"New Port {n}")
    old = Investor.objects.first()
    assert old is not None
    rows = [Investor(name=f"Export {n}", ref=f"q{n}") for n in range(ENOUGH - 4)]
    for row in rows:
        row.control_country = old.control_country
    Investor.objects.bulk_create(rows)
    first = best(adviser, "port", limit=5, latest_first=True)
    assert first == ["New Port 3", "New Port 2", "New Port 1", "New Port 0", rows[-1].name]


def test_the_latest_are_the_latest_that_the_reader_may_see(
    adviser: User, colleague: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ifa_crm.shared.ranking.ENOUGH", 3)
    for n in range(4):
        make.investor(name=f"New Quartz {n}")
    hidden = make.investor(name="Quartz, hidden", actor=colleague)
    make.lead(owner=colleague, investor=hidden, confidential=Confidential.YES)
    gone = Investor.objects.filter(name="New Quartz 3")
    gone.update(
        archived_at=timezone.now(), archived_by=colleague, archive_reason="Twice on record."
    )

    def found(user: User) -> list[str]:
        rows = investors(user).live()
        best = best_first(rows, ["quartz"], "search_text", limit=2, latest_first=True)
        return [row.name for row in best]

    assert found(adviser) == ["New Quartz 2", "New Quartz 1"]
    assert found(colleague) == ["Quartz, hidden", "New Quartz 2"]


def test_ranking_keeps_what_the_rows_bring_along(adviser: User) -> None:
    make.contact(investor=make.investor(name="Basalt"), name="Quartz")
    rows: QuerySet[Contact] = Contact.objects.visible_to(adviser).select_related("investor")
    (contact,) = best_first(rows, ["quartz"], "search_text", limit=5)
    assert "investor" in contact._state.fields_cache


def test_ranking_hides_what_the_reader_may_not_see(colleague: User) -> None:
    make.investor(name="Quartz")
    Investor.objects.update(restricted=True)
    assert best(colleague, "quartz", limit=5) == []
