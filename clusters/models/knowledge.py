"""What is known about a cluster and from where: facts, evidence, notes to the desk officer."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import (
    Basis,
    Confidence,
    DatePrecision,
    FactField,
    SuccessFactor,
)
from clusters.models.cluster import Cluster
from clusters.querysets import (
    YEAR,
    ClusterFactQuerySet,
    CorrectionNoteQuerySet,
    EvidenceNoteQuerySet,
)
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.shared.models import ByReference


class ClusterFactManager(models.Manager.from_queryset(ClusterFactQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, cluster: str, field: str) -> "ClusterFact":
        found: ClusterFact = self.get(cluster__slug=cluster, field=field)
        return found


class ClusterFact(Audited, models.Model):
    """Where a compiled fact of a cluster comes from, how sure it is, and when it was checked."""

    cluster = models.ForeignKey(
        Cluster, on_delete=models.CASCADE, related_name="facts", verbose_name=_("cluster")
    )
    field = models.CharField(_("fact"), max_length=30, choices=FactField.choices)
    confidence = models.CharField(_("confidence"), max_length=10, choices=Confidence.choices)
    source = models.CharField(_("source"), max_length=300, blank=True)
    basis = models.CharField(_("rests on"), max_length=30, choices=Basis.choices, blank=True)
    checked_on = models.DateField(_("last checked"), null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("checked by"),
    )

    objects = ClusterFactManager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("compiled fact")
        verbose_name_plural = _("compiled facts")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "field"],
                name="clusters_fact_once",
                violation_error_code="field",
                violation_error_message=_("This fact of the cluster is already described."),
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | Q(checked_on__isnull=False),
                name="clusters_fact_checked_when",
                violation_error_code="checked_on",
                violation_error_message=_("A fact that somebody checked must say when."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cluster}: {self.get_field_display()}"

    def natural_key(self) -> tuple[str, str]:
        return (self.cluster.slug, self.field)

    natural_key.dependencies = ["clusters.cluster"]  # type: ignore[attr-defined]

    def is_stale_on(self, day: dt.date) -> bool:
        """Never checked, or not for a year; twin: :meth:`ClusterFactQuerySet.stale_on`."""
        return self.checked_on is None or self.checked_on < day - YEAR


class EvidenceNote(Audited, models.Model):
    """A dated, sourced note under one of the four success factors; it carries no mark."""

    ref = ReferenceField()
    cluster = models.ForeignKey(
        Cluster, on_delete=models.CASCADE, related_name="evidence", verbose_name=_("cluster")
    )
    factor = models.CharField(_("success factor"), max_length=20, choices=SuccessFactor.choices)
    dated = models.DateField(_("date"))
    dated_precision = models.CharField(
        _("date known to the"),
        max_length=5,
        choices=DatePrecision.choices,
        default=DatePrecision.DAY,
    )
    text = models.TextField(_("what is known"))
    source = models.CharField(_("source"), max_length=300)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    ended_on = models.DateField(_("no longer holds since"), null=True, blank=True)

    objects = ByReference.from_queryset(EvidenceNoteQuerySet)()

    class Meta:
        ordering = ["factor", "-dated", "-pk"]
        verbose_name = _("evidence note")
        verbose_name_plural = _("evidence notes")
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("dated")),
                name="clusters_evidence_in_order",
                violation_error_code="ended_on",
                violation_error_message=_("A note must not stop holding before its date."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.cluster}: {self.get_factor_display()}, {self.dated}"

    def natural_key(self) -> tuple[str]:
        return (self.ref,)


class CorrectionNote(Audited, models.Model):
    """What somebody who may not edit a cluster tells its desk officer to put right."""

    ref = ReferenceField()
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.PROTECT,
        related_name="correction_notes",
        verbose_name=_("cluster"),
    )
    text = models.TextField(_("what should be put right"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("written by"),
    )
    at = models.DateTimeField(_("written"), default=timezone.now, editable=False)
    done_at = models.DateTimeField(_("dealt with"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("dealt with by"),
    )
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    objects = models.Manager.from_queryset(CorrectionNoteQuerySet)()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("note to the desk officer")
        verbose_name_plural = _("notes to the desk officer")
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, answer="")
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="clusters_correction_done_by_someone",
                violation_error_message=_(
                    "A note that was dealt with must say by whom and when, and only such a one."
                ),
            )
        ]
        indexes = [models.Index(fields=["cluster", "done_at"], name="clusters_correction_open")]

    def __str__(self) -> str:
        return f"{self.cluster}: {self.text[:60]}"

    def get_absolute_url(self) -> str:
        return f"{self.cluster.get_absolute_url()}#note-{self.ref}"

    @property
    def is_open(self) -> bool:
        return self.done_at is None
