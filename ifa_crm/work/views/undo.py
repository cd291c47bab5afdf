"""What I changed in bulk: what it was, what would come back, the way back."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ifa_crm.shared.editing import confirm_page
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from ifa_crm.work.choices import Undone
from ifa_crm.work.filters import BatchFilter
from ifa_crm.work.models import Batch
from ifa_crm.work.services.undo import may_undo, undo
from ifa_crm.work.undo_preview import outcome_counts, preview


def _batch(request: StaffRequest, ref: str) -> Batch:
    rows = Batch.objects.visible_to(request.user)
    found: Batch = get_object_or_404(
        rows.select_related("actor", "undone_by", "job", "undo_job"), ref=ref
    )
    return found


@require_safe
@requires(Act.READ)
def batch_list(request: StaffRequest) -> HttpResponseBase:
    page = ListPage(
        request,
        rows=Batch.objects.visible_to(request.user),
        filterset=BatchFilter,
        sorts={"when": ("at", "pk")},
        default_sort="-when",
        show=lambda rows: rows.select_related("actor", "undone_by"),
    )
    return page.answer(
        "work/batch_list.html",
        title=_("Changes in bulk"),
        lead=_("What changed many records at once, and until when it can be undone."),
        sees_others=request.user.may(Act.REASSIGN),
    )


@require_safe
@requires(Act.READ)
def batch_detail(request: StaffRequest, ref: str) -> HttpResponseBase:
    """What it did, row by row; before it is undone also what was changed since."""
    batch = _batch(request, ref)
    asked = request.GET.get("page", "")[:9]
    shown = preview(batch, request.user, int(asked) if asked.isdecimal() else 1)
    context = {
        "batch": batch,
        "title": str(batch),
        "preview": shown,
        "outcomes": outcome_counts(batch) if batch.undone_at else [],
        "may_undo": may_undo(request.user, batch) and batch.may_be_undone,
    }
    return TemplateResponse(request, "work/batch_detail.html", context)


@requires(Act.READ)
def batch_undo(request: StaffRequest, ref: str) -> HttpResponseBase:
    batch = _batch(request, ref)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: undo(actor=request.user, batch=batch)):
        messages.success(request, _said(form.result))
        return redirect(form.result.undo_job or batch)
    return confirm_page(
        request,
        form,
        title=_("Undo “%s”?") % batch,
        intro=_(
            "What was changed comes back as it was before, and what was made is removed. What "
            "somebody worked on since stays as it is, and is listed afterwards."
        ),
        submit=_("Undo it"),
        back=batch,
        danger=True,
    )


def _said(batch: Batch) -> str:
    if batch.undo_job is not None:
        return _("It is being undone. You may leave this page: it goes on.")
    kept = batch.entries.exclude(outcome=Undone.WHOLLY).exists()
    return _("Undone, except what was changed since.") if kept else _("Undone.")
