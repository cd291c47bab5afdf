"""Who changed what and when, from the audit log, as a reader may see it.

    page = changes_of(request.user, [cluster, Leader.objects.filter(cluster=cluster)], before=...)

A log entry names other rows, so it may say more than its reader is allowed to know. Entries are
read only of rows that the caller passes (which must be visible to the user), and a row that an
entry points to is named only if it is visible too.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import CharField, Field, ForeignKey, Model, Q, QuerySet
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.extend import TimelineEntry, TimelineSource
from ifa_crm.shared.together import Read

UNSHOWN = frozenset(
    {"id", "ref", "slug", "restricted", "search_text", "investor_country", "password"}
)
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


def _wanted(entries: Iterable[LogEntry]) -> dict[type[Model], set[str]]:
    """The rows that the entries point to."""
    wanted: dict[type[Model], set[str]] = defaultdict(set)
    for entry in entries:
        model = _model(entry)
        for name, values in (entry.changes or {}).items():
            field = _field(model, name) if model else None
            if isinstance(field, ForeignKey) and isinstance(values, list):
                wanted[field.related_model].update(v for v in values if v and v.isdecimal())
    return {related: keys for related, keys in wanted.items() if keys}


def _seen(user: Any, related: type[Model], keys: set[str]) -> "QuerySet[Any]":
    rows = related._default_manager.filter(pk__in=keys)
    return rows.visible_to(user) if hasattr(rows, "visible_to") else rows


def _names(user: Any, entries: Iterable[LogEntry]) -> Names:
    """What the rows that the entries point to are called: one query per kind of row."""
    return names_of(user, _wanted(entries))


def names_of(user: Any, wanted: Mapping[type[Model], set[str]]) -> Names:
    """What the rows with these keys are called, if ``user`` may see them."""
    found: Names = {}
    for related, keys in wanted.items():
        rows = _seen(user, related, keys).select_related()  # for __str__
        found |= {(related, str(row.pk)): str(row) for row in rows}
    return found


# --- on a timeline ------------------------------------------------------------------------------

WHO = tuple(f"actor__{name}" for name in ("first_name", "last_name", "username", "is_active"))
# What the name of a row is made of, also over these foreign keys.
_NAMED_BY = frozenset(
    {"name", "title", "what", "subject", "kind", "label_en", "label_fr"}
    | {"first_name", "last_name", "username"}
)
_NAMED_OVER = frozenset({"cluster", "investor", "kind", "lead", "organisation", "project", "user"})


def change_source(
    model: type[Model],
    rows: "Callable[[Any, Any], QuerySet[Any]]",
    *,
    created: bool = True,
) -> TimelineSource:
    """Changes of ``rows(record, user)``. That a row was made is left out where an entry of its
    own tells it."""

    def logged(record: Any, user: Any) -> "QuerySet[Any]":
        keys = rows(record, user).order_by().values("pk")
        kind = ContentType.objects.get_for_model(model)
        entries = LogEntry.objects.filter(content_type=kind, object_id__in=keys)
        return entries if created else entries.exclude(action=LogEntry.Action.CREATE)

    return TimelineSource(
        kind="change",
        label=gettext_lazy("Changes"),
        model=LogEntry,
        rows=logged,
        at="timestamp",
        fields=(
            *("action", "timestamp", "changes", "object_pk", "object_repr"),
            *("content_type", "additional_data", *WHO),
        ),
        more=_pointed_to,
        draw=_drawn,
        quiet=True,
    )


def _pointed_to(entries: list[LogEntry], user: Any) -> dict[str, Read]:
    return {
        related._meta.label: Read(_seen(user, related, keys), tuple(_naming(related)))
        for related, keys in _wanted(entries).items()
    }


def _naming(model: type[Model], depth: int = 2) -> Iterable[str]:
    """Fields that the name of a row may be made of; another is read when it is asked for."""
    for field in model._meta.concrete_fields:
        if isinstance(field, ForeignKey):
            if depth and field.name in _NAMED_OVER:
                inner = _naming(field.related_model, depth - 1)
                yield from (f"{field.name}__{name}" for name in inner)
        elif isinstance(field, CharField) and field.name in _NAMED_BY:
            yield field.name


def _drawn(entries: list[LogEntry], reading: Any) -> Iterable[TimelineEntry | None]:
    names = {(type(row), str(row.pk)): str(row) for rows in reading.more.values() for row in rows}
    own = (type(reading.record), str(reading.record.pk))
    for entry in entries:
        change = _change(entry, names, own)
        says = change.lines or change.created or change.deleted
        yield (
            TimelineEntry(
                at=change.at,
                kind="change",
                icon="plus" if change.created else "minus" if change.deleted else "pencil",
                title=change.subject,
                by=str(change.who or ""),
                row=change,
                template="components/timeline_change.html",
            )
            if says
            else None
        )


# --- in words -----------------------------------------------------------------------------------


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
        label = label_of(field)
        if isinstance(values, dict):  # many to many: {"operation": …, "objects": […]}
            objects = ", ".join(map(str, values.get("objects", ())))
            added = values.get("operation") == "add"
            yield Line(label, None if added else objects, objects if added else None)
        else:
            old, new = (words(field, value, names) for value in values)
            if old != new:
                yield Line(label, old, new)


def _says_whose(field: "Field[Any, Any]", values: Any, own: tuple[type[Model], str] | None) -> bool:
    """Whether it only says that a part belongs to the record whose page this is."""
    if own is None or not isinstance(field, ForeignKey) or not isinstance(values, list):
        return False
    return (field.related_model, str(values[-1])) == own


def label_of(field: "Field[Any, Any]") -> str:
    """A field's name as the head of a line."""
    label = str(field.verbose_name)
    return label[:1].upper() + label[1:]


def words(field: "Field[Any, Any]", value: Any, names: Names) -> str | None:
    """A stored value as text for people."""
    if value in (None, "", "None"):
        return None
    if isinstance(field, ForeignKey):
        related: Any = field.related_model
        return names.get((related, str(value)), _("(not shown)"))
    # A field of several countries hides its choices under this name, but not under ``choices``.
    choices = dict(field.flatchoices or field.choices or ())
    if value in choices:
        return str(choices[value])
    try:
        real = field.to_python(value)
    except (ValidationError, ValueError):
        return str(value)
    if isinstance(real, list):
        real = [choices.get(each, each) for each in real]
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
