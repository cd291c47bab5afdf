"""The month at a glance: the reader's days, everything within few queries."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ifa_crm.staff.models import User
from investors.models import Lead
from meetings.choices import MeetingState
from meetings.models import Meeting
from meetings.month import Day
from meetings.services.people import People
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

ADDRESS = reverse("meetings:meeting_calendar")


@pytest.fixture
def lead(adviser: User) -> Lead:
    return make.qualified_lead(owner=adviser)


def days(client: Client, query: str) -> dict[dt.date, Day[Meeting]]:
    answer = client.get(ADDRESS + query)
    assert answer.status_code == 200
    return {day.date: day for week in answer.context["weeks"] for day in week}


def test_meetings_stand_on_the_readers_day(as_user: SignIn, adviser: User, lead: Lead) -> None:
    """Ten in the evening in Paris is the next morning in Tokyo."""
    meeting = make.meeting(lead=lead, starts_at=make.in_days(20, 22))
    paris = timezone.localtime(meeting.starts_at, meeting.zone).date()
    for zone, day in (("Europe/Paris", paris), ("Asia/Tokyo", paris + dt.timedelta(days=1))):
        adviser.time_zone = zone
        adviser.save()
        shown = days(as_user(adviser), f"?month={day:%Y-%m}")
        assert [m.ref for m in shown[day].shown] == [meeting.ref]


def test_it_begins_with_this_month_and_leads_on(as_user: SignIn, viewer: User) -> None:
    client = as_user(viewer)
    today = timezone.localdate(timezone=viewer.zone)
    shown = client.get(ADDRESS).content.decode()
    assert shown.count('aria-current="date"') >= 2  # the day, and the link to this month
    assert f'datetime="{today:%Y-%m-%d}"' in shown
    shown = client.get(f"{ADDRESS}?month=2026-12&whose=mine").content.decode()
    assert "?month=2026-11&amp;whose=mine" in shown
    assert "?month=2027-01&amp;whose=mine" in shown
    assert "Nothing is planned in this month" in shown


def test_it_is_a_table_with_heads_and_a_caption(as_user: SignIn, viewer: User) -> None:
    shown = as_user(viewer).get(f"{ADDRESS}?month=2026-11").content.decode()
    assert shown.count('<th scope="col">') == 7
    assert shown.index("Monday") < shown.index("Sunday")
    assert "<caption" in shown
    assert "Monday 2 November" in shown


@pytest.mark.parametrize("query", ["?month=2026-13", "?month=x", "?month=1-1", "?whose=theirs"])
def test_what_is_wrong_is_said(as_user: SignIn, viewer: User, query: str) -> None:
    answer = as_user(viewer).get(ADDRESS + query)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()


def test_the_edges_of_the_calendar_have_one_neighbour(as_user: SignIn, viewer: User) -> None:
    client = as_user(viewer)
    assert 'rel="prev"' not in client.get(f"{ADDRESS}?month=1990-01").content.decode()
    assert 'rel="next"' not in client.get(f"{ADDRESS}?month=2100-12").content.decode()


def test_whose_and_what_is_left_out(
    as_user: SignIn, adviser: User, colleague: User, lead: Lead
) -> None:
    at = make.in_days(10)
    theirs = make.qualified_lead(owner=make.user(), office=colleague.office)
    mine = make.meeting(lead=lead, starts_at=at, people=People(staff=(colleague,)))
    office = make.meeting(lead=theirs, starts_at=at)
    other = make.meeting(lead=lead, starts_at=at, people=People())
    make.meeting(lead=lead, starts_at=at, state=MeetingState.CANCELLED)
    make.meeting(lead=lead, starts_at=None, ends_at=None)
    client = as_user(colleague)
    for whose, expected in (
        ("", {mine, office, other}),
        ("mine", {mine}),
        ("office", {office}),
    ):
        shown = days(client, f"?month={at:%Y-%m}&whose={whose}")
        assert {m for day in shown.values() for m in day.shown} == expected
    assert not any(
        day.entries for day in days(as_user(adviser), f"?month={at:%Y-%m}&whose=office").values()
    )


def test_a_full_day_links_to_the_rest(as_user: SignIn, adviser: User, lead: Lead) -> None:
    at = make.in_days(10)
    for n in range(6):
        make.meeting(lead=lead, starts_at=at + dt.timedelta(minutes=n), people=People())
    day = timezone.localtime(at, adviser.zone).date()
    shown = as_user(adviser).get(f"{ADDRESS}?month={day:%Y-%m}").content.decode()
    rest = f"{reverse('meetings:meeting_list')}?from={day}&amp;to={day}"
    assert "all 6" in shown
    assert rest in shown
    page = as_user(adviser).get(rest.replace("&amp;", "&")).context["page"]
    assert page.count == 6


def test_five_hundred_meetings_cost_no_more_queries(
    as_user: SignIn,
    adviser: User,
    lead: Lead,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    call_command("createcachetable", verbosity=0)
    one = make.meeting(lead=lead, people=People())
    first = timezone.make_aware(dt.datetime(2027, 2, 1, 8), one.zone)
    Meeting.objects.bulk_create(
        Meeting(
            lead=lead,
            cluster=one.cluster,
            shortlisting=one.shortlisting,
            starts_at=first + dt.timedelta(minutes=70 * n),
            ends_at=first + dt.timedelta(minutes=70 * n + 60),
        )
        for n in range(500)
    )
    client = as_user(adviser)
    client.get(f"{ADDRESS}?month=2027-02")
    with django_assert_num_queries(4):
        answer = client.get(f"{ADDRESS}?month=2027-02&whose=mine")
    assert answer.context["count"] == 500
