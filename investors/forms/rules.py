"""The rules that say whose an enquiry becomes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.models import Sector
from ifa_crm.shared.forms import HouseForm, HouseModelForm
from ifa_crm.staff.models import Office
from investors.forms.parts import country_choices
from investors.models import AssignmentRule


class RuleForm(HouseModelForm):
    groups = [
        (_("Which enquiries"), ["countries", "sector"]),
        (_("To whom"), ["office", "is_active"]),
    ]

    class Meta:
        model = AssignmentRule
        fields = ["countries", "sector", "office", "is_active"]
        widgets = {"countries": forms.SelectMultiple(attrs={"size": 8})}
        help_texts = {
            "countries": _("None chosen: every country."),
            "sector": _("None chosen: every sector."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = self.instance.office_id
        open_ones = Office.objects.filter(is_active=True) | Office.objects.filter(pk=there)
        self.fields["office"].queryset = open_ones

    @property
    def rule_fields(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class PreviewForm(HouseForm):
    """Whom would this go to?"""

    country = forms.ChoiceField(label=_("Country"), choices=country_choices)
    sectors: Any = forms.ModelMultipleChoiceField(
        Sector.objects.all(),
        label=_("Sectors"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
    )
