"""Imports in the admin: to look at. What is done with one is done on its page."""

from django.contrib import admin

from ifa_crm.imports.models import Import, Mapping
from ifa_crm.shared.admin_records import ReadOnlyAdmin


@admin.register(Import)
class ImportAdmin(ReadOnlyAdmin):
    list_display = ("ref", "name", "noun", "owner", "state", "rows_read", "begun_at")
    list_select_related = ("owner",)
    list_filter = ("state", "noun")
    search_fields = ("ref", "name")
    date_hierarchy = "begun_at"
    exclude = ("file",)


@admin.register(Mapping)
class MappingAdmin(ReadOnlyAdmin):
    list_display = ("name", "noun", "owner", "saved_at")
    list_select_related = ("owner",)
    list_filter = ("noun",)
    search_fields = ("name",)
