"""The columns of numbers: what a run finds, that it is fit's own answer, and how it survives."""

import datetime as dt
from array import array
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clusters.models import ClusterSector, ClusterTopic
from ifa_crm.staff.models import User
from ifa_crm.work.choices import JobState
from ifa_crm.work.models import Job
from ifa_crm.work.running import JobRun
from ifa_crm.work.services import jobs
from investors import fit, tasks
from investors.choices import Mode
from investors.fit_columns import (
    KEYS,
    NEEDS,
    SCORES,
    Column,
    column_of,
    columns_in_turn,
    facts_in,
    last_run,
    needs_of,
    read_facts,
    row_now,
    tenths,
    unpacked,
    version_of,
    written,
)
from investors.fit_reading import need_of
from investors.match_page import CHUNKS, Walk
from investors.models import FitColumn, FitRun, Lead
from investors.services import fit_columns
from tests import make

pytestmark = pytest.mark.django_db


class World:
    """Three clusters, two topics, and leads of which two need the same."""

    def __init__(self) -> None:
        self.sensors, self.wood = make.topic(), make.topic()
        self.sector = make.sector()
        self.near, self.far, self.other = make.cluster(), make.cluster(), make.cluster()
        for cluster, topic in ((self.near, self.sensors), (self.far, self.wood)):
            ClusterTopic.objects.create(cluster=cluster, topic=topic)
        ClusterSector.objects.create(cluster=self.near, sector=self.sector)
        self.region = make.region()
        said = {"topics": [self.sensors], "sectors": [self.sector], "mode": Mode.JOIN}
        self.first = make.lead(**said)
        self.second = make.lead(**said)
        self.third = make.lead(topics=[self.wood], mode=Mode.START, preferred_regions=[self.region])
        self.silent = make.lead()


@pytest.fixture
def world(db: None) -> World:
    return World()


def by_hand(lead: Lead) -> dict[str, fit.Row]:
    facts = read_facts(timezone.localdate())
    return {row.key: row for row in fit.evaluate(need_of(lead), facts.clusters, facts.tables)}


def test_a_run_says_what_fit_says_of_each_lead(world: World) -> None:
    run = fit_columns.build_columns()
    found = {
        (column.cluster_id, lead): score
        for column in run.columns.all()
        for lead, score in zip(
            unpacked(KEYS, column.keys), unpacked(SCORES, column.scores), strict=True
        )
    }
    expected = {
        (cluster.pk, lead.pk): tenths(rows[cluster.slug].score)
        for lead in (world.first, world.second, world.third)
        for rows in [by_hand(lead)]
        for cluster in (world.near, world.far, world.other)
        if rows[cluster.slug].band != fit.NONE
    }
    assert found == expected
    assert (run.lead_count, run.evaluated_count) == (4, 2)
    assert by_hand(world.first)[world.near.slug].band == fit.STRONG


def test_a_lead_that_says_nothing_fits_nothing(world: World) -> None:
    run = fit_columns.build_columns()
    assert world.silent.pk not in unpacked(KEYS, run.keys)
    assert run == last_run()
    columns = dict(columns_in_turn(run))
    assert columns
    assert all(world.silent.pk not in column.keys for column in columns.values())


def test_the_best_stand_first_and_the_newest_of_equals(world: World) -> None:
    fit_columns.build_columns()
    column = column_of(world.near)
    assert column is not None
    assert list(column.keys[:2]) == [world.second.pk, world.first.pk]
    assert list(column.scores) == sorted(column.scores, reverse=True)


def test_bands_are_cut_where_fit_cuts_them() -> None:
    scores = array(SCORES, [900, 570, 569, 400, 399, 290])
    column = Column(array(KEYS, range(1, 7)), scores, FitRun())
    assert list(column.in_band(fit.STRONG)) == [1, 2]
    assert list(column.in_band(fit.POSSIBLE)) == [3, 4]
    assert list(column.in_band(fit.WEAK)) == [5, 6]
    assert list(column.from_band(fit.POSSIBLE)) == [1, 2, 3, 4]
    assert list(column.from_band()) == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("score", [28.999, 29, 39.9999, 40.0, 56.96, 56.9999999, 57.0, 100.0, 0.0])
