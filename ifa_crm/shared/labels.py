"""The label of a choice, without going through all of them for every row of a list."""

from functools import cache
from typing import Any

from django.db.models import Field
from django.utils.encoding import force_str
from django.utils.functional import Promise
from django_countries.fields import CountryField


class Labelled:
    """Mixin of models: ``get_FIELD_display`` looks the label up.

    Django translates and compares every choice of the field each time, which for a list of fifty
    rows takes longer than to read them.
    """

    def _get_FIELD_display(self, field: "Field[Any, Any]") -> Any:  # noqa: N802  # Django's name
        if isinstance(field, CountryField):  # its labels are those of one language
            return super()._get_FIELD_display(field)  # type: ignore[misc]
        value = getattr(self, field.attname)
        return force_str(_labels_of(field).get(value, value), strings_only=True)


@cache
def _labels_of(field: "Field[Any, Any]") -> dict[Any, str | Promise]:
    return dict(field.flatchoices)
