"""Introductions on the pages of others: a lead's tab, a cluster's region."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters.models import Cluster
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.views.frame import get_lead, lead_frame
from meetings.columns import OF_A_CLUSTER, OF_A_LEAD
from meetings.models import Meeting
from meetings.querysets import upcoming_first

SHOWN = 50


@require_safe
@requires(Act.READ)
def lead_meetings(request: StaffRequest, ref: str) -> HttpResponse:
    """The tab of a lead: what is planned, and what took place."""
    lead = get_lead(request, ref)
    now = timezone.now()
    rows = Meeting.objects.filter(lead=lead).select_related("cluster", "created_by")
    context = lead_frame(request, lead) | {
        "now": now,
        "meetings": list(rows.order_by(*upcoming_first(now), "-pk")),
        "table": OF_A_LEAD,
    }
    return TemplateResponse(request, "meetings/lead_meetings.html", context)


@require_safe
@requires(Act.READ)
def cluster_meetings(request: StaffRequest, slug: str) -> HttpResponse:
    """The introductions to a cluster that the reader may see: a region, and a page of its own."""
    cluster = get_object_or_404(Cluster.objects.visible_to(request.user), slug=slug)
    now = timezone.now()
    rows = Meeting.objects.visible_to(request.user).filter(cluster=cluster)
    rows = rows.select_related("lead__investor", "lead__owner", "cluster")
    found = list(rows.order_by(*upcoming_first(now), "-pk")[: SHOWN + 1])
    context: dict[str, Any] = {
        "title": _("Introductions to %s") % cluster,
        "cluster": cluster,
        "meetings": found[:SHOWN],
        "more": len(found) > SHOWN,
        "table": OF_A_CLUSTER,
        "now": now,
    }
    part = "#region" if request.htmx else ""
    answer = TemplateResponse(request, f"meetings/cluster_meetings.html{part}", context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer
