"""Bulk edits as they were previewed and carried out; they are undone on their own pages."""

from django.contrib import admin

from ifa_crm.shared.admin_records import ReadOnlyAdmin
from investors.models import BulkEdit


@admin.register(BulkEdit)
class BulkEditAdmin(ReadOnlyAdmin):
    list_display = ("ref", "actor", "at", "carried_out_at")
    list_select_related = ("actor",)
    search_fields = ("ref", "actor__username", "actor__last_name")
    date_hierarchy = "at"
    fields = ("ref", "actor", "at", "words", "query", "counts", "batch", "carried_out_at")
