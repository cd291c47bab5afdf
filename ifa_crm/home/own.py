"""What an adviser has on the desk: whom to answer, what to do, whom to meet, what to take."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from ifa_crm.home.sections import (
    AT_MOST,
    COVERED,
    WEEK,
    Apart,
    Button,
    Cut,
    Few,
    Line,
    Mark,
    Moment,
    Sort,
    among,
    either,
    first,
    first_keys,
    lead_marks,
)
from ifa_crm.shared.addresses import record_address
from ifa_crm.staff.models import User
from investors.choices import ActionKind, Status
from investors.models import Action, Interaction, Lead
from meetings.choices import MeetingForm
from meetings.models import Meeting
from meetings.querysets import MeetingQuerySet

_LEAD = (
    "lead__ref", "lead__title", "lead__status", "lead__waiting_until", "lead__restricted",
    "lead__owner_id", "lead__deputy_id", "lead__investor__name",
)  # fmt: skip
_MEETING = (
    "ref", "form", "state", "starts_at", "ends_at", "time_zone", "place", "link", "cluster__name",
)  # fmt: skip
_INVESTOR = ("investor__name", "investor__control_country")


def _is_covered(lead: Lead, moment: Moment) -> bool:
    return moment.user.pk not in {lead.owner_id, lead.deputy_id}


def _log(lead: Lead, kind: str) -> str:
    address = record_address("investors:interaction_quick", lead.ref)
    return f"{address}?kind={kind}&direction=out"


def _talk(lead: Lead) -> tuple[Button, ...]:
    """Log what was said, without leaving the page."""
    return (
        Button(_("Log a call"), _log(lead, "call"), "phone", opens=True),
        Button(_("Log an e-mail"), _log(lead, "email"), "envelope", opens=True),
    )


# --- to answer ---------------------------------------------------------------------------------


def _unanswered(moment: Moment) -> Few:
    """Inbound and open on leads that they handle, whatever the status; the first due on top."""
    user = moment.user
    waiting = Lead.objects.live().waiting_for_answer()
    parts = [waiting.filter(owner=user), waiting.filter(deputy=user)]
    if moment.covered:
        parts.append(waiting.visible_to(user).filter(owner__in=moment.covered))
    rows = (
        Interaction.objects.select_related("lead__investor")
        .only("ref", "kind", "subject", "happened_at", "reply_due_at", "silent_at", *_LEAD)
        .order_by("reply_due_at", "happened_at", "pk")
    )
    # By the clock of the leads, which is that of their first open message.
    leads = [first_keys(part, "reply_due_at", "pk") for part in parts]
    open_ones = Interaction.objects.unanswered().order_by()
    return Few(rows.filter(pk__in=either([open_ones.filter(lead__in=keys) for keys in leads])))


def _clock_mark(row: Interaction, now: dt.datetime) -> Iterator[Mark]:
    """Until when they are promised an answer, or since when they wait in vain."""
    if row.reply_due_at is None or row.silent_at is None:
        return
    if row.silent_at <= now:
        day = date_format(timezone.localtime(row.silent_at), "DATE_FORMAT")
        yield Mark(_("silent since %(day)s") % {"day": day}, "bad")
    elif row.reply_due_at <= now:
        yield Mark(_("late since %(time)s") % {"time": _moment(row.reply_due_at)}, "warn")
    else:
        yield Mark(_("reply due %(time)s") % {"time": _moment(row.reply_due_at)}, "accent")


def _moment(moment: dt.datetime) -> str:
    """By the reader's clock, with the day unless it is today."""
    local = timezone.localtime(moment)
    is_today = local.date() == timezone.localdate()
    return date_format(local, "TIME_FORMAT" if is_today else "SHORT_DATETIME_FORMAT")


