"""What the calendar page reads from its address."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.forms import HouseForm
from meetings.choices import Whose
from meetings.month import Month


class CalendarForm(HouseForm):
    month = forms.CharField(
        label=gettext_lazy("Month"),
        required=False,
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-11"}),
    )
    whose = forms.ChoiceField(label=gettext_lazy("Whose"), required=False, choices=Whose.choices)

    def clean_month(self) -> Month | None:
        text: str = self.cleaned_data["month"]
        try:
            return Month.read(text) if text else None
        except ValueError:
            raise ValidationError(
                _("“%(text)s” is not a month. Write it like 2026-11."), "month", {"text": text}
            ) from None
