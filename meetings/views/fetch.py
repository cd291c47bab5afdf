"""The meeting of a page, as its reader may see and change it."""

from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404

from ifa_crm.staff.decorators import StaffRequest
from investors.models import Lead
from investors.permissions import may_relay, require
from investors.views.frame import locked_under_lead
from meetings.models import Meeting


def get_meeting(request: StaffRequest, ref: str) -> Meeting:
    """The meeting with those it belongs to; 404 for a stranger to its lead."""
    rows = Meeting.objects.visible_to(request.user).select_related(
        "lead__investor", "lead__owner", "lead__deputy", "lead__office", "cluster", "created_by"
    )
    found: Meeting = get_object_or_404(rows, ref=ref)
    return found


def meeting_to_arrange(request: StaffRequest, ref: str) -> Meeting:
    """The same for those who may arrange it; 403 for the others."""
    meeting = get_meeting(request, ref)
    require(may_relay(request.user, meeting.lead))
    return meeting


def meeting_to_change(request: StaffRequest, ref: str) -> Meeting:
    """The same for a form that compares what two people changed; with the lead all of its
    meetings are locked, in the order in which the services lock."""
    return locked_under_lead(request, lambda: meeting_to_arrange(request, ref))


def lead_to_introduce(request: StaffRequest, ref: str) -> Lead:
    """A lead for which the reader may arrange introductions: 404 for a stranger, else 403."""
    leads = Lead.objects.visible_to(request.user).select_related(
        "investor", "owner", "deputy", "office"
    )
    lead: Lead = get_object_or_404(leads, ref=ref)
    require(may_relay(request.user, lead))
    return lead


def require_time(meeting: Meeting) -> None:
    """What has no time yet stands in no calendar."""
    if meeting.starts_at is None:
        raise Http404


def sent(request: StaffRequest) -> QueryDict | None:
    """What a form was filled in with; nothing while it is only shown."""
    return request.POST if request.method == "POST" else None
