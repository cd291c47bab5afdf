"""A service on a lead, with what it changed noted so that it can be undone."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction

from ifa_crm.work.models import Batch, BatchEntry
from ifa_crm.work.services.undo import note
from ifa_crm.work.undoing import changed, created, snapshot
from investors.models import Lead

T = TypeVar("T")


@transaction.atomic
def noting(*, batch: Batch, lead: Lead, act: Callable[[], T]) -> T:
    """Carry out ``act`` and note in ``batch`` what it did to ``lead``, its actions and outcomes.

    What ``act`` raises passes through, with nothing noted and nothing done.
    """
    before = _rows(lead)
    known = {key: snapshot(row) for key, row in before.items()}
    result = act()
    after = _rows(lead)
    entries = [_entry(known, key, row, lead) for key, row in after.items()]
    note(batch=batch, entries=entries)
    return result


def _rows(lead: Lead) -> dict[tuple[str, int], Any]:
    """The lead and what hangs under it that services of leads write, read afresh."""
    rows = [Lead.objects.get(pk=lead.pk), *lead.outcomes.all(), *lead.actions.all()]
    return {(row._meta.model_name, row.pk): row for row in rows}


def _entry(
    known: dict[tuple[str, int], dict[str, Any]], key: tuple[str, int], row: Any, lead: Lead
) -> BatchEntry | None:
    if key in known:
        return changed(row, known[key], subject=lead)
    return created(row, subject=lead)
