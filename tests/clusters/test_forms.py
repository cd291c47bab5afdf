"""Forms: what they refuse stands at its field, what was typed stays, two people editing clash."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clusters.models import (
    Call,
    Cluster,
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
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(as_user: SignIn, desk: User) -> Client:
    return as_user(desk)


def filled(page: Any) -> dict[str, Any]:
    """What the form on ``page`` posts if nothing is changed."""
    data: dict[str, Any] = {}
    for bound in page.context["form"]:
        value = bound.field.prepare_value(bound.value())
        if isinstance(value, list | tuple):
            value = [bound.field.prepare_value(one) for one in value]
        if value not in (None, False, ""):
            data[bound.html_name] = value
    return data


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 422, answer.status_code
    errors: dict[str, list[str]] = answer.context["form"].errors
    return errors


def cluster_data(**fields: Any) -> dict[str, Any]:
    return {
        "name": "Vert",
        "specialty": "things",
        "tier": "national",
        "sectors": [make.sector().key],
        "main_region": make.region().name,
        "status_today": "labelled",
        "contact_policy": "relay",
    } | fields


NEW_CLUSTER = "/clusters/new/"


def test_cluster_is_created_with_all_it_says(client: Client, desk: User) -> None:
    main, other, sector = make.region(), make.region(), make.sector()
    answer = client.post(
        NEW_CLUSTER,
        cluster_data(
            sectors=[sector.key],
            main_region=main.name,
            other_regions=[other.name, main.name],
            keywords="one; two\nthree;one",
            desk_officer=desk.pk,
            website="www.example.org",
        ),
    )
    assert answer.status_code == 302
    cluster = Cluster.objects.get()
    assert answer["Location"] == cluster.get_absolute_url() == "/clusters/vert/"
    assert cluster.keywords == ["one", "two", "three"]
    assert list(cluster.regions.order_by("cluster_links__rank")) == [main, other]
    assert cluster.desk_officer == desk


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"name": ""}, "name"),
        ({"sectors": []}, "sectors"),
        ({"main_region": "Atlantis"}, "main_region"),
        ({"status_today": "merged"}, "ended_year"),
        ({"ended_year": "2010"}, "ended_year"),
        ({"latitude": "47"}, "longitude"),
        ({"latitude": "147", "longitude": "2"}, "latitude"),
        ({"label_date": "soon"}, "label_date"),
    ],
)
def test_cluster_form_refuses_at_the_field(client: Client, fields: dict[str, Any], at: str) -> None:
    answer = client.post(NEW_CLUSTER, cluster_data(specialty="kept as typed", **fields))
    assert at in errors_of(answer)
    assert "kept as typed" in answer.content.decode()
    assert not Cluster.objects.exists()


def test_name_of_a_live_cluster_is_refused_at_the_name(client: Client, desk: User) -> None:
    make.cluster(name="Vert").archive(actor=desk, reason="x")
    assert client.post(NEW_CLUSTER, cluster_data()).status_code == 302
    assert "name" in errors_of(client.post(NEW_CLUSTER, cluster_data()))


def _editable() -> Cluster:
    cluster: Cluster = make.cluster(source_line=70, website="www.old.example", seat_city="Lyon")
    ClusterRegion.objects.create(cluster=cluster, region=make.region())
    ClusterSector.objects.create(cluster=cluster, sector=make.sector())
    return cluster


def test_published_name_cannot_be_typed_over(client: Client) -> None:
    cluster = _editable()
    address = reverse("clusters:cluster_edit", args=[cluster.slug])
    data = filled(client.get(address)) | {"name": "Mine", "specialty": "mine", "notes": "n"}
    assert client.post(address, data).status_code == 302
    name = cluster.name
    cluster.refresh_from_db()
    assert (cluster.name, cluster.specialty, cluster.notes) == (name, "things", "n")


def test_two_people_clash_only_over_the_same_field(client: Client) -> None:
    cluster = _editable()
    address = reverse("clusters:cluster_edit", args=[cluster.slug])
    mine = filled(client.get(address)) | {"website": "www.mine.example", "keywords": "a; b"}
    Cluster.objects.filter(pk=cluster.pk).update(website="www.theirs.example", seat_city="Toulouse")
    answer = client.post(address, mine)
    errors = errors_of(answer)
    assert set(errors) == {"website"}
    assert "www.theirs.example" in errors["website"][0]
    again = mine | {"clash_base": answer.context["form"]["clash_base"].value()}
    assert client.post(address, again).status_code == 302
    cluster.refresh_from_db()
    assert cluster.website == "www.mine.example"
    assert cluster.seat_city == "Toulouse"
    assert cluster.keywords == ["a", "b"]


def test_leader_is_recorded_and_edited(client: Client) -> None:
    cluster = make.cluster()
    address = reverse("clusters:leader_create", args=[cluster.slug])
    data = {"name": "Ann Example", "role": "director", "time_zone": "Europe/Paris"}
    assert client.post(address, data | {"time_zone": "Mars/Base"}).status_code == 422
    assert client.post(address, data | {"email": "not one"}).status_code == 422
    assert client.post(address, data).status_code == 302
    leader = Leader.objects.get()
    edit = reverse("clusters:leader_edit", args=[cluster.slug, leader.ref])
    assert client.post(edit, filled(client.get(edit)) | {"phone": "1"}).status_code == 302
    leader.refresh_from_db()
    assert leader.phone == "1"


def test_evidence_starts_with_the_factor_that_was_clicked(client: Client) -> None:
    cluster = make.cluster()
    address = reverse("clusters:evidence_create", args=[cluster.slug])
    page = client.get(f"{address}?factor=visibility")
    data = filled(page) | {"text": "Known abroad", "source": "A paper"}
    assert client.post(address, data).status_code == 302
    note = EvidenceNote.objects.get()
    assert (note.factor, note.cluster) == ("visibility", cluster)
    end = reverse("clusters:evidence_end", args=[cluster.slug, note.ref])
    assert "ended_on" in errors_of(client.post(end, {"ended_on": "1999-01-01"}))


def test_fact_is_described_for_the_first_time(client: Client, desk: User) -> None:
    cluster = make.cluster(website="www.example.org")
    address = reverse("clusters:fact_edit", args=[cluster.slug, "website"])
    assert client.post(address, {"confidence": "high", "source": "Seen"}).status_code == 302
    fact = cluster.facts.get()
    assert (fact.source, fact.checked_by) == ("Seen", desk)
    assert client.get(address.replace("website", "shoe-size")).status_code == 404


def test_note_reaches_the_desk_and_is_answered(
    as_user: SignIn, adviser: User, client: Client
) -> None:
    cluster = make.cluster()
    address = reverse("clusters:note_create", args=[cluster.slug])
    assert as_user(adviser).post(address, {"text": " "}).status_code == 422
    assert as_user(adviser).post(address, {"text": "The phone changed."}).status_code == 302
    note = CorrectionNote.objects.get()
    assert "The phone changed." in client.get(cluster.get_absolute_url()).content.decode()
    answer = reverse("clusters:note_answer", args=[cluster.slug, note.ref])
    assert client.post(answer, {"answer": "Put right."}).status_code == 302
    assert client.get(answer).status_code == 404
    assert "The phone changed." not in client.get(cluster.get_absolute_url()).content.decode()


# --- Ties --------------------------------------------------------------------------------


def test_member_is_recorded_once(client: Client) -> None:
    cluster, organisation = make.cluster(), make.organisation()
    address = reverse("clusters:membership_create", args=[cluster.slug])
    data = {"organisation": organisation.ref, "kind": "founding", "source": "x"}
    assert client.post(address, data | {"since_year": "2005"}).status_code == 302
    assert "organisation" in errors_of(client.post(address, data))
    tie = Membership.objects.get()
    edit = reverse("clusters:membership_edit", args=[cluster.slug, tie.ref])
    assert client.post(edit, filled(client.get(edit)) | {"kind": "member"}).status_code == 302
    end = reverse("clusters:membership_end", args=[cluster.slug, tie.ref])
    assert "until_year" in errors_of(client.post(end, {"until_year": "2004"}))
    assert client.post(end, {"until_year": "2007"}).status_code == 302
    tie.refresh_from_db()
    assert (tie.kind, tie.until_year, tie.organisation) == ("member", 2007, organisation)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({}, "unnamed_count"),
        ({"named": True, "unnamed_count": "3"}, "unnamed_count"),
        ({"named": True, "unnamed_country": "TN"}, "unnamed_kind"),
    ],
)
def test_partnership_is_named_or_counted(client: Client, fields: dict[str, Any], at: str) -> None:
    address = reverse("clusters:partnership_create", args=[make.cluster().slug])
    data = {key: value for key, value in fields.items() if key != "named"}
    if "named" in fields:
        data["organisation"] = make.organisation().ref
    assert at in errors_of(client.post(address, {"source": "x"} | data))
    assert not Partnership.objects.exists()


def test_unnamed_partners_are_counted(client: Client) -> None:
    cluster = make.cluster()
    address = reverse("clusters:partnership_create", args=[cluster.slug])
    data = {"unnamed_count": "3", "unnamed_kind": "cluster", "unnamed_country": "TN"}
    assert client.post(address, data).status_code == 302
    page = client.get(reverse("clusters:cluster_members", args=[cluster.slug]))
    assert "3 partners, names not given" in page.content.decode()
    edit = reverse("clusters:partnership_edit", args=[cluster.slug, Partnership.objects.get().ref])
    data = filled(client.get(edit)) | {"through": make.organisation(name="CEA").ref}
    assert client.post(edit, data).status_code == 302
    assert Partnership.objects.get().through == Organisation.objects.get(name="CEA")


# --- Organisations -----------------------------------------------------------------------


def test_same_name_is_pointed_out_and_recorded_all_the_same(client: Client) -> None:
    twin = make.organisation(name="Nestlé")
    address = reverse("clusters:organisation_create")
    answer = client.post(address, {"name": "NESTLE", "kind": "company"})
    assert "name" in errors_of(answer)
    assert twin.get_absolute_url() in answer.content.decode()
    data = {"name": "NESTLE", "kind": "company", "another": "on"}
    assert client.post(address, data).status_code == 302
    assert Organisation.objects.count() == 2


def test_organisation_keeps_its_own_name(client: Client) -> None:
    organisation = make.organisation(name="Nestlé")
    address = reverse("clusters:organisation_edit", args=[organisation.ref])
    assert client.post(address, filled(client.get(address)) | {"city": "Vevey"}).status_code == 302
    organisation.refresh_from_db()
    assert organisation.city == "Vevey"


# --- Projects ----------------------------------------------------------------------------


def project_data(**fields: Any) -> dict[str, Any]:
    return {
        "name": "P",
        "kind": "rd",
        "status": "proposed",
        "starts_precision": "day",
        "budget_currency": "EUR",
    } | fields


def test_project_starts_with_the_cluster_it_was_asked_from(client: Client) -> None:
    cluster, other = make.cluster(), make.cluster()
    address = reverse("clusters:project_create")
    page = client.get(f"{address}?cluster={cluster.slug}")
    data = filled(page) | project_data(clusters=[other.slug])
    assert data["lead"] == cluster.slug
    assert client.post(address, data).status_code == 302
    links = {link.cluster: link.is_lead for link in Project.objects.get().cluster_links.all()}
    assert links == {cluster: True, other: False}


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"lead": ""}, "clusters"),
        ({"budget_amount": "5", "budget_currency": ""}, "budget_currency"),
        ({"budget_amount": "-5"}, "budget_amount"),
        ({"budget_currency": "euro"}, "budget_currency"),
        ({"starts_on": "2026-02-02", "ends_on": "2026-01-01"}, "ends_on"),
        ({"kind": "party"}, "kind"),
    ],
)
def test_project_form_refuses_at_the_field(client: Client, fields: dict[str, Any], at: str) -> None:
    data = project_data(lead=make.cluster().slug) | fields
    assert at in errors_of(client.post(reverse("clusters:project_create"), data))
    assert not Project.objects.exists()


def test_project_is_edited_and_moved_apart(client: Client) -> None:
    project = make.project(clusters=[make.cluster(), make.cluster()])
    edit = reverse("clusters:project_edit", args=[project.ref])
    data = filled(client.get(edit)) | {"summary": "New", "status": "cancelled"}
    assert client.post(edit, data).status_code == 302
    project.refresh_from_db()
    assert (project.summary, project.status) == ("New", "under way")
    assert project.cluster_links.filter(is_lead=True).count() == 1
    assert project.cluster_links.count() == 2
    move = reverse("clusters:project_status", args=[project.ref])
    assert "reason" in errors_of(client.post(move, {"to": "cancelled"}))
    assert "to" in errors_of(client.post(move, {"to": "under way"}))
    assert client.post(move, {"to": "cancelled", "reason": "No money"}).status_code == 302
    page = client.get(project.get_absolute_url()).content.decode()
    assert "No money" in page


def test_partner_takes_a_seat_and_leaves(client: Client) -> None:
    project, organisation = make.project(), make.organisation()
    seat = make.seat(project=project)
    address = reverse("clusters:partner_create", args=[project.ref])
    data = {"organisation": organisation.ref, "role": "partner", "seat": seat.ref}
    assert "source" in errors_of(client.post(address, data))
    data |= {"source": "x", "joined_on": "2026-01-05"}
    assert client.post(address, data).status_code == 302
    assert "organisation" in errors_of(client.post(address, data | {"seat": ""}))
    partner = ProjectPartner.objects.get()
    leave = reverse("clusters:partner_leave", args=[project.ref, partner.ref])
    assert "left_on" in errors_of(client.post(leave, {"left_on": "2026-01-01"}))
    assert client.post(leave, {"left_on": "2026-02-01"}).status_code == 302
    edit = reverse("clusters:partner_edit", args=[project.ref, partner.ref])
    assert client.post(edit, filled(client.get(edit)) | {"role": "leads"}).status_code == 302
    seat.refresh_from_db()
    assert seat.filled_by == partner


def test_seat_is_opened_edited_withdrawn_and_opened_again(client: Client) -> None:
    project = make.project()
    new = reverse("clusters:seat_create", args=[project.ref])
    assert "title" in errors_of(client.post(new, {"description": "x"}))
    assert client.post(new, {"title": "Metrology", "deadline": "2999-01-01"}).status_code == 302
    seat = OpenSeat.objects.get()
    keys = [project.ref, seat.ref]
    edit = reverse("clusters:seat_edit", args=keys)
    assert client.post(edit, filled(client.get(edit)) | {"title": "Optics"}).status_code == 302
    for act in ("withdraw", "reopen"):
        assert client.post(reverse(f"clusters:seat_{act}", args=keys), {"x": 1}).status_code == 302
        answer = client.post(reverse(f"clusters:seat_{act}", args=keys), {"x": 1})
        assert answer.status_code == 422
    seat.refresh_from_db()
    assert (seat.title, seat.withdrawn_on) == ("Optics", None)


def test_grant_goes_to_a_partner_or_to_the_whole_project(client: Client) -> None:
    project, organisation = make.project(), make.organisation()
    new = reverse("clusters:grant_create", args=[project.ref])
    data = {"amount": "5", "currency": "EUR", "granted_on": "2007-01-01"}
    assert "amount" in errors_of(client.post(new, data | {"amount": "-5"}))
    assert client.post(new, data | {"organisation": organisation.ref}).status_code == 302
    grant = Grant.objects.get()
    assert grant.organisation == organisation
    edit = reverse("clusters:grant_edit", args=[project.ref, grant.ref])
    changed = filled(client.get(edit)) | {"organisation": "", "organisation_text": ""}
    assert client.post(edit, changed).status_code == 302
    grant.refresh_from_db()
    assert grant.organisation is None


# --- Funding -----------------------------------------------------------------------------


def programme_data(*amounts: int, total: int = 100) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": "Programme",
        "first_year": "2026",
        "last_year": "2028",
        "total_millions": str(total),
        "currency": "EUR",
        "source": "x",
        "lines-TOTAL_FORMS": str(len(amounts) + 1),
        "lines-INITIAL_FORMS": "0",
    }
    for place, amount in enumerate(amounts):
        data |= {
            f"lines-{place}-label_en": f"E{place}",
            f"lines-{place}-label_fr": f"F{place}",
            f"lines-{place}-amount_millions": str(amount),
        }
    return data


def test_programme_has_its_lines(client: Client) -> None:
    new = reverse("clusters:programme_create")
    assert "total_millions" in errors_of(client.post(new, programme_data(60, 50)))
    assert client.post(new, programme_data(60, 30)).status_code == 302
    programme = FundingProgramme.objects.get()
    assert [line.amount_millions for line in programme.lines.all()] == [60, 30]
    first, second = programme.lines.all()
    edit = reverse("clusters:programme_edit", args=[programme.slug])
    data = programme_data(60, 40) | {
        "lines-TOTAL_FORMS": "2",
        "lines-INITIAL_FORMS": "2",
        "lines-0-id": first.pk,
        "lines-1-id": second.pk,
        "lines-0-DELETE": "on",
    }
    assert client.post(edit, data).status_code == 302
    assert [line.amount_millions for line in programme.lines.all()] == [40]


def test_wrong_line_says_so_and_nothing_is_saved(client: Client) -> None:
    data = programme_data(60) | {"lines-0-label_en": ""}
    answer = client.post(reverse("clusters:programme_create"), data)
    assert answer.status_code == 422
    assert "lines-0-label_en" in answer.content.decode()
    assert not FundingProgramme.objects.exists()


def test_call_has_its_conditions(client: Client) -> None:
    new = reverse("clusters:call_create")
    data = {"name": "C", "opens_on": "2026-01-01", "closes_on": "2026-02-01"}
    assert "closes_on" in errors_of(client.post(new, data | {"closes_on": "2025-01-01"}))
    assert client.post(new, data | {"conditions": "One\n\n Two "}).status_code == 302
    call = Call.objects.get()
    edit = reverse("clusters:call_edit", args=[call.ref])
    changed = filled(client.get(edit))
    assert changed["conditions"] == "One\nTwo"
    assert client.post(edit, changed | {"conditions": "Two"}).status_code == 302
    assert [row.text for row in call.conditions.all()] == ["Two"]


@pytest.mark.parametrize("noun", ["cluster", "project", "organisation", "call"])
def test_archiving_asks_why(client: Client, noun: str) -> None:
    record = getattr(make, noun)()
    address = f"{record.get_absolute_url()}archive/"
    assert "reason" in errors_of(client.post(address, {"reason": ""}))
    assert client.post(address, {"reason": "Twice"}).status_code == 302
    record.refresh_from_db()
    assert record.archive_reason == "Twice"


def test_archiving_shows_what_stands_in_the_way(client: Client) -> None:
    cluster = make.project().clusters.get()
    answer = client.post(f"{cluster.get_absolute_url()}archive/", {"reason": "x"})
    assert "1 project that is proposed or under way" in str(errors_of(answer)["__all__"])
