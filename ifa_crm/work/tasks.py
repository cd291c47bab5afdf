"""The one task in the queue: run a job by its key. What it does is the job's kind."""

import logging

from django.conf import settings
from django.core.exceptions import ValidationError
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
        language = job.started_by.language if job.started_by else settings.LANGUAGE_CODE
        with acting(job.started_by, reason=f"job {job.ref}"), translation.override(language):
            attempt(job)


def attempt(job: Job) -> None:
    """Run a job that was begun to one of its ends."""
    if job.known is None:
        jobs.refuse(job, _("This version knows no job “%s”.") % job.kind)
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
