"""What the timeline shows of the shortlist, of engagements and of other outcomes."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.extend import TimelineEntry, TimelineSource, register_timeline
from ifa_crm.shared.timeline import Reading
from ifa_crm.staff.models import User
from investors.choices import EngagementKind, EngagementState
from investors.models import (
    Engagement,
    EngagementLog,
    Investor,
    Lead,
    Milestone,
    Outcome,
    ShortlistingLog,
)
from investors.timeline import lead_fields, noon, part_of, person, under


def _at_noon(day: Any) -> ExpressionWrapper:
    """A day of the database as a moment, to be ordered among moments."""
    moment = Cast(day, DateTimeField()) + Value(dt.timedelta(hours=12))
    return ExpressionWrapper(moment, output_field=DateTimeField())


# --- shortlist ----------------------------------------------------------------------------------


def _shortlisted(rows: list[ShortlistingLog], reading: Reading) -> Iterator[TimelineEntry]:
    """Each move of a shortlisted cluster, with what was passed over."""
    for move in rows:
        words = {"cluster": move.shortlisting.cluster, "state": move.to_label}
        title = _("%(cluster)s: %(state)s") % words
        if passed := ", ".join(move.passed_labels):
            title = _("%(title)s (passed over: %(passed)s)") % {"title": title, "passed": passed}
        yield TimelineEntry(
            at=move.at,
            kind="shortlist",
            icon="queue-list",
            title=title,
            text=move.reason,
            by=str(move.actor or ""),
            url=move.shortlisting.get_absolute_url(),
            of=part_of(reading, move.shortlisting.lead),
        )


SHORTLIST = TimelineSource(
    kind="shortlist",
    label=gettext_lazy("Shortlist"),
    model=ShortlistingLog,
    rows=lambda record, user: ShortlistingLog.objects.filter(
        under(record, user, "shortlisting__lead")
    ),
    at="at",
    fields=(
        *("at", "from_state", "to_state", "passed_over", "reason", *person("actor")),
        *("shortlisting__ref", "shortlisting__cluster__name", *lead_fields("shortlisting__lead")),
    ),
    draw=_shortlisted,
)


# --- engagements --------------------------------------------------------------------------------


def _visible(record: Lead | Investor, user: User) -> Q:
    """Under an engagement that the reader may see: its project may rest on another lead."""
    visible = Engagement.objects.visible_to(user).filter(under(record, user))
    return Q(engagement__in=visible.order_by().values("pk"))


def _moved(rows: list[EngagementLog], reading: Reading) -> Iterator[TimelineEntry]:
    for move in rows:
        yield TimelineEntry(
            at=move.at,
            kind="engagement",
            icon="link",
            title=_title(move),
            text=move.reason,
            by=str(move.actor or ""),
            url=move.engagement.get_absolute_url(),
            of=part_of(reading, move.engagement.lead),
        )


def _title(move: EngagementLog) -> str:
    words = {"project": move.engagement.project, "state": move.to_label}
    if not move.is_move:
        return _("%(project)s: lead cluster changed") % words
    if move.from_state:
        back = move.to_state == EngagementState.OPEN
        return _("%(project)s: sent back") % words if back else _("%(project)s: %(state)s") % words
    if move.engagement.kind == EngagementKind.JOIN:
        return _("Engagement opened, to join %(project)s") % words
    return _("Engagement opened, to start %(project)s") % words


_ENGAGEMENT = (
    *("engagement__ref", "engagement__kind", "engagement__project__name"),
    *lead_fields("engagement__lead"),
)

ENGAGEMENTS = TimelineSource(
    kind="engagement",
    label=gettext_lazy("Engagements"),
    model=EngagementLog,
    rows=lambda record, user: EngagementLog.objects.filter(_visible(record, user)),
    at="at",
    fields=("at", "from_state", "to_state", "reason", *person("actor"), *_ENGAGEMENT),
    draw=_moved,
)


def _ended(record: Lead | Investor, user: User) -> "QuerySet[Milestone]":
    over = Q(reached_on__isnull=False) | Q(failed_on__isnull=False)
    return Milestone.objects.filter(over, _visible(record, user))


def _milestones(rows: list[Any], reading: Reading) -> Iterator[TimelineEntry]:
    for row in rows:
        words = {"project": row.engagement.project, "milestone": row.kind, "n": row.attempt}
        if row.reached_on:
            title = _("%(project)s: %(milestone)s") % words
        else:
            title = _("%(project)s: %(milestone)s failed (attempt %(n)s)") % words
        yield TimelineEntry(
            at=noon(row.reached_on or row.failed_on),
            kind="engagement",
            icon="check-circle" if row.reached_on else "x-circle",
            title=title,
            text=row.note,
            url=row.engagement.get_absolute_url(),
            of=part_of(reading, row.engagement.lead),
        )


MILESTONES = TimelineSource(
    kind="engagement",
    label=ENGAGEMENTS.label,
    model=Milestone,
    rows=_ended,
    at=_at_noon(Coalesce("reached_on", "failed_on")),
    fields=(
        *("attempt", "reached_on", "failed_on", "note", "kind__label_en", "kind__label_fr"),
        *_ENGAGEMENT,
    ),
    draw=_milestones,
)


# --- what else came of it -----------------------------------------------------------------------


def _came(rows: list[Outcome], reading: Reading) -> Iterator[TimelineEntry]:
    """On its own date."""
    for outcome in rows:
        what = outcome.get_kind_display()
        words = {"what": what, "cluster": outcome.cluster}
        yield TimelineEntry(
            at=noon(outcome.dated),
            kind="outcome",
            icon="trophy",
            title=_("%(what)s: %(cluster)s") % words if outcome.cluster else what,
            text=outcome.text,
            by=str(outcome.recorded_by or ""),
            of=part_of(reading, outcome.lead),
        )


OUTCOMES = TimelineSource(
    kind="outcome",
    label=gettext_lazy("Other outcomes"),
    model=Outcome,
    rows=lambda record, user: Outcome.objects.filter(under(record, user)),
    at=_at_noon("dated"),
    fields=("kind", "dated", "text", "cluster__name", *person("recorded_by"), *lead_fields()),
    draw=_came,
)


def register() -> None:
    for record in (Lead, Investor):
        register_timeline(record, SHORTLIST, ENGAGEMENTS, MILESTONES, OUTCOMES)
