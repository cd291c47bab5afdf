"""What is to be done."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.forms import HouseForm
from investors.forms.parts import offer_staff, staff_field
from investors.services.actions import NextAction


class ActionForm(HouseForm):
    what = forms.CharField(label=_("What is to be done"), max_length=200)
    due = forms.DateField(label=_("Due"))
    assignee = staff_field(
        label=_("By whom"), help_text=_("The owner of the lead, unless you name somebody.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_staff(self, "assignee")

    @property
    def following(self) -> NextAction:
        return NextAction(**{name: self.cleaned_data[name] for name in ("what", "due", "assignee")})


class DoneForm(HouseForm):
    """An action is done: what comes next, or until when the lead rests."""

    what = forms.CharField(label=_("What comes next"), max_length=200, required=False)
    due = forms.DateField(label=_("Due"), required=False)
    until = forms.DateField(label=_("Or let it wait until"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("what") and cleaned.get("until"):
            self.add_error("until", _("Either something comes next, or the lead waits."))
        elif cleaned.get("what") and not cleaned.get("due") and "due" not in self.errors:
            self.add_error("due", _("Say when it is due."))
        elif cleaned.get("due") and not cleaned.get("what"):
            self.add_error("what", _("Say what is to be done."))
        return cleaned

    @property
    def following(self) -> NextAction | None:
        if not self.cleaned_data.get("what"):
            return None
        return NextAction(what=self.cleaned_data["what"], due=self.cleaned_data["due"])


class MoveForm(HouseForm):
    due = forms.DateField(label=_("New day"))
