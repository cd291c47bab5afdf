"""How a row that a batch changed is brought back: the app that owns the noun says it.

Apps register in ``AppConfig.ready``; docs/undo.md shows how. Nothing is undone of a noun that
nobody registered: noting it raises at once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.utils import NestedObjects
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from ifa_crm.staff.models import User
from ifa_crm.work.choices import Noted
from ifa_crm.work.models import BatchEntry

Values = dict[str, Any]


# --- Values ------------------------------------------------------------------------------


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    field: Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
    return field


def plain(row: Model, name: str) -> Any:
    """A field's value as JSON: keys for what points elsewhere, ISO for days and times."""
    field = _field(type(row), name)
    if field.many_to_many:
        return sorted(getattr(row, name).order_by().values_list("pk", flat=True))
    value = getattr(row, field.attname)
    if value is None or isinstance(value, bool | int):
        return value
    return field.value_to_string(row)


def real(model: type[Model], name: str, value: Any) -> Any:
    """The value that :func:`plain` wrote, as the row holds it (a key for a foreign key)."""
    field = _field(model, name)
    return value if field.many_to_many or value is None else field.to_python(value)


def is_same(model: type[Model], name: str, one: Any, other: Any) -> bool:
    """Whether two plain values mean the same: 1.0 and 1.00 do, and one moment in two zones."""
    return bool(real(model, name, one) == real(model, name, other))


def snapshot(row: Model, names: Iterable[str] | None = None) -> Values:
    """The values of ``names``; of every column, less what follows from others, by default.

    Many-to-many fields are read only where they are named.
    """
    asked = _columns(type(row)) if names is None else names
    return {name: plain(row, name) for name in asked}


def _columns(model: type[Model]) -> list[str]:
    derived = undoable(model).derived
    return [
        field.name
        for field in model._meta.concrete_fields
        if not field.primary_key
        and field.name not in derived
        and not getattr(field, "auto_now", False)
    ]


def changed_since(row: Model, noted: Mapping[str, Any]) -> set[str]:
    """The fields that no longer have their noted value."""
    model = type(row)
    return {
        name for name, value in noted.items() if not is_same(model, name, value, plain(row, name))
    }


# --- What a noun says about itself ---------------------------------------------------------


def put_back(row: Model, values: Mapping[str, Any]) -> None:
    """Set plain ``values`` and save, checked as a form would: the row is locked."""
    model = type(row)
    many = {name for name in values if _field(model, name).many_to_many}
    for name in values.keys() - many:
        setattr(row, _field(model, name).attname, real(model, name, values[name]))
    row.clean_fields(exclude={field.name for field in model._meta.fields} - values.keys())
    row.clean()
    row.validate_constraints()
    row.save()
    for name in many:
        getattr(row, name).set(values[name])


def make_again(model: type[Model], key: int, values: Mapping[str, Any]) -> Model:
    """A row that was deleted, under its old key and with its links."""
    row = model(pk=key)
    many = {name for name in values if _field(model, name).many_to_many}
    held = {
        _field(model, name).attname: real(model, name, values[name])
        for name in values.keys() - many
    }
    for name, value in held.items():
        setattr(row, name, value)
    row.full_clean()
    row.save(force_insert=True)
    stamped = [f.attname for f in model._meta.fields if getattr(f, "auto_now_add", False)]
    if again := {name: held[name] for name in stamped if name in held}:
        model._base_manager.filter(pk=key).update(**again)
    for name in many:
        getattr(row, name).set(values[name])
    return row


def restore_row(row: Any, values: Values, actor: User) -> None:
    put_back(row, values)


