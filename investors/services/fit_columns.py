"""Keeps the columns of :mod:`investors.fit_columns`: which leads fit which cluster.

A run goes through all leads that are not archived, whatever their status, in the order of their
keys. Leads that need the same are evaluated once; a need that the run before has evaluated on the
same facts is not evaluated again, so that an hourly run costs little more than reading. Only what
is open to everybody enters: a column tells nobody of a hidden project or seat.
"""

import datetime as dt
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.models import Cluster
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.models import Job
from ifa_crm.work.services.jobs import start_job
from investors import fit
from investors.fit_columns import (
    KEYS,
    NEEDS,
    SCORES,
    Facts,
    facts_in,
    fingerprint,
    needs_of,
    read_facts,
    says_something,
    tenths,
    unpacked,
    version_of,
    written,
)
from investors.models import FitColumn, FitRun, Lead

JOB: Final = "fit-columns"
BATCH: Final = 2000
STALE_AFTER: Final = dt.timedelta(hours=1)
KNOWN_AT_MOST: Final = 100_000
JOINED_AT_ONCE: Final = 8  # clusters in a stage: a second at 100,000 leads

Scores = dict[str, int]
"""The score of each cluster that fits at least weakly, by slug, in tenths of a point."""


@transaction.atomic
def begin_run() -> FitRun:
    """A run with an empty column for each cluster that is offered, on the facts of now."""
    facts = read_facts(timezone.localdate())
    text = written(facts)
    run = FitRun.objects.create(version=version_of(text), facts=text)
    slugs = [cluster.key for cluster in facts.clusters]
    rows = Cluster.objects.filter(slug__in=slugs).order_by("pk")
    FitColumn.objects.bulk_create([FitColumn(run=run, cluster=cluster) for cluster in rows])
    return run


@dataclass
class Evaluator:
    """Evaluates the needs of a run, each once. ``known``: what is known of a need already."""

    facts: Facts
    known: dict[int, Scores] = field(default_factory=dict)
    evaluated: int = 0

    def scores(self, mark: int, need: fit.Need) -> Scores:
        """``mark`` is the need's fingerprint."""
        if mark not in self.known:
            if len(self.known) >= KNOWN_AT_MOST:
                self.known.clear()
            self.evaluated += 1
            rows = fit.evaluate(need, self.facts.clusters, self.facts.tables)
            self.known[mark] = {row.key: tenths(row.score) for row in rows if row.band != fit.NONE}
        return self.known[mark]


def evaluator_of(run: FitRun) -> Evaluator:
    """It knows what the last finished run found, if that had the same facts."""
    before = FitRun.objects.finished().filter(version=run.version).exclude(pk=run.pk).first()
    return Evaluator(facts_in(run.facts), _known(before) if before else {})


def _known(run: FitRun) -> dict[int, Scores]:
    """The scores that a finished run found for each need."""
    marks = dict(zip(unpacked(KEYS, run.keys), unpacked(NEEDS, run.needs), strict=True))
    first: dict[int, int] = {}
    for lead, mark in marks.items():
        first.setdefault(mark, lead)
    known: dict[int, Scores] = {mark: {} for mark in first}
    of_lead = {lead: known[mark] for mark, lead in first.items()}
    for column in run.columns.select_related("cluster"):
        slug, scores = column.cluster.slug, unpacked(SCORES, column.scores)
        for lead, score in zip(unpacked(KEYS, column.keys), scores, strict=True):
            if lead in of_lead:
                of_lead[lead][slug] = score
    return known


@dataclass(frozen=True)
class Batch:
    """Some leads with their needs and scores: what is to be added to the columns of a run."""

    last: int
    count: int
    marks: Mapping[int, int]
    scores: Mapping[int, Scores]


