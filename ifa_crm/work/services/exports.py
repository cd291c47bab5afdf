"""Lists that leave as files: logged before the first row, made by a job where it takes long."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from ifa_crm.shared.export import MOST_XLSX_ROWS, Format, Shape
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.models import ExportLog, User
from ifa_crm.staff.roles import Act
from ifa_crm.work.choices import JobState
from ifa_crm.work.models import Job
from ifa_crm.work.services.jobs import start_job

EXPORT_JOB = "export"
AT_ONCE = 5000  # a workbook of more rows is made by a job
_KEPT = dt.timedelta(days=7)


@transaction.atomic
def log_export(
    *, actor: User, page: ListPage, of: str, shape: Shape, count: int, job: Job | None = None
) -> ExportLog:
    """Note who takes away what. Refuses those who may not, and what fits no workbook."""
    if not actor.may(Act.EXPORT):
        raise PermissionDenied
    if shape.format == Format.XLSX and count > MOST_XLSX_ROWS:
        raise ValidationError(_("A workbook cannot hold so many rows. Choose CSV."), "too_many")
    return ExportLog.objects.create(
        user=actor,
        of=of,
        query=page.request.GET.urlencode(),
        filters=[[chip.label, chip.value] for chip in page.chips],
        columns=shape.headings,
        count=count,
        format=shape.format,
        job=job.ref if job else "",
    )


@transaction.atomic
def start_export(
    *, actor: User, page: ListPage, of: str, path: str, shape: Shape, count: int
) -> Job:
    """Queue the making of a workbook; the file is for whoever started it alone."""
    arguments: dict[str, Any] = {
        "path": path,
        "query": page.request.GET.urlencode(),
        "coded": shape.coded,
    }
    job = start_job(actor=actor, kind=EXPORT_JOB, arguments=arguments)
    log_export(actor=actor, page=page, of=of, shape=shape, count=count, job=job)
    return job


def forget_files(now: dt.datetime) -> int:
    """Delete the files of exports after a week: what is on record may be forgotten meanwhile."""
    old = Job.objects.filter(kind=EXPORT_JOB, state=JobState.DONE, ended_at__lt=now - _KEPT)
    found = list(old.exclude(result=""))
    for job in found:
        job.result.delete(save=False)
        job.result_name = ""
        job.save(update_fields=["result", "result_name"])
    return len(found)
