"""Which clusters to lay side by side, and for which lead."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.comparing import MOST
from clusters.forms.banding import BandingForm
from clusters.models import Cluster


class CompareForm(BandingForm):
    """Up to four clusters, each in a select of its own; the same one twice counts once."""

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        rows = Cluster.objects.live()
        choices = [("", _("Choose a cluster")), *rows.values_list("slug", "name")]
        self.places = [f"c{number}" for number in range(1, MOST + 1)]
        for number, place in enumerate(self.places, 1):
            self.fields[place] = forms.ChoiceField(
                label=_("Cluster %(n)d") % {"n": number},
                choices=choices,
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
            )
        self.order_fields([*self.places, "lead"])

    @property
    def refuses_clusters(self) -> bool:
        """Whether one of the clusters, and not only the lead, is none."""
        return any(place in self.errors for place in self.places)

    @property
    def slugs(self) -> list[str]:
        """The chosen ones that are clusters, in order."""
        chosen = (self.cleaned_data.get(place) for place in self.places)
        return list(dict.fromkeys(slug for slug in chosen if slug))
