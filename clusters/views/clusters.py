"""The list of clusters, a cluster's pages, and what is written on the cluster itself."""

from typing import Any

from django.conf import settings
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

from clusters.columns import CLUSTER_COLUMNS, PROJECT_COLUMNS
from clusters.filters import ClusterFilter
from clusters.forms.clusters import ClusterForm
from clusters.models import (
    Cluster,
    ClusterFact,
    ClusterTopic,
    CorrectionNote,
    EvidenceNote,
    Leader,
    Membership,
    Partnership,
)
from clusters.reading import fact_rows, grouped_evidence, projects_of_cluster, with_names
from clusters.services.clusters import save_cluster
from clusters.views.archiving import archive_page, restore_page
from clusters.views.frame import address_of, cluster_frame, clusters_of
from ifa_crm.shared.columns import Table
from ifa_crm.shared.editing import form_page, locked, options
from ifa_crm.shared.history import changes_of
from ifa_crm.shared.lists import ListPage
from ifa_crm.shared.paging import numbered_page
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from ifa_crm.work.views.export import export_of


def cluster_page(request: StaffRequest) -> ListPage:
    return ListPage(
        request,
        rows=clusters_of(request),
        filterset=ClusterFilter,
        sorts={
            "name": (Lower("name").asc(),),
            "tier": ("tier", Lower("name").asc()),
            "city": ("seat_city", Lower("name").asc()),
        },
        default_sort="name",
        show=lambda rows: rows.select_related("desk_officer"),
        fill=with_names,
        default_size=100,
        columns=CLUSTER_COLUMNS,
        export=reverse("clusters:cluster_export"),
    )


cluster_export = export_of(cluster_page, gettext_lazy("Clusters"), name="clusters")


@require_safe
@requires(Act.READ)
def cluster_list(request: StaffRequest) -> HttpResponseBase:
    page = cluster_page(request)
    year = settings.REFERENCE_YEAR
    return page.answer(
        "clusters/cluster_list.html",
        title=_("Clusters"),
        lead=_("List as published in %(year)s.") % {"year": year},
        reference_year=year,
        may_edit=request.user.may(Act.EDIT_CLUSTERS),
    )


@require_safe
@requires(Act.READ)
def cluster_detail(request: StaffRequest, slug: str) -> HttpResponseBase:
    context = cluster_frame(request, slug, "cluster_detail")
    cluster = context["cluster"]
    notes = EvidenceNote.objects.filter(cluster=cluster).select_related("author")
    context |= {
        "sectors": cluster.sector_links.select_related("sector"),
        "regions": cluster.region_links.select_related("region"),
        "topic_links": cluster.topic_links.select_related("topic").strongest_first(),
        "evidence": grouped_evidence(notes),
        "leaders": cluster.leaders.active(),
        "projects": projects_of_cluster(cluster, request.user, timezone.localdate())[:5],
        "notes": cluster.correction_notes.open().select_related("by"),
    }
    return TemplateResponse(request, "clusters/cluster_detail.html", context)


@require_safe
@requires(Act.READ)
def cluster_people(request: StaffRequest, slug: str) -> HttpResponseBase:
    context = cluster_frame(request, slug, "cluster_people")
    leaders = Leader.objects.visible_to(request.user).filter(cluster=context["cluster"])
    return TemplateResponse(request, "clusters/cluster_people.html", context | {"leaders": leaders})


@require_safe
@requires(Act.READ)
def cluster_members(request: StaffRequest, slug: str) -> HttpResponseBase:
    context = cluster_frame(request, slug, "cluster_members")
    cluster, user = context["cluster"], request.user
    members = Membership.objects.visible_to(user).filter(cluster=cluster)
    partners = Partnership.objects.visible_to(user).filter(cluster=cluster)
    context |= {
        "page": numbered_page(members.select_related("organisation"), request.GET.get("page", "")),
        "partnerships": partners.select_related("organisation", "through"),
    }
    return TemplateResponse(request, "clusters/cluster_members.html", context)


