"""Twins found among all records: by the clock each night, by a button, by a command.

Record by record in order of their keys, in stages, so that it can be stopped and goes on where it
was. Each record is compared with those before it that share a key with it.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.staff.roles import Act
from ifa_crm.work.models import Job
from ifa_crm.work.registry import Duty, Kind, register_duty, register_kind
from ifa_crm.work.running import JobRun
from ifa_crm.work.services.jobs import start_job
from investors.models import Contact, Investor
from investors.services.matching import keep_contact_keys, keep_investor_keys
from investors.services.pairing import count_common, pair_contacts, pair_investors

JOB: Final = "duplicates"
BATCH: Final = 1000


@dataclass(frozen=True)
class Step:
    """One way through all records of a model."""

    name: str
    model: Any
    act: Callable[[list[int]], int]
    before: Callable[[], object] = lambda: None


STEPS: Final = (
    Step("investor keys", Investor, keep_investor_keys),
    Step("contact keys", Contact, keep_contact_keys),
    Step(
        "investor pairs",
        Investor,
        lambda keys: pair_investors(keys, only_earlier=True),
        before=count_common,
    ),
    Step("contact pairs", Contact, lambda keys: pair_contacts(keys, only_earlier=True)),
)


def _keys_after(step: Step, last: int) -> list[int]:
    rows = step.model.objects.filter(pk__gt=last).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:BATCH])


def find_all() -> Iterator[tuple[str, int]]:
    """Everything, a transaction for each batch: (step, how many keys or pairs were other)."""
    for step in STEPS:
        last, changed = 0, 0
        step.before()
        while keys := _keys_after(step, last):
            with transaction.atomic():
                changed += step.act(keys)
            last = keys[-1]
        yield step.name, changed


def run_find(run: JobRun) -> None:
    """The same as a job."""
    total = sum(step.model.objects.count() for step in STEPS)
    for step in STEPS:
        while step.name not in run.cursor.get("over", []):
            with run.stage() as stage:
                last = stage.cursor.setdefault("last", {}).get(step.name, 0)
                if not last:
                    step.before()
                keys = _keys_after(step, last)
                changed = step.act(keys) if keys else 0
                stage.cursor["last"] |= {step.name: keys[-1] if keys else last}
                if len(keys) < BATCH:
                    stage.cursor["over"] = [*stage.cursor.get("over", []), step.name]
                counts = stage.cursor.setdefault("changed", {})
                counts[step.name] = counts.get(step.name, 0) + changed
                stage.done += len(keys)
                stage.total = max(total, stage.done)
                pairs = counts.get("investor pairs", 0) + counts.get("contact pairs", 0)
                stage.note = _("%(n)d pairs found, changed or dropped") % {"n": pairs}


def find_nightly(now: dt.datetime) -> None:
    """Start the job unless it is under way."""
    if not Job.objects.open().filter(kind=JOB).exists():
        start_job(actor=None, kind=JOB)


def register() -> None:
    register_kind(
        Kind(
            key=JOB,
            label=gettext_lazy("Find duplicates"),
            run=run_find,
            explanation=gettext_lazy(
                "Compares all investors and contacts. It runs by itself every day, and what is "
                "saved is compared at once."
            ),
            offered_to=Act.ADMINISTER,
        )
    )
    register_duty(Duty("duplicates", dt.timedelta(days=1), find_nightly))
