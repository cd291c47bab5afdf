"""Evaluations that were kept: what is kept of a result, and what differs between two. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from investors import fit
from investors.choices import Band, Mode
from investors.evaluating import COMPONENTS, Names, Part

SHOWN: Final = frozenset({fit.STRONG, fit.POSSIBLE, fit.WEAK})
"""The bands of those that stand in the ranking."""


@dataclass(frozen=True)
class Run:
    """What a result rests on and what came out, kept or of this moment."""

    inputs: Mapping[str, Any]
    vocabulary: str
    weights: str
    rows: Sequence[Mapping[str, Any]]


def kept_rows(rows: Sequence[fit.Row]) -> list[dict[str, Any]]:
    """Every cluster, best first, with what shows how it came about."""
    return [
        {
            "cluster": row.key,
            "band": row.band,
            "tied": row.tied,
            "score": round(row.score, 2),
            "low": round(row.low, 2),
            "high": round(row.high, 2),
            "parts": {
                name: [round(part.value, 4), part.known, round(weight_of(name), 4)]
                for name, part in row.components.items()
            },
            "matches": [[match.asked, match.offered] for match in row.matches],
        }
        for row in rows
    ]


def weight_of(name: str) -> float:
    """Of 100 points."""
    return float(getattr(fit.WEIGHTS, name)) / fit.WEIGHTS.total * 100


def kept_parts(parts: Mapping[str, Sequence[Any]]) -> list[Part]:
    """How a score that was kept came about, by the weights that held."""
    return [
        Part(
            label=str(COMPONENTS[name]),
            value=value,
            weight=weight,
            points=weight * value,
            is_known=is_known,
        )
        for name, (value, is_known, weight) in parts.items()
    ]


def inputs_of(need: fit.Need, mode: str) -> dict[str, Any]:
    """As :attr:`Evaluation.inputs`; ``mode`` is what the lead calls it."""
    return {
        "topics": dict(sorted(need.topics.items())),
        "sectors": sorted(need.sectors),
        "mode": mode,
        "regions": sorted(need.regions),
    }


@dataclass(frozen=True)
class Moved:
    """A cluster whose place or band is another: *from* and *to* in words."""

    cluster: str
    was: str
    is_now: str


@dataclass(frozen=True)
class Difference:
    """What changed from one result to a later one, and why."""

    up: list[Moved]
    down: list[Moved]
    entered: list[Moved]
    left: list[Moved]
    why: list[str]

    @property
    def is_none(self) -> bool:
        return not (self.up or self.down or self.entered or self.left)

    @property
    def groups(self) -> list[tuple[str, list[Moved]]]:
        """The four, in words, less those that are empty."""
        named = [
            (_("Came in"), self.entered),
            (_("Moved up"), self.up),
            (_("Moved down"), self.down),
            (_("Fell out"), self.left),
        ]
        return [(words, moved) for words, moved in named if moved]


def differences(before: Run, after: Run, names: Names) -> Difference:
    """Band by band: one place up or down inside a band is no news among near ties.

    A cluster has *moved* if its band is another, or its place is by three or more, within those
    that are above *none*.
    """
    old, new = _places(before.rows), _places(after.rows)
    found: dict[str, list[Moved]] = {"up": [], "down": [], "entered": [], "left": []}
    for key in dict.fromkeys([*new, *old]):
        kind = _kind(old.get(key), new.get(key))
        if kind:
            found[kind].append(Moved(key, _place(old.get(key)), _place(new.get(key))))
    return Difference(**found, why=list(_why(before, after, names)))


Place = tuple[int, str]


def _places(rows: Sequence[Mapping[str, Any]]) -> dict[str, Place]:
    """The place, from 1, and the band of those that stand in the ranking."""
    shown = [row for row in rows if row["band"] in SHOWN]
    return {row["cluster"]: (place, row["band"]) for place, row in enumerate(shown, 1)}


def _kind(old: Place | None, new: Place | None) -> str:
    if old is None or new is None:
        return "entered" if old is None else "left"
    order = list(fit.BANDS)
    if old[1] != new[1]:
        return "up" if order.index(new[1]) < order.index(old[1]) else "down"
    if abs(old[0] - new[0]) < 3:
        return ""
    return "up" if new[0] < old[0] else "down"


def _place(place: Place | None) -> str:
    if place is None:
        return str(Band.NONE.label)
    return _("%(band)s, no. %(place)d") % {"band": Band(place[1]).label, "place": place[0]}


def _why(before: Run, after: Run, names: Names) -> Iterator[str]:
    yield from _topics(before.inputs["topics"], after.inputs["topics"], names)
    yield from _listed(
        _("Sectors"), before.inputs["sectors"], after.inputs["sectors"], names.sectors
    )
    if before.inputs["mode"] != after.inputs["mode"]:
        told = {
            "was": Mode(before.inputs["mode"]).label,
            "now": Mode(after.inputs["mode"]).label,
        }
        yield _("Join or start: “%(was)s” is now “%(now)s”") % told
    yield from _listed(_("Preferred regions"), before.inputs["regions"], after.inputs["regions"])
    if before.vocabulary != after.vocabulary:
        yield _("The vocabulary of topics was edited")
    if before.weights != after.weights:
        yield _("The weights are others")
    same = before.inputs == after.inputs and before.vocabulary == after.vocabulary
    if same and before.weights == after.weights and before.rows != after.rows:
        yield _("What is on record of the clusters changed: topics, seats, projects or calls")


def _topics(before: Mapping[str, float], after: Mapping[str, float], names: Names) -> Iterator[str]:
    yield from _listed(_("Topics"), list(before), list(after), names.topics)
    both = before.keys() & after.keys()
    if other := sorted(key for key in both if abs(before[key] - after[key]) >= 0.05):
        yield _("Weighs differently: %(topics)s") % {"topics": names.listed(other)}


def _listed(
    label: str,
    before: Sequence[str],
    after: Sequence[str],
    names: Mapping[str, str] | None = None,
) -> Iterator[str]:
    for words, keys in (
        (_("%(what)s: %(names)s added"), set(after) - set(before)),
        (_("%(what)s: %(names)s taken away"), set(before) - set(after)),
    ):
        if keys:
            named = ", ".join(sorted((names or {}).get(key, key) for key in keys))
            yield words % {"what": label, "names": named}
