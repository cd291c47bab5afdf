"""Funding programmes with their lines, calls for projects with their conditions."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clusters.models import Call, CallCondition, FundingLine, FundingProgramme
from clusters.services.funding import save_call, save_programme
from ifa_crm.shared.admin_records import (
    ARCHIVE,
    ARCHIVE_FIELDS,
    Act,
    ArchivedFilter,
    ReadOnlyAdmin,
    page_of,
)
from ifa_crm.shared.admin_services import (
    PartInline,
    PlacedRow,
    ServiceAdmin,
    in_their_places,
    rows_of,
)


class LineInline(PartInline):
    model = FundingLine
    form = PlacedRow
    related = ("programme",)
    fields = ("place", "label_en", "label_fr", "amount_millions", "forgone_revenue", "source")


@admin.register(FundingProgramme)
class FundingProgrammeAdmin(ServiceAdmin):
    list_display = ("name", "first_year", "last_year", "total_millions", "currency", "source")
    list_filter = ("currency", "first_year")
    search_fields = ("name", "note", "source")
    readonly_fields = ("slug",)
    inlines = (LineInline,)
    inlines_on_add = (LineInline,)
    fields = (
        *("name", "slug", ("first_year", "last_year"), ("total_millions", "currency")),
        *("note", "source"),
    )

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> FundingProgramme:
        lines = in_their_places(rows_of(formsets, FundingLine))
        return save_programme(actor=request.user, programme=form.instance, lines=lines)


@admin.register(FundingLine)
class FundingLineAdmin(ReadOnlyAdmin):
    """Written with its programme."""

    list_display = ("label", "programme", "order", "amount_millions", "forgone_revenue", "source")
    list_select_related = ("programme",)
    list_filter = ("programme", "forgone_revenue")
    search_fields = ("label_en", "label_fr", "programme__name")
    fields = (
        *("programme", "order", "label_en", "label_fr", "amount_millions", "forgone_revenue"),
        "source",
    )

    @admin.display(description=_("who pays"), ordering="label_en")
    def label(self, record: FundingLine) -> str:
        return record.label

    def view_on_site(self, record: FundingLine) -> str | None:
        return page_of(record.programme) or None


class ConditionInline(PartInline):
    model = CallCondition
    form = PlacedRow
    fields = ("place", "text")


@admin.register(Call)
class CallAdmin(ServiceAdmin):
    list_display = ("name", "programme", "opens_on", "closes_on", "archived_at")
    list_select_related = ("programme",)
    list_filter = ("programme", ArchivedFilter)
    search_fields = ("name", "summary", "source")
    date_hierarchy = "closes_on"
    readonly_fields = ("acts", *ARCHIVE_FIELDS)
    inlines = (ConditionInline,)
    inlines_on_add = (ConditionInline,)
    fieldsets = (
        (
            _("Call"),
            {"fields": ["name", "programme", ("opens_on", "closes_on"), "acts", "summary"]},
        ),
        (_("Where it comes from"), {"fields": ["website", "source"]}),
        ARCHIVE,
    )

    def acts_of(self, record: Call) -> Iterable[Act]:
        if record.is_archived:
            yield _("Restore"), "clusters:call_restore", [record.ref]
        else:
            yield _("Archive"), "clusters:call_archive", [record.ref]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Call:
        conditions = in_their_places(rows_of(formsets, CallCondition))
        texts = [condition.text for condition in conditions]
        return save_call(actor=request.user, call=form.instance, conditions=texts)


@admin.register(CallCondition)
class CallConditionAdmin(ReadOnlyAdmin):
    """Written with its call."""

    list_display = ("text", "call", "order")
    list_select_related = ("call",)
    list_filter = ("call__programme",)
    search_fields = ("text", "call__name")
    fields = ("call", "order", "text")

    def view_on_site(self, record: CallCondition) -> str | None:
        return page_of(record.call) or None
