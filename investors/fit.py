"""How well clusters fit a need: pure functions over plain values, no database inside.

    score = 100 · (45 · topics + 25 · sector + 20 · opportunity + 10 · territory) / 100

each component from 0 to 1:

``topics``
    ``(1 - ∏ (1 - 0.85 · sᵢ · mᵢ)) · c`` over the topics *i* of the need; *sᵢ* is how strongly the
    need speaks of the topic, *mᵢ* the best match with a topic of the cluster: how central it is to
    the cluster, times 1 for the same topic, 0.7 and 0.5 for one and two steps narrower, 0.6 and
    0.4 for one and two steps broader. *c* = √(Σ sᵢ of the topics that touch the cluster / Σ sᵢ):
    a cluster that leaves most of the need aside fits less; a topic of no cluster counts double
    here, because it says that the need lies elsewhere. Unknown without topics.
``sector``
    the best of the closeness of a stated sector to the cluster's (1 if shared, else the reviewed
    closeness) and 0.6 · sᵢ · c · closeness of a sector that a topic implies: the better of the
    two, never their sum, so that what a topic implies is not counted twice.
``opportunity``
    0.5 with nothing known. To join: up to 1 for an open seat whose topics fit. To start: + 0.25
    for labelled projects, + 0.25 for an open call. Either: the better; not known: the worse, and
    the better in the range.
``territory``
    1 if the cluster lies in a preferred region; unknown if none is preferred.

A component that is unknown counts as its mean over the clusters where it is known, or as
``NEUTRAL`` where it is known of none; ``low`` and ``high`` show every unknown at 0 and at 1. So a
further matching topic never lowers a score, the order of clusters changes nothing, and an unknown
only widens the range. Nationality, size and personal data do not enter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from heapq import nsmallest
from math import prod, sqrt
from typing import Final

JOIN: Final = "join"
START: Final = "start"
EITHER: Final = "either"
STRONG: Final = "strong"
POSSIBLE: Final = "possible"
WEAK: Final = "weak"
NONE: Final = "none"
BANDS: Final = (STRONG, POSSIBLE, WEAK, NONE)

SAME: Final = 1.0
NARROWER: Final = (0.7, 0.5)
"""The cluster works on something narrower than the need names, by one step and by two."""
BROADER: Final = (0.6, 0.4)
ONE_TOPIC: Final = 0.85
IMPLIED: Final = 0.6
UNSERVED: Final = 2.0
TIE: Final = 2.0
"""Points within which two clusters are as good as each other."""
NEUTRAL: Final = {"topics": 0.25, "sector": 0.25, "opportunity": 0.5, "territory": 0.5}


@dataclass(frozen=True)
class Weights:
    topics: float = 45
    sector: float = 25
    opportunity: float = 20
    territory: float = 10
    version: str = "2026-11"

    @property
    def total(self) -> float:
        return self.topics + self.sector + self.opportunity + self.territory


WEIGHTS: Final = Weights()
FROM: Final = {STRONG: 57.0, POSSIBLE: 40.0, WEAK: 29.0}
"""The score from which a cluster is in a band."""


@dataclass(frozen=True)
class Cluster:
    """What fit knows of a cluster. ``topics``: how central each is, from 0 to 1."""

    key: str
    topics: Mapping[str, float] = field(default_factory=dict)
    sectors: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    seats: tuple[frozenset[str], ...] = ()
    labelled_projects: int = 0


@dataclass(frozen=True)
class Need:
    """What fit knows of a lead. ``topics``: how strongly it speaks of each, from 0 to 1."""

    topics: Mapping[str, float] = field(default_factory=dict)
    sectors: frozenset[str] = frozenset()
    mode: str = ""
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tables:
    """The reviewed tables: which topic is broader, what it implies, which sectors are close.

    ``unserved`` are the topics of no cluster.
    """

    broader: Mapping[str, str | None] = field(default_factory=dict)
    implied: Mapping[str, frozenset[str]] = field(default_factory=dict)
    related: Mapping[tuple[str, str], float] = field(default_factory=dict)
    unserved: frozenset[str] = frozenset()
    open_call: bool = False

    @cached_property
    def _answers(self) -> dict[str, dict[str, float]]:
        return {}

    @cached_property
    def _sectors(self) -> dict[tuple[str, frozenset[str]], float]:
        return {}

    def answers_to(self, asked: str) -> dict[str, float]:
        """The topics that answer the one that is asked for, and how far."""
        if asked not in self._answers:
            found = {asked: SAME}
            above, below = self.broader.get(asked), {asked}
            for broader, narrower in zip(BROADER, NARROWER, strict=True):
                if above:
                    found.setdefault(above, broader)
                    above = self.broader.get(above)
                below = {key for key, parent in self.broader.items() if parent in below}
                for key in below:
                    found.setdefault(key, narrower)
            self._answers[asked] = found
        return self._answers[asked]

    def closeness(self, asked: str, offered: str) -> float:
        """How far a cluster's topic answers the one that was asked for."""
        return self.answers_to(asked).get(offered, 0.0)

    def sector_closeness(self, sector: str, others: frozenset[str]) -> float:
        """1 if it is among them, else the reviewed closeness of the nearest."""
        pair = (sector, others)
        if pair not in self._sectors:
            found = (self._between(sector, other) for other in others)
            self._sectors[pair] = max(found, default=0.0)
        return self._sectors[pair]

    def _between(self, one: str, other: str) -> float:
        if one == other:
            return 1.0
        return max(self.related.get((one, other), 0.0), self.related.get((other, one), 0.0))


