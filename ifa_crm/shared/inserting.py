"""Many plain rows into one table: what ``bulk_create`` writes, for less work.

``bulk_create`` compiles every value of every row, since it could be an expression. Here the
statement is made once for each table and number of rows, and so are the ways to read a value and
to prepare it. For what is written by the ten thousand; a test holds both equal.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from operator import attrgetter
from typing import Any, Final

from django.db import connections, router, transaction
from django.db.models import AutoField, Field, Model
from django.db.models.constants import OnConflict

_AT_ONCE: Final = 500  # rows of a statement, at most; SQLite takes fewer where they are wide
Values = Sequence[Any]


@dataclass(frozen=True)
class Upsert:
    """What becomes of a row that is there: known by ``unique``, it takes over ``fields``."""

    unique: tuple[str, ...]
    fields: tuple[str, ...]


def insert(rows: Sequence[Any], *, upsert: Upsert | None = None) -> None:
    """Write new rows of one model and, without ``upsert``, give them their keys.

    No signals and no expressions; the rows that they point to must have their keys by now.
    """
    if not rows:  # nothing says of which model
        return
    model: Any = type(rows[0])
    using = router.db_for_write(model)
    table = _Table(model, _written(model), using)
    readers = [_reader(model, name) for name in table.names]
    values = [[read(row) for read in readers] for row in rows]
    if upsert is None:
        for row, key in zip(rows, table.write(values, returning=True), strict=True):
            row.pk = key
    else:
        table.write(values, upsert=upsert)
    for row in rows:
        row._state.adding, row._state.db = False, using


def insert_values(
    model: type[Model],
    names: Sequence[str],
    values: Iterable[Values],
    *,
    ignore_conflicts: bool = False,
) -> None:
    """Write rows that consist of the fields ``names``, without making an object of each."""
    table = _Table(model, tuple(names), router.db_for_write(model))
    table.write(list(values), ignoring=ignore_conflicts)


@cache
def _written(model: type[Model]) -> tuple[str, ...]:
    return tuple(
        field.name
        for field in model._meta.concrete_fields
        if not field.generated and not isinstance(field, AutoField)
    )


@cache
def _reader(model: type[Model], name: str) -> Callable[[Model], Any]:
    field: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
    if type(field).pre_save is Field.pre_save:
        return attrgetter(field.attname)
    return lambda row: field.pre_save(row, add=True)


@dataclass(frozen=True)
class _Table:
    """Some columns of a table of one database."""

    model: type[Model]
    names: tuple[str, ...]
    using: str

    @property
    def fields(self) -> "list[Field[Any, Any]]":
        return [self.model._meta.get_field(name) for name in self.names]  # type: ignore[misc]

    def write(
        self,
        rows: Sequence[Values],
        *,
        upsert: Upsert | None = None,
        ignoring: bool = False,
        returning: bool = False,
    ) -> list[Any]:
        """Insert rows of prepared values; the keys in their order, if asked for."""
        if not rows:
            return []
        connection = connections[self.using]
        prepare = [partial(field.get_db_prep_save, connection=connection) for field in self.fields]
        most = min(connection.ops.bulk_batch_size(self.fields, rows), _AT_ONCE)
        keys: list[Any] = []
        with transaction.atomic(using=self.using, savepoint=False), connection.cursor() as cursor:
            for start in range(0, len(rows), most):
                some = rows[start : start + most]
                params = [
                    None if value is None else prepared(value)
                    for row in some
                    for prepared, value in zip(prepare, row, strict=True)
                ]
                cursor.execute(_statement(self, len(some), upsert, ignoring, returning), params)
                if returning:
                    keys += [row[0] for row in cursor.fetchall()]
        return keys


@cache
def _statement(
    table: _Table, count: int, upsert: Upsert | None, ignoring: bool, returning: bool
) -> str:
    ops: Any = connections[table.using].ops
    meta = table.model._meta
    conflict = OnConflict.UPDATE if upsert else OnConflict.IGNORE if ignoring else None
    columns = ", ".join(ops.quote_name(field.column) for field in table.fields)
    values = ops.bulk_insert_sql(table.fields, [["%s"] * len(table.names)] * count)
    of, told = (
        [meta.get_field(name).column for name in names]  # type: ignore[union-attr]
        for names in ((upsert.unique, upsert.fields) if upsert else ((), ()))
    )
    parts = (
        f"{ops.insert_statement(on_conflict=conflict)} {ops.quote_name(meta.db_table)} ({columns})",
        values,
        ops.on_conflict_suffix_sql(table.fields, conflict, told, of),
        ops.return_insert_columns([meta.pk])[0] if returning else "",
    )
    return " ".join(filter(None, parts))
