"""Text as the search sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifa_crm.shared.fold import fold, search_words


def found(query: str, *text: str) -> bool:
    return all(word in fold(*text) for word in search_words(query))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("nestle", "Nestlé"),
        ("NESTLÉ", "Nestle"),
        ("systematic", "System@tic Paris-Region"),
        ("system@tic", "System@tic Paris-Region"),
        ("q@li", "Q@LI-MEDiterranée"),
        ("qali", "Q@LI-MEDiterranée"),
        ("mov'eo", "Mov’eo"),
        ("moveo", "Mov’eo"),
        ("mov eo", "Mov’eo"),
        ("paris region", "System@tic Paris-Region"),
        ("R&D", "R & D"),
        ("R & D", "R&D"),
        ("procter&gamble", "Procter & Gamble"),
        ("I/O", "I / O"),
        ("strasse", "Straße"),
        ("dongzhi", "東芝"),
    ],
)
def test_found_however_typed(query: str, text: str) -> None:
    assert found(query, text)


def test_an_address_keeps_its_parts() -> None:
    assert found("example", "aiko@example.org")


def test_nothing_folds_to_nothing() -> None:
    assert fold(None, "", "  ") == ""
    assert search_words("  &  ") == []


@given(st.text())
def test_any_text_is_found_by_itself(text: str) -> None:
    assert found(text, text)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text())
def test_more_text_never_hides_a_word(text: str, more: str) -> None:
    assert found(text, text + " ", more)


@given(st.text())
def test_folded_text_is_plain(text: str) -> None:
    assert set(fold(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789 ")
