"""Background work in the admin: to look at. What is done with a job is done on its page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django_tasks_db.admin import DBTaskResult

from ifa_crm.shared.admin import HouseAdmin
from ifa_crm.work.models import Beat, Job, Mail

admin.site.unregister(DBTaskResult)  # jobs are what people see


class LookedAt(HouseAdmin):
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Job)
class JobAdmin(LookedAt):
    list_display = ("ref", "label", "state", "done", "total", "attempts", "started_by", "queued_at")
    list_select_related = ("started_by",)
    list_filter = ("state", "kind", "started_by")
    search_fields = ("ref", "kind", "note", "error")
    date_hierarchy = "queued_at"
    exclude = ("result",)


@admin.register(Beat)
class BeatAdmin(LookedAt):
    list_display = ("name", "at")
    search_fields = ("name",)


@admin.register(Mail)
class MailAdmin(LookedAt):
    list_display = ("subject", "about", "state", "attempts", "next_attempt_at", "queued_at")
    list_filter = ("state",)
    search_fields = ("ref", "about", "subject", "message_id")
    date_hierarchy = "queued_at"
    exclude = ("raw",)
