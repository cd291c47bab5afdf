"""The history of rows that are written in bulk: the entries that saving each would have made."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from auditlog.cid import get_cid
from auditlog.context import auditlog_value
from auditlog.diff import get_field_value, track_field
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.contrib.contenttypes.models import ContentType
from django.db.models import DateTimeField, ForeignKey, JSONField, Model
from django.utils import timezone
from django.utils.encoding import smart_str

from ifa_crm.shared.inserting import insert


def created(rows: Iterable[Model]) -> list[LogEntry]:
    """An entry for each new row; not yet stored, like those below: see :func:`store`."""
    return [_entry(row, LogEntry.Action.CREATE, _values(row)) for row in rows]


def _values(row: Model) -> dict[str, tuple[str, str]] | None:
    """What ``model_instance_diff(None, row)`` says, without asking anew for each row what the
    model is made of. A test holds the two equal."""
    found = {}
    for name, read in _readers(type(row)):
        value = read(row)
        if value != "None":
            found[name] = ("None", smart_str(value))
    return found or None


@cache
def _readers(model: type[Model]) -> list[tuple[str, Callable[[Model], Any]]]:
    """How the fields that are logged are read, by name."""
    told = auditlog.get_model_fields(model)
    fields = [field for field in model._meta.get_fields() if track_field(field)]
    if told["include_fields"]:
        fields = [field for field in fields if field.name in told["include_fields"]]
    return [
        (field.name, _reader(field)) for field in fields if field.name not in told["exclude_fields"]
    ]


def _reader(field: Any) -> Callable[[Model], Any]:
    if field.one_to_many:  # what is logged of these names the model, whatever the row
        kept = cache(lambda model: get_field_value(model(), field))
        return lambda row: kept(type(row))
    if isinstance(field, DateTimeField | JSONField) or not field.concrete:
        return lambda row: get_field_value(row, field)
    if isinstance(field, ForeignKey):
        key = attrgetter(field.attname)
        return lambda row: smart_str(key(row), strings_only=True)
    value = attrgetter(field.name)
    return lambda row: str(smart_str(value(row)))


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
    insert(entries)


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
