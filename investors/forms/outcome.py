"""Forms of what else came of a lead."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import HouseModelForm
from investors.choices import OutcomeKind
from investors.models import Outcome


class OutcomeForm(ClashMixin, HouseModelForm):
    """``referred elsewhere`` is not offered: the status of that name writes it."""

    cluster = RecordChoiceField(
        None,
        label=_("Cluster"),
        required=False,
        options_url="clusters:cluster_options",
        to_field_name="slug",
        help_text=_("A membership must name it."),
    )

    class Meta:
        model = Outcome
        fields = ["kind", "dated", "cluster", "text"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cluster"].queryset = Cluster.objects.live()
        self.fields["kind"].choices = [
            (key, label) for key, label in OutcomeKind.choices if key != OutcomeKind.REFERRED
        ]
        self.fields["kind"].widget = forms.RadioSelect(choices=self.fields["kind"].choices)
        if not self.instance.pk:
            self.initial.setdefault("dated", timezone.localdate())

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
