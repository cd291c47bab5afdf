"""The front door: enquiries as they came, and the rules that say whose they become."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ifa_crm.shared.admin_records import CountryFilter, ReadOnlyAdmin
from ifa_crm.shared.admin_services import ServiceAdmin
from investors.models import AssignmentRule, Enquiry, Turn
from investors.services.assignment import save_rule

RULE = ("countries", "sector", "office", "is_active")


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(ServiceAdmin):
    """Their order is changed, and a rule is removed, on the page of the rules."""

    list_display = ("position", "__str__", "office", "is_active")
    list_display_links = ("__str__",)
    list_select_related = ("sector", "office")
    list_filter = ("is_active", "office")
    search_fields = ("office__name", "sector__label_en", "sector__label_fr", "countries")
    readonly_fields = ("position",)
    fields = ("position", *RULE)

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> AssignmentRule:
        rule = form.instance if change else None
        return save_rule(actor=request.user, fields=form.values(*RULE), rule=rule)


@admin.register(Enquiry)
class EnquiryAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "company", "country", "person", "lead", "settled_at")
    list_select_related = ("lead__investor",)
    list_filter = (
        *("language", ("lead", admin.EmptyFieldListFilter)),
        *(("settled_at", admin.EmptyFieldListFilter), ("country", CountryFilter)),
    )
    search_fields = ("ref", "company", "person", "email")
    date_hierarchy = "received_at"
    fields = (
        *("ref", "received_at", "language", ("company", "country", "website")),
        *(("person", "email", "phone"), "text", ("consented_at", "notice")),
        *(("reply_due_at", "time_zone"), "lead", ("settled_at", "settled_by")),
    )


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin):
    """Whose turn it is; it moves on with each lead that a rule assigns."""

    list_display = ("office", "last")
    list_select_related = ("office", "last")
    search_fields = ("office__name", "last__username", "last__last_name")
    fields = ("office", "last")
