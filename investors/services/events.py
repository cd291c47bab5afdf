"""The one place where a lead's stage and status are written, and the locks around it."""

import datetime as dt

from django.db.models import Max, Min
from django.utils import timezone

from ifa_crm.staff.models import User
from investors.choices import LogKind, Stage, Status
from investors.models import Investor, Lead, LeadLog

_ORDER = list(Stage)


def lock(lead: Lead) -> Lead:
    """Read ``lead`` afresh and hold it, and its investor, until the transaction ends.

    The investor comes first, here and in the investor's own services: what changes one of its
    leads touches the others too, and two people must never wait for each other. On SQLite the
    IMMEDIATE transaction holds the whole database already.
    """
    Investor.objects.select_for_update(no_key=True).get(pk=lead.investor_id)
    locked: Lead = (
        Lead.objects.select_for_update(of=("self",)).select_related("investor").get(pk=lead.pk)
    )
    return locked


def record_event(*, lead: Lead, stage: Stage, actor: User | None, reason: str = "") -> bool:
    """Lift ``lead.stage`` to ``stage`` if that is further; return whether it moved.

    ``lead`` is locked. Stages between are named in the log as passed over.
    """
    here, there = _ORDER.index(Stage(lead.stage)), _ORDER.index(stage)
    if there <= here:
        return False
    passed = [step.value for step in _ORDER[here + 1 : there]]
    _write(lead, LogKind.STAGE, stage.value, actor, reason, passed)
    return True


def step_back(*, lead: Lead, stage: Stage, actor: User, reason: str) -> None:
    """Set a locked lead's stage to an earlier one; only later events lift it again."""
    _write(lead, LogKind.STAGE, stage.value, actor, reason, [])


def write_status(*, lead: Lead, status: Status, actor: User | None, reason: str = "") -> None:
    """Set a locked lead's status, log it, and save the whole row."""
    _write(lead, LogKind.STATUS, status.value, actor, reason, [])


def _write(
    lead: Lead, kind: LogKind, value: str, actor: User | None, reason: str, passed: list[str]
) -> None:
    now = timezone.now()
    before = getattr(lead, kind.value)
    setattr(lead, kind.value, value)
    setattr(lead, f"{kind.value}_since", now)
    LeadLog.objects.create(
        lead=lead,
        kind=kind,
        at=now,
        actor=actor,
        from_state=before,
        to_state=value,
        passed_over=passed,
        reason=reason,
    )
    lead.save()


def refresh_heard(lead: Lead) -> None:
    """Keep ``lead.heard_at`` equal to when they last said something."""
    heard: dt.datetime | None = lead.interactions.heard().aggregate(at=Max("happened_at"))["at"]
    lead.heard_at = heard
    Lead.objects.filter(pk=lead.pk).update(heard_at=heard)


def refresh_next_due(lead: Lead) -> None:
    """Keep ``lead.next_due`` equal to the day of the earliest open action."""
    due: dt.date | None = lead.actions.filter(done_at__isnull=True).aggregate(day=Min("due"))["day"]
    lead.next_due = due
    Lead.objects.filter(pk=lead.pk).update(next_due=due)
