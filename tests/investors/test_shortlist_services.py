"""A shortlisted cluster through its states: every move allowed or refused, and what it changes."""

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from clusters.choices import Standing
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import (
    DeclineReason,
    LostReason,
    RefusalReason,
    ShortlistState,
    Stage,
)
from investors.gates import NotQualifiedError
from investors.models import Lead, Shortlisting
from investors.services import leads, shortlist, status
from investors.services.events import lock
from tests import make

pytestmark = pytest.mark.django_db

_S = ShortlistState
ACTS: dict[ShortlistState, Callable[[User, Shortlisting], Shortlisting]] = {
    _S.PROPOSED: lambda who, item: shortlist.propose(actor=who, shortlisting=item),
    _S.WANTED: lambda who, item: shortlist.want(actor=who, shortlisting=item),
    _S.REFUSED: lambda who, item: shortlist.refuse(
        actor=who, shortlisting=item, why=RefusalReason.PLACE
    ),
    _S.PUT: lambda who, item: shortlist.put_to_cluster(actor=who, shortlisting=item),
    _S.ACCEPTED: lambda who, item: shortlist.accept(actor=who, shortlisting=item),
    _S.DECLINED: lambda who, item: shortlist.decline(
        actor=who, shortlisting=item, why=DeclineReason.CAPACITY
    ),
    _S.CLOSED: lambda who, item: shortlist.close(actor=who, shortlisting=item, reason="A twin."),
}
# From each state, where one may get by these services. Written out by hand, from the product.
ALLOWED: dict[ShortlistState, set[ShortlistState]] = {
    _S.NOTED: {_S.PROPOSED, _S.WANTED, _S.REFUSED, _S.CLOSED},
    _S.PROPOSED: {_S.WANTED, _S.REFUSED, _S.PUT, _S.ACCEPTED, _S.DECLINED, _S.CLOSED},
    _S.WANTED: {_S.REFUSED, _S.PUT, _S.ACCEPTED, _S.DECLINED, _S.CLOSED},
    _S.REFUSED: {_S.PROPOSED, _S.WANTED, _S.CLOSED},
    _S.PUT: {_S.REFUSED, _S.ACCEPTED, _S.DECLINED, _S.CLOSED},
    _S.ACCEPTED: {_S.REFUSED, _S.DECLINED, _S.CLOSED},
    _S.DECLINED: {_S.PROPOSED, _S.WANTED, _S.PUT, _S.ACCEPTED, _S.CLOSED},
    _S.INTRODUCED: {_S.CLOSED},
    _S.CLOSED: {_S.PROPOSED, _S.WANTED},
}


@pytest.mark.parametrize("state", list(_S))
@pytest.mark.parametrize("to", list(ACTS))
def test_move_from_each_state(state: ShortlistState, to: ShortlistState) -> None:
    item = make.shortlisting(state=state)
    before = item.log.count()
    if to in ALLOWED[state]:
        moved = ACTS[to](make.user(role=Role.MANAGER), item)
        moved.refresh_from_db()
        assert moved.state == to
        last = moved.log.last()
        assert last is not None
        assert (last.from_state, last.to_state) == (state, to)
        assert moved.log.count() == before + 1
        return
    with pytest.raises(ValidationError) as refusal:
        ACTS[to](make.user(role=Role.MANAGER), item)
    assert refusal.value.code == "not_from_here"
    item.refresh_from_db()
    assert item.state == state
    assert item.log.count() == before


@pytest.mark.parametrize("state", list(_S))
def test_page_offers_exactly_what_the_services_allow(state: ShortlistState) -> None:
    assert set(shortlist.moves_from(state)) == ALLOWED[state]


@pytest.mark.parametrize("state", list(_S))
def test_introduction_is_noted_from_every_state(state: ShortlistState) -> None:
    item = make.shortlisting(state=state)
    moves = item.log.count()
    item.lead = lock(item.lead)
    shortlist.note_introduced(actor=make.user(), shortlisting=item)
    item.refresh_from_db()
    assert item.state == _S.INTRODUCED
    assert item.log.count() == moves + (state != _S.INTRODUCED)
    assert Lead.objects.get(pk=item.lead_id).stage == Stage.INTRODUCED


