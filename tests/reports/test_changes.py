"""Kept figures equal those counted anew, whatever was written, by whom and in which order."""

import datetime as dt
import random
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from clusters.models import Project
from ifa_crm.reports import changes, figures
from ifa_crm.reports.changes import Marks
from ifa_crm.reports.models import Change
from ifa_crm.staff.models import User
from investors.choices import Confidential, EngagementState, PriorTie, Status
from investors.models import Engagement, Lead
from meetings.choices import MeetingState
from meetings.models import Meeting
from tests import make

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 22)


def plain(user: User) -> list[tuple[Any, ...]]:
    """The figures, counted with nothing kept."""
    kept, changes._values = changes._values, type(changes._values)()
    try:
        return said(user)
    finally:
        changes._values = kept


def said(user: User) -> list[tuple[Any, ...]]:
    return [
        (one.key, one.value, one.hidden, [(part.value, part.hidden) for part in one.parts])
        for one in figures.today_figures(user, DAY)
    ]


def mark(topic: str) -> int | None:
    return Marks()._of.get(topic)


# --- random histories ----------------------------------------------------------------------------


def _flip_sight(lead: Lead, dice: random.Random) -> None:
    hidden = not lead.restricted
    said = Confidential.YES if hidden else Confidential.NO
    Lead.objects.filter(pk=lead.pk).update(restricted=hidden, confidential=said)


def _hand_over(lead: Lead, dice: random.Random) -> None:
    Lead.objects.filter(pk=lead.pk).update(owner=dice.choice([*User.objects.all()]))


def _change_status(lead: Lead, dice: random.Random) -> None:
    status = dice.choice([Status.ACTIVE, Status.WAITING])
    until = DAY + dt.timedelta(days=dice.choice([-1, 0, 1]))
    lead.status, lead.waiting_until = status, until if status == Status.WAITING else None
    lead.save()


def _swap_investor(lead: Lead, dice: random.Random) -> None:
    Lead.objects.filter(pk=lead.pk).update(investor=dice.choice([*Lead.objects.all()]).investor)


def _agree(lead: Lead, dice: random.Random) -> None:
    make.engagement(lead=lead, state=EngagementState.AGREED, agreed_on=DAY)


def _tie(lead: Lead, dice: random.Random) -> None:
    lead.engagements.update(prior_tie=dice.choice(PriorTie.values))


def _hide_project(lead: Lead, dice: random.Random) -> None:
    project = dice.choice([*Project.objects.all()])
    Project.objects.filter(pk=project.pk).update(restricted=not project.restricted)


def _admit_to_project(lead: Lead, dice: random.Random) -> None:
    project = dice.choice([*Project.objects.all()])
    project.admitted.set(dice.sample([*User.objects.all()], dice.randint(0, 2)))


def _admit(lead: Lead, dice: random.Random) -> None:
    user = dice.choice([*User.objects.all()])
    if not lead.admissions.filter(user=user).delete()[0]:
        lead.admissions.create(user=user, admitted_by=user, reason="Must know.")


def _hold(lead: Lead, dice: random.Random) -> None:
    Meeting.objects.filter(lead=lead).update(state=MeetingState.HELD)


ACTS: list[Callable[[Lead, random.Random], None]] = [
    _flip_sight, _hand_over, _change_status, _swap_investor, _tie, _hide_project,
    _admit_to_project, _admit, _hold,
]  # fmt: skip


def _world() -> list[Lead]:
    leads = [make.qualified_lead(owner=make.user()) for _ in range(3)]
    for lead in leads:
        make.engagement(lead=lead, state=EngagementState.VERIFIED, agreed_on=DAY)
        start = timezone.make_aware(dt.datetime.combine(DAY, dt.time(10)))
        shortlisting = make.shortlisting(lead=lead)
        Meeting.objects.create(
            lead=lead,
            cluster=shortlisting.cluster,
            shortlisting=shortlisting,
            purpose="To meet",
            state=MeetingState.CONFIRMED,
            starts_at=start,
            ends_at=start + dt.timedelta(hours=1),
        )
    return leads


