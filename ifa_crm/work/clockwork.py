"""What the clock does by itself, and whether worker and clock are still there."""

import datetime as dt
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db.models import CharField, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.extend import register_readiness
from ifa_crm.work.choices import JobState
from ifa_crm.work.models import Beat, Job
from ifa_crm.work.registry import Duty, Kind, duties, register_duty, register_kind, register_pump
from ifa_crm.work.services import exports, jobs, outbox, undo

WORKER: Final = "worker"
TICK: Final = "tick"
DAY: Final = dt.timedelta(days=1)


def register() -> None:
    register_readiness(readiness)
    register_duty(Duty("lost jobs", dt.timedelta(0), jobs.take_back_lost))
    register_duty(Duty("lapsed mail", dt.timedelta(0), outbox.take_back_lapsed))
    register_duty(Duty("old mail", DAY, outbox.forget_old))
    register_pump("outbox", outbox.send_due)
    register_duty(Duty("old jobs", DAY, jobs.forget_old))
    register_duty(Duty("old changes in bulk", DAY, undo.forget_old))
    register_kind(
        Kind(key=undo.UNDO_JOB, label=gettext_lazy("Undo a change in bulk"), run=undo.run_undo)
    )
    register_duty(Duty("old exports", DAY, exports.forget_files))
    register_duty(Duty("old sessions", DAY, lambda now: call_command("clearsessions")))


def beat(name: str) -> None:
    """Note that a part is alive."""
    Beat.objects.update_or_create(name=name, defaults={"at": timezone.now()})


def tick(now: dt.datetime) -> list[str]:
    """Do every duty that is due; the names of those done. Two clocks at once do each once."""
    beat(TICK)
    done = []
    for duty in duties():
        if _claim(duty, now):
            duty.act(now)
            done.append(duty.name)
    return done


def _claim(duty: Duty, now: dt.datetime) -> bool:
    """Whether the duty is due and ours: one row, moved on by whoever is first."""
    name = f"duty: {duty.name}"
    _beat, is_new = Beat.objects.get_or_create(name=name, defaults={"at": now})
    due = Beat.objects.filter(name=name, at__lte=now - duty.every)
    return is_new or bool(due.update(at=now))


def stopped(now: dt.datetime) -> dict[str, dt.datetime | None]:
    """The parts that have not been heard of for too long, and since when (``None``: ever)."""
    allowed = {
        WORKER: dt.timedelta(seconds=settings.JOB_LAPSE_SECONDS),
        TICK: dt.timedelta(minutes=3),
    }
    heard = _heard_of(list(allowed))
    return {
        name: heard.get(name)
        for name, lapse in allowed.items()
        if name not in heard or heard[name] < now - lapse
    }


def _heard_of(parts: list[str]) -> dict[str, dt.datetime]:
    """When each part was last heard of: a worker busy with a long job beats at its stages."""
    beats = Beat.objects.filter(name__in=parts).order_by().values_list("name", "at")
    at_work = Job.objects.filter(state=JobState.RUNNING).order_by()
    stages = at_work.values_list(Value(WORKER, CharField()), "heartbeat_at")
    heard: dict[str, dt.datetime] = {}
    for name, at in beats.union(stages, all=True):
        heard[name] = max(at, heard.get(name, at))
    return heard


def stopped_words(now: dt.datetime) -> list[str]:
    """A sentence for each part that has stopped, for administrators."""
    never = {
        WORKER: _("The worker has never run: nothing is done in the background."),
        TICK: _("The clock has never run: nothing is done when it falls due."),
    }
    since = {
        WORKER: _("The worker has stopped: nothing is done in the background since %(when)s."),
        TICK: _("The clock has stopped: nothing is done when it falls due since %(when)s."),
    }
    return [
        since[name] % {"when": date_format(timezone.localtime(at), "DATETIME_FORMAT")}
        if at
        else never[name]
        for name, at in stopped(now).items()
    ]


def readiness() -> list[str]:
    """What ``/readyz`` says beside *ready*."""
    return [f"{name}: stopped" for name in stopped(timezone.now())]
