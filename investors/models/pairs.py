"""Pairs of records that may mean the same, and what people decided about them."""

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.fields import ReferenceField
from investors.duplicates import LIKELY, SURE, sentence
from investors.models.investor import Contact, Investor
from investors.models.matching import KeyKind
from investors.querysets import ContactPairQuerySet, InvestorPairQuerySet


class PairState(models.TextChoices):
    OPEN = "open", _("To decide")
    APART = "apart", _("Not the same")
    MERGED = "merged", _("Merged")


BY_HAND: Final = "chosen"  # the reason of a pair that a person put side by side


def _decided(label: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(state=PairState.OPEN, decided_at__isnull=True, decided_by__isnull=True)
        | ~Q(state=PairState.OPEN) & Q(decided_at__isnull=False, decided_by__isnull=False),
        name=f"investors_{label}_decided",
        violation_error_message=_("What was decided must say by whom and when."),
    )


class Pair(models.Model):
    """Two records, the older first; found again and again, decided once.

    ``reasons`` are codes and what they are about: ``[["domain", "acme.com"], …]``.
    """

    is_derived = True

    ref = ReferenceField()
    score = models.PositiveSmallIntegerField(_("how alike"))
    reasons: "models.JSONField[Any, list[list[str]]]" = models.JSONField(_("why"), default=list)
    state = models.CharField(
        _("state"), max_length=6, choices=PairState.choices, default=PairState.OPEN
    )
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.first} - {self.second}"  # type: ignore[attr-defined]

    @property
    def why(self) -> list[str]:
        """The reasons in words."""
        return [sentence((code, what)) for code, what in self.reasons]

    @property
    def band(self) -> str:
        """How likely, in a word."""
        if self.score >= SURE:
            return str(_("very likely"))
        return str(_("likely") if self.score >= LIKELY else _("possible"))

    @property
    def tone(self) -> str:
        return "bad" if self.score >= SURE else "warn" if self.score >= LIKELY else "neutral"

    @property
    def is_open(self) -> bool:
        return self.state == PairState.OPEN


class InvestorPair(Pair):
    """Two investors. ``same_group``: one is above the other, or both are below a third; they are
    linked and not offered for merging."""

    first = models.ForeignKey(
        Investor, on_delete=models.CASCADE, related_name="+", verbose_name=_("older record")
    )
    second = models.ForeignKey(
        Investor, on_delete=models.CASCADE, related_name="+", verbose_name=_("younger record")
    )
    same_group = models.BooleanField(_("same group"), default=False)

    objects = models.Manager.from_queryset(InvestorPairQuerySet)()

    class Meta:
        verbose_name = _("pair of investors")
        verbose_name_plural = _("pairs of investors")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="investors_investorpair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="investors_investorpair_in_order",
                violation_error_message=_("The older record must stand first."),
            ),
            _decided("investorpair"),
        ]
        indexes = [
            models.Index(
                fields=["state", "same_group", "-score", "id"], name="investors_pair_queue"
            ),
            models.Index(fields=["state", "same_group", "-found_at"], name="investors_pair_recent"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("investors:pair_detail", args=[self.ref])


class ContactPair(Pair):
    """Two people."""

    first = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="+", verbose_name=_("older record")
    )
    second = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="+", verbose_name=_("younger record")
    )

    objects = models.Manager.from_queryset(ContactPairQuerySet)()

    class Meta:
        verbose_name = _("pair of contacts")
        verbose_name_plural = _("pairs of contacts")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="investors_contactpair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="investors_contactpair_in_order",
                violation_error_message=_("The older record must stand first."),
            ),
            _decided("contactpair"),
        ]
        indexes = [
            models.Index(fields=["state", "-score", "id"], name="investors_cpair_queue"),
            models.Index(fields=["state", "-found_at"], name="investors_cpair_recent"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("investors:contact_pair_detail", args=[self.ref])


class CommonKey(models.Model):
    """A key that so many records share that it pairs none of them by itself.

    ``sample`` is one of them, so that people see what is meant.
    """

    is_derived = True

    kind = models.PositiveSmallIntegerField(_("kind"), choices=KeyKind.choices)
    value = models.BigIntegerField(_("key"), unique=True)
    sample = models.ForeignKey(
        Investor, on_delete=models.CASCADE, null=True, related_name="+", verbose_name=_("such as")
    )

    class Meta:
        verbose_name = _("common key")
        verbose_name_plural = _("common keys")

    def __str__(self) -> str:
        return self.get_kind_display()