def _to_answer(row: Interaction, moment: Moment) -> Line:
    lead = row.lead
    marks = [*_clock_mark(row, moment.now), *lead_marks(lead)]
    status = lead.status_on(moment.today)
    if status != Status.ACTIVE:
        marks.append(Mark(_("Came back: %(status)s") % {"status": status.label.lower()}, "accent"))
    if _is_covered(lead, moment):
        marks.append(Mark(_("You stand in"), "quiet"))
    return Line(
        title=_("%(investor)s: %(need)s")
        % {"investor": lead.investor, "need": row.subject or lead.title},
        address=row.get_absolute_url(),
        why=_("%(kind)s, not answered") % {"kind": row.get_kind_display()},
        when=row.happened_at,
        marks=tuple(marks),
        button=Button(
            pgettext("button", "Answer"), _log(lead, "email"), "arrow-uturn-left", opens=True
        ),
        more=_talk(lead)[:1],
        slot=f"answer-{row.ref}",
    )


# --- to do -------------------------------------------------------------------------------------


def _due(moment: Moment) -> Few:
    """Open actions for a week on leads that are active on the day, and what wakes those that
    wait; overdue ones come first."""
    user, today = moment.user, moment.today
    # Said by what does not wait: asked for one status or another, PostgreSQL tries every index of
    # leads in every combination, which takes longer than to read the few rows.
    moves = ~Q(lead__status=Status.WAITING) | Q(lead__waiting_until__lte=today)
    wakes = Q(kind=ActionKind.WAKE)
    soon = Action.objects.visible_to(user).open().due_by(today + WEEK)
    soon = soon.filter(
        moves | wakes,
        lead__status__in=[Status.ACTIVE, Status.WAITING],
        lead__archived_at__isnull=True,
    )
    rows = (
        Action.objects.select_related("lead__investor")
        .only("ref", "what", "kind", "due", "assignee_id", *_LEAD)
        .order_by("due", "pk")
    )
    parts = [soon.filter(assignee=user), soon.filter(assignee__isnull=True, lead__owner=user)]
    if moment.covered:
        parts.append(soon.filter(assignee__in=moment.covered))
    return among(rows, *parts)


def _to_do(row: Action, moment: Moment) -> Line:
    marks = [*lead_marks(row.lead)]
    if row.due < moment.today:
        marks.insert(0, Mark(_("Overdue"), "bad"))
    if row.assignee_id not in {None, moment.user.pk}:
        marks.append(Mark(_("You stand in"), "quiet"))
    waits = row.lead.status_on(moment.today) == Status.WAITING
    address = row.lead.get_absolute_url()
    return Line(
        title=row.what,
        address=address,
        why=str(row.lead),
        when=row.due,
        marks=tuple(marks),
        button=Button(pgettext("button", "Open"), address, "arrow-right")
        if waits
        else Button(
            _("Done"), record_address("investors:action_done", row.ref), "check", at_once=True
        ),
        more=() if waits else (*_moves(row, moment.today), *_talk(row.lead)),
        group=_when(row.due, moment.today, waits=waits),
        slot=f"do-{row.ref}",
    )


def _when(due: dt.date, today: dt.date, *, waits: bool) -> str:
    if waits:
        return _("Coming, and waking from a wait")
    if due < today:
        return _("Overdue")
    return _("Due today") if due == today else _("Coming, and waking from a wait")


def _moves(row: Action, today: dt.date) -> Iterator[Button]:
    """To the next day and the next week, from its day or, if that is over, from today."""
    address = record_address("investors:action_move", row.ref)
    base = max(row.due, today)
    for words, days in ((_("Move by a day, to %(day)s"), 1), (_("Move by a week, to %(day)s"), 7)):
        day = base + dt.timedelta(days=days)
        yield Button(
            words % {"day": date_format(day, "D j M")},
            address,
            "calendar",
            at_once=True,
            sends=(("due", day.isoformat()),),
        )
    yield Button(_("Another day…"), address, "calendar-days", opens=True)


# --- whom to meet, what to record --------------------------------------------------------------


