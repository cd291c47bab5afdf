"""Bulk edit: what the preview says is what happens, nothing before it is confirmed."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from ifa_crm.shared.acting import acting
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from ifa_crm.work.choices import JobState
from ifa_crm.work.services.undo import undo
from ifa_crm.work.tasks import run_job
from investors.choices import Confidential, LostReason, Priority, Status
from investors.models import BulkEdit, Lead
from investors.services import bulk_plan
from investors.services.bulk_edit import NOBODY, Change, carry_out, looked_at, why_not
from investors.services.bulk_plan import confirm, forget_old, plan
from investors.services.leads import archive_lead, assign, edit_lead
from investors.services.status import lose, wait
from tests import make
from tests.conftest import SignIn
from tests.investors.test_concurrency import at_once

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
SOON = (TODAY + dt.timedelta(days=9)).isoformat()
LOST: dict[str, Any] = {"status": "lost", "about": {"reason": LostReason.NO_ANSWER}}


def planned(actor: User, change: Change) -> BulkEdit:
    rows = Lead.objects.visible_to(actor)
    return plan(actor=actor, rows=rows, change=change, words=["A change"])


# --- The preview and the services agree -----------------------------------------------------


def _active(owner: User) -> Lead:
    return make.lead(owner=owner)


def _waiting(owner: User) -> Lead:
    lead = make.lead(owner=owner)
    return wait(actor=owner, lead=lead, until=TODAY + dt.timedelta(days=30))


def _waiting_alone(owner: User) -> Lead:
    lead = _waiting(owner)
    lead.actions.exclude(kind="wake").update(done_at=timezone.now())
    return lead


def _lost(owner: User) -> Lead:
    return lose(actor=owner, lead=make.lead(owner=owner), reason=LostReason.NO_ANSWER)


def _archived(owner: User) -> Lead:
    return archive_lead(actor=owner, lead=_lost(owner), reason="Twice")


def _engaged(owner: User) -> Lead:
    lead = make.qualified_lead(owner=owner)
    make.engagement(lead=lead)
    return lead


def _nobodys(owner: User) -> Lead:
    lead = make.lead()
    Lead.objects.filter(pk=lead.pk).update(owner=None)
    return lead


def _of_another(owner: User) -> Lead:
    return make.lead(owner=make.user())


def _urgent(owner: User) -> Lead:
    return make.lead(owner=owner, priority=Priority.HIGH)


STATES = (
    *(_active, _waiting, _waiting_alone, _lost, _archived, _engaged, _nobodys, _of_another),
    _urgent,
)
CHANGES: dict[str, Callable[[User, User], Change]] = {
    "priority": lambda me, other: Change(priority=Priority.HIGH),
    "give": lambda me, other: Change(owner=other.pk),
    "take": lambda me, other: Change(owner=me.pk),
    "nobody": lambda me, other: Change(owner=NOBODY),
    "deputy": lambda me, other: Change(deputy=other.pk),
    "deputy me": lambda me, other: Change(deputy=me.pk),
    "no office": lambda me, other: Change(office=NOBODY),
    "wait": lambda me, other: Change(status="waiting", about={"day": SOON}),
    "lose": lambda me, other: Change(**LOST),
    "reopen": lambda me, other: Change(status="active"),
    "reopen with": lambda me, other: Change(status="active", action="add", what="Call", due=SOON),
    "not for us": lambda me, other: Change(status="disqualified", about={"note": "Tourism"}),
    "refer": lambda me, other: Change(
        status="referred", about={"to": "BF", "told": True, "day": TODAY.isoformat()}
    ),
    "add": lambda me, other: Change(action="add", what="Call", due=SOON),
    "move": lambda me, other: Change(action="move", due=SOON),
    "shift": lambda me, other: Change(action="shift", days=7),
    "give urgent": lambda me, other: Change(owner=other.pk, priority=Priority.HIGH),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("role", [Role.ADVISER, Role.MANAGER])
def test_preview_says_what_the_services_do(name: str, role: Role) -> None:
    me, other = make.user(role=role), make.user()
    change = CHANGES[name](me, other)
    for state in STATES:
        lead = state(me)
        found = looked_at(Lead.objects.filter(pk=lead.pk)).get()
        verdict = why_not(me, found, change)
        try:
            with transaction.atomic():
                carry_out(me, Lead.objects.get(pk=lead.pk), change)
            went = True
        except (ValidationError, PermissionDenied):
            went = False
        if verdict != "same":  # what would change nothing is refused before a service is asked
            assert went == (not verdict), (state.__name__, verdict)


# --- From preview to undo -----------------------------------------------------------------


def test_nothing_is_written_before_it_is_confirmed(manager: User) -> None:
    make.lead(owner=make.user())
    before = list(Lead.objects.values())
    edit = planned(manager, Change(priority=Priority.HIGH))
    assert edit.counts == {"": 1}
    assert list(Lead.objects.values()) == before


def test_confirmed_leads_change_with_audit_and_come_back(manager: User) -> None:
    leads = [make.lead(owner=make.user()) for _ in range(3)]
    _archived(leads[0].owner)  # type: ignore[arg-type]
    heir = make.user()
    change = Change(owner=heir.pk, priority=Priority.HIGH, **LOST)
    edit = planned(manager, change)
    assert edit.counts == {"": 3, "archived": 1}
    with acting(manager):
        edit = confirm(actor=manager, edit=edit)
    assert edit.refused == []
    for lead in leads:
        lead.refresh_from_db()
        assert (lead.owner, lead.priority, lead.status) == (heir, Priority.HIGH, Status.LOST)
        logged = LogEntry.objects.get_for_object(lead).filter(actor=manager)
        assert {key for entry in logged for key in entry.changes or {}} >= {"owner", "status"}
    assert edit.batch is not None
    undo(actor=manager, batch=edit.batch)
    for lead in leads:
        lead.refresh_from_db()
        assert lead.owner != heir
        assert (lead.priority, lead.status) == (Priority.NORMAL, Status.ACTIVE)
        assert lead.actions.open().count() == 1


def test_lead_changed_since_the_preview_is_left_alone_and_named(manager: User) -> None:
    touched, other = (make.lead(owner=make.user()) for _ in range(2))
    edit = planned(manager, Change(**LOST))
    edit_lead(actor=manager, lead=touched, changes={"priority": Priority.LOW})
    edit = confirm(actor=manager, edit=edit)
    assert [key for key, _why in edit.refused] == [touched.pk]
    assert "since the preview" in edit.refused[0][1]
    assert set(Lead.objects.filter(status=Status.LOST)) == {other}


def test_lead_made_after_the_preview_is_not_changed(manager: User) -> None:
    make.lead(owner=make.user())
    edit = planned(manager, Change(priority=Priority.HIGH))
    late = make.lead(owner=make.user())
    confirm(actor=manager, edit=edit)
    late.refresh_from_db()
    assert late.priority == Priority.NORMAL


def test_lead_that_became_hidden_is_refused_without_a_word(adviser: User, colleague: User) -> None:
    lead = make.lead(owner=adviser)
    edit = planned(adviser, Change(priority=Priority.HIGH))
    assign(actor=adviser, lead=lead, owner=colleague, deputy=None, office=None)
    edit_lead(actor=colleague, lead=lead, changes={"confidential": Confidential.YES})
    edit = confirm(actor=adviser, edit=edit)
    assert edit.refused == [[lead.pk, "not there any more, or not for you to see"]]


def test_adviser_changes_own_leads_only(adviser: User, colleague: User) -> None:
    mine, theirs = make.lead(owner=adviser), make.lead(owner=colleague)
    edit = planned(adviser, Change(priority=Priority.HIGH))
    assert edit.counts == {"": 1, "not yours": 1}
    confirm(actor=adviser, edit=edit)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.priority, theirs.priority) == (Priority.HIGH, Priority.NORMAL)


def test_plan_of_another_is_refused(manager: User, adviser: User) -> None:
    make.lead(owner=adviser)
    edit = planned(manager, Change(priority=Priority.HIGH))
    with pytest.raises(PermissionDenied):
        confirm(actor=adviser, edit=edit)


def test_plan_with_nothing_to_change_is_refused(manager: User) -> None:
    edit = planned(manager, Change(priority=Priority.HIGH))
    with pytest.raises(ValidationError) as refused:
        confirm(actor=manager, edit=edit)
    assert refused.value.code == "nothing"


@pytest.mark.django_db(transaction=True)
def test_plan_is_carried_out_once(manager: User) -> None:
    make.lead(owner=make.user())
    edit = planned(manager, Change(action="add", what="Call", due=SOON))
    assert manager.acts
    results = at_once([lambda: confirm(actor=manager, edit=edit)] * 3)
    assert len([each for each in results if isinstance(each, ValidationError)]) == 2
    assert Lead.objects.get().actions.filter(what="Call").count() == 1


@pytest.mark.django_db(transaction=True)
def test_lead_edited_during_a_bulk_edit_keeps_both_or_is_named(manager: User) -> None:
    leads = [make.lead(owner=make.user()) for _ in range(4)]
    edit = planned(manager, Change(priority=Priority.HIGH))
    assert manager.acts

    def rename(lead: Lead) -> Callable[[], Any]:
        changes = {"title": "Renamed", "priority": Priority.LOW}
        return lambda: edit_lead(actor=manager, lead=lead, changes=changes)

    at_once([lambda: confirm(actor=manager, edit=edit), *(rename(lead) for lead in leads)])
    assert set(Lead.objects.values_list("title", "priority")) == {("Renamed", Priority.LOW)}


def test_many_leads_are_changed_by_a_job(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_plan, "AT_ONCE", 3)
    monkeypatch.setattr(bulk_plan, "_STAGE", 2)
    monkeypatch.setattr(bulk_plan, "_CHUNK", 2)
    leads = [make.lead(owner=make.user()) for _ in range(5)]
    edit = confirm(actor=manager, edit=planned(manager, Change(**LOST)))
    assert edit.job is not None
    edit_lead(actor=manager, lead=leads[3], changes={"priority": Priority.LOW})
    run_job.call(edit.job.pk)
    edit.refresh_from_db()
    job = edit.job
    job.refresh_from_db()
    assert (job.state, job.error, job.done, job.total) == (JobState.DONE, "", 5, 5)
    assert [key for key, _why in edit.refused] == [leads[3].pk]
    assert edit.carried_out_at is not None
    assert Lead.objects.filter(status=Status.LOST).count() == 4


def test_job_stops_when_its_batch_is_undone(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_plan, "AT_ONCE", 0)
    make.lead(owner=make.user())
    edit = confirm(actor=manager, edit=planned(manager, Change(**LOST)))
    assert edit.batch is not None
    assert edit.job is not None
    edit.batch.undone_at, edit.batch.undone_by = timezone.now(), manager
    edit.batch.save()
    run_job.call(edit.job.pk)
    edit.job.refresh_from_db()
    assert (edit.job.state, edit.job.error) == (JobState.FAILED, "It was undone meanwhile.")
    assert not Lead.objects.filter(status=Status.LOST).exists()


def test_old_plans_are_forgotten(manager: User) -> None:
    planned(manager, Change(priority=Priority.HIGH))
    forget_old(timezone.now())
    assert BulkEdit.objects.exists()
    forget_old(timezone.now() + dt.timedelta(days=2))
    assert not BulkEdit.objects.exists()


# --- Pages --------------------------------------------------------------------------------


def test_from_the_list_to_undo(adviser: User, as_user: SignIn) -> None:
    first, second = make.lead(owner=adviser), make.lead(owner=adviser)
    client = as_user(adviser)
    page = client.get("/leads/").content.decode()
    assert f'value="{first.ref}" form="bulk"' in page
    address = f"/leads/bulk/?which=ticked&row={first.ref}"
    assert "Change 1 lead" in client.get(address).content.decode()
    assert client.post(address, {}).status_code == 422
    response = client.post(address, {"priority": "1"})
    preview = response["Location"]
    text = client.get(preview).content.decode()
    assert "Priority: High" in text
    assert first.title in text
    first.refresh_from_db()
    assert first.priority == Priority.NORMAL
    done = client.post(f"{preview}confirm/", follow=True).content.decode()
    assert "1 lead was changed." in done
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.priority, second.priority) == (Priority.HIGH, Priority.NORMAL)
    edit = BulkEdit.objects.get()
    assert edit.batch is not None
    assert edit.batch.get_absolute_url() in done
    client.post(f"{edit.batch.get_absolute_url()}undo/")
    first.refresh_from_db()
    assert first.priority == Priority.NORMAL


def test_whole_filter_is_changed_beyond_the_page(manager: User, as_user: SignIn) -> None:
    for _ in range(30):
        make.lead(owner=manager)
    rest = make.lead(owner=manager, priority=Priority.LOW)
    client = as_user(manager)
    response = client.post("/leads/bulk/?which=all&priority=2&size=25&page=2", {"priority": "1"})
    client.post(f"{response['Location']}confirm/")
    assert Lead.objects.filter(priority=Priority.HIGH).count() == 30
    rest.refresh_from_db()
    assert rest.priority == Priority.LOW


def test_page_without_script(manager: User, as_user: SignIn) -> None:
    leads = [make.lead(owner=manager) for _ in range(2)]
    on = ".".join(lead.ref for lead in leads)
    page = as_user(manager).get(f"/leads/bulk/?which=page&on={on}").content.decode()
    assert "Change 2 leads" in page


def test_nothing_ticked_is_said_on_the_list(manager: User, as_user: SignIn) -> None:
    response = as_user(manager).get("/leads/bulk/?which=ticked&priority=1", follow=True)
    assert response.redirect_chain[0][0] == "/leads/?priority=1"
    assert "Tick at least one lead." in response.content.decode()


def test_forged_rows_touch_nothing(adviser: User, colleague: User, as_user: SignIn) -> None:
    """References of hidden leads, of none at all, and of leads of others."""
    hidden = make.lead(owner=colleague, title="Vraxium", confidential=Confidential.YES)
    theirs = make.lead(owner=colleague)
    mine = make.lead(owner=adviser)
    rows = "&".join(f"row={ref}" for ref in (hidden.ref, theirs.ref, mine.ref, "'--", "0" * 300))
    client = as_user(adviser)
    address = f"/leads/bulk/?which=ticked&{rows}"
    assert "Change 2 leads" in client.get(address).content.decode()
    preview = client.post(address, {"priority": "1"})["Location"]
    page = client.get(preview).content.decode()
    assert "Vraxium" not in page
    assert hidden.ref not in page
    client.post(f"{preview}confirm/")
    for lead, priority in ((hidden, "2"), (theirs, "2"), (mine, "1")):
        lead.refresh_from_db()
        assert lead.priority == priority
    other = as_user(colleague)
    assert other.get(preview).status_code == 404
    assert other.post(f"{preview}confirm/").status_code == 404


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DESK])
def test_those_who_handle_no_leads_have_no_bar(role: Role, as_user: SignIn) -> None:
    make.lead()
    client = as_user(make.user(role=role))
    assert 'id="bulk"' not in client.get("/leads/").content.decode()
    assert client.get("/leads/bulk/?which=all").status_code == 403


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"status": "waiting"}, "until"),
        ({"status": "waiting", "until": TODAY.isoformat()}, "until"),
        ({"status": "lost"}, "reason"),
        ({"status": "lost", "reason": "other country"}, "country"),
        ({"status": "lost", "reason": "other"}, "note"),
        ({"status": "disqualified"}, "note"),
        ({"status": "referred", "told": "yes"}, "to"),
        ({"status": "referred", "to": "BF"}, "told"),
        ({"status": "referred", "to": "BF", "told": "no", "on": SOON}, "on"),
        ({"action": "add", "due": SOON}, "what"),
        ({"action": "add", "what": "Call"}, "due"),
        ({"action": "move"}, "due"),
        ({"action": "shift"}, "days"),
        ({"action": "shift", "days": "7", "status": "lost", "reason": "no answer"}, "action"),
        ({"owner": "999999"}, "owner"),
    ],
)
def test_what_is_missing_is_said_at_its_field(
    given: dict[str, str], field: str, manager: User, as_user: SignIn
) -> None:
    lead = make.lead(owner=manager)
    response = as_user(manager).post(f"/leads/bulk/?which=ticked&row={lead.ref}", given)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not BulkEdit.objects.exists()


@pytest.mark.parametrize("count", [1, 20])
def test_queries_of_the_pages(
    count: int, manager: User, as_user: SignIn, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make.lead(owner=manager)
    client = as_user(manager)
    client.get("/leads/")
    with django_assert_num_queries(6):
        client.get("/leads/bulk/?which=all")
    with django_assert_num_queries(13):
        response = client.post("/leads/bulk/?which=all", {"priority": "1"})
    with django_assert_num_queries(4):
        client.get(response["Location"])
