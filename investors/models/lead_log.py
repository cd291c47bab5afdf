"""The moves of a lead through stages and statuses."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.models import StateLog
from investors.choices import (
    LogKind,
)
from investors.models.lead import Lead


class LeadLog(StateLog):
    """One move of a lead's stage or status."""

    lead = models.ForeignKey(
        Lead,
        on_delete=models.PROTECT,
        related_name="log",
        verbose_name=_("lead"),
        db_index=False,  # an index below begins with it
    )
    kind = models.CharField(_("of"), max_length=6, choices=LogKind.choices)

    class Meta(StateLog.Meta):
        abstract = False
        verbose_name = _("move of a lead")
        verbose_name_plural = _("moves of leads")
        indexes = [models.Index(fields=["lead", "kind", "at"], name="investors_leadlog_lead")]

    def __str__(self) -> str:
        return f"{self.lead_id}: {self.from_state} → {self.to_state}"
