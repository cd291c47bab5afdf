"""The whole log of changes in the Django admin: who changed what, when and by which way."""

from typing import Any

from auditlog.admin import LogEntry
from auditlog.registry import auditlog
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.admin_records import ReadOnlyAdmin, address_of
from ifa_crm.shared.history import change_in

admin.site.unregister(LogEntry)  # the package's own page has English words and inline styles


class KindFilter(admin.SimpleListFilter):
    title = _("kind of record")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        """Every kind whose changes are logged, by name."""
        known = ContentType.objects.get_for_models(*auditlog.get_models())
        named = [(str(of.pk), capfirst(model._meta.verbose_name)) for model, of in known.items()]
        return sorted(named, key=lambda one: str(one[1]))

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        value = self.value()
        if value not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(content_type_id=value)


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    list_display = ("timestamp", "actor", "kind", "object_repr", "action")
    list_select_related = ("actor",)
    list_filter = ("action", KindFilter, "actor")
    search_fields = ("object_repr", "actor__first_name", "actor__last_name", "actor__username")
    date_hierarchy = "timestamp"
    ordering = ("-pk",)
    readonly_fields = ("record", "changes_in_words", "reason")
    fields = ("timestamp", "actor", "record", "action", "changes_in_words", "reason", "remote_addr")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        entry = super().get_object(request, object_id, from_field)
        if entry is not None:
            entry.read_by = request.user
        return entry

    @admin.display(description=_("kind of record"))
    def kind(self, entry: LogEntry) -> str:
        model = ContentType.objects.get_for_id(entry.content_type_id).model_class()
        return str(capfirst(model._meta.verbose_name)) if model else "-"

    @admin.display(description=_("record"))
    def record(self, entry: LogEntry) -> SafeString | str:
        """Its name then, with a link to its page here if it has one."""
        of = ContentType.objects.get_for_id(entry.content_type_id)
        where = address_of(f"admin:{of.app_label}_{of.model}_change", entry.object_pk)
        if not where:
            return str(entry.object_repr)
        return format_html('<a href="{}">{}</a>', where, entry.object_repr)

    @admin.display(description=_("changes"))
    def changes_in_words(self, entry: LogEntry) -> SafeString | str:
        change = change_in(entry.read_by, entry)
        lines = (
            (line.label, format_html("<del>{}</del> → ", line.old) if line.old else "", line.new)
            for line in change.lines
        )
        return format_html_join("", "<div>{}: {}{}</div>", lines) or "-"

    @admin.display(description=_("reason"))
    def reason(self, entry: LogEntry) -> str:
        return change_in(entry.read_by, entry).reason or "-"

    def view_on_site(self, record: Any) -> str | None:
        return None
