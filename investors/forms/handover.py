"""Leads handed over: which, to whom, for how long."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.forms import HouseForm
from investors.choices import DeputyRule
from investors.forms.parts import handler_field, offer_handlers
from investors.models import Lead
from investors.services.handover import Terms

ALL, TICKED = "all", "ticked"


class HandoverForm(HouseForm):
    """The terms, and the leads: all that the filter shows, or those that are ticked."""

    receiver: Any = handler_field(label=_("Who takes over"))
    until = forms.DateField(
        label=_("Back on"),
        required=False,
        help_text=_("Only while somebody is away: on that day you are asked to bring them back."),
    )
    deputy_rule = forms.ChoiceField(
        label=_("Deputy"), choices=DeputyRule.choices, initial=DeputyRule.KEEP
    )
    note = forms.CharField(
        label=_("Note on all of them"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    which = forms.ChoiceField(
        label=_("Which leads"),
        choices=[(ALL, _("All of this list")), (TICKED, _("Only those that are ticked"))],
        initial=ALL,
        widget=forms.RadioSelect,
    )
    leads: Any = forms.ModelMultipleChoiceField(
        Lead.objects.none(), required=False, to_field_name="ref"
    )
    groups = [("", ["receiver", "until", "deputy_rule", "note", "which"])]

    def __init__(self, *args: Any, rows: "QuerySet[Lead]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_handlers(self, "receiver")
        self.fields["receiver"].required = True
        self.offer("leads", rows)
        self.rows = rows
        self.helper.render_unmentioned_fields = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        ticked = len(cleaned.get("leads") or ())
        if cleaned.get("which") == TICKED and not ticked:
            self.add_error("which", _("Tick at least one lead."))
        elif cleaned.get("which") == ALL and 0 < ticked < self.rows.count():
            self.add_error(
                "which", _("Some leads are ticked and others are not: only those, or all?")
            )
        return cleaned

    @property
    def chosen(self) -> "QuerySet[Lead]":
        ticked: QuerySet[Lead] = self.cleaned_data["leads"]
        rows = ticked if self.cleaned_data["which"] == TICKED else self.rows
        return rows.order_by("next_due", "pk")

    @property
    def terms(self) -> Terms:
        names = ("receiver", "until", "note")
        rule = DeputyRule(self.cleaned_data["deputy_rule"])
        return Terms(deputy_rule=rule, **{name: self.cleaned_data[name] for name in names})


class NoteForm(HouseForm):
    note = forms.CharField(
        label=_("What whoever takes over must know"),
        required=False,
        max_length=4000,
        widget=forms.Textarea,
    )


class PutOffForm(HouseForm):
    until = forms.DateField(
        label=_("Back on"),
        required=False,
        help_text=_("Leave it empty if the leads stay for good."),
    )
