"""Forms of leaders and of what ties organisations to a cluster."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.forms.fields import offered_organisations, organisation_field
from clusters.models import Leader, Membership, Partnership
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.forms import HouseForm, HouseModelForm
from ifa_crm.staff.choices import time_zones
from ifa_crm.staff.models import User


class LeaderForm(ClashMixin, HouseModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, initial="Europe/Paris")

    groups = [
        (_("Who"), ["name", ("role", "languages")]),
        (_("How to reach them"), [("email", "phone"), "assistant", "time_zone"]),
    ]

    class Meta:
        model = Leader
        fields = ["name", "role", "languages", "email", "phone", "assistant", "time_zone"]


class MembershipForm(ClashMixin, HouseModelForm):
    """A membership; its organisation is chosen once."""

    organisation = organisation_field()

    groups = [(None, ["organisation", ("kind", "since_year"), "source"])]

    class Meta:
        model = Membership
        fields = ["organisation", "kind", "since_year", "source"]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_once(self, user)


class PartnershipForm(ClashMixin, HouseModelForm):
    """A partner abroad by name, or a number of partners whose names are not given."""

    organisation = organisation_field(required=False)
    through = organisation_field(
        label=_("Through"),
        required=False,
        help_text=_("The organisation in the cluster that holds the partnership."),
    )

    groups = [
        (_("Who"), ["organisation", "through"]),
        (
            _("Or a number, if the names are not given"),
            [("unnamed_count", "unnamed_kind", "unnamed_country")],
        ),
        (_("What for"), ["purpose", "since_year", "source"]),
    ]

    class Meta:
        model = Partnership
        fields = [
            "organisation",
            "through",
            "unnamed_count",
            "unnamed_kind",
            "unnamed_country",
            "purpose",
            "since_year",
            "source",
        ]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_once(self, user)
        self.offer("through", offered_organisations(user))


def _choose_once(form: HouseModelForm, user: User) -> None:
    """A tie to another organisation is another tie."""
    if form.instance.pk:
        del form.fields["organisation"]
    else:
        form.offer("organisation", offered_organisations(user))


class TieEndForm(HouseForm):
    until_year = forms.IntegerField(
        label=_("Until"), min_value=1900, max_value=2999, help_text=_("The year in which it ended.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until_year"].initial = timezone.localdate().year