def test_rounding_keeps_the_band(score: float) -> None:
    assert fit.band_of(tenths(score) / 10) == fit.band_of(score)


def test_needs_of_many_are_those_of_one(world: World) -> None:
    leads = [world.first, world.second, world.third, world.silent]
    found = needs_of({lead.pk: lead.mode for lead in leads})
    assert found == {lead.pk: need_of(lead) for lead in leads}


def test_needs_of_many_are_one_query(world: World, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        needs_of({lead.pk: lead.mode for lead in (world.first, world.second, world.third)})


def test_facts_come_back_as_they_were_written(world: World) -> None:
    make.seat(project=make.project(clusters=[world.near]))
    facts = read_facts(timezone.localdate())
    again = facts_in(written(facts))
    assert sorted(again.clusters, key=lambda c: c.key) == sorted(
        facts.clusters, key=lambda c: c.key
    )
    assert again.tables == facts.tables
    assert version_of(written(again)) == version_of(written(facts))


def test_the_version_changes_with_a_fact(world: World) -> None:
    before = fit_columns.build_columns().version
    assert fit_columns.build_columns().version == before
    ClusterTopic.objects.create(cluster=world.other, topic=world.wood)
    assert fit_columns.build_columns().version != before


# --- the next run --------------------------------------------------------------------------------


def test_the_next_run_evaluates_only_new_needs(world: World) -> None:
    fit_columns.build_columns()
    assert fit_columns.build_columns().evaluated_count == 0
    world.second.mode = Mode.START
    world.second.save()
    again = fit_columns.build_columns()
    assert again.evaluated_count == 1
    column = column_of(world.near)
    assert column is not None
    score = dict(zip(column.keys, column.scores, strict=True))[world.second.pk]
    assert score == tenths(by_hand(world.second)[world.near.slug].score)


def test_what_was_known_equals_what_is_evaluated_anew(world: World) -> None:
    fit_columns.build_columns()
    remembered = columns_now(fit_columns.build_columns())
    FitRun.objects.all().delete()
    assert columns_now(fit_columns.build_columns()) == remembered


def columns_now(run: FitRun) -> dict[int, tuple[bytes, bytes]]:
    return {
        column.cluster_id: (bytes(column.keys), bytes(column.scores))
        for column in run.columns.all()
    }


def test_a_changed_fact_evaluates_everything(world: World) -> None:
    fit_columns.build_columns()
    ClusterTopic.objects.create(cluster=world.other, topic=world.sensors)
    assert fit_columns.build_columns().evaluated_count == 2


def test_only_the_last_run_stays_and_an_unfinished_one_is_not_read(world: World) -> None:
    fit_columns.build_columns()
    done = fit_columns.build_columns()
    begun = fit_columns.begin_run()
    column = column_of(world.near)
    assert column is not None
    assert column.run == done
    assert set(FitRun.objects.all()) == {done, begun}


def test_archived_leads_are_left_out_and_closed_ones_kept(world: World) -> None:
    world.first.archive(actor=None, reason="A test")
    Lead.objects.filter(pk=world.second.pk).update(status="disqualified", disqualified_reason="x")
    fit_columns.build_columns()
    column = column_of(world.near)
    assert column is not None
    assert world.first.pk not in column.keys
    assert world.second.pk in column.keys


def test_columns_rest_on_open_facts_alone(world: World) -> None:
    """A seat of a hidden project moves no score: a column is read by everybody."""
    before = columns_now(fit_columns.build_columns())
    project = make.hidden(make.project(clusters=[world.near]))
    make.seat(project=project).topics.add(world.sensors)
    assert columns_now(fit_columns.build_columns()) == before
    project.restricted = False
    project.save()
    assert columns_now(fit_columns.build_columns()) != before


def test_a_row_that_is_shown_is_evaluated_as_it_is_now(world: World) -> None:
    run = fit_columns.build_columns()
    world.first.topics.set([world.wood])
    world.first.sectors.clear()
    need = needs_of({world.first.pk: world.first.mode})[world.first.pk]
    row = row_now(facts_in(run.facts), need, world.near.slug)
    assert row is not None
    assert row == by_hand(world.first)[world.near.slug]
    assert row_now(facts_in(run.facts), fit.Need(), world.near.slug) is None
    assert row_now(facts_in(run.facts), need, "no-such-cluster") is None


# --- the job -------------------------------------------------------------------------------------


def running() -> JobRun:
    job = jobs.begin(jobs.start_job(actor=None, kind=fit_columns.JOB).pk)
    assert job is not None
    return JobRun(job)


def test_the_job_does_what_a_run_does(world: World) -> None:
    run = running()
    tasks.run_fit_columns(run)
    by_job = FitRun.objects.finished().get()
    assert run.job.done == 4
    assert not by_job.columns.exclude(part=0).exists()
    found = columns_now(by_job)
    assert found == columns_now(fit_columns.build_columns())


def test_a_job_that_was_killed_goes_on_where_it_stopped(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fit_columns, "BATCH", 1)
    run = running()
    real, calls = fit_columns.evaluated, []

    def dies(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(fit_columns, "evaluated", dies)
    with pytest.raises(KeyboardInterrupt):
        tasks.run_fit_columns(run)
    assert not FitRun.objects.finished().exists()
    monkeypatch.setattr(fit_columns, "evaluated", real)
    job = Job.objects.get(pk=run.job.pk)
    tasks.run_fit_columns(JobRun(job))
    made = FitRun.objects.finished().get()
    assert made.lead_count == 4
    assert columns_now(made) == columns_now(fit_columns.build_columns())


def test_a_job_that_was_overtaken_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = running()
    with run.stage() as stage:
        stage.cursor["run"] = fit_columns.begin_run().pk
    newer = fit_columns.build_columns()
    tasks.run_fit_columns(run)
    assert list(FitRun.objects.all()) == [newer]


def test_the_clock_starts_a_run_when_the_last_is_an_hour_old(world: World) -> None:
    now = timezone.now()
    first = fit_columns.keep_fresh(now)
    assert first is not None
    assert fit_columns.keep_fresh(now) is None  # it is under way
    Job.objects.update(state=JobState.DONE, ended_at=now)
    run = fit_columns.build_columns()
    assert fit_columns.keep_fresh(run.as_of + dt.timedelta(minutes=59)) is None
    assert fit_columns.keep_fresh(run.as_of + dt.timedelta(minutes=61)) is not None


def test_desk_and_manager_start_a_run_and_nobody_a_second(
    world: World, desk: User, adviser: User
) -> None:
    with pytest.raises(PermissionDenied):
        fit_columns.refresh(actor=adviser)
    assert fit_columns.refresh(actor=desk).kind == fit_columns.JOB
    with pytest.raises(ValidationError) as refused:
        fit_columns.refresh(actor=desk)
    assert refused.value.code == "under_way"


# --- 100,000 leads -------------------------------------------------------------------------------


def test_the_first_page_of_100_000_asks_for_a_thousand_keys(world: World) -> None:
    """The column is in memory; the database is asked about its beginning only."""
    leads = [world.first.pk, world.second.pk, world.third.pk]
    others = range(10**7, 10**7 + 100_000 - len(leads))
    column = Column(array(KEYS, [*leads, *others]), array(SCORES, [900] * 100_000), FitRun())
    walk = Walk(Lead.objects.live(), column.from_band())
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert walk.first(2) == leads[:2]
    assert len(asked) == 1
    assert asked[0]["sql"].count(",") < CHUNKS[0] + 50
    with CaptureQueriesContext(connection) as asked:
        assert walk.first(51) == leads  # goes through all of them
    assert len(asked) == 4


def test_a_page_far_down_is_found(world: World) -> None:
    others = range(10**7, 10**7 + 40_000)
    walk = Walk(Lead.objects.live(), array(KEYS, [*others, world.first.pk]))
    assert walk.first(10) == [world.first.pk]


def test_a_column_holds_100_000_leads(world: World) -> None:
    """As it is kept: ten bytes a lead."""
    keys, scores = array(KEYS, range(1, 100_001)), array(SCORES, [1000] * 100_000)
    run = fit_columns.begin_run()
    run.columns.filter(cluster=world.near).update(keys=keys.tobytes(), scores=scores.tobytes())
    fit_columns.finish_run(run, 0)
    column = column_of(world.near)
    assert column is not None
    assert len(column.from_band(fit.STRONG)) == 100_000
    assert len(FitColumn.objects.get(cluster=world.near).keys) == 800_000
    assert NEEDS == "Q"
