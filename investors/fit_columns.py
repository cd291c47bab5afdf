"""Columns of numbers: which leads fit a cluster, read without evaluating any of them.

A run of :mod:`investors.services.fit_columns` evaluates every lead and packs, for each cluster,
the keys of the leads that fit it at least weakly and their scores in tenths of a point, best
first. 100,000 leads are a megabyte a cluster at most; a page reads one of them.
"""

import datetime as dt
import hashlib
import json
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final

from django.db.models import CharField, QuerySet, Value
from django.utils.translation import get_language

from clusters.models import Cluster, Sector, Topic
from investors import fit
from investors.choices import Mode
from investors.fit_reading import MODES, read_clusters, read_tables
from investors.models import FitColumn, FitRun, Lead

KEYS: Final = "q"  # 64 bits with a sign, as the database's keys
NEEDS: Final = "Q"
SCORES: Final = "H"
STEP: Final = 10  # a score of 57.04 is kept as 570: rounded down, it stays in its band
NEEDS_KEPT: Final = 4096


def tenths(score: float) -> int:
    return int(score * STEP)


def least(band: str) -> int:
    """The number from which on a lead is in ``band`` or a better one."""
    return tenths(fit.FROM[band])


def unpacked(kind: str, packed: bytes | memoryview) -> "array[int]":
    found: array[int] = array(kind)
    found.frombytes(bytes(packed))
    return found


@dataclass(frozen=True)
class Column:
    """The leads that fit a cluster, best first, as of a moment."""

    keys: "array[int]"
    scores: "array[int]"
    run: FitRun

    def from_band(self, band: str = fit.WEAK) -> "array[int]":
        """The leads in ``band`` or a better one, best first."""
        return self.keys[: self._reach(band)]

    def in_band(self, band: str) -> "array[int]":
        above = fit.BANDS[: fit.BANDS.index(band)]
        start = self._reach(above[-1]) if above else 0
        return self.keys[start : self._reach(band)]

    def _reach(self, band: str) -> int:
        """How many are in ``band`` or better."""
        return bisect_right(self.scores, -least(band), key=lambda score: -score)


def column_of(cluster: Cluster) -> Column | None:
    """The column of the last finished run; nothing before the first one. One query."""
    row = FitColumn.objects.of_last_run().filter(cluster=cluster).first()
    return None if row is None else _column(row, row.run)


def last_run() -> FitRun | None:
    """The last finished run, without its needs. One query."""
    return FitRun.objects.finished().defer("keys", "needs", "facts").first()


def columns_in_turn(
    run: FitRun, clusters: Collection[int] | None = None
) -> Iterator[tuple[int, Column]]:
    """The columns of a run with their clusters' keys, in order of these; of all clusters or some.

    One query, read a few at a time: together they are some dozens of megabytes at 100,000 leads.
    """
    rows = run.columns.filter(part=0)
    if clusters is not None:
        rows = rows.filter(cluster__in=clusters)
    for row in rows.order_by("cluster_id").iterator(chunk_size=4):
        yield row.cluster_id, _column(row, run)


def _column(row: FitColumn, run: FitRun) -> Column:
    return Column(unpacked(KEYS, row.keys), unpacked(SCORES, row.scores), run)


# --- the facts of a run ------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)  # the same object for the same facts: facts_in
class Facts:
    """What a run works on: plain values, as they were at its moment.

    ``names`` holds the English and French name of each topic and sector.
    """

    clusters: tuple[fit.Cluster, ...]
    tables: fit.Tables
    names: Mapping[str, tuple[str, str]]

    @cached_property
    def by_slug(self) -> dict[str, fit.Cluster]:
        return {cluster.key: cluster for cluster in self.clusters}

    def name(self, key: str) -> str:
        """A topic or sector in the reader's language."""
        english, french = self.names.get(key, (key, key))
        return french if (get_language() or "en").startswith("fr") else english


def read_facts(day: dt.date) -> Facts:
    """From the database, with the seats and projects that are open to everybody."""
    names = {
        **{key: (en, fr) for key, en, fr in Sector.objects.values_list(*_SECTOR)},
        **{key: (en, fr) for key, en, fr in Topic.objects.values_list(*_TOPIC)},
    }
    return Facts(tuple(read_clusters(None, day)), read_tables(day), names)


_SECTOR: Final = ("key", "label_en", "label_fr")
_TOPIC: Final = ("key", "name_en", "name_fr")


def version_of(written: str) -> str:
    """Changes with the weights and with any fact, so that equal versions mean equal scores."""
    return f"{fit.WEIGHTS.version} {hashlib.sha256(written.encode()).hexdigest()[:16]}"


