"""The ranking: its invariants over invented clusters and needs, and what each part counts."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from investors import fit

TOPICS = ("food", "dairy", "cheese", "meat", "solar", "wind")
SECTORS = ("agri", "energy", "retail")
REGIONS = ("North", "South")
TABLES = fit.Tables(
    broader={"dairy": "food", "cheese": "dairy", "meat": "food"},
    implied={"food": frozenset({"agri"}), "solar": frozenset({"energy"})},
    related={("agri", "retail"): 0.4},
)

strength = st.floats(0.05, 1.0)
topics = st.dictionaries(st.sampled_from(TOPICS), strength, max_size=4)


def some(values: tuple[str, ...]) -> Any:
    return st.frozensets(st.sampled_from(values))


needs = st.builds(
    fit.Need,
    topics=topics,
    sectors=some(SECTORS),
    mode=st.sampled_from(["", "join", "start", "either"]),
    regions=some(REGIONS),
)
bare = st.builds(
    fit.Cluster,
    key=st.just("x"),
    topics=topics,
    sectors=some(SECTORS),
    regions=some(REGIONS),
    seats=st.lists(some(TOPICS), max_size=2).map(tuple),
    labelled_projects=st.integers(0, 2),
)
clusters = st.lists(bare, min_size=1, max_size=6).map(
    lambda made: [replace(each, key=f"c{at}") for at, each in enumerate(made)]
)


def scores(need: fit.Need, offered: list[fit.Cluster]) -> dict[str, fit.Row]:
    return {row.key: row for row in fit.evaluate(need, offered, TABLES)}


@settings(max_examples=150)
@given(needs, clusters)
def test_scores_lie_between_0_and_100_and_inside_their_range(
    need: fit.Need, offered: list[fit.Cluster]
) -> None:
    for row in fit.evaluate(need, offered, TABLES):
        assert -1e-9 <= row.low <= row.score + 1e-9
        assert row.score <= row.high + 1e-9 <= 100 + 1e-6
        assert row.band in fit.BANDS


@settings(max_examples=100)
@given(needs, clusters, st.randoms())
def test_order_of_clusters_changes_nothing(
    need: fit.Need, offered: list[fit.Cluster], draw: Any
) -> None:
    mixed = list(offered)
    draw.shuffle(mixed)
    before = [(row.key, round(row.score, 6)) for row in fit.evaluate(need, offered, TABLES)]
    assert [(r.key, round(r.score, 6)) for r in fit.evaluate(need, mixed, TABLES)] == before


@settings(max_examples=200)
@given(needs, clusters, st.sampled_from(TOPICS), strength)
def test_a_further_matching_topic_never_lowers_a_score(
    need: fit.Need, offered: list[fit.Cluster], topic: str, how: float
) -> None:
    if topic in need.topics or not need.topics:
        return
    more = replace(need, topics={**need.topics, topic: how})
    before, after = scores(need, offered), scores(more, offered)
    for cluster in offered:
        if not cluster.topics or not cluster.sectors:
            continue  # counts as the mean of the others, which is not its own
        if fit.matches_of(replace(need, topics={topic: how}), cluster, TABLES):
            assert after[cluster.key].score >= before[cluster.key].score - 1e-9


@settings(max_examples=100)
@given(needs, clusters)
def test_an_unknown_only_widens_the_range(need: fit.Need, offered: list[fit.Cluster]) -> None:
    before = scores(need, offered)
    for field in ("mode", "regions"):
        asked = replace(need, **{field: "" if field == "mode" else frozenset()})
        for key, row in scores(asked, offered).items():
            assert row.low <= before[key].low + 1e-9
            assert row.high >= before[key].high - 1e-9


def cluster(key: str, **fields: Any) -> fit.Cluster:
    return fit.Cluster(key, **{"sectors": frozenset({"agri"})} | fields)


def test_same_beats_narrower_beats_broader_beats_nothing() -> None:
    need = fit.Need(topics={"dairy": 1.0})
    offered = [
        cluster(key, topics={topic: 1.0})
        for key, topic in (
            ("same", "dairy"),
            ("narrow", "cheese"),
            ("broad", "food"),
            ("no", "wind"),
        )
    ]
    assert [row.key for row in fit.evaluate(need, offered, TABLES)] == [
        "same",
        "narrow",
        "broad",
        "no",
    ]


def test_a_need_without_a_known_word_is_unknown_and_fits_none() -> None:
    rows = fit.evaluate(fit.Need(), [cluster("a", topics={"food": 1.0})], TABLES)
    assert not rows[0].components["topics"].known
    assert (rows[0].components["topics"].low, rows[0].components["topics"].high) == (0.0, 1.0)
    assert fit.fits_none(rows)


def test_a_sector_that_a_topic_implies_counts_once() -> None:
    offered = [cluster("a", topics={"food": 1.0})]
    stated = fit.Need(topics={"food": 1.0}, sectors=frozenset({"agri"}))
    assert scores(stated, offered)["a"].components["sector"].value == 1.0
    implied = replace(stated, sectors=frozenset())
    assert scores(implied, offered)["a"].components["sector"].value == pytest.approx(fit.IMPLIED)


def test_what_the_need_leaves_aside_counts_against() -> None:
    offered = [cluster("a", topics={"food": 1.0})]
    alone = scores(fit.Need(topics={"food": 1.0}), offered)["a"].score
    beside = scores(fit.Need(topics={"food": 1.0, "wind": 1.0}), offered)["a"]
    assert beside.score < alone
    assert beside.unmatched == ("wind",)


def test_an_open_seat_that_fits_adds_for_those_who_would_join() -> None:
    seat, bare = cluster("seat", seats=(frozenset({"meat"}),)), cluster("bare")
    need = fit.Need(topics={"meat": 1.0}, mode="join")
    rows = scores(need, [seat, bare])
    assert rows["seat"].components["opportunity"].value == 1.0
    assert rows["bare"].components["opportunity"].value == 0.5
    unsaid = scores(replace(need, mode=""), [seat])["seat"].components["opportunity"]
    assert (unsaid.value, unsaid.low, unsaid.high) == (0.5, 0.5, 1.0)


def test_clusters_that_are_as_good_are_said_to_be_ties() -> None:
    need = fit.Need(topics={"food": 1.0}, sectors=frozenset({"agri"}))
    offered = [cluster(key, topics={"food": 1.0}) for key in "ab"] + [
        cluster("z", topics={"wind": 1.0})
    ]
    assert [row.tied for row in fit.evaluate(need, offered, TABLES)] == [False, True, False]


def test_the_question_is_the_one_that_moves_the_first_three() -> None:
    offered = [
        cluster(f"c{at}", topics={"food": 1.0}, regions=frozenset({REGIONS[at % 2]}))
        for at in range(8)
    ]
    need = fit.Need(topics={"food": 1.0}, mode="join")
    question = fit.best_question(need, offered, TABLES)
    assert question is not None
    assert question.about == "regions"
    assert 0 < question.moves <= 3
    settled = replace(need, regions=frozenset({"North"}))
    assert fit.best_question(settled, offered[:2], TABLES) is None


@settings(max_examples=100)
@given(needs, clusters)
def test_the_question_is_as_if_every_answer_were_evaluated(
    need: fit.Need, offered: list[fit.Cluster]
) -> None:
    """What an answer leaves as it is is taken over: the result must be that of the long way."""
    question = fit.best_question(need, offered, TABLES)
    if question is None:
        return
    first = first_three(need, offered)
    told = list(answered(need, question, offered))
    moved = [len(first - first_three(each, offered)) for each in told]
    assert question.moves == pytest.approx(sum(moved) / len(moved))


def first_three(need: fit.Need, offered: list[fit.Cluster]) -> set[str]:
    return {row.key for row in fit.evaluate(need, offered, TABLES)[:3]}


def answered(
    need: fit.Need, question: fit.Question, offered: list[fit.Cluster]
) -> Iterator[fit.Need]:
    if question.about == "mode":
        yield from (replace(need, mode=mode) for mode in question.choices)
    elif question.about == "regions":
        for region in sorted({name for each in offered for name in each.regions}):
            yield replace(need, regions=frozenset({region}))
    elif question.about == "sectors":
        for sector in sorted({key for each in offered for key in each.sectors}):
            yield replace(need, sectors=frozenset({sector}))
    else:
        for topic in question.choices:
            yield replace(need, topics={**need.topics, topic: 1.0})


def test_a_broad_topic_can_be_asked_to_be_narrowed() -> None:
    offered = [
        cluster(f"{topic}{at}", topics={topic: 1.0})
        for topic in ("dairy", "meat")
        for at in range(4)
    ]
    question = fit.best_question(fit.Need(topics={"food": 1.0}, mode="join"), offered, TABLES)
    assert question is not None
    assert question.about == "food"
    assert question.choices == ("dairy", "meat")
