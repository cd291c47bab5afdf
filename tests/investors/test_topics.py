"""Text → topics: phrases before words, inflected forms, generic words, two languages."""

import pytest

from investors.topics import GENERIC, OTHER, Term, Vocabulary, languages_of, propose, same_word


def vocabulary() -> Vocabulary:
    terms = [
        Term("battery", "en", "battery"),
        Term("battery", "fr", "batterie"),
        Term("battery", "fr", "batterie de cuisine", OTHER),
        Term("storage", "en", "energy storage"),
        Term("car", "en", "car"),
        Term("car", "en", "toy car", OTHER),
        Term("toy", "en", "toy car"),
        Term("toy", "en", "doll"),
        Term("health", "en", "health", GENERIC),
        Term("health", "en", "patient", GENERIC),
        Term("vaccine", "en", "vaccine"),
        Term("energy", "fr", "énergie éolienne"),
        Term("grid", "en", "generator"),
        Term("chip", "en", "silicon"),
        Term("chemistry", "en", "silicone"),
        Term("biofuel", "en", "biofuel"),
        Term("tea", "fr", "thé"),
    ]
    return Vocabulary.of(terms, {"vaccine": "health", "health": None})


def found(text: str) -> set[str]:
    return {each.topic for each in propose(text, vocabulary())}


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("We make batteries.", {"battery"}),
        ("Nous fabriquons des batteries.", {"battery"}),
        ("Une batterie de cuisine complète", set()),
        ("Dolls and toy cars", {"toy"}),
        ("A car for the city", {"car"}),
        ("Le bus est plein car il pleut sur la ville", set()),
        ("The tea of the house", set()),
        ("Du thé pour les amis", {"tea"}),
        ("ENERGIE EOLIENNE", {"energy"}),
        ("the next generation", set()),
        ("generators", {"grid"}),
        ("silicon", {"chip"}),
        ("silicones", {"chemistry"}),
        ("bio-fuels", {"biofuel"}),
        ("Energy\nstorage", {"storage"}),
        ("", set()),
        ("high-tech", set()),
        ("🙂 ​", set()),
    ],
)
def test_what_a_text_speaks_of(text: str, topics: set[str]) -> None:
    assert found(text) == topics


def test_a_generic_word_never_counts_alone() -> None:
    assert found("Good health to all") == set()
    assert found("Health, health and health again") == set()
    assert found("Vaccines for health") == {"vaccine", "health"}
    assert found("The health of patients") == {"health"}


def test_matches_tell_their_place_in_the_text() -> None:
    text = "Nos batteries, vos Batteries"
    (proposal,) = propose(text, vocabulary())
    assert [text[match.start : match.end] for match in proposal.matches] == [
        "batteries",
        "Batteries",
    ]


def test_strength_grows_with_what_is_said() -> None:
    weights = {
        each.topic: each.strength for each in propose("dolls, toy cars, a car", vocabulary())
    }
    assert 0 < weights["car"] < weights["toy"] <= 1


def test_markets_count_less_than_what_is_made() -> None:
    said = {
        each.topic: each.strength
        for each in propose("We make batteries. Our customers are the car makers.", vocabulary())
    }
    assert said["car"] < said["battery"]


@pytest.mark.parametrize(
    "text",
    [
        "We make dolls. An importer of batteries.",
        "Dolls and négoce de batterie.",
        "We make dolls, trade in batteries.",
    ],
)
def test_goods_that_pass_through_count_less_than_what_is_made(text: str) -> None:
    strength = {each.topic: each.strength for each in propose(text, vocabulary())}
    assert strength["battery"] < strength["toy"]


def test_languages_of_a_sentence() -> None:
    assert languages_of("We are the makers of it") == {"en"}
    assert languages_of("Nous sommes dans la ville") == {"fr"}
    assert languages_of("Solar") == {"en", "fr"}


def test_inflected_forms_are_one_word_and_others_are_not() -> None:
    assert same_word("welded", "welding", "en")
    assert same_word("capteurs", "capteur", "fr")
    assert not same_word("generator", "generation", "en")


def test_a_single_word_of_the_other_language_is_written_exactly_so() -> None:
    terms = [Term("flax", "fr", "lin"), Term("robots", "fr", "robotique")]
    vocabulary = Vocabulary.of(terms, {})
    assert propose("We make sealed lines and bags for the farm.", vocabulary) == []
    assert propose("Sealed lines. We make bags for the farm.", vocabulary) == []
    assert [each.topic for each in propose("Robotique for the farm.", vocabulary)] == ["robots"]