@pytest.mark.parametrize("seed", range(2))
def test_kept_figures_equal_plain_ones_over_random_histories(
    seed: int, manager: User, viewer: User
) -> None:
    dice, leads = random.Random(seed), _world()
    different = set()
    for act in [*ACTS, *dice.choices(ACTS, k=20)]:
        lead = Lead.objects.get(pk=dice.choice(leads).pk)
        try:
            with transaction.atomic():
                act(lead, dice)
                if dice.random() < 0.2:
                    assert said(viewer) == plain(viewer)
                    raise InterruptedError
        except InterruptedError:
            pass  # rolled back: what was said meanwhile must be forgotten
        for reader in (manager, viewer):
            assert said(reader) == plain(reader), act.__name__
        different.add(str(said(viewer)))
    assert len(different) > 3


@pytest.mark.parametrize("act", [*ACTS, _agree], ids=lambda act: act.__name__)
def test_each_kind_of_write_is_noted(act: Callable[[Lead, random.Random], None]) -> None:
    lead = _world()[0]
    _flip_sight(lead, random.Random(0))
    before = {topic: mark(topic) for topic in changes.TOPICS}
    for seed in range(4):
        act(Lead.objects.get(pk=lead.pk), random.Random(seed))
    assert {topic: mark(topic) for topic in changes.TOPICS} != before


def test_what_figures_do_not_count_is_not_noted() -> None:
    lead = _world()[0]
    before = {topic: mark(topic) for topic in changes.TOPICS}
    lead.title = "Another title"
    lead.save()
    Engagement.objects.update(counterfactual="Elsewhere, later.")
    Lead.objects.update(owner=make.user())  # of an open lead: everybody sees it anyway
    assert {topic: mark(topic) for topic in changes.TOPICS} == before


# --- what the database keeps ---------------------------------------------------------------------


def test_adding_up_the_notes_leaves_the_marks() -> None:
    _world()
    before = {topic: mark(topic) for topic in changes.TOPICS}
    changes.fold(timezone.now())
    changes.fold(timezone.now())
    assert {topic: mark(topic) for topic in changes.TOPICS} == before
    assert Change.objects.count() <= len(changes.TOPICS)


def test_a_lost_trigger_is_made_again() -> None:
    lead = make.lead(owner=make.user())
    table, before = Lead._meta.db_table, mark("leads")
    with connection.cursor() as cursor:
        tail = f" ON {table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER {table}_noted_0_columns{tail}")
    Lead.objects.filter(pk=lead.pk).update(status=Status.WAITING, waiting_until=DAY)
    assert mark("leads") == before
    changes.ensure_triggers("default", app_config=apps.get_app_config("reports"))
    Lead.objects.filter(pk=lead.pk).update(status=Status.ACTIVE, waiting_until=None)
    assert mark("leads") != before


def test_nothing_is_kept_without_end() -> None:
    marks = Marks()
    for number in range(changes.KEPT + 10):
        marks.kept((), ("test", number), lambda: 1)
    assert len(changes._values) == changes.KEPT


@pytest.mark.django_db(transaction=True)
def test_who_began_first_and_ended_last_is_counted() -> None:
    """Two writers overlap; a figure read between their ends must not outlive the second."""
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite writers queue")
    manager, leads = make.user(), [make.lead(owner=make.user()) for _ in range(2)]
    asleep = {"status": Status.WAITING, "waiting_until": dt.date(2999, 1, 1)}
    today, wrote, may_end = timezone.localdate(), Event(), Event()

    def slow() -> None:
        with transaction.atomic():
            Lead.objects.filter(pk=leads[0].pk).update(**asleep)
            wrote.set()
            may_end.wait(20)
        connection.close()

    writer = Thread(target=slow)
    writer.start()
    assert wrote.wait(20)
    Lead.objects.filter(pk=leads[1].pk).update(**asleep)
    between = figures.active_leads(manager, today).value
    may_end.set()
    writer.join(20)
    assert (between, figures.active_leads(manager, today).value) == (1, 0)
