"""The month at a glance."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act
from meetings.choices import Whose
from meetings.filters import whose
from meetings.forms.calendar import CalendarForm
from meetings.models import Meeting
from meetings.month import Day, Month, filled

SHOWN_A_DAY = 4


@require_safe
@requires(Act.READ)
def meeting_calendar(request: StaffRequest) -> HttpResponse:
    """Introductions of a month, on the days of the reader's zone; cancelled ones left out."""
    today, zone = timezone.localdate(), request.user.zone
    form = CalendarForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    month: Month = chosen.get("month") or Month.of(today)
    mine: str = chosen.get("whose") or ""
    rows = _meetings(request, month, mine) if form.is_valid() else Meeting.objects.none()
    entries = [(at, key) for at, key in rows.values_list("starts_at", "pk") if at is not None]
    weeks = filled(month, entries, zone=zone, today=today)
    _show([day for week in weeks for day in week])
    context: dict[str, Any] = {
        "title": _("Calendar"),
        "form": form,
        "month": month,
        "is_this_month": month == Month.of(today),
        "weeks": weeks,
        "weekdays": list(WEEKDAYS.values()),
        "whose": mine,
        "choices": [("", _("Everybody's")), *Whose.choices],
        "zone": request.user.time_zone,
        "count": sum(len(day.entries) for week in weeks for day in week if day.in_month),
    }
    return TemplateResponse(request, "meetings/calendar.html", context)


def _meetings(request: StaffRequest, month: Month, mine: str) -> "QuerySet[Meeting]":
    first, last = month.stretch(request.user.zone)
    rows = Meeting.objects.visible_to(request.user).not_cancelled()
    if mine:
        rows = whose(rows, request.user, mine)
    return rows.filter(starts_at__gte=first, starts_at__lt=last)


def _show(days: "list[Day[int]]") -> None:
    """Read what is drawn: the first of each day, in a month of hundreds."""
    keys = [key for day in days for key in day.entries[:SHOWN_A_DAY]]
    rows = Meeting.objects.select_related("lead__investor", "cluster")
    few = rows.only("ref", "state", "starts_at", "lead__investor__name", "cluster__name").in_bulk(
        keys
    )
    for day in days:
        day.shown = [few[key] for key in day.entries[:SHOWN_A_DAY] if key in few]
