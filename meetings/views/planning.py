"""Pages on which an introduction is planned, changed, confirmed and cancelled."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from clusters.models import Cluster
from ifa_crm.shared.editing import confirm_page, form_page, options
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from investors.models import Lead
from meetings.choices import MeetingState
from meetings.forms.parts import likely_zones
from meetings.forms.planning import (
    BeginForm,
    CancelForm,
    ClusterForm,
    ConfirmMeetingForm,
    EditForm,
    PlanForm,
    RescheduleForm,
    leads_to_introduce,
)
from meetings.models import Meeting
from meetings.services import planning
from meetings.telling import untold
from meetings.views.fetch import (
    lead_to_introduce,
    meeting_to_arrange,
    meeting_to_change,
    sent,
)


@requires(Act.RECORD)
def introduction_create(request: StaffRequest) -> HttpResponse:
    """Which lead and which cluster; the next page asks for the rest."""
    form = BeginForm(sent(request), user=request.user)
    if form.is_valid():
        past = form.cleaned_data["what"] == BeginForm.PAST
        name = "introduction_record" if past else "introduction_plan"
        address = reverse(f"meetings:{name}", args=[form.cleaned_data["lead"].ref])
        cluster = form.cleaned_data["cluster"]
        return redirect(f"{address}?cluster={cluster.slug}" if cluster else address)
    return form_page(
        request,
        form,
        title=_("New introduction"),
        submit=_("Go on"),
        back="meetings:meeting_list",
        template="meetings/introduction_create.html",
    )


@requires(Act.RECORD)
def lead_options(request: StaffRequest) -> HttpResponse:
    return options(request, leads_to_introduce(request.user))


def cluster_asked_for(
    request: StaffRequest, lead: Lead, *, ahead: bool
) -> tuple[Cluster | None, ClusterForm]:
    """The cluster of ``?cluster=``, and the form that asks for it."""
    asked = any(request.GET.get(name) for name in ("cluster", "cluster_text"))
    form = ClusterForm(request.GET if asked else None, lead=lead, user=request.user, ahead=ahead)
    found: Cluster | None = form.cleaned_data["cluster"] if form.is_valid() else None
    return found, form


def choose_cluster(
    request: StaffRequest, lead: Lead, form: ClusterForm, title: str
) -> HttpResponse:
    """The shortlist, each a link to go on with; and a box for any other cluster."""
    shortlist = lead.shortlist.select_related("cluster").order_by("cluster__name")
    shown = {"form": form, "title": title, "lead": lead, "shortlist": shortlist}
    return TemplateResponse(request, "meetings/choose_cluster.html", shown)


@requires(Act.RECORD)
def introduction_plan(request: StaffRequest, ref: str) -> HttpResponse:
    lead = lead_to_introduce(request, ref)
    cluster, asked = cluster_asked_for(request, lead, ahead=True)
    if cluster is None:
        return choose_cluster(request, lead, asked, _("Plan an introduction"))
    form = PlanForm(
        sent(request),
        lead=lead,
        cluster=cluster,
        user=request.user,
        likely_zones=likely_zones(lead, cluster, request.user),
    )
    if form.carry_out(lambda: _plan(request, lead, cluster, form)):
        confirmed = form.result.state == MeetingState.CONFIRMED
        messages.success(
            request, _("The introduction is confirmed.") if confirmed else _("The draft is saved.")
        )
        return redirect(form.result)
    return form_page(
        request,
        form,
        title=_("Plan an introduction"),
        submit=_("Save"),
        back=reverse("meetings:lead_meetings", args=[lead.ref]),
        template="meetings/introduction_form.html",
        lead=lead,
        cluster=cluster,
        untold=untold(lead, cluster),
    )


def _plan(request: StaffRequest, lead: Lead, cluster: Cluster, form: PlanForm) -> Meeting:
    meeting = planning.plan(
        actor=request.user,
        lead=lead,
        cluster=cluster,
        arrangement=form.arrangement,
        people=form.people,
    )
    if form.cleaned_data["confirm_now"]:
        meeting = planning.confirm(actor=request.user, meeting=meeting)
    return meeting


@requires(Act.RECORD)
@transaction.atomic
def meeting_edit(request: StaffRequest, ref: str) -> HttpResponse:
    meeting = meeting_to_change(request, ref)
    if not meeting.is_plan:
        return no_longer(request, meeting)
    cluster = meeting.cluster
    form = EditForm(
        sent(request),
        meeting=meeting,
        lead=meeting.lead,
        cluster=cluster,
        user=request.user,
        likely_zones=[meeting.time_zone, *likely_zones(meeting.lead, cluster, request.user)],
        initial=proposed_time(request, meeting),
    )
    if form.carry_out(
        lambda: planning.edit(
            actor=request.user, meeting=meeting, arrangement=form.arrangement, people=form.people
        )
    ):
        messages.success(request, _("Saved."))
        return redirect(meeting)
    return form_page(
        request,
        form,
        title=_("Edit the introduction"),
        back=meeting,
        template="meetings/introduction_form.html",
        lead=meeting.lead,
        cluster=cluster,
        meeting=meeting,
        untold=untold(meeting.lead, cluster),
        change="meetings:meeting_edit",
    )


def no_longer(request: StaffRequest, meeting: Meeting) -> HttpResponse:
    """Somebody was quicker, or the page was old: say so on the page of the meeting."""
    state = meeting.get_state_display()
    messages.warning(
        request, _("This is not possible while the introduction is “%(state)s”.") % {"state": state}
    )
    return redirect(meeting)


def proposed_time(request: StaffRequest, meeting: Meeting) -> dict[str, Any]:
    """The time of ``?at=`` (one of those offered when somebody was not free), as form fields."""
    try:
        at = parse_datetime(request.GET.get("at", ""))
    except ValueError:
        at = None
    if at is None or timezone.is_naive(at) or meeting.ends_at is None:
        return {}
    start = timezone.localtime(at, meeting.zone)
    length: dt.timedelta = meeting.stretch[1] - meeting.stretch[0]
    end = timezone.localtime(at + length, meeting.zone)
    return {"day": start.date(), "starts_at": start.time(), "ends_at": end.time()}


@requires(Act.RECORD)
def meeting_confirm(request: StaffRequest, ref: str) -> HttpResponse:
    meeting = meeting_to_arrange(request, ref)
    if meeting.state != MeetingState.DRAFT:
        return no_longer(request, meeting)
    form = ConfirmMeetingForm(sent(request))
    if form.carry_out(lambda: planning.confirm(actor=request.user, meeting=meeting)):
        messages.success(request, _("The introduction is confirmed."))
        return redirect(meeting)
    return confirm_page(
        request,
        form,
        title=_("Confirm the introduction"),
        submit=_("Confirm"),
        back=meeting,
        template="meetings/meeting_confirm.html",
        meeting=meeting,
        untold=untold(meeting.lead, meeting.cluster),
        change="meetings:meeting_edit",
    )


@requires(Act.RECORD)
@transaction.atomic
def meeting_reschedule(request: StaffRequest, ref: str) -> HttpResponse:
    meeting = meeting_to_change(request, ref)
    if meeting.state != MeetingState.CONFIRMED:
        return no_longer(request, meeting)
    cluster = meeting.cluster
    zones = likely_zones(meeting.lead, cluster, request.user)
    form = RescheduleForm(
        sent(request),
        meeting=meeting,
        likely_zones=[meeting.time_zone, *zones],
        initial=proposed_time(request, meeting),
    )
    if form.carry_out(
        lambda: planning.reschedule(actor=request.user, meeting=meeting, **form.changes)
    ):
        messages.success(request, _("It takes place at another time or place now."))
        return redirect(meeting)
    return form_page(
        request,
        form,
        title=_("Change time or place"),
        back=meeting,
        template="meetings/meeting_reschedule.html",
        meeting=meeting,
        change="meetings:meeting_reschedule",
    )


@requires(Act.RECORD)
def meeting_cancel(request: StaffRequest, ref: str) -> HttpResponse:
    meeting = meeting_to_arrange(request, ref)
    if not meeting.is_plan:
        return no_longer(request, meeting)
    form = CancelForm(sent(request))
    if form.carry_out(
        lambda: planning.cancel(actor=request.user, meeting=meeting, **form.cleaned_data)
    ):
        messages.success(request, _("The introduction is cancelled."))
        return redirect(meeting)
    return confirm_page(
        request,
        form,
        title=_("Cancel the introduction"),
        submit=_("Cancel it"),
        back=meeting,
        intro=str(meeting),
        danger=True,
    )
