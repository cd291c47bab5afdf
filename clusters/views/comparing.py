"""Two to four clusters side by side; one sheet of A4, landscape, when printed."""

from django.conf import settings
from django.http import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters.comparing import FEWEST, compare
from clusters.forms.comparing import CompareForm
from clusters.models import Cluster
from clusters.views.frame import clusters_of
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act


@require_safe
@requires(Act.READ)
def cluster_compare(request: StaffRequest) -> HttpResponseBase:
    form = CompareForm(request.GET, user=request.user)
    day = timezone.localdate()
    banding = form.banding(day)
    clusters = [] if form.refuses_clusters else _in_order(request, form.slugs)
    rows = []
    if len(clusters) >= FEWEST:
        rows = compare(clusters, request.user, day, settings.REFERENCE_YEAR, banding)
    context = {
        "title": _("Compare clusters"),
        "form": form,
        "clusters": clusters,
        "rows": rows,
        "banding": banding,
        "reference_year": settings.REFERENCE_YEAR,
    }
    return TemplateResponse(request, "clusters/cluster_compare.html", context)


def _in_order(request: StaffRequest, slugs: list[str]) -> list[Cluster]:
    rows = clusters_of(request).live().filter(slug__in=slugs)
    rows = rows.prefetch_related("sectors", "region_links__region", "topic_links__topic")
    found = {cluster.slug: cluster for cluster in rows}
    return [found[slug] for slug in slugs if slug in found]
