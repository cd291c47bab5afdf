"""Services of clusters, facts, leaders, evidence, notes, ties and archiving."""

import datetime as dt
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model
from django.utils import timezone

from clusters.choices import FactField, Standing
from clusters.models import (
    Cluster,
    CorrectionNote,
    EvidenceNote,
    Leader,
    Membership,
    Organisation,
    Partnership,
)
from clusters.services import archiving, clusters, ties
from ifa_crm.shared.acting import acting
from ifa_crm.shared.extend import register_archive_check
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


def new_cluster(desk: User, **fields: Any) -> Cluster:
    given = {"name": f"New {make.number()}", "specialty": "things", "tier": "national"} | fields
    return clusters.save_cluster(
        actor=desk, cluster=Cluster(**given), sectors=[make.sector()], regions=[make.region()]
    )


def _refused(error: Any) -> set[str]:
    """Codes of a refusal, wherever they stand."""
    refusal = error.value
    if hasattr(refusal, "error_dict"):
        return {str(e.code) for errors in refusal.error_dict.values() for e in errors}
    return {str(e.code) for e in refusal.error_list}


# --- Clusters ----------------------------------------------------------------------------


def test_new_cluster_gets_address_links_and_checked_facts(desk: User) -> None:
    main, other = make.region(), make.region()
    cluster = clusters.save_cluster(
        actor=desk,
        cluster=Cluster(
            name="Q@LI Pôle d’Été / X", specialty="x", tier="national", website="www.example.org"
        ),
        sectors=[make.sector()],
        regions=[main, other],
    )
    assert cluster.slug == "qali-pole-dete-x"
    assert [link.region for link in cluster.region_links.all()] == [main, other]
    assert cluster.sector_links.get().beyond_source
    facts = {fact.field: fact for fact in cluster.facts.all()}
    assert set(facts) == {FactField.REGIONS, FactField.SECTORS, FactField.WEBSITE}
    assert {fact.checked_by for fact in facts.values()} == {desk}
    assert {fact.checked_on for fact in facts.values()} == {timezone.localdate()}


@pytest.mark.parametrize("name", ["New", "about", "Calls", "Funding", "options", "map"])
def test_address_avoids_the_words_of_other_pages(name: str) -> None:
    assert clusters.address_for(name) == f"{name.lower()}-2"


def test_address_is_numbered_when_taken(desk: User) -> None:
    first, second = new_cluster(desk, name="Vert"), new_cluster(desk, name="Vert!")
    assert (first.slug, second.slug) == ("vert", "vert-2")


def test_taken_name_is_refused_at_the_name(desk: User) -> None:
    new_cluster(desk, name="Vert")
    with pytest.raises(ValidationError) as error:
        new_cluster(desk, name="Vert")
    assert "name" in _refused(error)
    assert Cluster.objects.count() == 1


def test_changed_facts_count_as_checked_others_do_not(desk: User) -> None:
    cluster = make.cluster(website="www.old.example")
    untouched = make.fact(cluster=cluster, field=FactField.SEAT)
    changed = make.fact(cluster=cluster, field=FactField.WEBSITE)
    cluster.website = "www.new.example"
    clusters.save_cluster(actor=desk, cluster=cluster, sectors=[], regions=[])
    changed.refresh_from_db()
    untouched.refresh_from_db()
    assert (changed.checked_by, untouched.checked_on) == (desk, None)


def test_changed_links_stand_in_the_history(desk: User) -> None:
    cluster, region = new_cluster(desk), make.region(name="Alsace")
    with acting(desk):
        clusters.save_cluster(actor=desk, cluster=cluster, sectors=[], regions=[region])
    entry = LogEntry.objects.get_for_object(cluster).filter(changes__has_key="regions").first()
    assert entry is not None
    assert entry.changes["regions"][1] == "Alsace"
    assert entry.actor == desk


def test_regions_change_their_order(desk: User) -> None:
    cluster = new_cluster(desk)
    first, second, third = make.region(), make.region(), make.region()
    for wanted in ([first, second], [second, first, third], [third], [first, third]):
        clusters.save_cluster(actor=desk, cluster=cluster, sectors=[], regions=wanted)
        links = cluster.region_links.order_by("rank")
        assert [(link.rank, link.region) for link in links] == list(enumerate(wanted, start=1))


