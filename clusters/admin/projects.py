"""Projects, their partners, seats and grants."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.admin.organisations import people_who_see
from clusters.choices import ProjectStatus, SeatState
from clusters.forms.fields import TopicsField
from clusters.models import (
    Cluster,
    Grant,
    OpenSeat,
    Project,
    ProjectCluster,
    ProjectLog,
    ProjectPartner,
)
from clusters.services import projects as services
from clusters.services.base import lock
from ifa_crm.shared.admin_records import (
    ARCHIVE,
    ARCHIVE_FIELDS,
    Act,
    ArchivedFilter,
    MovesAdmin,
    MovesInline,
    ReadOnlyInline,
    page_of,
    to_state_filter,
)
from ifa_crm.shared.admin_services import AdminForm, RowForm, ServiceAdmin, ServiceInline


class ClusterInline(ReadOnlyInline):
    model = ProjectCluster
    related = ("project", "cluster")
    fields = ("cluster", "is_lead")
    show_change_link = False
    classes = ("nameless",)
    verbose_name_plural = _("clusters")


class PartnerInline(ReadOnlyInline):
    model = ProjectPartner
    related = ("project", "organisation")
    fields = ("organisation", "role", "joined_on", "left_on", "restricted", "source")


class SeatInline(ServiceInline):
    model = OpenSeat
    related = ("filled_by__organisation", "filled_by__project")
    fields = ("title", "description", "deadline", "filled_on", "filled_by", "withdrawn_on")
    readonly_fields = ("filled_on", "filled_by", "withdrawn_on")

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        services.save_seat(actor=request.user, seat=form.instance)


class GrantInline(ReadOnlyInline):
    model = Grant
    related = ("project", "programme", "organisation")
    fields = ("granted_on", "amount", "currency", "programme", "organisation", "source")


class StatusInline(MovesInline):
    model = ProjectLog
    states = ProjectStatus.choices
    fields = ("at", "actor", "was", "became", "reason")
    readonly_fields = ("was", "became")


class ProjectAdminForm(AdminForm):
    """A project with the clusters in it, of which at most one leads."""

    lead = forms.ModelChoiceField(
        Cluster.objects.all(),
        label=_("Lead cluster"),
        required=False,
        help_text=_("Empty if none is known."),
        widget=AutocompleteSelect(ProjectCluster._meta.get_field("cluster"), admin.site),
    )
    clusters = forms.ModelMultipleChoiceField(
        Cluster.objects.all(),
        label=_("Clusters that take part"),
        required=False,
        widget=AutocompleteSelectMultiple(Project._meta.get_field("clusters"), admin.site),
    )
    topics = TopicsField(required=False)

    def __init__(self, *args: Any, instance: Project | None = None, **kwargs: Any) -> None:
        links = []
        if instance is not None and instance.pk:
            links = list(instance.cluster_links.select_related("cluster"))
        there = {
            "lead": next((link.cluster for link in links if link.is_lead), None),
            "clusters": [link.cluster for link in links if not link.is_lead],
        }
        kwargs["initial"] = there | (kwargs.get("initial") or {})
        super().__init__(*args, instance=instance, **kwargs)


@admin.register(Project)
class ProjectAdmin(ServiceAdmin):
    form = ProjectAdminForm
    list_display = (
        *("name", "kind", "status", "budget_amount", "budget_currency", "starts_on"),
        *("restricted", "archived_at"),
    )
    list_filter = ("kind", "status", "clusters", "restricted", ArchivedFilter)
    search_fields = ("search_text",)
    date_hierarchy = "starts_on"
    fixed_fields = ("status",)
    readonly_fields = ("restricted", "admitted_people", "acts", *ARCHIVE_FIELDS)
    inlines = (ClusterInline, PartnerInline, SeatInline, GrantInline, StatusInline)
    groups = (
        (_("What"), {"fields": ["name", ("kind", "status"), "acts", "summary", "topics"]}),
        (
            _("Who"),
            {"fields": ["lead", "clusters", ("published_partners", "published_countries")]},
        ),
        (
            _("Money and time"),
            {
                "fields": [
                    ("budget_amount", "budget_currency"),
                    ("starts_on", "starts_precision", "ends_on"),
                    "label_date",
                ]
            },
        ),
        (_("Source"), {"fields": ["source"]}),
        (_("Confidential"), {"fields": ["restricted", "admitted_people"]}),
        ARCHIVE,
    )

    @admin.display(description=_("who sees it"))
    def admitted_people(self, record: Project) -> str:
        return people_who_see(record)

    def acts_of(self, record: Project) -> Iterable[Act]:
        if record.is_archived:
            yield _("Restore"), "clusters:project_restore", [record.ref]
            return
        yield _("Change the status"), "clusters:project_status", [record.ref]
        yield _("New partner"), "clusters:partner_create", [record.ref]
        yield _("New grant"), "clusters:grant_create", [record.ref]
        yield _("Archive"), "clusters:project_archive", [record.ref]

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Project:
        return services.save_project(
            actor=request.user,
            project=form.instance,
            clusters=list(form.cleaned_data["clusters"]),
            lead=form.cleaned_data["lead"],
            topics=form.cleaned_data["topics"],
        )


@admin.register(ProjectLog)
class ProjectLogAdmin(MovesAdmin):
    record = "project"
    states = ProjectStatus.choices
    list_display = ("at", "project", "was", "became", "actor", "reason")
    list_select_related = ("project", "actor")
    list_filter = (to_state_filter(ProjectStatus.choices), "actor")
    search_fields = ("project__search_text", "reason")
    fields = ("at", "project", "was", "became", "actor", "reason")


class OfProject(ServiceAdmin):
    """A row below a project, which is locked first."""

    def view_on_site(self, record: Any) -> str | None:
        return page_of(record.project) or None

    def lock(self, record: Any) -> None:
        lock(record.project)
        super().lock(record)


class PartnerAdminForm(AdminForm):
    source = forms.CharField(label=_("Source"), max_length=300)


@admin.register(ProjectPartner)
class ProjectPartnerAdmin(OfProject):
    form = PartnerAdminForm
    list_display = ("organisation", "project", "role", "joined_on", "left_on", "restricted")
    list_select_related = ("organisation", "project")
    list_filter = ("role", "restricted", ("left_on", admin.EmptyFieldListFilter))
    search_fields = ("organisation__search_text", "project__search_text")
    date_hierarchy = "joined_on"
    fixed_fields = ("project", "organisation")
    readonly_fields = ("left_on", "restricted", "admitted_people", "acts")
    fields = (
        *("project", "organisation", ("role", "joined_on"), "source", "left_on"),
        *("restricted", "admitted_people", "acts"),
    )

    @admin.display(description=_("who sees it"))
    def admitted_people(self, record: ProjectPartner) -> str:
        return people_who_see(record)

    def acts_of(self, record: ProjectPartner) -> Iterable[Act]:
        where = [record.project.ref, record.ref]
        if record.left_on is None:
            yield _("They left the project"), "clusters:partner_leave", where
        else:
            yield _("They are a partner after all"), "clusters:partner_return", where

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> ProjectPartner:
        return services.save_partner(actor=request.user, partner=form.instance)


class SeatStateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return SeatState.choices

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> Any:
        if self.value() is None:
            return queryset
        seats = OpenSeat.objects.with_state(timezone.localdate()).filter(state=self.value())
        return queryset.filter(pk__in=seats.values("pk"))


class SeatAdminForm(AdminForm):
    topics = TopicsField(required=False)


@admin.register(OpenSeat)
class OpenSeatAdmin(OfProject):
    list_display = ("title", "project", "state", "deadline", "filled_on", "withdrawn_on")
    list_select_related = ("project",)
    list_filter = (SeatStateFilter, "project__clusters")
    search_fields = ("search_text", "project__search_text")
    date_hierarchy = "deadline"
    fixed_fields = ("project",)
    readonly_fields = ("state", "filled_on", "filled_by", "withdrawn_on", "acts")
    form = SeatAdminForm
    fields = (
        *("project", "title", "description", "topics", "deadline", "state"),
        *(("filled_on", "filled_by"), "withdrawn_on", "acts"),
    )

    @admin.display(description=_("state"))
    def state(self, record: OpenSeat) -> str:
        return str(record.state_on(timezone.localdate()).label)

    def is_changeable(self, record: OpenSeat) -> bool:
        return record.filled_on is None and record.withdrawn_on is None

    def acts_of(self, record: OpenSeat) -> Iterable[Act]:
        where = [record.project.ref, record.ref]
        if record.withdrawn_on is not None:
            yield _("Open it again"), "clusters:seat_reopen", where
        elif record.filled_on is None:
            yield _("Withdraw"), "clusters:seat_withdraw", where

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> OpenSeat:
        topics = form.cleaned_data.get("topics")
        return services.save_seat(actor=request.user, seat=form.instance, topics=topics)


@admin.register(Grant)
class GrantAdmin(OfProject):
    list_display = ("project", "amount", "currency", "granted_on", "programme", "organisation")
    list_select_related = ("project", "programme", "organisation")
    list_filter = ("programme", "currency")
    search_fields = ("project__search_text", "organisation__search_text", "source")
    date_hierarchy = "granted_on"
    fixed_fields = ("project",)
    fields = (
        *("project", "programme", "organisation", ("amount", "currency"), "granted_on"),
        "source",
    )

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Grant:
        return services.save_grant(actor=request.user, grant=form.instance)
