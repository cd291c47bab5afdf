"""Fifty people confirm overlapping meetings at once, each over a connection of their own."""

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from ifa_crm.staff.roles import Role
from meetings.choices import MeetingState, Side
from meetings.models import Booking, Meeting
from meetings.services import planning
from meetings.services.booking import NotFreeError
from meetings.services.people import Guest
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 50
START = make.in_days(9)


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Let all begin together; what each returned or raised."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            barrier.wait(60)
            return act()
        except Exception as error:  # looked at by the test
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def nobody_is_booked_twice() -> bool:
    rows = list(Booking.objects.values_list("person_key", "starts_at", "ends_at"))
    return not any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for a, b in combinations(rows, 2))


def drafts(count: int) -> Iterator[Meeting]:
    """Drafts that overlap pairwise, of several leads, for two colleagues in turn named first."""
    desk = make.user(role=Role.MANAGER)
    others = (make.user(), make.user())
    several = [(make.qualified_lead(owner=desk), make.cluster()) for _n in range(10)]
    for n in range(count):
        lead, cluster = several[n % 10]
        staff = others if n % 2 else others[::-1]
        guests = (Guest("G", Side.CLUSTER, "guest@example.org"),)
        people = make.people(lead=lead, cluster=cluster, staff=staff, guests=guests)
        yield make.meeting(
            lead=lead,
            cluster=cluster,
            actor=desk,
            people=people,
            starts_at=START + dt.timedelta(minutes=n),
        )


def test_fifty_confirmations_leave_one() -> None:
    meetings = list(drafts(MANY))
    actor = meetings[0].lead.owner
    results = at_once(
        [lambda m=meeting: planning.confirm(actor=actor, meeting=m) for meeting in meetings]
    )
    refused = [r for r in results if isinstance(r, NotFreeError)]
    errors = [r for r in results if isinstance(r, Exception) and not isinstance(r, NotFreeError)]
    assert errors == []
    assert len(refused) == MANY - 1
    assert Meeting.objects.confirmed().count() == 1
    assert Booking.objects.count() == 5
    assert nobody_is_booked_twice()


def test_fifty_clicks_leave_one_and_no_error_page() -> None:
    """The same through the pages: the losers are told at once when everybody is free."""
    meetings = list(drafts(MANY))
    owner = meetings[0].lead.owner
    clients = [Client(raise_request_exception=False) for _meeting in meetings]
    for client in clients:
        client.force_login(owner)
    results = at_once(
        [
            lambda c=client, m=meeting: c.post(reverse("meetings:meeting_confirm", args=[m.ref]))
            for client, meeting in zip(clients, meetings, strict=True)
        ]
    )
    statuses = sorted(getattr(r, "status_code", r) for r in results)
    assert statuses == [302] + [422] * (MANY - 1)
    assert Meeting.objects.confirmed().count() == 1
    loser = next(r for r in results if r.status_code == 422)
    assert "Take one of the next free times" in loser.content.decode()
    assert nobody_is_booked_twice()


def test_confirm_cancel_and_reschedule_at_once_stay_consistent() -> None:
    meetings = list(drafts(12))
    owner = meetings[0].lead.owner
    for number, meeting in enumerate(meetings[:4]):
        start = START + dt.timedelta(hours=3 + 2 * number)
        Meeting.objects.filter(pk=meeting.pk).update(
            starts_at=start, ends_at=start + dt.timedelta(hours=1)
        )
        planning.confirm(actor=owner, meeting=meeting)

    def reschedule(meeting: Meeting) -> Meeting:
        return planning.reschedule(
            actor=owner,
            meeting=meeting,
            starts_at=START,
            ends_at=START + dt.timedelta(hours=1),
            time_zone="Europe/Paris",
            place="Lyon",
            link="",
        )

    acts: list[Callable[[], object]] = [lambda m=m: reschedule(m) for m in meetings[:3]]
    acts.append(
        lambda: planning.cancel(actor=owner, meeting=meetings[3], by=Side.AGENCY, reason="x")
    )
    acts += [lambda m=m: planning.confirm(actor=owner, meeting=m) for m in meetings[4:]]
    results = at_once(acts)
    errors = [r for r in results if isinstance(r, Exception) and not isinstance(r, NotFreeError)]
    assert errors == []
    assert nobody_is_booked_twice()
    for meeting in Meeting.objects.all():
        booked = meeting.bookings.count()
        assert booked == (5 if meeting.state == MeetingState.CONFIRMED else 0)
        times = {(b.starts_at, b.ends_at) for b in meeting.bookings.all()}
        assert times <= {(meeting.starts_at, meeting.ends_at)}


def test_two_confirm_the_same_draft() -> None:
    [meeting] = drafts(1)
    owner = meeting.lead.owner
    results = at_once([lambda: planning.confirm(actor=owner, meeting=meeting)] * 2)
    assert sorted(type(r).__name__ for r in results) == ["Meeting", "ValidationError"]
    assert meeting.log.filter(to_state="confirmed").count() == 1