def test_new_name_reaches_the_leaders_search(desk: User) -> None:
    cluster = new_cluster(desk)
    leader = make.leader(cluster=cluster)
    cluster.name = "Zebra"
    clusters.save_cluster(actor=desk, cluster=cluster, sectors=[], regions=[])
    assert leader in Leader.objects.search("zebra")


@pytest.mark.parametrize("field", clusters.PUBLISHED)
def test_what_was_published_stays(desk: User, field: str) -> None:
    cluster = make.cluster(source_line=1, tier="international")
    setattr(cluster, field, "national")
    with pytest.raises(ValidationError) as error:
        clusters.save_cluster(actor=desk, cluster=cluster, sectors=[], regions=[])
    assert _refused(error) == {"published"}


def test_archived_cluster_is_restored_before_it_is_changed(desk: User) -> None:
    cluster = archiving.archive(actor=desk, record=make.cluster(), reason="x")
    writes = [
        lambda: clusters.save_cluster(actor=desk, cluster=cluster, sectors=[], regions=[]),
        lambda: clusters.save_leader(actor=desk, leader=Leader(cluster=cluster, name="A")),
        lambda: clusters.save_evidence(actor=desk, note=EvidenceNote(cluster=cluster)),
        lambda: clusters.check_facts(actor=desk, cluster=cluster, fields=["seat"]),
        lambda: clusters.write_note(actor=desk, cluster=cluster, text="x"),
        lambda: ties.save_tie(actor=desk, tie=Membership(cluster=cluster)),
    ]
    for write in writes:
        with pytest.raises(ValidationError) as error:
            write()
        assert _refused(error) == {"archived"}


# --- Facts -------------------------------------------------------------------------------


def test_checked_facts_say_by_whom_and_when(desk: User) -> None:
    cluster = make.cluster()
    for field in (FactField.SEAT, FactField.WEBSITE, FactField.FATE):
        make.fact(cluster=cluster, field=field)
    count = clusters.check_facts(actor=desk, cluster=cluster, fields=["seat", "website"])
    assert count == 2
    checked = cluster.facts.filter(checked_on=timezone.localdate(), checked_by=desk)
    assert {fact.field for fact in checked} == {"seat", "website"}


def test_described_fact_counts_as_checked(desk: User) -> None:
    fact = clusters.save_fact(actor=desk, fact=make.fact(cluster=make.cluster()))
    assert (fact.checked_by, fact.checked_on) == (desk, timezone.localdate())


# --- Leaders and evidence ----------------------------------------------------------------


def test_leader_leaves_office_and_comes_back(desk: User) -> None:
    leader = make.leader(cluster=make.cluster())
    clusters.end_leader(actor=desk, leader=leader)
    assert leader not in Leader.objects.active()
    with pytest.raises(ValidationError) as error:
        clusters.end_leader(actor=desk, leader=leader)
    assert _refused(error) == {"same"}
    clusters.return_leader(actor=desk, leader=leader)
    assert leader in Leader.objects.active()


def test_evidence_has_its_author_and_ends(desk: User, manager: User) -> None:
    note = EvidenceNote(
        cluster=make.cluster(),
        factor="strategy",
        dated=dt.date(2007, 1, 1),
        text="Plan",
        source="A paper",
    )
    clusters.save_evidence(actor=desk, note=note)
    clusters.save_evidence(actor=manager, note=note)
    assert note.author == desk
    clusters.end_evidence(actor=desk, note=note, ended_on=dt.date(2020, 1, 1))
    assert note not in EvidenceNote.objects.standing()
    clusters.end_evidence(actor=desk, note=note, ended_on=None)
    assert note in EvidenceNote.objects.standing()


@pytest.mark.parametrize("day", [dt.date(2006, 12, 31), dt.date(2999, 1, 1)])
def test_evidence_ends_between_its_date_and_today(desk: User, day: dt.date) -> None:
    note = make.evidence(cluster=make.cluster(), dated=dt.date(2007, 1, 1))
    with pytest.raises(ValidationError):
        clusters.end_evidence(actor=desk, note=note, ended_on=day)


# --- Notes to the desk -------------------------------------------------------------------


