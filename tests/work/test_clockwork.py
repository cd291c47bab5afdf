"""Duties: done when they are due, once, whoever is first."""

import datetime as dt
from threading import Barrier, Thread

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone, translation

from ifa_crm.work import clockwork, registry
from ifa_crm.work.choices import JobState
from ifa_crm.work.models import Beat, Job
from ifa_crm.work.registry import Duty

DAY = dt.timedelta(days=1)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """The moments at which the one duty there is was done."""
    moments: list[dt.datetime] = []
    monkeypatch.setattr(registry, "_duties", {"x": Duty("x", DAY, moments.append)})
    return moments


@pytest.mark.django_db
def test_daily_duty_is_done_once_a_day(done: list[dt.datetime]) -> None:
    now = timezone.now()
    for later in (0, 1, 23, 24, 25, 49):
        clockwork.tick(now + dt.timedelta(hours=later))
    assert [(moment - now) / dt.timedelta(hours=1) for moment in done] == [0, 24, 49]


@pytest.mark.django_db
def test_what_was_missed_is_done_late_and_once(done: list[dt.datetime]) -> None:
    now = timezone.now()
    clockwork.tick(now)
    clockwork.tick(now + 10 * DAY)
    assert len(done) == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_clocks_one_does_it(done: list[dt.datetime]) -> None:
    now = timezone.now()
    clockwork.tick(now)
    start = Barrier(2)

    def tick() -> None:
        start.wait()
        clockwork.tick(now + 2 * DAY)
        connection.close()

    clocks = [Thread(target=tick) for _each in range(2)]
    for clock in clocks:
        clock.start()
    for clock in clocks:
        clock.join()
    assert len(done) == 2, "once at first, once two days later"


@pytest.mark.django_db
def test_command_does_it_once_and_ends() -> None:
    call_command("tick")
    names = set(Beat.objects.values_list("name", flat=True))
    assert names == {"tick", *(f"duty: {duty.name}" for duty in registry.duties())}


@pytest.mark.django_db
def test_part_is_said_to_have_stopped_after_a_while() -> None:
    now = timezone.now()
    clockwork.beat(clockwork.WORKER)
    clockwork.beat(clockwork.TICK)
    assert clockwork.stopped(now) == {}
    Beat.objects.filter(name=clockwork.WORKER).update(at=now - dt.timedelta(minutes=5))
    assert set(clockwork.stopped(now)) == {clockwork.WORKER}
    with translation.override("fr"):
        assert clockwork.stopped_words(now)[0].startswith("L’exécutant est arrêté")


@pytest.mark.django_db
def test_worker_busy_with_a_long_job_has_not_stopped() -> None:
    now = timezone.now()
    clockwork.beat(clockwork.TICK)
    running = {"kind": "x", "state": JobState.RUNNING, "lease": "l"}
    job = Job.objects.create(heartbeat_at=now, **running)
    Beat.objects.create(name=clockwork.WORKER, at=now - dt.timedelta(minutes=5))
    assert clockwork.stopped(now) == {}
    Job.objects.filter(pk=job.pk).update(heartbeat_at=now - dt.timedelta(minutes=4))
    assert set(clockwork.stopped(now)) == {clockwork.WORKER}
