"""Leads: made, edited, given to somebody, archived."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.extend import archive_obstacles
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import Office, User
from ifa_crm.staff.roles import Act
from investors import gates
from investors.choices import Confidential, LogKind, Stage, Status
from investors.models import Investor, Lead, LeadLog
from investors.permissions import may_assign, may_handle, may_take, require
from investors.services.actions import NextAction, add, require_open_action
from investors.services.clocks import rewind
from investors.services.confidentiality import spread
from investors.services.events import lock, record_event, step_back

MANY = ("sectors", "topics", "objectives", "preferred_regions")


@transaction.atomic
def create_lead(
    *,
    actor: User,
    investor: Investor,
    fields: Mapping[str, Any],
    following: NextAction,
    copied_from: Lead | None = None,
) -> Lead:
    """Make a lead at *received* with its first action, and log it.

    ``fields`` are values of :class:`Lead` by name, many-to-many ones included. Whoever makes it
    becomes its owner unless ``fields`` name one or they may not handle leads.
    """
    require(actor.may(Act.RECORD))
    given = dict(fields)
    if "owner" not in given and actor.may(Act.HANDLE_OWN):
        given["owner"] = actor
    if given.get("office") is None:
        given["office"] = (given.get("owner") or actor).office
    return write_lead(actor, investor, given, following, copied_from)


def write_lead(
    actor: User | None,
    investor: Investor,
    fields: Mapping[str, Any],
    following: NextAction,
    copied_from: Lead | None = None,
) -> Lead:
    """Write a lead with its log and first action; part of other services."""
    now = timezone.now()
    own, many = _split(fields)
    own.setdefault("received_at", now)
    lead = Lead(investor=investor, created_by=actor, copied_from=copied_from, **own)
    lead.stage_since = lead.status_since = now
    lead.restricted = lead.confidential == Confidential.YES
    lead.full_clean()
    lead.save()
    _set_many(lead, many)
    for kind, state in ((LogKind.STAGE, lead.stage), (LogKind.STATUS, lead.status)):
        LeadLog.objects.create(lead=lead, kind=kind, at=now, actor=actor, to_state=state)
    add(lead, following)
    spread(lead)
    note_if_qualified(lead, actor, was_complete=False)
    return lead


@transaction.atomic
def edit_lead(*, actor: User, lead: Lead, changes: Mapping[str, Any]) -> Lead:
    """Write ``changes``; the save that completes the checklist is the event *qualified*."""
    lead = lock(lead)
    require(may_handle(actor, lead))
    was_complete, before = not gates.missing(lead), lead.handling_office_id
    own, many = _split(changes)
    for name, value in own.items():
        setattr(lead, name, value)
    lead.restricted = lead.confidential == Confidential.YES
    lead.full_clean()
    lead.save()
    _set_many(lead, many)
    _rewind_if_moved(lead, before)
    spread(lead)
    note_if_qualified(lead, actor, was_complete=was_complete)
    return lead


def _split(fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    own = {name: value for name, value in fields.items() if name not in MANY}
    return own, {name: fields[name] for name in MANY if name in fields}


def _set_many(lead: Lead, many: Mapping[str, Any]) -> None:
    for name, values in many.items():
        getattr(lead, name).set(values)


def note_if_qualified(lead: Lead, actor: User | None, *, was_complete: bool) -> None:
    """Fire *qualified* once, when the checklist of a locked lead has just become complete."""
    fresh = Lead.objects.select_related("investor").get(pk=lead.pk)
    if not was_complete and not gates.missing(fresh):
        record_event(lead=lead, stage=Stage.QUALIFIED, actor=actor)


@transaction.atomic
def take(*, actor: User, lead: Lead) -> Lead:
    """Become the owner of a lead that nobody owns."""
    lead = lock(lead)
    if lead.owner_id is not None:
        raise ValidationError(_("%(owner)s has taken it already."), "owned", {"owner": lead.owner})
    require(may_take(actor, lead))
    return give(lead, owner=actor, deputy=lead.deputy, office=lead.office or actor.office)


@transaction.atomic
def assign(
    *, actor: User, lead: Lead, owner: User | None, deputy: User | None, office: Office | None
) -> Lead:
    """Give the lead to somebody. Open actions of the previous owner go along, and its open
    reply clocks run by the hours of the new office."""
    lead = lock(lead)
    require(may_assign(actor, lead))
    return give(lead, owner=owner, deputy=deputy, office=office)


def give(lead: Lead, *, owner: User | None, deputy: User | None, office: Office | None) -> Lead:
    """Write whose a locked lead is; part of other services."""
    for field, person in (("owner", owner), ("deputy", deputy)):
        unchanged = person is not None and person.pk == getattr(lead, f"{field}_id")
        if person and not unchanged and not (person.is_active and person.may(Act.HANDLE_OWN)):
            raise refusal(field, _("This person does not handle leads."), "no_handler")
    before, handled_by = lead.owner, lead.handling_office_id
    lead.owner, lead.deputy, lead.office = owner, deputy, office
    lead.full_clean()
    lead.save()
    _rewind_if_moved(lead, handled_by)
    if owner is not None and before != owner:
        for action in lead.actions.filter(done_at__isnull=True, assignee=before):
            action.assignee = owner
            action.save()
    spread(lead)
    return lead


def _rewind_if_moved(lead: Lead, before: int | None) -> None:
    """Another office handles a locked lead: its open clocks run by other hours."""
    if lead.handling_office_id != before and lead.reply_due_at is not None:
        rewind([lead.pk])
        lead.refresh_from_db(fields=["reply_due_at", "silent_at"])


@transaction.atomic
def move_back(*, actor: User, lead: Lead, stage: Stage, reason: str) -> Lead:
    """Step back to an earlier stage, by owner, deputy or manager, with a reason."""
    lead = lock(lead)
    require(may_handle(actor, lead))
    stages = list(Stage)
    if stages.index(stage) >= stages.index(Stage(lead.stage)):
        raise refusal("stage", _("Choose an earlier stage."), "not_back")
    if not reason.strip():
        raise refusal("reason", _("Say why."), "reason_needed")
    step_back(lead=lead, stage=stage, actor=actor, reason=reason)
    return lead


@transaction.atomic
def archive_lead(*, actor: User, lead: Lead, reason: str) -> Lead:
    """Put away a lead that should not have been one; refused while something is open under it."""
    lead = lock(lead)
    require(may_handle(actor, lead))
    if lead.is_archived:
        raise ValidationError(_("It is archived already."), "archived")
    if obstacles := archive_obstacles(lead):
        raise ValidationError(list(obstacles), "in_use")
    lead.archive(actor=actor, reason=reason)
    return lead


@transaction.atomic
def restore_lead(*, actor: User, lead: Lead) -> Lead:
    """Bring an archived lead back as it was."""
    lead = lock(lead)
    require(may_handle(actor, lead))
    if not lead.is_archived:
        raise ValidationError(_("It is not archived."), "not_archived")
    lead.restore()
    return lead


def first_action(day: dt.date) -> NextAction:
    """What a new lead asks for, unless somebody says otherwise."""
    return NextAction(what=_("First contact"), due=day)


def require_active(lead: Lead) -> None:
    """Acts that move a lead need it to be open (active or waiting) and not archived."""
    if lead.is_archived:
        raise ValidationError(_("Restore the lead first."), "archived")
    if lead.status not in {Status.ACTIVE, Status.WAITING}:
        raise ValidationError(_("Reopen the lead first."), "closed")


__all__ = [
    "archive_lead",
    "assign",
    "create_lead",
    "edit_lead",
    "first_action",
    "give",
    "move_back",
    "note_if_qualified",
    "require_active",
    "require_open_action",
    "restore_lead",
    "take",
]
