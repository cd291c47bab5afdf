"""How well every lead fits each cluster, kept as columns of numbers.

A run evaluates all leads against all clusters on the facts of one moment. Derived: the next run
replaces it. Written by :mod:`investors.services.fit_columns` only.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from investors.querysets import FitColumnQuerySet, FitRunQuerySet


class FitRun(models.Model):
    """One evaluation of all leads. Pages read the last one that is finished.

    ``facts`` are the clusters and tables that it used, so that a page can say why; ``version``
    is their hash. ``keys`` (64 bits) and ``needs`` (a hash of 64 bits) name each lead that was
    evaluated and what it asked for: a lead whose need did not change is not evaluated again.
    """

    is_derived = True

    as_of = models.DateTimeField(_("as of"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    version = models.CharField(_("version"), max_length=40)
    facts = models.TextField(_("facts"))
    lead_count = models.PositiveIntegerField(_("leads"), default=0)
    evaluated_count = models.PositiveIntegerField(_("needs evaluated"), default=0)
    keys = models.BinaryField(_("keys"), default=bytes)
    needs = models.BinaryField(_("needs"), default=bytes)

    objects = models.Manager.from_queryset(FitRunQuerySet)()

    class Meta:
        ordering = ["-as_of", "-pk"]
        verbose_name = _("evaluation of all leads")
        verbose_name_plural = _("evaluations of all leads")
        indexes = [
            models.Index(
                fields=["-as_of"],
                condition=Q(finished_at__isnull=False),
                name="investors_fitrun_last",
            )
        ]

    def __str__(self) -> str:
        return f"{self.as_of:%Y-%m-%d %H:%M} {self.version}"


class FitColumn(models.Model):
    """The leads that fit one cluster at least weakly.

    ``keys`` holds the leads (64 bits each), ``scores`` tenths of a point (16 bits each). Each
    stage of a run adds a part; at the end they become part 0, best first.
    """

    is_derived = True

    run = models.ForeignKey(
        FitRun, on_delete=models.CASCADE, related_name="columns", verbose_name=_("evaluation")
    )
    cluster = models.ForeignKey(
        Cluster, on_delete=models.CASCADE, related_name="fit_columns", verbose_name=_("cluster")
    )
    part = models.PositiveIntegerField(_("part"), default=0)
    keys = models.BinaryField(_("leads"), default=bytes)
    scores = models.BinaryField(_("scores"), default=bytes)

    objects = models.Manager.from_queryset(FitColumnQuerySet)()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("leads that fit a cluster")
        verbose_name_plural = _("leads that fit clusters")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "cluster", "part"], name="investors_fitcolumn_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.cluster_id}"