def evaluated(evaluator: Evaluator, after: int) -> Batch | None:
    """The next leads after that key, evaluated; nothing if there are none. Writes nothing."""
    rows = Lead.objects.live().filter(pk__gt=after).order_by("pk").values_list("pk", "mode")
    modes = dict(rows[:BATCH])
    if not modes:
        return None
    needs = {lead: need for lead, need in needs_of(modes).items() if says_something(need)}
    marks = {lead: fingerprint(need) for lead, need in needs.items()}
    scores = {lead: evaluator.scores(marks[lead], need) for lead, need in needs.items()}
    return Batch(max(modes), len(modes), marks, scores)


@transaction.atomic
def add_batch(run: FitRun, batch: Batch) -> None:
    """Keep what was found as one more part of the columns."""
    found: dict[str, tuple[array[int], array[int]]] = {}
    for lead, scores in batch.scores.items():
        for slug, score in scores.items():
            keys, points = found.setdefault(slug, (array(KEYS), array(SCORES)))
            keys.append(lead)
            points.append(score)
    clusters = dict(Cluster.objects.filter(slug__in=found).values_list("slug", "pk"))
    FitColumn.objects.bulk_create(
        FitColumn(
            run=run,
            cluster_id=clusters[slug],
            part=batch.last,
            keys=keys.tobytes(),
            scores=points.tobytes(),
        )
        for slug, (keys, points) in found.items()
    )
    run.keys = bytes(run.keys) + array(KEYS, batch.marks).tobytes()
    run.needs = bytes(run.needs) + array(NEEDS, batch.marks.values()).tobytes()
    run.lead_count += batch.count
    run.save(update_fields=["keys", "needs", "lead_count"])


@transaction.atomic
def join_parts(run: FitRun, most: int | None = None) -> bool:
    """Join the parts of some columns, best first; whether there may be more to join."""
    waiting = run.columns.exclude(part=0).order_by().values_list("cluster", flat=True).distinct()
    clusters = sorted(waiting)[:most]
    for cluster in clusters:
        keys, scores = array(KEYS), array(SCORES)
        for part in run.columns.filter(cluster=cluster).order_by("part"):
            keys.frombytes(bytes(part.keys))
            scores.frombytes(bytes(part.scores))
        order = sorted(range(len(keys)), key=lambda at: (-scores[at], -keys[at]))
        run.columns.filter(cluster=cluster, part=0).update(
            keys=array(KEYS, (keys[at] for at in order)).tobytes(),
            scores=array(SCORES, (scores[at] for at in order)).tobytes(),
        )
    run.columns.filter(cluster__in=clusters).exclude(part=0).delete()
    return bool(clusters)


@transaction.atomic
def finish_run(run: FitRun, evaluated_count: int) -> FitRun:
    """Let the pages read it; older runs go."""
    run.finished_at, run.evaluated_count = timezone.now(), evaluated_count
    run.save(update_fields=["finished_at", "evaluated_count"])
    FitRun.objects.filter(as_of__lt=run.as_of).delete()
    return run


def build_columns() -> FitRun:
    """A whole run at once: for the demo data and the tests. Otherwise a job does it in stages."""
    run = begin_run()
    evaluator, last = evaluator_of(run), 0
    while batch := evaluated(evaluator, last):
        add_batch(run, batch)
        last = batch.last
    join_parts(run)
    return finish_run(run, evaluator.evaluated)


# --- when ----------------------------------------------------------------------------------------


def may_refresh(user: User) -> bool:
    return user.may(Act.EDIT_CLUSTERS)


@transaction.atomic
def refresh(*, actor: User) -> Job:
    """Start a run now; one at a time."""
    if not may_refresh(actor):
        raise PermissionDenied
    if Job.objects.open().filter(kind=JOB).exists():
        raise ValidationError(_("This is under way already."), "under_way")
    return start_job(actor=actor, kind=JOB)


@transaction.atomic
def keep_fresh(now: dt.datetime) -> Job | None:
    """The clock's part: start a run where the last one is an hour old or there is none."""
    fresh = FitRun.objects.finished().filter(as_of__gt=now - STALE_AFTER).exists()
    if fresh or Job.objects.open().filter(kind=JOB).exists():
        return None
    return start_job(actor=None, kind=JOB)
