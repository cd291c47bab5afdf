"""A job from its start to each of its ends."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from ifa_crm.staff.models import Office, User
from ifa_crm.work.choices import JobState
from ifa_crm.work.models import Job
from ifa_crm.work.running import CancelledError, JobRun, LeaseLostError
from ifa_crm.work.services import jobs
from ifa_crm.work.tasks import attempt, run_job

pytestmark = pytest.mark.django_db
LONG_AGO = dt.timedelta(hours=1)


def started(actor: User | None = None, count: int = 3) -> Job:
    return jobs.start_job(
        actor=actor, kind="make-offices", arguments={"name": "Job", "count": count}
    )


def begun(actor: User | None = None, count: int = 3) -> Job:
    job = jobs.begin(started(actor, count).pk)
    assert job is not None
    return job


def one_stage(job: Job) -> None:
    with JobRun(job).stage() as stage:
        stage.cursor["at"], stage.done, stage.total = 1, 1, 3


def test_job_is_queued_with_its_task(adviser: User) -> None:
    job = started(adviser)
    assert (job.state, job.started_by) == (JobState.QUEUED, adviser)
    assert DBTaskResult.objects.ready().get().args_kwargs["args"] == [job.pk]


def test_unknown_kind_is_never_queued() -> None:
    with pytest.raises(ValueError, match="nothing-such"):
        jobs.start_job(actor=None, kind="nothing-such")


def test_job_that_is_rolled_back_was_never_started() -> None:
    with transaction.atomic():
        started()
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_worker_does_what_waits() -> None:
    job = started()
    call_command("worker", once=True, interval=0)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.attempts) == (JobState.DONE, 3, 3, 1)
    assert job.ended_at is not None
    assert Office.objects.filter(city__startswith="Job ").count() == 3
    assert DBTaskResult.objects.successful().count() == 1


@pytest.mark.django_db(transaction=True)
def test_worker_that_was_only_slow_lives_on() -> None:
    job = jobs.start_job(actor=None, kind="dawdle", arguments={"name": "Slow"})
    call_command("worker", once=True, interval=0)
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.DONE, "")
    assert Office.objects.filter(city="Slow 0").count() == 1


def test_second_task_of_the_same_job_does_nothing() -> None:
    job = started()
    run_job.call(job.pk)
    run_job.call(job.pk)
    assert Office.objects.filter(city__startswith="Job ").count() == 3


def test_attempt_goes_on_where_the_last_one_stopped() -> None:
    job = begun()
    one_stage(job)
    Job.objects.update(heartbeat_at=timezone.now() - LONG_AGO)
    assert jobs.take_back_lost(timezone.now()) == 1
    run_job.call(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    made = Office.objects.filter(city__startswith="Job ").order_by("city")
    assert [office.city for office in made] == ["Job 1", "Job 2"]


def test_job_whose_worker_is_heard_of_is_left_alone() -> None:
    begun()
    assert jobs.take_back_lost(timezone.now()) == 0


def test_attempts_are_counted_from_the_last_progress() -> None:
    job = begun()
    Job.objects.update(attempts=3)
    one_stage(job)
    job.refresh_from_db()
    assert job.attempts == 1


def test_lost_three_times_in_one_place_is_failed() -> None:
    job = started()
    for _attempt in range(3):
        assert jobs.begin(job.pk) is not None
        Job.objects.update(heartbeat_at=timezone.now() - LONG_AGO)
        jobs.take_back_lost(timezone.now())
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 3)
    assert "the worker was stopped" in job.error
    assert not DBTaskResult.objects.ready().exists()


def test_queued_job_without_its_task_is_queued_again() -> None:
    """A worker was killed between taking the task and taking the job."""
    job = started()
    DBTaskResult.objects.all().delete()
    assert jobs.take_back_lost(timezone.now()) == 0, "it may just be on its way"
    Job.objects.update(queued_at=timezone.now() - LONG_AGO)
    assert jobs.take_back_lost(timezone.now()) == 1
    run_job.call(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 1)


def test_queued_job_with_its_task_only_waits() -> None:
    started()
    Job.objects.update(queued_at=timezone.now() - LONG_AGO)
    assert jobs.take_back_lost(timezone.now()) == 0
    assert DBTaskResult.objects.count() == 1


def test_worker_thought_dead_writes_nothing_more() -> None:
    slow = begun()
    Job.objects.update(heartbeat_at=timezone.now() - LONG_AGO)
    jobs.take_back_lost(timezone.now())
    quick = jobs.begin(slow.pk)
    assert quick is not None
    with pytest.raises(LeaseLostError), JobRun(slow).stage():
        pytest.fail("the stage must not begin")
    assert jobs.finish(slow) is None
    assert jobs.break_off(slow, "x") is None
    slow.refresh_from_db()
    assert (slow.state, slow.lease) == (JobState.RUNNING, quick.lease)


def test_refusal_is_told_as_it_is_and_not_tried_again() -> None:
    job = jobs.start_job(actor=None, kind="refuse")
    run_job.call(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "There is nothing to do it with.")


def test_job_speaks_the_language_of_whoever_started_it(adviser: User) -> None:
    adviser.language = "fr"
    adviser.save()
    job = started(adviser)
    Job.objects.update(kind="gone")
    run_job.call(job.pk)
    job.refresh_from_db()
    assert job.error == "Cette version ne connaît aucune tâche « gone »."


def test_error_is_tried_three_times_with_pauses() -> None:
    job = jobs.start_job(actor=None, kind="break-off")
    waits = []
    for _attempt in range(3):
        run_job.call(job.pk)
        job.refresh_from_db()
        waits.append(job.not_before and job.not_before - job.queued_at)
    assert waits[:2] == [dt.timedelta(seconds=10), dt.timedelta(minutes=1)]
    assert (job.state, job.attempts) == (JobState.FAILED, 3)
    assert "RuntimeError: a wire is loose" in job.error


def test_job_of_a_kind_that_is_gone_fails_with_a_sentence() -> None:
    job = begun()
    job.kind = "gone"
    job.save()
    attempt(job)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "gone" in job.error


def test_waiting_job_is_cancelled_at_once(adviser: User) -> None:
    job = jobs.cancel(actor=adviser, job=started(adviser))
    assert (job.state, jobs.begin(job.pk)) == (JobState.CANCELLED, None)


def test_running_job_stops_before_its_next_stage(adviser: User) -> None:
    job = begun(adviser)
    jobs.cancel(actor=adviser, job=job)
    with pytest.raises(CancelledError), JobRun(job).stage():
        pytest.fail("the stage must not begin")
    attempt(job)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert not Office.objects.filter(city__startswith="Job ").exists()


def test_lost_job_that_was_to_stop_is_cancelled(adviser: User) -> None:
    job = jobs.cancel(actor=adviser, job=begun(adviser))
    Job.objects.update(heartbeat_at=timezone.now() - LONG_AGO)
    jobs.take_back_lost(timezone.now())
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_ended_job_cannot_be_cancelled(adviser: User) -> None:
    job = started(adviser)
    run_job.call(job.pk)
    with pytest.raises(ValidationError, match="ended"):
        jobs.cancel(actor=adviser, job=job)


@pytest.mark.parametrize("act", [jobs.cancel, jobs.retry])
def test_job_of_somebody_else_is_left_alone(adviser: User, colleague: User, act: object) -> None:
    assert callable(act)
    with pytest.raises(PermissionDenied):
        act(actor=colleague, job=started(adviser))


def test_failed_job_is_tried_again_from_where_it_stopped(adviser: User) -> None:
    job = begun(adviser)
    one_stage(job)
    jobs.refuse(job, "no")
    job = jobs.retry(actor=adviser, job=job)
    assert (job.state, job.attempts, job.error, job.cursor) == (JobState.QUEUED, 0, "", {"at": 1})
    run_job.call(job.pk)
    assert Office.objects.filter(city__startswith="Job ").count() == 2


def test_only_ended_jobs_are_tried_again(adviser: User) -> None:
    with pytest.raises(ValidationError, match="failed or was cancelled"):
        jobs.retry(actor=adviser, job=started(adviser))


def test_result_is_kept_under_a_random_name() -> None:
    job = jobs.start_job(actor=None, kind="give-a-file", arguments={"text": "three rows"})
    run_job.call(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result_name) == (JobState.DONE, "what came of it.txt")
    assert "what" not in job.result.name
    with job.result.open() as file:
        assert file.read() == b"three rows"


def test_old_jobs_go_with_their_files() -> None:
    job = jobs.start_job(actor=None, kind="give-a-file", arguments={"text": "x"})
    run_job.call(job.pk)
    job.refresh_from_db()
    kept, storage = started(), job.result.storage
    now = timezone.now() + dt.timedelta(days=91)
    assert jobs.forget_old(now) == 1
    assert not storage.exists(job.result.name)
    assert Job.objects.get() == kept


@pytest.mark.parametrize(
    "wrong",
    [
        {"done": 4, "total": 3},
        {"ended_at": timezone.now()},
        {"state": JobState.DONE},
        {"state": JobState.RUNNING},
        {"state": JobState.FAILED, "ended_at": timezone.now()},
    ],
)
def test_row_that_contradicts_itself_is_refused(wrong: dict[str, object]) -> None:
    job = started()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**wrong)


def test_own_jobs_are_seen_and_administrators_see_all(
    adviser: User, colleague: User, administrator: User
) -> None:
    mine = started(adviser)
    by_the_clock = started(None)
    assert list(Job.objects.visible_to(adviser)) == [mine]
    assert list(Job.objects.visible_to(colleague)) == []
    assert set(Job.objects.visible_to(administrator)) == {mine, by_the_clock}
