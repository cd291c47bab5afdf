"""The lead: one need of an investor, and how far it has come."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from clusters.models import Region, Sector, Topic
from clusters.models.project import CURRENCY
from ifa_crm.shared.addresses import record_address
from ifa_crm.shared.fields import CopiedField, ReferenceField, SearchTextField
from ifa_crm.shared.models import Archivable, ByReference
from ifa_crm.staff.models import Office
from investors.choices import (
    NOT_HEARD_DAYS,
    Answer,
    Confidential,
    Horizon,
    LostReason,
    Mode,
    Origin,
    Priority,
    Stage,
    Status,
)
from investors.models.investor import Investor
from investors.models.objective import Objective
from investors.querysets import LeadQuerySet


def _answered(name: str) -> models.CheckConstraint:
    """An amount stands there if and only if the answer is *given*; never below zero."""
    number = name if name == "jobs" else f"{name}_amount"
    given: dict[str, object] = {f"{name}_answer": Answer.GIVEN, f"{number}__gte": 0}
    condition = Q(**given)
    if name != "jobs":
        condition &= ~Q(**{f"{name}_currency": ""})
    return models.CheckConstraint(
        condition=condition
        | ~Q(**{f"{name}_answer": Answer.GIVEN}) & Q(**{f"{number}__isnull": True}),
        name=f"investors_lead_{name}_answer",
        violation_error_code=number,
        violation_error_message=_("An amount must be given exactly when the answer is “Given”."),
    )


def _amount(label: Any) -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(
        label,
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )


def _answer(label: Any) -> "models.CharField[str, str]":
    return models.CharField(label, max_length=15, choices=Answer.choices, default=Answer.NOT_ASKED)


def _currency(label: Any) -> "models.CharField[str, str]":
    return models.CharField(label, max_length=3, blank=True, default="EUR", validators=[CURRENCY])


_SEEN_BY = ("restricted", "owner", "deputy")
_LIVE = Q(archived_at__isnull=True)


class Lead(Archivable):
    """One need of an investor.

    ``stage`` is the furthest thing that has happened, ``status`` whether it moves; both are
    written by :mod:`investors.services` only. ``next_due`` is the day of the earliest open
    action, ``reply_due_at`` and ``silent_at`` the earliest of its open inbound messages,
    ``heard_at`` when they last said something. ``restricted`` equals ``confidential == yes`` and
    stands in the indexes.
    """

    ref = ReferenceField()
    investor = models.ForeignKey(
        Investor, on_delete=models.PROTECT, related_name="leads", verbose_name=_("investor")
    )
    title = models.CharField(_("need in a few words"), max_length=150)
    origin = models.CharField(
        _("origin"), max_length=12, choices=Origin.choices, default=Origin.ENQUIRY
    )
    origin_detail = models.CharField(
        _("through whom"), max_length=200, blank=True, help_text=_("The partner, fair or campaign.")
    )
    makes = models.TextField(_("what they make"), blank=True)
    wants = models.TextField(_("what they want"), blank=True)
    sectors = models.ManyToManyField(
        Sector, blank=True, related_name="leads", verbose_name=_("sectors")
    )
    topics = models.ManyToManyField(
        Topic, blank=True, related_name="leads", verbose_name=_("topics")
    )
    objectives = models.ManyToManyField(
        Objective, blank=True, related_name="leads", verbose_name=_("objectives")
    )
    preferred_regions = models.ManyToManyField(
        Region, blank=True, related_name="leads", verbose_name=_("preferred regions")
    )
    mode = models.CharField(
        _("join or start"), max_length=15, choices=Mode.choices, default=Mode.NOT_ASKED
    )
    horizon = models.CharField(
        _("horizon"), max_length=15, choices=Horizon.choices, default=Horizon.NOT_ASKED
    )
    budget_answer = _answer(_("R&D budget: answer"))
    budget_amount = _amount(_("R&D budget"))
    budget_currency = _currency(_("R&D budget: currency"))
    investment_answer = _answer(_("investment: answer"))
    investment_amount = _amount(_("investment"))
    investment_currency = _currency(_("investment: currency"))
    jobs_answer = _answer(_("jobs: answer"))
    jobs = models.PositiveIntegerField(_("jobs"), null=True, blank=True)
    confidential = models.CharField(
        _("confidential"),
        max_length=10,
        choices=Confidential.choices,
        default=Confidential.NOT_ASKED,
    )
    restricted = models.BooleanField(_("restricted"), default=False, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="leads_owned",
        verbose_name=_("owner"),
        db_index=False,  # an index below begins with it
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="leads_deputised",
        verbose_name=_("deputy"),
    )
    office = models.ForeignKey(
        Office,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("office"),
    )
    priority = models.CharField(
        _("priority"), max_length=1, choices=Priority.choices, default=Priority.NORMAL
    )
    stage = models.CharField(
        _("stage"), max_length=15, choices=Stage.choices, default=Stage.RECEIVED, editable=False
    )
    stage_since = models.DateTimeField(_("in this stage since"), editable=False)
    status = models.CharField(
        _("status"), max_length=12, choices=Status.choices, default=Status.ACTIVE, editable=False
    )
    status_since = models.DateTimeField(_("in this status since"), editable=False)
    waiting_until = models.DateField(_("waiting until"), null=True, blank=True, editable=False)
    lost_reason = models.CharField(
        _("why lost"), max_length=15, choices=LostReason.choices, blank=True, editable=False
    )
    lost_to_country = CountryField(verbose_name=_("chose"), blank=True, editable=False)
    disqualified_reason = models.CharField(
        _("why not for us"), max_length=300, blank=True, editable=False
    )
    referred_to = models.CharField(_("referred to"), max_length=200, blank=True, editable=False)
    referred_on = models.DateField(_("referred on"), null=True, blank=True, editable=False)
    referred_told = models.BooleanField(
        _("the investor was told"), null=True, blank=True, editable=False
    )
    next_due = models.DateField(_("next action due"), null=True, blank=True, editable=False)
    reply_due_at = models.DateTimeField(_("reply due"), null=True, blank=True, editable=False)
    silent_at = models.DateTimeField(_("silent from"), null=True, blank=True, editable=False)
    heard_at = models.DateTimeField(_("last heard from"), null=True, blank=True, editable=False)
    copied_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="copies",
        verbose_name=_("new need of"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    received_at = models.DateTimeField(_("received"))
    investor_country = CopiedField(
        of="investor.control_country", max_length=2, verbose_name=_("controlled from")
    )
    search_text = SearchTextField()

    objects = ByReference.from_queryset(LeadQuerySet)()

    class Meta(Archivable.Meta):
        ordering = ["-received_at", "-pk"]
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [
            *Archivable.Meta.constraints,
            _answered("budget"),
            _answered("investment"),
            _answered("jobs"),
            models.CheckConstraint(
                condition=Q(confidential=Confidential.YES, restricted=True)
                | ~Q(confidential=Confidential.YES) & Q(restricted=False),
                name="investors_lead_restricted_if_confidential",
                violation_error_message=_("Only a confidential lead is restricted."),
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | Q(owner__isnull=True) | ~Q(deputy=F("owner")),
                name="investors_lead_deputy_is_another",
                violation_error_code="deputy",
                violation_error_message=_("The deputy must be somebody other than the owner."),
            ),
            models.CheckConstraint(
                condition=Q(status=Status.WAITING, waiting_until__isnull=False)
                | ~Q(status=Status.WAITING) & Q(waiting_until__isnull=True),
                name="investors_lead_waiting_until",
                violation_error_message=_(
                    "A waiting lead must say until when, and only such a one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(status=Status.LOST) & ~Q(lost_reason="")
                | ~Q(status=Status.LOST) & Q(lost_reason=""),
                name="investors_lead_lost_reason",
                violation_error_message=_("A lost lead must say why, and only such a one."),
            ),
            models.CheckConstraint(
                condition=Q(lost_reason=LostReason.OTHER_COUNTRY) & ~Q(lost_to_country="")
                | ~Q(lost_reason=LostReason.OTHER_COUNTRY) & Q(lost_to_country=""),
                name="investors_lead_lost_to_country",
                violation_error_message=_("Say which country they chose, and only then."),
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DISQUALIFIED) & ~Q(disqualified_reason="")
                | ~Q(status=Status.DISQUALIFIED) & Q(disqualified_reason=""),
                name="investors_lead_disqualified_reason",
                violation_error_message=_("Say why it is not for us, and only then."),
            ),
            models.CheckConstraint(
                condition=Q(
                    status=Status.REFERRED, referred_on__isnull=False, referred_told__isnull=False
                )
                & ~Q(referred_to="")
                | ~Q(status=Status.REFERRED)
                & Q(referred_to="", referred_on__isnull=True, referred_told__isnull=True),
                name="investors_lead_referred_to",
                violation_error_message=_(
                    "A lead referred elsewhere must say to whom, when, and whether the investor "
                    "was told, and only such a one."
                ),
            ),
        ]
        # The lists of leads read keys from one of these alone: order and key, then the columns
        # that decide who sees a row. Partial, because PostgreSQL does not take "archived_at is
        # null" for a constant when it looks for an order; SQLite reads the row unless the
        # column stands in the index all the same.
        indexes = [
            models.Index(
                fields=["-received_at", "-id", *_SEEN_BY, "archived_at"],
                condition=_LIVE,
                name="investors_lead_recent",
            ),
            models.Index(
                fields=["next_due", "id", *_SEEN_BY, "archived_at"],
                condition=_LIVE,
                name="investors_lead_due",
            ),
            models.Index(
                fields=["reply_due_at", "id", *_SEEN_BY, "silent_at", "archived_at"],
                condition=_LIVE,
                name="investors_lead_reply",
            ),
            # For the board, too: keys of a column in each order, and what a column is worth.
            models.Index(
                fields=[
                    *("stage", "-received_at", "-id", *_SEEN_BY, "status", "waiting_until"),
                    *("next_due", "heard_at", "budget_currency", "budget_amount"),
                    *("investment_currency", "investment_amount", "archived_at"),
                ],
                condition=_LIVE,
                name="investors_lead_board",
            ),
            models.Index(
                fields=["status", "-received_at", "-id", *_SEEN_BY, "waiting_until", "archived_at"],
                condition=_LIVE,
                name="investors_lead_status",
            ),
            models.Index(
                fields=[
                    *("investor", "status", "waiting_until", "next_due", "-received_at"),
                    *(*_SEEN_BY, "archived_at"),
                ],
                condition=_LIVE,
                name="investors_lead_investor",
            ),
            # Beside the expression stand its columns: PostgreSQL reads an index alone only if
            # they are there.
            models.Index(
                Coalesce("heard_at", "received_at"),
                *("id", *_SEEN_BY, "status", "waiting_until", "archived_at"),
                *("heard_at", "received_at"),
                condition=_LIVE,
                name="investors_lead_heard",
            ),
            models.Index(
                fields=[
                    *("investor_country", "status", "-received_at", "-id", *_SEEN_BY),
                    *("waiting_until", "next_due", "reply_due_at", "archived_at"),
                ],
                condition=_LIVE,
                name="investors_lead_country",
            ),
            models.Index(
                fields=["owner", "status", "next_due", "archived_at"],
                name="investors_lead_owner_due",
            ),
            # Whom to answer first, of the leads of one person.
            models.Index(
                fields=["owner", "reply_due_at"],
                condition=_LIVE & Q(reply_due_at__isnull=False),
                name="investors_lead_owner_reply",
            ),
            models.Index(
                fields=["deputy", "reply_due_at"],
                condition=_LIVE & Q(deputy__isnull=False),
                name="investors_lead_deputy_reply",
            ),
            models.Index(
                fields=["status", "next_due", "priority", "received_at", "id"],
                condition=_LIVE,
                name="investors_lead_unplanned",
            ),
            models.Index(
                fields=[
                    *("received_at", "id", "office", *_SEEN_BY),
                    *("status", "waiting_until", "archived_at"),
                ],
                condition=_LIVE & Q(owner__isnull=True),
                name="investors_lead_nobodys",
            ),
            models.Index(
                fields=["status", "id", *_SEEN_BY, "waiting_until", "archived_at"],
                condition=Q(restricted=True),
                name="investors_lead_hidden",
            ),
        ]

    def __str__(self) -> str:
        return str(_("%(investor)s: %(need)s") % {"investor": self.investor, "need": self.title})

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return record_address("investors:lead_detail", self.ref)

    def search_source(self) -> Iterator[str]:
        """Its own words, its investor's names and city, and the names of the contacts.

        A restricted contact is left out while the lead is open: the hit would betray it.
        """
        yield self.title
        yield from self.investor.search_source()
        for contact in self.investor.contacts.all():
            if not contact.restricted or contact.known_through_id == self.pk:
                yield from contact.search_source()

    @property
    def handling_office_id(self) -> int | None:
        """The office in whose hours a reply is due: the lead's, else the owner's, if any."""
        if self.office_id is None and self.owner is not None:
            return self.owner.office_id
        return self.office_id

    def status_on(self, day: dt.date) -> Status:
        """Its status on ``day``: a wait that is over reads as active.

        Twin: :meth:`LeadQuerySet.with_status_on`.
        """
        if self.status == Status.WAITING and self.waiting_until and self.waiting_until <= day:
            return Status.ACTIVE
        return Status(self.status)

    @property
    def status_today(self) -> Status:
        return self.status_on(timezone.localdate())

    @property
    def is_active_today(self) -> bool:
        return self.status_today == Status.ACTIVE

    @cached_property
    def milestone_until(self) -> dt.date | None:
        """The last day for which a milestone is planned: as :meth:`LeadQuerySet.with_milestone`."""
        row = Lead.objects.filter(pk=self.pk).with_milestone().get()
        until: dt.date | None = row.__dict__["milestone_until"]
        return until

    def days_quiet_on(self, day: dt.date) -> int:
        """For how long nothing was heard of them by ``day``; from the beginning if never."""
        return (day - timezone.localtime(self.heard_at or self.received_at).date()).days

    def is_not_heard_from_on(self, day: dt.date) -> bool:
        """Whether they said nothing for too long, and no date ahead explains it.

        Twin: :meth:`LeadQuerySet.not_heard_from`.
        """
        quiet = self.days_quiet_on(day) >= NOT_HEARD_DAYS
        if not quiet or self.status_on(day) != Status.ACTIVE:
            return False
        return self.milestone_until is None or self.milestone_until < day

    @property
    def days_in_stage(self) -> int:
        since = timezone.localtime(self.stage_since).date()
        return max((timezone.localdate() - since).days, 0)

    @property
    def days_quiet(self) -> int:
        return self.days_quiet_on(timezone.localdate())

    @property
    def is_not_heard_from(self) -> bool:
        return self.is_not_heard_from_on(timezone.localdate())

    @property
    def why_closed(self) -> str:
        """In a few words, why a lead that was lost or given away is."""
        if self.lost_reason == LostReason.OTHER_COUNTRY:
            return str(_("chose %(country)s") % {"country": self.lost_to_country.name})
        if self.lost_reason:
            return str(LostReason(self.lost_reason).label)
        return self.referred_to

    @property
    def is_confidential(self) -> bool:
        return self.restricted
