"""Rows that rest on a confidential lead do not exist for those who may not see them."""

import re
from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from clusters.models import (
    Cluster,
    Grant,
    Membership,
    OpenSeat,
    Organisation,
    Partnership,
    Project,
    ProjectCluster,
    ProjectPartner,
)
from clusters.services.projects import fill_seat
from ifa_crm.shared.acting import acting
from ifa_crm.shared.extend import searchers
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
SECRET = "Zyxwvut"


class Hidden:
    """Everything that can be hidden, beside what is open."""

    def __init__(self, admitted: User) -> None:
        by = make.user(role=Role.MANAGER, first_name="Some", last_name="Manager")
        self.cluster: Cluster = make.cluster(name="Open cluster")
        self.open_project: Project = make.project(clusters=[self.cluster], name="Open project")
        self.open_organisation: Organisation = make.organisation(name="Open organisation")
        with acting(by):
            self._hide(admitted)

    def _hide(self, admitted: User) -> None:
        self.organisation = make.hidden(
            make.organisation(name=f"{SECRET} company", kind="sme", country="FI"), admitted
        )
        self.project = make.hidden(
            make.project(clusters=[self.cluster], name=f"{SECRET} project"), admitted
        )
        make.seat(project=self.project, title=f"{SECRET} seat")
        make.membership(cluster=self.cluster, organisation=self.organisation)
        make.partnership(cluster=self.cluster, organisation=self.organisation)
        make.partnership(cluster=self.cluster, through=self.organisation)
        partner = make.partner(project=self.open_project, organisation=self.organisation)
        self.partner = make.hidden(partner, admitted)
        seat = make.seat(project=self.open_project, title="Seat that was taken")
        fill_seat(seat=seat, partner=self.partner, day=timezone.localdate())
        self.quiet_partner = make.hidden(
            make.partner(project=self.open_project, organisation=self.open_organisation), admitted
        )
        make.partner(project=self.project, organisation=self.open_organisation)
        make.grant(project=self.open_project, organisation=self.organisation, amount=987654)
        make.grant(project=self.project, amount=123987)

    def pages(self) -> Iterator[str]:
        slug = self.cluster.slug
        for name in ("detail", "people", "members", "projects", "sources", "changes"):
            yield reverse(f"clusters:cluster_{name}", args=[slug])
        for name in ("cluster", "project", "organisation"):
            yield reverse(f"clusters:{name}_list") + "?archived=all"
            yield reverse(f"clusters:{name}_options")
        yield reverse("clusters:organisation_list") + f"?cluster={slug}"
        yield reverse("clusters:organisation_list") + "?tie=project"
        yield reverse("clusters:cluster_list") + "?seats=yes"
        yield reverse("clusters:seat_options")
        for record in (self.open_project, self.open_organisation):
            yield record.get_absolute_url()
            yield f"{record.get_absolute_url()}changes/"


# Each of its grants, and their sum, however a page parts the thousands.
HIDDEN_AMOUNTS = re.compile(r"\b(?:987\W?654|123\W?987|1\W?111\W?641)\b")


@pytest.fixture
def hidden(adviser: User) -> Hidden:
    return Hidden(admitted=adviser)


def test_rows_are_seen_by_those_admitted_and_by_managers_only(
    hidden: Hidden, adviser: User, colleague: User, desk: User, manager: User
) -> None:
    counts = {
        Organisation: 1,
        Project: 1,
        Membership: 1,
        Partnership: 2,
        ProjectPartner: 3,
        ProjectCluster: 1,
        OpenSeat: 1,
        Grant: 2,
    }
    for model, number in counts.items():
        everything = model._default_manager.count()
        for user in (adviser, manager):
            assert model._default_manager.visible_to(user).count() == everything, model
        for user in (colleague, desk):
            seen = model._default_manager.visible_to(user).count()
            assert everything - seen == number, model


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADVISER, Role.DESK])
def test_no_page_names_what_is_hidden(hidden: Hidden, as_user: SignIn, role: Role) -> None:
    client = as_user(make.user(role=role))
    for address in hidden.pages():
        text = client.get(address).content.decode()
        assert SECRET not in text, address
        assert not HIDDEN_AMOUNTS.search(text), address
    for record in (hidden.organisation, hidden.project):
        for page in ("", "changes/"):
            assert client.get(f"{record.get_absolute_url()}{page}").status_code == 404


def test_those_admitted_see_it(hidden: Hidden, as_user: SignIn, adviser: User) -> None:
    client = as_user(adviser)
    assert client.get(hidden.project.get_absolute_url()).status_code == 200
    page = client.get(hidden.open_project.get_absolute_url()).content.decode()
    assert f"Filled by {SECRET} company" in page


