"""Statements that PostgreSQL plans once for a connection, instead of at each question.

For a part of a page it takes longer to plan a statement than to answer it. Django binds values on
its own side, so that each statement reads as a new one; here only what differs is sent beside it.
Values that never change stay in the text: by them a partial index is known to serve. Plans are made
for any value (``plan_cache_mode`` in the settings), which is asked of prepared statements alone.
"""

from dataclasses import dataclass
from typing import Any

from psycopg import ClientCursor, Cursor
from psycopg.sql import Literal


class _PreparedCursor(Cursor[Any]):
    """A cursor whose statements are prepared the first time; psycopg keeps which those are."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        result = super().execute(query, params, **{**options, "prepare": True})
        self._query: Any = _Told(self.connection, query, params)
        return result


@dataclass(frozen=True)
class _Told:
    """What was asked, as Django's log of queries reads it off a cursor: with its values."""

    connection: Any
    sql: Any
    params: Any

    @property
    def query(self) -> bytes:
        return ClientCursor(self.connection).mogrify(self.sql, self.params).encode()


class PreparingConnection:
    """Django's connection to PostgreSQL, whose cursors prepare what they execute."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def cursor(self) -> Any:
        self._connection.ensure_connection()
        raw = self._connection.connection
        usual, raw.cursor_factory = raw.cursor_factory, _PreparedCursor
        try:
            return self._connection.cursor()
        finally:
            raw.cursor_factory = usual


def with_constants(sql: str, params: list[Any], is_constant: list[bool], connection: Any) -> str:
    """``sql`` with its constants written out; ``%s`` is left where a value is to be sent."""
    connection.ensure_connection()
    written = [
        _literal(param, connection.connection) if constant else "%s"
        for param, constant in zip(params, is_constant, strict=True)
    ]
    return sql.replace("%%", "%%%%") % tuple(written)


def _literal(value: Any, raw: Any) -> str:
    return Literal(value).as_string(raw).replace("%", "%%")