def _meetings(user: User) -> MeetingQuerySet:
    return (
        Meeting.objects.visible_to(user)
        .confirmed()
        .filter(lead__archived_at__isnull=True)
        .select_related("lead__investor", "cluster")
        .only(*_MEETING, *_LEAD)
    )


def _theirs(moment: Moment) -> dict[bool, Cut]:
    """Confirmed ones that concern them, by whether they are over, to a week ahead: read once."""
    if moment.meetings is None:
        found = list(moment.standing("meetings", _ours_numbered))
        moment.meetings = {
            over: _of_these([row for row in found if row.is_to_record_at(moment.now) == over])
            for over in (True, False)
        }
    return moment.meetings


def _ours_numbered(moment: Moment) -> "QuerySet[Any]":
    """The first of those that are over and of those ahead, and how many there are of each."""
    rows = _meetings(moment.user).of(moment.user).filter(starts_at__lte=moment.now + WEEK)
    rows = rows.annotate(is_ahead=first(Q(ends_at__gt=moment.now)))
    apart: dict[str, Any] = {"partition_by": F("is_ahead")}
    numbered: QuerySet[Any] = rows.annotate(
        in_all=Window(Count("*"), **apart),
        nth=Window(RowNumber(), order_by=["starts_at", "pk"], **apart),
    )
    return numbered.filter(nth__lte=moment.shown).order_by("nth")


def _of_these(rows: list[Any]) -> Cut:
    return Cut(rows, min(rows[0].in_all, AT_MOST + 1) if rows else 0)


def _coming(moment: Moment) -> Cut:
    return _theirs(moment)[False]


def _over(moment: Moment) -> Cut:
    return _theirs(moment)[True]


def clock(meeting: Meeting) -> str:
    """*10:00–11:30 in Paris (18:00 here)*: by the clock of the place, and by the reader's."""
    start, end = (timezone.localtime(moment, meeting.zone) for moment in meeting.stretch)
    there = f"{date_format(start, 'TIME_FORMAT')}–{date_format(end, 'TIME_FORMAT')}"
    place = meeting.time_zone.rpartition("/")[2].replace("_", " ")
    here = timezone.localtime(meeting.stretch[0])
    if here.utcoffset() == start.utcoffset():
        return f"{there}, {place}"
    return _("%(there)s, %(place)s (%(here)s for you)") % {
        "there": there,
        "place": place,
        "here": date_format(here, "TIME_FORMAT"),
    }


def to_meet(row: Meeting, moment: Moment) -> Line:
    marks = [*lead_marks(row.lead)]
    if row.form == MeetingForm.CALL:
        marks.append(Mark(row.get_form_display(), "quiet"))
    where = row.place or (_("by link") if row.link else "")
    return Line(
        title=_("%(investor)s meets %(cluster)s")
        % {"investor": row.lead.investor, "cluster": row.cluster},
        address=row.get_absolute_url(),
        why=" · ".join(part for part in (clock(row), where) if part),
        when=row.starts_at,
        marks=tuple(marks),
        button=Button(
            _("Calendar file"), record_address("meetings:meeting_ics", row.ref), "calendar"
        ),
    )


def _to_record(row: Meeting, moment: Moment) -> Line:
    return Line(
        title=_("%(investor)s meets %(cluster)s")
        % {"investor": row.lead.investor, "cluster": row.cluster},
        address=row.get_absolute_url(),
        why=_("It is over: say whether it took place"),
        when=row.starts_at,
        marks=tuple(lead_marks(row.lead)),
        button=Button(
            _("Record"), record_address("meetings:meeting_held", row.ref), "pencil-square"
        ),
    )


def coming_to_all(moment: Moment) -> "QuerySet[Meeting]":
    """Every introduction of the next fourteen days that the reader may see."""
    soon = _meetings(moment.user).filter(ends_at__gt=moment.now)
    return soon.filter(starts_at__lte=moment.now + 2 * WEEK).order_by("starts_at", "pk")


