"""Sign-in: who gets in, how often one may try, when a session ends."""

import datetime as dt
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from pytest_django import Settings

from ifa_crm.staff.middleware import NOTED_EVERY, SEEN
from ifa_crm.staff.models import User
from ifa_crm.staff.services import open_demo_accounts
from tests import make
from tests.conftest import SignIn

PASSWORD = "a long enough passphrase"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_count_from_another_test() -> None:
    cache.clear()


@pytest.fixture
def person() -> User:
    user = make.user(username="aiko", email="aiko@example.org")
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(client: Client, login: str, password: str = PASSWORD) -> bool:
    client.post("/accounts/login/", {"login": login, "password": password})
    return "_auth_user_id" in client.session


# --- who gets in -----------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["aiko", "aiko@example.org", "AIKO@EXAMPLE.ORG"])
def test_user_name_or_email_signs_in(person: User, client: Client, login: str) -> None:
    assert sign_in(client, login)


def test_passwords_are_kept_with_argon2(person: User) -> None:
    assert identify_hasher(person.password).algorithm == "argon2"


@pytest.mark.parametrize(
    ("login", "password"), [("aiko", "wrong"), ("nobody", PASSWORD), ("", ""), ("aiko", "")]
)
def test_others_stay_out_and_learn_nothing(
    person: User, client: Client, login: str, password: str
) -> None:
    answer = client.post("/accounts/login/", {"login": login, "password": password})
    assert "_auth_user_id" not in client.session
    assert "inactive" not in answer.content.decode()


def test_one_who_left_stays_out(person: User, client: Client) -> None:
    person.is_active = False
    person.save()
    assert not sign_in(client, "aiko")


def test_one_who_leaves_is_out_at_once(person: User, as_user: SignIn) -> None:
    client = as_user(person)
    assert client.get("/profile/").status_code == 200
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert client.get("/profile/").status_code == 302


def test_every_page_asks_to_sign_in(client: Client) -> None:
    answer = client.get("/profile/")
    assert answer.headers["Location"] == "/accounts/login/?next=/profile/"


def test_sign_in_leads_back_to_the_page_and_nowhere_else(person: User, client: Client) -> None:
    data = {"login": "aiko", "password": PASSWORD}
    answer = client.post("/accounts/login/?next=/profile/", data | {"next": "/profile/"})
    assert answer.headers["Location"] == "/profile/"
    answer = Client().post("/accounts/login/", data | {"next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_confirm_email"])
def test_nobody_registers_themselves(name: str, client: Client) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)
    assert client.get("/accounts/signup/").status_code == 404
    assert client.post("/accounts/signup/", {"username": "x"}).status_code == 404
    assert "signup" not in client.get("/accounts/login/").content.decode()


# --- demo accounts ---------------------------------------------------------------------------


def test_demo_accounts_open_in_a_demo_only(client: Client, settings: Settings) -> None:
    for name in ("adviser", "manager", "somebody"):
        make.user(username=name)
    with pytest.raises(CommandError):
        call_command("open_demo_accounts")
    assert not sign_in(client, "adviser", "demo")

    settings.DEMO = True
    call_command("open_demo_accounts")
    assert sign_in(client, "adviser", "demo")
    assert not sign_in(Client(), "somebody", "demo")


def test_a_copied_demo_lets_nobody_into_production(client: Client, settings: Settings) -> None:
    make.user(username="manager")
    settings.DEMO = True
    open_demo_accounts()
    assert sign_in(client, "manager", "demo")
    assert client.get("/profile/").status_code == 200

    settings.DEMO = False
    assert client.get("/profile/").status_code == 302, "not with an open session"
    assert not sign_in(Client(), "manager", "demo"), "not with the password"
    user = User.objects.get(username="manager")
    user.set_password(PASSWORD)
    user.save()
    assert not sign_in(Client(), "manager"), "not with another password"


def test_demo_accounts_get_no_reset_mail_in_production(client: Client, settings: Settings) -> None:
    user = make.user(username="desk")
    settings.DEMO = True
    open_demo_accounts()
    settings.DEMO = False
    client.post("/accounts/password/reset/", {"email": user.email})
    links = re.findall(r"https?://\S+/key/\S+", "".join(str(m.body) for m in mail.outbox))
    for link in links:
        page = client.get(link, follow=True)
        client.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert not sign_in(Client(), "desk")


# --- how often -------------------------------------------------------------------------------


