"""Public money: programmes, calls, grants and the rates that make amounts comparable."""

import datetime as dt
from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.choices import CallState
from clusters.models.organisation import Organisation
from clusters.models.project import CURRENCY, Project
from clusters.querysets import CallQuerySet, GrantQuerySet
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.shared.models import Archivable, ByReference


class FundingProgrammeManager(models.Manager["FundingProgramme"]):
    def get_by_natural_key(self, slug: str) -> "FundingProgramme":
        return self.get(slug=slug)


class FundingProgramme(Audited, models.Model):
    """A programme of public funding with its lines, in millions of its currency."""

    slug = models.SlugField(_("address"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=120, unique=True)
    first_year = models.PositiveSmallIntegerField(_("first year"))
    last_year = models.PositiveSmallIntegerField(_("last year"))
    total_millions = models.DecimalField(
        _("total, in millions"),
        max_digits=10,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[CURRENCY])
    note = models.TextField(_("note"), blank=True)
    source = models.CharField(_("source"), max_length=300)

    objects = FundingProgrammeManager()

    class Meta:
        ordering = ["-first_year"]
        verbose_name = _("funding programme")
        verbose_name_plural = _("funding programmes")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_year__gte=F("first_year")),
                name="clusters_programme_in_order",
                violation_error_code="last_year",
                violation_error_message=_("A programme must not end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(total_millions__gt=0),
                name="clusters_programme_total_positive",
                violation_error_code="total_millions",
                violation_error_message=_("The total must be above zero."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    def get_absolute_url(self) -> str:
        return reverse("clusters:programme_detail", args=[self.slug])


class FundingLineManager(models.Manager["FundingLine"]):
    def get_by_natural_key(self, programme: str, order: int) -> "FundingLine":
        return self.get(programme__slug=programme, order=order)


class FundingLine(Audited, models.Model):
    """What one source puts into a programme, in millions."""

    programme = models.ForeignKey(
        FundingProgramme,
        on_delete=models.CASCADE,
        related_name="lines",
        verbose_name=_("programme"),
    )
    label_en = models.CharField(_("who pays, in English"), max_length=300)
    label_fr = models.CharField(_("who pays, in French"), max_length=300)
    amount_millions = models.DecimalField(
        _("amount, in millions"),
        max_digits=10,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0))],
    )
    forgone_revenue = models.BooleanField(
        _("forgone revenue"),
        default=False,
        help_text=_("A tax exemption counted as funding."),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    source = models.CharField(_("source"), max_length=300, blank=True)

    objects = FundingLineManager()

    class Meta:
        ordering = ["programme", "order"]
        verbose_name = _("funding line")
        verbose_name_plural = _("funding lines")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "order"],
                name="clusters_line_order_once",
                violation_error_code="order",
                violation_error_message=_("Another line has this place."),
            ),
            models.CheckConstraint(
                condition=Q(amount_millions__gte=0),
                name="clusters_line_not_negative",
                violation_error_code="amount_millions",
                violation_error_message=_("An amount must not be negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme}: {self.label}"

    def natural_key(self) -> tuple[str, int]:
        return (self.programme.slug, self.order)

    natural_key.dependencies = ["clusters.fundingprogramme"]  # type: ignore[attr-defined]

    @property
    def label(self) -> str:
        return self.label_fr if (get_language() or "en").startswith("fr") else self.label_en


class Call(Archivable):
    """A dated call for projects."""

    ref = ReferenceField()
    name = models.CharField(_("name"), max_length=200)
    programme = models.ForeignKey(
        FundingProgramme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="calls",
        verbose_name=_("programme"),
    )
    opens_on = models.DateField(_("opens"))
    closes_on = models.DateField(_("closes"))
    summary = models.TextField(_("summary"), blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    objects = ByReference.from_queryset(CallQuerySet)()

    class Meta(Archivable.Meta):
        ordering = ["-closes_on", "-pk"]
        verbose_name = _("call for projects")
        verbose_name_plural = _("calls for projects")
        constraints = [
            *Archivable.Meta.constraints,
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")),
                name="clusters_call_in_order",
                violation_error_code="closes_on",
                violation_error_message=_("A call must not close before it opens."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return reverse("clusters:call_detail", args=[self.ref])

    def state_on(self, day: dt.date) -> CallState:
        """Its state on ``day``; twins: :meth:`CallQuerySet.with_state`, ``open_on``."""
        if self.opens_on > day:
            return CallState.COMING
        return CallState.CLOSED if self.closes_on < day else CallState.OPEN


class CallConditionManager(models.Manager["CallCondition"]):
    def get_by_natural_key(self, call: str, order: int) -> "CallCondition":
        return self.get(call__ref=call, order=order)


class CallCondition(Audited, models.Model):
    """One condition of a call."""

    call = models.ForeignKey(
        Call, on_delete=models.CASCADE, related_name="conditions", verbose_name=_("call")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    text = models.CharField(_("condition"), max_length=500)

    objects = CallConditionManager()

    class Meta:
        ordering = ["call", "order"]
        verbose_name = _("condition")
        verbose_name_plural = _("conditions")
        constraints = [
            models.UniqueConstraint(
                fields=["call", "order"],
                name="clusters_condition_order_once",
                violation_error_code="order",
                violation_error_message=_("Another condition has this place."),
            )
        ]

    def __str__(self) -> str:
        return self.text

    def natural_key(self) -> tuple[str, int]:
        return (self.call.ref, self.order)

    natural_key.dependencies = ["clusters.call"]  # type: ignore[attr-defined]


class Grant(Audited, models.Model):
    """Money granted to a project, or to one of its partners in it."""

    ref = ReferenceField()
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="grants", verbose_name=_("project")
    )
    programme = models.ForeignKey(
        FundingProgramme,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        verbose_name=_("programme"),
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        verbose_name=_("to"),
        help_text=_("Leave empty for a grant to the project as a whole."),
    )
    amount = models.DecimalField(
        _("amount"), max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[CURRENCY])
    granted_on = models.DateField(_("granted"))
    source = models.CharField(_("source"), max_length=300, blank=True)

    objects = ByReference.from_queryset(GrantQuerySet)()

    class Meta:
        ordering = ["-granted_on", "-pk"]
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="clusters_grant_not_negative",
                violation_error_code="amount",
                violation_error_message=_("An amount must not be negative."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.amount} {self.currency}"

    def natural_key(self) -> tuple[str]:
        return (self.ref,)


class ExchangeRateManager(models.Manager["ExchangeRate"]):
    def get_by_natural_key(self, currency: str, year: int) -> "ExchangeRate":
        return self.get(currency=currency, year=year)

    def latest_year(self) -> tuple[int | None, dict[str, Decimal]]:
        """The last year with rates, and what a euro was worth in each currency; EUR is 1."""
        last = self.order_by("-year").values("year")[:1]
        rows = self.filter(year=models.Subquery(last)).values_list("currency", "year", "per_euro")
        found = list(rows)
        rates = {currency: rate for currency, _year, rate in found}
        return (found[0][1] if found else None), {"EUR": Decimal(1)} | rates


class ExchangeRate(Audited, models.Model):
    """Yearly mean of the ECB's reference rate: units of ``currency`` for one euro."""

    currency = models.CharField(_("currency"), max_length=3, validators=[CURRENCY])
    year = models.PositiveSmallIntegerField(_("year"))
    per_euro = models.DecimalField(_("for one euro"), max_digits=16, decimal_places=6)
    days = models.PositiveSmallIntegerField(
        _("days"), help_text=_("How many daily rates the mean is of.")
    )
    source = models.CharField(_("source"), max_length=200)

    objects = ExchangeRateManager()

    class Meta:
        ordering = ["currency", "-year"]
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "year"],
                name="clusters_rate_once",
                violation_error_code="year",
                violation_error_message=_("This currency already has a rate for that year."),
            ),
            models.CheckConstraint(
                condition=Q(per_euro__gt=0),
                name="clusters_rate_positive",
                violation_error_code="per_euro",
                violation_error_message=_("A rate must be above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.year}"

    def natural_key(self) -> tuple[str, int]:
        return (self.currency, self.year)
