"""The map: places fall where they are, marks keep apart, and its links are the list's."""

import math
import re
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from clusters import cartography
from clusters.cartography import APART, Place, markers, project
from clusters.models import Cluster, ClusterRegion
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from tests import make
from tests.conftest import SignIn

ADDRESS = "/clusters/map/"
QUERIES = 8  # session, user, views, desk officers and sectors to choose, clusters, regions, places


# --- Projection and marks -------------------------------------------------------------------


def test_projection_is_lambert_93() -> None:
    """The false origin, by definition; and Paris (Notre-Dame) as IGN gives it, to 50 m."""
    x, y = project(46.5, 3.0)
    scale = 1000 / (1_242_000 - 99_000)
    assert (x, y) == pytest.approx(((700_000 - 99_000) * scale, (7_110_500 - 6_600_000) * scale))
    x, y = project(48.85306, 2.34984)
    east, north = x / scale + 99_000, 7_110_500 - y / scale
    assert math.hypot(east - 652_300, north - 6_861_650) < 150


def test_every_region_of_the_map_has_an_outline() -> None:
    assert len(cartography.regions(of_today=False)) == 22
    assert len(cartography.regions(of_today=True)) == 13


def _apart(marks: dict[int, cartography.Marker]) -> float:
    spots = [(mark.x, mark.y) for mark in marks.values()]
    return min(math.dist(one, other) for one, other in combinations(spots, 2))


def test_marks_of_one_city_keep_apart_and_point_to_it() -> None:
    lyon = tuple(Place(key, 45.764, 4.8357, "82") for key in range(6))
    marks = markers(lyon)
    assert _apart(marks) >= APART - 0.5
    assert {(mark.at_x, mark.at_y) for mark in marks.values()} == {
        tuple(round(value, 1) for value in project(45.764, 4.8357))
    }
    assert markers(tuple(lyon)) == marks


def test_insets_take_their_own() -> None:
    marks = markers((Place(1, 48.85, 2.35, "11"), Place(2, -20.88, 55.45, "04")))
    for key, inset in ((1, cartography.PARIS), (2, cartography.OVERSEAS)):
        assert inset.x < marks[key].x < inset.x + inset.width
        assert inset.y < marks[key].y < inset.y + inset.height


# --- The page ---------------------------------------------------------------------------------


def links(html: str, pattern: str) -> set[str]:
    return set(re.findall(pattern, html))


def marked(html: str) -> set[str]:
    return links(html, r'class="map-mark" href="([^"]+)"')


def listed(html: str) -> set[str]:
    return links(html.partition("map-names")[2], r'<a href="(/clusters/[^"]+/)" lang')


@pytest.mark.django_db
def test_every_cluster_of_the_list_is_on_the_map(viewer: User, as_user: SignIn) -> None:
    call_command("load_reference", verbosity=0)
    client = as_user(viewer)
    html = client.get(ADDRESS).content.decode()
    every = {cluster.get_absolute_url() for cluster in Cluster.objects.all()}
    assert len(every) == 66
    assert marked(html) == listed(html) == every
    assert "Natural Earth" in html
    places = list(ClusterRegion.objects.filter(rank=1).select_related("cluster", "region"))
    spots = [
        Place(
            p.cluster.pk, float(p.cluster.latitude), float(p.cluster.longitude), p.region.code_2005
        )
        for p in places
    ]
    assert _apart(markers(tuple(spots))) >= 36, "66 marks, none over another"
    today = client.get(ADDRESS, {"regions": "today"}).content.decode()
    assert "Auvergne-Rhône-Alpes" in today
    assert marked(today) == every


@pytest.mark.django_db
def test_filters_of_the_list_act_on_the_map(viewer: User, as_user: SignIn) -> None:
    near, far, nowhere = placed("A", 45.0), placed("B", 46.0), make.cluster(name="C")
    client = as_user(viewer)
    html = client.get(ADDRESS).content.decode()
    assert marked(html) == {near.get_absolute_url(), far.get_absolute_url()}
    assert nowhere.get_absolute_url() in listed(html)
    assert "1 is not on the map" in html
    html = client.get(ADDRESS, {"q": near.name}).content.decode()
    assert marked(html) == listed(html) == {near.get_absolute_url()}
    assert "Clear all" in html
    html = client.get(ADDRESS, {"tier": "no such"}).content.decode()
    assert "note-error" in html
    assert not marked(html)


def placed(name: str, latitude: float) -> Cluster:
    where: dict[str, Any] = {"latitude": Decimal(latitude), "longitude": Decimal(3)}
    cluster: Cluster = make.cluster(name=f"Cluster {name}", seat_city="Town", **where)
    ClusterRegion.objects.create(cluster=cluster, region=make.region(code_2005=name))
    return cluster


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 20])
def test_map_costs_the_same_with_many_clusters(
    viewer: User, as_user: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    for row in range(rows):
        placed(f"{row:02}"[-2:], 44 + row / 10)
    client = as_user(viewer)
    with django_assert_num_queries(QUERIES):
        client.get(ADDRESS)


@pytest.mark.django_db
def test_who_may_see_the_map(as_user: SignIn) -> None:
    assert Client().get(ADDRESS).status_code == 302
    for role in Role:
        assert as_user(make.user(role=role)).get(ADDRESS).status_code == 200
    assert as_user(make.user(role=None)).get(ADDRESS).status_code == 403