def test_note_waits_for_the_desk_officer_of_the_cluster(adviser: User, desk: User) -> None:
    other_desk = make.user(role=Role.DESK)
    mine, nobodys = make.cluster(desk_officer=desk), make.cluster()
    notes = [
        clusters.write_note(actor=adviser, cluster=each, text=" Wrong ") for each in (mine, nobodys)
    ]
    assert notes[0].text == "Wrong"
    assert set(CorrectionNote.objects.open_for(desk)) == set(notes)
    assert set(CorrectionNote.objects.open_for(other_desk)) == {notes[1]}
    assert not CorrectionNote.objects.open_for(adviser)


def test_note_of_a_desk_officer_who_left_waits_for_everybody(adviser: User, desk: User) -> None:
    gone = make.user(role=Role.DESK, is_active=False)
    note = clusters.write_note(actor=adviser, cluster=make.cluster(desk_officer=gone), text="Wrong")
    assert note in CorrectionNote.objects.open_for(desk)


def test_note_is_answered_once(adviser: User, desk: User) -> None:
    note = clusters.write_note(actor=adviser, cluster=make.cluster(), text="Wrong")
    clusters.answer_note(actor=desk, note=note, answer="Changed.")
    note.refresh_from_db()
    assert (note.done_by, note.answer, note.is_open) == (desk, "Changed.", False)
    assert not CorrectionNote.objects.open_for(desk)
    with pytest.raises(ValidationError) as error:
        clusters.answer_note(actor=desk, note=note)
    assert _refused(error) == {"done"}


def test_viewer_writes_no_note(viewer: User) -> None:
    with pytest.raises(PermissionDenied):
        clusters.write_note(actor=viewer, cluster=make.cluster(), text="x")


# --- Ties --------------------------------------------------------------------------------


def _membership() -> Membership:
    return make.membership(cluster=make.cluster())


def _partnership() -> Partnership:
    return make.partnership(cluster=make.cluster())


@pytest.mark.parametrize("maker", [_membership, _partnership])
def test_tie_ends_and_goes_on(desk: User, maker: Any) -> None:
    tie = maker()
    ended = ties.end_tie(actor=desk, tie=tie, until_year=2008)
    assert ended.until_year == 2008
    assert tie not in type(tie).objects.current()
    with pytest.raises(ValidationError) as error:
        ties.end_tie(actor=desk, tie=tie, until_year=2009)
    assert _refused(error) == {"ended"}
    assert ties.resume_tie(actor=desk, tie=tie).until_year is None
    with pytest.raises(ValidationError) as error:
        ties.resume_tie(actor=desk, tie=tie)
    assert _refused(error) == {"not_ended"}


def test_tie_does_not_end_in_a_year_ahead(desk: User) -> None:
    with pytest.raises(ValidationError) as error:
        ties.end_tie(actor=desk, tie=_membership(), until_year=2999)
    assert _refused(error) == {"ahead"}


def test_tie_does_not_go_on_beside_a_new_one(desk: User) -> None:
    old = make.membership(cluster=make.cluster(), until_year=2007)
    make.membership(cluster=old.cluster, organisation=old.organisation)
    with pytest.raises(ValidationError) as error:
        ties.resume_tie(actor=desk, tie=old)
    assert _refused(error) == {"organisation"}


def test_archived_organisation_becomes_no_member(desk: User) -> None:
    gone = archiving.archive(actor=desk, record=make.organisation(), reason="x")
    tie = Membership(cluster=make.cluster(), organisation=gone, kind="member")
    with pytest.raises(ValidationError) as error:
        ties.save_tie(actor=desk, tie=tie)
    assert _refused(error) == {"archived"}


# --- Archiving ---------------------------------------------------------------------------

MAKERS = {
    "cluster": make.cluster,
    "organisation": make.organisation,
    "project": make.project,
    "call": make.call,
}
each_kind = pytest.mark.parametrize("kind", MAKERS)


@each_kind
def test_archived_with_who_when_and_why_and_restored(desk: User, kind: str) -> None:
    record = archiving.archive(actor=desk, record=MAKERS[kind](), reason=" Twice ")
    assert (record.archived_by, record.archive_reason) == (desk, "Twice")
    assert record in type(record).objects.archived()
    with pytest.raises(ValidationError) as error:
        archiving.archive(actor=desk, record=record, reason="x")
    assert _refused(error) == {"archived"}
    assert not archiving.restore(actor=desk, record=record).is_archived
    with pytest.raises(ValidationError) as error:
        archiving.restore(actor=desk, record=record)
    assert _refused(error) == {"not_archived"}