def remove_row(row: Any, actor: User) -> None:
    """Delete a row that the batch made, if nothing has come to rest on it; else refuse.

    It was made by mistake and nobody worked on it, so that no figure rests on it either; the
    history keeps what it was. Rows of a model that says ``is_derived`` go with it. What was
    archived instead would be in the way of the next try.
    """
    found = NestedObjects(using=row._state.db)
    found.collect([row])
    resting = [
        other
        for model, others in found.data.items()
        if not model._meta.auto_created and not getattr(model, "is_derived", False)
        for other in others
        if (model, other.pk) != (type(row), row.pk)
    ]
    if resting or found.protected:
        raise ValidationError(_("Something else rests on it by now."), "in_use")
    row.delete()


def hold_row(model: type[Model], key: int) -> Any:
    """The row, locked; nothing if it is gone."""
    return model._base_manager.select_for_update(of=("self",)).filter(pk=key).first()


def _settled(row: Any, actor: User) -> None:
    """Nothing follows."""


@dataclass(frozen=True)
class Undoable:
    """How rows of ``model`` come back.

    ``restore(row, values, actor)`` writes plain values into a locked row; ``remove(row, actor)``
    takes away a row that the batch made; both raise ``ValidationError`` where it cannot be.
    ``hold(model, key)`` locks, in the order in which the noun's services do. ``settle(subject,
    actor)`` runs once all rows of a subject are back: what follows from them, and what must
    hold. ``derived`` fields follow from others and are never noted; fields that stand
    ``together`` come back together or not at all.
    """

    model: type[Model]
    restore: Callable[[Any, Values, User], None] = restore_row
    remove: Callable[[Any, User], None] = remove_row
    hold: Callable[[type[Any], int], Any] = hold_row
    settle: Callable[[Any, User], None] = _settled
    derived: frozenset[str] = frozenset()
    together: tuple[frozenset[str], ...] = ()

    def stays(self, row: Model, noted: Mapping[str, Any]) -> set[str]:
        """The noted fields that must stay as they are: changed since, or tied to one that was."""
        known = {name: value for name, value in noted.items() if name not in self.derived}
        touched = changed_since(row, known)
        tied = [group for group in self.together if group & touched]
        return touched.union(*(group & known.keys() for group in tied))


_known: dict[type[Model], Undoable] = {}


def register_undoable(noun: Undoable) -> None:
    _known[noun.model] = noun


def undoable(model: type[Model]) -> Undoable:
    if model not in _known:
        raise LookupError(f"nobody said how a {model._meta.label} is brought back: docs/undo.md")
    return _known[model]


# --- What a batch notes --------------------------------------------------------------------


def _entry(what: Noted, row: Model, subject: Model | None, **values: Values) -> BatchEntry:
    undoable(type(row))
    known_by = subject or row
    kind = ContentType.objects.get_for_model
    return BatchEntry(
        what=what,
        content_type=kind(row),
        object_id=row.pk,
        subject_type=kind(known_by),
        subject_id=known_by.pk,
        **values,
    )


def changed(row: Model, before: Values, *, subject: Model | None = None) -> BatchEntry | None:
    """A row that had the values ``before`` (a :func:`snapshot`); nothing if none differs now."""
    model, after = type(row), snapshot(row, before)
    differing = [name for name in before if not is_same(model, name, before[name], after[name])]
    if not differing:
        return None
    old = {name: before[name] for name in differing}
    new = {name: after[name] for name in differing}
    return _entry(Noted.CHANGED, row, subject, before=old, after=new)


def created(row: Model, *, subject: Model | None = None, many: Iterable[str] = ()) -> BatchEntry:
    """A row that the batch made, as it is at the end of its work on it."""
    after = snapshot(row) | snapshot(row, many)
    return _entry(Noted.CREATED, row, subject, after=after)


def deleted(row: Model, *, subject: Model | None = None, many: Iterable[str] = ()) -> BatchEntry:
    """A row that is about to be deleted: call it before. It is to be made again as it was, with
    what follows from others too: its constraints may ask for it."""
    columns = [field.name for field in row._meta.concrete_fields if not field.primary_key]
    before = snapshot(row, [*columns, *many])
    return _entry(Noted.DELETED, row, subject, before=before)
