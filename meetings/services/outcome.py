"""What became of an introduction: held, nobody came, or recorded once it was over."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.models import Cluster
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from investors.choices import CLOSED
from investors.models import Lead
from investors.permissions import may_relay, require
from investors.services import actions
from investors.services.actions import NextAction
from investors.services.events import lock
from investors.services.shortlist import note_introduced
from meetings.choices import PLANNABLE, MeetingState, Side
from meetings.models import Meeting
from meetings.services.booking import release
from meetings.services.people import People, note_who_came
from meetings.services.planning import Arrangement, locked_meeting, log, shortlisted

_S = MeetingState


@transaction.atomic
def record_held(
    *,
    actor: User,
    meeting: Meeting,
    came: People,
    summary: str = "",
    following: NextAction | None = None,
) -> Meeting:
    """It took place: who came, what was said, what comes next. Only after its start.

    Moves the cluster on the shortlist to *introduced* and is the event *introduced* of the lead,
    whatever stage and status it has. A draft that was arranged elsewhere may be held at once.
    """
    meeting = locked_meeting(actor, meeting, _S.DRAFT, _S.CONFIRMED)
    _require_started(meeting)
    _require_met(came)
    before = meeting.state
    meeting.state, meeting.summary = _S.HELD, summary
    meeting.held_recorded_at = timezone.now()
    meeting.full_clean()
    meeting.save()
    note_who_came(meeting, came, actor)
    release(meeting)
    log(meeting, before, actor, passed=(_S.CONFIRMED,) if before == _S.DRAFT else ())
    _go_on(actor, meeting, following)
    note_introduced(actor=actor, shortlisting=meeting.shortlisting)
    return meeting


@transaction.atomic
def record_no_show(
    *,
    actor: User,
    meeting: Meeting,
    by: Side,
    summary: str = "",
    following: NextAction | None = None,
) -> Meeting:
    """One side did not come to a confirmed meeting. Only after its start."""
    meeting = locked_meeting(actor, meeting, _S.CONFIRMED)
    _require_started(meeting)
    meeting.state, meeting.no_show_by, meeting.summary = _S.NO_SHOW, by, summary
    meeting.full_clean()
    meeting.save()
    for participant in meeting.participants.all():
        if participant.side == by:
            participant.came = False
            participant.save()
    release(meeting)
    log(meeting, _S.CONFIRMED, actor, summary)
    _go_on(actor, meeting, following)
    return meeting


@transaction.atomic
def record_past(
    *,
    actor: User,
    lead: Lead,
    cluster: Cluster,
    arrangement: Arrangement,
    came: People,
    summary: str = "",
    following: NextAction | None = None,
) -> Meeting:
    """Record in one go an introduction that already took place, in any form.

    Needs nothing on record and moves the lead whatever its stage and status. Books nobody: what
    has happened cannot clash.
    """
    lead = lock(lead)
    require(may_relay(actor, lead))
    if lead.is_archived:
        raise ValidationError(_("Restore the lead first."), "archived")
    if arrangement.starts_at is None:
        raise refusal("starts_at", _("Say when it took place."), "time_needed")
    if arrangement.starts_at > timezone.now():
        raise refusal("starts_at", _("This time is still ahead."), "ahead")
    if arrangement.form in PLANNABLE:
        _require_met(came)
    shortlisting = shortlisted(actor, lead, cluster, already_met=True)
    meeting = Meeting(
        lead=lead,
        cluster=cluster,
        shortlisting=shortlisting,
        created_by=actor,
        state=_S.HELD,
        summary=summary,
        held_recorded_at=timezone.now(),
        **vars(arrangement),
    )
    meeting.full_clean()
    meeting.save()
    note_who_came(meeting, came, actor)
    log(meeting, "", actor, passed=(_S.DRAFT, _S.CONFIRMED))
    _go_on(actor, meeting, following)
    note_introduced(actor=actor, shortlisting=shortlisting)
    return meeting


@transaction.atomic
def amend(*, actor: User, meeting: Meeting, summary: str, came: People | None = None) -> Meeting:
    """Put right what was said and who came, of an introduction that is over."""
    meeting = locked_meeting(actor, meeting, _S.HELD, _S.NO_SHOW)
    if came is not None and meeting.state == _S.HELD:
        if meeting.form in PLANNABLE:
            _require_met(came)
        note_who_came(meeting, came, actor)
    meeting.summary = summary
    meeting.full_clean()
    meeting.save()
    return meeting


def _require_started(meeting: Meeting) -> None:
    if meeting.starts_at is None:
        raise ValidationError(_("Say first when it took place."), "time_needed")
    if not meeting.has_started_at(timezone.now()):
        raise ValidationError(_("It has not started yet."), "ahead")


def _require_met(came: People) -> None:
    """Two sides are introduced only if somebody of each was there."""
    text = _("Say who came. If nobody came from this side, they were not introduced.")
    missing = {"contacts": Side.INVESTOR, "leaders": Side.CLUSTER}
    if errors := {
        field: ValidationError(text, "side_missing")
        for field, side in missing.items()
        if side not in came.sides
    }:
        raise ValidationError(errors)


def _go_on(actor: User, meeting: Meeting, following: NextAction | None) -> None:
    """Add the next action; on a closed lead there is nothing to do."""
    if following is None:
        return
    if meeting.lead.status in CLOSED:
        raise refusal("next_what", _("Reopen the lead first."), "closed")
    actions.add(meeting.lead, following)
