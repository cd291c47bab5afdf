"""Bulk edit of leads: choose what changes, see what it would do, confirm."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ifa_crm.shared.editing import form_page
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.forms.bulk import BulkForm
from investors.models import BulkEdit, Lead
from investors.services.bulk_edit import REASONS
from investors.services.bulk_plan import AT_ONCE, confirm, plan
from investors.views.leads import lead_page

SHOWN = 50
_OURS = {"which", "row", "on"}


def _chosen(request: StaffRequest) -> Any:
    """The leads that the list sent here, of those that the person sees."""
    if request.GET.get("which") == "all":
        return lead_page(request).rows
    given = request.GET.getlist("row")
    if request.GET.get("which") == "page":
        given = request.GET.get("on", "").split(".")
    return Lead.objects.visible_to(request.user).filter(ref__in=given[:500])


def _back(request: StaffRequest) -> str:
    query = request.GET.copy()
    for name in _OURS:
        query.pop(name, None)
    return f"{reverse('investors:lead_list')}?{query.urlencode()}"


@requires(Act.HANDLE_OWN)
def lead_bulk(request: StaffRequest) -> HttpResponse:
    """``?which=ticked&row=…``, ``?which=page&on=….…`` or ``?which=all`` with the list's filter."""
    rows = _chosen(request)
    count = rows.order_by().count()
    if not count:
        messages.error(request, _("Tick at least one lead."))
        return redirect(_back(request))
    form = BulkForm(request.POST if request.method == "POST" else None)
    if form.carry_out(
        lambda: plan(
            actor=request.user,
            rows=rows,
            change=form.change,
            words=form.words,
            query=request.GET.urlencode(),
        )
    ):
        return redirect(form.result)
    told = ngettext("Change %(n)s lead", "Change %(n)s leads", count) % {"n": count}
    return form_page(
        request,
        form,
        title=told,
        intro=_("Nothing is written before you have seen what it would do."),
        submit=_("See what it would do"),
        back=_back(request),
    )


def _edit(request: StaffRequest, ref: str) -> BulkEdit:
    mine = BulkEdit.objects.filter(actor=request.user).select_related("batch", "job")
    found: BulkEdit = get_object_or_404(mine, ref=ref)
    return found


@require_safe
@requires(Act.HANDLE_OWN)
def lead_bulk_plan(request: StaffRequest, ref: str) -> HttpResponse:
    """The preview; once it is confirmed, what came of it."""
    edit = _edit(request, ref)
    done = edit.carried_out_at is not None
    context = {
        "edit": edit,
        "title": _title(edit),
        "reasons": _counted(edit),
        "samples": _samples(request, edit),
        "changed": edit.will_change - len(edit.refused),
        "is_done": done,
        "is_large": edit.will_change > AT_ONCE,
        "list_address": f"{reverse('investors:lead_list')}",
    }
    return TemplateResponse(request, "investors/lead_bulk_plan.html", context)


def _title(edit: BulkEdit) -> str:
    n = edit.will_change
    if edit.batch_id is None:
        return ngettext("Change %(n)s lead?", "Change %(n)s leads?", n) % {"n": n}
    return ngettext("Change of %(n)s lead", "Change of %(n)s leads", n) % {"n": n}


def _counted(edit: BulkEdit) -> list[tuple[str, int]]:
    """How many are refused, by reason: those of the preview, then those that came since."""
    early = [(str(REASONS[key]), n) for key, n in edit.counts.items() if key]
    late = Counter(why for _key, why in edit.refused)
    return sorted(early, key=lambda part: -part[1]) + late.most_common()


def _samples(request: StaffRequest, edit: BulkEdit) -> list[tuple[Lead, str]]:
    """Some of the leads with their verdict, those refused first, as far as they may be seen."""
    late = dict(map(tuple, edit.refused))
    verdicts = {key: str(REASONS[why]) if why else late.get(key, "") for key, _m, why in edit.rows}
    keys = sorted(verdicts, key=lambda key: not verdicts[key])[:SHOWN]
    leads = Lead.objects.visible_to(request.user).select_related("investor").in_bulk(keys)
    return [(leads[key], verdicts[key]) for key in keys if key in leads]


@require_POST
@requires(Act.HANDLE_OWN)
def lead_bulk_confirm(request: StaffRequest, ref: str) -> HttpResponse:
    edit = _edit(request, ref)
    form = ConfirmForm(request.POST)
    if form.carry_out(lambda: confirm(actor=request.user, edit=edit)):
        edit = form.result
        if edit.job is not None:
            return redirect(edit.job)
        n = edit.will_change - len(edit.refused)
        told = ngettext("%(n)s lead was changed.", "%(n)s leads were changed.", n)
        messages.success(request, told % {"n": n})
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect(edit)
