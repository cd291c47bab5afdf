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
from clusters.models import Cluster, ClusterRegion, ClusterSector, ClusterTopic
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
    return links(html, r'class="map-mark[^"]*" href="([^"]+)"')


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


# --- For a lead -------------------------------------------------------------------------------

WITH_A_LEAD = 27


@pytest.fixture
def stamps() -> dict[str, Any]:
    """A lead that makes stamps, a cluster of them, and one of something else."""
    topic, sector = make.topic(name_en="Postage stamps"), make.sector()
    near, far = placed("A", 45.0), placed("B", 46.0)
    ClusterSector.objects.create(cluster=near, sector=sector)
    ClusterSector.objects.create(cluster=far, sector=make.sector())
    ClusterTopic.objects.create(cluster=near, topic=topic, confidence="high", source="specialty")
    ClusterTopic.objects.create(cluster=far, topic=make.topic())
    lead = make.lead(sectors=[sector], topics=[topic])
    return {"lead": lead, "near": near, "far": far}


def _bands(html: str) -> dict[str, tuple[str, str]]:
    """By address: the class that draws the band of a mark, and the last word of its name."""
    found = re.findall(r'class="map-mark band-(\w+)" href="([^"]+)"[^>]*aria-label="([^"]+)"', html)
    return {address: (key, name.rpartition(", ")[2]) for key, address, name in found}


@pytest.mark.django_db
def test_map_is_tinted_for_a_lead_in_form_and_in_words(
    viewer: User, as_user: SignIn, stamps: dict[str, Any]
) -> None:
    lead, near, far = stamps["lead"], stamps["near"], stamps["far"]
    client = as_user(viewer)
    assert not _bands(client.get(ADDRESS).content.decode())
    html = client.get(ADDRESS, {"lead": lead.ref}).content.decode()
    bands = _bands(html)
    assert bands[near.get_absolute_url()] == ("strong", "Strong")
    assert bands[far.get_absolute_url()][0] in {"weak", "none"}
    assert str(lead) in html
    assert html.count("mark-ring") == 5, "four of the legend and the strong one"
    beside = html.partition("map-names")[2]
    assert ">Strong</span>" in beside
    ordered = client.get(ADDRESS, {"lead": lead.ref, "sort": "band"}).content.decode()
    beside = ordered.partition("map-list-title")[2]
    assert beside.index("<h3>Strong") < beside.index(near.name) < beside.index(far.name)
    kept = client.get(ADDRESS, {"lead": lead.ref, "q": far.name}).content.decode()
    assert marked(kept) == {far.get_absolute_url()}
    assert f'name="lead" value="{lead.ref}"' in kept, "the filters carry the lead along"


@pytest.mark.django_db
def test_lead_without_topic_or_sector_claims_nothing(viewer: User, as_user: SignIn) -> None:
    placed("A", 45.0)
    html = as_user(viewer).get(ADDRESS, {"lead": make.lead().ref}).content.decode()
    assert not _bands(html)
    assert "nothing can be compared" in html


@pytest.mark.django_db
def test_words_of_a_lead_stand_in_for_topics_that_nobody_ticked(
    viewer: User, as_user: SignIn, stamps: dict[str, Any]
) -> None:
    lead = make.lead(makes="We print postage stamps.")
    html = as_user(viewer).get(ADDRESS, {"lead": lead.ref}).content.decode()
    bands = _bands(html)
    assert bands[stamps["near"].get_absolute_url()][0] != "none"
    assert bands[stamps["far"].get_absolute_url()][0] == "none"
    assert "read from its words" in html


@pytest.mark.django_db
@pytest.mark.parametrize("address", [ADDRESS, "/clusters/compare/"])
def test_a_hidden_lead_is_refused_like_none_at_all(
    viewer: User, as_user: SignIn, stamps: dict[str, Any], address: str
) -> None:
    hidden = make.confidential_lead(owner=make.user(), title="Secret stamps")
    client = as_user(viewer)
    asked = {"c1": stamps["near"].slug, "c2": stamps["far"].slug}
    answers = []
    for ref in (hidden.ref, hidden.ref[::-1] + "x"):
        html = client.get(address, asked | {"lead": ref}).content.decode()
        assert "invalid-feedback" in html
        assert "Secret" not in html
        answers.append(html.replace(ref, "REF"))
    one, other = (re.sub(r"nonce[^>]+|csrf[^>]+", "", html) for html in answers)
    assert one == other
    by_text = client.get(address, asked | {"lead_text": "Secret stamps"}).content.decode()
    assert "Nothing on record matches" in by_text


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 20])
def test_tinted_map_costs_the_same_with_many_clusters(
    viewer: User, as_user: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    topic, sector = make.topic(), make.sector()
    for row in range(rows):
        cluster = placed(f"{row:02}"[-2:], 44 + row / 10)
        ClusterTopic.objects.create(cluster=cluster, topic=topic)
        ClusterSector.objects.create(cluster=cluster, sector=sector)
        make.seat(project=make.project(clusters=[cluster]))
    lead = make.lead(sectors=[sector], topics=[topic])
    client = as_user(viewer)
    with django_assert_num_queries(WITH_A_LEAD):
        client.get(ADDRESS, {"lead": lead.ref})
