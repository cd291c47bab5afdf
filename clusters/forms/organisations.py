"""Forms of organisations."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.models import Organisation
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.fold import fold
from ifa_crm.shared.forms import HouseModelForm
from ifa_crm.staff.models import User


class OrganisationForm(ClashMixin, HouseModelForm):
    """An organisation; one of the same name that the person may see is pointed out first."""

    another = forms.BooleanField(
        label=gettext_lazy("It is another organisation of the same name"), required=False
    )

    groups = [
        (gettext_lazy("Who"), ["name", "another", ("kind", "country")]),
        (gettext_lazy("Where"), [("city", "website")]),
        (gettext_lazy("What is known"), ["summary", "source"]),
    ]

    class Meta:
        model = Organisation
        fields = ["name", "kind", "country", "city", "website", "summary", "source"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.twins: list[Organisation] = []
        if not self.is_bound:
            del self.fields["another"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        name = self.cleaned_data.get("name", "")
        if name and not self.cleaned_data.get("another"):
            self.twins = _same_name(self.user, name, self.instance)
        if self.twins:
            self.add_error("name", ValidationError(_("One of this name is on record."), "twin"))
        elif not self.cleaned_data.get("another"):
            del self.fields["another"]
        return cleaned


def _same_name(user: User, name: str, itself: Organisation) -> list[Organisation]:
    """Only what the person may see: a hidden twin never warns the typist."""
    found = Organisation.objects.visible_to(user).live().search(name).exclude(pk=itself.pk)
    return [other for other in found[:50] if fold(other.name) == fold(name)]
