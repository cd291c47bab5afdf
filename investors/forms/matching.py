"""What the owner of a lead is told."""

from django import forms
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.forms import HouseForm


class SuggestForm(HouseForm):
    what = forms.CharField(
        label=_("What is to be done"),
        max_length=200,
        help_text=_(
            "Stands on the lead and on Today of its owner. Everybody who sees the lead reads it."
        ),
    )
    due = forms.DateField(label=_("Due"))
