"""Leads handed over from one person to another, each with what the next one must know."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.acting import Audited
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.shared.models import ByReference
from investors.choices import DeputyRule, HandedState
from investors.models.lead import Lead
from investors.querysets import HandedLeadQuerySet, HandoverQuerySet


def _person(label: Any, *, optional: bool = False, **kwargs: Any) -> "models.ForeignKey[Any, Any]":
    given: dict[str, Any] = {"null": optional, "blank": optional} | kwargs
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, verbose_name=label, **given
    )


class Handover(Audited, models.Model):
    """Some or all of a person's leads, prepared, then handed to another.

    With ``until`` it is for the time that ``giver`` is away: on that day the two are asked whether
    the leads go back; nothing goes back by itself.
    """

    ref = ReferenceField()
    giver = _person(_("from"), related_name="handovers_given")
    receiver = _person(_("to"), related_name="handovers_received")
    until = models.DateField(_("back on"), null=True, blank=True)
    deputy_rule = models.CharField(
        _("deputy"), max_length=5, choices=DeputyRule.choices, default=DeputyRule.KEEP
    )
    note = models.TextField(_("note on all of them"), blank=True)
    made_by = _person(_("prepared by"), related_name="+", editable=False)
    made_at = models.DateTimeField(_("prepared"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("handed over"), null=True, blank=True, editable=False)
    returned_at = models.DateTimeField(_("brought back"), null=True, blank=True, editable=False)

    objects = ByReference.from_queryset(HandoverQuerySet)()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [
            models.CheckConstraint(
                condition=~Q(giver=F("receiver")),
                name="investors_handover_to_another",
                violation_error_code="receiver",
                violation_error_message=_("Somebody else must take over."),
            ),
            models.CheckConstraint(
                condition=Q(returned_at__isnull=True)
                | Q(until__isnull=False, confirmed_at__isnull=False),
                name="investors_handover_returned",
                violation_error_message=_("Only what was handed over for a time is brought back."),
            ),
        ]

    def __str__(self) -> str:
        return str(_("%(giver)s → %(receiver)s") % {"giver": self.giver, "receiver": self.receiver})

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return reverse("investors:handover_detail", args=[self.ref])

    @property
    def is_draft(self) -> bool:
        return self.confirmed_at is None

    @property
    def is_lent(self) -> bool:
        """Handed over for a time, which nobody has ended."""
        return not self.is_draft and self.until is not None and self.returned_at is None

    def is_due_back_on(self, day: dt.date) -> bool:
        """Whether the day has come on which the leads may go back."""
        is_over = self.until is not None and self.until <= day
        return self.is_lent and is_over and self.giver.is_active


class HandedLead(Audited, models.Model):
    """One lead of a handover: what the next one must know, and what became of it."""

    handover = models.ForeignKey(
        Handover, on_delete=models.CASCADE, related_name="leads", verbose_name=_("handover")
    )
    lead = models.ForeignKey(
        Lead, on_delete=models.PROTECT, related_name="handed", verbose_name=_("lead")
    )
    note = models.TextField(_("note to whoever takes over"), blank=True)
    state = models.CharField(
        _("state"),
        max_length=8,
        choices=HandedState.choices,
        default=HandedState.PLANNED,
        editable=False,
    )
    refusal = models.CharField(_("why not"), max_length=300, blank=True, editable=False)
    was_deputy = models.BooleanField(_("as deputy"), default=False, editable=False)
    deputy_before = _person(_("deputy before"), optional=True, related_name="+", editable=False)
    moved_at = models.DateTimeField(_("handed over"), null=True, blank=True, editable=False)
    acknowledged_at = models.DateTimeField(_("taken over"), null=True, blank=True, editable=False)

    objects = models.Manager.from_queryset(HandedLeadQuerySet)()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("lead handed over")
        verbose_name_plural = _("leads handed over")
        constraints = [
            models.UniqueConstraint(
                fields=["handover", "lead"],
                name="investors_handed_lead_once",
                violation_error_message=_("This lead is in the handover already."),
            ),
            models.CheckConstraint(
                condition=Q(state=HandedState.REFUSED) & ~Q(refusal="")
                | ~Q(state=HandedState.REFUSED) & Q(refusal=""),
                name="investors_handed_lead_refusal",
                violation_error_message=_("What was refused must say why, and only that."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[HandedState.PLANNED, HandedState.REFUSED])
                & Q(moved_at__isnull=True, acknowledged_at__isnull=True)
                | Q(state__in=[HandedState.MOVED, HandedState.BACK], moved_at__isnull=False),
                name="investors_handed_lead_moved",
                violation_error_message=_("Only what was handed over can be taken over."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["handover", "moved_at"],
                condition=Q(state=HandedState.MOVED, acknowledged_at__isnull=True),
                name="investors_handed_waiting",
            )
        ]

    def __str__(self) -> str:
        return str(self.lead)

    @property
    def is_held(self) -> bool:
        """Handed over, and with the receiver still."""
        theirs = self.handover.receiver_id in {self.lead.owner_id, self.lead.deputy_id}
        return self.state == HandedState.MOVED and theirs

    @property
    def is_to_take_over(self) -> bool:
        """Twin: :meth:`HandedLeadQuerySet.to_take_over`."""
        return self.is_held and self.acknowledged_at is None
