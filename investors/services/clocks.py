"""Keeps the reply clocks: on what came in, and the earliest open one on its lead."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.extend import register_hours_listener
from ifa_crm.staff.models import Office
from ifa_crm.work.models import Job
from ifa_crm.work.registry import Duty, Kind, register_duty, register_kind
from ifa_crm.work.running import JobRun
from ifa_crm.work.services.jobs import start_job
from investors.choices import Direction
from investors.clocks import Calendars
from investors.models import Interaction, Lead
from investors.reply_clock import deadlines, is_late_entry

KIND: Final = "reply clocks"
AT_ONCE: Final = 200  # leads in a transaction; more of an office than this are a job


def wind(interaction: Interaction, lead: Lead, calendars: Calendars) -> None:
    """Set the clock of an entry by the hours of its lead's office; it is saved by the caller."""
    calendar = calendars.of(lead)
    if interaction.direction == Direction.IN:
        clock = deadlines(calendar, interaction.happened_at)
        interaction.reply_due_at, interaction.silent_at = clock.reply_due_at, clock.silent_at
    else:
        interaction.reply_due_at = interaction.silent_at = None
    logged = interaction.logged_at or timezone.now()
    interaction.logged_late = is_late_entry(calendar, interaction.happened_at, logged)


def refresh_reply_due(lead: Lead) -> None:
    """Keep the clock of a locked lead equal to the earliest open one under it."""
    first = (
        Interaction.objects.filter(lead=lead)
        .unanswered()
        .aggregate(due=Min("reply_due_at"), silent=Min("silent_at"))
    )
    lead.reply_due_at, lead.silent_at = first["due"], first["silent"]
    Lead.objects.filter(pk=lead.pk).update(reply_due_at=first["due"], silent_at=first["silent"])


@transaction.atomic
def rewind(leads: Iterable[int]) -> None:
    """Tell the open clocks of these leads (by key) by the present hours of their offices.

    What was answered keeps the clock by which it was answered. Writes no audit entries: a clock
    is derived. Call it after leads were given to another office in bulk.
    """
    keys = sorted(leads)
    held = {
        lead.pk: lead
        for lead in Lead.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=keys)
        .select_related("owner")
        .order_by("pk")
    }
    calendars = Calendars()
    rows = list(Interaction.objects.unanswered().filter(lead__in=held))
    first: dict[int, tuple[dt.datetime, dt.datetime]] = {}
    for row in rows:
        clock = deadlines(calendars.of(held[row.lead_id]), row.happened_at)
        row.reply_due_at, row.silent_at = clock.reply_due_at, clock.silent_at
        pair = (clock.reply_due_at, clock.silent_at)
        first[row.lead_id] = min(first.get(row.lead_id, pair), pair)
    for lead in held.values():
        lead.reply_due_at, lead.silent_at = first.get(lead.pk, (None, None))
    Interaction.objects.bulk_update(rows, ["reply_due_at", "silent_at"], batch_size=AT_ONCE)
    Lead.objects.bulk_update(held.values(), ["reply_due_at", "silent_at"], batch_size=AT_ONCE)


def _running(office: int | None) -> "QuerySet[Lead]":
    """Leads with an open clock; those that this office handles."""
    rows = Lead.objects.filter(reply_due_at__isnull=False)
    if office is None:
        return rows
    return rows.filter(Q(office=office) | Q(office__isnull=True, owner__office=office))


@transaction.atomic
def hours_changed(office: Office | None) -> Job | None:
    """Tell the open clocks of an office, or of all, anew: at once, or as a job where there are
    many."""
    which = office.pk if office else None
    keys = list(_running(which).order_by().values_list("pk", flat=True)[: AT_ONCE + 1])
    if len(keys) > AT_ONCE:
        return start_job(actor=None, kind=KIND, arguments={"office": which})
    rewind(keys)
    return None


def run(job_run: JobRun, office: int | None = None) -> None:
    """The job: the open clocks of one office or of all, in the order of the keys."""
    while True:
        with job_run.stage() as stage:
            last = stage.cursor.get("last", 0)
            rows = _running(office).filter(pk__gt=last).order_by("pk")
            keys = list(rows.values_list("pk", flat=True)[:AT_ONCE])
            rewind(keys)
            stage.done += len(keys)
            stage.cursor["last"] = keys[-1] if keys else last
            stage.note = _("Told %(n)d clocks anew.") % {"n": stage.done}
        if len(keys) < AT_ONCE:
            return


def _nightly(now: dt.datetime) -> Any:
    """Once a day all of them: a loaded fixture or another program's write tells nobody."""
    if Job.objects.open().filter(kind=KIND).exists():
        return None
    return start_job(actor=None, kind=KIND)


def register() -> None:
    register_kind(
        Kind(
            key=KIND,
            label=gettext_lazy("Tell the reply clocks anew"),
            run=run,
            explanation=gettext_lazy(
                "Hours, holidays or the zone of an office have changed, or somebody has moved to "
                "another: by when is each open message to be answered?"
            ),
        )
    )
    register_duty(Duty("reply clocks", dt.timedelta(days=1), _nightly))
    register_hours_listener(hours_changed)
