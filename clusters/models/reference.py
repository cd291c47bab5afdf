"""Sectors and regions: the taxonomy that clusters and leads refer to."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.acting import Audited
from ifa_crm.shared.refusals import refusal


class SectorManager(models.Manager["Sector"]):
    def get_by_natural_key(self, key: str) -> "Sector":
        return self.get(key=key)


class Sector(Audited, models.Model):
    """One of the 28 sectors of the taxonomy."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    label_en = models.CharField(_("English label"), max_length=120)
    label_fr = models.CharField(_("French label"), max_length=120)
    description_en = models.TextField(_("English description"), blank=True)

    objects = SectorManager()

    class Meta:
        ordering = ["label_en"]
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")

    def __str__(self) -> str:
        return self.label_fr if (get_language() or "en").startswith("fr") else self.label_en

    def natural_key(self) -> tuple[str]:
        return (self.key,)


class RelatedSectorsManager(models.Manager["RelatedSectors"]):
    def get_by_natural_key(self, first: str, second: str) -> "RelatedSectors":
        return self.get(first__key=first, second__key=second)


class RelatedSectors(Audited, models.Model):
    """A reviewed pair of sectors whose companies are worth each other's clusters."""

    first = models.ForeignKey(
        Sector, on_delete=models.PROTECT, related_name="related_as_first", verbose_name=_("sector")
    )
    second = models.ForeignKey(
        Sector,
        on_delete=models.PROTECT,
        related_name="related_as_second",
        verbose_name=_("related sector"),
    )
    closeness = models.DecimalField(
        _("closeness"),
        max_digits=3,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.05")), MaxValueValidator(Decimal("0.95"))],
        help_text=_("From 0.05 (loosely) to 0.95 (nearly the same)."),
    )
    why = models.CharField(_("why"), max_length=300)

    objects = RelatedSectorsManager()

    class Meta:
        ordering = ["first__key", "second__key"]
        verbose_name = _("related sectors")
        verbose_name_plural = _("related sectors")
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="clusters_related_unique",
                violation_error_code="second",
                violation_error_message=_("These two sectors are already related."),
            ),
            models.CheckConstraint(
                condition=~Q(first=F("second")),
                name="clusters_related_differ",
                violation_error_code="second",
                violation_error_message=_("A sector is not related to itself."),
            ),
            models.CheckConstraint(
                condition=Q(closeness__gt=0, closeness__lt=1),
                name="clusters_related_closeness",
                violation_error_code="closeness",
                violation_error_message=_("Closeness must lie between 0 and 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} ~ {self.second}"

    def clean(self) -> None:
        turned = RelatedSectors.objects.filter(first=self.second_id, second=self.first_id)
        if self.first_id != self.second_id and turned.exclude(pk=self.pk).exists():
            told = _("These two sectors are already related, the other way round.")
            raise refusal("second", str(told), "turned")

    def natural_key(self) -> tuple[str, str]:
        return (self.first.key, self.second.key)

    natural_key.dependencies = ["clusters.sector"]  # type: ignore[attr-defined]


class RegionManager(models.Manager["Region"]):
    def get_by_natural_key(self, name: str) -> "Region":
        return self.get(name=name)


class Region(Audited, models.Model):
    """A region of 2005 with the region of today that it lies in."""

    name = models.CharField(_("region of 2005"), max_length=60, unique=True)
    code_2005 = models.CharField(_("INSEE code of 2005"), max_length=2, blank=True)
    name_today = models.CharField(_("region of today"), max_length=60, db_index=True)
    code_today = models.CharField(_("INSEE code of today"), max_length=2)
    capital = models.CharField(_("capital"), max_length=60)
    latitude = models.DecimalField(_("latitude"), max_digits=8, decimal_places=4)
    longitude = models.DecimalField(_("longitude"), max_digits=8, decimal_places=4)
    is_overseas = models.BooleanField(_("overseas"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = RegionManager()

    class Meta:
        ordering = ["is_overseas", "name"]
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        constraints = [
            models.UniqueConstraint(
                fields=["code_2005"],
                condition=~Q(code_2005=""),
                name="clusters_region_code_2005",
                violation_error_code="code_2005",
                violation_error_message=_("Another region has this INSEE code."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)
