"""The cluster itself: what the published list says, its sectors and regions."""

from collections.abc import Iterator
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from clusters.choices import (
    ContactPolicy,
    Standing,
    Tier,
)
from clusters.models.reference import Region, Sector
from clusters.querysets import (
    ClusterQuerySet,
)
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.addresses import record_address
from ifa_crm.shared.fields import SearchTextField
from ifa_crm.shared.models import Archivable


class ClusterManager(models.Manager.from_queryset(ClusterQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str) -> "Cluster":
        found: Cluster = self.get(slug=slug)
        return found


class Cluster(Archivable):
    """A competitive cluster. Name and specialty stand exactly as the source writes them."""

    slug = models.SlugField(_("address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    specialty = models.CharField(_("specialty"), max_length=300)
    tier = models.CharField(_("tier"), max_length=20, choices=Tier.choices)
    rank_2005 = models.CharField(
        _("rank of 2005"),
        max_length=30,
        blank=True,
        help_text=_("“mondial” or “à vocation mondiale” among the international ones."),
    )
    official_name_fr = models.CharField(_("official French name"), max_length=200, blank=True)
    sectors = models.ManyToManyField(
        Sector, through="ClusterSector", related_name="clusters", verbose_name=_("sectors")
    )
    regions = models.ManyToManyField(
        Region, through="ClusterRegion", related_name="clusters", verbose_name=_("regions")
    )
    keywords = models.JSONField(_("keywords"), default=list, blank=True)
    seat_city = models.CharField(_("seat"), max_length=80, blank=True)
    department_code = models.CharField(_("department"), max_length=3, blank=True)
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=8,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(-90)), MaxValueValidator(Decimal(90))],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=8,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(-180)), MaxValueValidator(Decimal(180))],
    )
    founded_year = models.PositiveSmallIntegerField(_("founded"), null=True, blank=True)
    label_year = models.PositiveSmallIntegerField(_("labelled"), null=True, blank=True)
    label_date = models.DateField(_("label date"), null=True, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    fate = models.CharField(_("what became of it"), max_length=300, blank=True)
    status_today = models.CharField(
        _("status today"), max_length=20, choices=Standing.choices, default=Standing.LABELLED
    )
    ended_year = models.PositiveSmallIntegerField(
        _("year in which the label or the cluster ended"), null=True, blank=True
    )
    notes = models.TextField(_("notes"), blank=True)
    desk_officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="desk_clusters",
        verbose_name=_("desk officer"),
    )
    contact_policy = models.CharField(
        _("who writes to the cluster"),
        max_length=10,
        choices=ContactPolicy.choices,
        default=ContactPolicy.RELAY,
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    source_line = models.PositiveSmallIntegerField(_("line of the source"), null=True, blank=True)
    search_text = SearchTextField()

    objects = ClusterManager()

    class Meta(Archivable.Meta):
        ordering = [Lower("name")]
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        constraints = [
            *Archivable.Meta.constraints,
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(archived_at__isnull=True),
                name="clusters_cluster_name_once",
                violation_error_code="name",
                violation_error_message=_("Another cluster has this name."),
            ),
            models.CheckConstraint(
                condition=Q(status_today=Standing.LABELLED, ended_year__isnull=True)
                | ~Q(status_today=Standing.LABELLED) & Q(ended_year__isnull=False),
                name="clusters_cluster_end_has_year",
                violation_error_code="ended_year",
                violation_error_message=_(
                    "A cluster that is no longer labelled must say since which year, "
                    "and only such a one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="clusters_cluster_whole_position",
                violation_error_code="longitude",
                violation_error_message=_("Latitude and longitude must be given together."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return record_address("clusters:cluster_detail", self.slug)

    def search_source(self) -> Iterator[str]:
        yield from (self.name, self.specialty, self.official_name_fr, self.seat_city, self.fate)
        yield from self.keywords

    @property
    def is_published(self) -> bool:
        """Whether it stands in the published list, which says of all of them "in 2005"."""
        return self.source_line is not None

    def is_offered_in(self, year: int) -> bool:
        """May be proposed to an investor; twin: :meth:`ClusterQuerySet.offered_in`."""
        return not self.is_archived and self.standing_in(year) == Standing.LABELLED

    def standing_in(self, year: int) -> Standing:
        """Its standing in ``year``; twin: :meth:`ClusterQuerySet.with_standing`."""
        if self.ended_year is None or self.ended_year > year:
            return Standing.LABELLED
        return Standing(self.status_today)


class ClusterSectorManager(models.Manager["ClusterSector"]):
    def get_by_natural_key(self, cluster: str, sector: str) -> "ClusterSector":
        return self.get(cluster__slug=cluster, sector__key=sector)


class ClusterSector(Audited, models.Model):
    """A cluster's sector, and whether the source itself supports it."""

    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.CASCADE,
        related_name="sector_links",
        verbose_name=_("cluster"),
    )
    sector = models.ForeignKey(
        Sector, on_delete=models.PROTECT, related_name="cluster_links", verbose_name=_("sector")
    )
    beyond_source = models.BooleanField(
        _("beyond the source"),
        default=False,
        help_text=_("Known from public facts, not from the published specialty."),
    )

    objects = ClusterSectorManager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("sector of a cluster")
        verbose_name_plural = _("sectors of clusters")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "sector"],
                name="clusters_sector_once",
                violation_error_code="sector",
                violation_error_message=_("The cluster already has this sector."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.cluster} - {self.sector}"

    def natural_key(self) -> tuple[str, str]:
        return (self.cluster.slug, self.sector.key)

    natural_key.dependencies = ["clusters.cluster", "clusters.sector"]  # type: ignore[attr-defined]


class ClusterRegionManager(models.Manager["ClusterRegion"]):
    def get_by_natural_key(self, cluster: str, region: str) -> "ClusterRegion":
        return self.get(cluster__slug=cluster, region__name=region)


class ClusterRegion(Audited, models.Model):
    """A region of 2005 that a cluster lies in; rank 1 is the main one."""

    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.CASCADE,
        related_name="region_links",
        verbose_name=_("cluster"),
    )
    region = models.ForeignKey(
        Region, on_delete=models.PROTECT, related_name="cluster_links", verbose_name=_("region")
    )
    rank = models.PositiveSmallIntegerField(_("rank"), default=1)

    objects = ClusterRegionManager()

    class Meta:
        ordering = ["rank"]
        verbose_name = _("region of a cluster")
        verbose_name_plural = _("regions of clusters")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "region"],
                name="clusters_region_once",
                violation_error_code="region",
                violation_error_message=_("The cluster already lies in this region."),
            ),
            models.UniqueConstraint(
                fields=["cluster", "rank"],
                name="clusters_region_rank_once",
                violation_error_code="rank",
                violation_error_message=_("Only one region can have this rank."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cluster} - {self.region}"

    def natural_key(self) -> tuple[str, str]:
        return (self.cluster.slug, self.region.name)

    natural_key.dependencies = ["clusters.cluster", "clusters.region"]  # type: ignore[attr-defined]
