"""Clusters, the people who lead them, and what is known of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clusters.forms.clusters import ClusterForm
from clusters.models import (
    Cluster,
    ClusterFact,
    ClusterRegion,
    ClusterSector,
    CorrectionNote,
    EvidenceNote,
    Leader,
    Membership,
    Partnership,
    Region,
    Sector,
)
from clusters.services import clusters as services
from ifa_crm.shared.admin_records import (
    ARCHIVE,
    ARCHIVE_FIELDS,
    Act,
    ArchivedFilter,
    ReadOnlyInline,
    page_of,
)
from ifa_crm.shared.admin_services import (
    AdminForm,
    RowForm,
    ServiceAdmin,
    ServiceInline,
)
from ifa_crm.staff.choices import time_zones


class OfCluster:
    """A row below a cluster: its page is a part of the cluster's."""

    def view_on_site(self, record: Any) -> str | None:
        return page_of(record.cluster) or None


# --- Inlines -----------------------------------------------------------------------------


class SectorInline(ReadOnlyInline):
    model = ClusterSector
    related = ("cluster", "sector")
    fields = ("sector", "beyond_source")
    show_change_link = False
    classes = ("nameless",)
    verbose_name_plural = _("sectors")


class RegionInline(ReadOnlyInline):
    model = ClusterRegion
    related = ("cluster", "region")
    fields = ("rank", "region")
    show_change_link = False
    classes = ("nameless",)
    verbose_name_plural = _("regions")


class LeaderInline(ServiceInline):
    model = Leader
    fields = ("name", "role", "languages", "email", "phone", "is_active")
    readonly_fields = ("is_active",)

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        services.save_leader(actor=request.user, leader=form.instance)


class FactRow(RowForm):
    """Which fact it is stays."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "field" in self.fields:
            self.fields["field"].disabled = True


class FactInline(ServiceInline):
    model = ClusterFact
    form = FactRow
    related = ("cluster", "checked_by")
    fields = ("field", "confidence", "basis", "source", "checked_on", "checked_by")
    readonly_fields = ("checked_on", "checked_by")

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        services.save_fact(actor=request.user, fact=form.instance)


class EvidenceInline(ServiceInline):
    model = EvidenceNote
    related = ("cluster", "author")
    fields = ("factor", "dated", "dated_precision", "text", "source", "ended_on", "author")
    readonly_fields = ("ended_on", "author")

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        services.save_evidence(actor=request.user, note=form.instance)


class MembershipInline(ReadOnlyInline):
    model = Membership
    related = ("cluster", "organisation")
    fields = ("organisation", "kind", "since_year", "until_year", "source")


class PartnershipInline(ReadOnlyInline):
    model = Partnership
    related = ("cluster", "organisation", "through")
    readonly_fields = ("partner_name",)
    fields = ("partner_name", "through", "purpose", "since_year", "until_year", "source")

    @admin.display(description=_("partner"))
    def partner_name(self, row: Partnership) -> str:
        return row.partner_name


# --- The cluster -------------------------------------------------------------------------


class ClusterAdminForm(AdminForm, ClusterForm):
    """As on the page, with the admin's own pickers."""

    sectors = forms.ModelMultipleChoiceField(
        Sector.objects.all(),
        label=_("Sectors"),
        widget=AutocompleteSelectMultiple(Cluster._meta.get_field("sectors"), admin.site),
    )
    main_region = forms.ModelChoiceField(
        Region.objects.all(),
        label=_("Main region of 2005"),
        widget=AutocompleteSelect(ClusterRegion._meta.get_field("region"), admin.site),
    )
    other_regions = forms.ModelMultipleChoiceField(
        Region.objects.all(),
        label=_("Other regions of 2005"),
        required=False,
        widget=AutocompleteSelectMultiple(Cluster._meta.get_field("regions"), admin.site),
    )


