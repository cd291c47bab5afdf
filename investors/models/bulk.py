"""A bulk edit between its preview and its end."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.fields import ReferenceField
from ifa_crm.work.models import Batch, Job


class BulkEdit(models.Model):
    """What is to be done to which leads, as its preview showed it.

    ``rows`` holds, for each lead, its key, a mark of the values that the preview rested on, and
    why it would be refused (empty if it would not). ``counts`` says how many there are of each;
    ``refused`` what was refused when it was carried out: key and sentence.
    """

    ref = ReferenceField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    change: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(_("change"))
    words: "models.JSONField[Any, list[str]]" = models.JSONField(_("in words"), default=list)
    query = models.TextField(_("address of the list"), blank=True)
    rows: "models.JSONField[Any, list[list[Any]]]" = models.JSONField(_("leads"), default=list)
    counts: "models.JSONField[Any, dict[str, int]]" = models.JSONField(_("how many"), default=dict)
    batch = models.OneToOneField(
        Batch, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    job = models.ForeignKey(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    carried_out_at = models.DateTimeField(_("carried out"), null=True, blank=True)
    refused: "models.JSONField[Any, list[list[Any]]]" = models.JSONField(
        _("refused"), default=list, blank=True
    )

    class Meta:
        ordering = ["-at"]
        verbose_name = _("bulk edit")
        verbose_name_plural = _("bulk edits")

    def __str__(self) -> str:
        return "; ".join(self.words)

    def get_absolute_url(self) -> str:
        return reverse("investors:lead_bulk_plan", args=[self.ref])

    @property
    def will_change(self) -> int:
        return self.counts.get("", 0)
