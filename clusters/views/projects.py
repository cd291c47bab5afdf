"""The list of projects, a project's pages, and its status."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models.functions import Lower
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from clusters.choices import ProjectStatus
from clusters.columns import PROJECT_COLUMNS
from clusters.filters import ProjectFilter
from clusters.forms.projects import ProjectForm, StatusForm
from clusters.models import (
    Cluster,
    Grant,
    OpenSeat,
    Project,
    ProjectPartner,
)
from clusters.reading import seat_rows
from clusters.services.projects import change_status, save_project
from clusters.views.archiving import archive_page, restore_page
from clusters.views.frame import address_of, projects_of, record_tabs
from ifa_crm.shared.editing import form_page, locked, options
from ifa_crm.shared.extend import archive_obstacles
from ifa_crm.shared.history import changes_of
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from ifa_crm.work.views.export import export_of


def project_page(request: StaffRequest) -> ListPage:
    user, day = request.user, timezone.localdate()

    def shown(rows: Any) -> Any:
        return rows.with_counts(user, day).prefetch_related("cluster_links__cluster")

    return ListPage(
        request,
        rows=projects_of(request),
        filterset=ProjectFilter,
        sorts={"name": (Lower("name").asc(),)},
        default_sort="name",
        show=shown,
        columns=PROJECT_COLUMNS,
        export=reverse("clusters:project_export"),
    )


project_export = export_of(project_page, gettext_lazy("Projects"), name="projects")


@require_safe
@requires(Act.READ)
def project_list(request: StaffRequest) -> HttpResponseBase:
    user = request.user
    page = project_page(request)
    return page.answer(
        "clusters/project_list.html",
        title=_("Projects"),
        lead=_("What clusters work on. Only an R&D project can be joined or started."),
        may_edit=user.may(Act.EDIT_CLUSTERS),
        seats_address=address_of("investors:seat_board"),
    )


def _frame(request: StaffRequest, ref: str, active: str) -> dict[str, Any]:
    rows = projects_of(request).select_related("archived_by")
    project = get_object_or_404(rows, ref=ref)
    may_edit = request.user.may(Act.EDIT_CLUSTERS)
    return {
        "project": project,
        "title": project.name,
        "tabs": record_tabs("project", ref, active),
        "may_edit": may_edit and not project.is_archived,
        "may_restore": may_edit and project.is_archived,
    }


@require_safe
@requires(Act.READ)
def project_detail(request: StaffRequest, ref: str) -> HttpResponseBase:
    context = _frame(request, ref, "project_detail")
    project, user = context["project"], request.user
    partners = ProjectPartner.objects.visible_to(user).filter(project=project)
    context |= {
        "links": list(project.cluster_links.select_related("cluster")),
        "topics": project.topics.all(),
        "partners": list(partners.select_related("organisation")),
        "seats": seat_rows(project, user, timezone.localdate()),
        "grants": Grant.objects.visible_to(user)
        .filter(project=project)
        .select_related("programme", "organisation"),
        "log": project.log.select_related("actor").order_by("-at", "-pk"),
        "engagements_address": address_of("investors:project_engagements", ref),
        "may_match": user.may(Act.RECORD) and project.can_be_joined,
    }
    context["lead_known"] = any(link.is_lead for link in context["links"])
    context["present"] = [row for row in context["partners"] if row.left_on is None]
    context["former"] = [row for row in context["partners"] if row.left_on is not None]
    return TemplateResponse(request, "clusters/project_detail.html", context)


@require_safe
@requires(Act.READ)
def project_changes(request: StaffRequest, ref: str) -> HttpResponseBase:
    context = _frame(request, ref, "project_changes")
    project, user = context["project"], request.user
    parts: list[Any] = [
        project,
        ProjectPartner.objects.visible_to(user).filter(project=project),
        OpenSeat.objects.without_secret_from(user).filter(project=project),
        Grant.objects.visible_to(user).filter(project=project),
    ]
    context["changes"] = changes_of(user, parts, before=request.GET.get("before"))
    return TemplateResponse(request, "clusters/project_changes.html", context)


@requires(Act.EDIT_CLUSTERS)
def project_create(request: StaffRequest) -> HttpResponseBase:
    """``?cluster=`` names the cluster that leads it, on a link from that cluster's page."""
    asked = request.GET.get("cluster", "")
    lead = Cluster.objects.visible_to(request.user).live().filter(slug=asked).first()
    form = ProjectForm(request.POST or None, user=request.user, initial={"lead": lead})
    if form.carry_out(lambda: _saved(request, form)):
        messages.success(request, _("The project is on record."))
        return redirect(form.result)
    back = "clusters:project_list" if lead is None else lead
    return form_page(request, form, title=_("New project"), back=back, submit=_("Record it"))


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def project_edit(request: StaffRequest, ref: str) -> HttpResponseBase:
    project = locked(request, projects_of(request), ref=ref)
    title, back = _("Edit %s") % project, project.get_absolute_url()
    form = ProjectForm(request.POST or None, instance=project, user=request.user)
    if form.carry_out(lambda: _saved(request, form)):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form, title=title, back=back)


