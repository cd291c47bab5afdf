"""Organisations and how they are tied to clusters."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clusters.admin.clusters import OfCluster
from clusters.models import Membership, Organisation, Partnership, ProjectPartner
from clusters.services.ties import save_organisation, save_tie
from ifa_crm.shared.admin_records import (
    ARCHIVE,
    ARCHIVE_FIELDS,
    Act,
    ArchivedFilter,
    CountryFilter,
    ReadOnlyInline,
    country,
)
from ifa_crm.shared.admin_services import ServiceAdmin


class MembershipInline(ReadOnlyInline):
    model = Membership
    related = ("organisation", "cluster")
    fields = ("cluster", "kind", "since_year", "until_year", "source")


class PartnershipInline(ReadOnlyInline):
    model = Partnership
    fk_name = "organisation"
    related = ("organisation", "cluster", "through")
    fields = ("cluster", "through", "purpose", "since_year", "until_year", "source")


class PartnerInline(ReadOnlyInline):
    model = ProjectPartner
    related = ("organisation", "project")
    fields = ("project", "role", "joined_on", "left_on", "restricted", "source")


@admin.register(Organisation)
class OrganisationAdmin(ServiceAdmin):
    list_display = (
        *("name", "kind", country("country", _("country")), "city", "restricted"),
        "archived_at",
    )
    list_filter = ("kind", "restricted", ArchivedFilter, ("country", CountryFilter))
    search_fields = ("search_text",)
    date_hierarchy = "archived_at"
    readonly_fields = ("restricted", "admitted_people", "acts", *ARCHIVE_FIELDS)
    inlines = (MembershipInline, PartnershipInline, PartnerInline)
    fieldsets = (
        (_("Who"), {"fields": ["name", ("kind", "country"), "acts"]}),
        (_("Where"), {"fields": [("city", "website")]}),
        (_("What is known"), {"fields": ["summary", "source"]}),
        (_("Confidential"), {"fields": ["restricted", "admitted_people"]}),
        ARCHIVE,
    )

    @admin.display(description=_("who sees it"))
    def admitted_people(self, record: Organisation) -> str:
        return people_who_see(record)

    def acts_of(self, record: Organisation) -> Iterable[Act]:
        if record.is_archived:
            yield _("Restore"), "clusters:organisation_restore", [record.ref]
        else:
            yield _("Archive"), "clusters:organisation_archive", [record.ref]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Organisation:
        return save_organisation(actor=request.user, organisation=form.instance)


def people_who_see(record: Any) -> str:
    """Those who see a restricted row besides managers and administrators, by name."""
    if not record.restricted:
        return str(_("everybody"))
    return ", ".join(map(str, record.admitted.all())) or str(_("managers and administrators only"))


class TieAdmin(OfCluster, ServiceAdmin):
    """A membership or a partnership: a tie to another organisation is another tie."""

    fixed_fields = ("cluster", "organisation")
    noun = ""

    def acts_of(self, record: Any) -> Iterable[Act]:
        where = [record.cluster.slug, record.ref]
        if record.until_year is None:
            yield _("It has ended"), f"clusters:{self.noun}_end", where
        else:
            yield _("It goes on"), f"clusters:{self.noun}_resume", where

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Any:
        return save_tie(actor=request.user, tie=form.instance)


@admin.register(Membership)
class MembershipAdmin(TieAdmin):
    noun = "membership"
    list_display = ("organisation", "cluster", "kind", "since_year", "until_year", "source")
    list_select_related = ("organisation", "cluster")
    list_filter = ("kind", ("until_year", admin.EmptyFieldListFilter), "cluster__tier")
    search_fields = ("organisation__search_text", "cluster__search_text")
    readonly_fields = ("until_year", "acts")
    fields = ("cluster", "organisation", ("kind", "since_year"), "source", "until_year", "acts")


@admin.register(Partnership)
class PartnershipAdmin(TieAdmin):
    noun = "partnership"
    list_display = ("cluster", "partner_name", "through", "purpose", "since_year", "until_year")
    list_select_related = ("organisation", "cluster", "through")
    list_filter = (
        *("unnamed_kind", ("organisation__country", CountryFilter), "cluster__tier"),
        ("until_year", admin.EmptyFieldListFilter),
    )
    search_fields = (
        *("organisation__search_text", "through__search_text", "cluster__search_text"),
        "purpose",
    )
    readonly_fields = ("until_year", "acts")
    fields = (
        *("cluster", "organisation", "through"),
        *(("unnamed_count", "unnamed_kind", "unnamed_country"), "purpose"),
        *("since_year", "source", "until_year", "acts"),
    )

    @admin.display(description=_("partner"))
    def partner_name(self, record: Partnership) -> str:
        return record.partner_name
