"""One change to many leads: what it would do to each, and doing it by the ordinary services.

:func:`why_not` looks ahead; the services decide. A test holds the two equal.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Final
from zlib import crc32

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.staff.models import Office, User
from investors.choices import CLOSED, ENGAGEMENT_LIVE, ActionKind, LostReason, Status
from investors.models import Engagement, Lead
from investors.permissions import may_assign, may_handle, may_take
from investors.services import status
from investors.services.actions import NextAction, add_action, move_action, require_open
from investors.services.events import lock
from investors.services.leads import assign, edit_lead, take

NOBODY: Final = 0

# Why a lead is refused, in the words of the preview.
REASONS: Final[dict[str, Any]] = {
    "gone": gettext_lazy("not there any more, or not for you to see"),
    "changed": gettext_lazy("changed by somebody since the preview"),
    "not yours": gettext_lazy("not yours to change"),
    "archived": gettext_lazy("archived: restore it first"),
    "same": gettext_lazy("already so: nothing would change"),
    "deputy": gettext_lazy("owner and deputy would be the same person"),
    "closed": gettext_lazy("closed: reopen it first"),
    "closed already": gettext_lazy("closed already"),
    "active": gettext_lazy("active already"),
    "engaged": gettext_lazy("an engagement is still open: say first how it ended"),
    "no action": gettext_lazy("it would have nothing to do: add a next action"),
    "nothing open": gettext_lazy("it has no open action to move"),
}


@dataclass(frozen=True)
class Change:
    """What a bulk edit does; ``None`` or ``""`` leaves a thing as it is.

    ``owner``, ``deputy`` and ``office`` are keys, 0 for nobody; days are ISO. ``status`` is the
    new one with what its service asks for in ``about``; ``action`` is ``add``, ``move`` (to
    ``due``) or ``shift`` (by ``days``).
    """

    owner: int | None = None
    deputy: int | None = None
    office: int | None = None
    priority: str = ""
    status: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    action: str = ""
    what: str = ""
    due: str = ""
    assignee: int | None = None
    days: int = 0

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def gives(self) -> bool:
        return any(value is not None for value in (self.owner, self.deputy, self.office))

    @property
    def due_day(self) -> dt.date | None:
        return dt.date.fromisoformat(self.due) if self.due else None

    @cached_property
    def people(self) -> dict[int, User]:
        keys = [key for key in (self.owner, self.deputy, self.assignee) if key]
        return {person.pk: person for person in User.objects.filter(pk__in=keys)}

    @cached_property
    def place(self) -> Office | None:
        return Office.objects.get(pk=self.office) if self.office else None

    @property
    def following(self) -> NextAction | None:
        if self.action != "add" or self.due_day is None:
            return None
        by = self.people[self.assignee] if self.assignee else None
        return NextAction(what=self.what, due=self.due_day, assignee=by)


# --- Looking ahead -------------------------------------------------------------------------


def looked_at(rows: Any) -> Any:
    """Leads with what :func:`why_not` and :func:`mark_of` read."""
    live = Engagement.objects.filter(lead=OuterRef("pk"), state__in=ENGAGEMENT_LIVE)
    is_open = Q(actions__done_at__isnull=True)
    n_open = Count("actions", filter=is_open)
    n_wake = Count("actions", filter=is_open & Q(actions__kind=ActionKind.WAKE))
    found = rows.annotate(is_engaged=Exists(live), n_open=n_open, n_wake=n_wake)
    return found.defer("search_text")


def mark_of(lead: Any) -> int:
    """Of the values that the verdict rests on: another one, and somebody changed it since."""
    seen = (
        *(lead.owner_id, lead.deputy_id, lead.office_id, lead.priority, lead.status),
        *(lead.waiting_until, lead.next_due, lead.n_open, lead.is_engaged, lead.archived_at),
    )
    return crc32(repr(seen).encode())


def why_not(actor: User, lead: Any, change: Change) -> str:
    """A key of :data:`REASONS`, or nothing if the change would go through. ``lead`` comes from
    :func:`looked_at`."""
    taking = _takes(actor, lead, change)
    if not (taking or may_handle(actor, lead) or (change.gives and may_assign(actor, lead))):
        return "not yours"
    if lead.is_archived and (change.status or change.action):
        return "archived"
    if _is_same(lead, change):
        return "same"
    return (
        _deputy_clash(lead, change)
        or _status_refusal(lead, change)
        or _action_refusal(lead, change)
    )


def _takes(actor: User, lead: Lead, change: Change) -> bool:
    """Whether an adviser takes a lead that is nobody's."""
    mine = change.owner == actor.pk and change.deputy is None and change.office is None
    return mine and not may_assign(actor, lead) and may_take(actor, lead)


