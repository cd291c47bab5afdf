"""Leads: made, edited, qualified, taken, given away, stepped back, archived."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import Answer, Confidential, Horizon, LogKind, Mode, Stage, Status
from investors.models import Investor, Lead
from investors.services import leads
from investors.services.actions import NextAction
from investors.services.quick import start_lead
from tests import make

pytestmark = pytest.mark.django_db


def following() -> NextAction:
    return NextAction(what="Write to them", due=timezone.localdate())


# --- made ------------------------------------------------------------------------------------


def test_new_lead_is_received_active_and_has_something_to_do(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    assert (lead.stage, lead.status) == (Stage.RECEIVED, Status.ACTIVE)
    assert lead.next_due == timezone.localdate()
    assert [(row.kind, row.from_state, row.to_state) for row in lead.log.all()] == [
        (LogKind.STAGE, "", Stage.RECEIVED),
        (LogKind.STATUS, "", Status.ACTIVE),
    ]


def test_whoever_handles_leads_owns_what_they_make(adviser: User) -> None:
    office = make.office()
    adviser.office = office
    adviser.save()
    lead = leads.create_lead(
        actor=adviser,
        investor=make.investor(),
        fields={"title": "Test bench"},
        following=following(),
    )
    assert (lead.owner, lead.office) == (adviser, office)


def test_the_desk_makes_a_lead_that_nobody_owns(desk: User) -> None:
    lead = leads.create_lead(
        actor=desk, investor=make.investor(), fields={"title": "Tests"}, following=following()
    )
    assert lead.owner is None


def test_viewer_makes_no_lead(viewer: User) -> None:
    with pytest.raises(PermissionDenied):
        leads.create_lead(
            actor=viewer, investor=make.investor(), fields={"title": "T"}, following=following()
        )


def test_complete_lead_is_qualified_at_once_and_says_what_was_passed_over(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    assert lead.stage == Stage.QUALIFIED
    assert lead.log.get(to_state=Stage.QUALIFIED).passed_over == [Stage.CONTACTED]


def test_lead_is_found_by_investor_city_contact_and_need(adviser: User) -> None:
    investor = make.investor(name="Nestlé", city="Vevey", native_name="ネスレ")
    lead = make.lead(owner=adviser, investor=investor, title="Prägung")
    make.contact(investor=investor, name="Jürg Müller")
    for words in ("nestle", "NESTLÉ vevey", "muller", "pragung", "nesure"):
        assert lead in Lead.objects.search(words), words
    assert lead not in Lead.objects.search("novartis")


# --- made on the way -------------------------------------------------------------------------


def start(actor: User, **more: Any) -> Lead:
    standard: dict[str, Any] = {
        "investor": {"name": "Kestrel Photonics", "control_country": "US"},
        "fields": {"title": "Laser line", "confidential": Confidential.NOT_ASKED},
        "following": following(),
    }
    return start_lead(actor=actor, **standard | more)


def test_quick_start_makes_investor_lead_and_contact(adviser: User) -> None:
    lead = start(adviser, contact={"name": "Mary Osprey", "email": "mary@example.com"})
    contact = lead.investor.contacts.get()
    assert lead.investor.name == "Kestrel Photonics"
    assert (contact.name, contact.known_through) == ("Mary Osprey", lead)
    assert "osprey" in lead.search_text


def test_quick_start_is_all_or_nothing(adviser: User) -> None:
    with pytest.raises(ValidationError):
        start(adviser, contact={"name": "Mary", "email": "no address"})
    assert not Investor.objects.exists()
    assert not Lead.objects.exists()


def test_quick_start_makes_no_contact_twice(adviser: User) -> None:
    investor = make.investor()
    make.contact(investor=investor, email="mary@example.com")
    start(adviser, investor=investor, contact={"name": "Mary", "email": "Mary@Example.com"})
    assert investor.contacts.count() == 1


def test_quick_start_refuses_an_archived_investor(manager: User) -> None:
    investor = make.investor()
    investor.archive(actor=manager, reason="Twin")
    with pytest.raises(ValidationError) as refused:
        start(manager, investor=investor)
    assert "company" in refused.value.error_dict


def test_confidential_start_hides_investor_and_contact(adviser: User, colleague: User) -> None:
    fields = {"title": "Secret", "confidential": Confidential.YES}
    lead = start(adviser, fields=fields, contact={"name": "Mary", "email": "m@example.com"})
    lead.investor.refresh_from_db()
    assert lead.restricted
    assert lead.investor.restricted
    assert lead.investor.contacts.get().restricted


# --- edited ----------------------------------------------------------------------------------


def test_the_save_that_completes_the_checklist_qualifies(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    make.contact(investor=lead.investor)
    changes: dict[str, Any] = {
        "sectors": [make.sector()],
        "objectives": [make.objective()],
        "mode": Mode.JOIN,
        "horizon": Horizon.LATER,
        "budget_answer": Answer.DOES_NOT_KNOW,
    }
    lead = leads.edit_lead(actor=adviser, lead=lead, changes=changes)
    lead.refresh_from_db()
    assert lead.stage == Stage.RECEIVED
    leads.edit_lead(actor=adviser, lead=lead, changes={"confidential": Confidential.NO})
    lead.refresh_from_db()
    assert lead.stage == Stage.QUALIFIED


def test_later_gaps_do_not_undo_qualified(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    leads.edit_lead(actor=adviser, lead=lead, changes={"horizon": Horizon.NOT_ASKED})
    lead.refresh_from_db()
    assert lead.stage == Stage.QUALIFIED


def test_a_reachable_contact_can_be_what_qualifies(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    bare = make.qualified_lead(owner=adviser)
    contact = bare.investor.contacts.get()
    assert lead.stage == Stage.QUALIFIED
    contact.email = ""
    contact.save()
    leads.move_back(actor=adviser, lead=bare, stage=Stage.RECEIVED, reason="Wrong address")
    make.contact(investor=bare.investor, actor=adviser, email="", phone="+1 555 0100")
    bare.refresh_from_db()
    assert bare.stage == Stage.QUALIFIED


@pytest.mark.parametrize("role", [Role.ADVISER, Role.DESK, Role.VIEWER])
def test_others_edit_nothing(role: Role) -> None:
    lead = make.lead(owner=make.user())
    with pytest.raises(PermissionDenied):
        leads.edit_lead(actor=make.user(role=role), lead=lead, changes={"title": "Mine"})


@pytest.mark.parametrize("who", ["owner", "deputy", "manager", "administrator"])
def test_those_who_handle_it_edit(who: str) -> None:
    people = {
        "owner": make.user(),
        "deputy": make.user(),
        "manager": make.user(role=Role.MANAGER),
        "administrator": make.user(role=Role.ADMINISTRATOR),
    }
    lead = make.lead(owner=people["owner"], deputy=people["deputy"])
    leads.edit_lead(actor=people[who], lead=lead, changes={"title": "New"})
    lead.refresh_from_db()
    assert lead.title == "New"


# --- whose it is -----------------------------------------------------------------------------


def test_take_a_lead_that_nobody_owns(adviser: User) -> None:
    lead = make.lead()
    taken = leads.take(actor=adviser, lead=lead)
    assert taken.owner == adviser
    assert taken.actions.get().assignee == adviser


def test_take_comes_too_late(adviser: User, colleague: User) -> None:
    lead = make.lead()
    leads.take(actor=colleague, lead=lead)
    with pytest.raises(ValidationError) as refused:
        leads.take(actor=adviser, lead=lead)
    assert refused.value.code == "owned"


@pytest.mark.parametrize("role", [Role.DESK, Role.VIEWER])
def test_take_is_for_those_who_handle_leads(role: Role) -> None:
    with pytest.raises(PermissionDenied):
        leads.take(actor=make.user(role=role), lead=make.lead())


def test_owner_gives_it_away_with_what_is_to_be_done(adviser: User, colleague: User) -> None:
    lead = make.lead(owner=adviser)
    office = make.office()
    leads.assign(actor=adviser, lead=lead, owner=colleague, deputy=adviser, office=office)
    lead.refresh_from_db()
    assert (lead.owner, lead.deputy, lead.office) == (colleague, adviser, office)
    assert lead.actions.get().assignee == colleague


def test_manager_reassigns_the_lead_of_another(manager: User, colleague: User) -> None:
    lead = make.lead(owner=make.user())
    leads.assign(actor=manager, lead=lead, owner=colleague, deputy=None, office=None)
    lead.refresh_from_db()
    assert lead.owner == colleague


def test_strangers_do_not_assign(adviser: User, colleague: User) -> None:
    lead = make.lead(owner=colleague)
    with pytest.raises(PermissionDenied):
        leads.assign(actor=adviser, lead=lead, owner=adviser, deputy=None, office=None)


@pytest.mark.parametrize(("role", "active"), [(Role.DESK, True), (Role.ADVISER, False)])
def test_owner_must_handle_leads_and_work_here(adviser: User, role: Role, active: bool) -> None:
    lead = make.lead(owner=adviser)
    other = make.user(role=role, is_active=active)
    with pytest.raises(ValidationError) as refused:
        leads.assign(actor=adviser, lead=lead, owner=other, deputy=None, office=None)
    assert "owner" in refused.value.error_dict


def test_one_who_left_may_stay_owner_while_the_office_changes(manager: User) -> None:
    leaver = make.user()
    lead = make.lead(owner=leaver)
    leaver.is_active = False
    leaver.save()
    office = make.office()
    leads.assign(actor=manager, lead=lead, owner=leaver, deputy=None, office=office)
    lead.refresh_from_db()
    assert (lead.owner, lead.office) == (leaver, office)


# --- back ------------------------------------------------------------------------------------


def test_step_back_is_logged_with_its_reason(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    leads.move_back(actor=adviser, lead=lead, stage=Stage.CONTACTED, reason="Not so sure")
    lead.refresh_from_db()
    row = lead.log.order_by("pk").last()
    assert lead.stage == Stage.CONTACTED
    assert row is not None
    assert (row.from_state, row.to_state, row.reason) == (
        Stage.QUALIFIED,
        Stage.CONTACTED,
        "Not so sure",
    )


@pytest.mark.parametrize(
    ("stage", "reason", "field"),
    [
        (Stage.QUALIFIED, "Why not", "stage"),
        (Stage.SHORTLISTED, "Why not", "stage"),
        (Stage.CONTACTED, " ", "reason"),
    ],
)
def test_step_back_refused(adviser: User, stage: Stage, reason: str, field: str) -> None:
    lead = make.qualified_lead(owner=adviser)
    with pytest.raises(ValidationError) as refused:
        leads.move_back(actor=adviser, lead=lead, stage=stage, reason=reason)
    assert field in refused.value.error_dict


def test_strangers_do_not_step_back(adviser: User, colleague: User) -> None:
    lead = make.qualified_lead(owner=colleague)
    with pytest.raises(PermissionDenied):
        leads.move_back(actor=adviser, lead=lead, stage=Stage.RECEIVED, reason="x")


# --- archived --------------------------------------------------------------------------------


def test_archive_and_restore(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    leads.archive_lead(actor=adviser, lead=lead, reason="Entered twice")
    lead.refresh_from_db()
    assert (lead.archived_by, lead.archive_reason) == (adviser, "Entered twice")
    assert lead not in Lead.objects.live()
    leads.restore_lead(actor=adviser, lead=lead)
    lead.refresh_from_db()
    assert not lead.is_archived


def test_archive_twice_and_restore_what_is_live_are_refused(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    with pytest.raises(ValidationError):
        leads.restore_lead(actor=adviser, lead=lead)
    leads.archive_lead(actor=adviser, lead=lead, reason="Twin")
    with pytest.raises(ValidationError):
        leads.archive_lead(actor=adviser, lead=lead, reason="Twin")


def test_strangers_neither_archive_nor_restore(adviser: User, colleague: User) -> None:
    lead = make.lead(owner=colleague)
    with pytest.raises(PermissionDenied):
        leads.archive_lead(actor=adviser, lead=lead, reason="x")
    leads.archive_lead(actor=colleague, lead=lead, reason="x")
    with pytest.raises(PermissionDenied):
        leads.restore_lead(actor=adviser, lead=lead)


def test_lead_of_next_week_is_not_due_today(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    late = timezone.localdate() + dt.timedelta(days=9)
    assert lead.next_due is not None
    assert lead.next_due < late
