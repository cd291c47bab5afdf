"""A job while it runs: how its work is cut into stages that happen once."""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from ifa_crm.work.choices import JobState
from ifa_crm.work.models import Job


class CancelledError(Exception):
    """Somebody asked this job to stop."""


class LeaseLostError(Exception):
    """Another worker has taken this job over: whatever we hold is not to be written."""


class Stage:
    """What one stage says about itself; written together with its effects."""

    def __init__(self, job: Job) -> None:
        self.cursor: dict[str, Any] = dict(job.cursor)
        self.done = job.done
        self.total = job.total
        self.note = job.note


class JobRun:
    """One attempt at a job.

    ``cursor`` is where an earlier attempt came to, ``{}`` at the beginning.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.lease = job.lease

    @property
    def cursor(self) -> dict[str, Any]:
        return dict(self.job.cursor)

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        """One step: its effects, the cursor and the progress in a single transaction.

        ``with run.stage() as stage: …; stage.cursor["last"] = key; stage.done += 100``. Keep it
        to a few seconds: it is also the heartbeat, and on SQLite it holds the write lock. Raises
        :class:`CancelledError` and :class:`LeaseLostError` before anything is done.
        """
        with transaction.atomic():
            job = self._held()
            if job.cancel_asked_at is not None:
                raise CancelledError
            stage = Stage(job)
            yield stage
            if stage.cursor != job.cursor:
                job.attempts = 1  # it got further: what stops it next is another obstacle
            job.cursor, job.done, job.total = stage.cursor, stage.done, stage.total
            job.note, job.heartbeat_at = stage.note[:300], timezone.now()
            job.save(update_fields=["attempts", "cursor", "done", "total", "note", "heartbeat_at"])
        self.job = job

    def keep_result(self, name: str, content: bytes) -> None:
        """Keep a file for whoever started the job; an earlier attempt's is replaced."""
        with transaction.atomic():
            job = self._held()
            earlier, storage = job.result.name, job.result.storage
            job.result.save(name, ContentFile(content), save=False)
            job.result_name = os.path.basename(name)[:120]
            job.save(update_fields=["result", "result_name"])
            if earlier:
                transaction.on_commit(lambda: storage.delete(earlier))
        self.job = job

    def _held(self) -> Job:
        """The row, locked; ours, or :class:`LeaseLostError`."""
        job: Job = Job.objects.select_for_update().get(pk=self.job.pk)
        if job.state != JobState.RUNNING or job.lease != self.lease:
            raise LeaseLostError
        return job


def pause_before(attempt: int) -> dt.timedelta:
    """How long a job that broke off waits before its next attempt: 10 s, then a minute."""
    return dt.timedelta(seconds=10 if attempt <= 1 else 60)
