"""Filters of the leads that match a cluster or an open seat."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clusters.models import Region
from ifa_crm.shared.filtersets import HouseFilterSet
from ifa_crm.staff.models import Office
from investors import fit
from investors.choices import Mode
from investors.filters import StaffFilter
from investors.models import Lead

LISTED = [("all", _("All, those on it too"))]
UNKNOWN = "unknown"
MODES = [
    (Mode.JOIN.value, Mode.JOIN.label),
    (Mode.START.value, Mode.START.label),
    (Mode.EITHER.value, Mode.EITHER.label),
    (UNKNOWN, _("Not known")),
]
BAND_LABELS = {
    fit.STRONG: _("Strong"),
    fit.POSSIBLE: _("Possible"),
    fit.WEAK: _("Weak"),
}


class SeatMatchFilter(HouseFilterSet):
    """``listed`` is read by the page, which knows the clusters."""

    listed = filters.ChoiceFilter(
        label=_("Shortlist"),
        choices=LISTED,
        empty_label=_("Not on it yet"),
        method="pass_on",
    )
    mode = filters.ChoiceFilter(label=_("Join or start"), choices=MODES, method="in_mode")
    region = filters.ModelChoiceFilter(
        label=_("Preferred region"),
        queryset=Region.objects.all(),
        to_field_name="name",
        method="in_region",
    )
    owner = StaffFilter(label=_("Owner"))
    office = filters.ModelChoiceFilter(
        label=_("Office"), queryset=Office.objects.all(), to_field_name="name"
    )

    in_sight = 2

    class Meta:
        model = Lead
        fields: list[str] = []

    def pass_on(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        return rows

    def in_mode(self, rows: "QuerySet[Any]", name: str, value: str) -> "QuerySet[Any]":
        if value == UNKNOWN:
            return rows.exclude(mode__in=[Mode.JOIN, Mode.START, Mode.EITHER])
        return rows.filter(mode=value)

    def in_region(self, rows: "QuerySet[Any]", name: str, value: Region) -> "QuerySet[Any]":
        wished = Lead.preferred_regions.through._default_manager.filter(region=value)
        return rows.filter(pk__in=wished.values("lead"))


class ClusterMatchFilter(SeatMatchFilter):
    """``band`` is read by the page, too: it stands in the column, not in the database."""

    band = filters.ChoiceFilter(
        label=_("Fit"),
        choices=list(BAND_LABELS.items()),
        empty_label=_("Strong or possible"),
        method="pass_on",
    )
    in_sight = 3

    @property
    def form(self) -> Any:
        form = super().form
        form.order_fields(["band", "listed", "mode"])
        return form
