"""Puts many plain rows into a table: COPY on PostgreSQL, thousands in a statement on SQLite.

A row is a ``NamedTuple`` of the columns that vary (``rows``); what it leaves out has the default
of its field. Values are what both databases read: numbers, text, ``True``, ``None``.
"""

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Field, Max, Model

from ifa_crm.shared.search_index import indexed_at_once

CACHE: Final = 256 * 1024  # KiB of pages that SQLite may keep while rows are made
VARIABLES: Final = 8000  # values in a statement on SQLite, which takes 32,766


class Table:
    """The table of ``model``, written from rows of ``columns``."""

    def __init__(self, model: type[Model], columns: tuple[str, ...]) -> None:
        self.model = model
        others = [
            field
            for field in model._meta.concrete_fields
            if field.column not in columns and not field.primary_key
        ]
        self.columns = (*columns, *(str(field.column) for field in others))
        self._varying = len(columns)
        self.constants = tuple(_constant(field) for field in others)

    def insert(self, rows: list[tuple[Any, ...]]) -> None:
        if connection.vendor == "postgresql":
            self._copy(rows)
            return
        row = ", ".join([*"?" * self._varying, *map(_literal, self.constants)])
        into = f"INSERT INTO {self._target()} VALUES "  # noqa: S608
        many = VARIABLES // self._varying
        with indexed_at_once(self.model), connection.cursor() as cursor:
            # The driver's own: Django would look each of these long texts through for its marks.
            own = cursor.connection.cursor()
            for start in range(0, len(rows), many):
                some = rows[start : start + many]
                values = ", ".join([f"({row})"] * len(some))
                own.execute(into + values, list(chain.from_iterable(some)))

    def _copy(self, rows: list[tuple[Any, ...]]) -> None:
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {self._target()} FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row + self.constants)

    def _target(self) -> str:
        quoted = connection.ops.quote_name
        columns = ", ".join(map(quoted, self.columns))
        return f"{quoted(self.model._meta.db_table)} ({columns})"

    def last_key(self) -> int:
        return self.model._base_manager.aggregate(last=Max("pk"))["last"] or 0


def _constant(field: "Field[Any, Any]") -> Any:
    """What stands in a column that no row names. Never something made anew for each row."""
    made_anew = field.has_default() and callable(field.default)
    if made_anew or (field.get_default() is None and not field.null):
        raise ImproperlyConfigured(f"Rows of {field.model.__name__} must say {field.column}.")
    return field.get_db_prep_save(field.get_default(), connection)


def _literal(value: Any) -> str:
    """A constant as it stands in SQL: SQLite's driver takes its time over every ``None``."""
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return "'{}'".format(value.replace("'", "''"))
    if isinstance(value, int):
        return str(int(value))
    raise ImproperlyConfigured(f"{value!r} cannot be the same in every row.")


def advance_keys(models: Iterable[type[Model]]) -> None:
    """Rows came with their keys: the next one that the database gives stands after them."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [*models]):
            cursor.execute(statement)


@contextmanager
def writing() -> Iterator[None]:
    """One transaction; pages that are written again and again stay in memory meanwhile."""
    with transaction.atomic():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA cache_size = -{CACHE}")
        yield


@contextmanager
def loading(models: Iterable[type[Model]]) -> Iterator[None]:
    """Rows of ``models`` by the hundred thousand on SQLite: indexes are made of all at the end.

    Kept up to date row by row they take half of the time, and more the longer they are. All of it
    is one transaction, so whoever breaks it off finds the indexes, and no rows. Which rows belong
    to which is not asked: the rows come with keys that fit, as a test holds.
    """
    if connection.vendor != "sqlite":
        yield
        return
    tables = [model._meta.db_table for model in models]
    with connection.constraint_checks_disabled(), writing(), connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(tables))
        cursor.execute(
            f"SELECT name, sql FROM sqlite_master WHERE tbl_name IN ({marks})"  # noqa: S608
            " AND type = 'index' AND sql LIKE 'CREATE INDEX%%'",
            tables,
        )
        indexes = cursor.fetchall()
        for name, _made in indexes:
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(name)}")
        yield
        for _name, made in indexes:
            cursor.execute(made)


class Beside:
    """Does one thing after the other on this thread's connection, beside this thread.

    While the database takes thousands of rows from one statement, the next ones can be made. The
    connection must not be used here until :meth:`wait` or the end of the block.
    """

    def __init__(self) -> None:
        self._shared: Any = connections[DEFAULT_DB_ALIAS]
        self._running: Future[None] | None = None

    def __enter__(self) -> "Beside":
        self._was = sys.getswitchinterval()
        sys.setswitchinterval(0.001)  # between two statements the interpreter is asked for
        self._shared.inc_thread_sharing()
        self._threads = ThreadPoolExecutor(max_workers=1)
        return self

    def __exit__(self, *_told: Any) -> None:
        self._threads.shutdown()
        self._shared.dec_thread_sharing()
        sys.setswitchinterval(self._was)

    def do(self, act: Callable[[], None]) -> None:
        """Wait for what was begun before, which may fail, and begin ``act``."""
        self.wait()
        self._running = self._threads.submit(self._done, act)

    def wait(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.result()

    def _done(self, act: Callable[[], None]) -> None:
        connections[DEFAULT_DB_ALIAS] = self._shared
        try:
            act()
        finally:
            del connections[DEFAULT_DB_ALIAS]


@contextmanager
def without_collector() -> Iterator[None]:
    """Millions of rows without a circle among them: looking for circles takes a sixth of the
    time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def look_again() -> None:
    """Have the database count its rows: until then it plans queries for empty tables."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
