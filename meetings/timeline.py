"""What the timeline of a lead shows of its introductions."""

from collections.abc import Iterator
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ifa_crm.shared.extend import TimelineEntry, register_timeline
from ifa_crm.staff.models import User
from investors.models import Lead
from meetings.choices import MeetingState
from meetings.models import Meeting, MeetingLog

_S = MeetingState
ICONS: Final = {
    _S.DRAFT: "calendar",
    _S.CONFIRMED: "calendar-days",
    _S.HELD: "user-group",
    _S.NO_SHOW: "user-minus",
    _S.CANCELLED: "x-circle",
}


def introductions(lead: Lead, user: User) -> Iterator[TimelineEntry]:
    """One entry for each move; one that was held stands where it took place.

    Seen by whoever sees the lead: ``user`` is not asked for more.
    """
    rows = MeetingLog.objects.filter(meeting__lead=lead)
    for row in rows.select_related("meeting__cluster", "actor"):
        meeting = row.meeting
        held = row.to_state == _S.HELD
        yield TimelineEntry(
            at=meeting.starts_at if held and meeting.starts_at else row.at,
            kind="meeting",
            icon="arrow-path" if row.is_rescheduling else ICONS[MeetingState(row.to_state)],
            title=_title(row, meeting),
            text=meeting.summary if held else row.reason,
            by=str(row.actor or ""),
            url=meeting.get_absolute_url(),
            row=row,
        )


def _title(row: MeetingLog, meeting: Meeting) -> str:
    told = {"cluster": meeting.cluster, "time": _time(row, meeting)}
    if row.is_rescheduling:
        return _("Introduction to %(cluster)s: now %(time)s") % told
    if row.to_state == _S.DRAFT:
        return _("Introduction to %(cluster)s planned") % told
    if row.to_state == _S.CONFIRMED:
        return _("Introduction to %(cluster)s confirmed: %(time)s") % told
    if row.to_state == _S.CANCELLED:
        who = meeting.get_cancelled_by_display()
        return _("Introduction to %(cluster)s cancelled by: %(who)s") % (told | {"who": who})
    if row.to_state == _S.NO_SHOW:
        who = meeting.get_no_show_by_display()
        return _("Introduction to %(cluster)s: did not come: %(who)s") % (told | {"who": who})
    return _("Introduced to %(cluster)s (%(form)s)") % (told | {"form": meeting.get_form_display()})


def _time(row: MeetingLog, meeting: Meeting) -> str:
    """When it was to take place after this move, on the reader's clock."""
    moment = row.new_starts_at or meeting.starts_at
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""


def register() -> None:
    register_timeline(Lead, introductions)
