"""What the calendar file of a meeting says: never more than its reader, or anybody to whom they
pass it on, may know."""

import datetime as dt
from email.utils import parseaddr
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from ifa_crm.staff.models import User
from meetings.calendar_messages import CalendarEntry, EntryStatus
from meetings.choices import MeetingState
from meetings.models import Meeting
from meetings.telling import may_be_named

STATUS: Final = {
    MeetingState.DRAFT: EntryStatus.TENTATIVE,
    MeetingState.CANCELLED: EntryStatus.CANCELLED,
}


def entry_of(meeting: Meeting, reader: User, *, address: str, now: dt.datetime) -> CalendarEntry:
    """The calendar entry of a meeting that has a start; ``address`` is that of its page.

    A calendar is shared and synchronised: as long as the cluster may not read whose need it is
    (:func:`meetings.telling.may_be_named`) the file names the cluster only, neither investor nor
    people nor purpose, and no place, which may betray the investor as well. The page says the rest
    to those who may see it.
    """
    if meeting.starts_at is None:
        raise ValueError("A meeting without a time stands in no calendar.")
    organizer = meeting.lead.owner or meeting.created_by
    name, email = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if organizer is not None and organizer.email:
        name, email = str(organizer), organizer.email
    hidden = not may_be_named(meeting.lead, meeting.cluster)
    return CalendarEntry(
        uid=meeting.uid,
        sequence=meeting.sequence,
        status=STATUS.get(MeetingState(meeting.state), EntryStatus.CONFIRMED),
        starts=meeting.starts_at,
        ends=meeting.ends_at,
        zone=meeting.zone,
        summary=_summary(meeting, hidden=hidden),
        organizer_name=name,
        organizer_email=email,
        stamp=now,
        description="" if hidden else _description(meeting, reader),
        location="" if hidden else meeting.place or meeting.link,
        url=address,
    )


def _summary(meeting: Meeting, *, hidden: bool) -> str:
    if hidden:
        return _("Introduction: %(cluster)s") % {"cluster": meeting.cluster}
    told = {"investor": meeting.lead.investor, "cluster": meeting.cluster}
    return _("Introduction: %(investor)s – %(cluster)s") % told


def _description(meeting: Meeting, reader: User) -> str:
    rows = meeting.participants.visible_to(reader).select_related("staff", "contact", "leader")
    people = "\n".join(f"- {row} ({row.side_label})" for row in rows)
    parts = [meeting.purpose, meeting.link if meeting.place else "", people]
    return "\n\n".join(part for part in parts if part)
