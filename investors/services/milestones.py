"""Milestones of an engagement and other outcomes of a lead."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.models import Cluster
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from investors.choices import ENGAGEMENT_MOVING, OutcomeKind
from investors.models import Engagement, Lead, Milestone, MilestoneKind, Outcome
from investors.permissions import may_handle, require
from investors.services.engagements import lock_engagement
from investors.services.events import lock


@transaction.atomic
def save_milestone(
    *,
    actor: User,
    engagement: Engagement,
    kind: MilestoneKind,
    milestone: Milestone | None = None,
    planned_on: dt.date | None = None,
    reached_on: dt.date | None = None,
    failed_on: dt.date | None = None,
    note: str = "",
) -> Milestone:
    """Plan, reach or fail a milestone. Without ``milestone`` it is the next attempt.

    A date that is ahead means that the engagement is not stale.
    """
    engagement = lock_engagement(engagement)
    require(may_handle(actor, engagement.lead))
    if engagement.state not in ENGAGEMENT_MOVING:
        raise ValidationError(_("The engagement has ended."), "ended")
    if kind.engagement_kind != engagement.kind:
        raise refusal("kind", _("This milestone is for the other kind."), "other_kind")
    for field, day in (("reached_on", reached_on), ("failed_on", failed_on)):
        if day is not None and day > timezone.localdate():
            raise refusal(field, _("This day is still ahead."), "ahead")
    if milestone is None:
        milestone = Milestone(
            engagement=engagement, kind=kind, attempt=_next_attempt(engagement, kind)
        )
    else:
        milestone = engagement.milestones.select_for_update(of=("self",)).get(pk=milestone.pk)
        if milestone.kind_id != kind.pk:
            raise refusal("kind", _("Record another milestone instead."), "other_kind")
    if not any((planned_on, reached_on, failed_on)):
        raise refusal("planned_on", _("Give at least one date."), "no_date")
    milestone.planned_on, milestone.reached_on = planned_on, reached_on
    milestone.failed_on, milestone.note = failed_on, note
    milestone.full_clean()
    milestone.save()
    return milestone


SIGNED = "signed"  # the key of "agreement signed", of both kinds of engagement


def signed_milestone(engagement: Engagement) -> MilestoneKind | None:
    """The milestone that a signed agreement reaches, unless it was reached already."""
    kinds = MilestoneKind.objects.filter(key=SIGNED, is_active=True)
    reached = engagement.milestones.filter(kind__key=SIGNED, reached_on__isnull=False)
    return None if reached.exists() else kinds.filter(engagement_kind=engagement.kind).first()


@transaction.atomic
def reach_signed(*, actor: User, engagement: Engagement, on: dt.date) -> Milestone | None:
    """Note that the agreement is signed: on the attempt that is planned, or as a new one."""
    kind = signed_milestone(engagement)
    if kind is None:
        return None
    planned = engagement.milestones.filter(kind=kind, failed_on__isnull=True).first()
    return save_milestone(
        actor=actor,
        engagement=engagement,
        kind=kind,
        milestone=planned,
        planned_on=planned.planned_on if planned else None,
        reached_on=on,
        note=planned.note if planned else "",
    )


def _next_attempt(engagement: Engagement, kind: MilestoneKind) -> int:
    """One more than the last; only a failed attempt can be followed by another."""
    earlier = engagement.milestones.filter(kind=kind)
    if earlier.filter(failed_on__isnull=True).exists():
        raise refusal(
            "kind", _("The last attempt has not failed: change that one."), "attempt_open"
        )
    last: int | None = earlier.aggregate(last=Max("attempt"))["last"]
    return (last or 0) + 1


@transaction.atomic
def record_outcome(
    *,
    actor: User,
    lead: Lead,
    kind: OutcomeKind,
    dated: dt.date,
    text: str = "",
    cluster: Cluster | None = None,
) -> Outcome:
    """What else came of a lead. *Referred elsewhere* is written by that status only."""
    lead = lock(lead)
    require(may_handle(actor, lead))
    outcome = Outcome(lead=lead, recorded_by=actor)
    return _write_outcome(outcome, kind=kind, dated=dated, text=text, cluster=cluster)


@transaction.atomic
def edit_outcome(
    *,
    actor: User,
    outcome: Outcome,
    kind: OutcomeKind,
    dated: dt.date,
    text: str = "",
    cluster: Cluster | None = None,
) -> Outcome:
    """Put right what was recorded; the one that the status *referred* wrote stays as it is."""
    lead = lock(outcome.lead)
    require(may_handle(actor, lead))
    outcome = Outcome.objects.select_for_update(of=("self",)).get(pk=outcome.pk)
    if outcome.kind == OutcomeKind.REFERRED:
        raise ValidationError(_("It was written by the status “Referred elsewhere”."), "by_status")
    return _write_outcome(outcome, kind=kind, dated=dated, text=text, cluster=cluster)


def _write_outcome(
    outcome: Outcome, *, kind: OutcomeKind, dated: dt.date, text: str, cluster: Cluster | None
) -> Outcome:
    if kind == OutcomeKind.REFERRED:
        raise refusal("kind", _("Use the status “Referred elsewhere”."), "by_status_only")
    if dated > timezone.localdate():
        raise refusal("dated", _("This day is still ahead."), "ahead")
    outcome.kind, outcome.dated, outcome.text, outcome.cluster = kind, dated, text, cluster
    if kind == OutcomeKind.MEMBERSHIP and cluster is None:
        raise refusal("cluster", _("A membership must name the cluster."), "which")
    outcome.full_clean()
    outcome.save()
    return outcome
