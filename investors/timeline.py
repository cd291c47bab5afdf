"""What the timeline shows of this app: what was said, what moved, what was done, what changed.

The same sources serve a lead and an investor, whose timeline is that of all its leads that the
reader may see.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.extend import TimelineEntry, TimelineSource, register_timeline
from ifa_crm.shared.history import change_source
from ifa_crm.shared.timeline import Reading
from ifa_crm.shared.together import Read
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
from investors.models import (
    Action,
    Admission,
    Attachment,
    Engagement,
    HandedLead,
    Interaction,
    Investor,
    Lead,
    LeadLog,
    Milestone,
    Outcome,
    Shortlisting,
)
from investors.permissions import may_handle

ICONS: Final[dict[str, str]] = {
    InteractionKind.EMAIL: "envelope",
    InteractionKind.CALL: "phone",
    InteractionKind.VISIT: "building-office-2",
    InteractionKind.NOTE: "document-text",
}


def under(record: Lead | Investor, user: User, path: str = "lead") -> Q:
    """The condition on rows that lead to a lead over ``path``: to this one, or to one of the
    investor's that ``user`` may see."""
    if isinstance(record, Lead):
        return Q(**{path: record.pk})
    leads = Lead.objects.visible_to(user).filter(investor=record)
    return Q(**{f"{path}__in": leads.order_by().values("pk")})


def person(path: str) -> tuple[str, ...]:
    """The fields of a member of staff that a name is made of."""
    return tuple(f"{path}__{name}" for name in ("first_name", "last_name", "username", "is_active"))


def lead_fields(path: str = "lead") -> tuple[str, ...]:
    return tuple(f"{path}__{name}" for name in ("ref", "title"))


def part_of(reading: Reading, lead: Lead) -> Lead | None:
    """The lead, where the timeline is that of all leads of an investor."""
    return None if isinstance(reading.record, Lead) else lead


def noon(day: dt.date) -> dt.datetime:
    """Where a day stands among moments: at noon by the reader's clock."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


# --- what was said ------------------------------------------------------------------------------


def _with_status_then(rows: "QuerySet[Interaction]") -> "QuerySet[Any]":
    """``status_then``: the lead's status when it was said. Unless active, they came back."""
    moves = LeadLog.objects.filter(kind=LogKind.STATUS, lead=OuterRef("lead"))
    before = moves.filter(at__lte=OuterRef("happened_at")).order_by("-at", "-pk")
    return rows.annotate(status_then=Subquery(before.values("to_state")[:1]))


def _people_and_files(rows: list[Interaction], user: User) -> dict[str, Read]:
    """The people who may be named on the lead: whoever sees it sees these."""
    through = Interaction.contacts.through._default_manager
    keys = [said.pk for said in rows]
    open_ones = Q(contact__restricted=False) | Q(contact__known_through=F("interaction__lead"))
    return {
        "people": Read(
            through.filter(open_ones, interaction__in=keys),
            ("interaction", "contact__name"),
            order=lambda row: (row.contact.name, row.pk),
        ),
        "files": Read(
            Attachment.objects.filter(interaction__in=keys),
            ("ref", "interaction", "name", "size"),
            order=lambda file: file.pk,
        ),
    }


