"""Today: what each role sees, why it is there, and that a hidden record is never hinted at."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from clusters.choices import ContactPolicy
from clusters.models import CorrectionNote
from ifa_crm.home import desk as desk_sorts
from ifa_crm.home import oversight, own
from ifa_crm.home.sections import AT_MOST, SHOWN, Line, Moment, Section, Sort
from ifa_crm.home.today import in_short, section_of, sections_of, sorts_of
from ifa_crm.staff.models import Absence, User
from ifa_crm.staff.roles import Role
from investors.choices import (
    Confidential,
    EngagementState,
    LostReason,
    Priority,
    ShortlistState,
)
from investors.models import Action, Interaction, Lead
from investors.services import leads, status
from meetings.choices import MeetingState
from tests import make
from tests.conftest import SignIn

TODAY = timezone.localdate
pytestmark = pytest.mark.django_db


def lines(sort: Sort, user: User) -> list[Line]:
    """What ``user`` has of a sort; people as the next request would read them."""
    return sort.at(Moment(User.objects.get(pk=user.pk))).lines


def titles(sort: Sort, user: User) -> list[str]:
    return [line.title for line in lines(sort, user)]


# --- to answer ---------------------------------------------------------------------------------


def test_answer_lists_what_came_in_the_oldest_first(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    for days in (1, 3, 2):
        ago = timezone.now() - dt.timedelta(days=days)
        make.interaction(lead=lead, happened_at=ago, subject=f"Since {days}")
    assert titles(own.ANSWER, adviser) == [f"{lead.investor}: Since {d}" for d in (3, 2, 1)]
    line = lines(own.ANSWER, adviser)[0]
    assert line.why == "E-mail, not answered"
    assert line.button.address.startswith(reverse("investors:interaction_quick", args=[lead.ref]))
    assert line.button.opens


def test_answer_says_until_when_and_marks_the_silent(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    now = timezone.now()
    hours = {"Due": (3, 40), "Late": (-3, 30), "Silent": (-60, -20)}
    for subject, (due, silent) in hours.items():
        said = make.interaction(lead=lead, subject=subject)
        Interaction.objects.filter(pk=said.pk).update(
            reply_due_at=now + dt.timedelta(hours=due), silent_at=now + dt.timedelta(hours=silent)
        )
    found = lines(own.ANSWER, adviser)
    assert [line.title.rpartition(" ")[2] for line in found] == ["Silent", "Late", "Due"]
    marks = [line.marks[0] for line in found]
    assert [mark.tone for mark in marks] == ["bad", "warn", "accent"]
    assert marks[0].text.startswith("silent since")
    assert marks[1].text.startswith("late since")
    assert marks[2].text.startswith("reply due")


def test_answer_leaves_out_what_was_answered(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    make.interaction(lead=lead)
    make.interaction(lead=lead, direction="out", happened_at=timezone.now())
    assert lines(own.ANSWER, adviser) == []


def test_answer_is_for_owner_and_deputy(adviser: User, colleague: User) -> None:
    make.interaction(lead=make.lead(owner=colleague, deputy=adviser), subject="Mine too")
    make.interaction(lead=make.lead(owner=colleague), subject="Not mine")
    make.interaction(lead=make.lead(), subject="Nobody's")
    assert len(lines(own.ANSWER, adviser)) == 1
    assert len(lines(own.ANSWER, colleague)) == 2


def test_answer_shows_a_company_that_came_back(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED)
    make.interaction(lead=lead)
    clock, came_back = (mark.text for mark in lines(own.ANSWER, adviser)[0].marks)
    assert clock.startswith("reply due")
    assert came_back == "Came back: lost"


def test_answer_leaves_out_archived_leads(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    make.interaction(lead=lead)
    leads.archive_lead(actor=adviser, lead=lead, reason="Entered twice")
    assert lines(own.ANSWER, adviser) == []


def _away(user: User, stand_in: User, first: int = 0, last: int = 3) -> Absence:
    day = TODAY() + dt.timedelta(days=1)
    return Absence.objects.create(
        user=user,
        stand_in=stand_in,
        first_day=day + dt.timedelta(days=first - 2),
        last_day=day + dt.timedelta(days=last),
    )


def test_answer_shows_the_work_of_whom_one_stands_in_for(adviser: User, colleague: User) -> None:
    make.interaction(lead=make.lead(owner=colleague))
    assert lines(own.ANSWER, adviser) == []
    _away(colleague, adviser)
    clock, stands_in = (mark.text for mark in lines(own.ANSWER, adviser)[0].marks)
    assert clock.startswith("reply due")
    assert stands_in == "You stand in"


def test_standing_in_gives_no_right_to_see(adviser: User, colleague: User) -> None:
    hidden = make.confidential_lead(owner=colleague)
    make.interaction(lead=hidden)
    _away(colleague, adviser)
    assert lines(own.ANSWER, adviser) == []
    assert lines(own.DO, adviser) == []


# --- to do -------------------------------------------------------------------------------------


def test_do_shows_overdue_first_and_a_week_ahead(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    Action.objects.all().delete()
    for days in (7, -3, 8, 0):
        make.action(lead=lead, days=days, what=f"In {days}")
    assert titles(own.DO, adviser) == ["In -3", "In 0", "In 7"]
    marks = [[mark.text for mark in line.marks] for line in lines(own.DO, adviser)]
    assert marks == [["Overdue"], [], []]
    groups = [line.group for line in lines(own.DO, adviser)]
    assert groups == ["Overdue", "Due today", "Coming, and waking from a wait"]


def test_do_leaves_out_leads_that_wait_until_they_wake(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.wait(actor=adviser, lead=lead, until=TODAY() + dt.timedelta(days=9))
    assert lines(own.DO, adviser) == []
    Lead.objects.filter(pk=lead.pk).update(waiting_until=TODAY())
    assert len(lines(own.DO, adviser)) > 0


def test_do_shows_what_wakes_this_week(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.wait(actor=adviser, lead=lead, until=TODAY() + dt.timedelta(days=5))
    line = lines(own.DO, adviser)[0]
    assert line.title.startswith("Was waiting since")
    assert line.button.address == lead.get_absolute_url()
    assert line.more == ()  # it is not done before it wakes


def test_do_leaves_out_closed_and_archived_leads(adviser: User) -> None:
    closed, archived = make.lead(owner=adviser), make.lead(owner=adviser)
    status.lose(actor=adviser, lead=closed, reason=LostReason.DROPPED)
    leads.archive_lead(actor=adviser, lead=archived, reason="Entered twice")
    assert lines(own.DO, adviser) == []


def test_do_shows_what_was_given_to_somebody_on_a_lead_of_another(
    adviser: User, colleague: User
) -> None:
    lead = make.lead(owner=colleague)
    make.action(lead=lead, days=0, what="For you", assignee=adviser)
    assert titles(own.DO, adviser) == ["For you"]
    assert titles(own.DO, colleague) == ["First contact"]


def test_done_is_one_press_away_and_comes_back(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    make.action(lead=lead, days=0, what="Call them", assignee=adviser)
    line = next(line for line in lines(own.DO, adviser) if line.title == "Call them")
    assert line.button.at_once
    response = as_user(adviser).post(line.button.address, {"next": "/"})
    assert response.status_code == 302
    assert response["Location"] == "/"
    assert "Call them" not in titles(own.DO, adviser)


# --- not heard from ----------------------------------------------------------------------------


def test_silent_shows_who_said_nothing_for_long(adviser: User, colleague: User) -> None:
    silent, fresh = make.lead(owner=adviser), make.lead(owner=adviser)
    others = make.lead(owner=colleague)
    day = timezone.localdate() - dt.timedelta(
        days=90
    )  # not of 24 hours each: summer may have ended
    long_ago = timezone.make_aware(dt.datetime.combine(day, dt.time(12)))
    Lead.objects.filter(pk__in=[silent.pk, others.pk]).update(received_at=long_ago)
    assert titles(own.SILENT, adviser) == [str(silent)]
    line = lines(own.SILENT, adviser)[0]
    assert line.why == "Nothing heard for 90 days"
    assert line.button.opens
    assert str(fresh) not in titles(own.SILENT, adviser)
    make.interaction(lead=silent)
    assert lines(own.SILENT, adviser) == []


# --- to meet, to record ------------------------------------------------------------------------


def _confirmed(lead: Lead, days: int, **fields: Any) -> Any:
    return make.meeting(
        state=MeetingState.CONFIRMED, lead=lead, starts_at=make.in_days(days), **fields
    )


def test_meet_shows_seven_days_and_both_clocks(adviser: User) -> None:
    adviser.time_zone = "Asia/Tokyo"
    adviser.save()
    lead = make.qualified_lead(owner=adviser)
    soon = _confirmed(lead, 3)
    _confirmed(lead, 9)
    with timezone.override(adviser.zone):
        found = lines(own.MEET, adviser)
    assert [line.title for line in found] == [f"{lead.investor} meets {soon.cluster}"]
    assert "10:00–11:00, Paris (1" in found[0].why
    assert found[0].button.address == reverse("meetings:meeting_ics", args=[soon.ref])


def test_meet_leaves_out_drafts_and_those_of_others(adviser: User, colleague: User) -> None:
    make.meeting(lead=make.qualified_lead(owner=adviser), starts_at=make.in_days(2))
    _confirmed(make.qualified_lead(owner=colleague), 2)
    assert lines(own.MEET, adviser) == []


def test_record_shows_what_is_over(adviser: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    meeting = make.let_time_go_by(_confirmed(lead, 2), dt.timedelta(days=5))
    assert lines(own.MEET, adviser) == []
    line = lines(own.RECORD, adviser)[0]
    assert line.button.address == reverse("meetings:meeting_held", args=[meeting.ref])


# --- to take -----------------------------------------------------------------------------------


def test_take_shows_unowned_leads_of_the_own_office_first(adviser: User) -> None:
    adviser.office = make.office()
    adviser.save()
    far = make.lead(title="Far", office=make.office())
    near = make.lead(title="Near", office=adviser.office)
    make.interaction(lead=far)
    found = lines(own.TAKE, adviser)
    assert [line.title for line in found] == [str(near), str(far)]
    assert "not answered" in found[1].why
    assert "not answered" not in found[0].why


def test_take_leaves_out_what_is_closed_owned_or_hidden(adviser: User, manager: User) -> None:
    make.lead(owner=adviser)
    closed = make.lead()
    status.lose(actor=manager, lead=closed, reason=LostReason.DROPPED)
    hidden = make.lead()
    leads.edit_lead(actor=manager, lead=hidden, changes={"confidential": Confidential.YES})
    assert lines(own.TAKE, adviser) == []


def test_take_takes_it(adviser: User, as_user: SignIn) -> None:
    lead = make.lead()
    button = lines(own.TAKE, adviser)[0].button
    assert button.at_once
    assert as_user(adviser).post(button.address, {"next": "/"})["Location"] == "/"
    lead.refresh_from_db()
    assert lead.owner == adviser


# --- desk --------------------------------------------------------------------------------------


def test_relay_shows_wanted_ones_of_clusters_that_are_relayed(desk: User) -> None:
    theirs = make.cluster(name="Theirs", desk_officer=desk)
    other = make.cluster(name="Other")
    direct = make.cluster(name="Direct", contact_policy=ContactPolicy.DIRECT)
    for cluster in (other, theirs, direct):
        make.shortlisting(cluster=cluster, state=ShortlistState.WANTED)
    make.shortlisting(cluster=theirs, state=ShortlistState.PROPOSED)
    found = lines(desk_sorts.RELAY, desk)
    assert [line.title.rpartition(" ")[2] for line in found] == ["Theirs", "Other"]
    assert "your cluster" in found[0].why
    assert "nobody looks after this cluster" in found[1].why


def test_open_seats_are_one_press_away_for_those_who_fill_them(
    desk: User, adviser: User, as_user: SignIn
) -> None:
    link = f'href="{reverse("investors:seat_board")}"'
    assert link in as_user(desk).get("/").content.decode()
    assert link not in as_user(adviser).get("/").content.decode()


def test_relay_is_one_press_away(desk: User, as_user: SignIn) -> None:
    row = make.shortlisting(state=ShortlistState.WANTED)
    button = lines(desk_sorts.RELAY, desk)[0].button
    assert as_user(desk).post(button.address, {"next": "/"})["Location"] == "/"
    row.refresh_from_db()
    assert row.state == ShortlistState.PUT
    assert titles(desk_sorts.CHASE, desk) == [
        f"{row.cluster} has not answered on {row.lead.investor}"
    ]


def test_relay_hints_at_no_hidden_lead(desk: User, manager: User) -> None:
    row = make.shortlisting(state=ShortlistState.WANTED)
    leads.edit_lead(actor=manager, lead=row.lead, changes={"confidential": Confidential.YES})
    assert lines(desk_sorts.RELAY, desk) == []
    make.shortlisting(lead=row.lead, state=ShortlistState.PUT)
    assert lines(desk_sorts.CHASE, desk) == []


def test_check_groups_facts_by_cluster_theirs_first(desk: User) -> None:
    other = make.cluster(name="Another")
    theirs = make.cluster(name="Theirs", desk_officer=desk)
    fresh = make.cluster(name="Fresh")
    old = TODAY() - dt.timedelta(days=400)
    make.fact(cluster=theirs, checked_on=old)
    make.fact(cluster=other)
    make.fact(cluster=other, field="fate")
    make.fact(cluster=fresh, checked_on=TODAY())
    found = lines(desk_sorts.CHECK, desk)
    assert [line.title for line in found] == ["Theirs", "Another"]
    assert found[0].why == "1 not for a year · your cluster"
    assert found[1].why.startswith("2 facts never checked")


def test_notes_of_colleagues_wait_for_the_desk(desk: User, adviser: User) -> None:
    cluster = make.cluster(desk_officer=desk)
    other = make.cluster(desk_officer=make.user(role=Role.DESK))
    for each in (cluster, other):
        CorrectionNote.objects.create(cluster=each, by=adviser, text="The seat has moved.")
    found = lines(desk_sorts.CORRECT, desk)
    assert [line.title for line in found] == [cluster.name]
    assert "The seat has moved." in found[0].why


# --- manager -----------------------------------------------------------------------------------


def test_confirm_shows_what_they_may_confirm(manager: User) -> None:
    make.engagement(state=EngagementState.AGREED)
    make.engagement(state=EngagementState.AGREED, recorder=manager)
    make.engagement(state=EngagementState.AGREED, lead=make.qualified_lead(owner=manager))
    make.engagement(state=EngagementState.OPEN)
    assert len(lines(oversight.CONFIRM, manager)) == 1


def test_adrift_says_what_is_lacking(manager: User, adviser: User) -> None:
    nobody = make.lead(title="Nobody's", priority=Priority.HIGH)
    left = make.lead(title="Left", owner=make.user())
    User.objects.filter(pk=left.owner_id).update(is_active=False)
    idle = make.lead(title="Idle", owner=adviser)
    Lead.objects.filter(pk=idle.pk).update(next_due=None)
    make.lead(title="In order", owner=adviser)
    found = {line.title: line for line in lines(oversight.ADRIFT, manager)}
    assert next(iter(found)) == str(nobody)
    assert found[str(nobody)].why == "Nobody owns it"
    assert found[str(left)].why.endswith("has left")
    assert found[str(idle)].why.startswith("Nothing is planned")
    assert len(found) == 3


# --- viewer, administrator ---------------------------------------------------------------------


def test_viewer_sees_what_is_coming(viewer: User) -> None:
    lead = make.qualified_lead(owner=make.user())
    _confirmed(lead, 10)
    _confirmed(lead, 20)
    make.engagement(state=EngagementState.VERIFIED)
    assert len(lines(own.COMING, viewer)) == 1
    assert str(lead) in titles(oversight.NEW, viewer)
    assert len(lines(oversight.CONFIRMED, viewer)) == 1


def test_viewer_is_not_told_of_hidden_ones(viewer: User, manager: User) -> None:
    row = make.engagement(state=EngagementState.VERIFIED)
    _confirmed(row.lead, 3)
    leads.edit_lead(actor=manager, lead=row.lead, changes={"confidential": Confidential.YES})
    for sort in (own.COMING, oversight.NEW, oversight.CONFIRMED):
        assert lines(sort, viewer) == []


def test_administrator_sees_what_is_left_to_hand_over(administrator: User) -> None:
    gone = make.user()
    make.lead(owner=gone)
    closed = make.lead(owner=gone)
    status.lose(actor=gone, lead=closed, reason=LostReason.DROPPED)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    line = lines(oversight.LEAVERS, administrator)[0]
    assert line.why == "Has left and still owns 1 lead"
    assert line.button.address.endswith(f"handovers/new/?from={gone.username}")


def test_administrator_sees_accounts_that_lack_something(administrator: User) -> None:
    administrator.office = make.office()
    administrator.save()
    make.user(role=None, office=make.office(), first_name="Roleless", last_name="")
    make.user(first_name="Officeless", last_name="")
    assert titles(oversight.ACCOUNTS, administrator) == ["Roleless", "Officeless"]


def test_administrator_sees_clusters_nobody_looks_after(administrator: User, desk: User) -> None:
    make.cluster(desk_officer=desk)
    lonely = make.cluster()
    assert titles(oversight.UNTENDED, administrator) == [lonely.name]


# --- which sections, and the page --------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "keys"),
    [
        ({Role.ADVISER}, ["answer", "do", "meet", "take"]),
        ({Role.DESK}, ["relay", "chase", "check", "correct"]),
        ({Role.MANAGER}, ["confirm", "adrift"]),
        ({Role.VIEWER}, ["coming", "new", "confirmed"]),
        ({Role.ADMINISTRATOR}, ["leavers", "untended"]),
        (
            {Role.ADVISER, Role.DESK},
            ["answer", "do", "meet", "take", "relay", "chase", "check", "correct"],
        ),
        (set(), []),
    ],
)
def test_roles_decide_the_sections(roles: set[Role], keys: list[str]) -> None:
    user = make.user(role=None, office=make.office())
    for role in roles:
        user.groups.add(make.group(role))
    shown = [section.key for section in sections_of(User.objects.get(pk=user.pk))]
    assert shown == keys


def test_own_work_stands_beside_where_there_is_any(manager: User) -> None:
    lead = make.lead(owner=manager)
    make.interaction(lead=lead)
    keys = [section.key for section in sections_of(User.objects.get(pk=manager.pk))]
    assert keys == ["confirm", "adrift", "answer", "do"]


def test_sections_of_others_are_not_found(viewer: User, as_user: SignIn) -> None:
    client = as_user(viewer)
    assert client.get(reverse("home:section", args=["coming"])).status_code == 200
    for key in ("answer", "relay", "confirm", "leavers", "no-such"):
        assert client.get(reverse("home:section", args=[key])).status_code == 404


def test_sections_are_cut_and_say_where_all_is(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    for n in range(SHOWN + 3):
        make.action(lead=lead, days=1, what=f"Act number {n}.")
    client = as_user(adviser)
    page = client.get("/").content.decode()
    assert page.count("Act number") < page.count("Act number") + 3
    address = reverse("home:section", args=["do"])
    assert f'href="{address}"' in page
    assert f"All {SHOWN + 4}" in page  # with the first contact
    whole = client.get(address).content.decode()
    assert all(f"Act number {n}." in whole for n in range(SHOWN + 3))
    assert f'name="next" value="{address}"' in whole


def test_a_section_counts_no_further_than_it_can_show() -> None:
    section = Section("do", "To do", "check", [], AT_MOST + 1, "")
    assert section.count_text == f"{AT_MOST}+"


def test_empty_sections_say_so(adviser: User, as_user: SignIn) -> None:
    page = as_user(adviser).get("/").content.decode()
    for sentence in ("Nobody waits for an answer.", "Every active lead has an owner."):
        assert sentence in page


def test_somebody_without_a_role_sees_nothing(as_user: SignIn) -> None:
    assert as_user(make.user(role=None)).get("/").status_code == 403


def test_in_short_counts_what_there_is(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    make.interaction(lead=lead)
    make.interaction(lead=lead)
    found = list(sections_of(User.objects.get(pk=adviser.pk)))
    assert in_short(found) == "2 to answer, 1 to do"


def test_figures_stand_on_top_with_their_lists(adviser: User, as_user: SignIn) -> None:
    make.lead(owner=adviser)
    page = as_user(adviser).get("/").content.decode()
    for address in (
        f"{reverse('investors:lead_list')}?status=active",
        reverse("meetings:meeting_list"),
        reverse("investors:engagement_list"),
    ):
        assert f'href="{address}' in page


def test_lines_of_hidden_leads_show_to_nobody_else(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    hidden = make.confidential_lead(owner=adviser, title="Secret need")
    make.interaction(lead=hidden, subject="Secret subject")
    assert "Secret" in as_user(adviser).get("/").content.decode()
    for user in (colleague, make.user(role=Role.DESK), make.user(role=Role.VIEWER)):
        page = as_user(user).get("/").content.decode()
        assert "Secret" not in page
        assert hidden.ref not in page


def test_section_of_gives_every_line(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    for n in range(SHOWN + 1):
        make.action(lead=lead, days=1, what=f"{n}")
    section = section_of(User.objects.get(pk=adviser.pk), "do")
    assert section is not None
    assert len(section.lines) == section.total == SHOWN + 2
    assert not section.is_cut


def test_sorts_have_different_keys() -> None:
    user = make.user(role=None)
    for role in Role:
        user.groups.add(make.group(role))
    keys = [sort.key for sort in sorts_of(User.objects.get(pk=user.pk))]
    assert len(keys) == len(set(keys)) == 23


# --- queries -----------------------------------------------------------------------------------

QUERIES = {
    Role.ADVISER: 9,
    Role.DESK: 9,
    Role.MANAGER: 8,
    Role.VIEWER: 6,
    Role.ADMINISTRATOR: 8,
}


def _fill(users: dict[Role, User], rows: int) -> None:
    """So many rows for every section of every role."""
    for n in range(rows):
        lead = make.qualified_lead(owner=users[Role.ADVISER])
        make.interaction(lead=lead)
        for user in users.values():
            make.action(lead=lead, days=0, assignee=user)
        make.lead()
        at = make.in_days(1, 2) + dt.timedelta(hours=2 * n)  # nobody can be at two at once
        make.meeting(state=MeetingState.CONFIRMED, lead=lead, starts_at=at)
        for state in (ShortlistState.WANTED, ShortlistState.PUT):
            make.shortlisting(lead=lead, state=state)
        cluster = make.cluster()
        make.fact(cluster=cluster)
        CorrectionNote.objects.create(cluster=cluster, by=users[Role.ADVISER], text="Wrong")
        for state in (EngagementState.AGREED, EngagementState.VERIFIED):
            make.engagement(lead=lead, state=state)


@pytest.mark.parametrize("rows", [1, 20])
def test_queries_do_not_grow_with_the_rows(
    rows: int, as_user: SignIn, django_assert_num_queries: Callable[[int], Any]
) -> None:
    office = make.office()
    users = {role: make.user(role=role, office=office) for role in Role}
    _fill(users, rows)
    for role, queries in QUERIES.items():
        client: Client = as_user(users[role])
        client.get("/")  # counts the figures, which stay until something changes
        with django_assert_num_queries(queries):
            assert client.get("/").status_code == 200


@pytest.mark.parametrize("role", Role)
def test_the_same_sections_are_there_in_both_languages(role: Role) -> None:
    user = User.objects.get(pk=make.user(role=role).pk)
    english = [section.key for section in sections_of(user)]
    with translation.override("fr"):
        assert [section.key for section in sections_of(user)] == english
    assert not {"handed", "back", "record", "silent", "enquiries"}.intersection(english)