# --- to take -----------------------------------------------------------------------------------


def _unowned(moment: Moment) -> Few:
    """Active ones that nobody owns: of the own office first, then the longest there."""
    waits = Interaction.objects.unanswered().filter(lead=OuterRef("pk"))
    nobodys = Lead.objects.visible_to(moment.user).live().active_on(moment.today)
    nobodys, ours = nobodys.filter(owner__isnull=True), Q(office=moment.user.office_id)
    rows = (
        Lead.objects.select_related("investor")
        .only("ref", "title", "restricted", "received_at", *_INVESTOR)
        .annotate(waits=Exists(waits))
        .order_by(first(ours), "received_at", "pk")
    )
    return among(rows, nobodys.filter(ours), nobodys, order=("received_at", "pk"))


def _to_take(row: Any, moment: Moment) -> Line:
    country = row.investor.control_country.name
    why = (
        _("Nobody owns it, and their message is not answered") if row.waits else _("Nobody owns it")
    )
    return Line(
        title=str(row),
        address=row.get_absolute_url(),
        why=f"{why} · {country}",
        when=row.received_at,
        marks=tuple(lead_marks(row)),
        button=Button(
            _("Take it"),
            record_address("investors:lead_take", row.ref),
            "hand-raised",
            at_once=True,
        ),
    )


# --- not heard from ----------------------------------------------------------------------------


def _silent(moment: Moment) -> Few:
    """Active ones of theirs that said nothing for long, the longest silent first."""
    quiet = Lead.objects.live().not_heard_from(moment.today)
    rows = (
        Lead.objects.select_related("investor")
        .only("ref", "title", "restricted", "received_at", "heard_at", *_INVESTOR)
        .order_by(Coalesce("heard_at", "received_at"), "pk")
    )
    return among(rows, quiet.filter(owner=moment.user), quiet.filter(deputy=moment.user))


def _to_hear_from(row: Lead, moment: Moment) -> Line:
    days = row.days_quiet_on(moment.today)
    said = ngettext("Nothing heard for %(n)d day", "Nothing heard for %(n)d days", days)
    call, email = _talk(row)
    return Line(
        title=str(row),
        address=row.get_absolute_url(),
        why=said % {"n": days},
        marks=tuple(lead_marks(row)),
        button=call,
        more=(email,),
        slot=f"silent-{row.ref}",
    )


ANSWER = Sort(
    "answer", gettext_lazy("To answer"), "chat-bubble-left-right", _unanswered, _to_answer,
    gettext_lazy("Nobody waits for an answer."), (COVERED,),
)  # fmt: skip
DO = Sort(
    "do", gettext_lazy("To do"), "check-circle", _due, _to_do,
    gettext_lazy("Nothing is due within a week."), (COVERED,),
)  # fmt: skip
SILENT = Sort(
    "silent", gettext_lazy("Not heard from"), "speaker-x-mark", _silent, _to_hear_from,
    gettext_lazy("Everybody was heard from lately."),
)  # fmt: skip
MEET = Sort(
    "meet", gettext_lazy("To meet in seven days"), "calendar-days", Apart(_coming), to_meet,
    gettext_lazy("No introduction in the next seven days."),
)  # fmt: skip
RECORD = Sort(
    "record", gettext_lazy("To record"), "pencil-square", Apart(_over), _to_record,
    gettext_lazy("Every introduction that is over has been recorded."),
)  # fmt: skip
TAKE = Sort(
    "take", gettext_lazy("To take"), "hand-raised", _unowned, _to_take,
    gettext_lazy("Every active lead has an owner."),
)  # fmt: skip
COMING = Sort(
    "coming", gettext_lazy("Introductions in the next fourteen days"), "calendar-days",
    coming_to_all, to_meet, gettext_lazy("No introduction in the next fourteen days."),
)  # fmt: skip