def test_counts_leave_out_what_is_hidden(hidden: Hidden, as_user: SignIn, viewer: User) -> None:
    client = as_user(viewer)
    tabs = client.get(hidden.cluster.get_absolute_url()).context["tabs"]
    counts = {tab["address"].rstrip("/").split("/")[-1]: tab["count"] for tab in tabs}
    assert (counts["members"], counts["projects"]) == (0, 1)
    row = client.get(reverse("clusters:project_list")).context["page"].objects[0]
    assert row.partner_count == 0
    row = client.get(reverse("clusters:organisation_list")).context["page"].objects[0]
    assert row.project_count == 0


def test_taken_seat_says_that_it_is_taken_and_not_by_whom(
    hidden: Hidden, as_user: SignIn, viewer: User
) -> None:
    page = as_user(viewer).get(hidden.open_project.get_absolute_url()).content.decode()
    assert "Filled by an undisclosed partner" in page
    today = date_format(timezone.localdate())
    assert f"{SECRET} company on {today}" not in page
    assert f"undisclosed partner on {today}" not in page


def test_seat_taken_in_confidence_by_an_open_partner_names_nobody(
    as_user: SignIn, adviser: User, desk: User
) -> None:
    """The mark of the seat itself: a partner that everybody knows took it through a hidden lead."""
    project = make.project()
    partner = make.partner(project=project, organisation=make.organisation(name="Known to all"))
    seat = make.seat(project=project)
    make.hidden(fill_seat(seat=seat, partner=partner, day=timezone.localdate()), adviser)
    address = project.get_absolute_url()
    for who, told in ((desk, False), (adviser, True)):
        page = as_user(who).get(address).content.decode()
        assert ("Filled by Known to all" in page) is told
        assert ("Filled by an undisclosed partner" in page) is not told


def test_history_says_nothing_of_a_seat_taken_in_confidence(
    hidden: Hidden, as_user: SignIn, adviser: User, desk: User, manager: User
) -> None:
    """Neither by whom, nor when, nor who recorded it."""
    address = f"{hidden.open_project.get_absolute_url()}changes/"
    page = as_user(desk).get(address)
    shown = page.context["changes"].changes
    assert "Some Manager" not in {str(change.who) for change in shown}
    assert not any(line.label.startswith("Filled") for change in shown for line in change.lines)
    for who in (adviser, manager):
        assert SECRET in as_user(who).get(address).content.decode()


def test_history_of_other_seats_is_told(as_user: SignIn, desk: User) -> None:
    project = make.project()
    partner = make.partner(project=project, organisation=make.organisation(name="Known to all"))
    fill_seat(seat=make.seat(project=project), partner=partner, day=timezone.localdate())
    page = as_user(desk).get(f"{project.get_absolute_url()}changes/").content.decode()
    assert "Filled by" in page
    assert "Known to all" in page


def test_nothing_hidden_can_be_written_to(hidden: Hidden, as_user: SignIn, desk: User) -> None:
    client, ref = as_user(desk), hidden.project.ref
    open_ref = hidden.open_project.ref
    for address in (
        f"/projects/{ref}/edit/",
        f"/projects/{ref}/status/",
        f"/projects/{ref}/archive/",
        f"/projects/{ref}/partners/new/",
        f"/projects/{ref}/seats/new/",
        f"/projects/{ref}/grants/new/",
        f"/projects/{open_ref}/partners/{hidden.partner.ref}/edit/",
        f"/projects/{open_ref}/partners/{hidden.partner.ref}/leave/",
        f"/organisations/{hidden.organisation.ref}/edit/",
        f"/organisations/{hidden.organisation.ref}/archive/",
    ):
        assert client.get(address).status_code == 404, address
        assert client.post(address, {"x": "1"}).status_code == 404, address


@pytest.mark.parametrize("picked", ["key", "text"])
def test_hidden_organisation_cannot_be_picked(
    hidden: Hidden, as_user: SignIn, desk: User, picked: str
) -> None:
    typed = {"organisation": hidden.organisation.ref} if picked == "key" else {}
    answer = as_user(desk).post(
        reverse("clusters:membership_create", args=[hidden.cluster.slug]),
        {"kind": "member", "source": "x", "organisation_text": hidden.organisation.name} | typed,
    )
    assert answer.status_code == 422
    assert Membership.objects.count() == 1


def test_hidden_twin_never_warns_the_typist(hidden: Hidden, as_user: SignIn, desk: User) -> None:
    answer = as_user(desk).post(
        reverse("clusters:organisation_create"), {"name": hidden.organisation.name, "kind": "sme"}
    )
    assert answer.status_code == 302
    assert Organisation.objects.filter(name=hidden.organisation.name).count() == 2


def test_search_does_not_find_it(hidden: Hidden, viewer: User, adviser: User) -> None:
    ours = [s for s in searchers() if s.key in {"clusters", "leaders", "projects", "organisations"}]
    assert len(ours) == 4
    for searcher in ours:
        assert searcher.find(viewer, SECRET, 10) == []
    found = {hit.title for searcher in ours for hit in searcher.find(adviser, SECRET, 10)}
    assert found == {f"{SECRET} company", f"{SECRET} project"}
