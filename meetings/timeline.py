"""What the timeline of a lead shows of its introductions."""

from collections.abc import Iterator
from typing import Final

from django.db.models import Case, F, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.extend import TimelineEntry, TimelineSource, register_timeline
from ifa_crm.shared.history import change_source
from ifa_crm.shared.timeline import Reading
from investors.models import Investor, Lead
from investors.timeline import lead_fields, part_of, person, under
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


def _introduced(rows: list[MeetingLog], reading: Reading) -> Iterator[TimelineEntry]:
    """One entry for each move; one that was held stands where it took place."""
    for row in rows:
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
            of=part_of(reading, meeting.lead),
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


INTRODUCTIONS = TimelineSource(
    kind="meeting",
    label=gettext_lazy("Introductions"),
    model=MeetingLog,
    rows=lambda record, user: MeetingLog.objects.filter(under(record, user, "meeting__lead")),
    at=Coalesce(Case(When(to_state=_S.HELD, then=F("meeting__starts_at"))), F("at")),
    fields=(
        *("at", "from_state", "to_state", "reason", "new_starts_at", *person("actor")),
        *(f"meeting__{name}" for name in ("ref", "starts_at", "form", "summary")),
        *("meeting__cancelled_by", "meeting__no_show_by", "meeting__cluster__name"),
        *lead_fields("meeting__lead"),
    ),
    draw=_introduced,
)


def register() -> None:
    for record in (Lead, Investor):
        register_timeline(record, INTRODUCTIONS)
    meetings = change_source(
        Meeting, lambda lead, user: Meeting.objects.filter(lead=lead), created=False
    )
    register_timeline(Lead, meetings)
