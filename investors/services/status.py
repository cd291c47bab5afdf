"""Whether a lead moves: active, waiting, lost, not for us, referred elsewhere.

``completing``: the action that was done just before, where nothing follows it but this.
"""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from investors.choices import (
    CLOSED,
    ENGAGEMENT_LIVE,
    ActionKind,
    LostReason,
    OutcomeKind,
    Status,
)
from investors.models import Action, Lead, Outcome
from investors.permissions import may_handle, require
from investors.services.actions import (
    NextAction,
    add,
    close,
    drop_open_actions,
    require_open_action,
)
from investors.services.events import lock, refresh_next_due, write_status


def _locked(actor: User, lead: Lead, completing: Action | None = None) -> Lead:
    lead = lock(lead)
    require(may_handle(actor, lead))
    if lead.is_archived:
        raise ValidationError(_("Restore the lead first."), "archived")
    if completing is not None:
        close(lead.actions.select_for_update(of=("self",)).get(pk=completing.pk), actor)
    return lead


def _clear(lead: Lead) -> None:
    lead.waiting_until = lead.referred_on = lead.referred_told = None
    lead.lost_reason = lead.lost_to_country = lead.disqualified_reason = lead.referred_to = ""


@transaction.atomic
def wait(
    *,
    actor: User,
    lead: Lead,
    until: dt.date,
    reason: str = "",
    completing: Action | None = None,
) -> Lead:
    """Let it rest until a day ahead, on which the action "was waiting since …" is due."""
    lead, today = _locked(actor, lead, completing), timezone.localdate()
    if until <= today:
        raise refusal("until", _("Choose a day ahead."), "not_ahead")
    if lead.status in CLOSED:
        raise ValidationError(_("Reopen the lead first."), "closed")
    _clear(lead)
    lead.waiting_until = until
    write_status(lead=lead, status=Status.WAITING, actor=actor, reason=reason)
    _drop_wake(lead, actor)
    Action.objects.create(
        lead=lead,
        kind=ActionKind.WAKE,
        what=_("Was waiting since %(day)s") % {"day": date_format(today, "DATE_FORMAT")},
        due=until,
        assignee=lead.owner,
    )
    refresh_next_due(lead)
    return lead


def _drop_wake(lead: Lead, actor: User) -> None:
    for action in lead.actions.filter(kind=ActionKind.WAKE, done_at__isnull=True):
        action.done_at, action.done_by, action.dropped = timezone.now(), actor, True
        action.save()


@transaction.atomic
def lose(
    *,
    actor: User,
    lead: Lead,
    reason: LostReason,
    country: str = "",
    note: str = "",
    completing: Action | None = None,
) -> Lead:
    """Close it: they did not answer, chose another country, dropped it, or else."""
    lead = _closing(actor, lead, completing)
    if reason == LostReason.OTHER_COUNTRY and not country:
        raise refusal("country", _("Say which country they chose."), "country_needed")
    if reason == LostReason.OTHER and not note.strip():
        raise refusal("note", _("Say why."), "reason_needed")
    lead.lost_reason = reason
    lead.lost_to_country = country if reason == LostReason.OTHER_COUNTRY else ""
    return _close(actor, lead, Status.LOST, note)


@transaction.atomic
def disqualify(*, actor: User, lead: Lead, reason: str, completing: Action | None = None) -> Lead:
    """Close it: not something the agency works on."""
    lead = _closing(actor, lead, completing)
    if not reason.strip():
        raise refusal("reason", _("Say why."), "reason_needed")
    lead.disqualified_reason = reason
    return _close(actor, lead, Status.DISQUALIFIED, reason)


@transaction.atomic
def refer(
    *,
    actor: User,
    lead: Lead,
    to: str,
    on: dt.date,
    told: bool,
    note: str = "",
    completing: Action | None = None,
) -> Lead:
    """Close it: somebody else takes it up. Also counts as the outcome *referred elsewhere*."""
    lead = _closing(actor, lead, completing)
    if not to.strip():
        raise refusal("to", _("Say to whom."), "whom_needed")
    if on > timezone.localdate():
        raise refusal("on", _("This day is still ahead."), "ahead")
    lead.referred_to, lead.referred_on, lead.referred_told = to, on, told
    _close(actor, lead, Status.REFERRED, note)
    Outcome.objects.create(
        lead=lead, kind=OutcomeKind.REFERRED, dated=on, text=to, recorded_by=actor
    )
    return lead


def _closing(actor: User, lead: Lead, completing: Action | None) -> Lead:
    lead = _locked(actor, lead, completing)
    if lead.status in CLOSED:
        raise ValidationError(_("It is closed already."), "closed")
    if lead.engagements.filter(state__in=ENGAGEMENT_LIVE).exists():
        raise ValidationError(
            _("An engagement is still open. Say first how it ended."), "engagement_open"
        )
    _clear(lead)
    return lead


def _close(actor: User, lead: Lead, status: Status, reason: str) -> Lead:
    lead.status = status  # the constraints tie the fields above to it
    lead.full_clean()
    lead.status = Lead.objects.values_list("status", flat=True).get(pk=lead.pk)
    write_status(lead=lead, status=status, actor=actor, reason=reason)
    drop_open_actions(lead, actor)
    return lead


@transaction.atomic
def reopen(
    *, actor: User, lead: Lead, following: NextAction | None = None, reason: str = ""
) -> Lead:
    """Make it active again, with its history and something to do."""
    lead = _locked(actor, lead)
    if lead.status == Status.ACTIVE:
        raise ValidationError(_("It is active already."), "active")
    _clear(lead)
    write_status(lead=lead, status=Status.ACTIVE, actor=actor, reason=reason)
    _drop_wake(lead, actor)
    if following is not None:
        add(lead, following)
    require_open_action(lead)
    refresh_next_due(lead)
    return lead
