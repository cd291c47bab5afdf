"""What could give a company away is found: names however written, figures, places, rare words."""

import re

import pytest
from django_countries import countries
from hypothesis import given
from hypothesis import strategies as st

from investors.blinding import Finding, Identity, Why, findings, key_of
from investors.parts_of_the_world import PARTS, part_of_the_world

PLAIN_WORDS = """
we make and sell good things for the in of a to with look partners sensors batteries
company that they are use our new project research about more than people every year it is at"""
COMMON = set(PLAIN_WORDS.split())
ACME = Identity(
    names=("Deep Mind Optics GmbH", "ゾルブラット", "3M"),
    people=("Dr. Aiko Tanaka",),
    domains=("deepmind-optics.example", "dmoptics"),
    codes=("5493001KJTIIGC8Y1R12", "ab12cd34"),
    places=("Nagoya",),
    countries=("japan", "japon", "usa", "United States"),
    products=("ZX-81",),
)


def found(written: str, told: str = "", identity: Identity = ACME) -> dict[str, tuple[Why, ...]]:
    rows = findings(
        told=told,
        written=written,
        identity=identity,
        is_common=COMMON.__contains__,
        cities=frozenset({"osaka", "newyork"}),
    )
    return {finding.key: finding.whys for finding in rows}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("we are Deep Mind Optics", Why.NAME),
        ("we are DEEPMINDOPTICS", Why.NAME),
        ("we are deep-mind optics gmbh", Why.NAME),
        ("we are déepmindoptics-sensors", Why.NAME),
        ("the optics company", Why.NAME),
        ("we are ゾルブラット", Why.NAME),
        ("the company 3M", Why.NAME),
        ("ask tanaka about it", Why.PERSON),
        ("ask Aiko Tanaka", Why.PERSON),
        ("look at deepmind-optics.example", Why.DOMAIN),
        ("look at dmoptics", Why.DOMAIN),
        ("5493001kjtiigc8y1r12", Why.CODE),
        ("ab12cd34", Why.CODE),
        ("in nagoya", Why.PLACE),
        ("in Osaka", Why.PLACE),
        ("in New York", Why.PLACE),
        ("a japanese company", Why.COUNTRY),
        ("une société japonaise", Why.COUNTRY),
        ("a company in the united states", Why.COUNTRY),
        ("a company in the USA", Why.COUNTRY),
        ("our zx81", Why.PRODUCT),
        ("write to a.b@c.example", Why.EMAIL),
        ("see https://c.example/x", Why.LINK),
        ("see www.c.example", Why.LINK),
        ("call +81 52 123 45 67", Why.PHONE),
        ("with 1,234 people", Why.NUMBER),
        ("12.5 % of it", Why.NUMBER),
        ("since 1987", Why.NUMBER),
        ("for €3M of it", Why.NUMBER),
        ("with our Sensotron", Why.CAPITAL),
        ("with our batteries in McLaren", Why.CAPITAL),
        ("мы", Why.SCRIPT),
        ("we use gyrotrons", Why.RARE),
        ("Toyota is at it", Why.RARE),
    ],
)
def test_what_gives_away_is_found(written: str, why: Why) -> None:
    assert any(why in whys for whys in found(written).values()), found(written)


@pytest.mark.parametrize(
    "written",
    [
        "We make sensors and batteries. We look for partners in France.",
        "Research: we use it every year\nMore people",
        "R&D with a French SME",
        "",
    ],
)
def test_plain_words_give_nothing_away(written: str) -> None:
    assert found(written) == {}


def test_a_name_is_found_in_the_facts_too_but_not_their_other_words() -> None:
    told = "Field of work: Gyrotrons; 3D printing of Deep Mind Optics"
    assert found("", told).keys() == {"deep mind optics"}


def test_words_are_one_finding_with_all_its_reasons_gravest_first() -> None:
    rows = found("We are Deep Mind Optics of Osaka, and DEEP MIND OPTICS")
    assert rows["deep mind optics"][0] == Why.NAME
    assert len(rows) == 2
    assert next(iter(rows)) == "deep mind optics"


def test_short_names_are_found_by_themselves_only() -> None:
    identity = Identity(names=("GE",))
    assert found("we manage", identity=identity) == {"manage": (Why.RARE,)}
    assert Why.NAME in found("we are ge", identity=identity)["ge"]


TEXT = st.text("abcdefg ABC,.-\n", max_size=40)
VISIBLE = st.text(min_size=1, max_size=24).filter(
    lambda name: name.strip() and any(letter.isprintable() and letter.isalnum() for letter in name)
)


@given(name=VISIBLE, before=TEXT, after=TEXT)
def test_no_name_person_or_domain_passes_unseen(name: str, before: str, after: str) -> None:
    """Whatever is on record, wherever it stands, is covered by a finding."""
    written = f"{before} {name} {after}"
    for identity in (
        Identity(names=(name,)),
        Identity(people=(name,)),
        Identity(domains=(name,)),
        Identity(codes=(name,)),
    ):
        keys = found(written, identity=identity)
        asked = key_of(name)
        assert any(asked in key for key in keys), keys


@given(text=st.text(max_size=80))
def test_any_text_can_be_looked_through(text: str) -> None:
    for key in found(text):
        assert key in key_of(text)


@given(name=st.sampled_from(["Ōsaka Optics", "Zorblatt", "L’Air Pur"]), data=st.data())
def test_spaces_hyphens_accents_and_case_hide_no_name(name: str, data: st.DataObject) -> None:
    joint = data.draw(st.sampled_from([" ", "-", "", " - ", "\u00a0"]))
    written = re.sub(r"[ ’]", joint, data.draw(st.sampled_from([name, name.upper(), name.lower()])))
    rows = found(f"we are {written} and", identity=Identity(names=(name,)))
    assert any(Why.NAME in whys for whys in rows.values()), rows


def test_every_country_lies_in_one_part_of_the_world() -> None:
    codes = [code for _label, several in PARTS.values() for code in several.split()]
    assert len(codes) == len(set(codes))
    assert {country.code for country in countries} <= set(codes)
    assert part_of_the_world("JP") == "East Asia"
    assert part_of_the_world("") == part_of_the_world("??") == ""


def test_a_finding_is_the_same_in_any_case() -> None:
    assert Finding("ACME  Co", (Why.NAME,)).key == Finding("acme co", (Why.RARE,)).key
