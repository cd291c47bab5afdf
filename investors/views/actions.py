"""What is to be done: added, done, moved to another day."""

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.editing import form_page, onward
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.forms.action import ActionForm, DoneForm, MoveForm
from investors.models import Action, Lead
from investors.permissions import may_handle, require
from investors.services import status
from investors.services.actions import add_action, complete_action, is_last, may_act, move_action
from investors.views.status import own_lead


@requires(Act.RECORD)
def action_create(request: StaffRequest, ref: str) -> HttpResponse:
    lead = own_lead(request, ref)
    form = ActionForm(request.POST or None, initial={"due": timezone.localdate()})
    if form.carry_out(lambda: add_action(actor=request.user, lead=lead, following=form.following)):
        messages.success(request, _("Added."))
        return redirect(lead)
    return form_page(request, form, title=_("What is to be done on %s") % lead, back=lead)


def _own_action(request: StaffRequest, ref: str) -> Action:
    rows = Action.objects.visible_to(request.user).select_related("lead__investor", "lead__owner")
    action: Action = get_object_or_404(rows, ref=ref)
    require(may_act(request.user, action))
    return action


@requires(Act.RECORD)
def action_done(request: StaffRequest, ref: str) -> HttpResponse:
    """Done. The last one of an active lead asks for what comes next."""
    action = _own_action(request, ref)
    said = any(request.POST.get(name) for name in DoneForm.base_fields)
    asks_first = is_last(action) and not said
    form = DoneForm(request.POST if request.method == "POST" and not asks_first else None)
    if form.carry_out(lambda: _complete(request, action, form)):
        messages.success(request, _("Done: %(what)s") % {"what": action.what})
        return redirect(onward(request, action.lead))
    return form_page(
        request,
        form,
        title=_("Done: %(what)s") % {"what": action.what},
        submit=_("Done"),
        is_last=is_last(action),
        back=action.lead,
        template="investors/action_done.html",
        action=action,
        lead=action.lead,
        may_close=may_handle(request.user, action.lead),
        onward=request.POST.get("next", ""),
    )


def _complete(request: StaffRequest, action: Action, form: DoneForm) -> Action | Lead:
    if until := form.cleaned_data["until"]:
        return status.wait(actor=request.user, lead=action.lead, until=until, completing=action)
    return complete_action(actor=request.user, action=action, following=form.following)


@requires(Act.RECORD)
def action_move(request: StaffRequest, ref: str) -> HttpResponse:
    action = _own_action(request, ref)
    form = MoveForm(request.POST or None, initial={"due": action.due})

    def act() -> Action:
        return move_action(actor=request.user, action=action, due=form.cleaned_data["due"])

    if form.carry_out(act):
        messages.success(request, _("Moved."))
        return redirect(onward(request, action.lead))
    title = _("Move: %(what)s") % {"what": action.what}
    return form_page(
        request,
        form,
        title=title,
        submit=_("Move"),
        back=action.lead,
        template="investors/action_move.html",
        quick=_quick_days(),
        onward=request.POST.get("next", "") or request.GET.get("next", ""),
    )


def _quick_days() -> list[tuple[str, dt.date]]:
    """Days that are one click away."""
    today = timezone.localdate()
    monday = today + dt.timedelta(days=7 - today.weekday())
    days = {
        today + dt.timedelta(days=30): _("In a month"),
        today + dt.timedelta(days=7): _("In a week"),
        monday: _("Next Monday"),
        today + dt.timedelta(days=1): _("Tomorrow"),
    }
    return [(label, day) for day, label in sorted(days.items())]
