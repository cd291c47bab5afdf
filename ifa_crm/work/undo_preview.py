"""What undoing a batch would bring back, and what was changed since, as a reader may see it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, Count, Field, ForeignKey, Max, Min, Model, When
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ifa_crm.shared.history import Names, label_of, names_of, words
from ifa_crm.staff.models import User
from ifa_crm.work.choices import Noted, Undone
from ifa_crm.work.models import Batch, BatchEntry
from ifa_crm.work.undoing import undoable

PER_PAGE = 50
Key = tuple[int, int]  # content type, row


@dataclass(frozen=True)
class FieldLine:
    """One field: what the batch made of it, what it comes back to, whether it stays."""

    label: str
    before: str | None
    after: str | None
    stays: bool


@dataclass(frozen=True)
class RowLine:
    """One row of a subject."""

    entry: BatchEntry
    name: str  # the kind of row where it is not the subject itself
    fields: list[FieldLine]
    is_gone: bool
    since: list[str]  # the fields of a row that was made that have another value by now
    stays: bool = False  # with a record of which something was worked on

    @property
    def is_touched(self) -> bool:
        return self.is_gone or bool(self.since) or any(field.stays for field in self.fields)


@dataclass(frozen=True)
class SubjectLine:
    """One record that people know, with what the batch did to it and under it."""

    subject: Model
    rows: list[RowLine]

    @property
    def address(self) -> str:
        find = getattr(self.subject, "get_absolute_url", None)
        return str(find()) if find else ""


@dataclass(frozen=True)
class Preview:
    """One page of subjects; ``hidden`` of them are not for this reader's eyes."""

    lines: list[SubjectLine]
    hidden: int
    number: int
    pages: int
    subjects: int


def preview(batch: Batch, user: User, number: int = 1) -> Preview:
    """A page of it; once it is undone, what stayed comes first."""
    subjects = batch.entries.order_by().values_list("subject_type", "subject_id")
    count = subjects.distinct().count()
    pages = max(1, -(-count // PER_PAGE))
    number = min(max(1, number), pages)
    stayed = Max(Case(When(outcome__in=[Undone.KEPT, Undone.PARTLY], then=1), default=0))
    ordered = subjects.annotate(first=Min("pk"), stayed=stayed).order_by("-stayed", "first")
    start = (number - 1) * PER_PAGE
    keys: list[Key] = [(kind, key) for kind, key, *_rest in ordered[start : start + PER_PAGE]]
    shown = _rows(keys, user)
    lines = _lines(batch, [key for key in keys if key in shown], shown, user)
    return Preview(lines, len(keys) - len(lines), number, pages, count)


def _rows(keys: Iterable[Key], user: User | None = None) -> dict[Key, Any]:
    """Rows by their keys, less those that ``user`` may not see: a query per kind."""
    wanted: dict[int, list[int]] = defaultdict(list)
    for kind, key in keys:
        wanted[kind].append(key)
    found: dict[Key, Any] = {}
    for kind, ids in wanted.items():
        model = ContentType.objects.get_for_id(kind).model_class()
        if model is None:
            continue
        rows = model._default_manager.filter(pk__in=ids).select_related()
        if user is not None and hasattr(rows, "visible_to"):
            rows = rows.visible_to(user)
        found |= {(kind, row.pk): row for row in rows}
    return found


def _lines(
    batch: Batch, keys: list[Key], subjects: dict[Key, Any], user: User
) -> list[SubjectLine]:
    ids = {key for _kind, key in keys}
    entries = [
        entry
        for entry in batch.entries.filter(subject_id__in=ids)
        if (entry.subject_type_id, entry.subject_id) in subjects
    ]
    keys_of = {(entry.content_type_id, entry.object_id) for entry in entries}
    rows = _rows(keys_of)
    secret = rows.keys() - _rows(keys_of, user).keys()
    entries = [e for e in entries if (e.content_type_id, e.object_id) not in secret]
    names = _names(entries, user)
    by_subject: dict[Key, list[RowLine]] = defaultdict(list)
    for entry in entries:
        row = rows.get((entry.content_type_id, entry.object_id))
        subject = (entry.subject_type_id, entry.subject_id)
        by_subject[subject].append(_row_line(entry, row, names))
    return [SubjectLine(subjects[key], _whole(by_subject[key])) for key in keys if by_subject[key]]


def _whole(rows: list[RowLine]) -> list[RowLine]:
    """A record that was made stays whole if anybody worked on it or on what was made under it."""
    is_made = any(row.entry.was_made and row.entry.is_of_subject for row in rows)
    stays = is_made and any(row.since for row in rows)
    return [replace(row, stays=stays) for row in rows]


def _model(entry: BatchEntry) -> type[Model] | None:
    return ContentType.objects.get_for_id(entry.content_type_id).model_class()


def _fields(entry: BatchEntry) -> "list[Field[Any, Any]]":
    model = _model(entry)
    if model is None or entry.what != Noted.CHANGED:
        return []
    noted = [model._meta.get_field(name) for name in entry.after]
    return [field for field in noted if isinstance(field, Field)]


def _names(entries: Iterable[BatchEntry], user: User) -> Names:
    wanted: dict[type[Model], set[str]] = defaultdict(set)
    for entry in entries:
        for field in _fields(entry):
            if isinstance(field, ForeignKey):
                keys = {entry.before.get(field.name), entry.after.get(field.name)}
                wanted[field.related_model] |= {str(key) for key in keys if key is not None}
    return names_of(user, wanted)


def _row_line(entry: BatchEntry, row: Any, names: Names) -> RowLine:
    model = _model(entry)
    stays = undoable(type(row)).stays(row, entry.after) if row is not None else set()
    if entry.outcome:
        stays = set(entry.kept)
    return RowLine(
        entry=entry,
        name=""
        if entry.is_of_subject or model is None
        else capfirst(str(model._meta.verbose_name)),
        fields=[
            FieldLine(
                label_of(field),
                _shown(field, entry.before.get(field.name), names),
                _shown(field, entry.after.get(field.name), names),
                field.name in stays,
            )
            for field in _fields(entry)
        ],
        is_gone=row is None and not entry.outcome and entry.what != Noted.DELETED,
        since=_labels(model, stays) if model is not None and entry.was_made else [],
    )


def _labels(model: type[Model], names: Iterable[str]) -> list[str]:
    fields = (model._meta.get_field(name) for name in sorted(names))
    return [label_of(field) for field in fields if isinstance(field, Field)]


def _shown(field: "Field[Any, Any]", value: Any, names: Names) -> str | None:
    return words(field, value if isinstance(value, bool) else _text(value), names)


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) else value


def outcome_counts(batch: Batch) -> list[tuple[str, int]]:
    """How many rows of a batch were brought back or removed, partly or not; those to do last."""
    rows = batch.entries.order_by().values_list("outcome", "what").annotate(n=Count("pk"))
    counted: dict[str, int] = defaultdict(int)
    for outcome, what, n in rows:
        made = what == Noted.CREATED and outcome == Undone.WHOLLY
        counted["removed" if made else outcome] += n
    removed = ("removed", pgettext("undone", "removed"))
    labels: list[tuple[str, Any]] = [removed, *Undone.choices, ("", _("still to do"))]
    return [(str(label), counted[key]) for key, label in labels if counted.get(key)]