@dataclass(frozen=True)
class Component:
    """A value from 0 to 1 with its bounds; ``known`` is false where it stands for an unknown."""

    value: float
    low: float
    high: float
    known: bool = True


@dataclass(frozen=True)
class TopicMatch:
    """A topic of the need, the topic of the cluster that answers it best, and how well."""

    asked: str
    offered: str
    worth: float


@dataclass(frozen=True)
class Row:
    """One cluster's result. ``tied``: as good as the cluster before it."""

    key: str
    score: float
    low: float
    high: float
    band: str
    components: Mapping[str, Component]
    matches: tuple[TopicMatch, ...]
    unmatched: tuple[str, ...]
    shared_sectors: tuple[str, ...]
    seat_fits: float
    in_region: bool | None
    tied: bool = False


@dataclass(frozen=True)
class Question:
    """What the investor could answer now that would move the first three clusters most."""

    about: str
    moves: float
    choices: tuple[str, ...] = ()


def evaluate(
    need: Need, clusters: Sequence[Cluster], tables: Tables, weights: Weights = WEIGHTS
) -> list[Row]:
    """All clusters, best first; those of one score by key."""
    raw = [_components(need, cluster, tables) for cluster in clusters]
    means = _means(raw)
    rows = [
        _row(need, cluster, parts, means, tables, weights)
        for cluster, parts in zip(clusters, raw, strict=True)
    ]
    rows.sort(key=lambda row: (-round(row.score, 6), row.key))
    return [
        replace(row, tied=at > 0 and _as_good(rows[at - 1], row)) for at, row in enumerate(rows)
    ]


def fits_none(rows: Sequence[Row]) -> bool:
    """The answer is that none of the clusters fits."""
    return all(row.band in {WEAK, NONE} for row in rows)


def _as_good(one: Row, other: Row) -> bool:
    return one.band == other.band != NONE and one.score - other.score < TIE


def _mean(parts: list[Component | None]) -> float | None:
    values = [part.value for part in parts if part is not None]
    return sum(values) / len(values) if values else None


Parts = Mapping[str, Component | None]
"""The components of one cluster; nothing where one is unknown."""


def _means(raw: Sequence[Parts]) -> dict[str, float | None]:
    return {name: _mean([each[name] for each in raw]) for name in NEUTRAL}


def _components(need: Need, cluster: Cluster, tables: Tables) -> dict[str, Component | None]:
    return _components_from(need, cluster, tables, matches_of(need, cluster, tables))


def _components_from(
    need: Need, cluster: Cluster, tables: Tables, matches: "tuple[TopicMatch, ...]"
) -> dict[str, Component | None]:
    touched = covered(need, cluster, matches, tables)
    return {
        "topics": _exact(_topics(need, cluster, matches, touched)),
        "sector": _exact(_sector(need, cluster, touched, tables)),
        "opportunity": _opportunity(need, cluster, tables),
        "territory": _exact(_territory(need, cluster)),
    }


def _exact(value: float | None) -> Component | None:
    return None if value is None else Component(value, value, value)


def matches_of(need: Need, cluster: Cluster, tables: Tables) -> tuple[TopicMatch, ...]:
    """The best answer of the cluster to each topic of the need that it answers."""
    found = (_match(asked, cluster, tables) for asked in need.topics)
    return tuple(match for match in found if match is not None)


def _match(asked: str, cluster: Cluster, tables: Tables) -> TopicMatch | None:
    worth, offered = max(
        (
            (cluster.topics[topic] * close, topic)
            for topic, close in tables.answers_to(asked).items()
            if topic in cluster.topics
        ),
        default=(0.0, ""),
    )
    return TopicMatch(asked, offered, worth) if worth > 0 else None


