"""Likely twins: asked about before a new investor is recorded, chosen by hand to be merged."""

from typing import Any

from crispy_forms.layout import HTML
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import HouseForm
from ifa_crm.staff.models import User
from investors.forms.investor import InvestorForm
from investors.models import Investor
from investors.twins import Twin, likely_twins

NEW = "is_new"
_REGION = HTML("{% include 'investors/_twins_region.html' %}")


class TwinSearchForm(HouseForm):
    """What is compared while somebody types."""

    name = forms.CharField(max_length=200, required=False)
    native_name = forms.CharField(max_length=200, required=False)
    website = forms.CharField(max_length=200, required=False)
    control_country = forms.CharField(max_length=2, required=False)
    lei = forms.CharField(max_length=40, required=False)
    siren = forms.CharField(max_length=40, required=False)
    register_number = forms.CharField(max_length=60, required=False)

    @property
    def asked(self) -> dict[str, Any]:
        return described(self.cleaned_data)


def described(fields: dict[str, Any]) -> dict[str, Any]:
    """What is typed, as :func:`investors.twins.likely_twins` takes it."""
    return {
        "name": fields.get("name") or "",
        "native_name": fields.get("native_name") or "",
        "website": fields.get("website") or "",
        "country": str(fields.get("control_country") or ""),
        "identifiers": {
            name: fields.get(name) or "" for name in ("lei", "siren", "register_number")
        },
    }


class NewInvestorForm(InvestorForm):
    """A new investor. One that looks like others on record is asked about first."""

    is_new = forms.BooleanField(label=_("None of these: record a new investor"), required=False)
    groups = [
        (_("Names"), ["name", _REGION, NEW, *InvestorForm.groups[0][1][1:]]),
        *InvestorForm.groups[1:],
    ]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.user = user
        self.twins: list[Twin] = []
        if not self.is_bound:
            del self.fields[NEW]

    def full_clean(self) -> None:
        super().full_clean()
        if not self.twins:
            self.fields.pop(NEW, None)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.twins = likely_twins(user=self.user, **described(self.cleaned_data))
        if self.twins and not self.cleaned_data.get(NEW):
            self.add_error(
                NEW,
                ValidationError(
                    _("Is it one of those on record? Open it, or say that it is a new one."),
                    code="twins",
                ),
            )
        return cleaned


class AnotherInvestorForm(HouseForm):
    other = RecordChoiceField(
        None, label=_("The other record"), options_url="investors:investor_options"
    )

    def __init__(self, *args: Any, user: User, investor: Investor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("other", Investor.objects.visible_to(user).live().exclude(pk=investor.pk))
