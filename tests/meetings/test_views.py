"""Each page: who may open it, what it shows, what it does; how many queries it costs."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clusters.models import Cluster
from ifa_crm.staff.models import Absence, User
from ifa_crm.staff.roles import Role
from investors.choices import LostReason, Stage
from investors.models import Lead
from investors.services import status
from meetings.choices import MeetingForm, MeetingState, Side
from meetings.models import Meeting
from meetings.services import planning
from meetings.services.people import People
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

YESTERDAY = dt.timedelta(days=1)
READ = ["meeting_list", "meeting_calendar"]
READ_ONE = ["meeting_detail", "meeting_ics"]
CHANGE_ONE = [
    "meeting_edit",
    "meeting_confirm",
    "meeting_reschedule",
    "meeting_cancel",
    "meeting_held",
    "meeting_no_show",
    "meeting_amend",
]
OF_LEAD = ["introduction_plan", "introduction_record"]


@pytest.fixture
def lead(adviser: User) -> Lead:
    return make.qualified_lead(owner=adviser)


@pytest.fixture
def cluster() -> Cluster:
    return make.cluster()


def to(name: str, *keys: str) -> str:
    return reverse(f"meetings:{name}", args=keys)


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer
    return answer.content.decode()


def form_of(client: Client, address: str) -> dict[str, Any]:
    """What the form of a page posts when nobody touches it."""
    form = client.get(address).context["form"]
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        widget = bound.field.widget
        if value is None:
            continue
        if isinstance(value, list | tuple) or hasattr(value, "model"):
            data[bound.html_name] = [str(bound.field.prepare_value(item)) for item in value]
        else:
            data[bound.html_name] = str(_posted(widget.format_value(value)))
    return data


def _posted(shown: Any) -> Any:
    """What a select posts is its one choice."""
    return (shown[0] if shown else "") if isinstance(shown, list) else shown or ""


# --- who may what ----------------------------------------


@pytest.mark.parametrize("role", Role)
def test_everybody_reads(as_user: SignIn, lead: Lead, role: Role) -> None:
    meeting, client = make.meeting(lead=lead), as_user(make.user(role=role))
    for name in READ:
        assert client.get(to(name)).status_code == 200
    for name in READ_ONE:
        assert client.get(to(name, meeting.ref)).status_code == 200
    assert client.get(to("lead_meetings", lead.ref)).status_code == 200
    assert client.get(to("cluster_meetings", meeting.cluster.slug)).status_code == 200


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.VIEWER, False),
        (Role.ADVISER, False),  # not the owner
        (Role.DESK, True),
        (Role.MANAGER, True),
        (Role.ADMINISTRATOR, True),
    ],
)
def test_who_may_change(as_user: SignIn, lead: Lead, role: Role, allowed: bool) -> None:
    meeting, client = make.meeting(lead=lead), as_user(make.user(role=role))
    for name in CHANGE_ONE:
        for answer in (client.get(to(name, meeting.ref)), client.post(to(name, meeting.ref))):
            assert (answer.status_code != 403) is allowed, name
            assert answer.status_code in {200, 302, 403, 422}, name
    for name in OF_LEAD:
        assert (client.get(to(name, lead.ref)).status_code == 200) is allowed, name
        assert (client.post(to(name, lead.ref)).status_code == 200) is allowed, name


def test_owner_and_deputy_may_change(as_user: SignIn, adviser: User, colleague: User) -> None:
    lead = make.qualified_lead(owner=adviser, deputy=colleague)
    meeting = make.meeting(lead=lead)
    for user in (adviser, colleague):
        assert as_user(user).get(to("meeting_edit", meeting.ref)).status_code == 200


def test_a_stranger_to_a_confidential_lead_finds_nothing(
    as_user: SignIn, adviser: User, colleague: User, desk: User, viewer: User, manager: User
) -> None:
    hidden = make.qualified_lead(owner=adviser, confidential="yes")
    meeting = make.meeting(lead=hidden, state=MeetingState.CONFIRMED)
    name = str(hidden.investor)
    for user in (colleague, desk, viewer):
        client = as_user(user)
        for page in READ_ONE + (CHANGE_ONE if user != viewer else []):
            assert client.get(to(page, meeting.ref)).status_code == 404, page
        for page in ["lead_meetings", *(OF_LEAD if user != viewer else [])]:
            assert client.get(to(page, hidden.ref)).status_code == 404, page
        month = f"?month={meeting.starts_at:%Y-%m}"
        for address in (
            to("meeting_list"),
            to("meeting_calendar") + month,
            to("cluster_meetings", meeting.cluster.slug),
        ):
            shown = text(client, address)
            assert name not in shown
            assert meeting.ref not in shown
        assert "confidential, not listed" not in text(client, to("meeting_list"))
    for user in (adviser, manager):
        client = as_user(user)
        assert name in text(client, to("meeting_list"))
        assert client.get(to("meeting_detail", meeting.ref)).status_code == 200


def test_taking_part_gives_no_sight(as_user: SignIn, adviser: User, manager: User) -> None:
    hidden = make.qualified_lead(owner=adviser, confidential="yes")
    cluster = make.cluster()
    people = make.people(lead=hidden, cluster=cluster, staff=(manager,))
    meeting = make.meeting(lead=hidden, cluster=cluster, people=people)
    manager.groups.set([make.group(Role.ADVISER)])
    assert as_user(manager).get(to("meeting_detail", meeting.ref)).status_code == 404


def test_a_hidden_contact_is_left_out_for_those_who_may_not_know(
    as_user: SignIn, adviser: User, manager: User
) -> None:
    lead = make.qualified_lead(owner=adviser)
    meeting, contact = make.meeting(lead=lead), lead.investor.contacts.get()
    other = make.lead(owner=manager, investor=lead.investor, confidential="yes")
    contact.known_through, contact.restricted = other, True
    contact.save()
    pages = [to("meeting_detail", meeting.ref), to("meeting_ics", meeting.ref)]
    for page in (*pages, to("meeting_edit", meeting.ref)):
        assert contact.name not in text(as_user(adviser), page)
    for page in pages:
        unfolded = text(as_user(manager), page).replace("\r\n ", "")  # lines of a calendar file
        assert contact.name in unfolded


# --- list ----------------------------------------


def refs(client: Client, query: str = "") -> list[str]:
    answer = client.get(to("meeting_list") + query)
    assert answer.status_code == 200
    return [row.ref for row in answer.context["page"]]


def test_list_shows_what_comes_next_first(as_user: SignIn, adviser: User, lead: Lead) -> None:
    late, soon = (make.meeting(lead=lead, starts_at=make.in_days(days)) for days in (9, 3))
    undated = make.meeting(lead=lead, starts_at=None, ends_at=None)
    long_ago, lately = (
        make.meeting(lead=lead, starts_at=timezone.now() - dt.timedelta(days=days))
        for days in (30, 2)
    )
    ahead = [soon, late, undated, lately, long_ago]
    assert refs(as_user(adviser)) == [meeting.ref for meeting in ahead]


def test_list_filters(as_user: SignIn, adviser: User, colleague: User, lead: Lead) -> None:
    client, office = as_user(colleague), colleague.office
    theirs = make.qualified_lead(owner=colleague, office=office)
    national = make.cluster(tier="national")
    coming = make.meeting(lead=theirs, starts_at=make.in_days(4))
    held = make.meeting(lead=lead, state=MeetingState.HELD, starts_at=make.in_days(-10))
    record = make.meeting(
        lead=lead, state=MeetingState.CONFIRMED, starts_at=make.in_days(-2), cluster=national
    )
    undated = make.meeting(
        lead=lead, starts_at=None, ends_at=None, form=MeetingForm.CALL,
        people=People(staff=(colleague,)),
    )  # fmt: skip
    expected = {
        "?when=coming": {coming},
        "?when=to_record": {record},
        "?when=past": {held, record},
        "?when=undated": {undated},
        "?whose=mine": {coming, undated},
        "?whose=office": {coming},
        "?state=held": {held},
        "?state=held&state=draft": {held, coming, undated},
        "?form=call": {undated},
        f"?cluster={national.slug}": {record},
        "?tier=national": {record},
        f"?owner={adviser.username}": {held, record, undated},
        f"?with_whom={colleague.username}": {coming, undated},
        f"?from={make.in_days(-3):%Y-%m-%d}&to={make.in_days(0):%Y-%m-%d}": {record},
        f"?q={theirs.investor.name}": {coming},
        f"?q={national.name}": {record},
        "?q=nobody+at+all": set(),
        "?from=9999-12-31": set(),
        "?to=2999-12-31": {coming, held, record},
    }
    for query, meetings in expected.items():
        assert set(refs(client, query)) == {meeting.ref for meeting in meetings}, query


def test_list_says_what_is_wrong_with_a_filter(as_user: SignIn, viewer: User) -> None:
    client = as_user(viewer)
    make.meeting()
    for query in ("?when=never", "?from=soon", "?cluster=none", "?state=x", "?with_whom=nobody"):
        shown = text(client, to("meeting_list") + query)
        assert "note-error" in shown, query
        assert "<tbody>" not in shown, query


def test_list_behind_the_figure_says_how_many_it_leaves_out(
    as_user: SignIn, adviser: User, viewer: User, manager: User
) -> None:
    """Exactly the list that the figure of Today opens, and no narrower one."""
    hidden = make.qualified_lead(owner=adviser, confidential="yes")
    make.meeting(lead=hidden, state=MeetingState.HELD, starts_at=make.in_days(-5))
    first = timezone.localdate(timezone=viewer.zone) - dt.timedelta(days=90)
    figure = f"?state=held&from={first:%Y-%m-%d}"
    client = as_user(viewer)
    assert "1 confidential, not listed" in text(client, to("meeting_list") + figure)
    for query in (
        "",
        "?state=held",
        f"{figure}&q={hidden.investor}",
        f"{figure}&to={make.in_days(-4):%Y-%m-%d}",
        f"?state=held&from={first + YESTERDAY:%Y-%m-%d}",
    ):
        assert "not listed" not in text(client, to("meeting_list") + query)
    assert "not listed" not in text(as_user(manager), to("meeting_list") + figure)


def test_list_empty_names_the_next_act(as_user: SignIn, adviser: User, viewer: User) -> None:
    assert to("introduction_create") in text(as_user(adviser), to("meeting_list"))
    assert to("introduction_create") not in text(as_user(viewer), to("meeting_list"))


# --- one ----------------------------------------


def test_detail_shows_both_clocks_and_who_takes_part(
    as_user: SignIn, adviser: User, lead: Lead
) -> None:
    adviser.time_zone = "Asia/Tokyo"
    adviser.save()
    meeting = make.meeting(lead=lead, starts_at=make.in_days(7, 10))
    shown = text(as_user(adviser), to("meeting_detail", meeting.ref))
    assert "10:00–11:00</time> <span" in shown
    tokyo = timezone.localtime(meeting.starts_at, adviser.zone)
    assert f"{tokyo:%H:%M}–" in shown
    assert "(Asia/Tokyo)" in shown
    for row in meeting.participants.all():
        assert str(row) in shown
    assert lead.investor.contacts.get().email in shown


def test_detail_says_what_a_draft_lacks(as_user: SignIn, adviser: User) -> None:
    bare = make.lead(owner=adviser)
    meeting = make.meeting(
        lead=bare, starts_at=None, ends_at=None, place="", people=People(staff=(adviser,))
    )
    shown = text(as_user(adviser), to("meeting_detail", meeting.ref))
    for words in (
        "Say first when", "Say where", "comes for the investor", "comes for the cluster",
        "needs: the horizon", "needs: a contact",
    ):  # fmt: skip
        assert words in shown
    assert f"{reverse('investors:lead_edit', args=[bare.ref])}#div_id_horizon" in shown


@pytest.mark.parametrize(
    ("state", "days", "offered"),
    [
        (MeetingState.DRAFT, 5, {"confirm", "edit", "cancel"}),
        (MeetingState.DRAFT, -1, {"held", "edit", "cancel"}),
        (MeetingState.CONFIRMED, 5, {"time", "edit", "cancel"}),
        (MeetingState.CONFIRMED, -1, {"held", "no-show", "time", "edit", "cancel"}),
        (MeetingState.HELD, -1, {"record"}),
        (MeetingState.NO_SHOW, -1, {"record"}),
        (MeetingState.CANCELLED, 5, set()),
    ],
)
def test_detail_offers_what_is_possible(
    as_user: SignIn, adviser: User, viewer: User, lead: Lead,
    state: MeetingState, days: int, offered: set[str],
) -> None:  # fmt: skip
    meeting = make.meeting(lead=lead, state=state, starts_at=make.in_days(days))
    address = to("meeting_detail", meeting.ref)
    every = {"confirm", "edit", "time", "cancel", "held", "no-show", "record"}
    shown = text(as_user(adviser), address)
    assert {act for act in every if f'"{address}{act}/' in shown} == offered
    shown = text(as_user(viewer), address)
    assert not any(f'"{address}{act}/' in shown for act in every)
    assert to("meeting_ics", meeting.ref) in shown
    client = as_user(adviser)
    asks_first = {"confirm"} if state == MeetingState.DRAFT else set()
    for act in every - offered - asks_first:  # an old page: said in words, no error
        assert client.get(f"{address}{act}/").status_code == 302, act
    for act in offered:
        assert client.get(f"{address}{act}/").status_code == 200, act


def test_detail_warns_of_absence_and_of_a_closed_lead(
    as_user: SignIn, adviser: User, colleague: User, lead: Lead
) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED, starts_at=make.in_days(7))
    day = make.in_days(7).date()
    Absence.objects.create(user=adviser, first_day=day, last_day=day, stand_in=colleague)
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED)
    shown = text(as_user(adviser), to("meeting_detail", meeting.ref))
    assert f"{adviser} is away" in shown
    assert f"{colleague} stands in" in shown
    assert "The lead is closed" in shown


def test_nothing_of_an_archived_lead_can_be_changed(
    as_user: SignIn, adviser: User, lead: Lead
) -> None:
    meeting = make.meeting(lead=lead)
    lead.archive(actor=adviser, reason="A twin.")
    client = as_user(adviser)
    assert "/edit/" not in text(client, to("meeting_detail", meeting.ref))
    answer = client.post(to("meeting_confirm", meeting.ref))
    assert answer.status_code == 422


# --- planning ----------------------------------------


def filled(lead: Lead, **changes: Any) -> dict[str, Any]:
    day = timezone.localtime(make.in_days(7), make.office().zone)
    return {
        "form": "meeting",
        "purpose": "First talk",
        "day": f"{day:%Y-%m-%d}",
        "starts_at": "10:00",
        "ends_at": "11:30",
        "time_zone": "Europe/Paris",
        "place": "Paris",
        "contacts": [contact.ref for contact in lead.investor.contacts.all()],
        "guest1_name": "Guy",
        "guest1_email": "guy@example.org",
        "guest1_side": "cluster",
    } | changes


def test_new_leads_on_to_the_form(as_user: SignIn, adviser: User, lead: Lead) -> None:
    client, cluster = as_user(adviser), make.cluster()
    make.lead()  # nobody's: not offered
    for what, name in (("ahead", "introduction_plan"), ("past", "introduction_record")):
        given = {"lead_text": lead.title, "cluster_text": cluster.name, "what": what}
        answer = client.post(to("introduction_create"), given)
        assert answer["Location"] == f"{to(name, lead.ref)}?cluster={cluster.slug}"
        answer = client.post(to("introduction_create"), {"lead": lead.ref, "what": what})
        assert answer["Location"] == to(name, lead.ref)
    assert client.post(to("introduction_create"), {}).status_code == 422
    offered = client.get(to("lead_options")).json()["options"]
    assert [option["key"] for option in offered] == [lead.ref]


def test_plan_without_cluster_offers_the_shortlist(
    as_user: SignIn, adviser: User, lead: Lead
) -> None:
    noted, other = make.shortlisting(lead=lead).cluster, make.cluster(name="Elsewhere")
    client, address = as_user(adviser), to("introduction_plan", lead.ref)
    assert f"?cluster={noted.slug}" in text(client, address)
    assert "Who takes part" in text(client, f"{address}?cluster_text=Elsewhere&cluster=")
    assert "Who takes part" in text(client, f"{address}?cluster={other.slug}")
    assert "Nothing on record matches" in text(client, f"{address}?cluster_text=qqq&cluster=")
    assert "not there" in text(client, f"{address}?cluster=none")


def test_desk_plans_for_the_shortlist_only(as_user: SignIn, desk: User, lead: Lead) -> None:
    noted, other = make.shortlisting(lead=lead).cluster, make.cluster()
    client, address = as_user(desk), to("introduction_plan", lead.ref)
    assert "Who takes part" in text(client, f"{address}?cluster={noted.slug}")
    assert "not there" in text(client, f"{address}?cluster={other.slug}")


def test_plan_saves_a_draft_with_everybody(as_user: SignIn, adviser: User, lead: Lead) -> None:
    cluster = make.cluster()
    leader = make.leader(cluster=cluster)
    colleague = make.user()
    address = f"{to('introduction_plan', lead.ref)}?cluster={cluster.slug}"
    more = {
        "leaders": [leader.ref],
        "staff": [adviser.username],
        "staff_more_1": "",
        "staff_more_1_text": str(colleague),
    }
    answer = as_user(adviser).post(address, filled(lead) | more)
    meeting = Meeting.objects.get()
    assert answer["Location"] == meeting.get_absolute_url()
    assert meeting.state == MeetingState.DRAFT
    assert timezone.localtime(meeting.starts_at, meeting.zone).hour == 10
    assert meeting.stretch[1] - meeting.stretch[0] == dt.timedelta(minutes=90)
    assert {str(row) for row in meeting.participants.all()} == {
        str(lead.investor.contacts.get()), str(leader), str(adviser), str(colleague), "Guy"
    }  # fmt: skip


def test_plan_and_confirm_in_one_go(as_user: SignIn, adviser: User, lead: Lead) -> None:
    address = f"{to('introduction_plan', lead.ref)}?cluster={make.cluster().slug}"
    as_user(adviser).post(address, filled(lead, confirm_now="on"))
    assert Meeting.objects.get().state == MeetingState.CONFIRMED


def test_plan_that_cannot_be_confirmed_saves_nothing_and_keeps_what_was_typed(
    as_user: SignIn, adviser: User
) -> None:
    bare = make.lead(owner=adviser)
    address = f"{to('introduction_plan', bare.ref)}?cluster={make.cluster().slug}"
    answer = as_user(adviser).post(address, filled(bare, confirm_now="on"))
    assert answer.status_code == 422
    assert "Say who comes for the investor" in answer.content.decode() or (
        "Before this the lead needs" in answer.content.decode()
    )
    assert 'value="First talk"' in answer.content.decode()
    assert not Meeting.objects.exists()
    assert not bare.shortlist.exists()


def test_plan_of_a_past_time_shows_the_error_at_the_field(
    as_user: SignIn, adviser: User, lead: Lead
) -> None:
    address = f"{to('introduction_plan', lead.ref)}?cluster={make.cluster().slug}"
    answer = as_user(adviser).post(address, filled(lead, day="2020-01-07"))
    assert answer.status_code == 422
    assert "This time is past" in str(answer.context["form"].errors["starts_at"])


def test_confirm_by_its_button(as_user: SignIn, adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead)
    client = as_user(adviser)
    assert client.post(to("meeting_confirm", meeting.ref)).status_code == 302
    meeting.refresh_from_db()
    assert meeting.state == MeetingState.CONFIRMED


def test_the_loser_is_offered_the_next_free_times(
    as_user: SignIn, adviser: User, lead: Lead
) -> None:
    make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    draft = make.meeting(lead=lead, cluster=make.cluster())
    client = as_user(adviser)
    answer = client.post(to("meeting_confirm", draft.ref))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert f"Not free then: {adviser}" in shown or "Not free then" in shown
    [start, *_] = [free[0] for free in answer.context["form"].free]
    link = f"{to('meeting_edit', draft.ref)}?at={start.astimezone(dt.UTC):%Y-%m-%dT%H:%MZ}"
    assert link in shown
    proposed = form_of(client, link)
    assert proposed["starts_at"] == f"{timezone.localtime(start, draft.zone):%H:%M}"
    saved = client.post(link, proposed | {"contacts": proposed["contacts"]})
    assert saved.status_code == 302
    assert client.post(to("meeting_confirm", draft.ref)).status_code == 302


@pytest.mark.parametrize("at", ["x", "2026-13-01T00:00Z", "2026-11-24T10:00", ""])
def test_a_proposed_time_that_is_none_is_ignored(
    as_user: SignIn, adviser: User, lead: Lead, at: str
) -> None:
    meeting = make.meeting(lead=lead)
    form = form_of(as_user(adviser), f"{to('meeting_edit', meeting.ref)}?at={at}")
    assert form["starts_at"] == "10:00"


def test_edit_untouched_changes_nothing(as_user: SignIn, adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    before = planning.arrangement_of(meeting)
    client, address = as_user(adviser), to("meeting_edit", meeting.ref)
    assert client.post(address, form_of(client, address)).status_code == 302
    meeting.refresh_from_db()
    assert planning.arrangement_of(meeting) == before
    assert (meeting.sequence, meeting.participants.count()) == (0, 3)


def test_two_who_edit_one_meeting_clash_only_in_the_same_field(
    as_user: SignIn, adviser: User, manager: User, lead: Lead
) -> None:
    meeting = make.meeting(lead=lead)
    client, address = as_user(adviser), to("meeting_edit", meeting.ref)
    mine = form_of(client, address)
    other = as_user(manager)
    other.post(address, form_of(other, address) | {"purpose": "Theirs", "place": "Lyon"})
    answer = client.post(address, mine | {"purpose": "Mine"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"purpose"}
    assert "Theirs" in str(answer.context["form"].errors["purpose"])
    again = mine | {"purpose": "Mine", "clash_base": answer.context["form"]["clash_base"].value()}
    assert client.post(address, again).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.purpose, meeting.place) == ("Mine", "Lyon")


def test_people_added_by_another_stay(
    as_user: SignIn, adviser: User, manager: User, lead: Lead
) -> None:
    meeting = make.meeting(lead=lead)
    client, address = as_user(adviser), to("meeting_edit", meeting.ref)
    mine = form_of(client, address)
    other, extra = as_user(manager), {"guest1_name": "New", "guest1_side": "investor"}
    other.post(address, form_of(other, address) | extra)
    assert client.post(address, mine | {"purpose": "Mine"}).status_code == 302
    assert meeting.participants.filter(guest_name="New").exists()
    ticked = form_of(client, address)
    assert client.post(address, ticked | {"guests": []}).status_code == 302
    assert not meeting.participants.filter(guest_name="New").exists()


def test_reschedule_page(as_user: SignIn, adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    client, address = as_user(adviser), to("meeting_reschedule", meeting.ref)
    form = form_of(client, address)
    assert client.post(address, form).status_code == 422
    assert client.post(address, form | {"day": ""}).status_code == 422
    assert client.post(address, form | {"starts_at": "09:30"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.sequence == 1
    shown = text(client, meeting.get_absolute_url())
    assert "Another time or place" in shown


def test_cancel_page(as_user: SignIn, adviser: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    client, address = as_user(adviser), to("meeting_cancel", meeting.ref)
    answer = client.post(address, {})
    assert set(answer.context["form"].errors) == {"by", "reason"}
    assert client.post(address, {"by": "cluster", "reason": "Ill."}).status_code == 302
    shown = text(client, meeting.get_absolute_url())
    assert "Cancelled by: The cluster" in shown
    assert "Plan it again" in shown


# --- outcome ----------------------------------------


@pytest.fixture
def over(lead: Lead) -> Meeting:
    return make.meeting(
        lead=lead, state=MeetingState.CONFIRMED, starts_at=timezone.now() - YESTERDAY
    )


def test_held_page_ticks_those_who_were_to_come(
    as_user: SignIn, adviser: User, lead: Lead, over: Meeting
) -> None:
    client, address = as_user(adviser), to("meeting_held", over.ref)
    form = form_of(client, address)
    assert form["contacts"] == [lead.investor.contacts.get().ref]
    due = f"{timezone.localdate() + dt.timedelta(days=2):%Y-%m-%d}"
    given = form | {"summary": "Went well.", "next_what": "Send it", "next_due": due}
    assert client.post(address, given).status_code == 302
    over.refresh_from_db()
    assert (over.state, over.summary) == (MeetingState.HELD, "Went well.")
    assert lead.actions.filter(what="Send it").exists()
    lead.refresh_from_db()
    assert lead.stage == Stage.INTRODUCED
    assert "Went well." in text(client, over.get_absolute_url())


def test_held_page_refuses_at_the_field(
    as_user: SignIn, adviser: User, lead: Lead, over: Meeting
) -> None:
    client, address = as_user(adviser), to("meeting_held", over.ref)
    form = form_of(client, address)
    answer = client.post(address, form | {"contacts": [], "next_what": "x"})
    assert set(answer.context["form"].errors) == {"next_due"}
    answer = client.post(address, form | {"contacts": []})
    assert set(answer.context["form"].errors) == {"contacts"}
    answer = client.post(address, form | {"next_due": "2030-01-01"})
    assert set(answer.context["form"].errors) == {"next_what"}


def test_no_show_page(as_user: SignIn, adviser: User, over: Meeting) -> None:
    client, address = as_user(adviser), to("meeting_no_show", over.ref)
    assert client.post(address, {}).status_code == 422
    assert client.post(address, {"by": "investor", "summary": "Snow."}).status_code == 302
    assert "Did not come: The investor" in text(client, over.get_absolute_url())


def test_record_page_in_one_form(as_user: SignIn, adviser: User, lead: Lead) -> None:
    cluster = make.cluster()
    address = f"{to('introduction_record', lead.ref)}?cluster={cluster.slug}"
    client = as_user(adviser)
    past = {"day": "2026-01-20", "summary": "They liked each other."}
    assert client.post(address, filled(lead, **past)).status_code == 302
    meeting = Meeting.objects.get()
    assert (meeting.state, meeting.cluster) == (MeetingState.HELD, cluster)
    answer = client.post(address, filled(lead, **past, ends_at=""))
    assert set(answer.context["form"].errors) == {"ends_at"}
    email = {"form": "email", "ends_at": "", "contacts": [], "guest1_name": "", "guest1_email": ""}
    assert client.post(address, filled(lead, **past | email)).status_code == 302
    answer = client.post(address, filled(lead, day=f"{make.in_days(3):%Y-%m-%d}"))
    assert "still ahead" in str(answer.context["form"].errors["starts_at"])


def test_amend_page(as_user: SignIn, adviser: User, lead: Lead) -> None:
    client = as_user(adviser)
    for state, fields in (
        (MeetingState.HELD, {"summary", "contacts"}),
        (MeetingState.NO_SHOW, {"summary"}),
    ):
        meeting = make.meeting(lead=lead, state=state, starts_at=make.in_days(12))
        address = to("meeting_amend", meeting.ref)
        form = form_of(client, address)
        assert fields <= set(client.get(address).context["form"].fields)
        assert client.post(address, form | {"summary": "Better"}).status_code == 302
        meeting.refresh_from_db()
        assert (meeting.state, meeting.summary) == (state, "Better")


# --- calendar file ----------------------------------------


def test_ics_downloads_with_its_type(as_user: SignIn, viewer: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    answer = as_user(viewer).get(to("meeting_ics", meeting.ref))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert answer["Content-Disposition"] == f'attachment; filename="introduction-{meeting.ref}.ics"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert f"UID:{meeting.uid}".encode() in answer.content
    assert f"http://testserver{meeting.get_absolute_url()}".encode() in answer.content


def test_ics_needs_a_time(as_user: SignIn, viewer: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead, starts_at=None, ends_at=None)
    assert as_user(viewer).get(to("meeting_ics", meeting.ref)).status_code == 404


# --- on the pages of others ----------------------------------------


def test_region_alone_for_htmx(as_user: SignIn, viewer: User, lead: Lead) -> None:
    meeting = make.meeting(lead=lead)
    address = to("cluster_meetings", meeting.cluster.slug)
    client = as_user(viewer)
    whole, part = client.get(address), client.get(address, headers={"HX-Request": "true"})
    assert "<html" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert meeting.ref in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_lead_tab_offers_planning_to_those_who_may(
    as_user: SignIn, adviser: User, viewer: User, lead: Lead
) -> None:
    address, plan = to("lead_meetings", lead.ref), to("introduction_plan", lead.ref)
    assert plan in text(as_user(adviser), address)
    assert plan not in text(as_user(viewer), address)


# --- queries ----------------------------------------


def _meetings(count: int, lead: Lead, cluster: Cluster) -> list[Meeting]:
    return [
        make.meeting(lead=lead, cluster=cluster, starts_at=make.in_days(4, 8 + n % 9, n))
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [1, 20])
def test_pages_cost_the_same_for_one_and_twenty(
    as_user: SignIn,
    adviser: User,
    lead: Lead,
    cluster: Cluster,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    call_command("createcachetable", verbosity=0)
    meeting = _meetings(count, lead, cluster)[0]
    for n in range(count):
        planning.log(meeting, "draft", adviser, f"{n}")
        meeting.participants.create(guest_name=f"Guest {n}", guest_side=Side.CLUSTER)
    client = as_user(adviser)
    month = f"{to('meeting_calendar')}?month={meeting.starts_at:%Y-%m}"
    for address, queries in (
        (to("meeting_list"), 5),
        (to("meeting_detail", meeting.ref), 8),
        (month, 4),
        (to("lead_meetings", lead.ref), 6),
        (to("cluster_meetings", cluster.slug), 4),
        (to("meeting_ics", meeting.ref), 5),
        (to("meeting_edit", meeting.ref), 12),  # two of them begin and end
    ):
        client.get(address)
        with django_assert_num_queries(queries):
            client.get(address)
