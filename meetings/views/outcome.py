"""Pages on which is recorded what became of an introduction."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.editing import form_page
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from meetings.choices import RECORDED, MeetingState
from meetings.forms.outcome import AmendForm, HeldForm, NoShowForm, RecordForm
from meetings.forms.parts import likely_zones
from meetings.models import Meeting
from meetings.services import outcome
from meetings.views.fetch import (
    lead_to_introduce,
    meeting_to_arrange,
    meeting_to_change,
    sent,
)
from meetings.views.planning import choose_cluster, cluster_asked_for, no_longer


@requires(Act.RECORD)
def introduction_record(request: StaffRequest, ref: str) -> HttpResponse:
    """In one form: an introduction that already took place."""
    lead = lead_to_introduce(request, ref)
    cluster, asked = cluster_asked_for(request, lead, ahead=False)
    if cluster is None:
        return choose_cluster(request, lead, asked, _("Record an introduction"))
    form = RecordForm(
        sent(request),
        lead=lead,
        cluster=cluster,
        user=request.user,
        likely_zones=likely_zones(lead, cluster, request.user),
    )
    if form.carry_out(
        lambda: outcome.record_past(
            actor=request.user,
            lead=lead,
            cluster=cluster,
            arrangement=form.arrangement,
            came=form.people,
            summary=form.cleaned_data["summary"],
            following=form.following,
        )
    ):
        messages.success(request, _("The introduction is on record."))
        return redirect(form.result)
    return form_page(
        request,
        form,
        title=_("Record an introduction"),
        back=reverse("meetings:lead_meetings", args=[lead.ref]),
        template="meetings/introduction_form.html",
        lead=lead,
        cluster=cluster,
    )


def _not_now(request: StaffRequest, meeting: Meeting, *states: MeetingState) -> HttpResponse | None:
    """Where to go instead while it is in another state or has not started."""
    if meeting.state not in states:
        return no_longer(request, meeting)
    if not meeting.has_started_at(timezone.now()):
        messages.warning(request, _("It has not started yet."))
        return redirect(meeting)
    return None


@requires(Act.RECORD)
def meeting_held(request: StaffRequest, ref: str) -> HttpResponse:
    meeting = meeting_to_arrange(request, ref)
    states = (MeetingState.DRAFT, MeetingState.CONFIRMED)
    if instead := _not_now(request, meeting, *states):
        return instead
    form = HeldForm(
        sent(request),
        lead=meeting.lead,
        cluster=meeting.cluster,
        user=request.user,
        meeting=meeting,
    )
    if form.carry_out(
        lambda: outcome.record_held(
            actor=request.user,
            meeting=meeting,
            came=form.people,
            summary=form.cleaned_data["summary"],
            following=form.following,
        )
    ):
        messages.success(request, _("The introduction is on record as held."))
        return redirect(meeting)
    return _outcome_page(request, form, meeting, _("It was held"))


@requires(Act.RECORD)
def meeting_no_show(request: StaffRequest, ref: str) -> HttpResponse:
    meeting = meeting_to_arrange(request, ref)
    if instead := _not_now(request, meeting, MeetingState.CONFIRMED):
        return instead
    form = NoShowForm(sent(request))
    if form.carry_out(
        lambda: outcome.record_no_show(
            actor=request.user,
            meeting=meeting,
            by=form.cleaned_data["by"],
            summary=form.cleaned_data["summary"],
            following=form.following,
        )
    ):
        messages.success(request, _("It is on record who did not come."))
        return redirect(meeting)
    return _outcome_page(request, form, meeting, _("Somebody did not come"))


@requires(Act.RECORD)
@transaction.atomic
def meeting_amend(request: StaffRequest, ref: str) -> HttpResponse:
    meeting = meeting_to_change(request, ref)
    if meeting.state not in RECORDED:
        return no_longer(request, meeting)
    form = AmendForm(
        sent(request),
        meeting=meeting,
        lead=meeting.lead,
        cluster=meeting.cluster,
        user=request.user,
    )
    if form.carry_out(
        lambda: outcome.amend(
            actor=request.user,
            meeting=meeting,
            summary=form.cleaned_data["summary"],
            came=form.came,
        )
    ):
        messages.success(request, _("Saved."))
        return redirect(meeting)
    return _outcome_page(request, form, meeting, _("Put the record right"))


def _outcome_page(
    request: StaffRequest, form: HeldForm | NoShowForm | AmendForm, meeting: Meeting, title: str
) -> HttpResponse:
    return form_page(
        request,
        form,
        title=title,
        back=meeting,
        template="meetings/introduction_form.html",
        lead=meeting.lead,
        cluster=meeting.cluster,
        meeting=meeting,
    )
