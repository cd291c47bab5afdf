"""Queries that are put into SQL once, and from then on only given their values.

    rows = standing("to do", lambda given: due_for(given.reader), Given.by(user))

For a page of many small parts Django takes longer to word the queries than the database to answer
them. From one reader and moment to the next they differ in a few values alone: whose rows, of
which office, on which day, until when. So a query is built for two made-up readers at two made-up
moments, and where their parameters differ it is read off which value stands there. One that cannot
be read off so is built anew each time, as is one in which a day or a time is the same for both:
that would be the day of whoever asked first.

A query is kept for everybody with the same rights. Whatever else decides how it is built belongs
into its key; who reads, and a record that it is built around, is an :func:`example`, which knows
nothing that could get into it unseen. Rests on the compiler of the pinned Django:
``tests/shared/test_standing_queries.py`` holds the rows equal to plain ones.
"""

import copy
import datetime as dt
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet
from django.utils import timezone, translation

from ifa_crm.shared.prepared import PreparingConnection, with_constants
from ifa_crm.shared.together import Read, all_of, instances

_MOST: Final = 256  # kept queries of a process; with more, all are worded anew

M = TypeVar("M", bound=Model)
Key = int | str | None
Build = Callable[["Given"], "QuerySet[Any]"]
Form = Callable[[str], str]
Slot = Callable[["Given"], Any]


@dataclass(frozen=True)
class Given:
    """What a query is asked with. ``keys``: of records, words; nothing stays nothing."""

    keys: tuple[Any, ...]  # each a Key
    now: dt.datetime
    reader: Any = None  # a member of staff

    @classmethod
    def by(cls, reader: Any, *keys: Key) -> Self:
        """Asked by ``reader``, now."""
        return cls(keys, timezone.now(), reader)

    @property
    def today(self) -> dt.date:
        """The day in the reader's own zone."""
        return timezone.localdate(self.now)

    @property
    def values(self) -> tuple[Key, ...]:
        """The keys, and those of the reader."""
        return self.keys if self.reader is None else (*self.keys, *self.reader.own_keys)

    @property
    def shape(self) -> Hashable:
        """What is the same for all who may be given the same query: rights, and what is there."""
        rights = None if self.reader is None else self.reader.acts
        return (rights, tuple(value is None for value in self.values))

    def example(self, n: int) -> "Given":
        """As this one, with values that stand in no query by chance."""
        values = [_example_key(value, n, place) for place, value in enumerate(self.values)]
        keys, own = values[: len(self.keys)], values[len(self.keys) :]
        reader = None if self.reader is None else self.reader.example(*own)
        return Given(tuple(keys), _MOMENTS[n], reader)


# They have nothing in common.
_MOMENTS: Final = (
    dt.datetime(2187, 3, 8, 5, 17, 23, 411, tzinfo=dt.UTC),
    dt.datetime(2244, 10, 20, 20, 44, 51, 877, tzinfo=dt.UTC),
)


def standing(
    key: Hashable, build: Build, given: Given, *, forms: tuple[Form, ...] = ()
) -> "QuerySet[Any]":
    """The rows of ``build(given)``; not to be filtered or sliced any further.

    ``forms``: what may become of a text among the keys before it stands in the query, such as a
    pattern. A query with a pattern is planned at each question, since the plan depends on it.
    """
    shape = (key, given.shape, translation.get_language())
    kept = _kept.get(shape, _UNKNOWN)
    if kept is _UNKNOWN:  # held here: another thread may clear them all
        if len(_kept) >= _MOST:
            _kept.clear()
        kept = _kept[shape] = _worded(build, given, forms)
    return build(given) if kept is None else kept.asked_with(given)


def standing_reads(
    key: Hashable, reads: "Callable[[Given], Mapping[str, Read]]", given: Given
) -> dict[str, list[Any]]:
    """As :func:`ifa_crm.shared.together.read_together`, worded once. Only the rows that are read
    may differ from reader to reader: not what is read of them, nor how they are sorted."""
    shape = (key, given.shape)

    def build(given: Given) -> "QuerySet[Any]":
        _reads[shape] = reads(given)
        return all_of(_reads[shape])

    rows = standing(key, build, given)
    return instances(rows, _reads[shape])


def example(model: type[M], **fields: Any) -> M:
    """A record of which nothing is known but ``fields``: asked for more, it fails."""
    columns = [field.attname for field in model._meta.concrete_fields if field.attname in fields]
    return model.from_db(DEFAULT_DB_ALIAS, columns, [fields[name] for name in columns])


