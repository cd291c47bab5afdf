"""The list behind the figures, and the regions served to clusters and projects."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from clusters.choices import Tier
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import (
    Confidential,
    Contribution,
    EngagementKind,
    EngagementState,
    ShortlistState,
)
from investors.filters_engagement import Counted, figure_query, is_figure
from investors.models import Engagement
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

_S = EngagementState
LIST = reverse("investors:engagement_list")


def listed(client: Client, query: str = "") -> set[Engagement]:
    return set(client.get(f"{LIST}?{query}").context["page"].objects)


@pytest.fixture
def client(viewer: User, as_user: SignIn) -> Client:
    return as_user(viewer)


def test_each_filter_finds_its_rows(client: Client) -> None:
    owner = make.user(office=make.office())
    sector = make.sector()
    cluster = make.cluster(tier=Tier.NATIONAL)
    wanted = make.engagement(
        lead=make.qualified_lead(
            owner=owner,
            investor=make.investor(actor=owner, name="Nestlé", control_country="CH"),
            sectors=[sector],
        ),
        project=make.project(name="Quiet turbines", clusters=[cluster]),
        state=_S.VERIFIED,
        contribution=Contribution.INFORMED,
        agreed_on=dt.date(2024, 3, 1),
    )
    other = make.engagement(kind=EngagementKind.START)
    assert listed(client) == {wanted, other}
    for query in (
        "q=nestle",
        "q=turbines",
        "state=verified",
        f"cluster={cluster.slug}",
        "country=CH",
        f"sector={sector.key}",
        f"office={owner.office_id}",
        f"owner={owner.username}",
        "tier=national",
        "contribution=informed",
        "counted=informed",
        "counted=all",
        "kind=join",
        "agreed_from=2024-01-01&agreed_to=2024-12-31",
        "prior_tie=none&counted=all",
    ):
        assert listed(client, query) == {wanted}, query
    for query in (
        "counted=headline",
        "counted=prior",
        "agreed_from=2025-01-01",
        "prior_tie=member",
    ):
        assert listed(client, query) == set(), query


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense",
        "cluster=no-such",
        "agreed_from=yesterday",
        "kind=both",
        "owner=nobody",
        "counted=x",
    ],
)
def test_broken_filter_is_said_and_shows_nothing(client: Client, query: str) -> None:
    make.engagement()
    page = client.get(f"{LIST}?{query}")
    assert page.status_code == 200
    assert not page.context["page"].objects
    assert "note-error" in page.content.decode()


def test_list_sorts_and_keeps_the_kind(client: Client) -> None:
    first = make.engagement(state=_S.AGREED, agreed_on=dt.date(2024, 1, 1))
    second = make.engagement(state=_S.AGREED, agreed_on=dt.date(2025, 1, 1))
    still_open = make.engagement()
    latest = client.get(f"{LIST}?sort=-agreed").context["page"].objects
    assert list(latest) == [second, first, still_open]
    page = client.get(f"{LIST}?kind=join&state=agreed&page=1")
    assert "?kind=start&amp;state=agreed" in page.content.decode()


def test_list_costs_the_same_with_1_and_with_20_rows(
    client: Client, django_assert_num_queries: object
) -> None:
    make.engagement(state=_S.VERIFIED)
    client.get(LIST)
    with django_assert_num_queries(6):  # type: ignore[operator]
        client.get(LIST)
    for _ in range(19):
        make.engagement(state=_S.VERIFIED)
    with django_assert_num_queries(6):  # type: ignore[operator]
        client.get(LIST)


def test_list_behind_a_figure_says_what_it_leaves_out(
    client: Client, manager: User, as_user: SignIn
) -> None:
    hidden = make.qualified_lead(owner=make.user(), confidential=Confidential.YES)
    make.engagement(lead=hidden, state=_S.VERIFIED)
    seen = make.engagement(state=_S.VERIFIED)
    query = figure_query(EngagementKind.JOIN, Counted.HEADLINE)
    page = client.get(f"{LIST}?{query}")
    assert set(page.context["page"].objects) == {seen}
    assert page.context["figure"].pairs == 2
    assert "And 1 confidential, not listed." in page.content.decode()
    of_manager = as_user(manager).get(f"{LIST}?{query}")
    assert of_manager.context["figure"].pairs == 2
    assert "not listed" not in of_manager.content.decode()


@pytest.mark.parametrize(
    "more",
    [
        "&country=JP",
        "&q=investor",
        "&agreed_from=2024-01-01",
        "&agreed_from=2024-01-01&agreed_to=2024-01-01",
        "&owner=a.manager",
        "&tier=national",
    ],
)
def test_narrower_list_does_not_tell_where_the_hidden_ones_are(
    client: Client, manager: User, more: str
) -> None:
    hidden = make.qualified_lead(owner=make.user(), confidential=Confidential.YES)
    make.engagement(lead=hidden, state=_S.VERIFIED)
    query = figure_query(EngagementKind.JOIN, Counted.HEADLINE)
    page = client.get(f"{LIST}?{query}{more}")
    assert page.context["figure"] is None
    assert "not listed" not in page.content.decode()


def test_only_published_figures_are_figures() -> None:
    day = dt.date(2026, 11, 22)
    year = {"agreed_from": dt.date(2026, 1, 1), "agreed_to": dt.date(2026, 12, 31)}
    asked = {"kind": "join", "counted": "headline", "q": "", "owner": None}
    assert is_figure(asked, day)
    assert is_figure(asked | year, day)
    assert not is_figure(asked | {"counted": "informed"}, day)
    assert not is_figure(asked | {"kind": ""}, day)
    assert not is_figure(asked | year | {"agreed_to": dt.date(2026, 6, 30)}, day)


def test_confidential_rows_are_in_no_ordinary_count(client: Client) -> None:
    make.engagement(
        lead=make.qualified_lead(owner=make.user(), confidential=Confidential.YES),
        project=make.project(name="Visible"),
    )
    assert client.get(LIST).context["page"].count == 0


# --- regions -------------------------------------------------------------------------------------


def test_region_of_a_cluster_shows_what_one_may_see(client: Client, as_user: SignIn) -> None:
    owner, cluster = make.user(), make.cluster()
    seen = make.shortlisting(lead=make.qualified_lead(owner=owner), cluster=cluster)
    hidden = make.shortlisting(
        lead=make.qualified_lead(owner=owner, confidential=Confidential.YES), cluster=cluster
    )
    joined = make.engagement(project=make.project(clusters=[cluster]))
    address = reverse("investors:cluster_leads", args=[cluster.slug])
    page = client.get(address).content.decode()
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    for shown in (page, part):
        assert seen.lead.investor.name in shown
        assert joined.lead.investor.name in shown
        assert hidden.lead.investor.name not in shown
    assert "<html" in page
    assert "<html" not in part
    assert hidden.lead.investor.name in as_user(owner).get(address).content.decode()


def test_region_of_a_project_shows_what_one_may_see(client: Client) -> None:
    project, owner = make.project(), make.user()
    seen = make.engagement(project=project, state=_S.VERIFIED)
    hidden = make.engagement(
        lead=make.qualified_lead(owner=owner, confidential=Confidential.YES), project=project
    )
    address = reverse("investors:project_engagements", args=[project.ref])
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert seen.lead.investor.name in part
    assert hidden.lead.investor.name not in part
    assert "<html" not in part


def test_region_of_a_hidden_project_is_not_found(client: Client) -> None:
    hidden = make.engagement(
        lead=make.qualified_lead(owner=make.user(), confidential=Confidential.YES),
        kind=EngagementKind.START,
    )
    address = reverse("investors:project_engagements", args=[hidden.project.ref])
    assert client.get(address).status_code == 404


def test_regions_are_cut_and_say_so(client: Client, django_assert_num_queries: object) -> None:
    cluster = make.cluster()
    project = make.project(clusters=[cluster])
    of_cluster = reverse("investors:cluster_leads", args=[cluster.slug])
    of_project = reverse("investors:project_engagements", args=[project.ref])

    def add(count: int) -> None:
        for _ in range(count):
            item = make.shortlisting(cluster=cluster, state=ShortlistState.PROPOSED)
            make.engagement(lead=item.lead, project=project)

    add(1)
    client.get(of_cluster)
    for _ in range(2):
        with django_assert_num_queries(5):  # type: ignore[operator]
            client.get(of_cluster)
        with django_assert_num_queries(4):  # type: ignore[operator]
            client.get(of_project)
        add(10)
    assert f"{of_cluster}?all=1" in client.get(of_cluster).content.decode()
    assert len(client.get(f"{of_cluster}?all=1").context["shortlistings"]) == 21
    assert f"{of_project}?all=1" in client.get(of_project).content.decode()


@pytest.mark.parametrize("role", list(Role))
def test_empty_regions_say_so(role: Role) -> None:
    client, project = Client(), make.project()
    client.force_login(make.user(role=role))
    cluster = project.clusters.get()
    page = client.get(reverse("investors:cluster_leads", args=[cluster.slug])).content.decode()
    assert "No lead that you may see" in page
