"""A bulk edit: previewed, confirmed, carried out as it was previewed, undone as one batch."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ifa_crm.staff.models import User
from ifa_crm.work.choices import BatchKind
from ifa_crm.work.models import Batch
from ifa_crm.work.running import JobRun
from ifa_crm.work.services.jobs import start_job
from ifa_crm.work.services.undo import open_batch
from investors.models import BulkEdit, Lead
from investors.permissions import require
from investors.services.bulk_edit import (
    REASONS,
    Change,
    carry_out,
    looked_at,
    mark_of,
    refusal_words,
    why_not,
)
from investors.services.events import lock
from investors.services.noted import noting

BULK_JOB: Final = "bulk-edit"
AT_ONCE: Final = 200  # more leads than these are changed by a job
_CHUNK: Final = 1000
_STAGE: Final = 25
_KEPT = dt.timedelta(days=30)


@transaction.atomic
def plan(
    *, actor: User, rows: Any, change: Change, words: Sequence[str], query: str = ""
) -> BulkEdit:
    """Look ahead at what ``change`` would do to each of ``rows``; nothing of them is written.

    ``rows`` are leads that the actor may see. The plan is for its actor alone.
    """
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    found: list[list[Any]] = []
    for start in range(0, len(keys), _CHUNK):
        leads = looked_at(Lead.objects.filter(pk__in=keys[start : start + _CHUNK])).order_by("pk")
        found += [[lead.pk, mark_of(lead), why_not(actor, lead, change)] for lead in leads]
    return BulkEdit.objects.create(
        actor=actor,
        change=change.stored(),
        words=list(words),
        query=query,
        rows=found,
        counts=Counter(reason for _key, _mark, reason in found),
    )


@transaction.atomic
def confirm(*, actor: User, edit: BulkEdit) -> BulkEdit:
    """Carry the plan out, once: at once for few leads, by a job for many."""
    edit = BulkEdit.objects.select_for_update(of=("self",)).get(pk=edit.pk)
    require(edit.actor_id == actor.pk)
    if edit.batch_id is not None:
        raise ValidationError(_("This was confirmed already."), "confirmed")
    if not edit.will_change:
        raise ValidationError(_("There is nothing to change."), "nothing")
    job = None
    if edit.will_change > AT_ONCE:
        job = start_job(actor=actor, kind=BULK_JOB, arguments={"edit": edit.pk})
    edit.job = job
    edit.batch = open_batch(actor=actor, kind=BatchKind.BULK, title=_title(edit), job=job)
    edit.save(update_fields=["batch", "job"])
    if job is None:
        edit.refused = _change_some(edit, _to_change(edit))
        _end(edit)
    return edit


def _title(edit: BulkEdit) -> str:
    told = ngettext("%(n)d lead: %(what)s", "%(n)d leads: %(what)s", edit.will_change)
    return told % {"n": edit.will_change, "what": "; ".join(edit.words)}


def _to_change(edit: BulkEdit) -> list[tuple[int, int]]:
    """Key and mark of the leads that the preview promised to change."""
    return [(key, mark) for key, mark, reason in edit.rows if not reason]


def _end(edit: BulkEdit) -> None:
    edit.carried_out_at = timezone.now()
    edit.save(update_fields=["carried_out_at", "refused"])


def run_bulk_edit(run: JobRun, *, edit: int) -> None:
    """The job: some leads a stage, each by itself; what was refused is listed at the end."""
    found = BulkEdit.objects.select_related("actor", "batch").get(pk=edit)
    rows, at = _to_change(found), int(run.cursor.get("at", 0))
    while at < len(rows):
        with run.stage() as stage:
            found.refused += _change_some(found, rows[at : at + _STAGE])
            found.save(update_fields=["refused"])
            at += _STAGE
            stage.cursor["at"] = at
            stage.done, stage.total = min(at, len(rows)), len(rows)
    with run.stage():
        _end(found)


def _change_some(edit: BulkEdit, rows: Sequence[tuple[int, int]]) -> list[list[Any]]:
    """Change these leads; key and sentence of each that was refused."""
    change = Change(**edit.change)
    assert edit.batch is not None  # noqa: S101  # opened by its confirmation
    refused = []
    for key, mark in rows:
        if why := _change_one(edit.actor, edit.batch, key, mark, change):
            refused.append([key, why])
    return refused


def _change_one(actor: User, batch: Batch, key: int, mark: int, change: Change) -> str:
    """Nothing, or why the lead was left as it is."""
    seen = Lead.objects.visible_to(actor).filter(pk=key).first()
    if seen is None:
        return str(REASONS["gone"])
    try:
        with transaction.atomic():
            lead = lock(seen)
            if mark_of(looked_at(Lead.objects.filter(pk=key)).get()) != mark:
                return str(REASONS["changed"])
            noting(batch=batch, lead=lead, act=lambda: carry_out(actor, lead, change))
    except ValidationError as error:
        if error_code(error) == "undone":  # of the whole batch: its job must not go on
            raise
        return refusal_words(error)
    except PermissionDenied as error:
        return refusal_words(error)
    return ""


def error_code(error: ValidationError) -> str:
    return str(getattr(error, "code", "") or "")


def forget_old(now: dt.datetime) -> int:
    """Plans that nobody confirmed within a day, and those whose undoing is over."""
    old = BulkEdit.objects.filter(at__lt=now - dt.timedelta(days=1), batch__isnull=True)
    over = BulkEdit.objects.filter(at__lt=now - _KEPT)
    return old.delete()[0] + over.delete()[0]
