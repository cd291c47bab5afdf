"""Forms: one look, errors at the field and at the top, services' refusals, clashes.

* :class:`HouseForm`, :class:`HouseModelForm` - every form of a page is one of them.
* ``groups`` on the class groups the fields: ``groups = [(_("Money"), ["budget_row"...])]``; a
  tuple of names inside a group stands on one row: ``[("budget", "budget_currency"), "jobs"]``;
  a crispy layout object stands as it is.
* :meth:`carry_out` validates, calls a service and puts its refusal on the form.
* :class:`ClashMixin` - two people editing one record.
* Records are picked with :class:`ifa_crm.shared.combobox.RecordChoiceField`.
"""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.dates import bound
from ifa_crm.shared.unreadable import marked_apart_from

Group = tuple[Any, Sequence[Any]]


class DateInput(forms.DateInput):
    """The browser's own date picker, which reads and writes ISO dates only."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """The browser's own picker of a day and a time, in the zone that is active."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


_NATIVE: dict[type[forms.Widget], type[forms.Widget]] = {
    forms.DateInput: DateInput,
    forms.DateTimeInput: DateTimeInput,
    forms.TimeInput: TimeInput,
}


def _make_native(field: forms.Field) -> None:
    """Give date and time fields the native pickers, long texts four rows."""
    widget = field.widget
    native = _NATIVE.get(type(widget))
    if native is not None:
        attrs = {k: v for k, v in widget.attrs.items() if k != "type"}
        replacement = native(attrs)
        replacement.is_required = widget.is_required
        field.widget = replacement
    elif isinstance(widget, forms.Textarea):
        widget.attrs["rows"] = widget.attrs.get("rows") if widget.attrs.get("rows") != "10" else 4


def validate_visible(text: str) -> None:
    """Refuse what looks empty: a record with such a name could be neither read nor clicked."""
    if all(unicodedata.category(character)[0] in "CZM" for character in text):
        raise ValidationError(_("Write something that can be seen."), "invisible")


def _place(shown: forms.BoundField) -> str:
    """The id of the input; of a group of ticks or radio buttons that of the box around it."""
    return shown.id_for_label or f"div_{shown.auto_id}"


class FormParts(forms.BaseForm):
    """What every form of ours can do; use :class:`HouseForm` or :class:`HouseModelForm`."""

    groups: Sequence[Group] = ()
    elsewhere: Mapping[str, tuple[str, Any]] = {}
    """Where the page shows what a refusal with this code is about, if no field of the form does:
    id and label."""
    fields: dict[str, Any]  # each form knows what its own fields can do
    result: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _make_native(field)
            bound(field)
            if field.required and isinstance(field, forms.CharField):
                field.validators.append(validate_visible)

    def full_clean(self) -> None:
        """A key with a NUL names nothing; text fields refuse one themselves."""
        texts = [n for n, field in self.fields.items() if isinstance(field, forms.CharField)]
        self.data = marked_apart_from(self.data, [self.add_prefix(name) for name in texts])
        super().full_clean()

    @cached_property
    def helper(self) -> FormHelper:
        """How crispy draws the form."""
        return self._standard_helper()

    def _standard_helper(self) -> FormHelper:
        """Without its tag, its token and its own error list."""
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        helper.form_show_errors = True
        if self.groups:
            helper.layout = Layout(
                *(Fieldset(legend, *self._rows(names)) for legend, names in self.groups)
            )
            helper.render_unmentioned_fields = True
        return helper

    def _rows(self, group: Sequence[str | tuple[str, ...]]) -> Iterator[Any]:
        """The rows of a group, less the fields that this form went without."""
        for names in group:
            if isinstance(names, str):
                yield from (name for name in [names] if name in self.fields)
            elif not isinstance(names, tuple):
                yield names
            elif here := [name for name in names if name in self.fields]:
                yield Row(*(Column(name) for name in here))

    def offer(self, name: str, rows: "QuerySet[Any]") -> None:
        """Let a record field choose among ``rows``: those that the person may see."""
        self.fields[name].queryset = rows

    @property
    def error_links(self) -> list[tuple[str, str, str]]:
        """(id of the input, label, sentence) of each error, for the summary at the top."""
        found: list[tuple[str, str, str]] = []
        for name, errors in self.errors.items():
            shown = self[name] if name in self.fields else None
            hidden = shown is not None and shown.is_hidden
            target = _place(shown) if shown is not None and not hidden else ""
            label = str(shown.label) if shown is not None and not hidden else ""
            for error in errors.as_data():
                place = self.elsewhere.get(str(error.code), (target, label))
                found.append((place[0], str(place[1]), str(error.messages[0])))
        return found

    def add_error(self, field: str | None, error: Any) -> None:
        """A constraint whose ``violation_error_code`` is a field's name shows at that field."""
        if field is None and isinstance(error, ValidationError):
            error = ValidationError(self._placed(error))
        super().add_error(field, error)

    def _placed(self, error: ValidationError) -> dict[str, list[ValidationError]]:
        by_field = (
            error.error_dict
            if hasattr(error, "error_dict")
            else {NON_FIELD_ERRORS: error.error_list}
        )
        placed: dict[str, list[ValidationError]] = {}
        for name, errors in by_field.items():
            for each in errors:
                named = name == NON_FIELD_ERRORS and each.code in self.fields
                placed.setdefault(str(each.code) if named else name, []).append(each)
        return placed

    def add_service_error(self, error: ValidationError) -> None:
        """Show a service's refusal: at its field where the form has it, else at the top."""
        if not hasattr(error, "error_dict"):
            self.add_error(None, error)
            return
        for name, errors in error.error_dict.items():
            here = name if name in self.fields and name != NON_FIELD_ERRORS else None
            self.add_error(here, ValidationError(errors))

    def carry_out(self, act: Callable[[], Any]) -> bool:
        """Whether the form is valid and ``act`` went through, in one transaction.

        What ``act`` returned is in ``self.result``; a ``ValidationError`` that it raised is on
        the form, and nothing was written.
        """
        if not self.is_valid():
            return False
        try:
            with transaction.atomic():
                self.result = act()
        except ValidationError as error:
            self.add_service_error(error)
            return False
        return True


class HouseForm(FormParts, forms.Form):
    """A form that a service carries out."""


class HouseModelForm(FormParts, forms.ModelForm):
    """A form over one row."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, RecordChoiceField) and self.instance.pk:
                self.initial.setdefault(name, None)
                if name in {f.name for f in self.instance._meta.fields}:
                    self.initial[name] = getattr(self.instance, name)


class ConfirmForm(HouseForm):
    """Nothing but the button."""


class ReasonForm(HouseForm):
    """Why something is done: archived, sent back, cancelled."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea)
