"""Investors, leads and engagements in the Django admin: written by the services."""

import datetime as dt
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import (
    Direction,
    EngagementKind,
    EngagementState,
    InteractionKind,
    OutcomeKind,
    ShortlistState,
    Stage,
    Status,
)
from investors.models import (
    Action,
    Admission,
    Contact,
    Engagement,
    Interaction,
    Investor,
    Lead,
    Milestone,
    Outcome,
    Shortlisting,
)
from investors.services import leads as lead_services
from investors.services import status
from investors.services.investors import archive_investor
from tests import make
from tests.admin_pages import address, change_address, row, send, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)


def add(client: Client, model: type[Any], **typed: Any) -> str:
    return send(client, address(model, "add/"), **typed)


def today() -> dt.date:
    return timezone.localdate()


# --- Investors and contacts ----------------------------------------------------------------


def test_an_investor_is_made_with_a_contact(client: Client) -> None:
    typed = {"name": "Nestlé", "control_country": "CH", "siren": "552 032 534"}
    contact = row("contacts", 0, name="Jürg", email="j@example.ch", language="en", is_active="on")
    assert not add(client, Investor, **typed, **contact)
    investor = Investor.objects.get()
    assert investor.siren == "552032534"
    assert investor.contacts.get().name == "Jürg"
    found = client.get(address(Investor) + "?q=nestle").context["cl"]
    assert [each.name for each in found.result_list] == ["Nestlé"]


def test_a_french_company_is_refused_at_the_country(client: Client) -> None:
    wrong = add(client, Investor, name="Renault", control_country="FR")
    assert "controlled from outside France" in wrong
    assert wrong.endswith("at: control_country")
    assert not Investor.objects.exists()


def test_a_changed_name_is_found_on_the_leads(client: Client) -> None:
    lead = make.lead()
    assert not send(client, change_address(lead.investor), name="Löwe", restricted="on")
    lead.refresh_from_db()
    assert "lowe" in lead.search_text
    assert not lead.investor.restricted


def test_the_contact_that_completes_the_checklist_qualifies_the_lead(client: Client) -> None:
    lead = make.qualified_lead(investor=make.investor())
    contact = lead.investor.contacts.get()
    make_unreachable = {"email": "", "phone": ""}
    Contact.objects.filter(pk=contact.pk).update(**make_unreachable)
    Lead.objects.filter(pk=lead.pk).update(stage=Stage.RECEIVED)
    assert not add(client, Contact, investor=lead.investor_id, name="Ana", email="a@example.org")
    lead.refresh_from_db()
    assert lead.stage == Stage.QUALIFIED


def test_a_contact_stays_with_its_investor_and_its_mark(client: Client) -> None:
    lead = make.confidential_lead()
    contact = make.contact(investor=lead.investor, known_through=lead)
    other = make.investor()
    forged = {"investor": other.pk, "restricted": "", "known_through": ""}
    assert not send(client, change_address(contact), **forged, position="Head")
    contact.refresh_from_db()
    assert (contact.investor, contact.known_through) == (lead.investor, lead)
    assert (contact.restricted, contact.position) == (True, "Head")


# --- Leads -------------------------------------------------------------------------------


def lead_data(**typed: Any) -> dict[str, Any]:
    return {"title": "Hydrogen tanks", "action_what": "Call them", "action_due": today()} | typed


def test_a_lead_is_made_with_its_first_action_and_logged(
    client: Client, administrator: User
) -> None:
    investor, sector = make.investor(), make.sector()
    assert not add(client, Lead, **lead_data(investor=investor.pk, sectors=[sector.pk]))
    lead = Lead.objects.get()
    assert (lead.stage, lead.status, lead.owner) == (Stage.RECEIVED, Status.ACTIVE, administrator)
    assert (lead.created_by, lead.next_due) == (administrator, today())
    assert lead.actions.get().what == "Call them"
    assert list(lead.sectors.all()) == [sector]
    assert lead.log.count() == 2


def test_a_new_lead_is_given_to_who_handles_leads_only(client: Client, viewer: User) -> None:
    investor, adviser = make.investor(), make.user(office=make.office())
    wrong = add(client, Lead, **lead_data(investor=investor.pk, owner=viewer.pk))
    assert "This person does not handle leads." in wrong
    assert wrong.endswith("at: owner")
    assert not Lead.objects.exists()
    assert not add(client, Lead, **lead_data(investor=investor.pk, owner=adviser.pk))
    assert Lead.objects.get().owner == adviser


