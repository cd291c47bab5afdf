"""Projects of clusters, their partners, and the seats that are still open."""

import datetime as dt
from collections.abc import Iterator

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clusters.choices import DatePrecision, PartnerRole, ProjectKind, ProjectStatus, SeatState
from clusters.models.cluster import Cluster
from clusters.models.organisation import Organisation
from clusters.models.topic import Topic
from clusters.querysets import (
    OpenSeatQuerySet,
    ProjectClusterQuerySet,
    ProjectPartnerQuerySet,
    ProjectQuerySet,
)
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.addresses import record_address
from ifa_crm.shared.fields import ReferenceField, SearchTextField
from ifa_crm.shared.models import Archivable, ByReference, StateLog

CURRENCY = RegexValidator(r"^[A-Z]{3}$", _("Use the three letters of ISO 4217, such as EUR."))


class Project(Archivable):
    """A project of one or more clusters; only an R&D project can be joined or started.

    Its ``status``, not its dates, says whether it can be joined. ``published_partners`` and
    ``published_countries`` are counts that a source states, apart from the partners listed.
    """

    ref = ReferenceField()
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(
        _("kind"), max_length=10, choices=ProjectKind.choices, default=ProjectKind.RD
    )
    status = models.CharField(
        _("status"), max_length=12, choices=ProjectStatus.choices, default=ProjectStatus.PROPOSED
    )
    clusters = models.ManyToManyField(
        Cluster, through="ProjectCluster", related_name="projects", verbose_name=_("clusters")
    )
    summary = models.TextField(_("summary"), blank=True)
    topics = models.ManyToManyField(
        Topic, blank=True, related_name="projects", verbose_name=_("topics")
    )
    budget_amount = models.DecimalField(
        _("budget"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    budget_currency = models.CharField(
        _("currency"), max_length=3, blank=True, default="EUR", validators=[CURRENCY]
    )
    starts_on = models.DateField(_("start"), null=True, blank=True)
    starts_precision = models.CharField(
        _("start known to the"),
        max_length=5,
        choices=DatePrecision.choices,
        default=DatePrecision.DAY,
    )
    ends_on = models.DateField(_("end"), null=True, blank=True)
    label_date = models.DateField(_("label date"), null=True, blank=True)
    published_partners = models.PositiveSmallIntegerField(
        _("partners, as published"), null=True, blank=True
    )
    published_countries = models.PositiveSmallIntegerField(
        _("countries, as published"), null=True, blank=True
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    restricted = models.BooleanField(_("restricted"), default=False, editable=False)
    admitted = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, editable=False, related_name="+"
    )
    search_text = SearchTextField()

    objects = ByReference.from_queryset(ProjectQuerySet)()

    class Meta(Archivable.Meta):
        ordering = [Lower("name")]
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            *Archivable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(budget_amount__isnull=True)
                | Q(budget_amount__gte=0) & ~Q(budget_currency=""),
                name="clusters_project_budget_currency",
                violation_error_code="budget_currency",
                violation_error_message=_("A budget must have a currency and not be negative."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="clusters_project_in_order",
                violation_error_code="ends_on",
                violation_error_message=_("A project must not end before it starts."),
            ),
        ]
        indexes = [
            models.Index(Lower("name"), "id", "restricted", name="clusters_project_by_name"),
            models.Index(fields=["kind", "status"], name="clusters_project_status"),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return record_address("clusters:project_detail", self.ref)

    def search_source(self) -> Iterator[str]:
        yield from (self.name, self.summary)

    @property
    def can_be_joined(self) -> bool:
        return (
            self.kind == ProjectKind.RD
            and self.status == ProjectStatus.UNDER_WAY
            and not self.is_archived
        )

    @property
    def can_be_started(self) -> bool:
        return (
            self.kind == ProjectKind.RD
            and self.status == ProjectStatus.PROPOSED
            and not self.is_archived
        )


class ProjectLog(StateLog):
    """One change of a project's status."""

    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="log", verbose_name=_("project")
    )

    class Meta(StateLog.Meta):
        abstract = False
        verbose_name = _("change of a project's status")
        verbose_name_plural = _("changes of projects' status")
        indexes = [models.Index(fields=["project", "at"], name="clusters_projectlog_of")]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.from_state} → {self.to_state}"

    @property
    def to_label(self) -> str:
        return str(ProjectStatus(self.to_state).label)


