"""The investor joins a project under way or starts a new one, and what else came of a lead."""

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, OpenSeat, Project, ProjectPartner, Region
from clusters.models.project import CURRENCY
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.addresses import record_address
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.shared.models import ByReference, StateLog
from investors.choices import (
    ENGAGEMENT_HOLDS_PROJECT,
    Contribution,
    DeclinedBy,
    EngagementKind,
    EngagementRole,
    EngagementState,
    OutcomeKind,
    PriorTie,
)
from investors.models.lead import Lead
from investors.querysets import EngagementQuerySet, OutcomeQuerySet

_S = EngagementState
_AGREED_OR_LATER = [_S.AGREED, _S.VERIFIED, _S.COMPLETED, _S.LEFT]
_VERIFIED_OR_LATER = [_S.VERIFIED, _S.COMPLETED, _S.LEFT]


class Engagement(Audited, models.Model):
    """A lead, a cluster and a project: the investor joins it, or starts it.

    Amounts are the investor's *own* share, never the project's. ``prior_tie`` is frozen when the
    engagement opens. The period of an engagement in figures is that of ``agreed_on``.
    """

    ref = ReferenceField()
    lead = models.ForeignKey(
        Lead, on_delete=models.PROTECT, related_name="engagements", verbose_name=_("lead")
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.PROTECT,
        related_name="engagements",
        verbose_name=_("lead cluster"),
        db_index=False,  # an index below begins with it
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="engagements", verbose_name=_("project")
    )
    seat = models.ForeignKey(
        OpenSeat,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="engagements",
        verbose_name=_("open seat"),
    )
    kind = models.CharField(_("kind"), max_length=5, choices=EngagementKind.choices)
    partner = models.ForeignKey(
        ProjectPartner,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="engagement_rows",
        verbose_name=_("partner of the project"),
    )
    project_created = models.BooleanField(
        _("the project was created for it"), default=False, editable=False
    )
    state = models.CharField(
        _("state"), max_length=10, choices=EngagementState.choices, default=_S.OPEN, editable=False
    )
    role = models.CharField(
        _("role"), max_length=10, choices=EngagementRole.choices, default=EngagementRole.PARTNER
    )
    prior_tie = models.CharField(
        _("tie to the cluster before"),
        max_length=10,
        choices=PriorTie.choices,
        default=PriorTie.NONE,
        editable=False,
    )
    opened_on = models.DateField(_("opened"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("opened by"),
    )
    undisclosed = models.BooleanField(
        _("amounts undisclosed"), default=False, help_text=_("They do not say their own share.")
    )
    share_amount = models.DecimalField(
        _("own share of the budget"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )
    share_currency = models.CharField(
        _("currency"), max_length=3, blank=True, default="EUR", validators=[CURRENCY]
    )
    jobs = models.PositiveIntegerField(_("own jobs"), null=True, blank=True)
    jobs_region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("region of the jobs"),
    )
    agreed_on = models.DateField(_("agreement signed"), null=True, blank=True, editable=False)
    agreement_reference = models.CharField(
        _("reference of the agreement"), max_length=200, blank=True, editable=False
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("agreement recorded by"),
    )
    verified_at = models.DateTimeField(_("confirmed"), null=True, blank=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    contribution = models.CharField(
        _("what we contributed"),
        max_length=10,
        choices=Contribution.choices,
        blank=True,
        editable=False,
    )
    counterfactual = models.TextField(
        _("what would probably have happened otherwise"), blank=True, editable=False
    )
    declined_by = models.CharField(
        _("declined by"), max_length=15, choices=DeclinedBy.choices, blank=True, editable=False
    )
    ended_on = models.DateField(_("ended"), null=True, blank=True, editable=False)
    end_reason = models.TextField(_("why it ended"), blank=True, editable=False)

    objects = ByReference.from_queryset(EngagementQuerySet)()

    class Meta:
        ordering = ["-opened_on", "-pk"]
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "project"],
                condition=Q(state__in=sorted(ENGAGEMENT_HOLDS_PROJECT)),
                name="investors_engagement_once",
                violation_error_message=_("This lead is already engaged in this project."),
            ),
            models.CheckConstraint(
                condition=Q(kind=EngagementKind.JOIN) | Q(seat__isnull=True),
                name="investors_engagement_seat_to_join",
                violation_error_message=_("Only somebody who joins takes an open seat."),
            ),
            models.CheckConstraint(
                condition=Q(undisclosed=False)
                | Q(share_amount__isnull=True, jobs__isnull=True, jobs_region__isnull=True),
                name="investors_engagement_undisclosed",
                violation_error_message=_("Amounts are either given or undisclosed."),
            ),
            models.CheckConstraint(
                condition=Q(share_amount__isnull=True)
                | Q(share_amount__gte=0) & ~Q(share_currency=""),
                name="investors_engagement_share_currency",
                violation_error_message=_("An amount must have a currency and not be negative."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_AGREED_OR_LATER) | Q(agreed_on__isnull=False),
                name="investors_engagement_agreed_on",
                violation_error_message=_("An agreement must have the date of its signature."),
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=_VERIFIED_OR_LATER,
                    verified_at__isnull=False,
                    verified_by__isnull=False,
                )
                & ~Q(contribution="")
                & ~Q(counterfactual="")
                & (Q(recorded_by__isnull=True) | ~Q(verified_by=F("recorded_by")))
                | ~Q(state__in=_VERIFIED_OR_LATER)
                & Q(verified_at__isnull=True, verified_by__isnull=True, contribution=""),
                name="investors_engagement_verified_by_second",
                violation_error_message=_(
                    "Only a second person confirms it, and must say what we contributed and what "
                    "would have happened otherwise."
                ),
            ),
            models.CheckConstraint(
                condition=Q(state=_S.DECLINED) & ~Q(declined_by="")
                | ~Q(state=_S.DECLINED) & Q(declined_by=""),
                name="investors_engagement_declined_by",
                violation_error_message=_("Say who declined, and only then."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[_S.DECLINED, _S.WITHDRAWN, _S.LEFT], ended_on__isnull=False)
                & ~Q(end_reason="")
                | Q(state=_S.COMPLETED, ended_on__isnull=False)
                | Q(state__in=[_S.OPEN, _S.AGREED, _S.VERIFIED], ended_on__isnull=True),
                name="investors_engagement_end",
                violation_error_message=_("An engagement that ended must say when and why."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_AGREED_OR_LATER) | Q(agreed_on__gte=F("opened_on")),
                name="investors_engagement_agreed_in_order",
                violation_error_message=_("An agreement must not be signed before it was open."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("opened_on")),
                name="investors_engagement_ended_in_order",
                violation_error_message=_("An engagement must not end before it opens."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "kind", "agreed_on"], name="investors_engagement_fig"),
            models.Index(fields=["-agreed_on", "-id"], name="investors_engagement_agr"),
            models.Index(fields=["-opened_on", "-id"], name="investors_engagement_new"),
            models.Index(fields=["cluster", "state"], name="investors_engagement_clu"),
            models.Index(
                fields=["-verified_at", "-id"],
                condition=Q(verified_at__isnull=False),
                name="investors_engagement_ver",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead.investor} - {self.project}"

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return record_address("investors:engagement_detail", self.ref)


