"""Fields that several forms of the app share."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import FormParts
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.files import TAKEN, check_file

# ISO 4217, the frequent ones of the countries that investors come from.
CURRENCIES: Final = (
    *("EUR", "USD", "JPY", "GBP", "CHF", "CNY", "INR", "KRW", "AED", "AUD", "BRL", "CAD", "CZK"),
    *("DKK", "HKD", "HUF", "ILS", "MXN", "NOK", "NZD", "PLN", "RON", "SAR", "SEK", "SGD", "TRY"),
    *("TWD", "ZAR"),
)


def country_choices() -> list[tuple[str, Any]]:
    """Every country, the frequent ones first, with an empty line before."""
    return [("", _("Choose…")), *((code, name) for code, name in countries)]


def staff_field(*, label: Any, required: bool = False, **kwargs: Any) -> RecordChoiceField:
    """A member of staff who still works here, found by typing."""
    return RecordChoiceField(
        User.objects.all(),
        label=label,
        required=required,
        options_url="investors:staff_options",
        to_field_name="username",
        **kwargs,
    )


def handler_field(*, label: Any, **kwargs: Any) -> RecordChoiceField:
    """A member of staff who may own a lead."""
    return RecordChoiceField(
        User.objects.all(),
        label=label,
        required=False,
        options_url="investors:handler_options",
        to_field_name="username",
        **kwargs,
    )


def offer_staff(form: FormParts, *names: str) -> None:
    """Offer people who work here."""
    for name in names:
        form.offer(name, User.objects.offered())


def offer_handlers(form: FormParts, *names: str) -> None:
    """Offer those who may own a lead, and whoever stands there already, even if they left."""
    able = User.objects.with_act(Act.HANDLE_OWN).values("pk")
    for name in names:
        there = getattr(form.initial.get(name), "pk", None)
        rows = User.objects.filter(Q(pk__in=able) | Q(pk=there))
        form.offer(name, rows)


class CurrencyField(forms.ChoiceField):
    """An ISO 4217 code; a code that is on record already is offered, too."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Currency"))
        super().__init__(choices=[(code, code) for code in CURRENCIES], **kwargs)

    def offer(self, code: str | None) -> None:
        if code and code not in CURRENCIES:
            self.choices = [(each, each) for each in (*CURRENCIES, code)]


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, each checked by size, name and content."""

    widget = FilesInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Files"))
        kwargs.setdefault("help_text", _("PDF, PNG, JPEG, DOCX or XLSX, up to 20 MB each."))
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ",".join(f".{extension}" for extension in TAKEN)

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        given = data if isinstance(data, list | tuple) else [data]
        files = [file for file in given if file]
        if not files and self.required:
            raise ValidationError(self.error_messages["required"], code="required")
        for file in files:
            check_file(super().clean(file))
        return files
