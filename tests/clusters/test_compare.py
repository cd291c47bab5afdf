"""Clusters side by side: what they have, where they differ, what a reader may not see."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clusters.choices import MembershipKind, OrganisationKind, SuccessFactor, Tier
from clusters.comparing import Row, compare
from clusters.models import Cluster, ClusterSector, ClusterTopic
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
ADDRESS = "/clusters/compare/"
QUERIES = 14
WITH_A_LEAD = 34


def side_by_side(user: User, *clusters: Cluster) -> dict[str, Row]:
    rows = compare(clusters, user, timezone.localdate(), 2007)
    return {row.label: row for row in rows}


def texts(row: Row) -> list[list[str]]:
    return [[item.text for item, _own in cell.items] for cell in row.cells]


def own(row: Row) -> list[list[str]]:
    return [[item.text for item, own in cell.items if own] for cell in row.cells]


@pytest.fixture
def pair() -> tuple[Cluster, Cluster]:
    return (
        make.cluster(name="One", tier=Tier.INTERNATIONAL, seat_city="Lyon"),
        make.cluster(name="Two", tier=Tier.INTERNATIONAL, seat_city="Lille"),
    )


def test_differences_are_marked(viewer: User, pair: tuple[Cluster, Cluster]) -> None:
    shared, single = make.sector(), make.sector()
    for cluster in pair:
        ClusterSector.objects.create(cluster=cluster, sector=shared)
    ClusterSector.objects.create(cluster=pair[0], sector=single)
    rows = side_by_side(viewer, *pair)
    assert not rows["Tier"].differs
    assert rows["Seat"].differs
    assert own(rows["Sectors"]) == [[str(single)], []]
    assert [len(cell) for cell in texts(rows["Sectors"])] == [2, 1]


def test_topics_are_compared_those_at_the_heart_first(
    viewer: User, pair: tuple[Cluster, Cluster]
) -> None:
    shared, single, edge = (make.topic(name_en=f"Topic {letter}") for letter in "cba")
    for cluster in pair:
        ClusterTopic.objects.create(cluster=cluster, topic=shared, confidence="high")
    ClusterTopic.objects.create(cluster=pair[1], topic=single, confidence="low")
    ClusterTopic.objects.create(cluster=pair[1], topic=edge, confidence="medium")
    row = side_by_side(viewer, *pair)["Topics"]
    assert row.differs
    assert texts(row) == [["Topic c"], ["Topic c", "Topic a", "Topic b"]]
    assert own(row) == [[], ["Topic a", "Topic b"]]


def test_fit_for_a_lead_comes_first_and_only_when_asked(
    viewer: User, as_user: SignIn, pair: tuple[Cluster, Cluster]
) -> None:
    topic, sector = make.topic(), make.sector()
    ClusterTopic.objects.create(cluster=pair[0], topic=topic, confidence="high")
    ClusterTopic.objects.create(cluster=pair[1], topic=make.topic())
    ClusterSector.objects.create(cluster=pair[0], sector=sector)
    ClusterSector.objects.create(cluster=pair[1], sector=make.sector())
    lead = make.lead(sectors=[sector], topics=[topic])
    client = as_user(viewer)
    asked = {"c1": pair[0].slug, "c2": pair[1].slug}
    plain = client.get(ADDRESS, asked)
    assert "Fit" not in "".join(row.label for row in plain.context["rows"])
    rows = client.get(ADDRESS, asked | {"lead": lead.ref}).context["rows"]
    assert str(lead) in rows[0].label
    assert rows[0].differs
    assert [len(words) for words in own(rows[0])] == [1, 1]
    assert texts(rows[0])[0] == ["Strong"]


def test_evidence_stands_under_its_factor_and_is_not_graded(
    viewer: User, pair: tuple[Cluster, Cluster]
) -> None:
    note = make.evidence(cluster=pair[1], factor=SuccessFactor.TECHNOLOGY, text="Sells a chip")
    make.evidence(cluster=pair[1], text="Over", ended_on=timezone.localdate())
    rows = side_by_side(viewer, *pair)
    assert texts(rows["Marketable technology"]) == [[], [f"Sells a chip ({note.dated.year})"]]
    assert texts(rows["Strong partnerships"]) == [[], []]


def test_members_are_counted_by_kind(viewer: User, pair: tuple[Cluster, Cluster]) -> None:
    for kind in (OrganisationKind.LABORATORY, OrganisationKind.LABORATORY, OrganisationKind.SME):
        organisation = make.organisation(kind=kind)
        make.membership(cluster=pair[0], organisation=organisation, kind=MembershipKind.MEMBER)
    rows = side_by_side(viewer, *pair)
    assert texts(rows["Members"]) == [["1 × SME", "2 × Laboratory"], []]


def test_what_rests_on_a_hidden_lead_is_not_compared(
    viewer: User, manager: User, pair: tuple[Cluster, Cluster]
) -> None:
    make.project(clusters=[pair[0]], name="Open one")
    make.project(clusters=[pair[0]], name="Secret one", restricted=True)
    make.membership(cluster=pair[0], organisation=make.organisation(restricted=True))
    seen = str([texts(row) for row in side_by_side(viewer, *pair).values()])
    assert "Open one" in seen
    assert "Secret" not in seen
    assert "×" not in seen
    everything = str([texts(row) for row in side_by_side(manager, *pair).values()])
    assert "Secret one" in everything


def test_page_takes_two_to_four(viewer: User, as_user: SignIn, pair: tuple[Cluster, ...]) -> None:
    client = as_user(viewer)
    one, two = pair
    html = client.get(ADDRESS, {"c1": one.slug, "c3": two.slug}).content.decode()
    assert html.index(f">{one.name}</a></th>") < html.index(f">{two.name}</a></th>")
    for query in ({}, {"c1": one.slug}, {"c1": one.slug, "c2": one.slug}):
        html = client.get(ADDRESS, query).content.decode()
        assert "Choose two to four clusters" in html
    html = client.get(ADDRESS, {"c1": "no-such", "c2": two.slug}).content.decode()
    assert "invalid-feedback" in html
    assert '<th scope="row"' not in html


@pytest.mark.parametrize("rows", [1, 20])
def test_compare_costs_the_same_with_many_rows(
    viewer: User, as_user: SignIn, django_assert_num_queries: Any, rows: int, pair: Any
) -> None:
    for _number in range(rows):
        for cluster in pair:
            make.membership(cluster=cluster)
            make.partnership(cluster=cluster)
            make.seat(project=make.project(clusters=[cluster]))
            make.grant(project=make.project(clusters=[cluster]))
            make.leader(cluster=cluster, languages="French, English")
            make.evidence(cluster=cluster)
    client = as_user(viewer)
    with django_assert_num_queries(QUERIES):
        client.get(ADDRESS, {"c1": pair[0].slug, "c2": pair[1].slug})


def test_who_may_compare(as_user: SignIn) -> None:
    assert Client().get(ADDRESS).status_code == 302
    for role in Role:
        assert as_user(make.user(role=role)).get(ADDRESS).status_code == 200
    assert as_user(make.user(role=None)).get(ADDRESS).status_code == 403


@pytest.mark.parametrize("rows", [1, 20])
def test_compare_for_a_lead_costs_the_same_with_many_rows(
    viewer: User, as_user: SignIn, django_assert_num_queries: Any, rows: int, pair: Any
) -> None:
    topics = [make.topic() for _number in range(rows)]
    for cluster in pair:
        for topic in topics:
            ClusterTopic.objects.create(cluster=cluster, topic=topic)
        make.seat(project=make.project(clusters=[cluster]))
    lead = make.lead(topics=topics)
    client = as_user(viewer)
    with django_assert_num_queries(WITH_A_LEAD):
        client.get(ADDRESS, {"c1": pair[0].slug, "c2": pair[1].slug, "lead": lead.ref})
