"""A meeting that is still to come: planned, edited, confirmed, moved to another time, cancelled."""

import datetime as dt
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.models import Cluster
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from investors.gates import require_qualified
from investors.models import Lead, Shortlisting
from investors.permissions import may_handle, may_relay, require
from investors.services import shortlist
from investors.services.events import lock
from investors.services.leads import require_active
from meetings.choices import MeetingForm, MeetingState, Side
from meetings.models import Meeting, MeetingLog
from meetings.services.booking import book, release
from meetings.services.people import (
    People,
    people_of,
    require_present,
    set_people,
)

_S = MeetingState
LONGEST = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Arrangement:
    """What is arranged: how, for what, when (in UTC, with the zone of the place), where."""

    form: MeetingForm
    purpose: str
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    time_zone: str = "Europe/Paris"
    place: str = ""
    link: str = ""


@transaction.atomic
def plan(
    *, actor: User, lead: Lead, cluster: Cluster, arrangement: Arrangement, people: People
) -> Meeting:
    """Make a draft, from whatever state the cluster has on the shortlist.

    A cluster that was never noted is noted now. Nothing is booked and nothing needs to be on
    record yet; the log of the shortlist names what was passed over once it was held.
    """
    lead = lock(lead)
    require(may_relay(actor, lead))
    require_active(lead)
    if arrangement.starts_at is not None and arrangement.starts_at <= timezone.now():
        raise refusal(
            "starts_at", _("This time is past. Record what already took place instead."), "past"
        )
    shortlisting = shortlisted(actor, lead, cluster)
    meeting = Meeting(lead=lead, cluster=cluster, shortlisting=shortlisting, created_by=actor)
    _arrange(meeting, arrangement)
    set_people(meeting, people, actor)
    log(meeting, "", actor)
    return meeting


def shortlisted(
    actor: User, lead: Lead, cluster: Cluster, *, already_met: bool = False
) -> Shortlisting:
    """The row of a locked lead's shortlist, made now if the cluster was never noted.

    Who only relays does so for what those who handle the lead have chosen. A cluster that is not
    offered any more is noted only where they have ``already_met``.
    """
    found = Shortlisting.objects.filter(lead=lead, cluster=cluster).first()
    if found is None:
        if not may_handle(actor, lead):
            raise PermissionDenied
        if not already_met and not cluster.is_offered_in(settings.REFERENCE_YEAR):
            raise refusal("cluster", _("This cluster is not offered any more."), "not_offered")
        found = shortlist.note(lead, cluster, actor)
    found.lead = lead
    return found


@transaction.atomic
def edit(*, actor: User, meeting: Meeting, arrangement: Arrangement, people: People) -> Meeting:
    """Change a draft, or a confirmed meeting: whose new time or place is a rescheduling."""
    meeting = locked_meeting(actor, meeting, _S.DRAFT, _S.CONFIRMED)
    before = arrangement_of(meeting)
    _arrange(meeting, arrangement)
    set_people(meeting, people, actor)
    if meeting.state == _S.CONFIRMED:
        if _moved(before, arrangement):
            _note_new_time(meeting, before, actor, "")
        _require_complete(meeting, people_of(meeting))
        book(meeting, actor)
    return meeting


@transaction.atomic
def confirm(*, actor: User, meeting: Meeting) -> Meeting:
    """Everybody agreed to come: an act outward, so the checklist must be complete.

    Books everybody who takes part; raises :class:`~meetings.services.booking.NotFreeError` if
    somebody is not free.
    """
    meeting = locked_meeting(actor, meeting, _S.DRAFT)
    require_active(meeting.lead)
    require_qualified(meeting.lead)
    people = people_of(meeting)
    _require_complete(meeting, people)
    _require_ahead(meeting.starts_at)
    require_present(people)
    book(meeting, actor)
    meeting.state = _S.CONFIRMED
    meeting.full_clean()
    meeting.save()
    log(meeting, _S.DRAFT, actor)
    return meeting


@transaction.atomic
def reschedule(
    *,
    actor: User,
    meeting: Meeting,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    time_zone: str,
    place: str,
    link: str,
    reason: str = "",
) -> Meeting:
    """Another time or place for a confirmed meeting, which stays confirmed.

    The sequence of its calendar entry rises, the log keeps the old and the new time.
    """
    meeting = locked_meeting(actor, meeting, _S.CONFIRMED)
    require_active(meeting.lead)
    before = arrangement_of(meeting)
    after = replace(
        before, starts_at=starts_at, ends_at=ends_at, time_zone=time_zone, place=place, link=link
    )
    if not _moved(before, after):
        raise ValidationError(_("Neither the time nor the place is another one."), "same")
    _arrange(meeting, after)
    _note_new_time(meeting, before, actor, reason)
    _require_complete(meeting, people_of(meeting))
    book(meeting, actor)
    return meeting