class EngagementLog(StateLog):
    """One move of an engagement, or a change of its lead cluster."""

    engagement = models.ForeignKey(
        Engagement, on_delete=models.PROTECT, related_name="log", verbose_name=_("engagement")
    )

    class Meta(StateLog.Meta):
        abstract = False
        verbose_name = _("move of an engagement")
        verbose_name_plural = _("moves of engagements")

    def __str__(self) -> str:
        return f"{self.engagement_id}: {self.from_state} → {self.to_state}"

    @property
    def to_label(self) -> str:
        return str(EngagementState(self.to_state).label)

    @property
    def is_move(self) -> bool:
        """Not a change of the lead cluster, which leaves the state as it is."""
        return self.from_state != self.to_state


class MilestoneKindManager(models.Manager["MilestoneKind"]):
    def get_by_natural_key(self, engagement_kind: str, key: str) -> "MilestoneKind":
        return self.get(engagement_kind=engagement_kind, key=key)


class MilestoneKind(Audited, models.Model):
    """A step on the way to an agreement, per kind of engagement; edited by an administrator."""

    engagement_kind = models.CharField(
        _("kind of engagement"), max_length=5, choices=EngagementKind.choices
    )
    key = models.SlugField(_("key"), max_length=40)
    label_en = models.CharField(_("English label"), max_length=80)
    label_fr = models.CharField(_("French label"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = MilestoneKindManager()

    class Meta:
        ordering = ["engagement_kind", "order"]
        verbose_name = _("kind of milestone")
        verbose_name_plural = _("kinds of milestone")
        constraints = [
            models.UniqueConstraint(
                fields=["engagement_kind", "key"],
                name="investors_milestonekind_once",
                violation_error_message=_("This key is already in use."),
            )
        ]

    def __str__(self) -> str:
        return self.label_fr if (get_language() or "en").startswith("fr") else self.label_en

    def natural_key(self) -> tuple[str, str]:
        return (self.engagement_kind, self.key)


class Milestone(Audited, models.Model):
    """One attempt at a milestone: planned for a day, reached, or failed."""

    engagement = models.ForeignKey(
        Engagement,
        on_delete=models.PROTECT,
        related_name="milestones",
        verbose_name=_("engagement"),
        db_index=False,  # a constraint below begins with it
    )
    kind = models.ForeignKey(
        MilestoneKind,
        on_delete=models.PROTECT,
        related_name="milestones",
        verbose_name=_("milestone"),
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    reached_on = models.DateField(_("reached"), null=True, blank=True)
    failed_on = models.DateField(_("failed"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["kind__order", "attempt"]
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "kind", "attempt"],
                name="investors_milestone_attempt_once",
                violation_error_message=_("This attempt is already recorded."),
            ),
            models.CheckConstraint(
                condition=Q(reached_on__isnull=True) | Q(failed_on__isnull=True),
                name="investors_milestone_reached_or_failed",
                violation_error_message=_("A milestone is reached or failed, not both."),
            ),
            models.CheckConstraint(
                condition=Q(attempt__gte=1),
                name="investors_milestone_attempt_counts",
                violation_error_message=_("Attempts count from 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.attempt})"

    def is_ahead_on(self, day: dt.date) -> bool:
        """Planned for ``day`` or later and still open: the engagement is not stale."""
        return (
            self.planned_on is not None
            and self.planned_on >= day
            and self.reached_on is None
            and self.failed_on is None
        )


class Outcome(Audited, models.Model):
    """What else came of a lead, counted beside joined and started, never inside."""

    ref = ReferenceField()
    lead = models.ForeignKey(
        Lead, on_delete=models.PROTECT, related_name="outcomes", verbose_name=_("lead")
    )
    kind = models.CharField(_("what"), max_length=12, choices=OutcomeKind.choices)
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="outcomes",
        verbose_name=_("cluster"),
    )
    dated = models.DateField(_("date"))
    text = models.TextField(_("what came of it"), blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("recorded by"),
    )

    objects = ByReference.from_queryset(OutcomeQuerySet)()

    class Meta:
        ordering = ["-dated", "-pk"]
        verbose_name = _("other outcome")
        verbose_name_plural = _("other outcomes")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=OutcomeKind.MEMBERSHIP) | Q(cluster__isnull=False),
                name="investors_outcome_membership_cluster",
                violation_error_message=_("A membership must name the cluster."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.lead}: {self.get_kind_display()}"
