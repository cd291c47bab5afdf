"""What else came of a lead, beside joined and started."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from ifa_crm.shared.editing import form_page
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.choices import OutcomeKind
from investors.forms.outcome import OutcomeForm
from investors.models import Lead, Outcome
from investors.permissions import may_handle, require
from investors.services import milestones
from investors.views.frame import get_lead, locked_under_lead


def _on_tab(lead: Lead) -> str:
    return reverse("investors:lead_engagements", args=[lead.ref]) + "#outcomes"


@requires(Act.RECORD)
def outcome_create(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    form = OutcomeForm(request.POST if request.method == "POST" else None)
    if form.carry_out(
        lambda: milestones.record_outcome(actor=request.user, lead=lead, **form.values)
    ):
        messages.success(request, _("Recorded."))
        return redirect(_on_tab(lead))
    return form_page(
        request, form, title=_("Record another outcome"), intro=str(lead), back=_on_tab(lead)
    )


@requires(Act.RECORD)
@transaction.atomic
def outcome_edit(request: StaffRequest, ref: str) -> HttpResponse:
    rows = Outcome.objects.visible_to(request.user).select_related("lead__investor", "cluster")
    outcome: Outcome = locked_under_lead(request, lambda: get_object_or_404(rows, ref=ref))
    lead = outcome.lead
    require(may_handle(request.user, lead))
    if outcome.kind == OutcomeKind.REFERRED:
        raise Http404  # the status wrote it
    form = OutcomeForm(request.POST if request.method == "POST" else None, instance=outcome)
    if form.carry_out(
        lambda: milestones.edit_outcome(actor=request.user, outcome=outcome, **form.values)
    ):
        messages.success(request, _("Saved."))
        return redirect(_on_tab(lead))
    return form_page(
        request, form, title=_("Edit the outcome"), intro=str(lead), back=_on_tab(lead)
    )
