"""The columns of a list: defined once, read by the table, the choice of columns and the export.

A list names them beside its sorts, in the order in which they are offered::

    COLUMNS = (
        Column("lead", _("Investor"), lambda lead: lead.investor.name, also=(NEED,)),
        Column("owner", _("Owner"), lambda lead: lead.owner),
        Column("budget", _("R&D budget"), _budget, classes="num", shown=False),
    )

The first one is the link of the row and always shown. Its template draws what each cell looks
like between ``{% cells %}`` and ``{% endcells %}``; see docs/add-a-page.md.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

Rows = Any  # a QuerySet with the reads of its model


def _as_they_are(rows: Rows) -> Rows:
    return rows


@dataclass(frozen=True)
class Column:
    """One column. ``value(row)`` is the plain value that an export writes: text, a number, a
    day, a moment, or None where nothing is recorded."""

    key: str
    """Stands in ``?cols=``."""
    label: str | Promise
    value: Callable[[Any], Any]
    sort: str = ""
    """Its key in the list's ``sorts``, if it can be sorted by."""
    classes: str = ""
    shown: bool = True
    """Whether it is shown to those who did not choose."""
    adds: Callable[[Rows], Rows] = _as_they_are
    """What the rows of a page need for this column alone: select_related, annotate …"""
    also: "tuple[Column, ...]" = ()
    """Further values that its cell shows; an export gives each a column of its own."""
    heading: str | Promise = ""
    """Its heading in a file, where the label speaks for more than its own value."""
    code: str = ""
    """Its heading in a file that is to be imported again; its key where an import ignores it."""

    def written(self) -> "Iterator[Column]":
        """The columns that an export makes of it."""
        yield self
        yield from self.also


def chosen(columns: Sequence[Column], cols: Sequence[str]) -> list[Column]:
    """Those that ``?cols=owner,stage`` asks for, in its order, after the first; or the usual
    ones. What is no column (any more) is passed over."""
    by_key = {column.key: column for column in columns}
    asked = [key.strip() for part in cols for key in part.split(",")]
    found = [by_key[key] for key in dict.fromkeys(asked) if key in by_key]
    if not found:
        return [column for column in columns if column.shown or column is columns[0]]
    return [columns[0], *(column for column in found if column is not columns[0])]


def written(columns: Sequence[Column]) -> list[Column]:
    """The columns that an export makes of these; what two cells show is written once."""
    return list({part.key: part for column in columns for part in column.written()}.values())


def in_one_line(rows: Iterable[Any]) -> str:
    """*a; b; c*: several records where there is room for one text."""
    return "; ".join(str(row) for row in rows)


def with_columns(rows: Rows, columns: Sequence[Column]) -> Rows:
    """``rows`` with everything that these columns read."""
    for column in columns:
        rows = column.adds(rows)
    return rows


@dataclass(frozen=True)
class Table:
    """The same columns on a page that is no list of its own: neither chosen nor sorted there."""

    shown_columns: Sequence[Column]
    sorts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Sequence[Column], *keys: str) -> "Table":
        return cls(chosen(columns, keys))


@dataclass(frozen=True)
class Choice:
    """A column as it stands in the menu *Columns*."""

    column: Column
    is_shown: bool
    earlier: str
    """The address of the list with it one place further left; empty where there is none."""
