"""Handovers, to read: they are prepared, confirmed and brought back on their own pages."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.admin_records import ReadOnlyAdmin, ReadOnlyInline
from investors.models import HandedLead, Handover


class HandedLeadInline(ReadOnlyInline):
    model = HandedLead
    related = ("lead__investor",)
    fields = ("lead", "state", "refusal", "note", "moved_at", "acknowledged_at")
    readonly_fields = fields
    verbose_name_plural = _("leads")


@admin.register(Handover)
class HandoverAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "made_at", "confirmed_at", "until", "returned_at")
    list_select_related = ("giver", "receiver")
    list_filter = ("deputy_rule",)
    search_fields = ("giver__username", "receiver__username", "giver__last_name")
    date_hierarchy = "made_at"
    inlines = (HandedLeadInline,)
