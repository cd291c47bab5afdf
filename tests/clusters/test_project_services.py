"""Services of projects, partners, seats, grants, programmes and calls."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from clusters.choices import ProjectStatus
from clusters.models import (
    Call,
    FundingLine,
    FundingProgramme,
    Grant,
    OpenSeat,
    Project,
    ProjectPartner,
)
from clusters.services import archiving, funding, projects
from ifa_crm.staff.models import User
from tests import make
from tests.clusters.test_services import _refused

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)
_S = ProjectStatus


def test_new_project_has_its_clusters_and_its_first_log(desk: User) -> None:
    lead, other = make.cluster(), make.cluster()
    project = projects.save_project(
        actor=desk, project=Project(name="P"), clusters=[other, lead], lead=lead
    )
    links = {link.cluster: link.is_lead for link in project.cluster_links.all()}
    assert links == {lead: True, other: False}
    assert [(m.from_state, m.to_state, m.actor) for m in project.log.all()] == [
        ("", "proposed", desk)
    ]


def test_project_needs_a_cluster(desk: User) -> None:
    with pytest.raises(ValidationError) as error:
        projects.save_project(actor=desk, project=Project(name="P"), clusters=[], lead=None)
    assert _refused(error) == {"cluster_needed"}
    assert not Project.objects.exists()


def test_lead_passes_to_another_cluster_or_to_none(desk: User) -> None:
    first, second, third = make.cluster(), make.cluster(), make.cluster()
    project = make.project(clusters=[first, second])
    for lead, others in ((second, [first]), (third, [second]), (None, [first]), (first, [])):
        projects.save_project(actor=desk, project=project, clusters=others, lead=lead)
        links = {link.cluster: link.is_lead for link in project.cluster_links.all()}
        assert links == dict.fromkeys(others, False) | ({lead: True} if lead else {})


def test_edit_does_not_move_a_project(desk: User) -> None:
    project = make.project()
    project.status = _S.COMPLETED
    projects.save_project(
        actor=desk, project=project, clusters=list(project.clusters.all()), lead=None
    )
    project.refresh_from_db()
    assert project.status == _S.UNDER_WAY


@pytest.mark.parametrize("before", list(_S))
@pytest.mark.parametrize("after", list(_S))
def test_status_moves_with_a_reason_where_one_is_due(desk: User, before: _S, after: _S) -> None:
    project = make.project(status=before)
    expected = after in projects.EXPECTED[before]
    if before == after or not expected:
        with pytest.raises(ValidationError) as error:
            projects.change_status(actor=desk, project=project, to=after)
        assert _refused(error) == {"same" if before == after else "reason_needed"}
    if before != after:
        reason = "" if expected else "Because."
        moved = projects.change_status(actor=desk, project=project, to=after, reason=reason)
        assert moved.status == after
        log = project.log.get()
        assert (log.from_state, log.to_state, log.actor) == (before, after, desk)
        assert log.reason == reason


# --- Partners ----------------------------------------------------------------------------


def test_new_partner_takes_an_open_seat(desk: User) -> None:
    project = make.project()
    seat = make.seat(project=project)
    partner = projects.save_partner(
        actor=desk,
        partner=ProjectPartner(project=project, organisation=make.organisation(), source="x"),
        seat=seat,
    )
    seat.refresh_from_db()
    assert (seat.filled_by, seat.filled_on) == (partner, timezone.localdate())


def test_seat_of_another_project_is_refused_and_nothing_written(desk: User) -> None:
    partner = ProjectPartner(project=make.project(), organisation=make.organisation())
    with pytest.raises(ValidationError) as error:
        projects.save_partner(actor=desk, partner=partner, seat=make.seat(project=make.project()))
    assert _refused(error) == {"other_project"}
    assert not ProjectPartner.objects.exists()


def test_partner_is_there_once(desk: User) -> None:
    partner = make.partner(project=make.project())
    again = ProjectPartner(project=partner.project, organisation=partner.organisation)
    with pytest.raises(ValidationError) as error:
        projects.save_partner(actor=desk, partner=again)
    assert _refused(error) == {"organisation"}


def test_hidden_partner_never_warns_the_typist(desk: User) -> None:
    """The desk learns from a paper what a confidential lead knows already."""
    hidden = make.hidden(make.partner(project=make.project()))
    typed = ProjectPartner(
        project=hidden.project, organisation=hidden.organisation, source="A paper"
    )
    saved = projects.save_partner(actor=desk, partner=typed)
    assert saved == hidden
    assert saved in ProjectPartner.objects.visible_to(desk)
    assert ProjectPartner.objects.count() == 1


def test_hidden_twin_does_not_show_when_a_partner_comes_back(desk: User, adviser: User) -> None:
    partner = make.partner(project=make.project(), joined_on=TODAY - dt.timedelta(days=9))
    projects.leave_partner(actor=desk, partner=partner, left_on=TODAY - dt.timedelta(days=2))
    twin = make.hidden(
        make.partner(project=partner.project, organisation=partner.organisation, joined_on=TODAY),
        adviser,
    )
    projects.return_partner(actor=desk, partner=partner)
    assert list(partner.project.partners.present()) == [partner]
    assert ProjectPartner.objects.visible_to(desk).get(project=partner.project) == partner
    twin.refresh_from_db()
    assert (twin.restricted, twin.left_on) == (True, timezone.localdate())


def test_open_twin_is_said_when_a_partner_comes_back(desk: User) -> None:
    partner = make.partner(project=make.project())
    projects.leave_partner(actor=desk, partner=partner, left_on=TODAY)
    make.partner(project=partner.project, organisation=partner.organisation)
    with pytest.raises(ValidationError):
        projects.return_partner(actor=desk, partner=partner)


def test_partner_leaves_and_comes_back(desk: User) -> None:
    partner = make.partner(project=make.project(), joined_on=TODAY)
    with pytest.raises(ValidationError):
        projects.leave_partner(actor=desk, partner=partner, left_on=TODAY - dt.timedelta(days=1))
    with pytest.raises(ValidationError) as error:
        projects.leave_partner(actor=desk, partner=partner, left_on=dt.date(2999, 1, 1))
    assert _refused(error) == {"ahead"}
    projects.leave_partner(actor=desk, partner=partner, left_on=TODAY)
    assert partner not in ProjectPartner.objects.present()
    with pytest.raises(ValidationError) as error:
        projects.leave_partner(actor=desk, partner=partner, left_on=TODAY)
    assert _refused(error) == {"left"}
    projects.return_partner(actor=desk, partner=partner)
    assert partner in ProjectPartner.objects.present()
    with pytest.raises(ValidationError) as error:
        projects.return_partner(actor=desk, partner=partner)
    assert _refused(error) == {"not_left"}


# --- Seats -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [{"status": "proposed"}, {"status": "completed"}, {"kind": "training"}, {"kind": "agenda"}],
    ids=str,
)
def test_seat_opens_only_where_one_can_join(desk: User, fields: dict[str, Any]) -> None:
    seat = OpenSeat(project=make.project(**fields), title="Wanted")
    with pytest.raises(ValidationError) as error:
        projects.save_seat(actor=desk, seat=seat)
    assert _refused(error) == {"not_joinable"}


def test_seat_is_withdrawn_and_opened_again(desk: User) -> None:
    seat = projects.save_seat(actor=desk, seat=OpenSeat(project=make.project(), title="Wanted"))
    withdrawn = projects.withdraw_seat(actor=desk, seat=seat)
    assert withdrawn.state_on(TODAY) == "withdrawn"
    for act in (projects.withdraw_seat, projects.save_seat):
        with pytest.raises(ValidationError) as error:
            act(actor=desk, seat=withdrawn)
        assert _refused(error) == {"not_open"}
    assert projects.reopen_seat(actor=desk, seat=seat).state_on(TODAY) == "open"
    with pytest.raises(ValidationError) as error:
        projects.reopen_seat(actor=desk, seat=seat)
    assert _refused(error) == {"not_withdrawn"}


def test_seat_does_not_open_again_in_a_project_that_ended(desk: User) -> None:
    seat = make.seat(project=make.project(status="completed"), withdrawn_on=TODAY)
    with pytest.raises(ValidationError) as error:
        projects.reopen_seat(actor=desk, seat=seat)
    assert _refused(error) == {"not_joinable"}


def test_filled_seat_stays_as_it_is(desk: User) -> None:
    project = make.project()
    seat = make.seat(project=project)
    projects.fill_seat(seat=seat, partner=make.partner(project=project), day=TODAY)
    for refused in (
        lambda: projects.withdraw_seat(actor=desk, seat=seat),
        lambda: projects.fill_seat(seat=seat, partner=make.partner(project=project), day=TODAY),
    ):
        with pytest.raises(ValidationError) as error:
            refused()
        assert _refused(error) == {"not_open"}


def test_nothing_is_added_to_an_archived_project(desk: User) -> None:
    project = archiving.archive(actor=desk, record=make.project(), reason="x")
    organisation = make.organisation()
    for refused in (
        lambda: projects.save_project(
            actor=desk, project=project, clusters=[], lead=make.cluster()
        ),
        lambda: projects.change_status(actor=desk, project=project, to=_S.COMPLETED),
        lambda: projects.save_partner(
            actor=desk, partner=ProjectPartner(project=project, organisation=organisation)
        ),
        lambda: projects.save_seat(actor=desk, seat=OpenSeat(project=project, title="x")),
        lambda: projects.save_grant(
            actor=desk, grant=Grant(project=project, amount=1, granted_on=TODAY)
        ),
    ):
        with pytest.raises(ValidationError) as error:
            refused()
        assert _refused(error) == {"archived"}


# --- Funding -----------------------------------------------------------------------------


def _line(amount: int, **fields: Any) -> FundingLine:
    return FundingLine(label_en=f"{amount}", label_fr=f"{amount}", amount_millions=amount, **fields)


def _new_programme(desk: User, *amounts: int) -> FundingProgramme:
    programme = FundingProgramme(
        name="Clusters 2026", first_year=2026, last_year=2028, total_millions=100, source="x"
    )
    return funding.save_programme(
        actor=desk, programme=programme, lines=[_line(amount) for amount in amounts]
    )


def test_programme_keeps_its_lines_in_their_order(desk: User) -> None:
    programme = _new_programme(desk, 60, 30)
    assert programme.slug == "clusters-2026"
    first, second = programme.lines.all()
    funding.save_programme(actor=desk, programme=programme, lines=[second, _line(5), first])
    kept = [(line.order, line.amount_millions) for line in programme.lines.all()]
    assert kept == [(1, 30), (2, 5), (3, 60)]
    funding.save_programme(actor=desk, programme=programme, lines=[second])
    assert programme.lines.get() == second


def test_lines_do_not_exceed_the_total(desk: User) -> None:
    with pytest.raises(ValidationError) as error:
        _new_programme(desk, 60, 41)
    assert _refused(error) == {"above_total"}
    assert not FundingProgramme.objects.exists()


def test_call_has_its_conditions_in_their_order(desk: User) -> None:
    call = Call(name="C", opens_on=TODAY, closes_on=TODAY)
    for conditions in (["a", "b"], ["b", "c", "d"], ["d"], []):
        funding.save_call(actor=desk, call=call, conditions=conditions)
        assert [row.text for row in call.conditions.all()] == conditions


def test_grant_is_recorded(desk: User) -> None:
    grant = Grant(project=make.project(), amount=5, granted_on=TODAY)
    assert projects.save_grant(actor=desk, grant=grant).pk


def test_only_the_desk_writes(adviser: User, viewer: User) -> None:
    project = make.project()
    seat, partner = make.seat(project=project), make.partner(project=project)
    grant, call, programme = make.grant(project=project), make.call(), make.programme()
    for who in (adviser, viewer):
        by: dict[str, Any] = {"actor": who}
        writes = [
            lambda by=by: projects.save_project(**by, project=project, clusters=[], lead=None),
            lambda by=by: projects.change_status(**by, project=project, to=_S.COMPLETED),
            lambda by=by: projects.save_partner(**by, partner=partner),
            lambda by=by: projects.leave_partner(**by, partner=partner, left_on=TODAY),
            lambda by=by: projects.return_partner(**by, partner=partner),
            lambda by=by: projects.save_seat(**by, seat=seat),
            lambda by=by: projects.withdraw_seat(**by, seat=seat),
            lambda by=by: projects.reopen_seat(**by, seat=seat),
            lambda by=by: projects.save_grant(**by, grant=grant),
            lambda by=by: funding.save_programme(**by, programme=programme, lines=[]),
            lambda by=by: funding.save_call(**by, call=call, conditions=[]),
        ]
        for write in writes:
            with pytest.raises(PermissionDenied):
                write()