def _said(rows: list[Any], reading: Reading) -> Iterator[TimelineEntry]:
    people: dict[int, list[Any]] = defaultdict(list)
    files: dict[int, list[Any]] = defaultdict(list)
    for link in reading.more["people"]:
        people[link.interaction_id].append(link.contact)
    for file in reading.more["files"]:
        files[file.interaction_id].append(file)
    user = reading.user
    records = user.may(Act.RECORD)
    for said in rows:
        marks: dict[str, Any] = {
            "with_whom": people[said.pk],
            "files": files[said.pk],
            "came_back": said.direction == Direction.IN
            and said.status_then not in {None, Status.ACTIVE},
            "may_edit": may_handle(user, said.lead) or (records and said.logged_by_id == user.pk),
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
            template="investors/_timeline_interaction.html",
            of=part_of(reading, said.lead),
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


INTERACTIONS = TimelineSource(
    kind="interaction",
    label=gettext_lazy("Conversations"),
    model=Interaction,
    rows=lambda record, user: Interaction.objects.filter(under(record, user)),
    at="happened_at",
    fields=(
        *("ref", "kind", "direction", "result", "happened_at", "subject", "text", "answered_at"),
        *("reply_due_at", "logged_at", "logged_late"),
        *("lead__owner", "lead__deputy", *lead_fields(), *person("logged_by")),
    ),
    extra=("status_then",),
    show=_with_status_then,
    more=_people_and_files,
    draw=_said,
)


# --- what moved ---------------------------------------------------------------------------------


def _log(record: Any, user: User) -> "QuerySet[LeadLog]":
    """Every lead begins active: that is not worth a line."""
    begun = Q(kind=LogKind.STATUS, from_state="")
    return LeadLog.objects.filter(under(record, user)).exclude(begun)


def _moved(rows: list[LeadLog], reading: Reading) -> Iterator[TimelineEntry]:
    for row in rows:
        yield TimelineEntry(
            at=row.at if row.from_state else row.lead.received_at,
            kind="move",
            icon="flag" if row.from_state else "inbox-arrow-down",
            title=_title_of_move(row),
            text=row.reason,
            by=str(row.actor or ""),
            row=row,
            of=part_of(reading, row.lead),
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


MOVES = TimelineSource(
    kind="move",
    label=gettext_lazy("Stage and status"),
    model=LeadLog,
    rows=_log,
    at=Case(When(from_state="", then=F("lead__received_at")), default=F("at")),
    fields=(
        *("kind", "at", "from_state", "to_state", "passed_over", "reason"),
        *("lead__received_at", *lead_fields(), *person("actor")),
    ),
    draw=_moved,
)


# --- what was done ------------------------------------------------------------------------------


def _closed(record: Any, user: User) -> "QuerySet[Action]":
    """Actions that were done; those dropped when the lead was closed are no event."""
    rows = Action.objects.filter(under(record, user))
    return rows.filter(done_at__isnull=False, dropped=False)


def _done(rows: list[Any], reading: Reading) -> Iterator[TimelineEntry]:
    for action in rows:
        yield TimelineEntry(
            at=action.done_at,
            kind="action",
            icon="check",
            title=_("Done: %(what)s") % {"what": action.what},
            by=str(action.done_by or ""),
            row=action,
            of=part_of(reading, action.lead),
        )


DONE = TimelineSource(
    kind="action",
    label=gettext_lazy("Done"),
    model=Action,
    rows=_closed,
    at="done_at",
    fields=("what", "done_at", *lead_fields(), *person("done_by")),
    draw=_done,
)


# --- handed over --------------------------------------------------------------------------------


def _handed(rows: list[Any], reading: Reading) -> Iterator[TimelineEntry]:
    for row in rows:
        names = {"giver": row.handover.giver, "receiver": row.handover.receiver}
        yield TimelineEntry(
            at=row.moved_at,
            kind="move",
            icon="arrows-right-left",
            title=_("Handed over: %(giver)s → %(receiver)s") % names,
            text=row.note,
            of=part_of(reading, row.lead),
        )


HANDED = TimelineSource(
    kind="move",
    label=MOVES.label,
    model=HandedLead,
    rows=lambda record, user: HandedLead.objects.filter(
        under(record, user), moved_at__isnull=False
    ),
    at="moved_at",
    fields=(
        *("moved_at", "note", *lead_fields()),
        *(*person("handover__giver"), *person("handover__receiver")),
    ),
    draw=_handed,
)


# --- what changed -------------------------------------------------------------------------------

Rows = Callable[[Any, Any], "QuerySet[Any]"]
# The rows of a lead whose changes are told, and whether an entry of its own tells that one was
# made.
PARTS: Final[tuple[tuple[type[Any], Rows, bool], ...]] = (
    (Lead, lambda lead, user: Lead.objects.filter(pk=lead.pk), True),
    (Interaction, lambda lead, user: Interaction.objects.filter(lead=lead), True),
    (Action, lambda lead, user: Action.objects.filter(lead=lead), False),
    (Attachment, lambda lead, user: Attachment.objects.filter(lead=lead), False),
    (Admission, lambda lead, user: Admission.objects.filter(lead=lead), False),
    (Shortlisting, lambda lead, user: Shortlisting.objects.filter(lead=lead), True),
    (Outcome, lambda lead, user: Outcome.objects.filter(lead=lead), True),
    (Engagement, lambda lead, user: Engagement.objects.visible_to(user).filter(lead=lead), True),
    (
        Milestone,
        lambda lead, user: Milestone.objects.filter(
            engagement__in=Engagement.objects.visible_to(user).filter(lead=lead)
        ),
        False,
    ),
)


def register() -> None:
    for record in (Lead, Investor):
        register_timeline(record, INTERACTIONS, MOVES, DONE, HANDED)
    for model, rows, is_told in PARTS:
        register_timeline(Lead, change_source(model, rows, created=not is_told))