@transaction.atomic
def cancel(*, actor: User, meeting: Meeting, by: Side, reason: str) -> Meeting:
    """It will not take place: say by whom and why. Everybody is free again."""
    meeting = locked_meeting(actor, meeting, _S.DRAFT, _S.CONFIRMED)
    if not reason.strip():
        raise refusal("reason", _("Say why."), "reason_needed")
    before = meeting.state
    meeting.state, meeting.cancelled_by, meeting.cancel_reason = _S.CANCELLED, by, reason
    meeting.sequence += 1
    meeting.full_clean()
    meeting.save()
    release(meeting)
    log(meeting, before, actor, reason)
    return meeting


# --- Parts of these services, and of those of ``outcome`` ----------------------------------------


def locked_meeting(actor: User, meeting: Meeting, *states: MeetingState) -> Meeting:
    """Lock the lead, then the meeting; refuse who may not, and a state that is not among these."""
    lead = lock(meeting.lead)
    locked: Meeting = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("cluster", "shortlisting")
        .get(pk=meeting.pk)
    )
    locked.lead = locked.shortlisting.lead = lead
    require(may_relay(actor, lead))
    if lead.is_archived:
        raise ValidationError(_("Restore the lead first."), "archived")
    if locked.state not in states:
        raise ValidationError(
            _("This is not possible while the introduction is “%(state)s”."),
            "not_from_here",
            {"state": locked.get_state_display()},
        )
    return locked


def arrangement_of(meeting: Meeting) -> Arrangement:
    return Arrangement(
        form=MeetingForm(meeting.form),
        purpose=meeting.purpose,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        time_zone=meeting.time_zone,
        place=meeting.place,
        link=meeting.link,
    )


def log(
    meeting: Meeting, before: str, actor: User, reason: str = "", passed: tuple[str, ...] = ()
) -> MeetingLog:
    return MeetingLog.objects.create(
        meeting=meeting,
        actor=actor,
        from_state=before,
        to_state=meeting.state,
        passed_over=list(passed),
        reason=reason,
    )


def _arrange(meeting: Meeting, arrangement: Arrangement) -> None:
    """Write what is arranged to a locked or new meeting."""
    for name, value in vars(arrangement).items():
        setattr(meeting, name, value)
    meeting.full_clean()
    if meeting.starts_at and meeting.ends_at and meeting.ends_at - meeting.starts_at > LONGEST:
        raise refusal("ends_at", _("A meeting lasts a day at most."), "too_long")
    meeting.save()


def _moved(before: Arrangement, after: Arrangement) -> bool:
    """Whether time or place are others, and not only the words."""
    same_words = replace(after, purpose=before.purpose, form=before.form)
    return same_words != before


def _note_new_time(meeting: Meeting, before: Arrangement, actor: User, reason: str) -> None:
    """The sequence rises (RFC 5546, 2.1.4) and the log keeps both times and places."""
    if meeting.starts_at != before.starts_at:
        _require_ahead(meeting.starts_at)
    meeting.sequence += 1
    meeting.save()
    entry = log(meeting, meeting.state, actor, reason)
    entry.old_starts_at, entry.old_ends_at = before.starts_at, before.ends_at
    entry.new_starts_at, entry.new_ends_at = meeting.starts_at, meeting.ends_at
    entry.old_place, entry.new_place = where(before), where(arrangement_of(meeting))
    entry.save()


def where(arrangement: Arrangement) -> str:
    return " · ".join(part for part in (arrangement.place, arrangement.link) if part)


def _require_ahead(starts_at: dt.datetime | None) -> None:
    if starts_at is not None and starts_at <= timezone.now():
        raise refusal("starts_at", _("This time is past."), "past")


def lacks(meeting: Meeting, people: People) -> dict[str, str]:
    """What nobody can come without, by field: a time, a place or link, somebody of each side."""
    found: dict[str, str] = {}
    if meeting.starts_at is None:
        found["starts_at"] = _("Say first when it takes place.")
    if meeting.form == MeetingForm.MEETING and not (meeting.place or meeting.link):
        found["place"] = _("Say where, or give the link.")
    if Side.INVESTOR not in people.sides:
        found["contacts"] = _("Say who comes for the investor.")
    if Side.CLUSTER not in people.sides:
        found["leaders"] = _("Say who comes for the cluster.")
    return found


def _require_complete(meeting: Meeting, people: People) -> None:
    if found := lacks(meeting, people):
        raise ValidationError(
            {field: ValidationError(text, f"{field}_needed") for field, text in found.items()}
        )
