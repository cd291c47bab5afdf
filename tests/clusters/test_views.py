"""Pages of the clusters' side: who may open them, how many queries, what lists find."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clusters.models import (
    Call,
    Cluster,
    ClusterFact,
    ClusterRegion,
    ClusterSector,
    CorrectionNote,
    EvidenceNote,
    FundingProgramme,
    Grant,
    Leader,
    Membership,
    OpenSeat,
    Organisation,
    Partnership,
    Project,
    ProjectPartner,
)
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


class World:
    """One row of each kind, and the addresses of its pages."""

    def __init__(self) -> None:
        self.cluster: Cluster = make.cluster()
        self.region = make.region()
        ClusterRegion.objects.create(cluster=self.cluster, region=self.region)
        ClusterSector.objects.create(cluster=self.cluster, sector=make.sector())
        self.fact: ClusterFact = make.fact(cluster=self.cluster)
        self.leader: Leader = make.leader(cluster=self.cluster)
        self.evidence: EvidenceNote = make.evidence(cluster=self.cluster)
        self.note = CorrectionNote.objects.create(cluster=self.cluster, text="x", by=make.user())
        self.membership: Membership = make.membership(cluster=self.cluster)
        self.partnership: Partnership = make.partnership(cluster=self.cluster)
        self.project: Project = make.project(clusters=[self.cluster])
        self.partner: ProjectPartner = make.partner(project=self.project)
        self.seat: OpenSeat = make.seat(project=self.project)
        self.grant: Grant = make.grant(project=self.project)
        self.organisation: Organisation = make.organisation()
        self.programme: FundingProgramme = make.programme()
        self.call: Call = make.call()

    def address(self, name: str) -> str:
        noun = name.split("_")[0]
        slug, ref = self.cluster.slug, self.project.ref
        keys: dict[str, list[str]] = {
            "cluster": [slug],
            "leader": [slug, self.leader.ref],
            "evidence": [slug, self.evidence.ref],
            "fact": [slug, self.fact.field],
            "facts": [slug],
            "note": [slug, self.note.ref],
            "membership": [slug, self.membership.ref],
            "partnership": [slug, self.partnership.ref],
            "project": [ref],
            "partner": [ref, self.partner.ref],
            "seat": [ref, self.seat.ref],
            "grant": [ref, self.grant.ref],
            "organisation": [self.organisation.ref],
            "programme": [self.programme.slug],
            "call": [self.call.ref],
            "about": [],
        }
        args = keys[noun]
        if name.endswith(("_list", "_options")):
            args = []
        elif name.endswith("_create"):
            args = args[:-1]
        return reverse(f"clusters:{name}", args=args)


READ = [
    "cluster_list",
    "cluster_detail",
    "cluster_people",
    "cluster_members",
    "cluster_projects",
    "cluster_leads",
    "cluster_sources",
    "cluster_changes",
    "cluster_options",
    "about",
    "programme_list",
    "programme_detail",
    "call_list",
    "call_detail",
    "project_list",
    "project_detail",
    "project_changes",
    "project_options",
    "seat_options",
    "organisation_list",
    "organisation_detail",
    "organisation_changes",
    "organisation_options",
]
WRITE = [
    "cluster_create",
    "cluster_edit",
    "cluster_archive",
    "leader_create",
    "leader_edit",
    "leader_leave",
    "evidence_create",
    "evidence_edit",
    "evidence_end",
    "fact_edit",
    "note_answer",
    "membership_create",
    "membership_edit",
    "membership_end",
    "partnership_create",
    "partnership_edit",
    "partnership_end",
    "project_create",
    "project_edit",
    "project_status",
    "project_archive",
    "partner_create",
    "partner_edit",
    "partner_leave",
    "seat_create",
    "seat_edit",
    "seat_withdraw",
    "grant_create",
    "grant_edit",
    "organisation_create",
    "organisation_edit",
    "organisation_archive",
    "programme_create",
    "programme_edit",
    "call_create",
    "call_edit",
    "call_archive",
    "seat_reopen",
    "leader_return",
]
DESK = {Role.DESK, Role.MANAGER, Role.ADMINISTRATOR}
SPEAKS = DESK | {Role.ADVISER}  # may write a note to the desk


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.mark.parametrize("role", list(Role))
def test_everybody_reads(world: World, as_user: SignIn, role: Role) -> None:
    client = as_user(make.user(role=role))
    for name in READ:
        assert client.get(world.address(name)).status_code == 200, name


@pytest.mark.parametrize("role", list(Role))
def test_only_the_desk_writes(world: World, as_user: SignIn, role: Role) -> None:
    client = as_user(make.user(role=role))
    for name in WRITE:
        expected = 200 if role in DESK else 403
        assert client.get(world.address(name)).status_code == expected, name
        if role not in DESK:
            assert client.post(world.address(name)).status_code == 403, name
    expected = 200 if role in SPEAKS else 403
    assert client.get(world.address("note_create")).status_code == expected
    for name in ("fact_check", "facts_check"):
        assert client.get(world.address(name)).status_code == 405
        expected = 302 if role in DESK else 403
        assert client.post(world.address(name)).status_code == expected, name


def test_somebody_without_a_role_reads_nothing(world: World, as_user: SignIn) -> None:
    client = as_user(make.user(role=None))
    for name in READ:
        assert client.get(world.address(name)).status_code == 403, name


def test_archived_records_can_be_read_and_restored(
    world: World, as_user: SignIn, desk: User
) -> None:
    client = as_user(desk)
    for record in (world.cluster, world.project, world.organisation, world.call):
        record.archive(actor=desk, reason="Gone for good")
        page = client.get(record.get_absolute_url())
        assert "Gone for good" in page.content.decode()
        restore = f"{record.get_absolute_url()}restore/"
        assert restore in page.content.decode()
        assert client.get(restore).status_code == 200
        assert client.get(f"{record.get_absolute_url()}archive/").status_code == 404
        assert client.post(restore, {"sure": "yes"}).status_code == 302
        record.refresh_from_db()
        assert not record.is_archived


# --- Queries -----------------------------------------------------------------------------


def _many_clusters(n: int) -> str:
    for _ in range(n):
        cluster = make.cluster(desk_officer=make.user(role=Role.DESK))
        for rank in (1, 2):
            ClusterRegion.objects.create(cluster=cluster, region=make.region(), rank=rank)
            ClusterSector.objects.create(cluster=cluster, sector=make.sector())
    return reverse("clusters:cluster_list")


def _busy_cluster(n: int) -> Cluster:
    cluster = make.cluster(desk_officer=make.user(role=Role.DESK))
    for rank in range(1, n + 1):
        ClusterRegion.objects.create(cluster=cluster, region=make.region(), rank=rank)
        ClusterSector.objects.create(cluster=cluster, sector=make.sector())
        make.leader(cluster=cluster)
        make.evidence(cluster=cluster, author=make.user(role=Role.DESK))
        make.membership(cluster=cluster)
        make.partnership(cluster=cluster, through=make.organisation())
        project = make.project(clusters=[cluster, make.cluster()])
        make.seat(project=project)
        make.partner(project=project)
        CorrectionNote.objects.create(cluster=cluster, text="x", by=make.user())
    for field in list(ClusterFact.field.field.choices)[: min(n, 8)]:  # type: ignore[attr-defined]
        make.fact(cluster=cluster, field=field[0], checked_on=TODAY(), checked_by=make.user())
    return cluster


def _busy_project(n: int) -> Project:
    project = make.project(clusters=[make.cluster() for _ in range(n)])
    for _ in range(n):
        partner = make.partner(project=project)
        seat = make.seat(project=project)
        seat.filled_by, seat.filled_on = partner, TODAY()
        seat.save()
        make.partner(project=project, left_on=TODAY())
        make.grant(project=project, organisation=make.organisation(), programme=make.programme())
        project.log.create(to_state="under way", actor=make.user())
    return project


def _busy_organisation(n: int) -> Organisation:
    organisation = make.organisation()
    for _ in range(n):
        make.membership(cluster=make.cluster(), organisation=organisation)
        make.partnership(
            cluster=make.cluster(), organisation=organisation, through=make.organisation()
        )
        make.partnership(cluster=make.cluster(), through=organisation)
        make.partner(project=make.project(), organisation=organisation)
        make.grant(project=make.project(), organisation=organisation)
    return organisation


def _many_projects(n: int) -> str:
    for _ in range(n):
        _busy_project(1)
    return reverse("clusters:project_list")


def _many_organisations(n: int) -> str:
    for _ in range(n):
        organisation = _busy_organisation(1)
        organisation.name = f"Wanted {organisation.pk}"
        organisation.save()
    return reverse("clusters:organisation_list") + "?q=wanted"


def _many_programmes(n: int) -> str:
    for _ in range(n):
        programme = make.programme()
        programme.lines.create(label_en="A", label_fr="A", amount_millions=1)
        make.call(programme=programme)
    return reverse("clusters:programme_list")


def _tab(name: str) -> Callable[[int], str]:
    return lambda n: reverse(f"clusters:{name}", args=[_busy_cluster(n).slug])


def _many_conditions(n: int) -> str:
    call = make.call(programme=make.programme())
    for order in range(n):
        call.conditions.create(order=order, text="x")
    return call.get_absolute_url()


def _many_calls(n: int) -> str:
    for _ in range(n):
        make.call(programme=make.programme())
    return reverse("clusters:call_list")


# The session, and the user with office and roles, are two of them.
QUERIES: dict[str, tuple[Callable[[int], str], int]] = {
    "clusters": (_many_clusters, 9),
    "cluster": (_tab("cluster_detail"), 10),
    "people": (_tab("cluster_people"), 4),
    "members": (_tab("cluster_members"), 6),
    "projects of a cluster": (_tab("cluster_projects"), 7),
    "sources": (_tab("cluster_sources"), 6),
    "projects": (_many_projects, 7),
    "project": (lambda n: _busy_project(n).get_absolute_url(), 10),
    "organisations": (_many_organisations, 5),
    "organisation": (lambda n: _busy_organisation(n).get_absolute_url(), 8),
    "programmes": (_many_programmes, 7),
    "calls": (_many_calls, 5),
    "call": (_many_conditions, 4),
}


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize("page", QUERIES)
def test_page_needs_the_same_queries_for_20_rows(
    as_user: SignIn, adviser: User, page: str, rows: int
) -> None:
    build, expected = QUERIES[page]
    address = build(rows)
    client = as_user(adviser)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) == expected, "\n".join(q["sql"][:160] for q in queries)


@pytest.mark.parametrize("noun", ["cluster", "project", "organisation"])
def test_changes_need_the_same_queries_for_20_rows(as_user: SignIn, desk: User, noun: str) -> None:
    client = as_user(desk)
    counts = []
    for rows in (1, 20):
        build = {"cluster": _busy_cluster, "project": _busy_project}.get(noun, _busy_organisation)
        address = f"{build(rows).get_absolute_url()}changes/"
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 14


# --- Lists -------------------------------------------------------------------------------


def found(client: Client, address: str) -> set[str]:
    page = client.get(address)
    assert page.status_code == 200
    return {str(row) for row in page.context["page"].objects}


def test_clusters_are_found(as_user: SignIn, adviser: User, desk: User) -> None:
    sector, region = (
        make.sector(key="agri-food"),
        make.region(name="Alsace", name_today="Grand Est"),
    )
    here = make.cluster(
        name="Céréales d@venir",
        tier="national",
        desk_officer=desk,
        status_today="merged",
        ended_year=2019,
        specialty="cereal",
    )
    ClusterSector.objects.create(cluster=here, sector=sector)
    ClusterRegion.objects.create(cluster=here, region=region)
    make.fact(cluster=here)
    make.seat(project=make.project(clusters=[here]))
    ended = make.cluster(name="Ended", status_today="label ended", ended_year=2006)
    gone = make.cluster(name="Gone")
    gone.archive(actor=desk, reason="x")
    client = as_user(adviser)
    address = reverse("clusters:cluster_list")
    for query in (
        "q=cereales davenir",
        "tier=national",
        "sector=agri-food",
        "region=Alsace",
        "region_today=Grand Est",
        "standing=labelled",
        "today=merged",
        "facts=check",
        "seats=yes",
        f"desk_officer={desk.username}",
        "q=cereal&tier=national",
    ):
        assert found(client, f"{address}?{query}&more=1") == {str(here)}, query
    assert found(client, f"{address}?standing=label ended") == {str(ended)}
    assert found(client, address) == {str(here), str(ended)}
    assert found(client, f"{address}?archived=only") == {str(gone)}
    assert len(found(client, f"{address}?archived=all")) == 3
    assert found(client, f"{address}?desk_officer=null") == {str(ended)}


@pytest.mark.parametrize(
    "query",
    ["tier=regional", "sector=none", "region=Atlantis", "standing=x", "seats=maybe", "archived=x"],
)
def test_bad_filter_shows_its_error_and_no_rows(as_user: SignIn, adviser: User, query: str) -> None:
    make.cluster()
    client = as_user(adviser)
    assert found(client, f"{reverse('clusters:cluster_list')}?{query}") == set()


def test_projects_are_found(as_user: SignIn, adviser: User) -> None:
    cluster = make.cluster()
    wanted = make.project(name="Forémost", clusters=[cluster])
    make.seat(project=wanted)
    make.project(name="Other", kind="training", status="completed")
    closed = make.project(name="Shut", status="completed")
    make.seat(project=closed, withdrawn_on=TODAY())
    client, address = as_user(adviser), reverse("clusters:project_list")
    for query in ("q=foremost", "status=under+way", f"cluster={cluster.slug}", "seats=yes"):
        assert found(client, f"{address}?{query}") == {"Forémost"}, query
    assert found(client, f"{address}?kind=training") == {"Other"}


def test_organisations_are_found(as_user: SignIn, adviser: User) -> None:
    cluster = make.cluster()
    member = make.organisation(name="Member", kind="sme", country="FI")
    make.membership(cluster=cluster, organisation=member)
    partner = make.organisation(name="Partner")
    make.partnership(cluster=cluster, organisation=partner)
    builder = make.organisation(name="Builder")
    make.partner(project=make.project(clusters=[cluster]), organisation=builder)
    make.organisation(name="Alone", country="CA")
    client, address = as_user(adviser), reverse("clusters:organisation_list")
    for query, wanted in (
        ("q=member", {"Member"}),
        ("kind=sme", {"Member"}),
        ("country=FI", {"Member"}),
        ("tie=member", {"Member"}),
        ("tie=partner", {"Partner"}),
        ("tie=project", {"Builder"}),
        (f"cluster={cluster.slug}", {"Member", "Partner", "Builder"}),
    ):
        assert found(client, f"{address}?{query}") == wanted, query


def test_calls_are_found_by_their_state(as_user: SignIn, adviser: User) -> None:
    today = TODAY()  # in UTC; the page's day may be another
    make.call(name="Open")
    make.call(name="Closed", closes_on=today - dt.timedelta(days=2))
    make.call(name="Coming", opens_on=today + dt.timedelta(days=2))
    client, address = as_user(adviser), reverse("clusters:call_list")
    for state in ("open", "closed", "coming"):
        assert found(client, f"{address}?state={state}") == {state.capitalize()}


# --- Pickers -----------------------------------------------------------------------------


def offered(client: Client, name: str, query: str = "") -> tuple[list[str], bool]:
    answer = client.get(f"{reverse(f'clusters:{name}')}?{query}").json()
    return [option["label"] for option in answer["options"]], answer["more"]


def test_picker_says_when_it_is_cut(as_user: SignIn, adviser: User) -> None:
    for number in range(21):
        make.organisation(name=f"Org {number:02}")
    client = as_user(adviser)
    labels, more = offered(client, "organisation_options", "q=org")
    assert len(labels) == 20
    assert more
    assert offered(client, "organisation_options", "q=org 07") == (["Org 07"], False)


def test_pickers_leave_out_what_is_archived(as_user: SignIn, adviser: User, desk: User) -> None:
    client = as_user(adviser)
    for maker, name in (
        (make.cluster, "cluster_options"),
        (make.organisation, "organisation_options"),
        (make.project, "project_options"),
    ):
        maker(name="Kept")
        maker(name="Gone").archive(actor=desk, reason="x")
        assert "Kept" in offered(client, name)[0]
        assert "Gone" not in offered(client, name)[0]


def test_project_picker_offers_what_can_be_joined_or_started(
    as_user: SignIn, adviser: User
) -> None:
    make.project(name="Running")
    make.project(name="Proposed", status="proposed")
    make.project(name="Training", kind="training")
    client = as_user(adviser)
    assert offered(client, "project_options", "can=join")[0] == ["Running"]
    assert offered(client, "project_options", "can=start")[0] == ["Proposed"]
    assert len(offered(client, "project_options")[0]) == 3


def test_seat_picker_offers_what_can_be_taken(as_user: SignIn, adviser: User) -> None:
    project = make.project(name="Foremost")
    make.seat(project=project, title="Metrology")
    make.seat(project=project, title="Withdrawn", withdrawn_on=TODAY())
    make.seat(project=project, title="Past", deadline=dt.date(2020, 1, 1))
    make.seat(project=make.project(status="completed"), title="Over")
    client = as_user(adviser)
    assert offered(client, "seat_options")[0] == ["Metrology"]
    assert offered(client, "seat_options", "q=foremost")[0] == ["Metrology"]


def data_of(page: Any) -> dict[str, Any]:
    """What a form would post if nothing was changed."""
    form = page.context["form"]
    return {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}


@pytest.mark.parametrize("tab", ["cluster_projects", "cluster_members"])
def test_what_a_cluster_has_many_of_comes_in_pages(
    adviser: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch, tab: str
) -> None:
    monkeypatch.setattr("ifa_crm.shared.paging.PER_PAGE", 2)
    cluster = make.cluster()
    for _ in range(5):
        make.project(clusters=[cluster])
        make.membership(cluster=cluster)
    client, address = as_user(adviser), reverse(f"clusters:{tab}", args=[cluster.slug])
    pages = [client.get(address, {"page": n}) for n in (1, 2, 3)]
    assert [len(page.context["page"]) for page in pages] == [2, 2, 1]
    assert len({row for page in pages for row in page.context["page"]}) == 5
    texts = [page.content.decode() for page in pages]
    assert ['rel="next" href="?page=2"' in text for text in texts] == [True, False, False]
    assert ['rel="prev" href="?page=2"' in text for text in texts] == [False, False, True]
    assert "Page 2 of 3" in texts[1]
    for asked in ("9", "-1", "x", "9" * 400):
        assert client.get(address, {"page": asked}).status_code == 200
