"""Background work in the admin: to look at. What is done with a job is done on its page."""

from django.contrib import admin
from django_tasks_db.admin import DBTaskResult

from ifa_crm.shared.admin_records import ReadOnlyAdmin
from ifa_crm.work.models import Batch, BatchEntry, Beat, Job, Mail

admin.site.unregister(DBTaskResult)  # jobs are what people see


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ("ref", "label", "state", "done", "total", "attempts", "started_by", "queued_at")
    list_select_related = ("started_by",)
    list_filter = ("state", "kind", "started_by")
    search_fields = ("ref", "kind", "note", "error")
    date_hierarchy = "queued_at"
    exclude = ("result",)


@admin.register(Beat)
class BeatAdmin(ReadOnlyAdmin):
    list_display = ("name", "at")
    search_fields = ("name",)


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    list_display = ("subject", "about", "state", "attempts", "next_attempt_at", "queued_at")
    list_filter = ("state",)
    search_fields = ("ref", "about", "subject", "message_id")
    date_hierarchy = "queued_at"
    exclude = ("raw",)


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin):
    list_display = ("title", "kind", "actor", "at", "until", "undone_at", "undone_by")
    list_select_related = ("actor", "undone_by")
    list_filter = ("kind", "actor")
    search_fields = ("ref", "title")
    date_hierarchy = "at"


@admin.register(BatchEntry)
class BatchEntryAdmin(ReadOnlyAdmin):
    list_display = ("batch", "what", "content_type", "object_id", "outcome", "told")
    list_select_related = ("batch", "content_type")
    list_filter = ("what", "outcome", "content_type")
    search_fields = ("batch__ref", "batch__title", "told")
