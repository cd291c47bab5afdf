"""What can be done with a meeting at this moment: the buttons of its page, in their order."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from meetings.choices import MeetingState
from meetings.models import Meeting


@dataclass(frozen=True)
class Move:
    """An act, the page that does it, and whether the button itself does."""

    url_name: str
    label: Any
    icon: str
    is_post: bool = False
    is_danger: bool = False
    is_quiet: bool = False  # never the primary one


CONFIRM = Move("meetings:meeting_confirm", _("Confirm"), "check", is_post=True)
EDIT = Move("meetings:meeting_edit", _("Edit"), "pencil-square")
SET_TIME = Move("meetings:meeting_edit", _("Set the time"), "calendar-days")
RESCHEDULE = Move("meetings:meeting_reschedule", _("Change time or place"), "arrow-path")
HELD = Move("meetings:meeting_held", _("Record that it was held"), "check")
NO_SHOW = Move("meetings:meeting_no_show", _("Somebody did not come"), "user-minus")
AMEND = Move("meetings:meeting_amend", _("Put the record right"), "pencil-square", is_quiet=True)
CANCEL = Move("meetings:meeting_cancel", _("Cancel it"), "x-circle", is_danger=True)


def moves_at(meeting: Meeting, now: dt.datetime) -> list[Move]:
    """The moves that its services allow, the one that this moment asks for first."""
    state = MeetingState(meeting.state)
    started = meeting.has_started_at(now)
    if state == MeetingState.DRAFT:
        if meeting.starts_at is None:
            return [SET_TIME, CANCEL]
        return [HELD, EDIT, CANCEL] if started else [CONFIRM, EDIT, CANCEL]
    if state == MeetingState.CONFIRMED:
        if started:
            return [HELD, NO_SHOW, RESCHEDULE, EDIT, CANCEL]
        return [RESCHEDULE, EDIT, CANCEL]
    return [AMEND] if state in {MeetingState.HELD, MeetingState.NO_SHOW} else []
