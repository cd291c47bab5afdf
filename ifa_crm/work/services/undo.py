"""One way back for everything that changes many rows at once: noted here, undone here.

A row comes back to what it was where nobody changed it since; what was changed again stays, and
is listed. Rows of one subject come back together or not at all.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.acting import because
from ifa_crm.shared.inserting import insert
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.choices import UNDO_DAYS, BatchKind, Noted, Undone
from ifa_crm.work.models import Batch, BatchEntry, Job
from ifa_crm.work.running import JobRun
from ifa_crm.work.services.jobs import start_job
from ifa_crm.work.undoing import make_again, undoable

UNDO_JOB = "undo"
AT_ONCE = 200  # more rows than these are undone by a job
_STAGE = 100
_KEPT = dt.timedelta(days=7)  # beyond the last day of undoing, for whoever asks what came back


# --- While a batch is made ---------------------------------------------------------------


@transaction.atomic
def open_batch(
    *, actor: User, kind: BatchKind, title: str, job: Job | None = None, days: int = UNDO_DAYS
) -> Batch:
    """Begin to note what is about to change. Part of the caller's transaction."""
    now = timezone.now()
    until = now + dt.timedelta(days=days)
    batch = Batch(kind=kind, title=title[:200], actor=actor, at=now, until=until, job=job)
    batch.full_clean()
    batch.save()
    return batch


@transaction.atomic
def note(*, batch: Batch, entries: Iterable[BatchEntry | None]) -> int:
    """Write what was done to rows, in the transaction that does it; how many were noted.

    Raises ``ValidationError`` if the batch was undone meanwhile: its work must not go on.
    """
    if _lock(batch).undone_at is not None:
        raise ValidationError(_("It was undone meanwhile."), "undone")
    noted = [entry for entry in entries if entry is not None]
    for entry in noted:
        entry.batch = batch
    insert(noted)
    return len(noted)


def _lock(batch: Batch) -> Batch:
    locked: Batch = Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
    return locked


# --- When it is undone ---------------------------------------------------------------------


def may_undo(user: User, batch: Batch) -> bool:
    """Whoever did it, and those who hand over the leads of others."""
    return batch.actor_id == user.pk or user.may(Act.REASSIGN)


@transaction.atomic
def undo(*, actor: User, batch: Batch) -> Batch:
    """Bring back what nobody changed since; a job does it where there are many rows."""
    batch = _claim(actor, batch)
    if batch.entries.to_do()[: AT_ONCE + 1].count() > AT_ONCE:
        batch.undo_job = start_job(actor=actor, kind=UNDO_JOB, arguments={"batch": batch.pk})
        batch.save(update_fields=["undo_job"])
    else:
        while _undo_some(batch, actor):
            pass
    return batch


def _claim(actor: User, batch: Batch) -> Batch:
    """The locked batch, marked as undone: a second person is told who was first."""
    batch = _lock(batch)
    if not may_undo(actor, batch):
        raise PermissionDenied
    if batch.undone_at is not None:
        told = _("%(who)s has undone it already.")
        raise ValidationError(told, "undone", {"who": batch.undone_by})
    if not batch.may_be_undone:
        raise ValidationError(_("It can no longer be undone."), "too_late")
    if batch.job is not None and batch.job.is_open:
        raise ValidationError(_("It is still under way: cancel its job first."), "under_way")
    batch.undone_at, batch.undone_by = timezone.now(), actor
    batch.save(update_fields=["undone_at", "undone_by"])
    return batch


def run_undo(run: JobRun, *, batch: int) -> None:
    """The job: a hundred rows a stage, the latest first."""
    found = Batch.objects.select_related("undone_by", "actor").get(pk=batch)
    actor, left = found.undone_by or found.actor, True
    while left:
        with run.stage() as stage:
            stage.total = stage.total or found.entries.count()
            done = _undo_some(found, actor)
            stage.done = min(stage.done + done, stage.total)
            stage.cursor["left"] = found.entries.to_do().count() if done else 0
            left = bool(done)


def _undo_some(batch: Batch, actor: User) -> int:
    """Undo the next rows with all others of their subjects; how many there were.

    The rows of a subject need not have been noted one after the other: an import notes a hundred
    companies, then what is under them.
    """
    entries = list(batch.entries.to_do()[:_STAGE])
    if not entries:
        return 0
    groups: dict[tuple[int, int], list[BatchEntry]] = {}
    for entry in entries:
        groups.setdefault((entry.subject_type_id, entry.subject_id), []).append(entry)
    earlier = batch.entries.to_do().filter(
        subject_type__in={kind for kind, _key in groups},
        subject_id__in={key for _kind, key in groups},
        pk__lt=entries[-1].pk,
    )
    for entry in earlier:
        if (group := groups.get((entry.subject_type_id, entry.subject_id))) is not None:
            group.append(entry)
            entries.append(entry)
    with because(f"undo {batch.ref}"):
        for group in groups.values():
            _undo_group(group, actor)
    BatchEntry.objects.bulk_update(entries, ["outcome", "kept", "told"], batch_size=200)
    return len(entries)