def written(facts: Facts) -> str:
    """As text: the same facts give the same text."""
    tables = facts.tables
    whole = {
        "clusters": [
            {
                "key": cluster.key,
                "topics": cluster.topics,
                "sectors": sorted(cluster.sectors),
                "regions": sorted(cluster.regions),
                "seats": sorted(sorted(seat) for seat in cluster.seats),
                "labelled": cluster.labelled_projects,
            }
            for cluster in sorted(facts.clusters, key=lambda cluster: cluster.key)
        ],
        "broader": tables.broader,
        "implied": {topic: sorted(sectors) for topic, sectors in tables.implied.items()},
        "related": sorted([*pair, close] for pair, close in tables.related.items()),
        "unserved": sorted(tables.unserved),
        "open_call": tables.open_call,
        "names": facts.names,
    }
    return json.dumps(whole, sort_keys=True, ensure_ascii=False)


@lru_cache(maxsize=2)
def facts_in(text: str) -> Facts:
    """What :func:`written` wrote; the same object for the same text, so that its tables stay
    warm."""
    told: dict[str, Any] = json.loads(text)
    clusters = tuple(
        fit.Cluster(
            key=each["key"],
            topics=each["topics"],
            sectors=frozenset(each["sectors"]),
            regions=frozenset(each["regions"]),
            seats=tuple(frozenset(seat) for seat in each["seats"]),
            labelled_projects=each["labelled"],
        )
        for each in told["clusters"]
    )
    tables = fit.Tables(
        broader=told["broader"],
        implied={topic: frozenset(sectors) for topic, sectors in told["implied"].items()},
        related={(first, second): close for first, second, close in told["related"]},
        unserved=frozenset(told["unserved"]),
        open_call=told["open_call"],
    )
    names = {key: (english, french) for key, (english, french) in told["names"].items()}
    return Facts(clusters, tables, names)


# --- what leads need -----------------------------------------------------------------------------


def needs_of(modes: Mapping[int, str]) -> dict[int, fit.Need]:
    """What is on record of these leads, by key; ``modes`` says how each wants to take part.

    As :func:`investors.fit_reading.need_of`, in one query for all of them.
    """
    found: dict[int, dict[str, set[str]]] = {
        key: {"t": set(), "s": set(), "r": set()} for key in modes
    }
    keys = list(modes)
    arms = [
        _named(Lead.topics.through, "t", "topic__key", keys),
        _named(Lead.sectors.through, "s", "sector__key", keys),
        _named(Lead.preferred_regions.through, "r", "region__name", keys),
    ]
    for lead, kind, name in arms[0].union(*arms[1:], all=True):
        found[lead][kind].add(name)
    return {
        key: fit.Need(
            topics=dict.fromkeys(sorted(named["t"]), 1.0),
            sectors=frozenset(named["s"]),
            mode=MODES.get(Mode(modes[key]), ""),
            regions=frozenset(named["r"]),
        )
        for key, named in found.items()
    }


def _named(through: Any, kind: str, path: str, keys: list[int]) -> "QuerySet[Any, Any]":
    rows = through._default_manager.filter(lead__in=keys).order_by()
    return rows.values_list("lead_id", Value(kind, CharField()), path)


def says_something(need: fit.Need) -> bool:
    """A need without a topic and a sector is unknown: it fits no cluster better than another."""
    return bool(need.topics or need.sectors)


Asked = tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...]]


def asked_by(need: fit.Need) -> Asked:
    """The need in a form that is equal for equal needs, in the order that evaluation reads."""
    return (
        tuple(need.topics),
        tuple(sorted(need.sectors)),
        need.mode,
        tuple(sorted(need.regions)),
    )


def fingerprint(need: fit.Need) -> int:
    """64 bits that differ for different needs."""
    text = json.dumps(asked_by(need), ensure_ascii=False)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


@lru_cache(maxsize=NEEDS_KEPT)
def _row(facts: Facts, asked: Asked, slug: str) -> fit.Row | None:
    rows = fit.evaluate(_need(asked), facts.clusters, facts.tables)
    return next((row for row in rows if row.key == slug), None)


def _need(asked: Asked) -> fit.Need:
    topics, sectors, mode, regions = asked
    return fit.Need(dict.fromkeys(topics, 1.0), frozenset(sectors), mode, frozenset(regions))


def row_now(facts: Facts, need: fit.Need, slug: str) -> fit.Row | None:
    """How a cluster fits the need as it is now, on the facts of a run: a row that is shown is
    never wrong about its band. Nothing for a cluster that was not offered, or an unknown need."""
    return _row(facts, asked_by(need), slug) if says_something(need) else None
