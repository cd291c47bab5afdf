"""Where clusters stand on the map of France: pure functions over plain numbers.

The map is an SVG of 1000 by 970 units. Places are projected to RGF93 / Lambert-93 (EPSG:2154) and
scaled as the outlines were (``clusters/data/regions_outline.json``: Natural Earth, public domain).
Île-de-France has an inset of its own, and so has what lies overseas; markers that would cover one
another are pushed apart and keep a line to their place.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

WIDTH: Final = 1000
HEIGHT: Final = 970
APART: Final = 40.0  # units between two markers: 24 px where the map is 600 px wide

# The ellipsoid GRS 80 and the cone of Lambert-93. Source: IGN, NTG 71 (ALG0003) and EPSG:2154.
_ECCENTRICITY: Final = 0.0818191910428158
_EXPONENT: Final = 0.7256077650532670
_CONSTANT: Final = 11_754_255.4261  # metres
_POLE: Final = (700_000.0, 12_655_612.0499)  # metres
_MERIDIAN: Final = math.radians(3.0)
_SCALE: Final = WIDTH / (1_242_000 - 99_000)  # units per metre

_AROUND_PARIS: Final = "11"
_STEPS: Final = 400


@dataclass(frozen=True)
class Region:
    """The outline of a region: its INSEE code, its name, and an SVG path."""

    code: str
    name: str
    path: str


@dataclass(frozen=True)
class Place:
    """Where something is: degrees north and east, and the INSEE code of its region of 2005."""

    key: int
    latitude: float
    longitude: float
    region: str


@dataclass(frozen=True)
class Inset:
    """A part of the map drawn larger, or brought near: a frame, and how it maps units."""

    x: float
    y: float
    width: float
    height: float
    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def holds(self, at: tuple[float, float]) -> tuple[float, float]:
        """The place in the frame of a place on the map."""
        return (
            self.x + (at[0] - self.left) * self.scale,
            self.y + (at[1] - self.top) * self.scale,
        )

    @property
    def transform(self) -> str:
        """The SVG transform that draws an outline of the map inside the frame."""
        left, top = self.x - self.left * self.scale, self.y - self.top * self.scale
        return f"translate({left:.1f} {top:.1f}) scale({self.scale})"

    def keeps(self, at: tuple[float, float]) -> tuple[float, float]:
        """``at``, moved inside the frame if it left it."""
        edge = APART / 2
        return (
            min(max(at[0], self.x + edge), self.x + self.width - edge),
            min(max(at[1], self.y + edge), self.y + self.height - edge),
        )


@dataclass(frozen=True)
class Marker:
    """Where a mark is drawn, and the place that it means."""

    x: float
    y: float
    at_x: float
    at_y: float

    @property
    def is_moved(self) -> bool:
        return math.hypot(self.x - self.at_x, self.y - self.at_y) > 8


WHOLE: Final = Inset(0, 0, WIDTH, HEIGHT)
PARIS: Final = Inset(12, 510, 200, 176, scale=1.3, left=417.0, top=167.5)
OVERSEAS: Final = Inset(12, 730, 130, 96)


@cache
def _outlines() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (Path(__file__).parent / "data" / "regions_outline.json").read_text(encoding="utf-8")
    )
    return found


@cache
def regions(*, of_today: bool) -> tuple[Region, ...]:
    """The 22 regions of 2005 in metropolitan France, or the 13 of today."""
    rows = _outlines()["r2016" if of_today else "r2005"]
    return tuple(Region(row["code"], row["name"], row["d"]) for row in rows)


def attribution() -> str:
    """Whose outlines these are: to be shown on the page."""
    return str(_outlines()["attribution"])


def around_paris() -> Region:
    """The region that is drawn larger, too."""
    return next(row for row in regions(of_today=False) if row.code == _AROUND_PARIS)


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """The place on the map of a place in France; degrees to units of the SVG."""
    phi, lam = math.radians(latitude), math.radians(longitude)
    sine = _ECCENTRICITY * math.sin(phi)
    isometric = math.log(math.tan(math.pi / 4 + phi / 2)) + _ECCENTRICITY / 2 * math.log(
        (1 - sine) / (1 + sine)
    )
    radius = _CONSTANT * math.exp(-_EXPONENT * isometric)
    angle = _EXPONENT * (lam - _MERIDIAN)
    east, north = _POLE[0] + radius * math.sin(angle), _POLE[1] - radius * math.cos(angle)
    return (east - 99_000) * _SCALE, (7_110_500 - north) * _SCALE


def is_metropolitan(place: Place) -> bool:
    return 41.0 <= place.latitude <= 51.5 and -5.5 <= place.longitude <= 10.0


def inset_of(place: Place) -> Inset:
    """The part of the map in which a place is marked."""
    if not is_metropolitan(place):
        return OVERSEAS
    return PARIS if place.region == _AROUND_PARIS else WHOLE


@lru_cache(maxsize=8)
def markers(places: tuple[Place, ...]) -> dict[int, Marker]:
    """Where to draw a mark for each place, by its key; no two of a part of the map touch."""
    found: dict[int, Marker] = {}
    for inset in (WHOLE, PARIS, OVERSEAS):
        inside = sorted(
            (place for place in places if inset_of(place) == inset), key=lambda place: place.key
        )
        true = [_true_place(place, inset) for place in inside]
        for place, at, drawn in zip(inside, true, _spread(true, inset), strict=True):
            found[place.key] = Marker(*(round(value, 1) for value in (*drawn, *at)))
    return found


def _true_place(place: Place, inset: Inset) -> tuple[float, float]:
    if inset is OVERSEAS:  # only that it is far away is shown
        return inset.x + inset.width / 2, inset.y + inset.height / 2 + 8
    return inset.holds(project(place.latitude, place.longitude))


def _spread(true: Sequence[tuple[float, float]], inset: Inset) -> list[tuple[float, float]]:
    """Push apart what is nearer than ``APART``, a little at a time; the same for the same input."""
    # Those of one city start on a small circle round it, so that there is a way to push them.
    at = [
        (x + 0.5 * math.cos(2.4 * number), y + 0.5 * math.sin(2.4 * number))
        for number, (x, y) in enumerate(true)
    ]
    for _step in range(_STEPS):
        pushes = _pushes(at)
        if not pushes:
            break
        for number, (dx, dy) in pushes.items():
            at[number] = inset.keeps((at[number][0] + dx, at[number][1] + dy))
    return at


def _pushes(at: Sequence[tuple[float, float]]) -> dict[int, tuple[float, float]]:
    """How far each that is too near to another is to move, and where."""
    pushes: dict[int, tuple[float, float]] = {}
    for one, (x, y) in enumerate(at):
        for other in range(one + 1, len(at)):
            dx, dy = at[other][0] - x, at[other][1] - y
            distance = math.hypot(dx, dy)
            if distance >= APART - 0.05:
                continue
            share = (APART - distance) / 2 / max(distance, 0.001)
            for number, sign in ((one, -1), (other, 1)):
                px, py = pushes.get(number, (0.0, 0.0))
                pushes[number] = px + sign * dx * share, py + sign * dy * share
    return pushes
