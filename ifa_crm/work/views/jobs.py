"""My jobs: how far they are, stop them, try them again, take what came of them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ifa_crm.shared.downloads import to_keep
from ifa_crm.shared.editing import confirm_page
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from ifa_crm.work.clockwork import stopped_words
from ifa_crm.work.filters import JobFilter
from ifa_crm.work.models import Job
from ifa_crm.work.registry import Kind, kinds
from ifa_crm.work.services import jobs


def _job(request: StaffRequest, ref: str) -> Job:
    rows = Job.objects.visible_to(request.user).select_related("started_by")
    found: Job = get_object_or_404(rows, ref=ref)
    return found


def _offered(request: StaffRequest) -> list[Kind]:
    """The jobs for which this person finds a button."""
    return [
        kind
        for kind in kinds().values()
        if kind.offered_to is not None and request.user.may(kind.offered_to)
    ]


@require_safe
@requires(Act.READ)
def job_list(request: StaffRequest) -> HttpResponseBase:
    administers = request.user.may(Act.ADMINISTER)
    page = ListPage(
        request,
        rows=Job.objects.visible_to(request.user),
        filterset=JobFilter,
        sorts={"queued": ("queued_at", "pk")},
        default_sort="-queued",
        show=lambda rows: rows.select_related("started_by"),
    )
    return page.answer(
        "work/job_list.html",
        title=_("Background jobs"),
        lead=_("What takes longer than a page. You may leave: it goes on without you."),
        administers=administers,
        offered=_offered(request),
        stopped=stopped_words(timezone.now()) if administers else [],
    )


@require_safe
@requires(Act.READ)
def job_detail(request: StaffRequest, ref: str) -> HttpResponseBase:
    """The page, or its progress alone when htmx asks again."""
    job = _job(request, ref)
    part = bool(request.htmx) and not request.htmx.history_restore_request
    template = "work/job_detail.html#progress" if part else "work/job_detail.html"
    response = TemplateResponse(request, template, _shown(request, job))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _shown(request: StaffRequest, job: Job) -> dict[str, Any]:
    return {"job": job, "title": str(job), "gives_file": job.gives_file_to(request.user)}


@requires(Act.READ)
def job_cancel(request: StaffRequest, ref: str) -> HttpResponseBase:
    job = _job(request, ref)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: jobs.cancel(actor=request.user, job=job)):
        messages.success(request, _("It stops before its next step."))
        return redirect(job)
    return confirm_page(
        request,
        form,
        title=_("Cancel “%s”?") % job,
        intro=_("What it has done so far stays. It can be tried again from there."),
        submit=_("Cancel the job"),
        back=job,
        danger=True,
    )


@requires(Act.READ)
def job_retry(request: StaffRequest, ref: str) -> HttpResponseBase:
    job = _job(request, ref)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: jobs.retry(actor=request.user, job=job)):
        messages.success(request, _("It is queued again."))
        return redirect(job)
    title = _("Try “%s” again?") % job
    return confirm_page(request, form, title=title, submit=_("Try again"), back=job)


@require_safe
@requires(Act.READ)
def job_result(request: StaffRequest, ref: str) -> HttpResponseBase:
    """What came of it: always to keep, never drawn by the browser."""
    job = _job(request, ref)
    if not job.gives_file_to(request.user):
        raise Http404
    return to_keep(job.result.open("rb"), job.result_name)


@requires(Act.READ)
def job_start(request: StaffRequest, key: str) -> HttpResponseBase:
    """A job that is offered on the list of jobs."""
    kind = next((kind for kind in _offered(request) if kind.key == key), None)
    if kind is None:
        raise Http404
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: jobs.start_offered(actor=request.user, kind=kind.key)):
        return redirect(form.result)
    shown: dict[str, Any] = {
        "intro": kind.explanation,
        "submit": _("Start"),
        "back": "work:job_list",
    }
    return confirm_page(request, form, title=str(kind.label), **shown)
