"""The filters of a list: how they look, what they ask, and what their values say."""

from collections.abc import Iterator
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Model, QuerySet
from django.forms import BoundField
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries
from django_filters.widgets import BooleanWidget

from ifa_crm.shared.dates import bound


class SearchFilter(filters.CharFilter):
    """The box "Search": asks the queryset's own ``search(text)``."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Search"))
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "search"}))
        super().__init__(**kwargs)

    def filter(self, qs: Any, value: str) -> Any:
        return qs.search(value) if value else qs


class CountryFilter(filters.ChoiceFilter):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Country"))
        super().__init__(choices=lambda: [(c.code, c.name) for c in countries], **kwargs)


class HouseFilterSet(filters.FilterSet):
    """A filter set whose fields look like ours. The first ``in_sight`` ones are always shown;
    the search stands first, and what is archived is asked for last."""

    in_sight = 3

    @property
    def form(self) -> forms.Form:
        form: forms.Form = super().form
        last = [name for name in form.fields if name == "archived"]
        form.order_fields(["q", *(name for name in form.fields if name not in last), *last])
        for field in form.fields.values():
            field.required = False
            _dress(field)
        return form


class NoFilter(HouseFilterSet):
    """For a list that is always shown whole."""


def _dress(field: forms.Field) -> None:
    """Make a filter's field look, speak and refuse as ours do."""
    bound(field)
    if type(field.widget) is forms.DateInput:
        field.widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    elif isinstance(field.widget, BooleanWidget):
        field.widget.choices = [("", _("Any")), ("true", _("Yes")), ("false", _("No"))]
    is_select = isinstance(field.widget, forms.Select)
    field.widget.attrs.setdefault("class", "form-select" if is_select else "form-control")


def filter_names(field: BoundField) -> list[str]:
    """The GET parameters that a filter field reads."""
    suffixes = getattr(field.field.widget, "suffixes", None)
    if suffixes:
        return [f"{field.html_name}_{suffix}" for suffix in suffixes]
    return [field.html_name]


def filter_parts(field: BoundField, value: Any) -> Iterator[tuple[str, str | None, str]]:
    """Each part of a filter's value: (GET parameter, raw value or None for all, shown text)."""
    if value in (None, "") or value == [] or (isinstance(value, QuerySet) and not value):
        return
    if isinstance(value, slice):
        words = (_("from %s"), _("until %s"))
        ends = (value.start, value.stop)
        for name, end, word in zip(filter_names(field), ends, words, strict=True):
            if end is not None:
                yield name, None, word % _shown(field, end)
    elif isinstance(value, list | tuple | set | QuerySet):
        for item in value:
            yield field.html_name, str(field.field.prepare_value(item)), _shown(field, item)
    else:
        yield field.html_name, None, _shown(field, value)


def _shown(field: BoundField, value: Any) -> str:
    """A filter's value as its reader knows it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if hasattr(value, "year"):
        return date_format(value)
    if isinstance(value, Model):
        return str(value)
    choices = getattr(field.field, "choices", None)
    if choices is not None:
        for key, label in choices:
            if str(key) == str(value):
                return str(label)
    return str(value)
