"""What comes in through the front door: enquiries of the public form, and whose they become."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from clusters.models import Sector
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.shared.models import ByReference
from ifa_crm.staff.choices import Language
from ifa_crm.staff.models import Office
from investors.models.lead import Lead
from investors.querysets import EnquiryQuerySet


class AssignmentRule(Audited, models.Model):
    """Which office an enquiry goes to: the first active rule that fits decides.

    A rule without countries fits every country, one without a sector every sector.
    """

    position = models.PositiveSmallIntegerField(_("position"))
    countries = CountryField(verbose_name=_("countries"), multiple=True, blank=True)
    sector = models.ForeignKey(
        Sector,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("sector"),
    )
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="rules", verbose_name=_("office")
    )
    is_active = models.BooleanField(_("in force"), default=True)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("assignment rule")
        verbose_name_plural = _("assignment rules")
        constraints = [
            models.CheckConstraint(
                condition=Q(position__gte=1),
                name="investors_rule_position",
                violation_error_code="position",
                violation_error_message=_("The first rule has position 1."),
            ),
        ]

    def __str__(self) -> str:
        where = ", ".join(country.name for country in self.countries) or str(_("every country"))
        what = str(self.sector) if self.sector else str(_("every sector"))
        return f"{where} · {what} → {self.office}"

    def fits(self, country: str, sectors: "set[int]") -> bool:
        """Whether an enquiry from ``country`` about these sectors (keys) goes by it."""
        here = not self.countries or country in {each.code for each in self.countries}
        return here and (self.sector_id is None or self.sector_id in sectors)


class Turn(models.Model):
    """Who of an office was given the last lead: the next one is the next person's."""

    office = models.OneToOneField(
        Office, on_delete=models.CASCADE, related_name="turn", verbose_name=_("office")
    )
    last = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("last"),
    )

    class Meta:
        verbose_name = _("turn of an office")
        verbose_name_plural = _("turns of offices")

    def __str__(self) -> str:
        return str(self.office)


class Enquiry(models.Model):
    """What somebody sent through the public form, in their own words, kept as it came.

    It becomes a lead in the same transaction. One that cannot (the company is in France) stands
    here without one, for a person to answer. ``token`` makes a repeated send the same enquiry.
    """

    ref = ReferenceField()
    token = models.CharField(max_length=64, unique=True, editable=False)
    received_at = models.DateTimeField(_("received"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    company = models.CharField(_("company"), max_length=200)
    country = CountryField(verbose_name=_("country"))
    website = models.CharField(_("website"), max_length=200, blank=True)
    person = models.CharField(_("person"), max_length=120)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    text = models.TextField(_("what they look for"))
    consented_at = models.DateTimeField(_("consent given"))
    notice = models.CharField(_("privacy notice of"), max_length=20)
    reply_due_at = models.DateTimeField(_("reply promised by"))
    time_zone = models.CharField(_("time zone"), max_length=60)
    lead = models.ForeignKey(
        Lead,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enquiries",
        verbose_name=_("lead"),
    )
    settled_at = models.DateTimeField(_("dealt with"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("dealt with by"),
    )

    objects = ByReference.from_queryset(EnquiryQuerySet)()

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="investors_enquiry_recent"),
            models.Index(
                fields=["received_at"],
                condition=Q(lead__isnull=True, settled_at__isnull=True),
                name="investors_enquiry_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company}: {self.person}"

    @property
    def due_there(self) -> dt.datetime:
        """By when a reply is promised, by the clock of the office that answers."""
        return self.reply_due_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def city(self) -> str:
        """The place by whose clock it is promised."""
        return self.time_zone.rpartition("/")[2].replace("_", " ")

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return self.lead.get_absolute_url() if self.lead else reverse("investors:enquiry_list")


class EnquiryCount(models.Model):
    """How often the public form was sent by somebody in a window of time; gone after it.

    ``key`` names limit, window and caller: of an address only a digest.
    """

    is_derived = True

    key = models.CharField(max_length=80, unique=True)
    sent = models.PositiveIntegerField(_("sent"), default=0)
    until = models.DateTimeField(_("until"), db_index=True)

    class Meta:
        verbose_name = _("count of enquiries")
        verbose_name_plural = _("counts of enquiries")

    def __str__(self) -> str:
        return f"{self.key}: {self.sent}"
