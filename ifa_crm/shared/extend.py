"""Extension points: where an act of a lower app carries a higher app's rows.

A higher app registers in ``AppConfig.ready``; the lower app asks here. They are typed and
listed in docs/architecture.md: *may it be archived*, *timeline*, *search*, *readiness*.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

# --- May it be archived? ------------------------------------------------------------------

ArchiveCheck = Callable[[Any], Iterable[str]]
_archive_checks: list[tuple[type[Model], ArchiveCheck]] = []


def register_archive_check(model: type[Model], check: ArchiveCheck) -> None:
    """Let ``check(record)`` name, as sentences, what is still open on a ``model``."""
    _archive_checks.append((model, check))


def archive_obstacles(record: Model) -> list[str]:
    """Everything that speaks against archiving ``record``; empty if it may be."""
    return [
        sentence
        for model, check in _archive_checks
        if isinstance(record, model)
        for sentence in check(record)
    ]


# --- Timeline -----------------------------------------------------------------------------


@dataclass(frozen=True)
class TimelineEntry:
    """One thing that happened on a record."""

    at: dt.datetime
    kind: str  # "interaction", "move", "shortlist", "engagement", "meeting"
    icon: str  # a heroicons name
    title: str
    text: str = ""
    by: str = ""
    url: str = ""
    row: Any = None  # the row itself, for a template that shows more of it


TimelineSource = Callable[[Any, Any], Iterable[TimelineEntry]]
_timeline_sources: list[tuple[type[Model], TimelineSource]] = []


def register_timeline(model: type[Model], source: TimelineSource) -> None:
    """Let ``source(record, user)`` add entries to the timeline of a ``model``."""
    _timeline_sources.append((model, source))


def timeline_of(record: Model, user: Any) -> list[TimelineEntry]:
    """All entries that ``user`` may see, latest first."""
    entries = (
        entry
        for model, source in _timeline_sources
        if isinstance(record, model)
        for entry in source(record, user)
    )
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


# --- Search -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hit:
    """One line of a search result."""

    title: str
    subtitle: str
    url: str


@dataclass(frozen=True)
class Searcher:
    """Finds records of one noun: ``find(user, query, limit)``, prefix hits first.

    ``list_url(query)`` is the list page that shows all of them, if there is one.
    """

    key: str
    label: Any
    icon: str
    find: Callable[[Any, str, int], list[Hit]]
    order: int = 50
    list_url: Callable[[str], str] | None = None


_searchers: dict[str, Searcher] = {}


def register_searcher(searcher: Searcher) -> None:
    _searchers[searcher.key] = searcher


def searchers() -> Iterator[Searcher]:
    """The searchers in the order in which their results are shown."""
    yield from sorted(_searchers.values(), key=lambda searcher: searcher.order)


# --- Readiness ----------------------------------------------------------------------------

_readiness: list[Callable[[], Iterable[str]]] = []


def register_readiness(notes: Callable[[], Iterable[str]]) -> None:
    """Let ``notes()`` say on ``/readyz`` what is amiss although pages can be served."""
    _readiness.append(notes)


def readiness_notes() -> list[str]:
    return [note for notes in _readiness for note in notes()]