def _undo_group(group: list[BatchEntry], actor: User) -> None:
    """All rows of a subject, or none of them where the subject would not be sound after it."""
    try:
        with transaction.atomic():
            rows = _Rows()
            subject = rows.held(group[0].subject_type.model_class(), group[0].subject_id)
            if subject is not None and (touched := _made_and_touched(group, subject, rows)):
                for entry in group:
                    _keep([entry], _("It was worked on since."), touched.get(entry.pk, ()))
                return
            for entry in group:
                _undo_entry(entry, rows, actor)
            if subject is not None and subject.pk is not None:
                undoable(type(subject)).settle(subject, actor)
    except ValidationError as refused:
        _keep(group, " ".join(refused.messages))
    except (IntegrityError, PermissionDenied):
        _keep(group, _("It no longer fits what is on record."))


def _made_and_touched(
    group: list[BatchEntry], subject: Model, rows: "_Rows"
) -> dict[int, set[str]]:
    """What was changed since, by entry, on a subject that the batch made or on what it made under
    it: then all of it stays, and nobody is left with half of a record."""
    is_made = any(
        entry.what == Noted.CREATED and entry.is_of_subject and entry.object_id == subject.pk
        for entry in group
    )
    found: dict[int, set[str]] = {}
    for entry in group if is_made else ():
        row = rows.held(entry.content_type.model_class(), entry.object_id)
        if row is not None and (touched := undoable(type(row)).stays(row, entry.after)):
            found[entry.pk] = touched
    return found


def _keep(group: list[BatchEntry], why: str, fields: Iterable[str] = ()) -> None:
    for entry in group:
        entry.outcome, entry.kept, entry.told = Undone.KEPT, sorted(fields), why[:300]


class _Rows:
    """The rows of one subject, each locked once: what is done to one stands on it."""

    def __init__(self) -> None:
        self.found: dict[tuple[type[Model], int], Any] = {}

    def held(self, model: type[Model] | None, key: int) -> Any:
        if model is None:  # a noun of an earlier version of the program
            raise ValidationError(_("This version does not know it any more."), "unknown")
        if (model, key) not in self.found:
            self.found[model, key] = undoable(model).hold(model, key)
        return self.found[model, key]


def _undo_entry(entry: BatchEntry, rows: _Rows, actor: User) -> None:
    model = entry.content_type.model_class()
    row = rows.held(model, entry.object_id)
    act = {Noted.CHANGED: _bring_back, Noted.CREATED: _take_away, Noted.DELETED: _make_again}
    act[Noted(entry.what)](entry, row, actor)


def _bring_back(entry: BatchEntry, row: Any, actor: User) -> None:
    if row is None:
        _keep([entry], _("It is not there any more."))
        return
    noun = undoable(type(row))
    stays = noun.stays(row, entry.after)
    values = {name: value for name, value in entry.before.items() if name not in stays}
    if values:
        noun.restore(row, values, actor)
    entry.kept = sorted(stays)
    entry.outcome = Undone.KEPT if not values else Undone.PARTLY if stays else Undone.WHOLLY


def _take_away(entry: BatchEntry, row: Any, actor: User) -> None:
    if row is None or row.pk is None:  # somebody was quicker
        entry.outcome = Undone.WHOLLY
        return
    noun = undoable(type(row))
    if stays := noun.stays(row, entry.after):
        entry.outcome, entry.kept = Undone.KEPT, sorted(stays)
        return
    noun.remove(row, actor)
    entry.outcome = Undone.WHOLLY


def _make_again(entry: BatchEntry, row: Any, actor: User) -> None:
    """A row that was deleted comes back under its old key, with its links."""
    model = entry.content_type.model_class()
    if row is not None or model is None:
        _keep([entry], _("It is there again already."))
        return
    make_again(model, entry.object_id, entry.before)
    entry.outcome = Undone.WHOLLY


def forget_old(now: dt.datetime) -> int:
    """Forget how rows were once nobody can go back to it; that it was done is remembered."""
    old = BatchEntry.objects.filter(batch__until__lt=now - _KEPT)
    gone, _kinds = old.delete()
    return gone
