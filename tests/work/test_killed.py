"""Real workers, killed at random moments: each job has its effects once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ifa_crm.staff.models import Office
from ifa_crm.work.choices import JobState
from ifa_crm.work.models import Job
from ifa_crm.work.services import jobs

ROOT = Path(__file__).resolve().parent.parent.parent
WORKER = """
import django; django.setup()
from django.core.management import call_command
from tests.work import kinds
kinds.register()
call_command("worker", interval=0.02)
"""
JOBS, KILLS, STAGES, WORKERS = 200, 20, 3, 3
LAPSE = 2  # seconds


def database_url() -> str:
    """The test's own database, for another process."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    host, port = found["HOST"] or "127.0.0.1", found["PORT"] or 5432
    secret = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return f"postgres://{found['USER']}{secret}@{host}:{port}/{found['NAME']}"


def a_worker() -> "subprocess.Popen[bytes]":
    env = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "ifa_crm.settings",
        "IFA_MODE": "development",
        "IFA_JOB_LAPSE": str(LAPSE),
    }
    return subprocess.Popen([sys.executable, "-c", WORKER], cwd=ROOT, env=env)


@contextmanager
def workers(count: int = WORKERS) -> Iterator["list[subprocess.Popen[bytes]]"]:
    running = [a_worker() for _each in range(count)]
    try:
        yield running
    finally:
        for worker in running:
            worker.kill()
            worker.wait()


@pytest.mark.django_db(transaction=True)
def test_two_hundred_jobs_survive_twenty_kills(settings: Any) -> None:
    settings.JOB_LAPSE_SECONDS = LAPSE
    chance = random.Random(7)
    for number in range(JOBS):
        arguments = {"name": f"J{number}", "count": STAGES, "pause": 0.02}
        jobs.start_job(actor=None, kind="make-offices", arguments=arguments)
    killed, deadline = 0, time.monotonic() + 400
    with workers() as running:
        while Job.objects.open().exists():
            assert time.monotonic() < deadline, Counter(Job.objects.values_list("state", "error"))
            time.sleep(chance.uniform(0.05, 0.3))
            if killed < KILLS and Job.objects.filter(state=JobState.RUNNING).exists():
                place = chance.randrange(WORKERS)
                running[place].send_signal(signal.SIGKILL)
                running[place].wait()
                running[place] = a_worker()
                killed += 1
            jobs.take_back_lost(timezone.now())
    assert killed == KILLS
    assert Counter(Job.objects.values_list("state", flat=True)) == {JobState.DONE: JOBS}
    effects = Counter(Office.objects.values_list("city", flat=True))
    assert effects == {f"J{n} {at}": 1 for n in range(JOBS) for at in range(STAGES)}


@pytest.mark.django_db(transaction=True)
def test_worker_that_is_told_to_stop_ends_its_job_first() -> None:
    job = jobs.start_job(
        actor=None, kind="make-offices", arguments={"name": "J", "count": 5, "pause": 0.1}
    )
    with workers(1) as [worker]:
        while not Job.objects.filter(pk=job.pk, done__gte=1).exists():
            time.sleep(0.02)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 5)
