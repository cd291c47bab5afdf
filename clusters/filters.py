"""Filters of the lists. The names are what stands in the address: people bookmark them."""

from typing import Any

import django_filters as filters
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clusters.choices import (
    CallState,
    OrganisationKind,
    ProjectKind,
    ProjectStatus,
    Standing,
    Tier,
)
from clusters.forms.clusters import desk_people
from clusters.models import (
    Call,
    Cluster,
    ClusterFact,
    ClusterTopic,
    FundingProgramme,
    Membership,
    Organisation,
    Partnership,
    Project,
    ProjectCluster,
    ProjectPartner,
    Region,
    Sector,
    Topic,
    TopicSector,
)
from ifa_crm.shared.filtersets import CountryFilter, HouseFilterSet, SearchFilter

YES = [("yes", _("Yes"))]


def _todays_regions() -> list[tuple[str, str]]:
    names = Region.objects.order_by("name_today").values_list("name_today", flat=True).distinct()
    return [(name, name) for name in names]


class LiveFilterSet(HouseFilterSet):
    """Archived records are left out unless one asks for them."""

    archived = filters.ChoiceFilter(
        label=_("Archived"),
        empty_label=_("Left out"),
        choices=[("only", _("Only archived")), ("all", _("Archived too"))],
        method="unchanged",
    )

    @classmethod
    def get_filters(cls) -> dict[str, filters.Filter]:
        """The base's filter comes last."""
        found: dict[str, filters.Filter] = super().get_filters()
        found["archived"] = found.pop("archived")
        return found

    def unchanged(self, rows: "QuerySet[Any]", name: str, value: Any) -> "QuerySet[Any]":
        return rows

    def filter_queryset(self, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        rows: Any = super().filter_queryset(queryset)
        asked = self.form.cleaned_data.get("archived")
        if asked == "all":
            return rows
        return rows.archived() if asked == "only" else rows.live()


def cluster_choice(**kwargs: Any) -> filters.ModelChoiceFilter:
    return filters.ModelChoiceFilter(
        label=_("Cluster"), queryset=Cluster.objects.all(), to_field_name="slug", **kwargs
    )


def topic_choice(**kwargs: Any) -> filters.ModelChoiceFilter:
    return filters.ModelChoiceFilter(
        label=_("Topic"),
        queryset=Topic.objects.live(),
        to_field_name="key",
        help_text=_("Finds what is narrower, too."),
        **kwargs,
    )


class ClusterFilter(LiveFilterSet):
    q = SearchFilter()
    tier = filters.ChoiceFilter(label=_("Tier"), choices=Tier.choices)
    sector = filters.ModelChoiceFilter(
        label=_("Sector"), queryset=Sector.objects.all(), to_field_name="key", field_name="sectors"
    )
    region = filters.ModelChoiceFilter(
        label=_("Region of 2005"),
        queryset=Region.objects.all(),
        to_field_name="name",
        field_name="regions",
    )
    region_today = filters.ChoiceFilter(
        label=_("Region of today"), choices=_todays_regions, method="in_region_of_today"
    )
    standing = filters.ChoiceFilter(
        label=format_lazy(_("Standing in {year}"), year=settings.REFERENCE_YEAR),
        choices=Standing.choices,
        method="standing_then",
    )
    today = filters.ChoiceFilter(
        label=_("Standing today"), choices=Standing.choices, field_name="status_today"
    )
    topic = topic_choice(method="on_topic")
    desk_officer = filters.ModelChoiceFilter(
        label=_("Desk officer"),
        queryset=lambda request: desk_people(None),
        to_field_name="username",
        null_label=_("Nobody"),
    )
    seats = filters.ChoiceFilter(label=_("Open seats"), choices=YES, method="having_seats")
    facts = filters.ChoiceFilter(
        label=_("Facts"), choices=[("check", _("To be checked"))], method="having_stale_facts"
    )

    class Meta:
        model = Cluster
        fields: list[str] = []

    def on_topic(self, rows: Any, name: str, value: Topic) -> Any:
        links = ClusterTopic.objects.filter(topic__in=Topic.objects.all().within(value))
        return rows.filter(pk__in=links.values("cluster"))

    def in_region_of_today(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(pk__in=Cluster.objects.filter(regions__name_today=value).values("pk"))

    def standing_then(self, rows: Any, name: str, value: str) -> Any:
        return rows.with_standing(settings.REFERENCE_YEAR).filter(standing=value)

    def having_seats(self, rows: Any, name: str, value: str) -> Any:
        projects = Project.objects.visible_to(self.request.user).that_can_be_joined()
        open_ones = projects.with_open_seats(timezone.localdate())
        links = ProjectCluster.objects.filter(project__in=open_ones)
        return rows.filter(pk__in=links.values("cluster"))

    def having_stale_facts(self, rows: Any, name: str, value: str) -> Any:
        stale = ClusterFact.objects.stale_on(timezone.localdate())
        return rows.filter(pk__in=stale.values("cluster"))


class TopicFilter(LiveFilterSet):
    q = SearchFilter()
    sector = filters.ModelChoiceFilter(
        label=_("Sector"), queryset=Sector.objects.all(), to_field_name="key", method="in_sector"
    )
    under = topic_choice(method="under_topic")
    used = filters.ChoiceFilter(
        label=_("Clusters"), choices=[("no", _("Of no cluster"))], method="by_use"
    )

    class Meta:
        model = Topic
        fields: list[str] = []

    def in_sector(self, rows: Any, name: str, value: Sector) -> Any:
        return rows.filter(pk__in=TopicSector.objects.filter(sector=value).values("topic"))

    def under_topic(self, rows: Any, name: str, value: Topic) -> Any:
        return rows.filter(pk__in=Topic.objects.all().within(value))

    def by_use(self, rows: Any, name: str, value: str) -> Any:
        return rows.of_no_cluster()


class ProjectFilter(LiveFilterSet):
    q = SearchFilter()
    kind = filters.ChoiceFilter(label=_("Kind"), choices=ProjectKind.choices)
    status = filters.ChoiceFilter(label=_("Status"), choices=ProjectStatus.choices)
    cluster = cluster_choice(field_name="clusters")
    seats = filters.ChoiceFilter(label=_("Open seats"), choices=YES, method="having_seats")

    class Meta:
        model = Project
        fields: list[str] = []

    def having_seats(self, rows: Any, name: str, value: str) -> Any:
        return rows.with_open_seats(timezone.localdate())


class OrganisationFilter(LiveFilterSet):
    q = SearchFilter()
    kind = filters.ChoiceFilter(label=_("Kind"), choices=OrganisationKind.choices)
    country = CountryFilter()
    cluster = cluster_choice(method="tied_to")
    tie = filters.ChoiceFilter(
        label=_("Tie"),
        choices=[
            ("member", _("Member of a cluster")),
            ("partner", _("Partner of a cluster")),
            ("project", _("Partner of a project")),
        ],
        method="having_tie",
    )

    class Meta:
        model = Organisation
        fields: list[str] = []

    def _ties(self) -> dict[str, Any]:
        user = self.request.user
        return {
            "member": Membership.objects.visible_to(user).current(),
            "partner": Partnership.objects.visible_to(user).current(),
            "project": ProjectPartner.objects.visible_to(user).present(),
        }

    def having_tie(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(pk__in=self._ties()[value].values("organisation"))

    def tied_to(self, rows: Any, name: str, value: Cluster) -> Any:
        ties = self._ties()
        ways = {
            "member": ties["member"].filter(cluster=value),
            "partner": ties["partner"].filter(cluster=value),
            "project": ties["project"].filter(project__clusters=value),
        }
        condition = Q(pk__in=[])
        for way in ways.values():
            condition |= Q(pk__in=way.values("organisation"))
        return rows.filter(condition)


class CallFilter(LiveFilterSet):
    state = filters.ChoiceFilter(label=_("State"), choices=CallState.choices, method="in_state")

    class Meta:
        model = Call
        fields: list[str] = []

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        return rows.with_state(timezone.localdate()).filter(state=value)


class ProgrammeFilter(HouseFilterSet):
    year = filters.NumberFilter(label=_("Runs in"), method="in_year")

    class Meta:
        model = FundingProgramme
        fields: list[str] = []

    def in_year(self, rows: Any, name: str, value: Any) -> Any:
        return rows.filter(first_year__lte=value, last_year__gte=value)