@dataclass(frozen=True)
class _Kept:
    """A query in SQL, with its compiler, which knows how a row becomes an instance."""

    rows: Any  # a QuerySet
    compiler: Any
    sql: str
    params: tuple[Any, ...]  # a value, or a _Slot that tells it
    is_prepared: bool

    def asked_with(self, given: Given) -> "QuerySet[Any]":
        connection = connections[self.rows.db]
        params = tuple(
            _adapted(one.of(given), connection) if isinstance(one, _Slot) else one
            for one in self.params
        )
        compiler = copy.copy(self.compiler)
        # Each thread has its own.
        compiler.connection = PreparingConnection(connection) if self.is_prepared else connection
        compiler.as_sql = lambda *_args, **_kwargs: (self.sql, params)
        query: Any = copy.copy(self.rows.query)
        query.get_compiler = lambda *_args, **_kwargs: compiler
        asked: Any = type(self.rows)(model=self.rows.model, query=query, using=self.rows.db)
        asked._iterable_class = self.rows._iterable_class
        asked._fields = self.rows._fields
        return asked


@dataclass(frozen=True)
class _Slot:
    """Where a parameter comes from."""

    of: Slot


_UNKNOWN: Final[Any] = object()
_kept: dict[Hashable, _Kept | None] = {}
_reads: dict[Hashable, "Mapping[str, Read]"] = {}


def _worded(build: Build, given: Given, forms: tuple[Form, ...]) -> _Kept | None:
    """The query in SQL; nothing where it cannot be read off what stands where."""
    examples = [given.example(n) for n in range(len(_MOMENTS))]
    built: list[Any] = [build(example) for example in examples]
    compilers = [rows.query.get_compiler(using=rows.db) for rows in built]
    try:
        (sql, one), (other_sql, other) = (compiler.as_sql() for compiler in compilers)
    except EmptyResultSet:
        return None
    if sql != other_sql or len(one) != len(other) or built[0]._prefetch_related_lookups:
        return None
    params = [_param(pair, examples, forms) for pair in zip(one, other, strict=True)]
    if any(param is _UNKNOWN for param in params):
        return None
    connection = connections[built[0].db]
    is_prepared = connection.vendor == "postgresql" and not forms
    if is_prepared:
        constant = [not isinstance(param, _Slot) for param in params]
        sql = with_constants(sql, params, constant, connection)
        params = [param for param in params if isinstance(param, _Slot)]
    return _Kept(built[0], compilers[0], sql, tuple(params), is_prepared)


def _example_key(key: Key, n: int, place: int) -> Key:
    if isinstance(key, str):
        return f"zqx{'bd'[n]}{place:02}kvw"  # a word, as the search has them
    return None if key is None else 7_300_000_000_000_000 + 1_000_003 * n + 17 * place


def _itself(value: Any) -> Any:
    return value


def _value_at(place: int, form: Callable[[Any], Any]) -> Slot:
    return lambda given: form(given.values[place])


def _param(pair: tuple[Any, Any], examples: list[Given], forms: tuple[Form, ...]) -> Any:
    """The constant that both have, the slot that explains what each has, or ``_UNKNOWN``."""
    values = tuple(_read(value) for value in pair)
    if any(isinstance(value, dt.date) for value in values):
        return _of_time(values, examples)
    if values[0] == values[1] and type(values[0]) is type(values[1]):
        return pair[0]
    for place, example in enumerate(examples[0].values):
        for form in (_itself, *(forms if isinstance(example, str) else ())):
            slot = _value_at(place, form)
            if values == tuple(slot(each) for each in examples):
                return _Slot(slot)
    return _UNKNOWN


def _read(value: Any) -> Any:
    """A parameter as it was before it was adapted to the database: SQLite has days as text."""
    if not isinstance(value, str):
        return value
    try:
        if len(value) == len("2026-01-31"):
            return dt.date.fromisoformat(value)
        if len(value) >= len("2026-01-31 00:00:00"):
            moment = dt.datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except ValueError:
        pass
    return value


def _of_time(values: tuple[Any, ...], examples: list[Given]) -> Any:
    """So long before or after now; so many days from today, the day itself or its beginning."""
    if all(isinstance(value, dt.datetime) for value in values):
        spans = {value - example.now for value, example in zip(values, examples, strict=True)}
        if len(spans) == 1:
            span = spans.pop()
            return _Slot(lambda given: given.now + span)
        days = [timezone.localtime(value) for value in values]
        if any(day.time() != dt.time() for day in days):
            return _UNKNOWN
        values, begins = tuple(day.date() for day in days), True
    elif any(isinstance(value, dt.datetime) or not isinstance(value, dt.date) for value in values):
        return _UNKNOWN
    else:
        begins = False
    spans = {value - example.today for value, example in zip(values, examples, strict=True)}
    if len(spans) != 1:
        return _UNKNOWN
    span = spans.pop()
    if begins:
        return _Slot(lambda given: _beginning(given.today + span))
    return _Slot(lambda given: given.today + span)


def _beginning(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def _adapted(value: Any, connection: Any) -> Any:
    if isinstance(value, dt.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return connection.ops.adapt_datefield_value(value)
    return value