def covered(need: Need, cluster: Cluster, matches: tuple[TopicMatch, ...], tables: Tables) -> float:
    """The root of the share of the need that touches the cluster at all."""
    asked = {
        topic: strength * (UNSERVED if topic in tables.unserved else 1.0)
        for topic, strength in need.topics.items()
    }
    if not (total := sum(asked.values())):
        return 0.0
    touching = {match.asked for match in matches}
    for topic in need.topics.keys() - touching:
        close = (tables.sector_closeness(s, cluster.sectors) for s in _implied(topic, tables))
        if max(close, default=0.0) >= 0.5:
            touching.add(topic)
    return sqrt(sum(asked[topic] for topic in touching) / total)


def _implied(topic: str, tables: Tables) -> frozenset[str]:
    return tables.implied.get(topic, frozenset())


def _topics(
    need: Need, cluster: Cluster, matches: tuple[TopicMatch, ...], touched: float
) -> float | None:
    if not need.topics or not cluster.topics:
        return None
    missed = prod(1 - ONE_TOPIC * need.topics[each.asked] * each.worth for each in matches)
    return (1 - missed) * touched


def _sector(need: Need, cluster: Cluster, touched: float, tables: Tables) -> float | None:
    if not cluster.sectors or not (need.sectors or need.topics):
        return None
    stated = max((tables.sector_closeness(s, cluster.sectors) for s in need.sectors), default=0.0)
    implied = max(
        (
            IMPLIED * strength * touched * tables.sector_closeness(sector, cluster.sectors)
            for topic, strength in need.topics.items()
            for sector in _implied(topic, tables)
        ),
        default=0.0,
    )
    return max(stated, implied)


def seat_fit(need: Need, cluster: Cluster, tables: Tables) -> float:
    """How well the best open seat fits: 0 without one, 0.3 if it does not say what it is for."""
    return max((_seat(need, topics, tables) for topics in cluster.seats), default=0.0)


def _seat(need: Need, topics: frozenset[str], tables: Tables) -> float:
    if not topics or not need.topics:
        return 0.3
    return max(
        strength * tables.closeness(asked, topic)
        for asked, strength in need.topics.items()
        for topic in topics
    )


def _opportunity(need: Need, cluster: Cluster, tables: Tables) -> Component:
    join = 0.5 + 0.5 * seat_fit(need, cluster, tables)
    start = 0.5 + 0.25 * (cluster.labelled_projects > 0) + 0.25 * tables.open_call
    if need.mode in {JOIN, START}:
        value = join if need.mode == JOIN else start
        return Component(value, value, value)
    better, worse = max(join, start), min(join, start)
    if need.mode == EITHER:
        return Component(better, better, better)
    return Component(worse, worse, better)


def _territory(need: Need, cluster: Cluster) -> float | None:
    if not need.regions or not cluster.regions:
        return None
    return 1.0 if need.regions & cluster.regions else 0.0


def _row(
    need: Need,
    cluster: Cluster,
    parts: Mapping[str, Component | None],
    means: Mapping[str, float | None],
    tables: Tables,
    weights: Weights,
) -> Row:
    whole = {name: part or _unknown(name, means[name]) for name, part in parts.items()}
    score, low, high = (
        sum(getattr(weights, name) * getattr(part, what) for name, part in whole.items())
        / weights.total
        * 100
        for what in ("value", "low", "high")
    )
    matches = matches_of(need, cluster, tables)
    answered = {match.asked for match in matches}
    return Row(
        key=cluster.key,
        score=score,
        low=low,
        high=high,
        band=_band(need, score),
        components=whole,
        matches=tuple(sorted(matches, key=lambda m: (-m.worth * need.topics[m.asked], m.asked))),
        unmatched=tuple(topic for topic in need.topics if topic not in answered),
        shared_sectors=tuple(sorted(need.sectors & cluster.sectors)),
        seat_fits=seat_fit(need, cluster, tables),
        in_region=bool(need.regions & cluster.regions) if need.regions else None,
    )


def _unknown(name: str, mean: float | None) -> Component:
    return Component(NEUTRAL[name] if mean is None else mean, 0.0, 1.0, known=False)


def _band(need: Need, score: float) -> str:
    """Of a need that names no topic and no sector nothing better than weak is claimed."""
    told = bool(need.topics or need.sectors)
    return band_of(score if told else min(score, FROM[WEAK]))


def band_of(score: float) -> str:
    return next((band for band, least in FROM.items() if score >= least), NONE)


# --- The one question --------------------------------------------------------------------

Answers = Iterator[Sequence[Parts]]
"""For each answer, the components of every cluster if it were given."""


