"""Names without what does not tell them apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investors.legal_forms import NATIVE, NATIVE_WORDS, PREFIXES, SUFFIXES
from investors.naming import distance, errors_between, fold_name, fold_person, names_in, near_keys

TEXTS = st.text(max_size=40) | st.lists(
    st.sampled_from(
        [" ".join(form) for form in SUFFIXES | PREFIXES]
        + [*NATIVE, *NATIVE_WORDS, "&", "and", "a", "b", "E", "S.", "Acme", "Müller", "星野", "-"]
    ),
    max_size=6,
).map(" ".join)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Acme GmbH", "acme"),
        ("ACME Inc.", "acme"),
        ("Acme, Incorporated", "acme"),
        ("Acme Corp.", "acme"),
        ("Acme Ltd", "acme"),
        ("Acme L.L.C.", "acme"),
        ("Acme PLC", "acme"),
        ("Acme S.A.", "acme"),
        ("Acme S. A. S.", "acme"),
        ("Acme SARL", "acme"),
        ("Acme S.p.A.", "acme"),
        ("Acme S. r. l.", "acme"),
        ("Acme B.V.", "acme"),
        ("Acme NV", "acme"),
        ("Acme AB", "acme"),
        ("Acme Oy", "acme"),
        ("Acme A/S", "acme"),
        ("Acme K.K.", "acme"),
        ("Acme GmbH & Co. KG", "acme"),
        ("Acme Sp. z o.o.", "acme"),
        ("Acme Pvt. Ltd.", "acme"),
        ("Acme Pty Ltd", "acme"),
        ("Acme Co., Ltd.", "acme"),
        ("Acme S.A. de C.V.", "acme"),
        ("Acme Sdn. Bhd.", "acme"),
        ("Acme A.Ş.", "acme"),
        ("Acme s.r.o.", "acme"),
        ("PT Acme Tbk", "acme"),
        ("Công ty TNHH Acme", "acme"),
        ("株式会社日立製作所", fold_name("日立製作所")),
        ("日立製作所（株）", fold_name("日立製作所")),
        ("㈱日立製作所", fold_name("日立製作所")),
        ("华为技术有限公司", fold_name("华为技术")),
        ("華為技術股份有限公司", fold_name("華為技術")),
        ("주식회사 한국", fold_name("한국")),
        ("한국 유한회사", fold_name("한국")),
        ("ООО «Ромашка»", "romashka"),
        ("Ромашка, ЗАО", "romashka"),
        ("شركة أرامكو ش.م.م", fold_name("أرامكو")),
        ('טבע בע"מ', fold_name("טבע")),
        ("Αστέρι Α.Ε.", "asteri"),
        ("บริษัท ดาว จำกัด (มหาชน)", fold_name("ดาว")),
        ("Müller & Söhne GmbH", "muller sohne"),
        ("Johnson and Johnson", "johnson johnson"),
        ("A. O. Smith Corporation", "ao smith"),
        ("SAS Institute Inc.", "sas institute"),
        ("System@tic", "systematic"),
        ("AG", "ag"),
        ("GmbH & Co. KG", "gmbh"),
        ("株式会社", fold_name("株式会社")),
        ("", ""),
        ("…", ""),
    ],
)
def test_a_name_loses_its_legal_form(written: str, folded: str) -> None:
    assert fold_name(written) == folded


def test_a_legal_form_alone_stays_a_name() -> None:
    for form in [*map(" ".join, SUFFIXES | PREFIXES), *NATIVE, *NATIVE_WORDS]:
        assert fold_name(form), form


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_name(fold_name(text)) == fold_name(text)


@given(TEXTS)
def test_what_says_something_keeps_a_name(text: str) -> None:
    """Whatever is left of letters without the table is left with it."""
    assert bool(fold_name(text)) == bool(names_in(text))
    if any(character.isascii() and character.isalnum() for character in text):
        assert fold_name(text)


@given(st.sampled_from(sorted(" ".join(form) for form in SUFFIXES)))
def test_any_form_after_a_name_goes(form: str) -> None:
    assert fold_name(f"Quincunx {form.title()}") == "quincunx"


def test_what_may_be_a_form_before_a_name_counts_both_ways() -> None:
    assert [name.words for name in names_in("AB Volvo")] == [("ab", "volvo"), ("volvo",)]


def _by_the_book(one: str, other: str) -> int:
    """Restricted Damerau-Levenshtein distance by the whole table."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


@given(st.text("abc", max_size=8), st.text("abc", max_size=8), st.integers(0, 3))
def test_distance_is_the_one_of_the_book(one: str, other: str, most: int) -> None:
    assert distance(one, other, most) == min(_by_the_book(one, other), most + 1)
    assert distance(one, other, most) == distance(other, one, most)


@given(st.text("abcd", min_size=4, max_size=9), st.data())
def test_distance_of_near_words_is_the_one_of_the_book(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word) - 2))
    swapped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    other = swapped.replace(data.draw(st.sampled_from("abcd")), data.draw(st.text("abcd")), 1)
    assert distance(word, other, 2) == min(_by_the_book(word, other), 3)


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [
        ("hitachi", "hitahci", 1),
        ("siemens", "simens", 1),
        ("siemens", "siemenss", 1),
        ("schlumberger", "shlumberjer", 2),
        ("bosch", "bosh", 0),  # four letters are not enough
        ("investor1", "investor2", 0),  # digits tell apart
        ("acme", "acma", 0),
        ("hitachi", "hitachi", 0),
        ("siemens", "simnes", 0),
    ],
)
def test_typing_errors(one: str, other: str, errors: int) -> None:
    assert errors_between(one, other) == errors_between(other, one) == errors


@given(st.text("abcdefgh", min_size=6, max_size=14), st.data())
def test_one_error_after_the_first_letter_keeps_a_key(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(word) - 1))
    letter = data.draw(st.sampled_from("abcdefgh"))
    for mistyped in (
        word[:place] + letter + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + word[place + 1 :],
    ):
        assert near_keys((word,)) & near_keys((mistyped,)) or len(mistyped) < 6
        assert near_keys((word, "robotics")) & near_keys((mistyped, "robotics"))


def test_people_are_named_without_titles() -> None:
    assert fold_person("Prof. Dr. Jürgen Müller") == ("jurgen", "muller")
    assert fold_person("Dr") == ("dr",)
