"""How good the ranking is: cases with known answers, four methods, honest intervals."""

import csv
import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from investors import fit
from investors.topics import Vocabulary, folded_words, propose, stem

NONE: Final = "none"
RESAMPLES: Final = 1000
BAND: Final = 0.25
"""By how much weights are turned up and down to see whether the first three stay."""


@dataclass(frozen=True)
class Case:
    description: str
    mode: str
    accepted: frozenset[str]

    @property
    def is_none(self) -> bool:
        return self.accepted == {NONE}

    @property
    def is_held_out(self) -> bool:
        """One case in three, by its text alone; rules are made on the other two."""
        return int(hashlib.sha256(self.description.encode()).hexdigest(), 16) % 3 == 0


@dataclass(frozen=True)
class Answer:
    """Clusters by name, best first; empty where a method says that none fits."""

    ranked: tuple[str, ...]
    says_none: bool


Method = Callable[[Case], Answer]


@dataclass(frozen=True)
class Tested:
    case: Case
    rank: int | None  # of the first accepted cluster; None if it is not there

    def hit(self, first: int) -> bool:
        return self.rank is not None and self.rank <= first


@dataclass(frozen=True)
class Measure:
    name: str
    tested: tuple[Tested, ...]
    nones: tuple[bool, ...]

    def figures(self) -> dict[str, tuple[float, float, float]]:
        """hit@1, hit@3, MRR and none, each with its 95 % bootstrap interval."""
        ones = [float(each.hit(1)) for each in self.tested]
        threes = [float(each.hit(3)) for each in self.tested]
        mrr = [1 / each.rank if each.rank else 0.0 for each in self.tested]
        named = {"hit@1": ones, "hit@3": threes, "MRR": mrr, NONE: list(map(float, self.nones))}
        return {name: with_interval(values) for name, values in named.items() if values}

    def misses(self) -> Counter[str]:
        """How often an accepted cluster was not among the first three."""
        missed = (each.case.accepted for each in self.tested if not each.hit(3))
        return Counter(name for accepted in missed for name in accepted)


def with_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean, and where 95 % of the means of ``RESAMPLES`` resamples lie (fixed seed)."""
    draw = random.Random(5)  # noqa: S311  # the same every time
    means = sorted(sum(draw.choices(values, k=len(values))) / len(values) for _ in range(RESAMPLES))
    low, high = means[int(RESAMPLES * 0.025)], means[int(RESAMPLES * 0.975) - 1]
    return sum(values) / len(values), low, high


def read_cases(path: Path, names: Iterable[str]) -> list[Case]:
    """Cases of a ``;``-separated file; ``ValueError`` names a row that cannot be read."""
    known = {*names, NONE}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    cases = []
    for number, row in enumerate(rows, start=2):
        if {"description", "mode", "accepted"} - row.keys() or None in row.values():
            raise ValueError(f"line {number}: description;mode;accepted are needed")
        accepted = frozenset(name.strip() for name in row["accepted"].split("|"))
        if unknown := accepted - known:
            raise ValueError(f"line {number}: not a cluster: {', '.join(sorted(unknown))}")
        cases.append(Case(row["description"], row["mode"].strip(), accepted))
    return cases


def measure(name: str, method: Method, cases: Sequence[Case]) -> Measure:
    tested, nones = [], []
    for case in cases:
        answer = method(case)
        if case.is_none:
            nones.append(answer.says_none)
            continue
        ranks = (at for at, each in enumerate(answer.ranked, 1) if each in case.accepted)
        tested.append(Tested(case, next(ranks, None)))
    return Measure(name, tuple(tested), tuple(nones))


# --- The four methods --------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """What the methods work on. ``names``: the name of each cluster by its key;
    ``words``: its specialty and keywords."""

    vocabulary: Vocabulary
    clusters: Sequence[fit.Cluster]
    tables: fit.Tables
    names: Mapping[str, str]
    words: Mapping[str, str]

    def need(self, case: Case) -> fit.Need:
        topics = {each.topic: each.strength for each in propose(case.description, self.vocabulary)}
        return fit.Need(topics=topics, mode=case.mode)

    def by_fit(self, weights: fit.Weights = fit.WEIGHTS) -> Method:
        def method(case: Case) -> Answer:
            rows = fit.evaluate(self.need(case), self.clusters, self.tables, weights)
            return Answer(tuple(self.names[row.key] for row in rows), fit.fits_none(rows))

        return method

    def by_sector(self, case: Case) -> Answer:
        """The closest sector of those that the text's topics imply."""
        topics = self.need(case).topics
        sectors = {s for topic in topics for s in self.tables.implied.get(topic, ())}
        return self._ranked(
            {
                cluster.key: max(
                    (self.tables.sector_closeness(s, cluster.sectors) for s in sectors), default=0
                )
                for cluster in self.clusters
            }
        )

    def by_keywords(self, case: Case) -> Answer:
        """How many words of a cluster's specialty and keywords the text holds."""
        held = {stem(word, "en") for word in folded_words(case.description) if len(word) > 3}
        return self._ranked(
            {
                key: len({stem(word, "en") for word in folded_words(text)} & held)
                for key, text in self.words.items()
            }
        )

    def by_popularity(self, cases: Sequence[Case]) -> Method:
        """Always those that the cases accept most often."""
        often = Counter(name for case in cases for name in case.accepted if not case.is_none)
        ranked = tuple(sorted(self.names.values(), key=lambda name: (-often[name], name)))
        return lambda case: Answer(ranked, says_none=False)

    def _ranked(self, points: Mapping[str, float]) -> Answer:
        keys = sorted((key for key in points if points[key] > 0), key=lambda k: (-points[k], k))
        return Answer(tuple(self.names[key] for key in keys), says_none=not keys)

    def measures(self, cases: Sequence[Case]) -> list[Measure]:
        methods: dict[str, Method] = {
            "fit": self.by_fit(),
            "sector only": self.by_sector,
            "keyword count": self.by_keywords,
            "most popular": self.by_popularity(cases),
        }
        return [measure(name, method, cases) for name, method in methods.items()]

    def stability(self, cases: Sequence[Case], draws: int) -> float:
        """In what share of draws of the weights, each turned by up to a quarter, the same three
        clusters come first; over all cases with an answer."""
        draw, same, seen = random.Random(7), 0, 0  # noqa: S311  # the same every time
        needs = [self.need(case) for case in cases if not case.is_none]
        firsts = [self._three(need, fit.WEIGHTS) for need in needs]
        for _ in range(draws):
            weights = turned(draw)
            for need, first in zip(needs, firsts, strict=True):
                same += self._three(need, weights) == first
                seen += 1
        return same / seen if seen else 1.0

    def _three(self, need: fit.Need, weights: fit.Weights) -> set[str]:
        return {row.key for row in fit.evaluate(need, self.clusters, self.tables, weights)[:3]}


def turned(draw: random.Random) -> fit.Weights:
    names = ("topics", "sector", "opportunity", "territory")
    changed = {n: getattr(fit.WEIGHTS, n) * draw.uniform(1 - BAND, 1 + BAND) for n in names}
    return replace(fit.WEIGHTS, **changed)