def test_after_five_failures_the_account_must_wait(person: User, client: Client) -> None:
    for _ in range(5):
        assert not sign_in(client, "aiko", "wrong")
    answer = client.post("/accounts/login/", {"login": "aiko", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert "Too many failed login attempts" in answer.content.decode()


def test_a_guesser_of_reset_links_gets_the_designed_429(client: Client) -> None:
    answers = [
        client.post("/accounts/password/reset/", {"email": f"a{n}@example.org"}) for n in range(25)
    ]
    assert answers[-1].status_code == 429
    assert "Too many attempts" in answers[-1].content.decode()


ATTEMPTS = """
import sys, django
django.setup()
from django.db import connection
from django.test import Client
connection.settings_dict["NAME"] = sys.argv[1]
visitor = Client(SERVER_NAME="127.0.0.1")
for _ in range(3):
    answer = visitor.post("/accounts/login/", {"login": "aiko", "password": "wrong"})
    print(answer.status_code, "Too many" in answer.content.decode())
"""


@pytest.mark.django_db(transaction=True)
def test_failures_of_two_processes_add_up(person: User, tmp_path: Path) -> None:
    """Workers share the count: the limit of five comes with the second failure of the second."""
    script = tmp_path / "attempts.py"
    script.write_text(ATTEMPTS)
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONPATH": os.getcwd()}
    command = [sys.executable, str(script), str(connection.settings_dict["NAME"])]
    said = [subprocess.check_output(command, env=env, text=True).split("\n") for _ in range(2)]
    assert said == [["200 False"] * 3 + [""], ["200 False", "200 False", "200 True", ""]]
    here = Client(SERVER_NAME="127.0.0.1")
    assert not sign_in(here, "aiko"), "and holds in this process, too"


# --- passwords -------------------------------------------------------------------------------


def test_a_forgotten_password_is_set_anew_by_mail(person: User, client: Client) -> None:
    answer = client.post("/accounts/password/reset/", {"email": "aiko@example.org"}, follow=True)
    assert "Look into your mail" in answer.content.decode()
    [message] = mail.outbox
    assert "\n" not in message.subject
    link = re.search(r"http://testserver(\S+)", str(message.body))
    assert link
    page = client.get(link[1], follow=True)
    assert page.status_code == 200
    target = page.redirect_chain[-1][0]
    client.post(
        target, {"password1": "a new good passphrase", "password2": "a new good passphrase"}
    )
    assert sign_in(Client(), "aiko", "a new good passphrase")
    assert "does not work any more" in Client().get(link[1], follow=True).content.decode()


def test_an_unknown_address_sees_the_same_page(client: Client) -> None:
    answer = client.post("/accounts/password/reset/", {"email": "x@example.org"}, follow=True)
    assert "Look into your mail" in answer.content.decode()


@pytest.mark.parametrize("new", ["short", "123456789012345", "password1234"])
def test_weak_passwords_are_refused(person: User, as_user: SignIn, new: str) -> None:
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    as_user(person).post("/accounts/password/change/", data)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_password_is_changed_and_the_session_stays(person: User, as_user: SignIn) -> None:
    client = as_user(person)
    new = "another good passphrase"
    data = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", data).status_code == 302
    person.refresh_from_db()
    assert person.check_password(new)
    assert client.get("/profile/").status_code == 200


# --- sessions --------------------------------------------------------------------------------


def test_a_session_ends_with_the_browser_and_after_twelve_idle_hours(
    person: User, client: Client
) -> None:
    assert sign_in(client, "aiko")
    cookie = client.cookies["sessionid"]
    assert cookie["max-age"] == ""
    assert cookie["httponly"]
    left = Session.objects.get().expire_date - timezone.now()
    assert 11.9 < left.total_seconds() / 3600 <= 12


def test_work_moves_the_end_of_a_session_on_but_not_at_each_request(
    person: User, client: Client
) -> None:
    sign_in(client, "aiko")
    first = Session.objects.get().expire_date
    client.get("/profile/")
    assert Session.objects.get().expire_date == first

    session = client.session
    session[SEEN] = int(time.time()) - NOTED_EVERY - 1
    session.save()
    Session.objects.update(expire_date=first - dt.timedelta(hours=6))
    client.get("/profile/")
    assert Session.objects.get().expire_date >= first


def test_a_session_that_was_idle_too_long_is_over(person: User, client: Client) -> None:
    sign_in(client, "aiko")
    Session.objects.update(expire_date=timezone.now())
    assert client.get("/profile/").status_code == 302


def test_sign_out_needs_a_post_and_ends_the_session(person: User, client: Client) -> None:
    sign_in(client, "aiko")
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session
    assert not Session.objects.filter(expire_date__gt=timezone.now()).exclude(
        session_key=client.session.session_key
    )
