"""What the app does in the background."""

from django.utils.translation import gettext_lazy as _

from ifa_crm.work.registry import Kind, register_kind
from ifa_crm.work.running import JobRun
from investors.models import Handover
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


def register() -> None:
    register_kind(Kind(key=JOB, label=_("Hand over leads"), run=run_handover))
