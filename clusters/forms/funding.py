"""Forms of funding programmes and of calls for projects."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.forms.fields import LinesField
from clusters.models import Call, FundingLine, FundingProgramme
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.forms import HouseModelForm


class ProgrammeForm(ClashMixin, HouseModelForm):
    groups = [
        (
            _("Programme"),
            ["name", ("first_year", "last_year"), ("total_millions", "currency")],
        ),
        (_("What is known"), ["note", "source"]),
    ]

    class Meta:
        model = FundingProgramme
        fields = [
            "name",
            "first_year",
            "last_year",
            "total_millions",
            "currency",
            "note",
            "source",
        ]


class LineForm(HouseModelForm):
    """One line of a programme; a line without a label and an amount is left out."""

    groups = [
        (None, [("label_en", "label_fr"), ("amount_millions", "source"), "forgone_revenue"]),
    ]

    class Meta:
        model = FundingLine
        fields = ["label_en", "label_fr", "amount_millions", "forgone_revenue", "source"]

    def is_kept(self, deleted: list[Any]) -> bool:
        """Filled in, and not ticked away."""
        return self not in deleted and (self.instance.pk is not None or self.has_changed())


class LinesOfProgramme(forms.BaseModelFormSet):
    """The lines of a programme, and room for two more."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk:
            form.fields["DELETE"].label = _("Take this line away")
        else:
            del form.fields["DELETE"]


LineFormSet = forms.modelformset_factory(
    FundingLine, form=LineForm, formset=LinesOfProgramme, extra=2, can_delete=True
)


class CallForm(ClashMixin, HouseModelForm):
    conditions = LinesField(
        label=_("Conditions"), required=False, help_text=_("One condition per line.")
    )

    groups = [
        (_("Call"), ["name", "programme", ("opens_on", "closes_on"), "summary"]),
        (_("Conditions"), ["conditions"]),
        (_("Where it comes from"), ["website", "source"]),
    ]

    class Meta:
        model = Call
        fields = ["name", "programme", "opens_on", "closes_on", "summary", "website", "source"]

    def __init__(self, *args: Any, instance: Call | None = None, **kwargs: Any) -> None:
        stored = instance.conditions.all() if instance is not None and instance.pk else ()
        kwargs["initial"] = {"conditions": [row.text for row in stored]} | kwargs.get("initial", {})
        super().__init__(*args, instance=instance, **kwargs)