@require_safe
@requires(Act.READ)
def cluster_projects(request: StaffRequest, slug: str) -> HttpResponseBase:
    context = cluster_frame(request, slug, "cluster_projects")
    day = timezone.localdate()
    projects = projects_of_cluster(context["cluster"], request.user, day)
    projects = projects.prefetch_related("cluster_links__cluster")
    context["page"] = numbered_page(projects, request.GET.get("page", ""))
    context["table"] = Table.of(PROJECT_COLUMNS)
    return TemplateResponse(request, "clusters/cluster_projects.html", context)


@require_safe
@requires(Act.READ)
def cluster_leads(request: StaffRequest, slug: str) -> HttpResponseBase:
    """The regions of this page belong to higher apps, which serve them at their own addresses."""
    context = cluster_frame(request, slug, "cluster_leads")
    context |= {
        "leads_address": address_of("investors:cluster_leads", slug),
        "meetings_address": address_of("meetings:cluster_meetings", slug),
    }
    return TemplateResponse(request, "clusters/cluster_leads.html", context)


@require_safe
@requires(Act.READ)
def cluster_sources(request: StaffRequest, slug: str) -> HttpResponseBase:
    context = cluster_frame(request, slug, "cluster_sources")
    cluster = context["cluster"]
    facts = ClusterFact.objects.filter(cluster=cluster).select_related("checked_by")
    context["facts"] = fact_rows(cluster, facts, timezone.localdate())
    return TemplateResponse(request, "clusters/cluster_sources.html", context)


@require_safe
@requires(Act.READ)
def cluster_changes(request: StaffRequest, slug: str) -> HttpResponseBase:
    context = cluster_frame(request, slug, "cluster_changes")
    cluster, user = context["cluster"], request.user
    parts: list[Any] = [
        cluster,
        ClusterFact.objects.filter(cluster=cluster),
        ClusterTopic.objects.filter(cluster=cluster),
        Leader.objects.visible_to(user).filter(cluster=cluster),
        EvidenceNote.objects.filter(cluster=cluster),
        CorrectionNote.objects.filter(cluster=cluster),
        Membership.objects.visible_to(user).filter(cluster=cluster),
        Partnership.objects.visible_to(user).filter(cluster=cluster),
    ]
    context["changes"] = changes_of(user, parts, before=request.GET.get("before"))
    return TemplateResponse(request, "clusters/cluster_changes.html", context)


@requires(Act.EDIT_CLUSTERS)
def cluster_create(request: StaffRequest) -> HttpResponseBase:
    form = ClusterForm(request.POST or None)
    if form.carry_out(lambda: _saved(request, form)):
        messages.success(request, _("The cluster is on record."))
        return redirect(form.result)
    return form_page(
        request, form, title=_("New cluster"), back="clusters:cluster_list", submit=_("Record it")
    )


@requires(Act.EDIT_CLUSTERS)
@transaction.atomic
def cluster_edit(request: StaffRequest, slug: str) -> HttpResponseBase:
    cluster = locked(request, clusters_of(request), slug=slug)
    title, back = _("Edit %s") % cluster, cluster.get_absolute_url()
    form = ClusterForm(request.POST or None, instance=cluster)
    if form.carry_out(lambda: _saved(request, form)):
        messages.success(request, _("Saved. What changed counts as checked today."))
        return redirect(back)
    return form_page(request, form, title=title, back=back)


def _saved(request: StaffRequest, form: ClusterForm) -> Cluster:
    return save_cluster(
        actor=request.user,
        cluster=form.save(commit=False),
        sectors=list(form.cleaned_data["sectors"]),
        regions=form.cleaned_data["regions"],
    )


@requires(Act.EDIT_CLUSTERS)
def cluster_archive(request: StaffRequest, slug: str) -> HttpResponseBase:
    cluster = get_object_or_404(clusters_of(request).live(), slug=slug)
    consequence = _("It is no longer offered and leaves the lists. Its history stays.")
    return archive_page(request, cluster, consequence)


@requires(Act.EDIT_CLUSTERS)
def cluster_restore(request: StaffRequest, slug: str) -> HttpResponseBase:
    cluster = get_object_or_404(clusters_of(request).archived(), slug=slug)
    return restore_page(request, cluster)


@require_safe
@requires(Act.READ)
def cluster_options(request: StaffRequest) -> HttpResponse:
    rows = clusters_of(request).live().order_by(Lower("name"))
    return options(request, rows, note=lambda row: row.get_tier_display(), key="slug")
