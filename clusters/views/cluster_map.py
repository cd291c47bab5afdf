"""The clusters on the map of France, with the filters of the list."""

from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clusters import cartography
from clusters.choices import Tier
from clusters.filters import ClusterFilter
from clusters.forms.banding import BandingForm
from clusters.models import Cluster, ClusterRegion
from clusters.views.frame import clusters_of
from ifa_crm.shared.extend import Banding
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act

NAMES: Final = (Lower("name").asc(),)
CHOICE: Final = ("lead", "lead_text", "lead_for")


@require_safe
@requires(Act.READ)
def cluster_map(request: StaffRequest) -> HttpResponseBase:
    page = ListPage(
        request,
        rows=clusters_of(request),
        filterset=ClusterFilter,
        sorts={"name": NAMES, "band": NAMES},  # by band: below, where the bands are known
        default_sort="name",
    )
    of_today = request.GET.get("regions") == "today"
    regions = Prefetch("region_links", ClusterRegion.objects.select_related("region"))
    clusters = list(page.rows.order_by(*NAMES).prefetch_related(regions))
    page.count = len(clusters)  # all of them are on the page
    form = BandingForm(request.GET, user=request.user)
    banding = form.banding(timezone.localdate())
    marks = cartography.markers(_places(clusters_of(request)))
    for cluster in clusters:
        cluster.mark = marks.get(cluster.pk)
        cluster.is_large = cluster.tier == Tier.INTERNATIONAL
        cluster.band = banding.bands.get(cluster.slug) if banding else None
    by_band = bool(banding and banding.bands) and page.sort == "band"
    return page.answer(
        "clusters/cluster_map.html",
        title=_("Map of the clusters"),
        lead=_("List as published in %(year)s.") % {"year": settings.REFERENCE_YEAR},
        groups=_by_band(clusters, banding)
        if by_band and banding
        else _by_region(clusters, of_today),
        marked=sorted((c for c in clusters if c.mark), key=lambda c: (c.is_large, c.name)),
        unmarked=[cluster for cluster in clusters if not cluster.mark],
        outlines=cartography.regions(of_today=of_today),
        of_today=of_today,
        paris=cartography.PARIS,
        overseas=cartography.OVERSEAS,
        around_paris=cartography.around_paris(),
        attribution=cartography.attribution(),
        other_regions=page.address(regions=None if of_today else "today"),
        list_query=page.address(regions=None, **dict.fromkeys(CHOICE)).partition("?")[2],
        form=form,
        carried=[pair for pair in _carried(page) if pair[0] not in CHOICE],
        banding=banding,
        by_band=by_band,
        untinted=page.address(sort=None, **dict.fromkeys(CHOICE)),
        other_order=page.address(sort=None if by_band else "band"),
    )


def _carried(page: ListPage) -> Iterator[tuple[str, str]]:
    """What the address says, for a form that is to change a part of it."""
    query = QueryDict(page.elsewhere("").removeprefix("?"))
    return ((name, value) for name, values in query.lists() for value in values if name != "all")


def _by_band(clusters: list[Any], banding: Banding) -> dict[str, list[Any]]:
    """The clusters under the words of their bands, best first; then those without a band."""
    ranks = {slug: rank for rank, slug in enumerate(banding.bands)}
    groups: dict[str, list[Any]] = {str(band.label): [] for band in banding.legend}
    without: list[Any] = []
    for cluster in sorted(clusters, key=lambda each: ranks.get(each.slug, len(ranks))):
        (groups[str(cluster.band.label)] if cluster.band else without).append(cluster)
    groups[_("No longer offered")] = without
    return {label: rows for label, rows in groups.items() if rows}


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
