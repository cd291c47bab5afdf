"""The index behind the folded search: it finds rows by any piece of their ``search_text``.

PostgreSQL indexes the trigrams of the text (``pg_trgm``); on SQLite a table of trigrams (FTS5)
stands beside the rows and triggers keep it. Both follow from the text alone, so they are no part
of a model's state: :func:`ensure_search_indexes` makes what is missing after every ``migrate``,
also when a migration has rebuilt a table on SQLite, which drops the triggers.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.apps import AppConfig
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.db.models.expressions import Col
from django.db.models.lookups import Contains, StartsWith

from ifa_crm.shared.fields import SearchTextField

HEAD = 24  # letters of the text that the index of beginnings holds

_POSTGRESQL = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS {table}_search ON {table} USING gin (search_text gin_trgm_ops)",
    f"CREATE INDEX IF NOT EXISTS {{table}}_begins ON {{table}} "
    f"(left(search_text, {HEAD}) text_pattern_ops)",
)
_OLD = "INSERT INTO {table}_search({table}_search, rowid, search_text) VALUES ('delete', old.id, old.search_text);"  # noqa: E501
_NEW = "INSERT INTO {table}_search(rowid, search_text) VALUES (new.id, new.search_text);"
# detail=none: which rows hold a trigram, not where. Small and quick to write; the text itself
# is compared afterwards.
_SQLITE = {
    "{table}_search": "CREATE VIRTUAL TABLE IF NOT EXISTS {table}_search USING fts5("
    "search_text, content='{table}', content_rowid='id', tokenize='trigram', detail=none)",
    "{table}_begins": f"CREATE INDEX IF NOT EXISTS {{table}}_begins ON {{table}} "
    f"(substr(search_text, 1, {HEAD}))",
    "{table}_search_new": "CREATE TRIGGER IF NOT EXISTS {table}_search_new AFTER INSERT ON {table} "
    f"BEGIN {_NEW} END",
    "{table}_search_gone": "CREATE TRIGGER IF NOT EXISTS {table}_search_gone AFTER DELETE ON "
    f"{{table}} BEGIN {_OLD} END",
    "{table}_search_other": "CREATE TRIGGER IF NOT EXISTS {table}_search_other AFTER UPDATE OF "
    "search_text ON {table} WHEN old.search_text <> new.search_text "
    f"BEGIN {_OLD} {_NEW} END",
}


def ensure_search_indexes(app_config: AppConfig, using: str, **told: Any) -> None:
    """Make the indexes of the app's searched models that are missing. Called after ``migrate``."""
    connection = connections[using]
    tables = set(map(_table_of, filter(_is_searched, app_config.get_models())))
    if tables:
        for table in tables.intersection(connection.introspection.table_names()):
            _ensure(connection, table)


def _table_of(model: type[Model]) -> str:
    return model._meta.db_table


def _is_searched(model: type[Model]) -> bool:
    return any(isinstance(field, SearchTextField) for field in model._meta.concrete_fields)


def _ensure(connection: BaseDatabaseWrapper, table: str) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for statement in _POSTGRESQL:
                cursor.execute(statement.format(table=table))
            return
        names = {name.format(table=table) for name in _SQLITE}
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE %s", [f"{table}%"])
        if names.difference(name for (name,) in cursor.fetchall()):
            for statement in _SQLITE.values():
                cursor.execute(statement.format(table=table))
            cursor.execute(f"INSERT INTO {table}_search({table}_search) VALUES ('rebuild')")  # noqa: S608


@contextmanager
def indexed_at_once(model: type[Model]) -> Iterator[None]:
    """Rows of ``model`` inserted inside come into SQLite's index together at the end.

    Ten times as quick as the trigger, which takes them one by one. Within a transaction only:
    whoever reads meanwhile, or writes after a failure, finds the trigger in its place.
    """
    table = model._meta.db_table
    if connection.vendor != "sqlite" or not _is_searched(model):
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")  # noqa: S608
        (last,) = cursor.fetchone()
        cursor.execute(f"DROP TRIGGER {table}_search_new")
        yield
        cursor.execute(
            f"INSERT INTO {table}_search(rowid, search_text) "  # noqa: S608
            f"SELECT id, search_text FROM {table} WHERE id > %s",
            [last],
        )
        cursor.execute(_SQLITE["{table}_search_new"].format(table=table))


class Holds(Contains):
    """``search_text__holds="ano"``: as ``contains``, through the index."""

    lhs: Any
    rhs: Any

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        sql, params = super().as_sql(compiler, connection, **extra)
        if not isinstance(self.lhs, Col) or len(self.rhs) < 3:  # shorter than a trigram
            return sql, params
        quote, meta = connection.ops.quote_name, self.lhs.target.model._meta
        key, index = f"{quote(self.lhs.alias)}.{quote(meta.pk.column)}", f"{meta.db_table}_search"
        within = f"{key} IN (SELECT rowid FROM {index} WHERE {index} MATCH %s)"  # noqa: S608
        return f"({within} AND {sql})", (_trigrams(self.rhs), *params)


def _trigrams(text: str) -> str:
    """A query for the rows that hold every piece of three letters of ``text``."""
    pieces = dict.fromkeys(text[start : start + 3] for start in range(len(text) - 2))
    return " AND ".join('"' + piece.replace('"', '""') + '"' for piece in pieces)


class Begins(StartsWith):
    """``search_text__begins="ano"``: as ``startswith``, through the index of beginnings.

    What that index holds whole is not compared with the text again: PostgreSQL would look it up
    among all pieces of all texts as well.
    """

    rhs: Any

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        sql, params = super().as_sql(compiler, connection, **extra)
        head = self.rhs[:HEAD]
        if not head:
            return sql, params
        text, values = compiler.compile(self.lhs)
        if connection.vendor == "postgresql":
            pattern = f"{connection.ops.prep_for_like_query(head)}%"
            begun, told = f"left({text}, {HEAD}) LIKE %s", [*values, pattern]
        else:
            part, told = f"substr({text}, 1, {HEAD})", [*values, head, *values, _beyond(head)]
            begun = f"{part} >= %s AND {part} < %s"
        if len(self.rhs) <= HEAD:
            return f"({begun})", tuple(told)
        return f"({begun} AND {sql})", (*told, *params)


def _beyond(head: str) -> str:
    """The first text that does not begin with ``head`` any more."""
    return head[:-1] + chr(ord(head[-1]) + 1)


def is_usual(word: str) -> bool:
    """Whether the lookups above put ``word`` into SQL as they do most others: by its pieces, as it
    is, and whole."""
    return 3 <= len(word) <= HEAD and word.isascii() and word.isalnum()


# What becomes of a usual word in SQL, here and in Django's own lookups.
FORMS: Final[tuple[Callable[[str], str], ...]] = (
    "{}%".format,
    "%{}%".format,
    "% {}%".format,
    _trigrams,
    _beyond,
)

# Each keeps its parent's name, by which the backends know how to compare.
SearchTextField.register_lookup(Holds, "holds")
SearchTextField.register_lookup(Begins, "begins")
