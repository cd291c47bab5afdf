"""Who was admitted by name to a confidential lead."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.acting import Audited
from investors.models.lead import Lead
from investors.querysets import AdmissionQuerySet


class Admission(Audited, models.Model):
    """Somebody admitted by name to a confidential lead."""

    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, related_name="admissions", verbose_name=_("lead")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="admissions",
        verbose_name=_("member of staff"),
    )
    admitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("admitted by"),
    )
    admitted_at = models.DateTimeField(_("at"), auto_now_add=True)
    reason = models.CharField(_("why"), max_length=300)

    objects = models.Manager.from_queryset(AdmissionQuerySet)()

    class Meta:
        ordering = ["admitted_at"]
        verbose_name = _("admission")
        verbose_name_plural = _("admissions")
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "user"],
                name="investors_admission_once",
                violation_error_code="user",
                violation_error_message=_("This person is already admitted."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} - {self.lead}"
