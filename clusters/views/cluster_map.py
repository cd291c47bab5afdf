"""The clusters on the map of France, with the filters of the list."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters import cartography
from clusters.choices import Tier
from clusters.filters import ClusterFilter
from clusters.models import Cluster, ClusterRegion
from clusters.views.frame import clusters_of
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act


@require_safe
@requires(Act.READ)
def cluster_map(request: StaffRequest) -> HttpResponseBase:
    page = ListPage(
        request,
        rows=clusters_of(request),
        filterset=ClusterFilter,
        sorts={"name": (Lower("name").asc(),)},
        default_sort="name",
    )
    of_today = request.GET.get("regions") == "today"
    regions = Prefetch("region_links", ClusterRegion.objects.select_related("region"))
    clusters = list(page.rows.order_by(Lower("name")).prefetch_related(regions))
    page.count = len(clusters)  # all of them are on the page
    marks = cartography.markers(_places(clusters_of(request)))
    for cluster in clusters:
        cluster.mark = marks.get(cluster.pk)
        cluster.is_large = cluster.tier == Tier.INTERNATIONAL
    return page.answer(
        "clusters/cluster_map.html",
        title=_("Map of the clusters"),
        lead=_("List as published in %(year)s.") % {"year": settings.REFERENCE_YEAR},
        groups=_by_region(clusters, of_today),
        marked=sorted((c for c in clusters if c.mark), key=lambda c: (c.is_large, c.name)),
        unmarked=[cluster for cluster in clusters if not cluster.mark],
        outlines=cartography.regions(of_today=of_today),
        of_today=of_today,
        paris=cartography.PARIS,
        overseas=cartography.OVERSEAS,
        around_paris=cartography.around_paris(),
        attribution=cartography.attribution(),
        other_regions=page.address(regions=None if of_today else "today"),
        list_query=page.address(regions=None).partition("?")[2],
    )


def _places(rows: "QuerySet[Cluster]") -> tuple[cartography.Place, ...]:
    """Every cluster whose place is on record: a filter takes marks away, it moves none."""
    main = ClusterRegion.objects.filter(cluster__in=rows, rank=1)
    found = main.filter(cluster__latitude__isnull=False).order_by("cluster")
    columns = ("cluster", "cluster__latitude", "cluster__longitude", "region__code_2005")
    return tuple(
        cartography.Place(key, float(latitude), float(longitude), code)
        for key, latitude, longitude, code in found.values_list(*columns)
    )


def _by_region(clusters: list[Any], of_today: bool) -> dict[str, list[Any]]:
    """The clusters under the names of their main regions, in order."""
    groups: dict[str, list[Any]] = {}
    for cluster in clusters:
        links = sorted(cluster.region_links.all(), key=lambda link: link.rank)
        region = links[0].region if links else None
        name = (region.name_today if of_today else region.name) if region else _("not recorded")
        groups.setdefault(name, []).append(cluster)
    return dict(sorted(groups.items()))
