"""Do two records mean the same? Pure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from investors.domains import registrable, site_of
from investors.duplicates import (
    LISTED,
    SURE,
    Company,
    Person,
    company,
    company_keys,
    compare,
    compare_people,
    fold_email,
    fold_phone,
    mail_domain,
    person,
    person_keys,
    sentence,
)
from investors.identifiers import lei_fits, siren_fits

LEI, OTHER_LEI = "5493001KJTIIGC8Y1R12", "529900T8BM49AURSDO55"


def made(name: str = "", **fields: Any) -> Company:
    return company(names=[name], **fields)


def codes(one: Company, other: Company) -> list[str]:
    return [code for code, _what in compare(one, other).reasons]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (made("Acme GmbH"), made("ACME GmbH"), ["written"]),
        (made("Acme GmbH"), made("Acme Inc."), ["bare"]),
        (made("Deep Mind Ltd"), made("DeepMind"), ["bare"]),
        (made("Acme Robotics"), made("Robotics Acme AG"), ["order"]),
        (made("The Acme Group"), made("Acme Holding"), ["noise"]),
        (made("Hitachi"), made("Hitahci"), ["one_letter"]),
        (made("Schlumberger Oil"), made("Shlumberjer Oil"), ["two_letters"]),
        (made("Acme"), made("Other"), []),
        (made("Fund 1"), made("Fund 2"), []),
        (made("A", website="www.acme.co.jp"), made("B", website="https://acme.co.jp"), ["domain"]),
        (made("A", website="acme.com"), made("B", emails=["x@mail.acme.com"]), ["mail"]),
        (made("A", emails=["x@gmail.com"]), made("B", emails=["y@gmail.com"]), []),
        (made("A", lei=LEI), made("B", lei=LEI.lower()), ["lei"]),
        (made("A", siren="732 829 320"), made("B", siren="732829320"), ["siren"]),
        (
            made("A", register_number="HRB 12345", country="DE"),
            made("B", register_number="hrb12345", country="DE"),
            ["register", "country"],
        ),
        (made("A", register_number="HRB 12345"), made("B", register_number="HRB 12345"), []),
        (made("Acme", lei=LEI), made("Acme", lei=OTHER_LEI), ["other_lei", "written"]),
        (made("Acme", country="JP"), made("Acme", country="JP"), ["written", "country"]),
        (made("A", country="JP"), made("B", country="JP"), []),
    ],
)  # fmt: skip
def test_reasons(one: Company, other: Company, expected: list[str]) -> None:
    assert codes(one, other) == expected
    assert all(sentence(reason) for reason in compare(one, other).reasons)


def test_native_and_romanised_names_are_compared_with_each_other() -> None:
    one = company(names=["Hoshino Denshi K.K.", "星野電子株式会社"])
    assert codes(one, company(names=["Something else", "㈱星野電子"])) == ["bare"]
    assert codes(one, made("Hoshino Denshi")) == ["bare"]


def test_different_leis_speak_against() -> None:
    same = compare(made("Acme"), made("Acme")).score
    assert compare(made("Acme", lei=LEI), made("Acme", lei=OTHER_LEI)).score < min(LISTED, same)


def test_an_lei_is_sure_and_two_reasons_are_more_than_one() -> None:
    assert compare(made("A", lei=LEI), made("B", lei=LEI)).score >= SURE
    one, other = made("Acme GmbH"), made("Acme Inc")
    more = made("Acme GmbH", website="acme.com"), made("Acme Inc", website="acme.com")
    assert compare(*more).score > compare(one, other).score >= LISTED


def test_numbers_whose_check_digits_do_not_fit_are_none() -> None:
    assert lei_fits(LEI)
    assert lei_fits(OTHER_LEI)
    assert not lei_fits(LEI[:-1] + "3")
    assert siren_fits("732829320")
    assert not siren_fits("732829321")
    assert not siren_fits("٧٣٢٨٢٩٣٢٠")
    wrong = LEI[:-1] + "3"
    assert codes(made("A", lei=wrong), made("B", lei=wrong)) == []


NAMES = st.sampled_from(
    [
        "Acme GmbH",
        "The Acme Holding",
        "ACME Inc",
        "Acmee",
        "Robotics Acme",
        "Acme Robotics Group",
        "星野電子",
        "",
        "AG",
    ]
)
COMPANIES = st.builds(
    lambda names, **fields: company(names=names, **fields),
    st.lists(NAMES, max_size=3),
    country=st.sampled_from(["", "JP", "DE"]),
    website=st.sampled_from(["", "acme.com", "www.acme.com", "gmail.com", "other.co.uk"]),
    emails=st.lists(st.sampled_from(["a@acme.com", "b@gmail.com", "c@x.co.uk"]), max_size=2),
    lei=st.sampled_from(["", LEI, OTHER_LEI]),
    register_number=st.sampled_from(["", "HRB 12345"]),
)
PEOPLE = st.builds(
    lambda names, **fields: person(names=names, **fields),
    st.lists(st.sampled_from(["Dr Ada Iris", "Iris Ada", "Ada Iriss", ""]), max_size=2),
    email=st.sampled_from(["", "a.b+x@gmail.com", "ab@googlemail.com", "info@acme.com"]),
    phone=st.sampled_from(["", "+33 1 23 45 67 89", "01 23 45 67 89"]),
    investor=st.sampled_from([None, 1, 2]),
)


@given(COMPANIES, COMPANIES)
def test_comparing_companies_is_the_same_both_ways(one: Company, other: Company) -> None:
    there, back = compare(one, other), compare(other, one)
    assert there == back
    assert 0 <= there.score <= 100
    if there.score:  # candidates are found by their keys
        assert company_keys(one) & company_keys(other)


@given(PEOPLE, PEOPLE)
def test_comparing_people_is_the_same_both_ways(one: Person, other: Person) -> None:
    there = compare_people(one, other)
    assert there == compare_people(other, one)
    assert 0 <= there.score <= 100
    if there.is_listed and one.investor != other.investor:
        assert person_keys(one) & person_keys(other)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (person(email="a.b+c@gmail.com"), person(email="AB@googlemail.com"), ["email"]),
        (person(email="a.b@acme.com"), person(email="ab@acme.com"), []),
        (person(email="info@acme.com"), person(email="info@acme.com"), ["office_email"]),
        (person(names=["Dr. Ada Iris"]), person(names=["Ada Iris"]), ["person"]),
        (person(names=["Iris, Ada"]), person(names=["Ada Iris"]), ["person_order"]),
        (person(names=["Ada Iris"]), person(names=["Ada Iriss"]), ["person_letter"]),
        (person(phone="+33 (0)1 23 45 67 89"), person(phone="0033 1-23-45-67-89"), ["phone"]),
        (person(names=["A"], investor=1), person(names=["B"], investor=1), []),
        (
            person(names=["Ada Iris"], phone="+33 1 23 45 67 89", investor=1),
            person(names=["Ada Iriss"], phone="+33 1 23 45 67 89", investor=2),
            ["phone"],
        ),
    ],
)
def test_reasons_of_people(one: Person, other: Person, expected: list[str]) -> None:
    assert [code for code, _what in compare_people(one, other).reasons] == expected


def test_people_of_one_name_at_one_investor_are_listed_and_of_two_are_not() -> None:
    ada = person(names=["Ada Iris"], investor=1)
    assert compare_people(ada, person(names=["Ada Iris"], investor=1)).is_listed
    assert not compare_people(ada, person(names=["Ada Iris"], investor=2)).is_listed


@pytest.mark.parametrize(
    ("address", "folded"),
    [
        ("A.B@GMAIL.com", "ab@gmail.com"),
        (" a+b@Acme.com ", "a@acme.com"),
        ("+b@acme.com", "+b@acme.com"),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_fold_email(address: str, folded: str) -> None:
    assert fold_email(address) == folded
    assert fold_email(folded) == folded


@given(st.text(max_size=30) | st.emails())
def test_folding_an_address_twice_is_folding_once(address: str) -> None:
    assert fold_email(fold_email(address)) == fold_email(address)


def test_fold_phone() -> None:
    assert fold_phone("+1 202 555 0123 ext. 4") == fold_phone("(202) 555-0123")
    assert fold_phone("12345") == ""


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.acme.co.jp", "acme.co.jp"),
        ("acme.co.uk", "acme.co.uk"),
        ("a.b.acme.com", "acme.com"),
        ("ACME.COM.", "acme.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("192.168.1.1", ""),
        ("localhost", ""),
        ("not a host.com", ""),
        ("", ""),
    ],
)
def test_registrable(host: str, domain: str) -> None:
    assert registrable(host) == domain


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.acme.com/about?x=1", "acme.com"),
        ("acme.com", "acme.com"),
        ("http://user@acme.com:8080/", "acme.com"),
        ("//acme.com", "acme.com"),
        ("https://www.linkedin.com/company/acme", ""),
        ("gmail.com", ""),
        ("none", ""),
    ],
)
def test_site_of(website: str, domain: str) -> None:
    assert site_of(website) == domain


def test_addresses_that_everybody_can_have_say_nothing() -> None:
    assert mail_domain("x@yahoo.co.jp") == mail_domain("x@qq.com") == ""
    assert mail_domain("x@mail.acme.co.jp") == "acme.co.jp"


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    one = company(names=[text], website=text, emails=[text], lei=text, siren=text, country=text,
                  register_number=text)  # fmt: skip
    compare(one, one)
    company_keys(one)
    somebody = person(names=[text], email=text, phone=text)
    compare_people(somebody, somebody)
    person_keys(somebody)
