"""Kinds of job that the tests start, in the test's process and in real workers."""

import datetime as dt
import time
import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from ifa_crm.staff.models import Office
from ifa_crm.work.registry import Kind, kinds, register_kind
from ifa_crm.work.running import JobRun
from ifa_crm.work.services import jobs


def make_offices(run: JobRun, *, name: str, count: int, pause: float = 0) -> None:
    """``count`` offices, one a stage: a visible effect that must happen once.

    No constraint would stop a second one: their names differ.
    """
    at = run.cursor.get("at", 0)
    while at < count:
        with run.stage() as stage:
            Office.objects.create(
                name=f"{name} {at} {uuid.uuid4().hex}",
                city=f"{name} {at}",
                country="FR",
                time_zone="Europe/Paris",
            )
            time.sleep(pause)
            at += 1
            stage.cursor["at"] = at
            stage.done, stage.total = at, count
            stage.note = f"office {at}"


def refuse(run: JobRun) -> None:
    raise ValidationError("There is nothing to do it with.")


def break_off(run: JobRun) -> None:
    raise RuntimeError("a wire is loose")


def give_a_file(run: JobRun, *, text: str) -> None:
    run.keep_result("../what came of it.txt", text.encode())


def dawdle(run: JobRun, *, name: str) -> None:
    """At the first attempt so slow that the clock takes it for dead."""
    if run.job.attempts == 1:
        jobs.take_back_lost(timezone.now() + dt.timedelta(hours=1))
    make_offices(run, name=name, count=1)


KINDS: dict[str, Any] = {
    "make-offices": make_offices,
    "dawdle": dawdle,
    "refuse": refuse,
    "break-off": break_off,
    "give-a-file": give_a_file,
}


def register() -> None:
    for key, run in KINDS.items():
        if key not in kinds():
            register_kind(Kind(key=key, label=key.replace("-", " ").capitalize(), run=run))
