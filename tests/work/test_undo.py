"""One way back: what nobody changed since comes back, the rest stays and is listed."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from ifa_crm.shared.acting import acting
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from ifa_crm.work.choices import BatchKind, JobState, Undone
from ifa_crm.work.models import Batch, BatchEntry
from ifa_crm.work.services import undo as service
from ifa_crm.work.services.undo import note, open_batch, undo
from ifa_crm.work.tasks import run_job
from ifa_crm.work.undoing import changed, created, deleted, is_same, snapshot
from investors.choices import Confidential, LogKind, LostReason, Priority, Status
from investors.models import Action, Contact, Investor, Lead, LeadLog
from investors.services.leads import assign, edit_lead
from investors.services.noted import noting
from investors.services.status import lose, refer
from tests import make
from tests.conftest import SignIn
from tests.investors.test_concurrency import at_once

pytestmark = pytest.mark.django_db


def batch_of(actor: User, **fields: Any) -> Batch:
    return open_batch(actor=actor, kind=BatchKind.BULK, title="A bulk edit", **fields)


def bulk(actor: User, leads: list[Lead], act: Callable[[Lead], Any]) -> Batch:
    batch = batch_of(actor)
    for lead in leads:
        noting(batch=batch, lead=lead, act=lambda lead=lead: act(lead))  # type: ignore[misc]
    return batch


def lost(actor: User) -> Callable[[Lead], Any]:
    return lambda lead: lose(actor=actor, lead=lead, reason=LostReason.NO_ANSWER)


def urgent(actor: User) -> Callable[[Lead], Any]:
    return lambda lead: edit_lead(actor=actor, lead=lead, changes={"priority": Priority.HIGH})


def values(row: Any) -> dict[str, Any]:
    return snapshot(type(row).objects.get(pk=row.pk))


def test_undo_brings_every_field_and_action_back(manager: User) -> None:
    leads = [make.lead(owner=make.user()) for _ in range(3)]
    before = [values(lead) for lead in leads]
    dues = [Lead.objects.get(pk=lead.pk).next_due for lead in leads]
    batch = bulk(manager, leads, lost(manager))
    assert Lead.objects.filter(status=Status.LOST).count() == 3
    assert Action.objects.open().count() == 0
    undo(actor=manager, batch=batch)
    assert [values(lead) for lead in leads] == before
    assert [Lead.objects.get(pk=lead.pk).next_due for lead in leads] == dues
    assert Action.objects.open().count() == 3
    assert set(batch.entries.values_list("outcome", flat=True)) == {Undone.WHOLLY}


def test_undo_is_logged_as_a_move_and_in_the_history(manager: User) -> None:
    lead = make.lead(owner=make.user())
    batch = bulk(manager, [lead], lost(manager))
    with acting(manager):
        undo(actor=manager, batch=batch)
    move = LeadLog.objects.filter(lead=lead, kind=LogKind.STATUS).latest("pk")
    assert (move.from_state, move.to_state, move.actor) == (Status.LOST, Status.ACTIVE, manager)
    entry = LogEntry.objects.get_for_object(lead).filter(changes__has_key="status").latest("pk")
    assert entry.actor == manager
    assert entry.additional_data == {"reason": f"undo {batch.ref}"}


def test_field_changed_since_stays_and_the_others_come_back(manager: User) -> None:
    lead, heir, late = make.lead(owner=make.user()), make.user(), make.user()
    owner, office = lead.owner, lead.office

    def give(lead: Lead) -> Any:
        urgent(manager)(lead)
        return assign(actor=manager, lead=lead, owner=heir, deputy=None, office=make.office())

    batch = bulk(manager, [lead], give)
    lead.refresh_from_db()
    assign(actor=manager, lead=lead, owner=late, deputy=None, office=lead.office)
    edit_lead(actor=manager, lead=lead, changes={"title": "Another field"})
    undo(actor=manager, batch=batch)
    lead.refresh_from_db()
    assert (lead.owner, lead.title) == (late, "Another field")
    assert (lead.office, lead.priority) == (office, Priority.NORMAL)
    assert lead.owner != owner
    entry = batch.entries.get(content_type__model="lead")
    assert (entry.outcome, entry.kept) == (Undone.PARTLY, ["owner"])


def test_what_constraints_tie_comes_back_together_or_not_at_all(manager: User) -> None:
    lead = make.lead(owner=make.user())
    batch = bulk(manager, [lead], lost(manager))
    Lead.objects.filter(pk=lead.pk).update(lost_reason=LostReason.DROPPED)
    undo(actor=manager, batch=batch)
    lead.refresh_from_db()
    assert (lead.status, lead.lost_reason) == (Status.LOST, LostReason.DROPPED)


def test_subject_that_would_not_be_sound_stays_whole(manager: User) -> None:
    """Its action was touched, so that the lead would come back with nothing to do."""
    lead = make.lead(owner=make.user())
    batch = bulk(manager, [lead], lost(manager))
    Action.objects.filter(lead=lead).update(dropped=False)
    undo(actor=manager, batch=batch)
    lead.refresh_from_db()
    assert lead.status == Status.LOST
    assert set(batch.entries.values_list("outcome", flat=True)) == {Undone.KEPT}
    assert all(batch.entries.values_list("told", flat=True))


def test_leaver_gets_no_lead_back(manager: User) -> None:
    leaver = make.user()
    lead = make.lead(owner=leaver)
    heir = make.user()
    batch = bulk(
        manager,
        [lead],
        lambda lead: assign(actor=manager, lead=lead, owner=heir, deputy=None, office=None),
    )
    leaver.is_active = False
    leaver.save()
    undo(actor=manager, batch=batch)
    lead.refresh_from_db()
    assert lead.owner == heir
    assert "does not handle leads" in batch.entries.filter(outcome=Undone.KEPT)[0].told


def test_row_that_came_with_the_change_goes_with_it(manager: User) -> None:
    lead = make.lead(owner=make.user())
    day = timezone.localdate()
    batch = bulk(
        manager,
        [lead],
        lambda lead: refer(actor=manager, lead=lead, to="Business France", on=day, told=True),
    )
    assert lead.outcomes.count() == 1
    undo(actor=manager, batch=batch)
    assert lead.outcomes.count() == 0


def imported(actor: User) -> tuple[Batch, Lead]:
    batch = batch_of(actor)
    investor = make.investor(actor=actor)
    contact = make.contact(investor=investor)
    lead = make.lead(owner=actor, investor=investor)
    rows = [investor, contact, lead, lead.actions.get()]
    note(batch=batch, entries=[created(type(r).objects.get(pk=r.pk)) for r in rows])
    return batch, lead


def test_untouched_rows_that_were_made_are_gone(adviser: User) -> None:
    batch, _lead = imported(adviser)
    undo(actor=adviser, batch=batch)
    for model in (Lead, Contact, Investor, Action):
        assert not model.objects.exists()
    assert set(batch.entries.values_list("outcome", flat=True)) == {Undone.WHOLLY}


def test_touched_rows_that_were_made_stay_with_what_they_need(adviser: User) -> None:
    batch, lead = imported(adviser)
    edit_lead(actor=adviser, lead=lead, changes={"title": "Worked on"})
    Action.objects.update(what="Call them")
    undo(actor=adviser, batch=batch)
    assert Lead.objects.get().title == "Worked on"
    assert Investor.objects.exists(), "the lead rests on it"
    assert not Contact.objects.exists()
    outcomes = dict(batch.entries.values_list("content_type__model", "outcome"))
    assert outcomes["lead"] == outcomes["investor"] == Undone.KEPT


def test_made_row_on_which_something_rests_stays(adviser: User) -> None:
    batch, lead = imported(adviser)
    make.interaction(lead=lead)
    undo(actor=adviser, batch=batch)
    assert Lead.objects.exists()
    told = batch.entries.get(content_type__model="lead").told
    assert told in {"Something else rests on it by now.", "It was worked on since."}


def test_deleted_row_is_there_again_with_its_key_and_links(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    contact = make.contact(investor=lead.investor)
    said = make.interaction(lead=lead, contacts=[contact])
    before, logged = values(said), said.logged_at
    batch = batch_of(adviser)
    note(batch=batch, entries=[deleted(said, subject=lead, many=["contacts"])])
    key = said.pk
    said.delete()
    undo(actor=adviser, batch=batch)
    again = lead.interactions.get()
    assert again.pk == key
    assert values(again) == before
    assert again.logged_at == logged
    assert list(again.contacts.all()) == [contact]


def test_many_to_many_comes_back(adviser: User) -> None:
    lead, first, second = make.lead(owner=adviser), make.sector(), make.sector()
    lead.sectors.set([first])
    before = snapshot(lead, ["sectors"])
    lead.sectors.set([second])
    batch = batch_of(adviser)
    note(batch=batch, entries=[changed(lead, before)])
    undo(actor=adviser, batch=batch)
    assert list(lead.sectors.all()) == [first]


def test_undone_confidentiality_is_carried_to_the_rows_under_it(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    contact = make.contact(investor=lead.investor, known_through=lead)
    batch = bulk(
        adviser,
        [lead],
        lambda lead: edit_lead(
            actor=adviser, lead=lead, changes={"confidential": Confidential.YES}
        ),
    )
    assert Investor.objects.get().restricted
    undo(actor=adviser, batch=batch)
    assert not Lead.objects.get().restricted
    assert not Investor.objects.get().restricted
    contact.refresh_from_db()
    assert not contact.restricted


def test_nothing_is_noted_where_nothing_changed(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    lead.refresh_from_db()
    assert changed(lead, snapshot(lead)) is None
    assert note(batch=batch_of(adviser), entries=[None]) == 0


@pytest.mark.parametrize(
    ("name", "one", "other", "same"),
    [
        ("budget_amount", "1.0", "1.00", True),
        ("budget_amount", "1.0", None, False),
        ("received_at", "2026-11-28T12:00:00+01:00", "2026-11-28T11:00:00+00:00", True),
        ("owner", 1, "1", True),
        ("priority", "1", "2", False),
    ],
)
def test_values_are_compared_by_what_they_mean(name: str, one: Any, other: Any, same: bool) -> None:
    assert is_same(Lead, name, one, other) is same


# --- Who, when, how often -----------------------------------------------------------------


def test_undone_twice_is_refused(manager: User, adviser: User) -> None:
    batch = bulk(manager, [make.lead(owner=adviser)], urgent(manager))
    undo(actor=manager, batch=batch)
    with pytest.raises(ValidationError) as refused:
        undo(actor=manager, batch=batch)
    assert refused.value.code == "undone"


def test_too_late_is_refused(manager: User, adviser: User) -> None:
    batch = bulk(manager, [make.lead(owner=adviser)], urgent(manager))
    Batch.objects.update(until=timezone.now() - dt.timedelta(minutes=1))
    with pytest.raises(ValidationError) as refused:
        undo(actor=manager, batch=batch)
    assert refused.value.code == "too_late"


def test_while_its_job_runs_it_is_refused(manager: User) -> None:
    job = service.start_job(actor=manager, kind="undo", arguments={"batch": 0})
    with pytest.raises(ValidationError) as refused:
        undo(actor=manager, batch=batch_of(manager, job=job))
    assert refused.value.code == "under_way"


def test_batch_that_was_undone_takes_no_more_rows(manager: User) -> None:
    batch = batch_of(manager)
    undo(actor=manager, batch=batch)
    with pytest.raises(ValidationError) as refused:
        bulk_into(batch, manager)
    assert refused.value.code == "undone"
    assert Lead.objects.get().priority == Priority.NORMAL


def bulk_into(batch: Batch, actor: User) -> None:
    lead = make.lead(owner=actor)
    noting(batch=batch, lead=lead, act=lambda: urgent(actor)(lead))


def test_others_undo_only_if_they_hand_over_leads(
    adviser: User, colleague: User, manager: User
) -> None:
    batch = bulk(adviser, [make.lead(owner=adviser)], urgent(adviser))
    with pytest.raises(PermissionDenied):
        undo(actor=colleague, batch=batch)
    assert undo(actor=manager, batch=batch).undone_by == manager


def test_adviser_undoes_what_they_gave_away(adviser: User, colleague: User) -> None:
    lead = make.lead(owner=adviser)
    batch = bulk(
        adviser,
        [lead],
        lambda lead: assign(actor=adviser, lead=lead, owner=colleague, deputy=None, office=None),
    )
    undo(actor=adviser, batch=batch)
    lead.refresh_from_db()
    assert lead.owner == adviser


def test_noun_that_nobody_registered_is_not_noted(adviser: User) -> None:
    with pytest.raises(LookupError, match=r"staff\.Office"):
        created(make.office())


def test_many_rows_are_undone_by_a_job_that_may_be_repeated(
    manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_ONCE", 3)
    monkeypatch.setattr(service, "_STAGE", 2)
    leads = [make.lead(owner=make.user()) for _ in range(5)]
    batch = undo(actor=manager, batch=bulk(manager, leads, lost(manager)))
    job = batch.undo_job
    assert job is not None
    assert Lead.objects.filter(status=Status.LOST).count() == 5
    run_job.call(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DONE, "")
    assert (job.done, job.total) == (10, 10)
    assert Lead.objects.filter(status=Status.ACTIVE).count() == 5
    assert not batch.entries.to_do().exists()


def test_old_rows_are_forgotten_and_the_batch_is_remembered(manager: User, adviser: User) -> None:
    batch = bulk(manager, [make.lead(owner=adviser)], urgent(manager))
    service.forget_old(timezone.now() + dt.timedelta(days=36))
    assert batch.entries.exists()
    service.forget_old(timezone.now() + dt.timedelta(days=38))
    assert not BatchEntry.objects.exists()
    assert Batch.objects.get() == batch


@pytest.mark.django_db(transaction=True)
def test_of_two_people_one_undoes(manager: User) -> None:
    other = make.user(role=Role.MANAGER)
    lead = make.lead(owner=make.user())
    batch = bulk(manager, [lead], lost(manager))
    assert manager.acts
    assert other.acts
    results = at_once(
        [lambda: undo(actor=manager, batch=batch), lambda: undo(actor=other, batch=batch)]
    )
    refused = [each for each in results if isinstance(each, ValidationError)]
    assert [each.code for each in refused] == ["undone"]
    assert LeadLog.objects.filter(lead=lead, kind=LogKind.STATUS).count() == 3


@pytest.mark.django_db(transaction=True)
def test_edit_during_an_undo_is_never_lost(manager: User) -> None:
    """Either the edit is there when the row is compared, or it is made on what came back."""
    leads = [make.lead(owner=make.user()) for _ in range(4)]
    batch = bulk(manager, leads, urgent(manager))
    assert manager.acts

    def edit(lead: Lead) -> Callable[[], Any]:
        return lambda: edit_lead(actor=manager, lead=lead, changes={"priority": Priority.LOW})

    results = at_once([lambda: undo(actor=manager, batch=batch), *(edit(lead) for lead in leads)])
    assert not any(isinstance(each, ValidationError) for each in results)
    assert set(Lead.objects.values_list("priority", flat=True)) == {Priority.LOW}


# --- Pages --------------------------------------------------------------------------------

LIST_QUERIES = 5
DETAIL_QUERIES = 12


def test_page_says_what_comes_back_and_what_stays(manager: User, as_user: SignIn) -> None:
    one, two = (make.lead(owner=make.user(), title=title) for title in ("First", "Second"))
    batch = bulk(manager, [one, two], urgent(manager))
    edit_lead(actor=manager, lead=two, changes={"priority": Priority.LOW})
    page = as_user(manager).get(batch.get_absolute_url()).content.decode()
    assert "First" in page
    assert page.count("comes back") == 1
    assert "Priority stays" in page
    assert f"{batch.get_absolute_url()}undo/" in page


def test_page_undoes_and_lists_what_was_kept(manager: User, as_user: SignIn) -> None:
    lead, client = make.lead(owner=make.user()), as_user(manager)
    batch = bulk(manager, [lead], urgent(manager))
    address = f"{batch.get_absolute_url()}undo/"
    assert "Undo it" in client.get(address).content.decode()
    lead.refresh_from_db()
    assert lead.priority == Priority.HIGH, "a GET writes nothing"
    response = client.post(address)
    assert (response.status_code, response["Location"]) == (302, batch.get_absolute_url())
    lead.refresh_from_db()
    assert lead.priority == Priority.NORMAL
    assert "brought back" in client.get(batch.get_absolute_url()).content.decode().lower()
    assert client.post(address).status_code == 422


def test_batch_of_another_is_not_there(adviser: User, colleague: User, as_user: SignIn) -> None:
    batch = bulk(adviser, [make.lead(owner=adviser)], urgent(adviser))
    client = as_user(colleague)
    for address in (batch.get_absolute_url(), f"{batch.get_absolute_url()}undo/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{batch.get_absolute_url()}undo/").status_code == 404
    assert batch.title not in client.get("/changes/").content.decode()


def test_record_that_became_hidden_is_not_named(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    shown = make.lead(owner=adviser, title="Stays open")
    hidden = make.lead(owner=adviser, title="Vraxium")

    def give(lead: Lead) -> Any:
        return assign(actor=adviser, lead=lead, owner=colleague, deputy=None, office=None)

    batch = bulk(adviser, [shown, hidden], give)
    hidden.refresh_from_db()
    edit_lead(actor=colleague, lead=hidden, changes={"confidential": Confidential.YES})
    page = as_user(adviser).get(batch.get_absolute_url()).content.decode()
    assert "Stays open" in page
    assert "Vraxium" not in page
    assert hidden.investor.name not in page
    assert "1 record of this page is not shown" in page


@pytest.mark.parametrize("count", [1, 20])
def test_queries_of_the_pages(
    count: int, manager: User, as_user: SignIn, django_assert_num_queries: Any
) -> None:
    owner = make.user()
    for _ in range(count - 1):
        batch_of(manager)
    wide = bulk(manager, [make.lead(owner=owner) for _ in range(count)], lost(manager))
    client = as_user(manager)
    client.get(wide.get_absolute_url())
    with django_assert_num_queries(LIST_QUERIES):
        client.get("/changes/")
    with django_assert_num_queries(DETAIL_QUERIES):
        client.get(wide.get_absolute_url())
