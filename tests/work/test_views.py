"""The pages of jobs: whose they are, what they offer."""

import pytest
from django.test import Client
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.work.choices import JobState
from ifa_crm.work.models import Beat, Job
from ifa_crm.work.services import jobs
from ifa_crm.work.tasks import run_job
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
LIST_QUERIES = 6
ACTS = ("", "cancel/", "retry/", "result/")


def started(actor: User | None, text: str = "x") -> Job:
    return jobs.start_job(actor=actor, kind="give-a-file", arguments={"text": text})


@pytest.mark.parametrize("act", ACTS)
def test_job_of_somebody_else_is_not_there(
    adviser: User, colleague: User, as_user: SignIn, act: str
) -> None:
    address = f"{started(adviser).get_absolute_url()}{act}"
    for method in (as_user(colleague).get, as_user(colleague).post):
        assert method(address).status_code in {404, 405}
    assert Job.objects.get().state == JobState.QUEUED


def test_administrator_sees_whose_job_it_is(
    adviser: User, administrator: User, as_user: SignIn
) -> None:
    job = started(adviser)
    page = as_user(administrator).get("/jobs/").content.decode()
    assert str(adviser) in page
    assert job.get_absolute_url() in page
    assert job.get_absolute_url() not in as_user(make.user()).get("/jobs/").content.decode()


def test_open_job_asks_again_and_an_ended_one_does_not(adviser: User, as_user: SignIn) -> None:
    job, client = started(adviser), as_user(adviser)
    assert "every 2s" in client.get(job.get_absolute_url()).content.decode()
    part = client.get(job.get_absolute_url(), headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert "every 2s" in part.content.decode()
    assert "HX-Request" in part.headers["Vary"]
    run_job.call(job.pk)
    page = client.get(job.get_absolute_url()).content.decode()
    assert "every 2s" not in page
    assert "what came of it.txt" in page


def test_result_is_given_to_keep(adviser: User, as_user: SignIn) -> None:
    job, client = started(adviser, text="<script>"), as_user(adviser)
    address = f"{job.get_absolute_url()}result/"
    assert client.get(address).status_code == 404, "there is none yet"
    run_job.call(job.pk)
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == b"<script>"  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_cancel_asks_first(adviser: User, as_user: SignIn) -> None:
    job, client = started(adviser), as_user(adviser)
    address = f"{job.get_absolute_url()}cancel/"
    assert client.get(address).status_code == 200
    assert Job.objects.get().state == JobState.QUEUED
    assert client.post(address).status_code == 302
    assert Job.objects.get().state == JobState.CANCELLED
    assert client.post(address).status_code == 422, "it has ended"


def test_failed_job_is_tried_again(adviser: User, as_user: SignIn) -> None:
    job, client = jobs.start_job(actor=adviser, kind="refuse"), as_user(adviser)
    run_job.call(job.pk)
    assert "There is nothing to do it with." in client.get(job.get_absolute_url()).content.decode()
    assert client.post(f"{job.get_absolute_url()}retry/").status_code == 302
    assert Job.objects.get().state == JobState.QUEUED


def test_administrator_makes_search_texts_anew(administrator: User, as_user: SignIn) -> None:
    investor = make.investor(name="Nestlé")
    type(investor).objects.filter(pk=investor.pk).update(search_text="wrong")
    client = as_user(administrator)
    assert client.get("/jobs/start/refold/").status_code == 200
    assert client.post("/jobs/start/refold/").status_code == 302
    assert client.post("/jobs/start/refold/").status_code == 422, "one at a time"
    job = Job.objects.get()
    run_job.call(job.pk)
    job.refresh_from_db()
    investor.refresh_from_db()
    assert (job.state, job.note) == (JobState.DONE, "1 put right")
    assert "nestle" in investor.search_text
    with job.result.open() as file:
        assert "investors.Investor.search_text,1" in file.read().decode("utf-8-sig")


@pytest.mark.parametrize("key", ["refold", "make-offices", "nothing"])
def test_only_offered_jobs_are_started_and_only_by_whom_they_are_for(
    manager: User, administrator: User, as_user: SignIn, key: str
) -> None:
    assert as_user(manager).post(f"/jobs/start/{key}/").status_code == 404
    if key != "refold":
        assert as_user(administrator).post(f"/jobs/start/{key}/").status_code == 404
    assert not Job.objects.exists()


@pytest.mark.parametrize("rows", [1, 20])
def test_list_costs_the_same_with_many_rows(
    administrator: User, as_user: SignIn, django_assert_num_queries: object, rows: int
) -> None:
    for _row in range(rows):
        started(administrator)
    client = as_user(administrator)
    with django_assert_num_queries(LIST_QUERIES):  # type: ignore[operator]
        client.get("/jobs/")


def test_ready_page_says_that_nothing_runs(client: Client) -> None:
    assert client.get("/readyz").content == b"ready\nworker: stopped\ntick: stopped\n"
    for name in ("worker", "tick"):
        Beat.objects.create(name=name, at=timezone.now())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (200, b"ready\n")


def test_today_tells_administrators_alone(
    administrator: User, manager: User, as_user: SignIn
) -> None:
    assert "The worker has never run" in as_user(administrator).get("/").content.decode()
    assert "The worker has" not in as_user(manager).get("/").content.decode()


def test_today_shows_administrators_what_failed(administrator: User, as_user: SignIn) -> None:
    job = jobs.start_job(actor=None, kind="refuse")
    assert job.get_absolute_url() not in as_user(administrator).get("/").content.decode()
    run_job.call(job.pk)
    page = as_user(administrator).get("/").content.decode()
    assert job.get_absolute_url() in page
    assert "There is nothing to do it with." in page