def test_a_lead_of_an_archived_investor_is_refused(client: Client, manager: User) -> None:
    investor = make.investor()
    archive_investor(actor=manager, investor=investor, reason="A twin")
    assert "not one of the available" in add(client, Lead, **lead_data(investor=investor.pk))
    assert not Lead.objects.exists()


def test_no_state_of_a_lead_is_typed(client: Client) -> None:
    lead = make.lead(owner=make.user())
    forged = {
        "stage": Stage.COMMITTED,
        "status": Status.LOST,
        "lost_reason": "other",
        "restricted": "on",
        "next_due": "2001-01-01",
        "investor": make.investor().pk,
        "referred_to": "X",
        "archive_reason": "X",
        "received_at_0": "2001-01-01",
    }
    before = Lead.objects.filter(pk=lead.pk).values().get()
    assert not send(client, change_address(lead), **forged, title="Other")
    after = Lead.objects.filter(pk=lead.pk).values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"title", "search_text"}


def test_the_save_that_completes_the_checklist_qualifies_the_lead(client: Client) -> None:
    lead = make.qualified_lead(owner=make.user(), mode="not asked")
    assert lead.stage == Stage.RECEIVED
    page = client.get(change_address(lead)).content.decode()
    assert "whether they want to join or start" in page
    assert not send(client, change_address(lead), mode="start")
    lead.refresh_from_db()
    assert lead.stage == Stage.QUALIFIED


def test_confidential_is_carried_to_everything_below_and_an_administrator_sees_it(
    client: Client, colleague: User
) -> None:
    lead = make.lead(owner=make.user())
    assert not send(client, change_address(lead), confidential="yes")
    lead.refresh_from_db()
    assert (lead.restricted, lead.investor.restricted) == (True, True)
    assert not Lead.objects.visible_to(colleague).exists()
    assert client.get(address(Lead)).context["cl"].result_count == 1
    assert lead.investor.name in client.get(address(Investor)).content.decode()


def test_an_amount_without_its_number_is_refused_as_on_the_page(client: Client) -> None:
    lead = make.lead()
    wrong = send(client, change_address(lead), budget_answer="given")
    assert "Give the number, or choose another answer." in wrong
    wrong = send(client, change_address(lead), budget_answer="will not say", budget_amount="5")
    assert "Take the number away" in wrong
    assert not send(client, change_address(lead), budget_amount="5")
    lead.refresh_from_db()
    assert (lead.budget_answer, lead.budget_amount) == ("given", 5)


def test_a_lead_given_away_takes_its_actions_along(client: Client) -> None:
    before, after = make.user(), make.user()
    lead = make.lead(owner=before)
    assert not send(client, change_address(lead), owner=after.pk)
    lead.refresh_from_db()
    assert lead.owner == after
    assert lead.actions.get().assignee == after
    wrong = send(client, change_address(lead), title="Other", deputy=after.pk)
    assert "somebody other than the owner" in wrong
    lead.refresh_from_db()
    assert (lead.deputy, lead.title == "Other") == (None, False)


