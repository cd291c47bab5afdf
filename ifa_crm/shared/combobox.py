"""A field that picks one record out of many thousands.

With JavaScript it is a combobox (WAI-ARIA 1.2) that asks ``options_url`` while somebody types.
Without, the typed text is posted: one match is taken, several come back as a choice.

Three inputs: ``x_text`` what is typed, ``x`` the address key (``ref``) of what was picked,
``x_for`` the text for which it was picked, so that a text typed afterwards counts more than an
old pick. A caller that knows the key posts ``x`` alone.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db.models import Model, QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.fold import search_words
from ifa_crm.shared.ranking import best_first

OFFERED = 20  # a picker that is cut here says so


def find_folded(rows: Any, text: str) -> Any:
    """Search as the models' own querysets do; what begins with the text comes first."""
    found, words = rows.search(text), search_words(text)
    meta = found.model._meta
    if not words or all(field.name != "search_text" for field in meta.fields):
        return found
    order = found.query.order_by or meta.ordering
    return best_first(rows, words, "search_text", limit=OFFERED + 1, then=tuple(order))


class Combobox(forms.Widget):
    """Draws :class:`RecordChoiceField`."""

    template_name = "components/combobox.html"
    options_url: Any = ""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.matches: list[tuple[str, str]] = []
        self.label_of: Callable[[str], str] = str

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> dict[str, str | None]:
        return {
            "key": data.get(name) or "",
            "text": data.get(f"{name}_text"),
            "for": data.get(f"{name}_for") or "",
        }

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and f"{name}_text" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        if not isinstance(value, dict):
            label = self.label_of(value) if value else ""
            value = {"key": value or "", "text": label, "for": label}
        text = value["text"]
        if text is None:
            text = self.label_of(value["key"]) if value["key"] else ""
            value = value | {"for": text}
        context["widget"] |= {
            "key": value["key"],
            "text": text,
            "text_for": value["for"],
            "matches": self.matches,
            "options_url": self.options_url,
        }
        return context


class RecordChoiceField(forms.ModelChoiceField):
    """One record, found by typing. ``queryset`` must hold only what the person may see.

    ``options_url``: the name of a view that answers :func:`ifa_crm.shared.editing.options`.
    ``search``: how the queryset finds a text; its own ``search(text)`` unless told.
    """

    widget = Combobox
    default_error_messages = {
        "several": _("Several records match. Pick one of them."),
        "none": _("Nothing on record matches “%(text)s”."),
        "invalid_choice": _("That record is not there, or not open to you."),
    }

    def __init__(
        self,
        queryset: "QuerySet[Any] | None",
        *,
        options_url: str,
        search: "Callable[[QuerySet[Any], str], QuerySet[Any]] | None" = None,
        to_field_name: str = "ref",
        **kwargs: Any,
    ) -> None:
        self.search = search or find_folded
        super().__init__(queryset, to_field_name=to_field_name, **kwargs)
        self.widget.options_url = reverse_lazy(options_url)
        self.widget.label_of = self._label_of

    def __deepcopy__(self, memo: dict[int, Any]) -> "RecordChoiceField":
        copied: RecordChoiceField = super().__deepcopy__(memo)
        copied.widget.matches = []
        copied.widget.label_of = copied._label_of
        return copied

    @property
    def _rows(self) -> "QuerySet[Any]":
        if self.queryset is None:
            raise ImproperlyConfigured("Give the field its rows: form.offer(name, rows).")
        return self.queryset

    def _label_of(self, key: Any) -> str:
        found = self._get(str(key))
        return self.label_from_instance(found) if found else ""

    def _get(self, key: str) -> Model | None:
        found: Model | None = self._rows.filter(**{str(self.to_field_name): key}).first()
        return found

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, dict) else super().prepare_value(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = str(self.prepare_value(initial) or "")
        return before != (data or {}).get("key", "") or data["text"] not in (None, data["for"])

    def to_python(self, value: Any) -> Model | None:
        if isinstance(value, Model):
            return value
        if not isinstance(value, dict):
            value = {"key": value or "", "text": None, "for": ""}
        key, text = value["key"], value["text"]
        if text is None or (key and text == value["for"]):
            return self._by_key(key)
        return self._by_text(text.strip())

    def _by_key(self, key: str) -> Model | None:
        if not key:
            return None
        found = self._get(key)
        if found is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return found

    def _by_text(self, text: str) -> Model | None:
        if not text:
            return None
        found = list(self.search(self._rows, text)[: OFFERED + 1])
        same = [row for row in found if self.label_from_instance(row).casefold() == text.casefold()]
        if len(same) == 1 or len(found) == 1:
            return (same or found)[0]
        if not found:
            raise ValidationError(self.error_messages["none"], "none", {"text": text})
        self.widget.matches = [
            (str(self.prepare_value(row)), self.label_from_instance(row)) for row in found[:OFFERED]
        ]
        raise ValidationError(self.error_messages["several"], code="several")

    def validate(self, value: Any) -> None:
        forms.Field.validate(self, value)
