"""Whether a lead moves, whose it is, and who sees it."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.forms import HouseForm
from ifa_crm.staff.models import Office
from investors.choices import LostReason, Stage
from investors.forms.parts import (
    country_choices,
    handler_field,
    offer_handlers,
    offer_staff,
    staff_field,
)
from investors.models import Lead
from investors.services.actions import NextAction


class _AfterAction(HouseForm):
    """``after``: the action that was done just before, where nothing follows it but this."""

    after = forms.CharField(required=False, widget=forms.HiddenInput)


class WaitForm(_AfterAction):
    until = forms.DateField(label=_("Until"), help_text=_("On that day it comes back to you."))
    reason = forms.CharField(label=_("Why"), required=False, widget=forms.Textarea)


class LoseForm(_AfterAction):
    reason = forms.ChoiceField(
        label=_("What happened"), choices=LostReason.choices, widget=forms.RadioSelect
    )
    country = forms.ChoiceField(
        label=_("Which country they chose"),
        choices=country_choices,
        required=False,
        help_text=_("If they chose another country."),
    )
    note = forms.CharField(label=_("More about it"), required=False, widget=forms.Textarea)


class DisqualifyForm(_AfterAction):
    reason = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea)


class ReferForm(_AfterAction):
    to = forms.CharField(label=_("To whom"), max_length=200)
    on = forms.DateField(label=_("When"))
    told = forms.TypedChoiceField(
        label=_("Was the investor told?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("More about it"), required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", timezone.localdate())


class ReopenForm(HouseForm):
    """Make it active again; with something to do, unless something is open already."""

    what = forms.CharField(label=_("What comes next"), max_length=200, required=False)
    due = forms.DateField(label=_("Due"), required=False)
    reason = forms.CharField(label=_("Why"), required=False, widget=forms.Textarea)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("what") and not cleaned.get("due") and "due" not in self.errors:
            self.add_error("due", _("Say when it is due."))
        return cleaned

    @property
    def following(self) -> NextAction | None:
        if not self.cleaned_data.get("what"):
            return None
        return NextAction(what=self.cleaned_data["what"], due=self.cleaned_data["due"])


class StepBackForm(HouseForm):
    stage = forms.ChoiceField(label=_("Back to"))
    reason = forms.CharField(label=_("Why"), widget=forms.Textarea)

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        earlier = [stage for stage in Stage if stage < lead.stage]
        self.fields["stage"].choices = [(stage.value, stage.label) for stage in reversed(earlier)]

    @property
    def chosen(self) -> Stage:
        return Stage(self.cleaned_data["stage"])


class AssignForm(ClashMixin, HouseForm):
    owner = handler_field(label=_("Owner"))
    deputy = handler_field(label=_("Deputy"), help_text=_("Handles it just as the owner does."))
    office: Any = forms.ModelChoiceField(None, label=_("Office"), required=False)

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        self.instance = lead
        held = {name: getattr(lead, name) for name in ("owner", "deputy", "office")}
        super().__init__(*args, **kwargs, initial=held)
        offer_handlers(self, "owner", "deputy")
        self.offer("office", Office.objects.all())


class AdmitForm(HouseForm):
    user = staff_field(label=_("Whom"), required=True)
    reason = forms.CharField(
        label=_("Why"), max_length=300, help_text=_("Kept with the lead, for all who see it.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_staff(self, "user")