@admin.register(Cluster)
class ClusterAdmin(ServiceAdmin):
    form = ClusterAdminForm
    list_display = (
        *("name", "tier", "seat_city", "status_today", "desk_officer", "contact_policy"),
        "archived_at",
    )
    list_select_related = ("desk_officer",)
    list_filter = (
        *("tier", "status_today", "sectors", "regions__name_today", "contact_policy"),
        *("desk_officer", ArchivedFilter),
    )
    search_fields = ("search_text",)
    date_hierarchy = "label_date"
    readonly_fields = ("slug", "source_line", "acts", *ARCHIVE_FIELDS)
    inlines = (
        *(LeaderInline, FactInline, EvidenceInline, SectorInline, RegionInline),
        *(MembershipInline, PartnershipInline),
    )
    inlines_on_add = (LeaderInline,)
    groups = (
        (
            _("As published"),
            {
                "fields": [
                    *("name", "specialty", ("tier", "rank_2005"), ("slug", "source_line")),
                    "acts",
                ]
            },
        ),
        (_("Field"), {"fields": ["sectors", "keywords"]}),
        (
            _("Name, label and website"),
            {
                "fields": [
                    "official_name_fr",
                    ("founded_year", "label_year", "label_date"),
                    "website",
                ]
            },
        ),
        (
            _("Place"),
            {
                "fields": [
                    *("main_region", "other_regions", ("seat_city", "department_code")),
                    ("latitude", "longitude"),
                ]
            },
        ),
        (_("What became of it"), {"fields": [("status_today", "ended_year"), "fate"]}),
        (_("Who looks after it"), {"fields": [("desk_officer", "contact_policy")]}),
        (_("Notes and source"), {"fields": ["notes", "source"]}),
        ARCHIVE,
    )

    def acts_of(self, record: Cluster) -> Iterable[Act]:
        if record.is_archived:
            yield _("Restore"), "clusters:cluster_restore", [record.slug]
            return
        yield _("Projects"), "clusters:cluster_projects", [record.slug]
        yield _("Sources and checks"), "clusters:cluster_sources", [record.slug]
        yield _("New membership"), "clusters:membership_create", [record.slug]
        yield _("New partnership"), "clusters:partnership_create", [record.slug]
        yield _("Archive"), "clusters:cluster_archive", [record.slug]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Cluster:
        return services.save_cluster(
            actor=request.user,
            cluster=form.instance,
            sectors=list(form.cleaned_data["sectors"]),
            regions=form.cleaned_data["regions"],
        )


# --- What stands below it ----------------------------------------------------------------


@admin.register(ClusterFact)
class ClusterFactAdmin(OfCluster, ServiceAdmin):
    list_display = ("cluster", "field", "confidence", "basis", "checked_on", "checked_by")
    list_select_related = ("cluster", "checked_by")
    list_filter = ("field", "confidence", "basis", "cluster__tier")
    search_fields = ("cluster__search_text", "source")
    date_hierarchy = "checked_on"
    fixed_fields = ("cluster", "field")
    readonly_fields = ("checked_on", "checked_by")
    fields = ("cluster", "field", "confidence", "basis", "source", "checked_on", "checked_by")

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> ClusterFact:
        return services.save_fact(actor=request.user, fact=form.instance)


@admin.register(EvidenceNote)
class EvidenceNoteAdmin(OfCluster, ServiceAdmin):
    list_display = ("cluster", "factor", "dated", "source", "author", "ended_on")
    list_select_related = ("cluster", "author")
    list_filter = ("factor", "dated_precision", ("ended_on", admin.EmptyFieldListFilter))
    search_fields = ("cluster__search_text", "text", "source")
    date_hierarchy = "dated"
    fixed_fields = ("cluster",)
    readonly_fields = ("author", "ended_on", "acts")
    fields = (
        *("cluster", "factor", ("dated", "dated_precision"), "text", "source", "author"),
        *("ended_on", "acts"),
    )

    def acts_of(self, record: EvidenceNote) -> Iterable[Act]:
        where = [record.cluster.slug, record.ref]
        if record.ended_on is None:
            yield _("It no longer holds"), "clusters:evidence_end", where
        else:
            yield _("It holds again"), "clusters:evidence_resume", where

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> EvidenceNote:
        return services.save_evidence(actor=request.user, note=form.instance)


@admin.register(CorrectionNote)
class CorrectionNoteAdmin(ServiceAdmin):
    """A note is written once; it is answered on the cluster's page."""

    list_display = ("cluster", "text", "by", "at", "done_at", "done_by")
    list_select_related = ("cluster", "by", "done_by")
    list_filter = (("done_at", admin.EmptyFieldListFilter),)
    search_fields = ("cluster__search_text", "text", "answer")
    date_hierarchy = "at"
    readonly_fields = ("by", "at", "done_at", "done_by", "answer", "acts")
    fields = ("cluster", "text", "by", "at", "done_at", "done_by", "answer", "acts")

    def is_changeable(self, record: CorrectionNote) -> bool:
        return False

    def acts_of(self, record: CorrectionNote) -> Iterable[Act]:
        if record.is_open:
            yield _("Dealt with"), "clusters:note_answer", [record.cluster.slug, record.ref]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> CorrectionNote:
        return services.write_note(actor=request.user, **form.values("cluster", "text"))


class LeaderAdminForm(AdminForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, initial="Europe/Paris")


@admin.register(Leader)
class LeaderAdmin(ServiceAdmin):
    form = LeaderAdminForm
    list_display = ("name", "cluster", "role", "email", "phone", "is_active")
    list_select_related = ("cluster",)
    list_filter = ("is_active", "role", "cluster__tier")
    search_fields = ("search_text",)
    fixed_fields = ("cluster",)
    readonly_fields = ("is_active", "acts")
    fields = (
        *("cluster", "name", ("role", "languages"), ("email", "phone"), "assistant"),
        *("time_zone", "is_active", "acts"),
    )

    def acts_of(self, record: Leader) -> Iterable[Act]:
        where = [record.cluster.slug, record.ref]
        if record.is_active:
            yield _("They left office"), "clusters:leader_leave", where
        else:
            yield _("They are in office again"), "clusters:leader_return", where

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Leader:
        return services.save_leader(actor=request.user, leader=form.instance)
