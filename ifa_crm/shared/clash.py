"""Two people editing one record: a clash only where both changed the same field.

The page carries, signed, what each field held when it was opened. When it comes back, each field
has three values: what the page was opened with, what is stored now, and what was typed:

* not touched by me → what is stored stays; so it does of a field that came since, with a row
  that somebody else added,
* not touched by anybody else → what I typed counts,
* changed by both, to the same → fine; differently → an error at that field that shows both
  versions. Sending the form again then decides.

The view must hold the row's lock while it binds and saves: ``ifa_crm.shared.editing.locked``.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core import signing
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from ifa_crm.shared.forms import FormParts

BASE = "clash_base"
Comparable = str | list[str]


class ClashMixin(FormParts):
    """Put before ``HouseModelForm`` (or ``HouseForm`` with ``initial``) for an edit form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {name: self._comparable(name, self._stored(name)) for name in self._watched()}
        self.fields[BASE] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=self._sign(self.stored)
        )

    def _watched(self) -> list[str]:
        """Every field of a stored row; nobody else edits one that is being made."""
        instance = getattr(self, "instance", None)
        if instance is not None and instance.pk is None:
            return []
        return [
            name
            for name, field in self.fields.items()
            if not isinstance(field, forms.FileField) and not field.disabled
        ]

    @property
    def _salt(self) -> str:
        instance = getattr(self, "instance", None)
        return f"clash:{type(self).__name__}:{instance.pk if instance is not None else ''}"

    def _sign(self, values: dict[str, Comparable]) -> str:
        return signing.dumps(values, salt=self._salt, compress=True)

    def full_clean(self) -> None:
        if self.is_bound:
            self._take_in(self._came_since())
        super().full_clean()

    def _came_since(self) -> dict[str, Comparable]:
        """Fields of a row that was added after the page was opened, as they are stored."""
        try:
            opened = self._opened()
        except signing.BadSignature:
            return {}
        return {name: value for name, value in self.stored.items() if name not in opened}

    def _take_in(self, values: dict[str, Comparable]) -> None:
        """As if the page had been opened with these, and nobody had touched them."""
        if not values:
            return
        data = cast(Any, self.data).copy()
        for name, value in values.items():
            put = data.setlist if isinstance(value, list) and hasattr(data, "setlist") else None
            (put or data.__setitem__)(self.add_prefix(name), value)
        data[self.add_prefix(BASE)] = self._sign(self._opened() | values)
        self.data = data

    def _opened(self) -> dict[str, Comparable]:
        """What the page says it was opened with; raises ``BadSignature`` if it does not."""
        token = self.data.get(self.add_prefix(BASE), "")
        found: dict[str, Comparable] = signing.loads(token, salt=self._salt)
        return found

    def _base(self) -> dict[str, Comparable]:
        """What the page was opened with; what is stored now if the page does not say."""
        try:
            return self.stored | self._opened()
        except signing.BadSignature:
            return self.stored

    def _stored(self, name: str) -> Any:
        return self.get_initial_for_field(self.fields[name], name)

    def _comparable(self, name: str, value: Any) -> Comparable:
        """A value as text, the same whether it comes from the row or from the form."""
        field = self.fields[name]
        if isinstance(value, QuerySet | list | tuple | set):
            return sorted(self._one(field, item) for item in value)
        return self._one(field, value)

    @staticmethod
    def _one(field: forms.Field, value: Any) -> str:
        if value is None or value == "":
            return ""
        if isinstance(value, Decimal):
            return format(value.normalize(), "f")
        if isinstance(value, dt.date | dt.time):
            return str(field.widget.format_value(field.prepare_value(value)))
        return str(field.prepare_value(value)).replace("\r\n", "\n").strip()

    def clean(self) -> dict[str, Any] | None:
        self._settle(self._base())
        return super().clean()

    def _settle(self, base: dict[str, Comparable]) -> None:
        clashes: dict[str, Comparable] = {}
        for name, theirs in self.stored.items():
            if name not in self.cleaned_data:
                continue
            mine = self._comparable(name, self.cleaned_data[name])
            if mine == base[name]:
                self.cleaned_data[name] = self._kept(name, theirs)
            elif theirs not in (base[name], mine):
                clashes[name] = theirs
        for name, theirs in clashes.items():
            self.add_error(name, self._both_versions(name, theirs))
        if clashes:  # sending it again decides
            data = cast(Any, self.data).copy()
            data[self.add_prefix(BASE)] = self._sign(base | clashes)
            self.data = data

    def _kept(self, name: str, theirs: Comparable) -> Any:
        """What is stored, as the form's cleaned value."""
        if self._comparable(name, self.cleaned_data[name]) == theirs:
            return self.cleaned_data[name]
        field = self.fields[name]
        value = self._stored(name)
        if isinstance(field, forms.ModelChoiceField) and not isinstance(value, Model | QuerySet):
            return self._records(field, value)
        return value if value is not None else field.clean(value)

    @staticmethod
    def _records(field: forms.ModelChoiceField, value: Any) -> Any:
        """The records behind the keys that a model form has as initial value."""
        every = cast(QuerySet[Any], field.queryset).model._base_manager
        if isinstance(field, forms.ModelMultipleChoiceField):
            return every.filter(pk__in=[getattr(item, "pk", item) for item in value or []])
        return every.filter(pk=value).first() if value else None

    def _both_versions(self, name: str, theirs: Comparable) -> str:
        return _(
            "Somebody else changed this meanwhile, to “%(theirs)s”. You have “%(mine)s”. "
            "Send the form again to keep yours, or change it."
        ) % {
            "theirs": self._shown(name, self._kept(name, theirs)),
            "mine": self._shown(name, self.cleaned_data[name]),
        }

    def _shown(self, name: str, value: Any) -> str:
        if isinstance(value, str) or not isinstance(value, Iterable):
            return self._shown_one(name, value)
        return ", ".join(sorted(self._shown_one(name, item) for item in value)) or _("nothing")

    def _shown_one(self, name: str, value: Any) -> str:
        if value is None or value == "":
            return _("nothing")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, Model):
            return str(value)
        field = self.fields[name]
        labels = {str(key): str(label) for key, label in _flat(getattr(field, "choices", ()))}
        return labels.get(str(value), str(value))


def _flat(choices: Any) -> Iterable[tuple[Any, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from label
        else:
            yield key, label