def best_question(
    need: Need, clusters: Sequence[Cluster], tables: Tables, weights: Weights = WEIGHTS
) -> Question | None:
    """Of what is unknown, what would change the first three most, over all the answers.

    ``moves`` is the mean number of clusters, of three, that an answer exchanges. An answer changes
    one component or two; the others are taken over from the need as it stands.
    """
    base = [_components(need, cluster, tables) for cluster in clusters]
    first = _first_three(base, clusters, weights)
    asked = []
    for about, choices, answers in _questions(need, clusters, tables, base):
        changed = [len(first - _first_three(parts, clusters, weights)) for parts in answers]
        if changed:
            asked.append(Question(about, sum(changed) / len(changed), choices))
    best = max(asked, key=lambda question: question.moves, default=None)
    return best if best is not None and best.moves > 0 else None


def _questions(
    need: Need, clusters: Sequence[Cluster], tables: Tables, base: Sequence[Parts]
) -> Iterator[tuple[str, tuple[str, ...], Answers]]:
    if need.mode not in {JOIN, START, EITHER}:
        yield "mode", (JOIN, START), _modes(need, clusters, tables, base)
    if not need.regions:
        yield "regions", (), _regions(need, clusters, base)
    if not need.sectors and not need.topics:
        yield "sectors", (), _sectors(need, clusters, tables, base)
    for topic in need.topics:
        below = tuple(sorted(key for key, above in tables.broader.items() if above == topic))
        open_ones = tuple(key for key in below if key not in need.topics)
        if len(open_ones) > 1 and len(open_ones) == len(below):
            yield topic, open_ones, _narrower(need, open_ones, clusters, tables, base)


def _modes(
    need: Need, clusters: Sequence[Cluster], tables: Tables, base: Sequence[Parts]
) -> Answers:
    for mode in (JOIN, START):
        told = replace(need, mode=mode)
        yield [
            {**parts, "opportunity": _opportunity(told, cluster, tables)}
            for cluster, parts in zip(clusters, base, strict=True)
        ]


def _regions(need: Need, clusters: Sequence[Cluster], base: Sequence[Parts]) -> Answers:
    for region in sorted({region for cluster in clusters for region in cluster.regions}):
        told = replace(need, regions=frozenset({region}))
        yield [
            {**parts, "territory": _exact(_territory(told, cluster))}
            for cluster, parts in zip(clusters, base, strict=True)
        ]


def _sectors(
    need: Need, clusters: Sequence[Cluster], tables: Tables, base: Sequence[Parts]
) -> Answers:
    """Without topics no other component looks at the sector."""
    for sector in sorted({sector for cluster in clusters for sector in cluster.sectors}):
        told = replace(need, sectors=frozenset({sector}))
        yield [
            {**parts, "sector": _exact(_sector(told, cluster, 0.0, tables))}
            for cluster, parts in zip(clusters, base, strict=True)
        ]


def _narrower(
    need: Need,
    topics: Sequence[str],
    clusters: Sequence[Cluster],
    tables: Tables,
    base: Sequence[Parts],
) -> Answers:
    """A cluster without seats has the opportunity that it had."""
    before = [matches_of(need, cluster, tables) for cluster in clusters]
    for topic in topics:
        told = replace(need, topics={**need.topics, topic: 1.0})
        yield [
            _told(told, topic, cluster, tables, matches, parts)
            for cluster, matches, parts in zip(clusters, before, base, strict=True)
        ]


def _told(
    need: Need,
    topic: str,
    cluster: Cluster,
    tables: Tables,
    matches: tuple[TopicMatch, ...],
    parts: Parts,
) -> Parts:
    further = _match(topic, cluster, tables)
    matches = (*matches, further) if further is not None else matches
    touched = covered(need, cluster, matches, tables)
    return {
        "topics": _exact(_topics(need, cluster, matches, touched)),
        "sector": _exact(_sector(need, cluster, touched, tables)),
        "opportunity": _opportunity(need, cluster, tables)
        if cluster.seats
        else parts["opportunity"],
        "territory": parts["territory"],
    }


def _first_three(raw: Sequence[Parts], clusters: Sequence[Cluster], weights: Weights) -> set[str]:
    """As the first three of :func:`evaluate`: a test holds the two equal."""
    means = _means(raw)
    guess = {name: NEUTRAL[name] if mean is None else mean for name, mean in means.items()}
    scored = []
    for cluster, parts in zip(clusters, raw, strict=True):
        score = 0.0
        for name, part in parts.items():
            score += getattr(weights, name) * (guess[name] if part is None else part.value)
        scored.append((-round(score / weights.total * 100, 6), cluster.key))
    return {key for _score, key in nsmallest(3, scored)}
