"""What the lead's timeline shows of its shortlist, its engagements and other outcomes."""

from collections.abc import Iterator
from datetime import datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.extend import TimelineEntry, register_timeline
from ifa_crm.staff.models import User
from investors.choices import EngagementKind, EngagementState
from investors.models import Engagement, EngagementLog, Lead, Outcome, ShortlistingLog


def shortlist_moves(lead: Lead, user: User) -> Iterator[TimelineEntry]:
    """Each move of a shortlisted cluster, with what was passed over."""
    rows = ShortlistingLog.objects.filter(shortlisting__lead=lead)
    for move in rows.select_related("actor", "shortlisting__cluster"):
        words = {"cluster": move.shortlisting.cluster, "state": move.to_label}
        title = _("%(cluster)s: %(state)s") % words
        if passed := ", ".join(move.passed_labels):
            title = _("%(title)s (passed over: %(passed)s)") % {"title": title, "passed": passed}
        move.shortlisting.lead = lead
        yield TimelineEntry(
            at=move.at,
            kind="shortlist",
            icon="queue-list",
            title=title,
            text=move.reason,
            by=str(move.actor or ""),
            url=move.shortlisting.get_absolute_url(),
        )


def engagement_moves(lead: Lead, user: User) -> Iterator[TimelineEntry]:
    """Each move of an engagement that the reader may see."""
    visible = Engagement.objects.visible_to(user).filter(lead=lead)
    rows = EngagementLog.objects.filter(engagement__in=visible)
    for move in rows.select_related("actor", "engagement__project"):
        yield TimelineEntry(
            at=move.at,
            kind="engagement",
            icon="link",
            title=_title(move),
            text=move.reason,
            by=str(move.actor or ""),
            url=move.engagement.get_absolute_url(),
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


def outcomes(lead: Lead, user: User) -> Iterator[TimelineEntry]:
    """What else came of it, on its own date."""
    for outcome in Outcome.objects.filter(lead=lead).select_related("cluster", "recorded_by"):
        what = outcome.get_kind_display()
        words = {"what": what, "cluster": outcome.cluster}
        yield TimelineEntry(
            at=timezone.make_aware(datetime.combine(outcome.dated, time(12))),
            kind="outcome",
            icon="trophy",
            title=_("%(what)s: %(cluster)s") % words if outcome.cluster else what,
            text=outcome.text,
            by=str(outcome.recorded_by or ""),
        )


def register() -> None:
    for source in (shortlist_moves, engagement_moves, outcomes):
        register_timeline(Lead, source)
