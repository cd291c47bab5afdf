"""What the lead's timeline shows of this app: what was said, what moved, what was done."""

import bisect
import datetime as dt
from collections.abc import Iterator
from typing import Any, Final

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from ifa_crm.shared.extend import TimelineEntry, register_timeline
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.choices import (
    Direction,
    InteractionKind,
    LogKind,
    Result,
    Stage,
    Status,
)
from investors.models import Action, Contact, Interaction, Lead, LeadLog
from investors.permissions import may_handle

ICONS: Final[dict[str, str]] = {
    InteractionKind.EMAIL: "envelope",
    InteractionKind.CALL: "phone",
    InteractionKind.VISIT: "building-office-2",
    InteractionKind.NOTE: "document-text",
}


def interactions(lead: Lead, user: User) -> Iterator[TimelineEntry]:
    """What was said, with the people who may be named on the lead, and the files."""
    contacts = Contact.objects.usable_on(lead)  # whoever sees the lead sees these
    rows = (
        lead.interactions.select_related("logged_by")
        .prefetch_related(
            Prefetch("contacts", queryset=contacts, to_attr="with_whom"), "attachments"
        )
        .order_by("-happened_at", "-pk")
    )
    history = _statuses(lead)
    handles, records = may_handle(user, lead), user.may(Act.RECORD)
    for said in rows:
        said.lead = lead
        marks: dict[str, Any] = {
            "came_back": said.direction == Direction.IN and _was_still(history, said.happened_at),
            "may_edit": handles or (records and said.logged_by_id == user.pk),
            "may_answer": records,
        }
        vars(said).update(marks)
        yield TimelineEntry(
            at=said.happened_at,
            kind="interaction",
            icon=ICONS[said.kind],
            title=title_of(said),
            by=str(said.logged_by or ""),
            row=said,
        )


def title_of(said: Interaction) -> str:
    """An interaction in words: *Call from us: no answer*."""
    titles: dict[tuple[str, str], str] = {
        (InteractionKind.EMAIL, Direction.IN): _("E-mail from them"),
        (InteractionKind.EMAIL, Direction.OUT): _("E-mail from us"),
        (InteractionKind.CALL, Direction.IN): _("Call from them"),
        (InteractionKind.CALL, Direction.OUT): _("Call from us"),
        (InteractionKind.VISIT, Direction.IN): _("They visited us"),
        (InteractionKind.VISIT, Direction.OUT): _("We visited them"),
    }
    title = titles.get((said.kind, said.direction), _("Note"))
    return _("%(what)s: no answer") % {"what": title} if said.result == Result.NO_ANSWER else title


def _statuses(lead: Lead) -> tuple[list[dt.datetime], list[str]]:
    """When the status changed, and to what."""
    rows = list(
        lead.log.filter(kind=LogKind.STATUS).order_by("at", "pk").values_list("at", "to_state")
    )
    return [at for at, _state in rows], [state for _at, state in rows]


def _was_still(history: tuple[list[dt.datetime], list[str]], moment: dt.datetime) -> bool:
    """Whether the lead was not active at ``moment``: they came back by themselves."""
    times, states = history
    place = bisect.bisect_right(times, moment) - 1
    return place >= 0 and states[place] != Status.ACTIVE


def moves(lead: Lead, user: User) -> Iterator[TimelineEntry]:
    """Moves of stage and status, with what was passed over and why."""
    for row in lead.log.select_related("actor").order_by("at", "pk"):
        if row.kind == LogKind.STATUS and not row.from_state:
            continue  # every lead begins active: not worth a line
        yield TimelineEntry(
            at=row.at if row.from_state else lead.received_at,
            kind="move",
            icon="flag" if row.from_state else "inbox-arrow-down",
            title=_title_of_move(row),
            text=row.reason,
            by=str(row.actor or ""),
            row=row,
        )


def _title_of_move(row: LeadLog) -> str:
    choices = Stage if row.kind == LogKind.STAGE else Status
    if not row.from_state:
        return _("The lead was received")
    words = {"from": choices(row.from_state).label, "to": choices(row.to_state).label}
    if row.kind == LogKind.STATUS:
        return _("Status: %(from)s → %(to)s") % words
    title = _("Stage: %(from)s → %(to)s") % words
    if not row.passed_over:
        return title
    passed = ", ".join(str(Stage(value).label) for value in row.passed_over)
    return _("%(title)s (passed over: %(passed)s)") % {"title": title, "passed": passed}


def done(lead: Lead, user: User) -> Iterator[TimelineEntry]:
    """Actions that were done; those dropped when the lead was closed are no event."""
    rows = Action.objects.filter(lead=lead, done_at__isnull=False, dropped=False)
    for action in rows.select_related("done_by"):
        assert action.done_at is not None  # noqa: S101
        yield TimelineEntry(
            at=action.done_at,
            kind="action",
            icon="check",
            title=_("Done: %(what)s") % {"what": action.what},
            by=str(action.done_by or ""),
            row=action,
        )


def register() -> None:
    for source in (interactions, moves, done):
        register_timeline(Lead, source)