def _saved(request: StaffRequest, form: ProjectForm) -> Project:
    return save_project(
        actor=request.user,
        project=form.save(commit=False),
        clusters=list(form.cleaned_data["clusters"]),
        lead=form.cleaned_data["lead"],
        topics=form.cleaned_data["topics"],
    )


@requires(Act.EDIT_CLUSTERS)
def project_status(request: StaffRequest, ref: str) -> HttpResponseBase:
    project = get_object_or_404(projects_of(request).live(), ref=ref)
    form = StatusForm(request.POST or None, project=project)
    if form.carry_out(lambda: _moved(request, project, form)):
        messages.success(request, _("The status is changed."))
        return redirect(project)
    open_on_it = archive_obstacles(project)
    return form_page(
        request,
        form,
        title=_("Status of %s") % project,
        intro=" ".join([_("It is now “%s”.") % project.get_status_display(), *open_on_it]),
        submit=_("Change the status"),
        back=project,
    )


def _moved(request: StaffRequest, project: Project, form: StatusForm) -> Project:
    to = ProjectStatus(form.cleaned_data["to"])
    reason = form.cleaned_data["reason"]
    return change_status(actor=request.user, project=project, to=to, reason=reason)


@requires(Act.EDIT_CLUSTERS)
def project_archive(request: StaffRequest, ref: str) -> HttpResponseBase:
    project = get_object_or_404(projects_of(request).live(), ref=ref)
    consequence = _("It can no longer be joined and leaves the lists. Its history stays.")
    return archive_page(request, project, consequence)


@requires(Act.EDIT_CLUSTERS)
def project_restore(request: StaffRequest, ref: str) -> HttpResponseBase:
    project = get_object_or_404(projects_of(request).archived(), ref=ref)
    return restore_page(request, project)


@require_safe
@requires(Act.READ)
def project_options(request: StaffRequest) -> HttpResponse:
    """Live projects; ``?can=join`` or ``?can=start`` leaves only those that can be."""
    rows = projects_of(request).live()
    can = request.GET.get("can", "")
    if can == "join":
        rows = rows.that_can_be_joined()
    elif can == "start":
        rows = rows.that_can_be_started()
    return options(request, rows.order_by(Lower("name")), note=lambda row: row.get_status_display())


@require_safe
@requires(Act.READ)
def seat_options(request: StaffRequest) -> HttpResponse:
    """Seats that can be taken today."""
    seats = OpenSeat.objects.visible_to(request.user).that_can_be_taken(timezone.localdate())
    rows = seats.select_related("project").order_by("title")
    return options(request, rows, note=lambda row: row.project.name)
