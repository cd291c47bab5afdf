"""The clusters' side in the Django admin: written by the services, refused where they refuse."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clusters.choices import Confidence, FactField, ProjectKind, ProjectStatus
from clusters.models import (
    Call,
    Cluster,
    CorrectionNote,
    EvidenceNote,
    ExchangeRate,
    FundingProgramme,
    Leader,
    Membership,
    OpenSeat,
    Organisation,
    Partnership,
    Project,
    ProjectPartner,
    Sector,
)
from clusters.services.archiving import archive
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from tests import make
from tests.admin_pages import address, change_address, filled, row, send, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)


def add(client: Client, model: type[Any], **typed: Any) -> str:
    return send(client, address(model, "add/"), **typed)


def whole_cluster(**fields: Any) -> Cluster:
    cluster = make.cluster(**fields)
    cluster.sector_links.create(sector=make.sector())
    cluster.region_links.create(region=make.region())
    return cluster


# --- Clusters ----------------------------------------------------------------------------


def test_a_cluster_is_made_with_its_sectors_regions_and_leaders(
    client: Client, administrator: User
) -> None:
    sectors, regions = [make.sector(), make.sector()], [make.region(), make.region()]
    typed = {
        "name": "Q@LI-Nord",
        "specialty": "Food",
        "tier": "national",
        "keywords": "taste; smell",
        "sectors": [sector.pk for sector in sectors],
        "main_region": regions[1].pk,
        "other_regions": [regions[0].pk],
    }
    assert not add(client, Cluster, **typed, **row("leaders", 0, name="Ana Lind", role="president"))
    made = Cluster.objects.get()
    assert made.slug == "qali-nord"
    assert made.keywords == ["taste", "smell"]
    assert set(made.sectors.all()) == set(sectors)
    assert [link.region for link in made.region_links.all()] == [regions[1], regions[0]]
    assert made.leaders.get().name == "Ana Lind"
    assert made.facts.get(field=FactField.SECTORS).checked_by == administrator
    assert "qali" in made.search_text


def test_what_was_published_of_a_cluster_stays(client: Client) -> None:
    cluster = whole_cluster(name="Mov’eo", source_line=12)
    assert not send(client, change_address(cluster), name="Moveo", seat_city="Rouen")
    cluster.refresh_from_db()
    assert (cluster.name, cluster.seat_city) == ("Mov’eo", "Rouen")


def test_a_changed_fact_counts_as_checked_and_the_history_says_by_whom(
    client: Client, administrator: User
) -> None:
    cluster = whole_cluster()
    fact = make.fact(cluster=cluster, field=FactField.WEBSITE)
    assert not send(client, change_address(cluster), website="https://example.org")
    fact.refresh_from_db()
    assert (fact.checked_on, fact.checked_by) == (
        timezone.localdate(timezone=administrator.zone),
        administrator,
    )
    page = client.get(address(Cluster, f"{cluster.pk}/history/")).content.decode()
    assert "https://example.org" in page
    assert str(administrator) in page


def test_somebody_who_does_not_look_after_clusters_is_not_their_desk_officer(
    client: Client,
) -> None:
    cluster, viewer = whole_cluster(), make.user(role=Role.VIEWER)
    assert "not one of the available" in send(
        client, change_address(cluster), desk_officer=viewer.pk
    )
    cluster.refresh_from_db()
    assert cluster.desk_officer is None
    assert not send(client, change_address(cluster), desk_officer=make.user(role=Role.DESK).pk)


def test_a_refused_row_below_a_cluster_stands_there_and_nothing_is_written(
    client: Client,
) -> None:
    cluster = whole_cluster()
    make.fact(cluster=cluster, field=FactField.SEAT)
    page = send(
        client,
        change_address(cluster),
        seat_city="Lyon",
        **row("facts", 1, field=FactField.SEAT, confidence=Confidence.LOW),
    )
    assert "already described" in page or "duplicate" in page
    cluster.refresh_from_db()
    assert cluster.seat_city == ""
    assert cluster.facts.count() == 1


def test_a_fact_that_the_save_itself_describes_is_refused_at_its_row(client: Client) -> None:
    """The service notes the changed website as a fact; then the new row is one too many."""
    cluster = whole_cluster()
    page = send(
        client,
        change_address(cluster),
        website="https://example.org",
        **row("facts", 0, field=FactField.WEBSITE, confidence=Confidence.LOW),
    )
    assert "This fact of the cluster is already described." in page
    cluster.refresh_from_db()
    assert cluster.website == ""
    assert not cluster.facts.exists()
    assert not LogEntry.objects.get_for_object(cluster).filter(action=1).exists()


def test_an_archived_cluster_is_read_only_and_says_how_to_restore_it(
    client: Client, desk: User
) -> None:
    cluster = whole_cluster()
    archive(actor=desk, record=cluster, reason="A twin")
    page = client.get(change_address(cluster)).content.decode()
    assert f"/clusters/{cluster.slug}/restore/" in page
    assert 'name="_save"' not in page
    assert client.post(change_address(cluster), {"name": "X"}).status_code == 403
    assert client.get(address(Cluster) + "?archived=no").context["cl"].result_count == 0


def test_two_administrators_who_change_the_same_field_are_told(client: Client) -> None:
    cluster = whole_cluster(seat_city="Lyon")
    mine = filled(client, change_address(cluster)) | {"seat_city": "Nice"}
    Cluster.objects.filter(pk=cluster.pk).update(seat_city="Brest", website="https://new.example")
    page = client.post(change_address(cluster), mine).content.decode()
    assert "Somebody else changed this meanwhile" in page
    cluster.refresh_from_db()
    assert (cluster.seat_city, cluster.website) == ("Brest", "https://new.example")


def test_what_somebody_else_changed_meanwhile_stays(client: Client) -> None:
    cluster = whole_cluster(seat_city="Lyon")
    mine = filled(client, change_address(cluster)) | {"specialty": "Other things"}
    Cluster.objects.filter(pk=cluster.pk).update(seat_city="Brest")
    assert client.post(change_address(cluster), mine).status_code == 302
    cluster.refresh_from_db()
    assert (cluster.seat_city, cluster.specialty) == ("Brest", "Other things")


def test_a_cluster_page_asks_as_often_for_twenty_rows_below_it(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cluster = whole_cluster()

    def one_more() -> None:
        make.leader(cluster=cluster)
        make.membership(cluster=cluster)
        make.partnership(cluster=cluster, through=make.organisation())
        make.project(clusters=[cluster])

    one_more()
    client.get(change_address(cluster))
    for _ in range(2):
        with django_assert_num_queries(16):
            client.get(change_address(cluster))
        for _ in range(19):
            one_more()


# --- People and what is known --------------------------------------------------------------


def test_a_leader_stays_with_the_cluster_and_in_office(client: Client) -> None:
    cluster, other = make.cluster(), make.cluster()
    data = {"cluster": cluster.pk, "name": "Ana Lind", "role": "president"}
    assert not add(client, Leader, **data)
    leader = Leader.objects.get()
    assert not send(client, change_address(leader), cluster=other.pk, is_active="", role="director")
    leader.refresh_from_db()
    assert (leader.cluster, leader.is_active, leader.role) == (cluster, True, "director")
    page = client.get(change_address(leader)).content.decode()
    assert f"/clusters/{cluster.slug}/people/{leader.ref}/leave/" in page


def test_a_row_of_an_archived_cluster_is_refused(client: Client, desk: User) -> None:
    leader = make.leader(cluster=make.cluster())
    archive(actor=desk, record=leader.cluster, reason="A twin")
    page = send(client, change_address(leader), name="Other")
    assert "is archived: restore it first" in page
    leader.refresh_from_db()
    assert leader.name != "Other"


def test_an_archived_cluster_is_not_offered(client: Client, desk: User) -> None:
    cluster = make.cluster(name="Alpha")
    archive(actor=desk, record=cluster, reason="A twin")
    page = add(client, Leader, cluster=cluster.pk, name="Ana Lind", role="president")
    assert "not one of the available" in page
    picker = "/admin/autocomplete/?app_label=clusters&model_name=leader&field_name=cluster&term="
    assert client.get(picker + "alpha").json()["results"] == []
    make.cluster(name="Mov’eo")
    found = client.get(picker + "moveo").json()["results"]
    assert [each["text"] for each in found] == ["Mov’eo"]


def test_evidence_has_the_person_as_its_author_and_ends_on_its_page(
    client: Client, administrator: User
) -> None:
    typed = {
        "cluster": make.cluster().pk,
        "factor": "technology",
        "dated": "2007-01-01",
        "text": "A patent",
        "source": "A paper",
        "ended_on": "2008-01-01",
        "author": make.user().pk,
    }
    assert not add(client, EvidenceNote, **typed)
    note = EvidenceNote.objects.get()
    assert (note.author, note.ended_on) == (administrator, None)
    assert "/end/" in client.get(change_address(note)).content.decode()


def test_a_note_to_the_desk_is_written_once_and_answered_on_its_page(
    client: Client, administrator: User
) -> None:
    cluster = make.cluster()
    assert not add(client, CorrectionNote, cluster=cluster.pk, text="Look", answer="Done")
    note = CorrectionNote.objects.get()
    assert (note.by, note.is_open, note.answer) == (administrator, True, "")
    assert client.post(change_address(note), {"text": "Other"}).status_code == 403
    assert f"/notes/{note.ref}/answer/" in client.get(change_address(note)).content.decode()


# --- Organisations and ties ----------------------------------------------------------------


def test_an_organisation_is_made_and_nobody_makes_it_confidential_by_hand(client: Client) -> None:
    assert not add(client, Organisation, name="Nestlé", kind="large", country="CH", restricted="on")
    organisation = Organisation.objects.get()
    assert not organisation.restricted
    hits = client.get(address(Organisation) + "?q=NESTLE").context["cl"].result_count
    assert hits == 1
    make.hidden(organisation)
    page = client.get(address(Organisation) + "?q=nestle").content.decode()
    assert "Nestlé" in page  # an administrator sees confidential records


def test_a_tie_keeps_its_organisation_and_ends_on_its_page(client: Client) -> None:
    organisation, other, cluster = make.organisation(), make.organisation(), make.cluster()
    typed = {"cluster": cluster.pk, "organisation": organisation.pk, "kind": "member"}
    assert not add(client, Membership, **typed, until_year=2005)
    tie = Membership.objects.get()
    assert tie.until_year is None
    assert not send(client, change_address(tie), organisation=other.pk, until_year=2005, source="A")
    tie.refresh_from_db()
    assert (tie.organisation, tie.until_year, tie.source) == (organisation, None, "A")
    assert "The organisation is already a member" in add(client, Membership, **typed)
    assert Membership.objects.count() == 1


def test_a_partnership_names_an_organisation_or_a_number(client: Client) -> None:
    cluster = make.cluster()
    page = add(client, Partnership, cluster=cluster.pk)
    assert "Give either the organisation or a number" in page
    assert not add(client, Partnership, cluster=cluster.pk, unnamed_count=3)
    assert Partnership.objects.get().partner_name == "3 partners, names not given"


# --- Projects ----------------------------------------------------------------------------


def test_a_project_is_made_with_its_clusters_and_its_status_moves_on_its_page(
    client: Client, administrator: User
) -> None:
    lead, other = make.cluster(), make.cluster()
    typed = {"name": "Foremost", "kind": "rd", "status": "under way", "clusters": [other.pk]}
    assert not add(client, Project, **typed, lead=lead.pk, starts_precision="day")
    project = Project.objects.get()
    assert project.log.get().actor == administrator
    assert [(link.cluster, link.is_lead) for link in project.cluster_links.all()] == [
        (lead, True),
        (other, False),
    ]
    forged = {"status": "cancelled", "restricted": "on", "summary": "Chips"}
    assert not send(client, change_address(project), **forged, lead=other.pk, clusters=[])
    project.refresh_from_db()
    assert (project.status, project.restricted) == (ProjectStatus.UNDER_WAY, False)
    assert project.summary == "Chips"
    assert project.cluster_links.get().cluster == other
    assert (
        f"/projects/{project.ref}/status/" in client.get(change_address(project)).content.decode()
    )


def test_a_project_without_a_cluster_is_refused_at_the_field(client: Client) -> None:
    page = add(client, Project, name="Foremost", lead="", clusters=[])
    assert "Choose at least one cluster." in page
    assert page.endswith("at: clusters")
    assert not Project.objects.exists()


def test_a_seat_opens_only_in_a_project_that_can_be_joined(client: Client) -> None:
    training = make.project(kind=ProjectKind.TRAINING)
    page = add(client, OpenSeat, project=training.pk, title="A partner")
    assert "Only an R&D project that is under way has open seats." in page
    assert not OpenSeat.objects.exists()

    page = send(client, change_address(training), **row("seats", 0, title="A partner"))
    assert "Only an R&D project that is under way has open seats." in page
    assert not OpenSeat.objects.exists()

    project = make.project()
    assert not send(client, change_address(project), **row("seats", 0, title="A partner"))
    assert OpenSeat.objects.get().project == project


def test_a_seat_that_is_not_open_is_read_only(client: Client) -> None:
    seat = make.seat(project=make.project(), withdrawn_on=timezone.localdate())
    assert client.post(change_address(seat), {"title": "X"}).status_code == 403
    assert "/reopen/" in client.get(change_address(seat)).content.decode()
    listed = client.get(address(OpenSeat) + "?state=withdrawn").context["cl"].result_count
    assert listed == 1
    assert client.get(address(OpenSeat) + "?state=open").context["cl"].result_count == 0


def test_a_partner_needs_a_source_and_opens_a_hidden_one(client: Client) -> None:
    project, organisation = make.project(), make.organisation()
    hidden = make.hidden(make.partner(project=project, organisation=organisation))
    typed = {"project": project.pk, "organisation": organisation.pk, "role": "partner"}
    assert "This field is required" in add(client, ProjectPartner, **typed)
    assert not add(client, ProjectPartner, **typed, source="A paper")
    hidden.refresh_from_db()
    assert (hidden.restricted, hidden.source) == (False, "A paper")
    assert ProjectPartner.objects.count() == 1


# --- Money -------------------------------------------------------------------------------


def programme_data(**typed: Any) -> dict[str, Any]:
    return {
        "name": "Clusters 2006-2008",
        "first_year": 2006,
        "last_year": 2008,
        "total_millions": 1500,
        "currency": "EUR",
        "source": "The text",
    } | typed


def line(at: int, **typed: Any) -> dict[str, Any]:
    label = {"label_en": f"Source {at}", "label_fr": f"Source {at}", "amount_millions": 100}
    return row("lines", at, **label | typed)


def test_a_programme_is_written_with_its_lines_in_their_order(client: Client) -> None:
    two = line(0, place=2) | line(1, place=1)
    assert not add(client, FundingProgramme, **programme_data(), **two)
    programme = FundingProgramme.objects.get()
    assert programme.slug == "clusters-2006-2008"
    assert [each.label_en for each in programme.lines.all()] == ["Source 1", "Source 0"]
    assert not send(client, change_address(programme), **{"lines-0-place": "9"})
    assert [each.label_en for each in programme.lines.all()] == ["Source 0", "Source 1"]
    assert [each.order for each in programme.lines.all()] == [1, 2]


def test_lines_above_the_total_are_refused_at_it(client: Client) -> None:
    data = programme_data(total_millions=50)
    page = add(client, FundingProgramme, **data, **line(0))
    assert "The lines add up to more than the total." in page
    assert not FundingProgramme.objects.exists()


def test_a_call_is_written_with_its_conditions(client: Client) -> None:
    typed = {"name": "Call 1", "opens_on": "2007-01-01", "closes_on": "2006-01-01"}
    page = add(client, Call, **typed, **row("conditions", 0, text="Two partners"))
    assert "A call must not close before it opens." in page
    typed["closes_on"] = "2007-02-01"
    assert not add(client, Call, **typed, **row("conditions", 0, text="Two partners"))
    assert [each.text for each in Call.objects.get().conditions.all()] == ["Two partners"]


def test_reference_data_keeps_its_keys(client: Client) -> None:
    typed = {"key": "ict", "label_en": "ICT", "label_fr": "TIC"}
    assert not add(client, Sector, **typed)
    sector = Sector.objects.get()
    assert not send(client, change_address(sector), key="other", label_fr="TICs")
    sector.refresh_from_db()
    assert (sector.key, sector.label_fr) == ("ict", "TICs")
    rate = {"currency": "USD", "year": 2007, "per_euro": "1.37", "days": 255, "source": "ECB"}
    assert not add(client, ExchangeRate, **rate)
    assert "already" in add(client, ExchangeRate, **rate)


def test_nothing_is_written_by_somebody_who_only_looks_after_clusters(desk: User) -> None:
    client = signed_in(desk)
    cluster = make.cluster()
    assert client.post(change_address(cluster), {"name": "X"}, follow=True).status_code == 403
    cluster.refresh_from_db()
    assert cluster.name != "X"
