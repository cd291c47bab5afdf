"""Whether a lead moves: wait, close, reopen, step back; archived and restored."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from ifa_crm.shared.editing import confirm_page, form_page, onward
from ifa_crm.shared.forms import ConfirmForm, ReasonForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.choices import LostReason
from investors.forms.status import (
    DisqualifyForm,
    LoseForm,
    ReferForm,
    ReopenForm,
    StepBackForm,
    WaitForm,
)
from investors.models import Action, Lead
from investors.permissions import may_handle, require
from investors.services import leads, status
from investors.views.frame import get_lead


def own_lead(request: StaffRequest, ref: str) -> Lead:
    """The lead, of those whom the person handles; 403 for others who see it."""
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    return lead


def _after(request: StaffRequest) -> dict[str, Any]:
    return {"after": request.GET.get("after", "")}


def _completing(lead: Lead, form: BaseForm) -> Action | None:
    """The open action of this lead that was done just before."""
    return lead.actions.filter(done_at__isnull=True, ref=form.cleaned_data["after"]).first()


@requires(Act.RECORD)
def lead_wait(request: StaffRequest, ref: str) -> HttpResponse:
    lead = own_lead(request, ref)
    form = WaitForm(request.POST or None, initial=_after(request))

    def act() -> Lead:
        given = form.cleaned_data
        return status.wait(
            actor=request.user,
            lead=lead,
            until=given["until"],
            reason=given["reason"],
            completing=_completing(lead, form),
        )

    return _answer(request, form, act, lead, _("It waits."), title=_("Let it wait: %s") % lead)


@requires(Act.RECORD)
def lead_lose(request: StaffRequest, ref: str) -> HttpResponse:
    lead = own_lead(request, ref)
    form = LoseForm(request.POST or None, initial=_after(request))

    def act() -> Lead:
        given = form.cleaned_data
        return status.lose(
            actor=request.user,
            lead=lead,
            reason=LostReason(given["reason"]),
            country=given["country"],
            note=given["note"],
            completing=_completing(lead, form),
        )

    title = _("Close as lost: %s") % lead
    return _answer(
        request, form, act, lead, _("The lead is closed."), title=title, submit=_("Close")
    )


@requires(Act.RECORD)
def lead_disqualify(request: StaffRequest, ref: str) -> HttpResponse:
    lead = own_lead(request, ref)
    form = DisqualifyForm(request.POST or None, initial=_after(request))

    def act() -> Lead:
        return status.disqualify(
            actor=request.user,
            lead=lead,
            reason=form.cleaned_data["reason"],
            completing=_completing(lead, form),
        )

    title = _("Not for us: %s") % lead
    return _answer(
        request, form, act, lead, _("The lead is closed."), title=title, submit=_("Close")
    )


@requires(Act.RECORD)
def lead_refer(request: StaffRequest, ref: str) -> HttpResponse:
    lead = own_lead(request, ref)
    form = ReferForm(request.POST or None, initial=_after(request))

    def act() -> Lead:
        given = {name: form.cleaned_data[name] for name in ("to", "on", "told", "note")}
        completing = _completing(lead, form)
        return status.refer(actor=request.user, lead=lead, completing=completing, **given)

    title = _("Refer elsewhere: %s") % lead
    return _answer(
        request, form, act, lead, _("The lead is closed."), title=title, submit=_("Close")
    )


@requires(Act.RECORD)
def lead_reopen(request: StaffRequest, ref: str) -> HttpResponse:
    lead = own_lead(request, ref)
    form = ReopenForm(request.POST or None)

    def act() -> Lead:
        reason = form.cleaned_data["reason"]
        return status.reopen(actor=request.user, lead=lead, following=form.following, reason=reason)

    title = _("Reopen: %s") % lead
    return _answer(request, form, act, lead, _("It is active."), title=title, submit=_("Reopen"))


@requires(Act.RECORD)
def lead_step_back(request: StaffRequest, ref: str) -> HttpResponse:
    lead = own_lead(request, ref)
    form = StepBackForm(request.POST or None, lead=lead)

    def act() -> Lead:
        reason = form.cleaned_data["reason"]
        return leads.move_back(actor=request.user, lead=lead, stage=form.chosen, reason=reason)

    return _answer(
        request,
        form,
        act,
        lead,
        _("The stage was set back."),
        title=_("Step back: %s") % lead,
        intro=_("It is at “%(stage)s”. Later events lift it again.")
        % {"stage": lead.get_stage_display()},
    )


@requires(Act.RECORD)
def lead_archive(request: StaffRequest, ref: str) -> HttpResponse:
    lead = own_lead(request, ref)
    form = ReasonForm(request.POST or None)

    def act() -> Lead:
        reason = form.cleaned_data["reason"]
        return leads.archive_lead(actor=request.user, lead=lead, reason=reason)

    return _answer(
        request,
        form,
        act,
        lead,
        _("Archived."),
        title=_("Archive %s?") % lead,
        intro=_("For what should not have been a lead. One that came to nothing is closed."),
        submit=_("Archive"),
        danger=True,
    )


@requires(Act.RECORD)
def lead_restore(request: StaffRequest, ref: str) -> HttpResponse:
    lead = own_lead(request, ref)
    form = ConfirmForm(request.POST if request.method == "POST" else None)

    def act() -> Lead:
        return leads.restore_lead(actor=request.user, lead=lead)

    title = _("Restore %s?") % lead
    return _answer(request, form, act, lead, _("Restored."), title=title, submit=_("Restore"))


def _answer(
    request: StaffRequest,
    form: BaseForm,
    act: Callable[[], Any],
    lead: Lead,
    done: str,
    **page: Any,
) -> HttpResponse:
    """Carry it out and go back to the lead, or show the form."""
    if form.carry_out(act):  # type: ignore[attr-defined]
        messages.success(request, done)
        return redirect(onward(request, lead))
    show = confirm_page if page.get("danger") else form_page
    return show(request, form, back=lead, **page)
