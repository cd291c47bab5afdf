"""A kept run of fit: what a lead was judged by, and what came out."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.acting import Audited
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.shared.models import ByReference
from investors.choices import Mode
from investors.models.lead import Lead
from investors.querysets import EvaluationQuerySet


class Evaluation(Audited, models.Model):
    """What was on the page when somebody kept it. Written once, never changed.

    ``rows`` holds every cluster, best first, as :func:`investors.evaluating_kept.kept_rows` writes
    it, and rests on nothing that is not open to everybody: no seat of a restricted project.
    """

    ref = ReferenceField()
    lead = models.ForeignKey(
        Lead, on_delete=models.PROTECT, related_name="evaluations", verbose_name=_("lead")
    )
    text = models.TextField(_("text"), blank=True)
    topics = models.JSONField(_("topics, and how strongly"), default=dict, blank=True)
    sectors = models.JSONField(_("sectors"), default=list, blank=True)
    mode = models.CharField(
        _("join or start"), max_length=15, choices=Mode.choices, default=Mode.NOT_ASKED
    )
    regions = models.JSONField(_("preferred regions"), default=list, blank=True)
    vocabulary = models.CharField(_("version of the vocabulary"), max_length=8)
    weights = models.CharField(_("version of the weights"), max_length=20)
    rows = models.JSONField(_("result"), default=list, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("kept by"),
    )
    made_at = models.DateTimeField(_("kept"), auto_now_add=True)

    objects = ByReference.from_queryset(EvaluationQuerySet)()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        indexes = [models.Index(fields=["lead", "-made_at"], name="investors_evaluation_lead")]

    def __str__(self) -> str:
        day = date_format(localtime(self.made_at), "SHORT_DATE_FORMAT")
        return str(_("Evaluation of %(day)s") % {"day": day})

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return reverse("investors:lead_evaluation", args=[self.ref])

    @cached_property
    def bands(self) -> dict[str, str]:
        """The band of each cluster, by its slug, best first."""
        return {row["cluster"]: row["band"] for row in self.rows}

    @property
    def inputs(self) -> dict[str, Any]:
        """All that the result rests on, besides what is known of the clusters."""
        return {
            "topics": self.topics,
            "sectors": self.sectors,
            "mode": self.mode,
            "regions": self.regions,
        }
