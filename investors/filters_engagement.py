"""Filters of the engagements: the list behind the figures."""

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import django_filters as filters
from django import forms
from django.conf import settings
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from clusters.choices import Tier
from clusters.models import Cluster, Sector
from ifa_crm.shared.filtersets import CountryFilter, HouseFilterSet, SearchFilter
from ifa_crm.staff.models import Office, User
from investors.choices import Contribution, EngagementKind, EngagementState, PriorTie
from investors.models import Engagement

if TYPE_CHECKING:
    from investors.querysets import EngagementQuerySet


class Counted(TextChoices):
    """How figures count what was confirmed; the last three make up the first."""

    ALL = "all", _("Confirmed by a second person")
    HEADLINE = "headline", _("Brought about with us")
    HARDLY = "informed", _("Informed at most")
    PRIOR = "prior", _("Already a member or partner")


COUNTED: Final = {
    Counted.ALL: "counted",
    Counted.HEADLINE: "headline",
    Counted.HARDLY: "hardly_ours",
    Counted.PRIOR: "with_prior_tie",
}


def clusters(request: Any) -> "QuerySet[Cluster]":
    return Cluster.objects.offered_in(settings.REFERENCE_YEAR)


class EngagementFilter(HouseFilterSet):
    q = SearchFilter()
    state = filters.ChoiceFilter(label=_("State"), choices=EngagementState.choices)
    cluster = filters.ModelChoiceFilter(label=_("Cluster"), queryset=clusters, to_field_name="slug")
    counted = filters.ChoiceFilter(label=_("Counts as"), choices=Counted.choices, method="count_as")
    agreed_from = filters.DateFilter("agreed_on", "gte", label=_("Agreed from"))
    agreed_to = filters.DateFilter("agreed_on", "lte", label=_("Agreed until"))
    country = CountryFilter(field_name="lead__investor__control_country")
    sector = filters.ModelChoiceFilter(
        "lead__sectors", label=_("Sector"), queryset=Sector.objects.all(), to_field_name="key"
    )
    office = filters.ModelChoiceFilter(
        "lead__office", label=_("Office"), queryset=Office.objects.all()
    )
    owner = filters.ModelChoiceFilter(
        "lead__owner", label=_("Owner"), queryset=User.objects.all(), to_field_name="username"
    )
    tier = filters.ChoiceFilter("cluster__tier", label=_("Tier"), choices=Tier.choices)
    contribution = filters.ChoiceFilter(
        label=_("What we contributed"), choices=Contribution.choices
    )
    prior_tie = filters.ChoiceFilter(label=_("Tie to the cluster before"), choices=PriorTie.choices)
    kind = filters.ChoiceFilter(
        label=_("Kind"), choices=EngagementKind.choices, widget=forms.HiddenInput
    )

    class Meta:
        model = Engagement
        fields: list[str] = []

    def count_as(self, rows: "EngagementQuerySet", name: str, value: str) -> "EngagementQuerySet":
        counted: EngagementQuerySet = getattr(rows, COUNTED[Counted(value)])()
        return counted


def figure_query(kind: EngagementKind, counted: Counted, year: int | None = None) -> str:
    """The GET parameters of the list behind a figure: of ``year``, or of all time."""
    query = f"kind={kind.value}&counted={counted.value}"
    if year is not None:
        query += f"&agreed_from={year}-01-01&agreed_to={year}-12-31"
    return f"{query}&sort=-agreed"


def is_figure(values: dict[str, Any], today: dt.date) -> bool:
    """Whether these filters are exactly those of a published figure.

    Only then the list says how many confidential rows it leaves out: any narrower list that said
    so would tell where they are.
    """
    given = {name: value for name, value in values.items() if value not in (None, "")}
    if given.pop("kind", "") == "" or given.pop("counted", "") != Counted.HEADLINE:
        return False
    year = (dt.date(today.year, 1, 1), dt.date(today.year, 12, 31))
    period = (given.pop("agreed_from", None), given.pop("agreed_to", None))
    return not given and period in ((None, None), year)