@pytest.mark.parametrize(
    ("state", "to", "passed"),
    [
        (_S.NOTED, _S.WANTED, [_S.PROPOSED]),
        (_S.PROPOSED, _S.PUT, [_S.WANTED]),
        (_S.PROPOSED, _S.ACCEPTED, [_S.WANTED, _S.PUT]),
        (_S.NOTED, _S.REFUSED, [_S.PROPOSED]),
        (_S.PROPOSED, _S.DECLINED, [_S.WANTED, _S.PUT]),
        (_S.NOTED, _S.CLOSED, []),
        (_S.DECLINED, _S.ACCEPTED, []),
    ],
)
def test_log_names_what_was_passed_over(
    state: ShortlistState, to: ShortlistState, passed: list[ShortlistState]
) -> None:
    moved = ACTS[to](make.user(role=Role.MANAGER), make.shortlisting(state=state))
    last = moved.log.last()
    assert last is not None
    assert last.passed_over == [step.value for step in passed]
    assert last.passed_labels == [str(step.label) for step in passed]


@pytest.mark.parametrize("to", [_S.PROPOSED, _S.PUT])
def test_act_outward_needs_the_checklist(to: ShortlistState) -> None:
    manager = make.user(role=Role.MANAGER)
    item = make.shortlisting(lead=make.lead(owner=make.user()))
    if to == _S.PUT:
        item = shortlist.want(actor=manager, shortlisting=item)
    with pytest.raises(NotQualifiedError) as refusal:
        ACTS[to](manager, item)
    assert {gate.key for gate in refusal.value.missing} >= {"sector", "contact", "horizon"}


def test_what_others_say_is_recorded_without_the_checklist() -> None:
    item = make.shortlisting(lead=make.lead(owner=make.user()))
    moved = shortlist.want(actor=make.user(role=Role.MANAGER), shortlisting=item)
    assert moved.state == _S.WANTED


def test_proposing_lifts_the_lead_to_shortlisted() -> None:
    item = make.shortlisting(state=_S.PROPOSED)
    lead = Lead.objects.get(pk=item.lead_id)
    assert lead.stage == Stage.SHORTLISTED
    last = lead.log.filter(kind="stage").last()
    assert last is not None
    assert last.to_state == Stage.SHORTLISTED


def test_noting_and_closing_lift_nothing() -> None:
    item = make.shortlisting(state=_S.CLOSED)
    assert Lead.objects.get(pk=item.lead_id).stage == Stage.QUALIFIED


def test_reasons_go_when_it_moves_on() -> None:
    item = make.shortlisting(state=_S.REFUSED)
    assert item.refused_reason == RefusalReason.PLACE
    again = shortlist.propose(actor=make.user(role=Role.MANAGER), shortlisting=item)
    assert (again.refused_reason, again.declined_reason) == ("", "")


def test_another_reason_must_be_said() -> None:
    item, manager = make.shortlisting(state=_S.PUT), make.user(role=Role.MANAGER)
    with pytest.raises(ValidationError) as refusal:
        shortlist.refuse(actor=manager, shortlisting=item, why=RefusalReason.OTHER)
    assert "reason" in refusal.value.error_dict
    with pytest.raises(ValidationError) as refusal:
        shortlist.decline(actor=manager, shortlisting=item, why=DeclineReason.OTHER, reason=" ")
    assert "reason" in refusal.value.error_dict


def test_closing_must_say_why() -> None:
    item = make.shortlisting()
    with pytest.raises(ValidationError) as refusal:
        shortlist.close(actor=make.user(role=Role.MANAGER), shortlisting=item, reason=" ")
    assert "reason" in refusal.value.error_dict


# --- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", list(ACTS))
@pytest.mark.parametrize("role", list(Role))
def test_move_by_each_role_that_does_not_own_the_lead(role: Role, to: ShortlistState) -> None:
    start = next(state for state, targets in ALLOWED.items() if to in targets)
    item, who = make.shortlisting(state=start), make.user(role=role)
    relayed = to in {_S.PUT, _S.ACCEPTED, _S.DECLINED}
    may = role in {Role.MANAGER, Role.ADMINISTRATOR} or (role is Role.DESK and relayed)
    if may:
        assert ACTS[to](who, item).state == to
    else:
        with pytest.raises(PermissionDenied):
            ACTS[to](who, item)


