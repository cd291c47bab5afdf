"""The list of introductions, one of them, and its calendar file."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.models import Absence, User
from ifa_crm.staff.roles import Act
from ifa_crm.work.views.export import export_of
from investors import gates
from investors.choices import CLOSED
from investors.models import Lead
from investors.permissions import may_handle, may_relay
from investors.querysets import lead_is_hidden
from meetings.calendar_entry import entry_of
from meetings.calendar_messages import CONTENT_TYPE, published
from meetings.choices import RECENTLY, MeetingState, Side
from meetings.columns import MEETING_COLUMNS
from meetings.filters import MeetingFilter, midnight
from meetings.models import Meeting, Participant
from meetings.moves import moves_at
from meetings.querysets import upcoming_first
from meetings.services.people import people_in
from meetings.services.planning import lacks
from meetings.telling import untold
from meetings.views.fetch import get_meeting, require_time


def meeting_page(request: StaffRequest) -> ListPage:
    now = timezone.now()
    return ListPage(
        request,
        rows=Meeting.objects.visible_to(request.user),
        filterset=MeetingFilter,
        sorts={"when": upcoming_first(now), "starts": ("starts_at",)},
        default_sort="when",
        show=lambda rows: rows.select_related("lead__investor", "lead__owner", "cluster"),
        columns=MEETING_COLUMNS,
        export=reverse("meetings:meeting_export"),
    )


meeting_export = export_of(meeting_page, gettext_lazy("Introductions"), name="introductions")


@require_safe
@requires(Act.READ)
def meeting_list(request: StaffRequest) -> HttpResponse:
    """Every introduction that the reader may see, what comes next first."""
    now = timezone.now()
    page = meeting_page(request)
    return page.answer(
        "meetings/meeting_list.html",
        title=_("Introductions"),
        now=now,
        may_record=request.user.may(Act.RECORD),
        unlisted=_unlisted(request),
    )


def _unlisted(request: StaffRequest) -> int:
    """How many the figure of Today counts that this list, exactly the one behind it, leaves out.

    Said of no other list: whoever could choose the filters could find out which they are.
    """
    first = timezone.localdate() - RECENTLY
    figure = {"state": MeetingState.HELD.value, "from": f"{first:%Y-%m-%d}"}
    if request.GET.dict() != figure or request.user.may(Act.SEE_CONFIDENTIAL):
        return 0
    held = Meeting.objects.held().filter(starts_at__gte=midnight(first))
    return held.filter(lead_is_hidden(request.user, "lead__")).count()


@require_safe
@requires(Act.READ)
def meeting_detail(request: StaffRequest, ref: str) -> HttpResponse:
    meeting, now = get_meeting(request, ref), timezone.now()
    rows = meeting.participants.visible_to(request.user)
    people = list(rows.select_related("staff__office", "contact", "leader"))
    may_change = may_relay(request.user, meeting.lead) and not meeting.lead.is_archived
    log = list(meeting.log.select_related("actor").order_by("-at", "-pk"))
    context: dict[str, Any] = {
        "meeting": meeting,
        "lead": meeting.lead,
        "now": now,
        "moves": moves_at(meeting, now) if may_change else [],
        "may_change": may_change,
        "may_handle": may_change and may_handle(request.user, meeting.lead),
        "sides": _by_side(people),
        "log": log,
        "is_over": meeting.is_to_record_at(now),
        "has_started": meeting.has_started_at(now),
        "lead_is_closed": meeting.lead.status in CLOSED,
        "other_zone": _is_elsewhere(request.user, meeting),
        "untold": untold(meeting.lead, meeting.cluster),
    }
    if meeting.is_plan:
        context["away"] = _away(meeting, people)
    if meeting.state == MeetingState.DRAFT:
        context["needed"] = list(_needed(request.user, meeting, people))
    return TemplateResponse(request, "meetings/meeting_detail.html", context)


def _by_side(people: list[Participant]) -> list[tuple[Side, list[Participant]]]:
    """Those who take part, the investor's first."""
    return [
        (side, present)
        for side in (Side.INVESTOR, Side.CLUSTER, Side.AGENCY)
        if (present := [person for person in people if person.side == side])
    ]


def _is_elsewhere(user: User, meeting: Meeting) -> bool:
    """Whether the reader's clocks show another time than those of the place."""
    if meeting.starts_at is None:
        return False
    here, there = (meeting.starts_at.astimezone(zone) for zone in (user.zone, meeting.zone))
    return here.utcoffset() != there.utcoffset()


def _needed(user: User, meeting: Meeting, people: list[Participant]) -> Iterator[tuple[Any, str]]:
    """What a draft lacks before it can be confirmed, each with the field that records it."""
    edit = reverse("meetings:meeting_edit", args=[meeting.ref])
    for field, sentence in lacks(meeting, people_in(people)).items():
        yield sentence, f"{edit}#div_id_{field}"
    flags = Lead.objects.filter(pk=meeting.lead_id).annotate(**gates.flags())
    lead = meeting.lead.ref
    for gate in gates.missing_by_flags(flags.values(*gates.flags()).get()):
        label = _("The lead needs: %(what)s.") % {"what": gate.label}
        if not may_handle(user, meeting.lead):
            yield label, ""
        elif gate.key == "contact":
            yield label, reverse("investors:lead_contact_create", args=[lead])
        else:
            yield label, reverse("investors:lead_edit", args=[lead]) + f"#div_id_{gate.field}"


def _away(meeting: Meeting, people: list[Participant]) -> list[Absence]:
    staff = [person.staff_id for person in people if person.staff_id]
    if meeting.starts_at is None or not staff:
        return []
    day: dt.date = timezone.localtime(meeting.starts_at, meeting.zone).date()
    covering = Absence.objects.filter(user__in=staff, first_day__lte=day, last_day__gte=day)
    return list(covering.select_related("user", "stand_in"))


@require_safe
@requires(Act.READ)
def meeting_ics(request: StaffRequest, ref: str) -> HttpResponse:
    """The calendar file of a meeting that has a time."""
    meeting = get_meeting(request, ref)
    require_time(meeting)
    address = request.build_absolute_uri(meeting.get_absolute_url())
    entry = entry_of(meeting, request.user, address=address, now=timezone.now())
    answer = HttpResponse(published(entry), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="introduction-{meeting.ref}.ics"'
    answer["Cache-Control"] = "private, no-store"
    return answer