class ProjectClusterManager(models.Manager.from_queryset(ProjectClusterQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, project: str, cluster: str) -> "ProjectCluster":
        found: ProjectCluster = self.get(project__ref=project, cluster__slug=cluster)
        return found


class ProjectCluster(Audited, models.Model):
    """A cluster that takes part in a project; at most one leads it."""

    project = models.ForeignKey(
        Project,
        on_delete=models.CASCADE,
        related_name="cluster_links",
        verbose_name=_("project"),
    )
    cluster = models.ForeignKey(
        Cluster, on_delete=models.PROTECT, related_name="project_links", verbose_name=_("cluster")
    )
    is_lead = models.BooleanField(_("leads the project"), default=False)

    objects = ProjectClusterManager()

    class Meta:
        ordering = ["-is_lead", "pk"]
        verbose_name = _("cluster of a project")
        verbose_name_plural = _("clusters of projects")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "cluster"],
                name="clusters_projectcluster_once",
                violation_error_code="cluster",
                violation_error_message=_("The cluster already takes part in this project."),
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(is_lead=True),
                name="clusters_project_one_lead",
                violation_error_code="is_lead",
                violation_error_message=_("Only one cluster can lead a project."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} - {self.cluster}"

    def natural_key(self) -> tuple[str, str]:
        return (self.project.ref, self.cluster.slug)

    natural_key.dependencies = ["clusters.project", "clusters.cluster"]  # type: ignore[attr-defined]


class ProjectPartner(Audited, models.Model):
    """An organisation that takes part in a project."""

    ref = ReferenceField()
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="partners", verbose_name=_("project")
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="project_partners",
        verbose_name=_("organisation"),
    )
    role = models.CharField(
        _("role"), max_length=10, choices=PartnerRole.choices, default=PartnerRole.PARTNER
    )
    joined_on = models.DateField(_("joined"), null=True, blank=True)
    left_on = models.DateField(pgettext_lazy("partner", "left"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    restricted = models.BooleanField(_("restricted"), default=False, editable=False)
    admitted = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, editable=False, related_name="+"
    )

    objects = ByReference.from_queryset(ProjectPartnerQuerySet)()

    class Meta:
        ordering = ["role", Lower("organisation__name")]
        verbose_name = _("project partner")
        verbose_name_plural = _("project partners")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organisation"],
                condition=Q(left_on__isnull=True),
                name="clusters_partner_once",
                violation_error_code="organisation",
                violation_error_message=_("The organisation is already a partner of this project."),
            ),
            models.CheckConstraint(
                condition=Q(joined_on__isnull=True)
                | Q(left_on__isnull=True)
                | Q(left_on__gte=F("joined_on")),
                name="clusters_partner_in_order",
                violation_error_code="left_on",
                violation_error_message=_("A partner must not leave before it joined."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} - {self.project}"

    def natural_key(self) -> tuple[str]:
        return (self.ref,)


class OpenSeat(Audited, models.Model):
    """The partner that a running project still misses."""

    ref = ReferenceField()
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="seats", verbose_name=_("project")
    )
    title = models.CharField(_("partner sought"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    topics = models.ManyToManyField(
        Topic, blank=True, related_name="seats", verbose_name=_("topics")
    )
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    filled_on = models.DateField(_("filled"), null=True, blank=True, editable=False)
    filled_by = models.OneToOneField(
        ProjectPartner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="seat",
        verbose_name=_("filled by"),
    )
    withdrawn_on = models.DateField(_("withdrawn"), null=True, blank=True, editable=False)
    # Of a seat only who took it, and when, can rest on a confidential lead.
    restricted = models.BooleanField(_("restricted"), default=False, editable=False)
    admitted = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, editable=False, related_name="+"
    )
    search_text = SearchTextField()

    objects = ByReference.from_queryset(OpenSeatQuerySet)()

    class Meta:
        ordering = ["deadline", "pk"]
        verbose_name = _("open seat")
        verbose_name_plural = _("open seats")
        constraints = [
            models.CheckConstraint(
                condition=Q(filled_by__isnull=True, filled_on__isnull=True)
                | Q(filled_by__isnull=False, filled_on__isnull=False),
                name="clusters_seat_filled_by_someone",
                violation_error_message=_("A filled seat must say by whom and when."),
            ),
            models.CheckConstraint(
                condition=Q(filled_on__isnull=True) | Q(withdrawn_on__isnull=True),
                name="clusters_seat_filled_or_withdrawn",
                violation_error_message=_("A seat is filled or withdrawn, not both."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return f"{self.project.get_absolute_url()}#seat-{self.ref}"

    def search_source(self) -> Iterator[str]:
        yield from (self.title, self.description)

    def state_on(self, day: dt.date) -> SeatState:
        """Its state on ``day``; twins: :meth:`OpenSeatQuerySet.with_state`, ``open_on``."""
        if self.filled_on is not None:
            return SeatState.FILLED
        if self.withdrawn_on is not None:
            return SeatState.WITHDRAWN
        if self.deadline is not None and self.deadline < day:
            return SeatState.PAST_DEADLINE
        return SeatState.OPEN
