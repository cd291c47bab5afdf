"""What an investor can want of a cluster."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.acting import Audited


class ObjectiveManager(models.Manager["Objective"]):
    def get_by_natural_key(self, key: str) -> "Objective":
        return self.get(key=key)


class Objective(Audited, models.Model):
    """What an investor can want of a cluster, from the source's benefits (lines 25-55)."""

    key = models.SlugField(_("key"), max_length=40, unique=True)
    label_en = models.CharField(_("English label"), max_length=80)
    label_fr = models.CharField(_("French label"), max_length=80)
    order = models.PositiveSmallIntegerField(_("order"), default=1)

    objects = ObjectiveManager()

    class Meta:
        ordering = ["order"]
        verbose_name = _("objective")
        verbose_name_plural = _("objectives")

    def __str__(self) -> str:
        return self.label_fr if (get_language() or "en").startswith("fr") else self.label_en

    def natural_key(self) -> tuple[str]:
        return (self.key,)
