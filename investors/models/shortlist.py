"""A cluster on a lead's shortlist."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.shared.models import ByReference, StateLog
from investors.choices import Band, DeclineReason, RefusalReason, ShortlistState
from investors.models.evaluation import Evaluation
from investors.models.lead import Lead
from investors.querysets import ShortlistingQuerySet


class Shortlisting(Audited, models.Model):
    """A lead and a cluster, and how far the two have come."""

    ref = ReferenceField()
    lead = models.ForeignKey(
        Lead,
        on_delete=models.PROTECT,
        related_name="shortlist",
        verbose_name=_("lead"),
        db_index=False,  # a constraint below begins with it
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.PROTECT,
        related_name="shortlistings",
        verbose_name=_("cluster"),
        db_index=False,  # an index below begins with it
    )
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=ShortlistState.choices,
        default=ShortlistState.NOTED,
        editable=False,
    )
    state_since = models.DateTimeField(_("since"), editable=False)
    why = models.TextField(_("why this cluster"), blank=True)
    evaluation = models.ForeignKey(
        Evaluation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="shortlistings",
        verbose_name=_("rests on the evaluation"),
    )
    refused_reason = models.CharField(
        _("why refused"), max_length=12, choices=RefusalReason.choices, blank=True, editable=False
    )
    declined_reason = models.CharField(
        _("why declined"), max_length=12, choices=DeclineReason.choices, blank=True, editable=False
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("noted by"),
    )

    objects = ByReference.from_queryset(ShortlistingQuerySet)()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("shortlisted cluster")
        verbose_name_plural = _("shortlisted clusters")
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "cluster"],
                name="investors_shortlisting_once",
                violation_error_message=_("This cluster is already on the shortlist."),
            ),
            models.CheckConstraint(
                condition=Q(state=ShortlistState.REFUSED) & ~Q(refused_reason="")
                | ~Q(state=ShortlistState.REFUSED) & Q(refused_reason=""),
                name="investors_shortlisting_refused_reason",
                violation_error_message=_("Say why the investor refused, and only then."),
            ),
            models.CheckConstraint(
                condition=Q(state=ShortlistState.DECLINED) & ~Q(declined_reason="")
                | ~Q(state=ShortlistState.DECLINED) & Q(declined_reason=""),
                name="investors_shortlisting_declined_reason",
                violation_error_message=_("Say why the cluster declined, and only then."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["cluster", "state", "state_since"], name="investors_shortlist_cluster"
            ),
            models.Index(fields=["state", "state_since"], name="investors_shortlist_state"),
        ]

    def __str__(self) -> str:
        return f"{self.lead} - {self.cluster}"

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return reverse("investors:lead_shortlist", args=[self.lead.ref]) + f"#{self.ref}"

    @property
    def band(self) -> str:
        """How well the cluster fitted when it was noted; empty if no evaluation was kept."""
        if self.evaluation is None:
            return ""
        band = self.evaluation.bands.get(self.cluster.slug)
        return str(Band(band).label) if band else ""

    @property
    def ended_reason(self) -> str:
        """Why the investor or the cluster said no, in a word."""
        return self.get_refused_reason_display() or self.get_declined_reason_display()


class ShortlistingLog(StateLog):
    """One move of a shortlisted cluster."""

    shortlisting = models.ForeignKey(
        Shortlisting,
        on_delete=models.PROTECT,
        related_name="log",
        verbose_name=_("shortlisted cluster"),
        db_index=False,  # an index below begins with it
    )

    class Meta(StateLog.Meta):
        abstract = False
        verbose_name = _("move on a shortlist")
        verbose_name_plural = _("moves on shortlists")
        indexes = [models.Index(fields=["shortlisting", "at"], name="investors_shortlog_of")]

    def __str__(self) -> str:
        return f"{self.shortlisting_id}: {self.from_state} → {self.to_state}"

    @property
    def to_label(self) -> str:
        return str(ShortlistState(self.to_state).label)

    @property
    def passed_labels(self) -> list[str]:
        """The steps that nobody recorded on the way."""
        return [str(ShortlistState(state).label) for state in self.passed_over]
