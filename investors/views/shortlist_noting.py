"""How clusters come onto a shortlist: one by typing, several from the list of all."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.models import Cluster
from ifa_crm.shared.editing import FAILED, form_page
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.forms.shortlist import FindClustersForm, NoteClusterForm, NoteClustersForm
from investors.models import Lead, Shortlisting
from investors.permissions import may_handle, require
from investors.services import shortlist
from investors.views.frame import get_lead


@requires(Act.RECORD)
def shortlist_note(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    form = NoteClusterForm(request.POST if request.method == "POST" else None)
    if form.carry_out(
        lambda: shortlist.note_cluster(actor=request.user, lead=lead, **form.cleaned_data)
    ):
        messages.success(request, _("%s is on the shortlist.") % form.result.cluster)
        return redirect(form.result)
    return form_page(
        request,
        form,
        title=_("Put a cluster on the shortlist"),
        submit=_("Put on the shortlist"),
        back=reverse("investors:lead_shortlist", args=[lead.ref]),
        intro=str(lead),
    )


@requires(Act.RECORD)
def shortlist_choose(request: StaffRequest, ref: str) -> HttpResponse:
    """Several at once, from the list of all that are offered."""
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    form = NoteClustersForm(request.POST if request.method == "POST" else None)
    if form.carry_out(
        lambda: shortlist.note_clusters(actor=request.user, lead=lead, **form.cleaned_data)
    ):
        count = len(form.result)
        said = ngettext(
            "%d cluster is on the shortlist.", "%d clusters are on the shortlist.", count
        )
        messages.success(request, said % count)
        return redirect("investors:lead_shortlist", ref=lead.ref)
    find = FindClustersForm(request.GET)
    ticked = set((request.POST or request.GET).getlist("clusters"))
    region_only = request.htmx and not request.htmx.history_restore_request
    name = (
        "investors/_shortlist_clusters.html" if region_only else "investors/shortlist_choose.html"
    )
    context = {
        "title": _("Choose clusters for the shortlist"),
        "lead": lead,
        "form": form,
        "find": find,
        "clusters": _offered(lead, find, ticked),
    }
    response = TemplateResponse(request, name, context, status=FAILED if form.errors else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


@dataclass(frozen=True)
class Offer:
    """A cluster to choose: whether it is there already, ticked, or shares a sector."""

    cluster: Cluster
    is_there: bool
    is_ticked: bool
    shared: list[Any]


def _offered(lead: Lead, find: FindClustersForm, ticked: set[str]) -> list[Offer]:
    """The clusters that the filters leave, those that are ticked first of all."""
    there = Shortlisting.objects.filter(lead=lead, cluster=OuterRef("pk"))
    rows = Cluster.objects.offered_in(settings.REFERENCE_YEAR).annotate(is_there=Exists(there))
    rows = rows.prefetch_related("sectors", "regions")
    sectors = set(lead.sectors.all())
    found = {cluster.pk: cluster for cluster in rows.filter(slug__in=ticked)} if ticked else {}
    found |= {cluster.pk: cluster for cluster in _narrowed(rows, find)}
    return [
        Offer(
            cluster=cluster,
            is_there=cluster.is_there,
            is_ticked=cluster.slug in ticked,
            shared=[sector for sector in cluster.sectors.all() if sector in sectors],
        )
        for cluster in found.values()
    ]


def _narrowed(rows: "QuerySet[Cluster]", find: FindClustersForm) -> "QuerySet[Cluster]":
    if not find.is_valid():
        return rows.none()
    asked = find.cleaned_data
    if asked["q"]:
        rows = rows.search(asked["q"])  # type: ignore[attr-defined]
    if asked["sector"]:
        rows = rows.filter(sectors=asked["sector"])
    if asked["region"]:
        rows = rows.filter(regions=asked["region"])
    if asked["tier"]:
        rows = rows.filter(tier=asked["tier"])
    return rows
