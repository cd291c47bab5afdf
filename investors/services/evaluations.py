"""Evaluations: kept as they are, written back to the lead, clusters noted from them."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from clusters.models import Cluster
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from investors.choices import BELOW_POSSIBLE, Band
from investors.evaluating_kept import Run
from investors.models import Evaluation, Lead, Shortlisting
from investors.permissions import may_handle, require
from investors.services.events import lock
from investors.services.shortlist import note_clusters


@transaction.atomic
def keep_evaluation(*, actor: User, lead: Lead, text: str, run: Run) -> Evaluation:
    """Keep a result as it is. ``run`` must rest on what is open to everybody.

    Where the latest one that was kept says the same of the same, that one is returned.
    """
    lead = lock(lead)
    require(may_handle(actor, lead))
    if not run.inputs["topics"] and not run.inputs["sectors"]:
        raise refusal(
            "topic", _("Tick a topic or a sector first: nothing can be said without."), "unknown"
        )
    latest = lead.evaluations.first()
    if latest is not None and _same(latest, text, run):
        return latest
    evaluation = Evaluation(
        lead=lead,
        made_by=actor,
        text=text,
        vocabulary=run.vocabulary,
        weights=run.weights,
        rows=list(run.rows),
        **run.inputs,
    )
    evaluation.full_clean()
    evaluation.save()
    return evaluation


def _same(latest: Evaluation, text: str, run: Run) -> bool:
    versions = (latest.vocabulary, latest.weights) == (run.vocabulary, run.weights)
    same = latest.text == text and latest.inputs == run.inputs and latest.rows == run.rows
    return versions and same


@transaction.atomic
def note_evaluated(
    *, actor: User, lead: Lead, clusters: Iterable[Cluster], why: str, text: str, run: Run
) -> list[Shortlisting]:
    """Note clusters to the shortlist by an evaluation, which is kept with them.

    One that is below *possible* needs a ``why``. Those that are there already stay as they are.
    """
    wanted = list(clusters)
    evaluation = keep_evaluation(actor=actor, lead=lead, text=text, run=run)
    low = [each for each in wanted if evaluation.bands.get(each.slug) in BELOW_POSSIBLE]
    if low and not why.strip():
        named = ", ".join(
            f"{each} ({Band(evaluation.bands[each.slug]).label.lower()})" for each in low
        )
        told = _("Say why, in spite of the evaluation: %(clusters)s.") % {"clusters": named}
        raise refusal("why", told, "why_needed")
    return note_clusters(actor=actor, lead=lead, clusters=wanted, why=why, evaluation=evaluation)
