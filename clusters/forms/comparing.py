"""Which clusters to lay side by side."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.comparing import MOST
from clusters.models import Cluster


class CompareForm(forms.Form):
    """Up to four clusters, each in a select of its own; the same one twice counts once."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        rows = Cluster.objects.live()
        choices = [("", _("Choose a cluster")), *rows.values_list("slug", "name")]
        for number in range(1, MOST + 1):
            self.fields[f"c{number}"] = forms.ChoiceField(
                label=_("Cluster %(n)d") % {"n": number},
                choices=choices,
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
            )

    @property
    def slugs(self) -> list[str]:
        """The chosen ones of a valid form, in order."""
        return list(dict.fromkeys(slug for slug in self.cleaned_data.values() if slug))
