"""Figures are counted anew only when something that they count has changed.

Triggers note every change in the transaction that makes it, whoever writes: a service, a job, an
import, a merge, a hand at the database's own prompt. A note is a random number; the sum of the
notes of a topic is its **mark**. A transaction sees exactly the notes of those that it sees the
rows of, so two readers with the same mark see the same rows. That holds for transactions that
overlap, too, where the highest number of a sequence or the time of the last change would not: the
one that began first may end last.

On PostgreSQL a note is a new row, so that no writer waits for another one; the clock adds them up
(:func:`fold`). On SQLite, where writers queue anyway, each topic has one row.
"""

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, Sum

from clusters.models import Project
from ifa_crm.reports.models import Change
from ifa_crm.work.registry import Duty, register_duty
from investors.models import Admission, Engagement, Lead
from meetings.models import Meeting

V = TypeVar("V")
TOPICS: Final = ("leads", "meetings", "pairs", "sight")
WRAP: Final = 2**52  # marks are added up modulo this
KEPT: Final = 5_000  # values that a process keeps


class Watched(NamedTuple):
    """What of a table matters to a topic: an update of ``columns``, and whether rows come or go.

    ``only`` narrows the updates; ``{row}`` is the row before and the row after.
    """

    topic: str
    model: type[Model]
    columns: tuple[str, ...] = ()
    rows: bool = True
    only: str = ""


WATCHED: Final = (
    Watched("leads", Lead, ("status", "waiting_until", "archived_at")),
    Watched("meetings", Meeting, ("state", "starts_at", "lead_id")),
    Watched(
        "pairs",
        Engagement,
        ("kind", "state", "contribution", "prior_tie", "agreed_on", "project_id", "lead_id"),
    ),
    Watched("pairs", Lead, ("investor_id",), rows=False),
    # Who sees what: asked for the little that is not open to everybody.
    Watched("sight", Lead, ("restricted",), rows=False),
    Watched("sight", Lead, ("owner_id", "deputy_id"), rows=False, only="{row}.restricted"),
    Watched("sight", Admission, ("lead_id", "user_id")),
    Watched("sight", Project, ("restricted",), rows=False),
    Watched("sight", Project.admitted.through, ("project_id", "user_id")),
)


# --- reading -----------------------------------------------------------------------------------


class Marks:
    """The marks of this moment, read once, and what is kept of figures under them."""

    def __init__(self) -> None:
        sums = Change.objects.order_by().values("topic").annotate(sum=Sum("mark"))
        self._of = {topic: int(total) % WRAP for topic, total in sums.values_list("topic", "sum")}

    def kept(self, topics: tuple[str, ...], key: tuple[Any, ...], count: Callable[[], V]) -> V:
        """What ``count()`` says now; asked only if one of ``topics`` has changed since."""
        marks = tuple(self._of.get(topic) for topic in topics)
        known, value = _recall(key)
        if known != marks:
            value = count()
            _remember(key, marks, value)
        said: V = value
        return said


_values: "OrderedDict[tuple[Any, ...], tuple[Any, Any]]" = OrderedDict()
_lock = Lock()


def _recall(key: tuple[Any, ...]) -> tuple[Any, Any]:
    with _lock:
        if key in _values:
            _values.move_to_end(key)
        return _values.get(key, ("", None))


def _remember(key: tuple[Any, ...], marks: tuple[int | None, ...], value: Any) -> None:
    with _lock:
        _values[key] = marks, value
        while len(_values) > KEPT:
            _values.popitem(last=False)


# --- noting ------------------------------------------------------------------------------------

_FUNCTION = """
CREATE OR REPLACE FUNCTION reports_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO reports_change (topic, mark) VALUES (TG_ARGV[0], (random() * 1e15)::bigint);
  RETURN NULL;
END $$"""
_CALL = "EXECUTE FUNCTION reports_note_change('{topic}')"
_POSTGRESQL = {
    "rows": "CREATE OR REPLACE TRIGGER {name} AFTER INSERT OR DELETE ON {table} "
    f"FOR EACH STATEMENT {_CALL}",
    "columns": "CREATE OR REPLACE TRIGGER {name} AFTER UPDATE OF {columns} ON {table} "
    f"FOR EACH ROW WHEN ({{changed}}) {_CALL}",
}
_NOTE = (
    "BEGIN INSERT INTO reports_change (id, topic, mark) SELECT {id}, '{topic}', 0 "
    "WHERE NOT EXISTS (SELECT 1 FROM reports_change WHERE id = {id}); "
    "UPDATE reports_change SET mark = random() >> 14 WHERE id = {id}; END"
)
_SQLITE = {
    "new": f"CREATE TRIGGER IF NOT EXISTS {{name}} AFTER INSERT ON {{table}} {_NOTE}",
    "gone": f"CREATE TRIGGER IF NOT EXISTS {{name}} AFTER DELETE ON {{table}} {_NOTE}",
    "columns": "CREATE TRIGGER IF NOT EXISTS {name} AFTER UPDATE OF {columns} ON {table} "
    f"WHEN {{changed}} {_NOTE}",
}


def ensure_triggers(using: str, **told: Any) -> None:
    """Make the triggers that are missing. Called after ``migrate``: SQLite loses those of a table
    that a migration makes anew."""
    connection = connections[using]
    there = set(connection.introspection.table_names())
    if Change._meta.db_table not in there:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FUNCTION)
        for statement in _statements(connection, there):
            cursor.execute(statement)


def _statements(connection: BaseDatabaseWrapper, there: set[str]) -> list[str]:
    kinds, differ = (
        (_POSTGRESQL, "IS DISTINCT FROM")
        if connection.vendor == "postgresql"
        else (_SQLITE, "IS NOT")
    )
    return [
        statement.format(**_words(place, watched, kind, differ))
        for place, watched in enumerate(WATCHED)
        for kind, statement in kinds.items()
        if watched.model._meta.db_table in there
        and (watched.columns if kind == "columns" else watched.rows)
    ]


def _words(place: int, watched: Watched, kind: str, differ: str) -> dict[str, Any]:
    table = watched.model._meta.db_table
    changed = " OR ".join(f"OLD.{name} {differ} NEW.{name}" for name in watched.columns)
    if watched.only:
        either = (watched.only.format(row=row) for row in ("OLD", "NEW"))
        changed = f"({changed}) AND ({' OR '.join(either)})"
    return {
        "name": f"{table}_noted_{place}_{kind}",
        "table": table,
        "columns": ", ".join(watched.columns),
        "changed": changed,
        "topic": watched.topic,
        "id": TOPICS.index(watched.topic) + 1,
    }


def fold(now: dt.datetime) -> None:
    """Add up the notes of each topic; the marks stay as they are. Harmless at any time, also by
    two at once: each puts back the sum of what it took away."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gone AS (DELETE FROM reports_change RETURNING topic, mark) "
            "INSERT INTO reports_change (topic, mark) "
            "SELECT topic, mod(sum(mark), %s)::bigint FROM gone GROUP BY topic",
            [WRAP],
        )


def register() -> None:
    register_duty(Duty("notes of changes", dt.timedelta(0), fold))