def test_who_left_is_not_offered_but_stays_where_they_stand(client: Client) -> None:
    owner = make.user()
    lead = make.lead(owner=owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert not send(client, change_address(lead), title="Other")
    wrong = send(client, change_address(make.lead()), owner=owner.pk)
    assert "not one of the available" in wrong


def test_rows_below_a_lead_are_made_by_their_services(client: Client, administrator: User) -> None:
    lead, cluster, helper = make.confidential_lead(), make.cluster(), make.user()
    assert not send(
        client,
        change_address(lead),
        **row("actions", 1, what="Write", due="2030-01-02"),
        **row("shortlist", 0, cluster=cluster.pk, why="Close"),
        **row("outcomes", 0, kind="site", dated=today()),
        **row("admissions", 0, user=helper.pk, reason="Helps"),
    )
    assert lead.actions.get(what="Write").assignee == lead.owner
    item = lead.shortlist.get()
    assert (item.cluster, item.state, item.why) == (cluster, ShortlistState.NOTED, "Close")
    assert item.log.get().actor == administrator
    assert lead.outcomes.get().recorded_by == administrator
    assert lead.admissions.get().admitted_by == administrator
    assert Lead.objects.visible_to(helper).exists()


def test_a_refused_row_below_a_lead_takes_the_whole_page_back(client: Client) -> None:
    lead, cluster = make.lead(), make.cluster(status_today="dissolved", ended_year=2006)
    wrong = send(
        client,
        change_address(lead),
        title="Other",
        **row("shortlist", 0, cluster=cluster.pk),
    )
    assert "is not offered any more" in wrong
    lead.refresh_from_db()
    assert lead.title != "Other"
    assert not lead.shortlist.exists()
    assert not LogEntry.objects.get_for_object(lead).filter(action=1).exists()


def test_a_row_that_stands_below_a_lead_is_not_changed_there(client: Client) -> None:
    item = make.shortlisting()
    typed = {"shortlist-0-why": "Forged", "shortlist-0-state": "introduced"}
    assert not send(client, change_address(item.lead), **typed)
    item.refresh_from_db()
    assert (item.why, item.state) == ("", ShortlistState.NOTED)


def test_a_closed_lead_is_reopened_on_its_page(client: Client, manager: User) -> None:
    lead = make.lead()
    page = client.get(change_address(lead)).content.decode()
    for act in ("wait", "lose", "disqualify", "refer", "step-back", "archive"):
        assert f"/leads/{lead.ref}/{act}/" in page
    status.lose(actor=manager, lead=lead, reason="no answer")
    page = client.get(change_address(lead)).content.decode()
    assert f"/leads/{lead.ref}/reopen/" in page
    assert f"/leads/{lead.ref}/wait/" not in page
    new = row("actions", 1, what="Call", due="2030-01-01")
    assert "Reopen the lead first." in send(client, change_address(lead), **new)


def test_an_archived_lead_is_read_only(client: Client, manager: User) -> None:
    lead = make.lead()
    lead_services.archive_lead(actor=manager, lead=lead, reason="A test")
    assert client.post(change_address(lead), {"title": "X"}).status_code == 403
    page = client.get(change_address(lead)).content.decode()
    assert f"/leads/{lead.ref}/restore/" in page
    assert "actions-__prefix__" not in page


def test_a_lead_page_asks_as_often_for_twenty_rows_below_it(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lead = make.lead(owner=make.user())
    boss = make.user()

    def one_more() -> None:
        make.action(lead=lead, assignee=boss)
        lead.shortlist.create(cluster=make.cluster(), added_by=boss, state_since=timezone.now())
        lead.outcomes.create(kind="site", dated=today(), cluster=make.cluster(), recorded_by=boss)
        lead.admissions.create(user=make.user(), admitted_by=boss, reason="Helps")
        lead.log.create(kind="stage", to_state=Stage.CONTACTED, actor=boss)

    one_more()
    client.get(change_address(lead))
    for _ in range(2):
        with django_assert_num_queries(19):
            client.get(change_address(lead))
        for _ in range(19):
            one_more()


def test_history_says_who_changed_what(client: Client, administrator: User) -> None:
    lead = make.lead()
    assert not send(client, change_address(lead), title="Batteries for ships")
    page = client.get(address(Lead, f"{lead.pk}/history/")).content.decode()
    assert "Batteries for ships" in page
    assert str(administrator) in page


# --- Beside the lead -----------------------------------------------------------------------


def test_somebody_is_admitted_to_confidential_leads_only(client: Client) -> None:
    lead, helper = make.lead(), make.user()
    typed = {"user": helper.pk, "reason": "Helps"}
    assert "Only a confidential lead needs this." in add(client, Admission, lead=lead.pk, **typed)
    hidden = make.confidential_lead()
    assert not add(client, Admission, lead=hidden.pk, **typed)
    admission = Admission.objects.get()
    assert client.post(change_address(admission), {"reason": "X"}).status_code == 403
    page = client.get(change_address(admission)).content.decode()
    assert f"/leads/{hidden.ref}/admitted/{helper.username}/withdraw/" in page


def said(**typed: Any) -> dict[str, Any]:
    yesterday = timezone.now() - dt.timedelta(days=1)
    return {
        "kind": "call",
        "direction": "out",
        "result": "spoke",
        "happened_at_0": yesterday.date(),
        "happened_at_1": "09:00:00",
    } | typed


def test_an_interaction_is_logged_and_answers_what_came_before(
    client: Client, administrator: User
) -> None:
    lead = make.lead()
    asked = make.interaction(lead=lead, happened_at=timezone.now() - dt.timedelta(days=9))
    assert not add(client, Interaction, lead=lead.pk, **said())
    answer = Interaction.objects.exclude(pk=asked.pk).get()
    asked.refresh_from_db()
    lead.refresh_from_db()
    assert (answer.logged_by, asked.answered_by) == (administrator, answer)
    assert lead.stage == Stage.CONTACTED


def test_an_interaction_is_checked_as_on_its_page(client: Client) -> None:
    lead, stranger = make.lead(), make.contact(investor=make.investor())
    assert "Say whether you spoke." in add(client, Interaction, lead=lead.pk, **said(result=""))
    wrong = add(client, Interaction, lead=lead.pk, **said(happened_at_0="2090-01-01"))
    assert "This is still ahead." in wrong
    wrong = add(client, Interaction, lead=lead.pk, **said(contacts=[stranger.pk]))
    assert "Choose people of this investor." in wrong
    assert wrong.endswith("at: contacts")
    assert not Interaction.objects.exists()
    note = said(kind="note")
    assert not add(client, Interaction, lead=lead.pk, **note)
    assert Interaction.objects.get().direction == ""


def test_a_corrected_interaction_settles_again_and_stays_with_its_lead(client: Client) -> None:
    lead, other = make.lead(), make.lead()
    asked = make.interaction(lead=lead)
    forged = {"lead": other.pk, "answered_at_0": "2020-01-01", "answered_by": asked.pk}
    assert not send(client, change_address(asked), **forged, direction=Direction.OUT)
    asked.refresh_from_db()
    assert (asked.lead, asked.answered_at, asked.answered_by) == (lead, None, None)
    assert asked.kind == InteractionKind.EMAIL


def test_an_open_action_moves_to_another_day_and_nothing_else(client: Client) -> None:
    lead = make.lead()
    action = lead.actions.get()
    day = today() + dt.timedelta(days=20)
    forged = {"what": "X", "done_at_0": "2020-01-01", "dropped": "on", "kind": "wake"}
    assert not send(client, change_address(action), due=day, **forged)
    action.refresh_from_db()
    lead.refresh_from_db()
    assert (action.due, action.what, action.done_at) == (day, "First contact", None)
    assert lead.next_due == day
    assert not add(client, Action, lead=lead.pk, what="Write", due=today())
    lead.refresh_from_db()
    assert lead.next_due == today()
    Action.objects.filter(pk=action.pk).update(done_at=timezone.now())
    assert client.post(change_address(action), {"due": today()}).status_code == 403


# --- Shortlists ----------------------------------------------------------------------------


def test_a_cluster_is_noted_explained_and_moved_on_its_page(client: Client) -> None:
    lead, cluster, other = make.qualified_lead(), make.cluster(), make.cluster()
    typed = {"lead": lead.pk, "cluster": cluster.pk, "why": "Close"}
    assert not add(client, Shortlisting, **typed, state=ShortlistState.INTRODUCED)
    item = Shortlisting.objects.get()
    assert (item.state, item.log.count()) == (ShortlistState.NOTED, 1)
    assert "already on the shortlist" in add(client, Shortlisting, **typed)
    forged = {"state": "wanted", "cluster": other.pk, "refused_reason": "field"}
    assert not send(client, change_address(item), **forged, why="Very close")
    item.refresh_from_db()
    assert (item.state, item.cluster, item.why) == (ShortlistState.NOTED, cluster, "Very close")
    page = client.get(change_address(item)).content.decode()
    assert f"/shortlist/{item.ref}/propose/" in page
    assert f"/shortlist/{item.ref}/accept/" not in page


# --- Engagements ---------------------------------------------------------------------------


def opening(**typed: Any) -> dict[str, Any]:
    return {"role": "partner", "opened_on": today(), "project": "", "seat": ""} | typed


def test_a_join_is_opened_with_its_seat(client: Client, administrator: User) -> None:
    lead, project = make.qualified_lead(), make.project()
    seat = make.seat(project=project)
    cluster = project.clusters.get()
    typed = opening(lead=lead.pk, cluster=cluster.pk, kind="join", seat=seat.pk)
    assert not add(client, Engagement, **typed)
    made = Engagement.objects.get()
    assert (made.project, made.seat, made.state) == (project, seat, EngagementState.OPEN)
    assert made.opened_by == administrator
    lead.refresh_from_db()
    assert lead.stage == Stage.NEGOTIATING


def test_a_start_creates_its_project_or_picks_a_proposed_one(client: Client) -> None:
    lead, cluster = make.confidential_lead(), make.cluster()
    here = {"lead": lead.pk, "cluster": cluster.pk}
    assert not add(client, Engagement, **opening(kind="start", new_project="Chips", **here))
    made = Engagement.objects.get()
    assert (made.project.name, made.project_created) == ("Chips", True)
    assert made.project.restricted
    under_way = make.project(clusters=[cluster])
    wrong = add(client, Engagement, **opening(kind="start", project=under_way.pk, **here))
    assert "Only an R&D project that is proposed can be started." in wrong
    assert wrong.endswith("at: project")
    assert "Choose a project." in add(client, Engagement, **opening(kind="join", **here))
    wrong = add(client, Engagement, **opening(kind="join", new_project="X", **here))
    assert "Only a start creates a project." in wrong
    assert Engagement.objects.count() == 1


def test_the_own_share_is_edited_until_a_second_person_confirms(
    client: Client, administrator: User
) -> None:
    engagement = make.engagement(state=EngagementState.AGREED)
    forged = {
        "state": "verified",
        "contribution": "decisive",
        "agreed_on": "2001-01-01",
        "verified_by": make.user().pk,
        "prior_tie": "member",
        "cluster": make.cluster().pk,
    }
    before = Engagement.objects.filter(pk=engagement.pk).values().get()
    assert not send(client, change_address(engagement), **forged, undisclosed="", share_amount=5)
    after = Engagement.objects.filter(pk=engagement.pk).values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"undisclosed", "share_amount", "recorded_by_id"}
    assert after["recorded_by_id"] == administrator.pk
    wrong = send(client, change_address(engagement), share_amount="")
    assert "Give their own share or say that it is undisclosed." in wrong
    assert wrong.endswith("at: undisclosed")


def test_a_confirmed_engagement_is_read_only_and_ends_on_its_page(client: Client) -> None:
    engagement = make.engagement(state=EngagementState.VERIFIED)
    where = change_address(engagement)
    assert client.post(where, {"share_amount": "5"}).status_code == 403
    page = client.get(where).content.decode()
    assert f"/engagements/{engagement.ref}/leave/" in page
    assert f"/engagements/{engagement.ref}/agree/" not in page


def test_milestones_of_an_engagement_are_planned_reached_and_refused(client: Client) -> None:
    engagement = make.engagement()
    kind = make.milestone_kind()
    foreign = make.milestone_kind(engagement_kind=EngagementKind.START)
    where = change_address(engagement)
    ahead = today() + dt.timedelta(days=30)
    assert not send(client, where, **row("milestones", 0, kind=kind.pk, planned_on=ahead))
    milestone = Milestone.objects.get()
    assert (milestone.kind, milestone.attempt) == (kind, 1)
    typed = {"milestones-0-kind": foreign.pk, "milestones-0-reached_on": today()}
    assert not send(client, where, **typed)
    milestone.refresh_from_db()
    assert (milestone.kind, milestone.reached_on) == (kind, today())
    wrong = send(client, where, **{"milestones-0-reached_on": ahead})
    assert "This day is still ahead." in wrong
    wrong = send(client, where, **row("milestones", 1, kind=foreign.pk, planned_on=ahead))
    assert "This milestone is for the other kind." in wrong
    assert "Give at least one date." in send(client, where, **row("milestones", 1, kind=kind.pk))
    typed = {"engagement": engagement.pk, "kind": kind.pk, "planned_on": ahead}
    assert "The last attempt has not failed" in add(client, Milestone, **typed)
    assert Milestone.objects.count() == 1
    assert not send(client, change_address(milestone), note="At last")
    milestone.refresh_from_db()
    assert milestone.note == "At last"


def test_an_outcome_that_a_status_writes_is_not_typed(client: Client, manager: User) -> None:
    lead = make.lead()
    typed = {"lead": lead.pk, "dated": today()}
    wrong = add(client, Outcome, **typed, kind=OutcomeKind.REFERRED)
    assert "Use the status “Referred elsewhere”." in wrong
    wrong = add(client, Outcome, **typed, kind=OutcomeKind.MEMBERSHIP)
    assert "A membership must name the cluster." in wrong
    assert not add(client, Outcome, **typed, kind=OutcomeKind.SITE)
    outcome = Outcome.objects.get()
    assert not send(client, change_address(outcome), text="In Lyon", lead=make.lead().pk)
    outcome.refresh_from_db()
    assert (outcome.text, outcome.lead) == ("In Lyon", lead)
    status.refer(actor=manager, lead=lead, to="A chamber", on=today(), told=True)
    written = Outcome.objects.exclude(pk=outcome.pk).get()
    assert client.post(change_address(written), {"text": "X"}).status_code == 403


@pytest.mark.parametrize("role", [Role.ADVISER, Role.MANAGER])
def test_nobody_else_writes_here(role: Role) -> None:
    lead = make.lead()
    other = signed_in(make.user(role=role))
    answer = other.post(change_address(lead), {"title": "X"}, follow=True)
    assert answer.status_code == 403
    lead.refresh_from_db()
    assert lead.title != "X"
