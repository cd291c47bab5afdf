"""Who changed what and when, from the audit log, as a reader may see it.

    page = changes_of(request.user, [cluster, Leader.objects.filter(cluster=cluster)], before=...)

A log entry names other rows, so it may say more than its reader is allowed to know. Entries are
read only of rows that the caller passes (which must be visible to the user), and a row that an
entry points to is named only if it is visible too.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, ForeignKey, Model, Q, QuerySet
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _

UNSHOWN = frozenset({"id", "ref", "slug", "restricted", "search_text", "password"})
PER_PAGE = 50

Names = dict[tuple[type[Model], str], str]


@dataclass(frozen=True)
class Line:
    """One field that changed, in words; ``None`` where nothing was recorded."""

    label: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class Change:
    """One saved change of one row."""

    at: dt.datetime
    who: Any
    reason: str
    subject: str  # the kind of row and its name; empty for the record itself
    created: bool
    deleted: bool
    lines: list[Line]


@dataclass(frozen=True)
class ChangePage:
    """The newest changes, and where the older ones begin (for ``?before=``)."""

    changes: list[Change]
    older: int | None

    def __bool__(self) -> bool:
        return bool(self.changes)


def changes_of(
    user: Any, rows: "Sequence[Model | QuerySet[Any]]", *, before: str | None = None
) -> ChangePage:
    """Changes of ``rows``; the first is the record whose page this is, the others its parts."""
    entries = LogEntry.objects.filter(_entries_of(rows)).select_related("actor")
    if before and before.isdecimal() and len(before) < 19:
        entries = entries.filter(pk__lt=int(before))
    shown = list(entries.order_by("-pk")[: PER_PAGE + 1])
    older = shown[PER_PAGE - 1].pk if len(shown) > PER_PAGE else None
    shown = shown[:PER_PAGE]
    names = _names(user, shown)
    record = rows[0]
    own = (type(record), str(record.pk)) if isinstance(record, Model) else None
    return ChangePage([_change(entry, names, own) for entry in shown], older)


def change_in(user: Any, entry: LogEntry) -> Change:
    """One entry of the log in words."""
    return _change(entry, _names(user, [entry]), None)


def _entries_of(rows: "Sequence[Model | QuerySet[Any]]") -> Q:
    condition = Q(pk__in=[])
    for part in rows:
        if isinstance(part, Model):
            model, keys = type(part), Q(object_id=part.pk)
        else:
            model, keys = part.model, Q(object_id__in=part.order_by().values("pk"))
        condition |= keys & Q(content_type=ContentType.objects.get_for_model(model))
    return condition


def _model(entry: LogEntry) -> type[Model] | None:
    return ContentType.objects.get_for_id(entry.content_type_id).model_class()


def _field(model: type[Model], name: str) -> "Field[Any, Any] | None":
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None  # a field of an earlier version of the program
    return field if isinstance(field, Field) else None


def _names(user: Any, entries: Iterable[LogEntry]) -> Names:
    """What the rows that the entries point to are called: one query per kind of row."""
    wanted: dict[type[Model], set[str]] = defaultdict(set)
    for entry in entries:
        model = _model(entry)
        for name, values in (entry.changes or {}).items():
            field = _field(model, name) if model else None
            if isinstance(field, ForeignKey) and isinstance(values, list):
                wanted[field.related_model].update(v for v in values if v and v.isdecimal())
    found: Names = {}
    for related, keys in wanted.items():
        rows = related._default_manager.filter(pk__in=keys).select_related()  # for __str__
        if hasattr(rows, "visible_to"):
            rows = rows.visible_to(user)
        found |= {(related, str(row.pk)): str(row) for row in rows}
    return found


def _change(entry: LogEntry, names: Names, own: tuple[type[Model], str] | None) -> Change:
    model = _model(entry)
    itself = own is not None and own == (model, str(entry.object_pk))
    kind = str(model._meta.verbose_name) if model else ""
    created = entry.action == LogEntry.Action.CREATE
    return Change(
        at=entry.timestamp,
        who=entry.actor,
        reason=str((entry.additional_data or {}).get("reason", "")),
        subject="" if itself else f"{kind[:1].upper()}{kind[1:]} “{entry.object_repr[:80]}”",
        created=created,
        deleted=entry.action == LogEntry.Action.DELETE,
        lines=list(_lines(entry, model, names, own)) if model else [],
    )


def _lines(
    entry: LogEntry, model: type[Model], names: Names, own: tuple[type[Model], str] | None
) -> Iterable[Line]:
    order = {field.name: place for place, field in enumerate(model._meta.get_fields())}
    changes = (entry.changes or {}).items()
    for name, values in sorted(changes, key=lambda change: order.get(change[0], 0)):
        field = _field(model, name)
        if field is None or name in UNSHOWN or _says_whose(field, values, own):
            continue
        label = str(field.verbose_name)
        label = label[:1].upper() + label[1:]
        if isinstance(values, dict):  # many to many: {"operation": …, "objects": […]}
            objects = ", ".join(map(str, values.get("objects", ())))
            added = values.get("operation") == "add"
            yield Line(label, None if added else objects, objects if added else None)
        else:
            old, new = (_words(field, value, names) for value in values)
            if old != new:
                yield Line(label, old, new)


def _says_whose(field: "Field[Any, Any]", values: Any, own: tuple[type[Model], str] | None) -> bool:
    """Whether it only says that a part belongs to the record whose page this is."""
    if own is None or not isinstance(field, ForeignKey) or not isinstance(values, list):
        return False
    return (field.related_model, str(values[-1])) == own


def _words(field: "Field[Any, Any]", value: Any, names: Names) -> str | None:
    """A stored value as text for people."""
    if value in (None, "", "None"):
        return None
    if isinstance(field, ForeignKey):
        related: Any = field.related_model
        return names.get((related, str(value)), _("(not shown)"))
    choices = dict(field.flatchoices)
    if value in choices:
        return str(choices[value])
    try:
        real = field.to_python(value)
    except (ValidationError, ValueError):
        return str(value)
    return _shown(real)


def _shown(value: Any) -> str | None:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        aware = value if timezone.is_aware(value) else value.replace(tzinfo=dt.UTC)
        return str(localize(timezone.localtime(aware)))
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or None
    return str(localize(value)) if value not in (None, "") else None
