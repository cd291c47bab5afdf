"""Every write that changes a job's state."""

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult, DBTaskResultQuerySet

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.choices import JobState
from ifa_crm.work.models import ATTEMPTS, Job
from ifa_crm.work.registry import kinds
from ifa_crm.work.running import pause_before

_KEPT = dt.timedelta(days=90)


@transaction.atomic
def start_job(*, actor: User | None, kind: str, arguments: dict[str, Any] | None = None) -> Job:
    """Queue a job. Part of the caller's transaction: what is rolled back was never started.

    ``actor`` is ``None`` for what the clock starts. ``arguments`` must be JSON.
    """
    if kind not in kinds():
        raise ValueError(f"no kind of job is called {kind!r}")
    job = Job(kind=kind, arguments=arguments or {}, started_by=actor)
    job.full_clean()
    job.save()
    return _enqueue(job)


@transaction.atomic
def start_offered(*, actor: User, kind: str) -> Job:
    """Start a job from its button; one of a kind at a time."""
    known = kinds().get(kind)
    if known is None or known.offered_to is None or not actor.may(known.offered_to):
        raise PermissionDenied
    if Job.objects.open().filter(kind=kind).exists():
        raise ValidationError(_("This is under way already."), "under_way")
    return start_job(actor=actor, kind=kind)


def _enqueue(job: Job) -> Job:
    """Put the job's key into the queue.

    The task of an earlier attempt stays: a worker that was only slow ends by writing on it.
    """
    from ifa_crm.work.tasks import run_job  # the task calls the services

    result = run_job.using(run_after=job.not_before).enqueue(job.pk)
    job.task_id = result.id
    job.save(update_fields=["task_id"])
    return job


def _task_of(job: Job) -> DBTaskResultQuerySet:
    if job.task_id is None:
        return DBTaskResult.objects.none()
    return DBTaskResult.objects.filter(pk=job.task_id)


def lock(job: Job | int) -> Job:
    found: Job = Job.objects.select_for_update().get(pk=getattr(job, "pk", job))
    return found


# --- For the worker ----------------------------------------------------------------------


@transaction.atomic
def begin(key: int) -> Job | None:
    """Take a queued job; nothing if it was cancelled, taken or ended meanwhile."""
    job = Job.objects.select_for_update().filter(pk=key, state=JobState.QUEUED).first()
    if job is None:
        return None
    now = timezone.now()
    job.state, job.lease, job.heartbeat_at = JobState.RUNNING, secrets.token_hex(16), now
    job.attempts += 1
    job.began_at = job.began_at or now
    job.save()
    return job


def _end(job: Job, state: JobState, error: str = "") -> Job:
    job.state, job.error, job.ended_at = state, error, timezone.now()
    job.lease, job.cancel_asked_at = "", None
    job.save()
    return job


def _if_held(act: Callable[[Job], Job]) -> Callable[[Job], Job | None]:
    """Do ``act`` on the locked row while the attempt still holds it; else nothing."""

    def guarded(job: Job) -> Job | None:
        with transaction.atomic():
            row = lock(job)
            mine = row.state == JobState.RUNNING and row.lease == job.lease
            return act(row) if mine else None

    return guarded


@_if_held
def finish(job: Job) -> Job:
    """The work is done."""
    if job.total is not None:
        job.done = job.total
    return _end(job, JobState.DONE)


@_if_held
def stop_as_asked(job: Job) -> Job:
    return _end(job, JobState.CANCELLED)


def refuse(job: Job, reason: str) -> Job | None:
    """It cannot be done as it was asked: trying again would change nothing."""
    return _if_held(lambda row: _end(row, JobState.FAILED, reason))(job)


def break_off(job: Job, what: str) -> Job | None:
    """Something went wrong: another attempt after a pause; after three it has failed."""
    return _if_held(lambda row: _again_or_failed(row, what, pause_before(row.attempts)))(job)


def _again_or_failed(job: Job, what: str, pause: dt.timedelta) -> Job:
    if job.cancel_asked_at is not None:
        return _end(job, JobState.CANCELLED)
    if job.attempts >= ATTEMPTS:
        told = _("It was tried %(n)d times without getting further. The last time: %(what)s")
        return _end(job, JobState.FAILED, told % {"n": job.attempts, "what": what})
    return _requeue(job, pause)


def _requeue(job: Job, pause: dt.timedelta = dt.timedelta(0)) -> Job:
    now = timezone.now()
    job.state, job.lease, job.heartbeat_at = JobState.QUEUED, "", None
    job.queued_at, job.not_before = now, now + pause if pause else None
    job.save()
    return _enqueue(job)


# --- For the clock -----------------------------------------------------------------------


def take_back_lost(now: dt.datetime) -> int:
    """Queue again what lost its worker, or its task; how many there were."""
    lapse = dt.timedelta(seconds=settings.JOB_LAPSE_SECONDS)
    lost = Job.objects.lost_on(now, lapse).values_list("pk", flat=True)
    found = sum(_take_back(key, now, lapse) for key in list(lost))
    waiting = Job.objects.waiting_since(now - lapse).values_list("pk", flat=True)
    return found + sum(_enqueue_again(key, now, lapse) for key in list(waiting))


@transaction.atomic
def _take_back(key: int, now: dt.datetime, lapse: dt.timedelta) -> bool:
    job = Job.objects.select_for_update().lost_on(now, lapse).filter(pk=key).first()
    if job is None:  # its worker was heard of meanwhile, or another clock was quicker
        return False
    _task_of(job).ready().delete()
    _again_or_failed(job, _("the worker was stopped."), dt.timedelta(0))
    return True


@transaction.atomic
def _enqueue_again(key: int, now: dt.datetime, lapse: dt.timedelta) -> bool:
    """The worker may have been killed between taking the task and taking the job."""
    waiting = Job.objects.select_for_update().waiting_since(now - lapse)
    job = waiting.filter(pk=key).first()
    if job is None or _task_of(job).ready().exists():
        return False
    _requeue(job)
    return True


def forget_old(now: dt.datetime) -> int:
    """Delete jobs that ended 90 days ago with their results, and the tasks that carried them."""
    old = list(Job.objects.ended_before(now - _KEPT))
    for job in old:
        job.result.delete(save=False)
        job.delete()
    DBTaskResult.objects.filter(enqueued_at__lt=now - _KEPT).delete()
    return len(old)


# --- For people --------------------------------------------------------------------------


def _require(actor: User, job: Job) -> None:
    if job.started_by_id != actor.pk and not actor.may(Act.ADMINISTER):
        raise PermissionDenied


@transaction.atomic
def cancel(*, actor: User, job: Job) -> Job:
    """Stop a job: at once while it waits; a running one stops before its next stage."""
    _require(actor, job)
    job = lock(job)
    if job.state == JobState.QUEUED:
        return _end(job, JobState.CANCELLED)
    if job.state != JobState.RUNNING:
        raise ValidationError(_("It has ended already."), "ended")
    job.cancel_asked_at = job.cancel_asked_at or timezone.now()
    job.save(update_fields=["cancel_asked_at"])
    return job


@transaction.atomic
def retry(*, actor: User, job: Job) -> Job:
    """Queue again a job that failed or was cancelled; it goes on where it stopped."""
    _require(actor, job)
    job = lock(job)
    if not job.may_be_retried:
        raise ValidationError(_("Only what failed or was cancelled is tried again."), "not_ended")
    job.attempts, job.error, job.ended_at = 0, "", None
    return _requeue(job)