@each_kind
def test_archiving_needs_a_reason(desk: User, kind: str) -> None:
    with pytest.raises(ValidationError) as error:
        archiving.archive(actor=desk, record=MAKERS[kind](), reason="  ")
    assert _refused(error) == {"reason_needed"}


def test_name_taken_meanwhile_keeps_a_cluster_archived(desk: User) -> None:
    old = archiving.archive(actor=desk, record=make.cluster(name="Vert"), reason="x")
    make.cluster(name="Vert")
    with pytest.raises(ValidationError) as error:
        archiving.restore(actor=desk, record=old)
    assert _refused(error) == {"name"}
    assert old in Cluster.objects.archived()


def _in_project() -> Organisation:
    return make.partner(project=make.project()).organisation


def _carrying() -> Organisation:
    carrier = make.organisation()
    make.partnership(cluster=make.cluster(), through=carrier)
    return carrier


@pytest.mark.parametrize(
    "busy",
    [
        lambda: make.project().clusters.get(),
        lambda: _membership().organisation,
        lambda: _partnership().organisation,
        _carrying,
        _in_project,
    ],
    ids=["cluster in a project", "member", "partner abroad", "carrier", "project partner"],
)
def test_archiving_is_refused_while_something_rests_on_it(desk: User, busy: Any) -> None:
    record = busy()
    with pytest.raises(ValidationError) as error:
        archiving.archive(actor=desk, record=record, reason="x")
    assert _refused(error) == {"in_use"}
    record.refresh_from_db()
    assert not record.is_archived


def test_what_is_over_does_not_stand_in_the_way(desk: User) -> None:
    project = make.project(status="completed")
    make.membership(cluster=make.cluster(), organisation=make.organisation(), until_year=2007)
    archiving.archive(actor=desk, record=project.clusters.get(), reason="x")


def test_higher_app_says_what_stands_in_the_way(desk: User) -> None:
    """Registered for calls only, which nothing else watches, and silent on all but this one."""
    call = make.call()

    def find(record: Model) -> list[str]:
        return ["It is used."] if record == call else []

    register_archive_check(type(call), find)
    with pytest.raises(ValidationError) as error:
        archiving.archive(actor=desk, record=call, reason="x")
    assert error.value.messages == ["It is used."]


# --- Rights ------------------------------------------------------------------------------


def test_only_the_desk_writes(adviser: User, viewer: User) -> None:
    cluster = make.cluster()
    fact, leader = make.fact(cluster=cluster), make.leader(cluster=cluster)
    note, tie = make.evidence(cluster=cluster), make.membership(cluster=cluster)
    asked = clusters.write_note(actor=adviser, cluster=cluster, text="x")
    for who in (adviser, viewer):
        by: dict[str, Any] = {"actor": who}
        writes = [
            lambda by=by: clusters.save_cluster(**by, cluster=cluster, sectors=[], regions=[]),
            lambda by=by: clusters.save_fact(**by, fact=fact),
            lambda by=by: clusters.check_facts(**by, cluster=cluster, fields=[]),
            lambda by=by: clusters.save_leader(**by, leader=leader),
            lambda by=by: clusters.end_leader(**by, leader=leader),
            lambda by=by: clusters.return_leader(**by, leader=leader),
            lambda by=by: clusters.save_evidence(**by, note=note),
            lambda by=by: clusters.end_evidence(**by, note=note, ended_on=None),
            lambda by=by: clusters.answer_note(**by, note=asked),
            lambda by=by: ties.save_tie(**by, tie=tie),
            lambda by=by: ties.end_tie(**by, tie=tie, until_year=2007),
            lambda by=by: ties.resume_tie(**by, tie=tie),
            lambda by=by: ties.save_organisation(**by, organisation=tie.organisation),
            lambda by=by: archiving.archive(**by, record=cluster, reason="x"),
            lambda by=by: archiving.restore(**by, record=cluster),
        ]
        for write in writes:
            with pytest.raises(PermissionDenied):
                write()


def test_standing_words_match_the_data() -> None:
    assert Standing("label ended") is Standing.LABEL_ENDED
