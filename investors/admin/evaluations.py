"""Kept evaluations, to read: they are kept on their lead's page and never changed."""

from django.contrib import admin

from ifa_crm.shared.admin_records import ReadOnlyAdmin
from investors.models import Evaluation


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "lead", "made_by", "made_at", "vocabulary", "weights")
    list_select_related = ("lead__investor", "made_by")
    search_fields = ("lead__search_text",)
    date_hierarchy = "made_at"
