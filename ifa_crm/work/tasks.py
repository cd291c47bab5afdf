"""The one task in the queue: run a job by its key. What it does is the job's kind."""

import inspect
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _
from django_tasks import task

from ifa_crm.shared.acting import acting
from ifa_crm.work.models import Job
from ifa_crm.work.running import CancelledError, JobRun, LeaseLostError
from ifa_crm.work.services import jobs

log = logging.getLogger(__name__)


@task()
def run_job(key: int) -> None:
    """Attempt the job. Whatever happens is written on its row; nothing is raised.

    What it says about itself is in the language of whoever started it.
    """
    job = jobs.begin(key)
    if job is not None:
        _take_room()
        language = job.started_by.language if job.started_by else settings.LANGUAGE_CODE
        with acting(job.started_by, reason=f"job {job.ref}"), translation.override(language):
            attempt(job)


def _take_room() -> None:
    """32 MB of SQLite's pages in memory, for a job alone: what a batch of an import touches stays
    at hand. A page of the web asks for little, and each thread of a server would hold as much."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.execute("PRAGMA cache_size = -32768")


def attempt(job: Job) -> None:
    """Run a job that was begun to one of its ends."""
    if job.known is None:
        jobs.refuse(job, _("This version knows no job “%s”.") % job.kind)
        return
    if not fits(job.known.run, job.arguments):
        told = _("It was queued by another version, which asked for other things. Start it anew.")
        jobs.refuse(job, told)
        return
    try:
        job.known.run(JobRun(job), **job.arguments)
        jobs.finish(job)
    except LeaseLostError:
        log.warning("Job %s was taken over by another worker.", job.ref)
    except CancelledError:
        jobs.stop_as_asked(job)
    except ValidationError as refusal:
        jobs.refuse(job, " ".join(refusal.messages))
    except Exception as error:
        log.exception("Job %s broke off.", job.ref)
        jobs.break_off(job, f"{type(error).__name__}: {error}")


def fits(run: Callable[..., None], arguments: Mapping[str, Any]) -> bool:
    """Whether a kind of job can be run with what was asked of it when it was queued."""
    try:
        inspect.signature(run).bind(None, **arguments)
    except TypeError:
        return False
    return True
