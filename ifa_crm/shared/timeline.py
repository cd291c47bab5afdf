"""What has happened on a record, latest first: one page of it in three queries.

Each app registers sources (``ifa_crm.shared.extend``): rows that its reader may see, and when
they happened. Nothing is stored twice, so that what is merged, hidden or erased is so here, too.

1. keys: one ``UNION ALL`` of (when, source, key) over all sources, ordered and cut by the database;
2. the rows of these keys, of all sources together;
3. what these rows name: people, files, clusters.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import F, IntegerField, Model, Q, QuerySet, Value

from ifa_crm.shared.extend import TimelineEntry, TimelineSource, timeline_sources
from ifa_crm.shared.standing_queries import Given, example, standing
from ifa_crm.shared.together import Read, read_together

PER_PAGE: Final = 30
EVERYTHING: Final = "all"
EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_CURSOR: Final = re.compile(r"(-?\d{1,17})\.(\d{1,3})\.(\d{1,18})")


@dataclass(frozen=True)
class Kind:
    """A kind of entry, to choose from; ``key`` stands in the address."""

    key: str
    label: Any
    is_chosen: bool


@dataclass(frozen=True)
class TimelinePage:
    """Some entries, and where the older ones begin (for ``?before=``)."""

    entries: list[TimelineEntry]
    older: str
    kinds: list[Kind]
    kind: str
    is_first: bool
    has_quiet: bool

    def __bool__(self) -> bool:
        return bool(self.entries)


@dataclass(frozen=True)
class Reading:
    """What a source may ask when it draws a row."""

    record: Any
    user: Any
    more: dict[str, list[Any]]


@dataclass(frozen=True)
class _Place:
    """Where an entry stands: its moment, the number of its source, its key."""

    at: dt.datetime
    source: int
    key: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // dt.timedelta(microseconds=1)}.{self.source}.{self.key}"

    @classmethod
    def read(cls, text: str) -> "_Place | None":
        if not (found := _CURSOR.fullmatch(text)):
            return None
        micro, source, key = map(int, found.groups())
        try:
            return cls(EPOCH + dt.timedelta(microseconds=micro), source, key)
        except OverflowError:
            return None


def timeline_page(
    record: Model, user: Any, *, kind: str = "", before: str = "", size: int = PER_PAGE
) -> TimelinePage:
    """Entries of ``record`` that ``user`` may see, from ``before`` on towards the past.

    ``kind``: one kind, ``all``, or nothing: all but the quiet ones.
    """
    sources = dict(enumerate(timeline_sources(type(record))))
    kinds = list(dict.fromkeys((s.kind, s.label) for s in sources.values()))
    if kind not in {EVERYTHING, *(key for key, _label in kinds)}:
        kind = ""
    asked = {no: source for no, source in sources.items() if _is_asked(source, kind)}
    start = _Place.read(before)
    if start is None and not kind:
        rows = _first_places(asked, record, user, size)
    else:
        rows = _places(asked, record, user, start, size)
    places = [_Place(at, no, key) for at, no, key in rows]
    return TimelinePage(
        entries=_entries(asked, places[:size], record, user),
        older=str(places[size - 1]) if len(places) > size else "",
        kinds=[Kind(key, label, key == kind) for key, label in kinds],
        kind=kind,
        is_first=start is None,
        has_quiet=any(source.quiet for source in sources.values()),
    )


def _is_asked(source: TimelineSource, kind: str) -> bool:
    return kind in {EVERYTHING, source.kind} or (not kind and not source.quiet)


def _first_places(
    sources: dict[int, TimelineSource], record: Model, user: Any, size: int
) -> "QuerySet[Any, Any]":
    """What everybody sees who opens the record, worded once: it is a part for each source."""

    def build(given: Given) -> "QuerySet[Any, Any]":
        anything = example(type(record), id=given.keys[0])
        return _places(sources, anything, given.reader, None, size)

    return standing(("timeline", type(record), size), build, Given.by(user, record.pk))


def _places(
    sources: dict[int, TimelineSource], record: Any, user: Any, start: _Place | None, size: int
) -> "QuerySet[Any, Any]":
    """One more than ``size`` if there are older ones."""
    arms = [_arm(no, source, record, user, start) for no, source in sources.items()]
    rows = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    return rows.order_by("-tl_at", "tl_no", "-tl_key")[: size + 1]


def _arm(
    no: int, source: TimelineSource, record: Any, user: Any, start: _Place | None
) -> "QuerySet[Any, Any]":
    at = F(source.at) if isinstance(source.at, str) else source.at
    rows = source.rows(record, user).order_by().annotate(tl_at=at)
    if start is not None:
        rows = rows.filter(_after(no, start))
    number = Value(no, output_field=IntegerField())
    return rows.annotate(tl_no=number, tl_key=F("pk")).values_list("tl_at", "tl_no", "tl_key")


def _after(no: int, start: _Place) -> Q:
    """Further down than ``start``: at one moment sources stand in order, their newest row first."""
    if no > start.source:
        return Q(tl_at__lte=start.at)
    if no < start.source:
        return Q(tl_at__lt=start.at)
    return Q(tl_at__lt=start.at) | Q(tl_at=start.at, pk__lt=start.key)


def _entries(
    sources: dict[int, TimelineSource], places: list[_Place], record: Any, user: Any
) -> list[TimelineEntry]:
    keys: dict[int, list[int]] = defaultdict(list)
    for place in places:
        keys[place.source].append(place.key)
    reads = {str(no): _read(sources[no], some) for no, some in keys.items()}
    rows = {int(no): found for no, found in read_together(reads).items()}
    more: dict[str, Read] = {}
    for no, found in rows.items():
        more |= {f"{no}.{name}": read for name, read in sources[no].more(found, user).items()}
    told = read_together(more)
    drawn: dict[tuple[int, int], TimelineEntry] = {}
    for no, found in rows.items():
        prefix = f"{no}."
        own = {k.removeprefix(prefix): v for k, v in told.items() if k.startswith(prefix)}
        reading = Reading(record, user, own)
        pairs: Iterator[Any] = zip(found, sources[no].draw(found, reading), strict=True)
        drawn |= {(no, row.pk): entry for row, entry in pairs if entry is not None}
    ordered = (drawn.get((place.source, place.key)) for place in places)
    return [entry for entry in ordered if entry is not None]


def _read(source: TimelineSource, keys: list[int]) -> Read:
    rows = source.model._base_manager.filter(pk__in=keys)
    return Read(source.show(rows), source.fields, source.extra)
