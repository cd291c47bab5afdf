"""What the app does in the background."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from ifa_crm.staff.roles import Act
from ifa_crm.work.registry import Duty, Kind, register_duty, register_kind
from ifa_crm.work.running import JobRun
from investors.models import FitRun, Handover, Lead
from investors.services import fit_columns
from investors.services.handover import JOB, in_order, move

LEADS_A_STAGE = 20


def run_handover(run: JobRun, handover: int) -> None:
    """Move what is still planned, some leads a stage; resumed and repeated harmlessly."""
    made = Handover.objects.get(pk=handover)
    actor = run.job.started_by
    assert actor is not None  # noqa: S101  # started by who confirmed it
    left = in_order(made)
    total = made.leads.count()
    while left:
        some, left = left[:LEADS_A_STAGE], left[LEADS_A_STAGE:]
        with run.stage() as stage:
            for handed in some:
                move(actor=actor, handed=handed)
            stage.done, stage.total = total - len(left), total
            stage.cursor["last"] = some[-1].pk


def run_fit_columns(run: JobRun) -> None:
    """Evaluate all leads against all clusters, some thousands a stage, then swap the columns in.

    Evaluated is between the stages, so that nobody waits for the write lock meanwhile. A run
    whose rows are gone has been overtaken by a newer one: there is nothing left to do.
    """
    if "run" not in run.cursor:
        with run.stage() as stage:
            stage.cursor["run"] = fit_columns.begin_run().pk
    made = FitRun.objects.filter(pk=run.cursor["run"], finished_at__isnull=True).first()
    if made is None:
        return
    evaluator = fit_columns.evaluator_of(made)
    while batch := fit_columns.evaluated(evaluator, run.cursor.get("last", 0)):
        with run.stage() as stage:
            made = FitRun.objects.select_for_update().filter(pk=made.pk).first()
            if made is None:
                return
            fit_columns.add_batch(made, batch)
            stage.cursor["last"] = batch.last
            stage.done += batch.count
            stage.total = max(stage.total or Lead.objects.live().count(), stage.done)
    joining = True
    while joining:
        with run.stage() as stage:
            joining = fit_columns.join_parts(made, fit_columns.JOINED_AT_ONCE)
            stage.cursor["joined"] = stage.cursor.get("joined", 0) + 1
    with run.stage():
        fit_columns.finish_run(made, evaluator.evaluated)


def register() -> None:
    register_kind(Kind(key=JOB, label=_("Hand over leads"), run=run_handover))
    register_kind(
        Kind(
            key=fit_columns.JOB,
            label=_("Compare all leads with all clusters"),
            run=run_fit_columns,
            explanation=_(
                "Finds which leads fit which cluster anew. The clock does it every hour; needs "
                "that did not change are not compared again."
            ),
            offered_to=Act.ADMINISTER,
        )
    )
    every = dt.timedelta(minutes=10)
    register_duty(Duty("fit columns", every, fit_columns.keep_fresh))
