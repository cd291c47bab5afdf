"""Handovers for a time: brought back, or put off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ifa_crm.shared.editing import confirm_page, form_page
from ifa_crm.shared.forms import ConfirmForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.forms.handover import PutOffForm
from investors.models import Handover
from investors.permissions import require
from investors.services.handover_back import Return, bring_back, may_end, put_off
from investors.views.handovers import visible_handover


@requires(Act.HANDLE_OWN)
def handover_bring_back(request: StaffRequest, ref: str) -> HttpResponse:
    handover = visible_handover(request, ref)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.carry_out(lambda: bring_back(actor=request.user, handover=handover)):
        _say_returned(request, handover, form.result)
        return redirect(handover)
    return confirm_page(
        request,
        form,
        title=_("Bring the leads back to %(name)s?") % {"name": handover.giver},
        intro=_(
            "Those that were handed on for a time come back as well; those that went to somebody "
            "else for good stay there."
        ),
        submit=_("Bring them back"),
        back=handover,
    )


def _say_returned(request: StaffRequest, handover: Handover, told: Return) -> None:
    words = ngettext(
        "%(n)d lead is back with %(name)s.", "%(n)d leads are back with %(name)s.", told.back
    )
    say = messages.success if told.back else messages.info
    say(request, words % {"n": told.back, "name": handover.giver})
    if told.stayed:
        words = ngettext(
            "%(n)d went another way meanwhile and stays there.",
            "%(n)d went another way meanwhile and stay there.",
            told.stayed,
        )
        messages.info(request, words % {"n": told.stayed})
    for why, count in told.refused.items():
        words = ngettext(
            "%(n)d could not be brought back: %(why)s",
            "%(n)d could not be brought back: %(why)s",
            count,
        )
        messages.warning(request, words % {"n": count, "why": why})


@requires(Act.HANDLE_OWN)
def handover_put_off(request: StaffRequest, ref: str) -> HttpResponse:
    """Another day, or for good."""
    handover = visible_handover(request, ref)
    require(may_end(request.user, handover))
    form = PutOffForm(request.POST or None, initial={"until": handover.until})

    def act() -> Handover:
        until = form.cleaned_data["until"]
        return put_off(actor=request.user, handover=handover, until=until)

    if form.carry_out(act):
        messages.success(request, _("Saved."))
        return redirect(handover)
    return form_page(
        request, form, title=_("When do the leads go back?"), submit=_("Save"), back=handover
    )
