"""Milestones of an engagement: the first attempt, the next one, what became of it."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from ifa_crm.shared.editing import form_page
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.forms.engagement import MilestoneForm, NewMilestoneForm
from investors.models import Milestone
from investors.services import engagements, milestones
from investors.views.engagement_acts import handled, sent


@requires(Act.RECORD)
def milestone_create(request: StaffRequest, ref: str) -> HttpResponse:
    """The first attempt at a milestone, or the next one after a failure."""
    engagement = handled(request, ref)
    form = NewMilestoneForm(
        sent(request), engagement=engagement, initial={"kind": request.GET.get("kind")}
    )
    if form.carry_out(
        lambda: milestones.save_milestone(
            actor=request.user, engagement=engagement, **_milestone(form)
        )
    ):
        messages.success(request, _("Saved: %s.") % form.result.kind)
        return redirect(f"{engagement.get_absolute_url()}#milestones")
    return form_page(request, form, title=_("Milestone"), intro=str(engagement), back=engagement)


@requires(Act.RECORD)
@transaction.atomic
def milestone_edit(request: StaffRequest, ref: str, pk: int) -> HttpResponse:
    engagement = handled(request, ref)
    if request.method == "POST":
        engagements.lock_engagement(engagement)
    rows = Milestone.objects.filter(engagement=engagement).select_related("kind")
    milestone = get_object_or_404(rows, pk=pk)
    form = MilestoneForm(sent(request), instance=milestone)
    if form.carry_out(
        lambda: milestones.save_milestone(
            actor=request.user,
            engagement=engagement,
            milestone=milestone,
            kind=milestone.kind,
            **_milestone(form),
        )
    ):
        messages.success(request, _("Saved: %s.") % milestone.kind)
        return redirect(f"{engagement.get_absolute_url()}#milestones")
    title = _("%(milestone)s, attempt %(number)d") % {
        "milestone": milestone.kind,
        "number": milestone.attempt,
    }
    return form_page(request, form, title=title, intro=str(engagement), back=engagement)


def _milestone(form: MilestoneForm) -> dict[str, Any]:
    names = ("kind", "planned_on", "reached_on", "failed_on", "note")
    return {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}
