"""Forms of a lead's shortlist."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from clusters.choices import Tier
from clusters.models import Cluster, Region, Sector
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import HouseForm, HouseModelForm
from investors.choices import DeclineReason, RefusalReason
from investors.models import Shortlisting

WHY = _("Why this cluster")


class NoteClusterForm(HouseForm):
    """Put one cluster on the shortlist."""

    cluster = RecordChoiceField(
        None,
        label=_("Cluster"),
        options_url="clusters:cluster_options",
        to_field_name="slug",
        help_text=_("Type a name, a specialty or a place."),
    )
    why = forms.CharField(
        label=WHY,
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cluster"].queryset = Cluster.objects.offered_in(settings.REFERENCE_YEAR)


class FindClustersForm(HouseForm):
    """Narrows the list from which several clusters are chosen; everything may stay empty."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    sector = forms.ModelChoiceField(
        Sector.objects.all(),
        label=_("Sector"),
        required=False,
        to_field_name="key",
        empty_label=_("All sectors"),
    )
    region = forms.ModelChoiceField(
        Region.objects.all(),
        label=_("Region"),
        required=False,
        to_field_name="name",
        empty_label=_("All regions"),
    )
    tier = forms.ChoiceField(
        label=_("Tier"), required=False, choices=[("", _("Both tiers")), *Tier.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"


class NoteClustersForm(HouseForm):
    """Put several clusters on the shortlist at once."""

    clusters = forms.ModelMultipleChoiceField(
        Cluster.objects.none(),
        label=_("Clusters"),
        to_field_name="slug",
        error_messages={"required": _("Tick at least one cluster.")},
    )
    why = forms.CharField(
        label=_("Why these clusters"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clusters"].queryset = Cluster.objects.offered_in(settings.REFERENCE_YEAR)


class WhyForm(ClashMixin, HouseModelForm):
    class Meta:
        model = Shortlisting
        fields = ["why"]


class MoveForm(HouseForm):
    """What was said on the way to another state, if it is worth keeping."""

    reason = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class RefuseForm(HouseForm):
    why = forms.ChoiceField(
        label=_("Why the investor does not want it"),
        choices=RefusalReason.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("In their words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class DeclineForm(RefuseForm):
    why = forms.ChoiceField(
        label=_("Why the cluster does not want it"),
        choices=DeclineReason.choices,
        widget=forms.RadioSelect,
    )


class CloseForm(HouseForm):
    reason = forms.CharField(
        label=_("Why nothing more comes of it"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
