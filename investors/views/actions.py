"""What is to be done: added, done, moved to another day."""

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ifa_crm.shared.editing import confirm_page, form_page, in_place, onward, say_with_link
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.forms.action import ActionForm, DoneForm, MoveForm
from investors.models import Action, Lead
from investors.permissions import may_handle, require
from investors.services import status
from investors.services.actions import (
    add_action,
    complete_action,
    is_last,
    may_act,
    move_action,
    reopen_action,
)
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
        _say_done(request, action)
        return redirect(onward(request, action.lead))
    return in_place(
        request,
        form,
        title=_("Done: %(what)s") % {"what": action.what},
        submit=_("Done"),
        is_last=is_last(action),
        back=action.lead,
        template="investors/action_done.html",
        part="investors/_action_done.html",
        action=action,
        lead=action.lead,
        may_close=may_handle(request.user, action.lead),
    )


def _say_done(request: StaffRequest, action: Action) -> None:
    sentence = _("Done: %(what)s.") % {"what": action.what}
    undo = reverse("investors:action_reopen", args=[action.ref])
    say_with_link(request, sentence, undo, _("Not yet done?"))


def _complete(request: StaffRequest, action: Action, form: DoneForm) -> Action | Lead:
    if until := form.cleaned_data["until"]:
        return status.wait(actor=request.user, lead=action.lead, until=until, completing=action)
    return complete_action(actor=request.user, action=action, following=form.following)


@requires(Act.RECORD)
def action_reopen(request: StaffRequest, ref: str) -> HttpResponse:
    """It was not done after all."""
    action = _own_action(request, ref)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: reopen_action(actor=request.user, action=action)):
        messages.success(request, _("To be done again: %(what)s") % {"what": action.what})
        return redirect(action.lead)
    return confirm_page(
        request,
        form,
        title=_("Not yet done: %(what)s?") % {"what": action.what},
        intro=str(action.lead),
        submit=_("Take it up again"),
        back=action.lead,
    )


@requires(Act.RECORD)
def action_move(request: StaffRequest, ref: str) -> HttpResponse:
    action = _own_action(request, ref)
    before = action.due
    form = MoveForm(request.POST or None, initial={"due": request.GET.get("due") or before})

    def act() -> Action:
        return move_action(actor=request.user, action=action, due=form.cleaned_data["due"])

    if form.carry_out(act):
        _say_moved(request, action, form.cleaned_data["due"], before)
        return redirect(onward(request, action.lead))
    title = _("Move: %(what)s") % {"what": action.what}
    return in_place(
        request,
        form,
        title=title,
        submit=_("Move"),
        back=action.lead,
        template="investors/action_move.html",
        part="investors/_action_move.html",
        action=action,
        quick=_quick_days(),
    )


def _say_moved(request: StaffRequest, action: Action, due: dt.date, before: dt.date) -> None:
    words = {"what": action.what, "day": date_format(due)}
    back = f"{reverse('investors:action_move', args=[action.ref])}?due={before:%Y-%m-%d}"
    say_with_link(request, _("Moved to %(day)s: %(what)s.") % words, back, _("Move it back?"))


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
