"""What is done with an engagement: one view and one address per act."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.editing import FAILED, confirm_page, form_page
from ifa_crm.shared.forms import ConfirmForm, HouseForm, ReasonForm
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.choices import LostReason, Stage
from investors.forms.engagement import (
    AgreeForm,
    ChangeClusterForm,
    CloseLeadForm,
    CompleteForm,
    DeclineEngagementForm,
    EndForm,
    EngagementFilesForm,
    EngagementForm,
    VerifyForm,
)
from investors.models import Engagement, Lead
from investors.permissions import may_handle, may_verify, require
from investors.services import engagements, leads, status
from investors.services.engagements import ended_without_agreement
from investors.services.milestones import reach_signed, signed_milestone
from investors.views.engagements import get_engagement
from investors.views.frame import get_lead, needs_of


def sent(request: StaffRequest) -> Any:
    return request.POST if request.method == "POST" else None


def tab_of(lead: Lead) -> str:
    return reverse("investors:lead_engagements", args=[lead.ref])


# --- editing -------------------------------------------------------------------------------------


def handled(request: StaffRequest, ref: str) -> Engagement:
    """The engagement, to those who handle its lead."""
    engagement = get_engagement(request, ref)
    require(may_handle(request.user, engagement.lead))
    return engagement


@requires(Act.RECORD)
@transaction.atomic
def engagement_edit(request: StaffRequest, ref: str) -> HttpResponse:
    engagement = handled(request, ref)
    if request.method == "POST":
        engagement = engagements.lock_engagement(engagement)
    form = EngagementForm(sent(request), instance=engagement, user=request.user)
    given = form.Meta.fields
    if form.carry_out(
        lambda: engagements.edit_engagement(
            actor=request.user,
            engagement=engagement,
            changes={name: form.cleaned_data[name] for name in given if name in form.cleaned_data},
        )
    ):
        messages.success(request, _("Saved."))
        return redirect(form.result)
    return form_page(
        request, form, title=_("Edit the engagement"), intro=str(engagement), back=engagement
    )


@requires(Act.RECORD)
def engagement_agree(request: StaffRequest, ref: str) -> HttpResponse:
    engagement = handled(request, ref)
    milestone = signed_milestone(engagement)
    form = AgreeForm(sent(request), request.FILES or None, instance=engagement, milestone=milestone)

    def act() -> Engagement:
        given = form.cleaned_data
        if given.get("milestone"):
            reach_signed(actor=request.user, engagement=engagement, on=given["agreed_on"])
        return engagements.agree(
            actor=request.user,
            engagement=engagement,
            agreed_on=given["agreed_on"],
            reference=given["reference"],
            files=given["files"],
            fields=form.share,
        )

    if form.carry_out(act):
        messages.success(request, _("Recorded. A second person confirms it now."))
        return redirect(form.result)
    return form_page(
        request,
        form,
        title=_("Record the agreement"),
        intro=str(engagement),
        back=engagement,
        template="investors/engagement_agree.html",
        needs=needs_of(engagement.lead),
        files=list(engagement.attachments.all()),
    )


@requires(Act.RECORD)
def engagement_files(request: StaffRequest, ref: str) -> HttpResponse:
    engagement = handled(request, ref)
    form = EngagementFilesForm(sent(request), request.FILES or None)
    if form.carry_out(
        lambda: engagements.add_files(
            actor=request.user, engagement=engagement, files=form.cleaned_data["files"]
        )
    ):
        messages.success(request, _("Attached."))
        return redirect(engagement)
    return form_page(
        request,
        form,
        title=_("Attach files"),
        submit=_("Attach"),
        intro=str(engagement),
        back=engagement,
    )


# --- confirming ----------------------------------------------------------------------------------


@requires(Act.VERIFY)
def engagement_verify(request: StaffRequest, ref: str) -> HttpResponse:
    engagement = get_engagement(request, ref)
    require(may_verify(request.user, engagement))
    form = VerifyForm(sent(request))
    if form.carry_out(
        lambda: engagements.verify(actor=request.user, engagement=engagement, **form.cleaned_data)
    ):
        messages.success(request, _("Confirmed. It counts from now on."))
        return redirect(form.result)
    return form_page(
        request,
        form,
        title=_("Confirm the agreement"),
        submit=_("Confirm"),
        back=engagement,
        template="investors/engagement_verify.html",
        engagement=engagement,
        lead=engagement.lead,
        files=list(engagement.attachments.select_related("uploaded_by")),
    )


@requires(Act.RECORD)
def engagement_send_back(request: StaffRequest, ref: str) -> HttpResponse:
    engagement = get_engagement(request, ref)
    require(may_verify(request.user, engagement) or may_handle(request.user, engagement.lead))
    form = ReasonForm(sent(request))
    if form.carry_out(
        lambda: engagements.send_back(
            actor=request.user, engagement=engagement, **form.cleaned_data
        )
    ):
        messages.success(request, _("Sent back: it is open again."))
        return redirect(form.result)
    return confirm_page(
        request,
        form,
        title=_("Send the agreement back"),
        intro=_("%s is open again then, and whoever handles the lead records the agreement anew.")
        % engagement,
        submit=_("Send back"),
        back=engagement,
    )


# --- endings -------------------------------------------------------------------------------------


def _ending(
    form_class: type[HouseForm],
    act: Callable[..., Engagement],
    *,
    title: Any,
    submit: Any,
    done: Any,
) -> Callable[[StaffRequest, str], HttpResponseBase]:
    """The view of one way in which an engagement ends."""

    @requires(Act.RECORD)
    def view(request: StaffRequest, ref: str) -> HttpResponse:
        engagement = handled(request, ref)
        form = form_class(sent(request))
        if form.carry_out(
            lambda: act(actor=request.user, engagement=engagement, **form.cleaned_data)
        ):
            messages.success(request, done)
            lead = form.result.lead
            if ended_without_agreement(lead):
                return redirect("investors:engagement_ended", ref=lead.ref)
            return redirect(form.result)
        return form_page(
            request, form, title=title, submit=submit, intro=str(engagement), back=engagement
        )

    return view


engagement_decline = _ending(
    DeclineEngagementForm,
    engagements.decline_engagement,
    title=gettext_lazy("The engagement was declined"),
    submit=gettext_lazy("Record it"),
    done=gettext_lazy("Recorded: declined."),
)
engagement_withdraw = _ending(
    EndForm,
    engagements.withdraw,
    title=gettext_lazy("Withdraw the engagement"),
    submit=gettext_lazy("Withdraw"),
    done=gettext_lazy("Recorded: withdrawn."),
)
engagement_complete = _ending(
    CompleteForm,
    engagements.complete,
    title=gettext_lazy("The investor's part is completed"),
    submit=gettext_lazy("Record it"),
    done=gettext_lazy("Recorded: completed."),
)
engagement_leave = _ending(
    EndForm,
    engagements.leave,
    title=gettext_lazy("The investor leaves the project"),
    submit=gettext_lazy("Record it"),
    done=gettext_lazy("Recorded: left. The figures keep counting it and show it beside."),
)


@requires(Act.RECORD)
def engagement_cluster(request: StaffRequest, ref: str) -> HttpResponse:
    engagement = handled(request, ref)
    form = ChangeClusterForm(sent(request), engagement=engagement)
    if form.carry_out(
        lambda: engagements.change_cluster(
            actor=request.user, engagement=engagement, **form.cleaned_data
        )
    ):
        messages.success(request, _("%s leads it now.") % form.result.cluster)
        return redirect(form.result)
    return form_page(
        request,
        form,
        title=_("Change the lead cluster"),
        intro=_("Now: %(cluster)s. The tie to the cluster before stays as it was noted.")
        % {"cluster": engagement.cluster},
        back=engagement,
    )


# --- after the last one ended --------------------------------------------------------------------


@requires(Act.RECORD)
def engagement_ended(request: StaffRequest, ref: str) -> HttpResponse:
    """Back to the shortlist, or close? Each is one click."""
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    if not ended_without_agreement(lead):
        return redirect(tab_of(lead))
    return _ended_page(request, lead, CloseLeadForm())


def _ended_page(request: StaffRequest, lead: Lead, form: CloseLeadForm) -> HttpResponse:
    context = {
        "title": _("The last engagement ended without an agreement"),
        "lead": lead,
        "form": form,
        "last": lead.engagements.select_related("project").order_by("-ended_on", "-pk").first(),
    }
    code = FAILED if form.errors else 200
    return TemplateResponse(request, "investors/engagement_ended.html", context, status=code)


@requires(Act.RECORD)
def engagement_back(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    form = ConfirmForm(sent(request))
    if form.carry_out(
        lambda: leads.move_back(
            actor=request.user,
            lead=lead,
            stage=Stage.SHORTLISTED,
            reason=_("The last engagement ended without an agreement."),
        )
    ):
        messages.success(request, _("Back to the shortlist."))
        return redirect("investors:lead_shortlist", ref=lead.ref)
    return confirm_page(
        request,
        form,
        title=_("Back to the shortlist"),
        intro=str(lead),
        submit=_("Back to the shortlist"),
        back=tab_of(lead),
    )


@requires(Act.RECORD)
def engagement_close_lead(request: StaffRequest, ref: str) -> HttpResponse:
    lead = get_lead(request, ref)
    require(may_handle(request.user, lead))
    form = CloseLeadForm(sent(request))
    if form.carry_out(
        lambda: status.lose(
            actor=request.user,
            lead=lead,
            reason=LostReason(form.cleaned_data["reason"]),
            country=form.cleaned_data["country"],
            note=form.cleaned_data["note"],
        )
    ):
        messages.success(request, _("The lead is closed."))
        return redirect(lead)
    return _ended_page(request, lead, form)
