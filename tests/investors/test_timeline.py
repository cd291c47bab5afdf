"""What has happened on a lead, in order; the marks; the search."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from ifa_crm.shared.acting import acting
from ifa_crm.shared.extend import TimelineEntry, searchers
from ifa_crm.shared.timeline import PER_PAGE, timeline_page
from ifa_crm.staff.models import User
from investors.choices import EngagementState, LostReason, ShortlistState, Stage
from investors.models import (
    Engagement,
    Interaction,
    Lead,
    LeadLog,
    Milestone,
    Outcome,
    ShortlistingLog,
)
from investors.services import actions, leads, shortlist, status
from investors.services.actions import NextAction
from investors.timeline import noon
from meetings.choices import MeetingState
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def test_timeline_tells_what_was_said_done_and_moved(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    make.interaction(lead=lead, subject="Enquiry")
    leads.move_back(actor=adviser, lead=lead, stage=Stage.RECEIVED, reason="Wrong person")
    following = NextAction("Send the list", timezone.localdate())
    actions.complete_action(actor=adviser, action=lead.actions.get(), following=following)
    status.lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER)
    entries = timeline_page(lead, adviser).entries
    titles = [entry.title for entry in entries]
    assert [entry.at for entry in entries] == sorted((e.at for e in entries), reverse=True)
    assert "E-mail from them" in titles
    assert "Stage: Received → Qualified (passed over: Contacted)" in titles
    assert "Stage: Qualified → Received" in titles
    assert "Status: Active → Lost" in titles
    assert "Done: First contact" in titles
    assert "Done: Send the list" not in titles  # dropped when the lead was closed
    assert any(entry.text == "Wrong person" for entry in entries)


@pytest.mark.parametrize(("days", "came_back"), [(5, False), (1, True)])
def test_what_comes_in_after_the_end_came_back(adviser: User, days: int, came_back: bool) -> None:
    lead = make.lead(owner=adviser)
    status.lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER)
    lead.log.filter(from_state="").update(at=timezone.now() - dt.timedelta(days=9))
    lead.log.filter(to_state="lost").update(at=timezone.now() - dt.timedelta(days=3))
    make.interaction(lead=lead, happened_at=timezone.now() - dt.timedelta(days=days))
    said = next(e for e in timeline_page(lead, adviser).entries if e.kind == "interaction")
    assert said.row.came_back == came_back


def test_timeline_names_no_contact_that_became_confidential(adviser: User, colleague: User) -> None:
    lead = make.lead(owner=adviser)
    contact = make.contact(investor=lead.investor)
    make.interaction(lead=lead, contacts=[contact])
    secret = make.confidential_lead(owner=adviser, investor=lead.investor)
    type(contact).objects.filter(pk=contact.pk).update(known_through=secret, restricted=True)
    said = next(e for e in timeline_page(lead, colleague).entries if e.kind == "interaction")
    assert said.row.with_whom == []


def _plain(lead: Lead, user: User) -> list[tuple[dt.datetime, str]]:
    """When what happened, latest first, worked out row by row in Python."""
    found = [(said.happened_at, "interaction") for said in lead.interactions.all()]
    found += [
        (row.at if row.from_state else lead.received_at, "move")
        for row in lead.log.all()
        if row.from_state or row.kind == "stage"
    ]
    done = [action for action in lead.actions.all() if action.done_at and not action.dropped]
    found += [(action.done_at, "action") for action in done]
    for row in lead.shortlist.all():
        found += [(move.at, "shortlist") for move in row.log.all()]
    for brief in lead.blind_briefs.all():
        for release in brief.releases.all():
            found += [(release.released_at, "told"), (release.reveal.revealed_at, "told")]
    for meeting in lead.meetings.all():
        held = [move.to_state == "held" and meeting.starts_at for move in meeting.log.all()]
        moves = zip(held, meeting.log.all(), strict=True)
        found += [(moment or move.at, "meeting") for moment, move in moves]
    for engagement in lead.engagements.all():
        if Engagement.objects.visible_to(user).filter(pk=engagement.pk).exists():
            found += [(move.at, "engagement") for move in engagement.log.all()]
            days = [row.reached_on or row.failed_on for row in engagement.milestones.all()]
            found += [(noon(day), "engagement") for day in days if day]
    found += [(noon(outcome.dated), "outcome") for outcome in lead.outcomes.all()]
    found += [(kept.made_at, "evaluation") for kept in lead.evaluations.all()]
    return sorted(found, reverse=True)


def _much_happened(owner: User) -> Lead:
    """A lead with some of everything."""
    lead = make.qualified_lead(owner=owner)
    contact = lead.investor.contacts.get()
    for hours in (5, 400, 30):
        at = timezone.now() - dt.timedelta(hours=hours)
        make.interaction(lead=lead, happened_at=at, contacts=[contact])
    make.shortlisting(lead=lead, state=ShortlistState.ACCEPTED)
    make.meeting(lead=lead, state=MeetingState.HELD)
    make.meeting(lead=lead, state=MeetingState.CANCELLED)
    row = make.engagement(lead=lead, state=EngagementState.VERIFIED)
    today = timezone.localdate()
    Milestone.objects.create(
        engagement=row, kind=make.milestone_kind(), reached_on=today - dt.timedelta(days=9)
    )
    Milestone.objects.create(engagement=row, kind=make.milestone_kind(), planned_on=today)
    Outcome.objects.create(lead=lead, kind="site", dated=today - dt.timedelta(days=4))
    actions.complete_action(
        actor=owner, action=lead.actions.first(), following=NextAction("Ask again", today)
    )
    leads.move_back(actor=owner, lead=lead, stage=Stage.CONTACTED, reason="Too early")
    lead.refresh_from_db()
    return lead


def _told_to_a_cluster(lead: Lead) -> None:
    leader = make.leader(cluster=make.shortlisting(lead=lead).cluster)
    make.revealed(make.released(make.blind_brief(lead=lead), leaders=[leader])[0])


def _whole(record: Any, user: User, **asked: Any) -> list[TimelineEntry]:
    """All pages of it, one after the other."""
    found, before = [], ""
    while True:
        page = timeline_page(record, user, before=before, **asked)
        found += page.entries
        before = page.older
        if not before:
            return found


def test_timeline_equals_what_is_worked_out_row_by_row(adviser: User) -> None:
    lead = _much_happened(adviser)
    make.evaluation(lead=lead)
    _told_to_a_cluster(lead)
    told = [(entry.at, entry.kind) for entry in timeline_page(lead, adviser, size=99).entries]
    assert sorted(told, reverse=True) == _plain(lead, adviser)
    moments = [at for at, kind in told]
    assert moments == sorted(moments, reverse=True)
    assert len({kind for _at, kind in told}) == 9


@pytest.mark.parametrize("size", [1, 2, 7])
def test_pages_follow_each_other_without_gap_or_repetition(adviser: User, size: int) -> None:
    lead = _much_happened(adviser)
    same = timezone.now() - dt.timedelta(hours=2)  # at one moment the order must be total, too
    Interaction.objects.filter(lead=lead).update(happened_at=same)
    LeadLog.objects.filter(lead=lead).update(at=same)
    ShortlistingLog.objects.filter(shortlisting__lead=lead).update(at=same)
    at_once = [entry.title for entry in timeline_page(lead, adviser, kind="all", size=999).entries]
    by_pages = [entry.title for entry in _whole(lead, adviser, kind="all", size=size)]
    assert by_pages == at_once
    assert len(at_once) > 30


def test_each_kind_can_be_asked_for_alone(adviser: User) -> None:
    lead = _much_happened(adviser)
    make.evaluation(lead=lead)
    _told_to_a_cluster(lead)
    page = timeline_page(lead, adviser)
    for kind in page.kinds:
        entries = timeline_page(lead, adviser, kind=kind.key).entries
        assert {entry.kind for entry in entries} == {kind.key}
    assert "change" in {kind.key for kind in page.kinds}
    assert "change" not in {entry.kind for entry in page.entries}
    everything = {entry.kind for entry in _whole(lead, adviser, kind="all")}
    assert everything == {kind.key for kind in page.kinds}
    assert timeline_page(lead, adviser, kind="no-such").kind == ""


def test_changes_say_what_changed_and_by_whom(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    cluster = make.cluster(name="Aerospace Valley")
    with acting(adviser):
        leads.edit_lead(actor=adviser, lead=lead, changes={"wants": "A wind tunnel"})
        shortlist.note_cluster(actor=adviser, lead=lead, cluster=cluster)
        other = make.user()
        leads.assign(actor=adviser, lead=lead, owner=other, deputy=adviser, office=None)
    entries = timeline_page(lead, adviser, kind="change").entries
    lines = {line.label: line.new for entry in entries for line in entry.row.lines}
    assert lines["What they want"] == "A wind tunnel"
    assert lines["Owner"] == str(other)
    assert all(entry.by == str(adviser) for entry in entries[:2])
    made = [entry.row.subject for entry in entries if entry.row.created]
    assert all(subject.startswith("Action") for subject in made)  # other rows tell it themselves


def test_changes_name_nothing_hidden(adviser: User, colleague: User) -> None:
    lead = make.lead(owner=adviser)
    secret = make.confidential_lead(owner=adviser, title="Secret need")
    with acting(adviser):
        lead.copied_from = secret
        lead.save()
    names = {
        user: [line.new for line in timeline_page(lead, user, kind="change").entries[0].row.lines]
        for user in (adviser, colleague)
    }
    assert names == {adviser: [str(secret)], colleague: ["(not shown)"]}


def test_an_engagement_in_a_hidden_project_does_not_exist(adviser: User, colleague: User) -> None:
    secret = make.confidential_lead(owner=colleague)
    lead = make.qualified_lead(owner=adviser)
    row = make.engagement(lead=lead, project=make.project(name="Hidden project"))
    make.hidden(row.project, colleague)
    today = timezone.localdate()
    Milestone.objects.create(engagement=row, kind=make.milestone_kind(), reached_on=today)
    for kind in ("", "all", "engagement", "change"):
        titles = [entry.title for entry in _whole(lead, adviser, kind=kind)]
        assert not any("Hidden" in title for title in titles), kind
    shown = [entry.title for entry in _whole(lead, colleague, kind="engagement")]
    assert any("Hidden" in title for title in shown)
    assert _whole(secret.investor, adviser) == []


@pytest.mark.parametrize("before", ["x", "1", "1.2", "9.9.9", "-5.0.1", "9" * 17 + ".0.1", "1.1.x"])
def test_odd_places_in_the_address_are_harmless(
    adviser: User, as_user: SignIn, before: str
) -> None:
    lead = make.lead(owner=adviser)
    page = as_user(adviser).get(lead.get_absolute_url(), {"before": before, "kind": "'"})
    assert page.status_code == 200


@pytest.mark.parametrize("rows", [1, 500])
def test_a_page_of_the_timeline_takes_three_queries(
    adviser: User, django_assert_max_num_queries: Any, rows: int
) -> None:
    lead = _much_happened(adviser)
    at = timezone.now() - dt.timedelta(days=400)
    Interaction.objects.bulk_create(
        Interaction(
            lead=lead,
            kind="email",
            direction="in",
            happened_at=at,
            text=f"{n}",
            reply_due_at=at,
            silent_at=at,
        )
        for n in range(rows)
    )
    for kind in ("", "all", "change", "engagement", "move"):
        timeline_page(lead, adviser, kind=kind)  # kinds of content are looked up once
        with django_assert_max_num_queries(3):
            timeline_page(lead, adviser, kind=kind)
    page = timeline_page(lead, adviser)
    assert bool(page.older) == (rows > 1)
    if rows > 1:
        with django_assert_max_num_queries(3):
            older = timeline_page(lead, adviser, before=page.older)
        assert len(older.entries) == PER_PAGE


def test_older_entries_come_by_link_and_by_htmx(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    for n in range(PER_PAGE + 5):
        make.interaction(lead=lead, subject=f"Letter {n:02}.")
    client, address = as_user(adviser), lead.get_absolute_url()
    page = client.get(address)
    older = page.context["timeline"].older
    assert f"before={older}#timeline" in page.content.decode()
    assert "Letter 00." not in page.content.decode()
    whole = client.get(address, {"before": older})
    part = client.get(address, {"before": older}, headers={"HX-Request": "true"})
    for answer in (whole, part):
        assert "Letter 00." in answer.content.decode()
        assert "HX-Request" in answer["Vary"]
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()


def test_the_timeline_of_an_investor_is_that_of_its_leads(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    lead = make.lead(owner=adviser)
    make.interaction(lead=lead, subject="Open word")
    secret = make.confidential_lead(owner=adviser, investor=lead.investor)
    make.interaction(lead=secret, subject="Secret word")
    address = reverse("investors:investor_timeline", args=[lead.investor.ref])
    both = as_user(adviser).get(address).content.decode()
    assert "Open word" in both
    assert "Secret word" in both
    assert f'href="{secret.get_absolute_url()}"' in both
    one = as_user(colleague).get(address).content.decode()
    assert "Open word" in one
    assert "Secret word" not in one
    assert secret.ref not in one


# --- search ----------------------------------------------------------------------------------


def found(user: User, key: str, query: str) -> list[str]:
    searcher = next(each for each in searchers() if each.key == key)
    return [hit.title for hit in searcher.find(user, query, 10)]


def test_search_finds_prefixes_first(adviser: User) -> None:
    make.investor(name="Blue Kestrel")
    make.investor(name="Ökestrelka")
    make.investor(name="Kestrel Photonics")
    assert found(adviser, "investor", "kestrel") == [
        "Kestrel Photonics",
        "Blue Kestrel",
        "Ökestrelka",
    ]


@pytest.mark.parametrize("query", ["nestle", "NESTLÉ", "ネスレ", "nesure"])
def test_search_ignores_accents_case_and_script(adviser: User, query: str) -> None:
    investor = make.investor(name="Nestlé", native_name="ネスレ")
    lead = make.lead(owner=adviser, investor=investor, title="Cocoa")
    assert found(adviser, "investor", query) == ["Nestlé"]
    assert found(adviser, "lead", query) == [str(lead)]


def test_search_finds_contacts_by_name_and_e_mail(adviser: User) -> None:
    make.contact(investor=make.investor(), name="Jürg Müller", email="jm@example.com")
    for query in ("muller", "jurg", "jm@example.com"):
        assert found(adviser, "contact", query) == ["Jürg Müller"], query


@pytest.mark.parametrize("query", ["", " ", "%", "'", "_", "x" * 500, "☃"])
def test_search_for_odd_things_is_harmless(adviser: User, query: str) -> None:
    make.lead(owner=adviser)
    for key in ("investor", "lead", "contact"):
        assert found(adviser, key, query) == []


def test_search_hints_at_nothing_hidden(adviser: User, colleague: User, manager: User) -> None:
    lead = make.confidential_lead(owner=adviser, investor=make.investor(name="Osprey"))
    make.contact(investor=lead.investor, known_through=lead, name="Mary Osprey")
    for key in ("investor", "lead", "contact"):
        assert found(colleague, key, "osprey") == [], key
        assert len(found(manager, key, "osprey")) == 1, key


def test_archived_records_are_not_found(adviser: User) -> None:
    lead = make.lead(owner=adviser, investor=make.investor(name="Osprey"))
    leads.archive_lead(actor=adviser, lead=lead, reason="Twin")
    assert found(adviser, "lead", "osprey") == []


# --- queries of the investors' pages ---------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 20])
def test_investor_pages_ask_the_same_number_of_queries(
    adviser: User, as_user: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    parent = make.investor()
    investor = make.investor(parent=parent, organisation=make.organisation())
    for _ in range(rows):
        make.contact(investor=investor)
        make.lead(owner=make.user(), investor=investor)
        make.investor(parent=investor)
    client = as_user(adviser)
    client.get(investor.get_absolute_url())
    with django_assert_num_queries(10):
        client.get(investor.get_absolute_url())
    with django_assert_num_queries(5):
        client.get(reverse("investors:investor_list"))
