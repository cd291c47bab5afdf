"""What the program says about itself, and when something is not as it should be."""

import pytest
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ifa_crm.shared import views
from ifa_crm.staff.models import User
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
}


@pytest.mark.parametrize("path", ["/accounts/login/", "/credits/", "/nope/", "/healthz"])
def test_every_answer_carries_the_policy(client: Client, path: str) -> None:
    header = client.get(path).headers["Content-Security-Policy"]
    assert {part.strip() for part in header.split(";")} == POLICY


@pytest.mark.parametrize("path", ["/accounts/login/", "/credits/", "/accessibility/", "/nope/"])
def test_pages_have_a_title_one_heading_a_skip_link_and_nothing_inline(
    client: Client, path: str
) -> None:
    page = client.get(path).content.decode()
    assert page.count("<h1") == 1
    assert 'class="skip" href="#main"' in page
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert "onclick" not in page
    assert "<title> ·" not in page


def test_health_needs_no_database(client: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert not queries.captured_queries


def test_ready_when_migrations_are_applied(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        views.MigrationExecutor, "migration_plan", lambda self, targets: [("one", False)]
    )
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"1 migrations are not applied\n")


def test_not_ready_without_a_database_and_no_secret_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise DatabaseError("password authentication failed for user secret")

    monkeypatch.setattr(views.MigrationExecutor, "__init__", fail)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"the database cannot be reached\n")


def test_what_is_not_there_is_said_on_a_designed_page(adviser: User, as_user: SignIn) -> None:
    answer = as_user(adviser).get("/nope/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert "Main" in answer.content.decode(), "with the navigation around it"


def test_what_is_not_allowed_is_said_on_a_designed_page(adviser: User, as_user: SignIn) -> None:
    answer = as_user(adviser).get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "This is not open to you" in answer.content.decode()


def test_an_old_form_is_told_to_load_again(adviser: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(adviser)
    answer = client.post("/profile/", {})
    assert answer.status_code == 403
    assert "This form is out of date" in answer.content.decode()


def test_a_failure_has_a_page_that_needs_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        answer = views.server_error(HttpRequest())
    assert answer.status_code == 500
    assert b"Something went wrong" in answer.content
    assert not queries.captured_queries


def test_a_failure_of_the_templates_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> str:
        raise ValueError(name)

    monkeypatch.setattr(views, "render_to_string", fail)
    assert b"Something went wrong" in views.server_error(HttpRequest()).content


def test_credits_name_the_sources(client: Client) -> None:
    page = client.get("/credits/").content.decode()
    for text in ("GeoNames", "CC BY 4.0", "Heroicons", "European Central Bank"):
        assert text in page


def test_accessibility_claims_nothing(client: Client) -> None:
    assert "not conformant" in client.get("/accessibility/").content.decode()