def _is_same(lead: Lead, change: Change) -> bool:
    if change.status or change.action:
        return False
    same = [
        (getattr(lead, f"{name}_id") or NOBODY) == getattr(change, name)
        for name in ("owner", "deputy", "office")
        if getattr(change, name) is not None
    ]
    if change.priority:
        same.append(lead.priority == change.priority)
    return all(same)


def _deputy_clash(lead: Lead, change: Change) -> str:
    owner = lead.owner_id if change.owner is None else change.owner
    deputy = lead.deputy_id if change.deputy is None else change.deputy
    return "deputy" if change.gives and owner and owner == deputy else ""


def _status_refusal(lead: Any, change: Change) -> str:
    if not change.status:
        return ""
    closed = lead.status in CLOSED
    if change.status == Status.ACTIVE:
        if lead.status == Status.ACTIVE:
            return "active"
        # Waking it drops the action that was to wake it.
        stays = lead.n_open > lead.n_wake or change.action == "add"
        return "" if stays else "no action"
    if change.status == Status.WAITING:
        return "closed" if closed else ""
    if closed:
        return "closed already"
    return "engaged" if lead.is_engaged else ""


def _action_refusal(lead: Any, change: Change) -> str:
    if not change.action:
        return ""
    after = change.status or lead.status
    if after in CLOSED:
        return "closed"
    if change.action != "add" and not lead.n_open:
        return "nothing open"
    return ""


# --- Doing it ------------------------------------------------------------------------------


def carry_out(actor: User, lead: Lead, change: Change) -> None:
    """The change to one lead, by its services; part of the caller's transaction.

    Raises ``ValidationError`` or ``PermissionDenied`` as they do. It is given away last: the
    actor may not handle it any more afterwards.
    """
    taking = _takes(actor, lead, change)
    if taking:
        lead = take(actor=actor, lead=lead)
    if change.priority:
        lead = edit_lead(actor=actor, lead=lead, changes={"priority": change.priority})
    if change.status:
        _set_status(actor, lead, change)
    if change.action and not (change.status == Status.ACTIVE and change.action == "add"):
        _act(actor, lead, change)
    if change.gives and not taking:
        _assign(actor, lead, change)


def _assign(actor: User, lead: Lead, change: Change) -> None:
    def person(key: int | None, now: User | None) -> User | None:
        return now if key is None else change.people[key] if key else None

    office = lead.office if change.office is None else change.place
    assign(
        actor=actor,
        lead=lead,
        owner=person(change.owner, lead.owner),
        deputy=person(change.deputy, lead.deputy),
        office=office,
    )


def _set_status(actor: User, lead: Lead, change: Change) -> None:
    about = change.about
    note: str = about.get("note", "")
    day = dt.date.fromisoformat(about["day"]) if about.get("day") else timezone.localdate()
    acts: dict[str, Callable[[], Any]] = {
        Status.ACTIVE: lambda: status.reopen(
            actor=actor, lead=lead, following=change.following, reason=note
        ),
        Status.WAITING: lambda: status.wait(actor=actor, lead=lead, until=day, reason=note),
        Status.LOST: lambda: status.lose(
            actor=actor,
            lead=lead,
            reason=LostReason(about["reason"]),
            country=about.get("country", ""),
            note=note,
        ),
        Status.DISQUALIFIED: lambda: status.disqualify(actor=actor, lead=lead, reason=note),
        Status.REFERRED: lambda: status.refer(
            actor=actor, lead=lead, to=about["to"], on=day, told=about["told"], note=note
        ),
    }
    acts[change.status]()


def _act(actor: User, lead: Lead, change: Change) -> None:
    if change.following is not None:
        add_action(actor=actor, lead=lead, following=change.following)
        return
    lead = lock(lead)
    require_open(lead)
    first = lead.actions.open().order_by("due", "pk").first()
    if first is None:
        raise ValidationError(_("It has no open action to move."), "nothing_open")
    day = change.due_day or first.due + dt.timedelta(days=change.days)
    move_action(actor=actor, action=first, due=day)


def refusal_words(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    assert isinstance(error, PermissionDenied)  # noqa: S101
    return str(REASONS["not yours"])
