"""Foreign companies and the people in them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.admin_records import (
    ARCHIVE,
    ARCHIVE_FIELDS,
    Act,
    ArchivedFilter,
    CountryFilter,
    ReadOnlyInline,
    country,
)
from ifa_crm.shared.admin_services import AdminForm, RowForm, ServiceAdmin, ServiceInline
from investors.forms.investor import ContactForm, InvestorForm
from investors.models import Contact, Investor, Lead
from investors.services.investors import create_investor, edit_investor, save_contact

CONTACT = tuple(ContactForm.Meta.fields)


class ContactInline(ServiceInline):
    model = Contact
    fields = ("name", "position", "email", "phone", "language", "is_active", "restricted")
    readonly_fields = ("restricted",)

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        save_contact(
            actor=request.user,
            investor=form.instance.investor,
            contact=form.instance if form.instance.pk else None,
            fields={name: form.cleaned_data[name] for name in form.changed_data},
        )


class LeadInline(ReadOnlyInline):
    model = Lead
    related = ("investor", "owner")
    fields = ("title", "stage", "status", "owner", "received_at", "restricted", "archived_at")


class InvestorAdminForm(AdminForm):
    """Identifiers are typed as they are printed."""

    clean_lei = InvestorForm.clean_lei
    clean_siren = InvestorForm.clean_siren

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        InvestorForm.let_spaces_in(self)


@admin.register(Investor)
class InvestorAdmin(ServiceAdmin):
    form = InvestorAdminForm
    list_display = (
        *("name", country("control_country", _("controlled from")), "city", "size", "presence"),
        *("organisation", "restricted", "created_at", "archived_at"),
    )
    list_select_related = ("organisation",)
    list_filter = (
        *("restricted", ArchivedFilter, "size", "presence"),
        *(("control_country", CountryFilter), ("organisation", admin.EmptyFieldListFilter)),
    )
    search_fields = ("search_text",)
    date_hierarchy = "created_at"
    readonly_fields = (
        *("restricted", "organisation_created", "created_at", "acts"),
        *ARCHIVE_FIELDS,
    )
    inlines = (ContactInline, LeadInline)
    inlines_on_add = (ContactInline,)
    fieldsets = (
        (
            _("Names"),
            {"fields": ["name", ("native_name", "romanised_name"), "other_names", "acts"]},
        ),
        (_("Where"), {"fields": [("control_country", "seat_country"), ("city", "website")]}),
        (_("Group and size"), {"fields": ["parent", "size"]}),
        (
            _("In France"),
            {"fields": [("presence", "presence_site"), ("organisation", "organisation_created")]},
        ),
        (_("Identifiers"), {"fields": [("lei", "siren"), "register_number"]}),
        (_("Notes"), {"fields": ["notes", ("restricted", "created_at")]}),
        ARCHIVE,
    )

    def acts_of(self, record: Investor) -> Iterable[Act]:
        if record.is_archived:
            yield _("Restore"), "investors:investor_restore", [record.ref]
        else:
            yield _("Archive"), "investors:investor_archive", [record.ref]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Investor:
        fields = form.values(*InvestorForm.Meta.fields)
        if change:
            return edit_investor(actor=request.user, investor=form.instance, changes=fields)
        return create_investor(actor=request.user, fields=fields)


@admin.register(Contact)
class ContactAdmin(ServiceAdmin):
    list_display = (
        *("name", "investor", "position", "email", "phone", "language", "is_active"),
        *("restricted", "archived_at"),
    )
    list_select_related = ("investor",)
    list_filter = (
        *("is_active", "language", "restricted", ArchivedFilter),
        ("investor__control_country", CountryFilter),
    )
    search_fields = ("search_text", "investor__search_text")
    fixed_fields = ("investor",)
    readonly_fields = ("restricted", "known_through", "acts", *ARCHIVE_FIELDS)
    fieldsets = (
        (
            _("Who"),
            {
                "fields": [
                    *("investor", ("name", "native_name"), "position", "is_active"),
                    "acts",
                ]
            },
        ),
        (_("How to reach them"), {"fields": [("email", "phone"), "language"]}),
        (_("Confidential"), {"fields": [("restricted", "known_through")]}),
        ARCHIVE,
    )

    def lock(self, record: Contact) -> None:
        """The investor first, as the service does."""
        super().lock(record.investor)

    def acts_of(self, record: Contact) -> Iterable[Act]:
        if record.is_archived:
            yield _("Restore"), "investors:contact_restore", [record.ref]
        else:
            yield _("Archive"), "investors:contact_archive", [record.ref]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Contact:
        return save_contact(
            actor=request.user,
            investor=form.instance.investor if change else form.cleaned_data["investor"],
            contact=form.instance if change else None,
            fields=form.values(*CONTACT),
        )
