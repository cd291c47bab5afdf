"""Extension points: where an act of a lower app carries a higher app's rows.

A higher app registers in ``AppConfig.ready``; the lower app asks here. They are typed and
listed in docs/architecture.md: *may it be archived*, *timeline*, *search*, *merge*, *hours of an
office*, *readiness*, *views of a list*, *bands of clusters*.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet

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
    """One thing that happened on a record, ready to be drawn."""

    at: dt.datetime
    kind: str
    icon: str  # a heroicons name
    title: str
    text: str = ""
    by: str = ""
    url: str = ""
    row: Any = None  # the row itself, for a template that shows more of it
    template: str = "components/timeline_other.html"
    of: Any = None  # the part of the record on which it happened, if that must be said


def _as_they_are(rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows


def _nothing_more(rows: "list[Any]", user: Any) -> "dict[str, Any]":
    return {}


@dataclass(frozen=True)
class TimelineSource:
    """Rows that become entries of one kind on the timeline of a record.

    ``rows(record, user)``: those that ``user`` may see; both may be examples, of which the keys
    are known alone (``ifa_crm.shared.standing_queries``). ``at``: the field, or the expression,
    that says when. ``fields``, and ``extra`` annotated by ``show``: what is read of the rows of
    a page (``ifa_crm.shared.together``). ``more(rows, user)``: further reads, for what these
    rows name. ``draw(rows, reading)``: their entries, in their order, or ``None`` for a row that
    says nothing (``ifa_crm.shared.timeline.Reading``). A quiet source is left out unless asked
    for.
    """

    kind: str
    label: Any
    model: "type[Model]"
    rows: "Callable[[Any, Any], QuerySet[Any]]"
    at: Any
    fields: tuple[str, ...]
    draw: Callable[[list[Any], Any], Iterable[TimelineEntry | None]]
    extra: tuple[str, ...] = ()
    show: "Callable[[QuerySet[Any]], QuerySet[Any]]" = _as_they_are
    more: "Callable[[list[Any], Any], Mapping[str, Any]]" = _nothing_more
    quiet: bool = False


_timeline_sources: list[tuple[type[Model], TimelineSource]] = []


def register_timeline(record: type[Model], *sources: TimelineSource) -> None:
    """Add what ``sources`` find to the timeline of every ``record``."""
    _timeline_sources.extend((record, source) for source in sources)


def timeline_sources(record: type[Model]) -> list[TimelineSource]:
    """The sources of a kind of record, in the order in which they were registered."""
    return [source for of, source in _timeline_sources if of is record]


# --- Handover -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Promise:
    """Something that is to take place under a handed over record, for whoever takes it over."""

    lead: int  # the key of the record
    title: str
    url: str
    at: dt.datetime | None = None
    who: str = ""


PromiseSource = Callable[[list[int], Any], Iterable[Promise]]
_promise_sources: list[PromiseSource] = []


def register_promises(source: PromiseSource) -> None:
    """Let ``source(keys, user)`` tell what is coming under the leads with these keys."""
    _promise_sources.append(source)


def promises_of(keys: list[int], user: Any) -> list[Promise]:
    return [promise for source in _promise_sources for promise in source(keys, user)]


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


# --- Merge --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Children:
    """Rows of one kind that hang on a record, as far as a reader may know of them."""

    label: Any
    shown: list[Any]
    hidden: int = 0

    @property
    def count(self) -> int:
        return len(self.shown)


@dataclass(frozen=True)
class MergePart:
    """What hangs on a record of a noun, and how it goes over when two are merged.

    ``children(record, user)``; ``carry(kept, gone, moves)`` moves the rows with their own
    attributes, settles what may be there once only, and notes each in ``moves``
    (``investors.services.moves.Moves``), so that it can be undone.
    """

    children: Callable[[Any, Any], Iterable[Children]]
    carry: Callable[[Any, Any, Any], None]


_merge_parts: list[tuple[type[Model], MergePart]] = []


def register_merge(model: type[Model], part: MergePart) -> None:
    """Let rows of a higher app go over when two records of ``model`` are merged."""
    _merge_parts.append((model, part))


def merge_parts(model: type[Model]) -> list[MergePart]:
    return [part for noun, part in _merge_parts if noun is model]


# --- Hours of an office -------------------------------------------------------------------

_hours_listeners: list[Callable[[Any], object]] = []


def register_hours_listener(listener: Callable[[Any], object]) -> None:
    """Let ``listener(office)`` carry out what rests on its hours, holidays and zone."""
    _hours_listeners.append(listener)


def tell_hours_changed(office: Model | None) -> None:
    """The hours, holidays or zone of ``office`` are others now, or somebody has moved there;
    ``None`` where a person belongs to none any more. Part of the same transaction."""
    for listener in _hours_listeners:
        listener(office)


# --- Readiness ----------------------------------------------------------------------------

_readiness: list[Callable[[], Iterable[str]]] = []


def register_readiness(notes: Callable[[], Iterable[str]]) -> None:
    """Let ``notes()`` say on ``/readyz`` what is amiss although pages can be served."""
    _readiness.append(notes)


def readiness_notes() -> list[str]:
    return [note for notes in _readiness for note in notes()]


# --- Views of a list ------------------------------------------------------------------------


@dataclass(frozen=True)
class OfferedView:
    """A saved view as a list offers it."""

    name: str
    address: str
    is_here: bool
    is_default: bool
    is_shared: bool


@dataclass(frozen=True)
class OfferedViews:
    views: tuple[OfferedView, ...] = ()
    opening: str = ""  # the address with which the reader opens this list
    save: str = ""  # where what is shown now gets a name
    manage: str = ""

    @property
    def here(self) -> OfferedView | None:
        return next((view for view in self.views if view.is_here), None)


# (request, URL name of the list or board, what it shows now as a query) → what is offered
ListViews = Callable[[Any, str, str], OfferedViews]
_list_views: list[ListViews] = []


def register_list_views(offer: ListViews) -> None:
    """Let ``offer(request, list name, query)`` say which saved views a list offers."""
    _list_views.append(offer)


def views_of_list(request: Any, list_name: str, query: str) -> OfferedViews:
    for offer in _list_views:
        return offer(request, list_name, query)
    return OfferedViews()


# --- Bands of clusters ----------------------------------------------------------------------


@dataclass(frozen=True)
class Band:
    """How well a cluster fits: a key by which it is drawn, and the word for it."""

    key: str
    label: Any


@dataclass(frozen=True)
class Banding:
    """In which band each cluster is for one record of a higher app.

    ``bands``: by the slug of the cluster, best first; a cluster that is not offered is missing.
    ``legend``: every band that there is, best first. ``note``: what to know of them, or why there
    are none.
    """

    label: str
    address: str
    legend: tuple[Band, ...]
    bands: Mapping[str, Band]
    note: str = ""


@dataclass(frozen=True)
class Bander:
    """``field(user)`` picks one of the records that ``user`` may see, or refuses without telling
    whether there is another; ``bands(user, record, day)`` places the clusters for it."""

    field: Callable[[Any], Any]
    bands: Callable[[Any, Any, dt.date], Banding]


_banders: list[Bander] = []


def register_bander(bander: Bander) -> None:
    """Let a page of clusters be tinted by what a record of a higher app needs."""
    _banders.append(bander)


def bander() -> Bander | None:
    return _banders[0] if _banders else None