def test_owner_and_deputy_may_move_and_note(adviser: User, colleague: User) -> None:
    lead = make.qualified_lead(owner=adviser, deputy=colleague)
    item = shortlist.note_cluster(actor=adviser, lead=lead, cluster=make.cluster())
    assert shortlist.propose(actor=colleague, shortlisting=item).state == _S.PROPOSED


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DESK, Role.ADVISER])
def test_noting_is_refused_to_others(role: Role) -> None:
    lead, who = make.lead(owner=make.user()), make.user(role=role)
    with pytest.raises(PermissionDenied):
        shortlist.note_cluster(actor=who, lead=lead, cluster=make.cluster())
    with pytest.raises(PermissionDenied):
        shortlist.note_clusters(actor=who, lead=lead, clusters=[make.cluster()])


def test_closed_lead_does_not_move(adviser: User) -> None:
    item = make.shortlisting(lead=make.qualified_lead(owner=adviser))
    status.lose(actor=adviser, lead=item.lead, reason=LostReason.DROPPED)
    for act in (
        lambda: shortlist.propose(actor=adviser, shortlisting=item),
        lambda: shortlist.note_cluster(actor=adviser, lead=item.lead, cluster=make.cluster()),
    ):
        with pytest.raises(ValidationError) as refusal:
            act()
        assert refusal.value.code == "closed"


def test_archived_lead_does_not_move(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    leads.archive_lead(actor=adviser, lead=lead, reason="A twin.")
    with pytest.raises(ValidationError) as refusal:
        shortlist.note_cluster(actor=adviser, lead=lead, cluster=make.cluster())
    assert refusal.value.code == "archived"


# --- noting --------------------------------------------------------------------------------------


def test_noting_is_logged_and_needs_nothing(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    item = shortlist.note_cluster(actor=adviser, lead=lead, cluster=make.cluster(), why="Fits.")
    assert (item.state, item.why, item.added_by) == (_S.NOTED, "Fits.", adviser)
    first = item.log.get()
    assert (first.from_state, first.to_state, first.actor) == ("", _S.NOTED, adviser)


def test_same_cluster_is_noted_once(adviser: User) -> None:
    item = make.shortlisting(lead=make.lead(owner=adviser))
    with pytest.raises(ValidationError) as refusal:
        shortlist.note_cluster(actor=adviser, lead=item.lead, cluster=item.cluster)
    assert "cluster" in refusal.value.error_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        Shortlisting.objects.create(
            lead=item.lead, cluster=item.cluster, state_since=item.state_since
        )


def test_cluster_that_is_not_offered_is_refused(adviser: User) -> None:
    gone = make.cluster(status_today=Standing.DISSOLVED, ended_year=2006)
    lead = make.lead(owner=adviser)
    for act in (
        lambda: shortlist.note_cluster(actor=adviser, lead=lead, cluster=gone),
        lambda: shortlist.note_clusters(actor=adviser, lead=lead, clusters=[gone]),
    ):
        with pytest.raises(ValidationError) as refusal:
            act()
        assert "cluster" in refusal.value.error_dict
    assert not lead.shortlist.exists()


def test_several_are_noted_and_those_there_stay(adviser: User) -> None:
    item = make.shortlisting(lead=make.qualified_lead(owner=adviser), state=_S.PROPOSED)
    more = [make.cluster(), make.cluster()]
    made = shortlist.note_clusters(
        actor=adviser, lead=item.lead, clusters=[item.cluster, *more], why="All three."
    )
    assert {each.cluster for each in made} == set(more)
    item.refresh_from_db()
    assert item.state == _S.PROPOSED


def test_why_is_written_by_whoever_handles_it(adviser: User, colleague: User) -> None:
    item = make.shortlisting(lead=make.lead(owner=adviser))
    shortlist.explain(actor=adviser, shortlisting=item, why="Against the evidence.")
    item.refresh_from_db()
    assert item.why == "Against the evidence."
    with pytest.raises(PermissionDenied):
        shortlist.explain(actor=colleague, shortlisting=item, why="No.")


# --- constraints ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"state": _S.REFUSED},
        {"state": _S.DECLINED},
        {"refused_reason": RefusalReason.PLACE},
        {"declined_reason": DeclineReason.CAPACITY},
    ],
)
def test_reason_stands_exactly_where_the_state_asks(change: dict[str, str]) -> None:
    item = make.shortlisting()
    with pytest.raises(IntegrityError), transaction.atomic():
        Shortlisting.objects.filter(pk=item.pk).update(**change)
    for name, value in change.items():
        setattr(item, name, value)
    with pytest.raises(ValidationError):
        item.full_clean()
