"""The history of rows that are written in bulk: the entries that saving each would have made."""

from collections.abc import Iterable, Sequence
from typing import Any

from auditlog.cid import get_cid
from auditlog.context import auditlog_value
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from django.utils.encoding import smart_str

AT_ONCE = 500


def created(rows: Iterable[Model]) -> list[LogEntry]:
    """An entry for each new row; not yet stored, like those below: see :func:`store`."""
    return [_entry(row, LogEntry.Action.CREATE, model_instance_diff(None, row)) for row in rows]


def changed(row: Model, changes: dict[str, Any]) -> LogEntry:
    """An entry for fields that changed: ``{"stage": ["1 received", "2 contacted"]}``."""
    return _entry(row, LogEntry.Action.UPDATE, changes)


def linked(row: Model, field: str, others: Sequence[Model]) -> LogEntry:
    """An entry for rows that were added to a many-to-many field."""
    added = {"type": "m2m", "operation": "add", "objects": [smart_str(other) for other in others]}
    return _entry(row, LogEntry.Action.UPDATE, {field: added})


def store(entries: Sequence[LogEntry]) -> None:
    """Write the entries in the name of whoever acts."""
    told = auditlog_value.get({})
    actor, address, now = told.get("actor"), told.get("remote_addr"), timezone.now()
    for entry in entries:
        entry.actor, entry.remote_addr, entry.timestamp = actor, address, now
        entry.actor_email = getattr(actor, "email", None)
    LogEntry.objects.bulk_create(entries, batch_size=AT_ONCE)


def _entry(row: Model, action: int, changes: Any) -> LogEntry:
    extra = getattr(row, "get_additional_data", None)
    return LogEntry(
        content_type=ContentType.objects.get_for_model(row),
        object_pk=str(row.pk),
        object_id=row.pk,
        object_repr=smart_str(row),
        action=action,
        changes=changes,
        additional_data=extra() if callable(extra) else None,
        cid=get_cid(),
    )
