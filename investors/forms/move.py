"""To which stage, and why if that is a step back."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.forms import HouseForm
from investors.choices import Stage
from investors.models import Lead


class MoveForm(HouseForm):
    stage = forms.ChoiceField(label=_("To which stage"))
    reason = forms.CharField(
        label=_("Why"),
        required=False,
        help_text=_("Needed for a step back."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [stage for stage in Stage if stage != lead.stage]
        self.fields["stage"].choices = [(stage.word, stage.label) for stage in others]

    @property
    def chosen(self) -> Stage:
        return Stage.from_word(self.cleaned_data["stage"])
