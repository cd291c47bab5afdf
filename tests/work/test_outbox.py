"""Mail against a real server that refuses, stalls, drops and greylists, and workers that die."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.work.choices import MailState
from ifa_crm.work.models import Mail
from ifa_crm.work.services import outbox
from tests import make
from tests.conftest import SignIn
from tests.work.mail_server import Handler, MailServer, wait_for
from tests.work.test_killed import ROOT, database_url

pytestmark = pytest.mark.django_db
BACKEND = "ifa_crm.work.mail_backend.OutboxBackend"
LONG_AGO = dt.timedelta(hours=1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def server(settings: Any) -> Iterator[Handler]:
    """A mail server, and settings that lead to it."""
    handler, port = Handler(), _free_port()
    settings.EMAIL_BACKEND, settings.MAIL_LEAVES = BACKEND, True
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 1
    running = MailServer(handler, hostname="127.0.0.1", port=port)
    running.start()
    yield handler
    running.stop()


def written(
    subject: str = "Hello", *, about: str = "", to: tuple[str, ...] = ("a@x.example",)
) -> Mail:
    mail = outbox.queue_mail(message=EmailMessage(subject, "A text", to=list(to)), about=about)
    assert mail is not None
    return mail


def after(mail: Mail) -> Mail:
    mail.refresh_from_db()
    return mail


# --- Written ------------------------------------------------------------------------------


def test_mail_is_rolled_back_with_its_act(server: Handler) -> None:
    with transaction.atomic():
        written()
        transaction.set_rollback(True)
    assert not Mail.objects.exists()


def test_message_is_fixed_when_it_is_written(server: Handler) -> None:
    message = EmailMultiAlternatives("Grüße, été", ".\n..dots\nlast", to=["a@x.example"])
    message.attach_alternative("BEGIN:VCALENDAR", "text/calendar; method=CANCEL; charset=utf-8")
    mail = outbox.queue_mail(message=message)
    assert mail is not None
    assert outbox.send_due() == 1
    [raw] = server.raw
    assert b"method=CANCEL" in raw or b'method="CANCEL"' in raw
    assert f"Message-ID: {mail.message_id}".encode() in raw
    assert _lines(raw) == _lines(bytes(after(mail).raw)), "dots are doubled on the way only"


def _lines(raw: bytes) -> list[bytes]:
    return raw.strip().splitlines()


def test_mail_of_libraries_goes_through_the_outbox(server: Handler) -> None:
    assert send_mail("Hi", "text", None, ["a@x.example"]) == 1
    assert send_mail("To nobody", "text", None, []) == 0
    mail = Mail.objects.get()
    assert (mail.state, mail.is_secret, mail.about) == (MailState.QUEUED, True, "to:a@x.example")


def test_forgotten_password_goes_through_the_outbox(server: Handler, client: Client) -> None:
    make.user(username="aiko", email="aiko@x.example")
    client.post("/accounts/password/reset/", {"email": "aiko@x.example"})
    client.post("/accounts/password/reset/", {"email": "nobody@x.example"})
    assert [mail.recipients for mail in Mail.objects.all()] == [["aiko@x.example"]]
    assert outbox.send_due() == 1
    assert list(server.delivered.values()) == [1]


def test_demo_keeps_its_mail(server: Handler, settings: Any) -> None:
    settings.MAIL_LEAVES = False
    mail = written()
    assert (mail.state, outbox.send_due()) == (MailState.KEPT, 0)
    assert not server.delivered


# --- Sent -----------------------------------------------------------------------------------


def test_mail_is_sent_once(server: Handler) -> None:
    mail = written(to=("a@x.example", "b@x.example"))
    assert [outbox.send_due(), outbox.send_due()] == [1, 0]
    assert (after(mail).state, mail.left, mail.error) == (MailState.SENT, [], "")
    assert sorted(server.delivered.values()) == [1, 1]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "DOT"])
def test_refused_for_good_is_given_up_with_the_servers_words(server: Handler, step: str) -> None:
    server.says[step] = ["550 no such person here"]
    mail = written()
    outbox.send_due()
    assert after(mail).state == MailState.GIVEN_UP
    assert "550 no such person here" in mail.error


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "DOT"])
def test_greylisted_mail_comes_again_after_a_pause(server: Handler, step: str) -> None:
    server.says[step] = ["451 try again later"]
    mail = written()
    before = timezone.now()
    outbox.send_due()
    assert (after(mail).state, mail.attempts) == (MailState.QUEUED, 1)
    assert mail.next_attempt_at - before >= dt.timedelta(minutes=1)
    assert outbox.send_due() == 0, "not before its time"
    Mail.objects.update(next_attempt_at=timezone.now())
    outbox.send_due()
    assert after(mail).state == MailState.SENT
    assert list(server.delivered.values()) == [1]


def test_pauses_grow_and_end_after_two_days(server: Handler) -> None:
    server.says["MAIL"] = ["451 no"] * 9
    mail, pauses = written(), []
    for _attempt in range(6):
        now = timezone.now()
        outbox.send_due()
        pauses.append(round((after(mail).next_attempt_at - now) / dt.timedelta(minutes=1)))
        Mail.objects.update(next_attempt_at=timezone.now())
    assert pauses == [1, 5, 15, 60, 240, 240]
    Mail.objects.update(queued_at=timezone.now() - dt.timedelta(days=3))
    outbox.send_due()
    assert after(mail).state == MailState.GIVEN_UP
    assert "451 no" in mail.error


def test_no_server_at_all_is_tried_again(server: Handler, settings: Any) -> None:
    settings.EMAIL_PORT = _free_port()
    mail = written()
    outbox.send_due()
    assert after(mail).state == MailState.QUEUED
    assert "refused" in mail.error.lower()


def test_dropped_before_the_text_is_tried_again(server: Handler) -> None:
    server.says["DATA"] = ["drop"]
    mail = written()
    outbox.send_due()
    assert after(mail).state == MailState.QUEUED


@pytest.mark.parametrize("drop", ["drop", "deliver and drop"])
def test_dropped_after_the_text_is_in_doubt(server: Handler, drop: str) -> None:
    server.says["DOT"] = [drop]
    mail = written()
    outbox.send_due()
    assert after(mail).state == MailState.UNKNOWN
    assert outbox.send_due() == 0, "nothing is repeated by itself"


def test_server_that_stalls_after_the_text_leaves_it_in_doubt(
    server: Handler, settings: Any
) -> None:
    server.linger, settings.JOB_LAPSE_SECONDS = 3, 2
    mail = written()
    outbox.send_due()
    assert after(mail).state == MailState.UNKNOWN
    assert list(server.delivered.values()) == [1]


def test_one_of_two_recipients_is_refused(server: Handler) -> None:
    server.says["RCPT"] = ["550 unknown"]
    mail = written(to=("bad@x.example", "good@x.example"))
    outbox.send_due()
    assert after(mail).state == MailState.SENT
    assert "bad@x.example: 550 unknown" in mail.error
    assert [key.split()[1] for key in server.delivered] == ["good@x.example"]


def test_only_the_greylisted_recipient_gets_it_later(server: Handler) -> None:
    server.says["RCPT"] = ["451 later"]
    mail = written(to=("slow@x.example", "quick@x.example"))
    outbox.send_due()
    assert (after(mail).state, mail.left) == (MailState.QUEUED, ["slow@x.example"])
    Mail.objects.update(next_attempt_at=timezone.now())
    outbox.send_due()
    assert after(mail).state == MailState.SENT
    assert sorted(key.split()[1] for key in server.delivered) == [
        "quick@x.example",
        "slow@x.example",
    ]
    assert set(server.delivered.values()) == {1}


def test_later_mail_about_the_same_does_not_overtake(server: Handler) -> None:
    server.says["MAIL"] = ["451 later"]
    written("request", about="meeting:1")
    written("cancel", about="meeting:1")
    written("other", about="meeting:2")
    while outbox.send_due():
        pass
    assert server.subjects == ["other"]
    Mail.objects.update(next_attempt_at=timezone.now())
    while outbox.send_due():
        pass
    assert server.subjects == ["other", "request", "cancel"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_mail_once(server: Handler) -> None:
    for number in range(20):
        written(f"m{number}", about=f"about {number}")
    start, workers = Barrier(2), 2

    def work() -> None:
        start.wait()
        while outbox.send_due() or Mail.objects.filter(state=MailState.QUEUED).exists():
            pass
        connection.close()

    threads = [Thread(target=work) for _each in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(server.delivered) == 20
    assert set(server.delivered.values()) == {1}


# --- The worker is killed -------------------------------------------------------------------

SENDER = """
import django; django.setup()
from ifa_crm.work.services import outbox
outbox.send_due()
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("stalls_at", "becomes"),
    [("MAIL", MailState.QUEUED), ("DATA", MailState.QUEUED), ("DOT", MailState.UNKNOWN)],
)
def test_killed_worker_loses_and_repeats_nothing(
    server: Handler, settings: Any, stalls_at: str, becomes: str
) -> None:
    """Killed while the server thinks at a step: sent again only if it cannot have the mail."""
    mail = written()
    reached = _stall(server, stalls_at)
    env = os.environ | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "ifa_crm.settings",
        "IFA_MODE": "development",
        "EMAIL_URL": f"smtp://127.0.0.1:{settings.EMAIL_PORT}",
    }
    worker = subprocess.Popen([sys.executable, "-c", SENDER], cwd=ROOT, env=env)
    wait_for(reached)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert outbox.take_back_lapsed(timezone.now()) == 0, "it may be alive"
    assert outbox.take_back_lapsed(timezone.now() + LONG_AGO) == 1
    assert after(mail).state == becomes
    server.linger, server.stall = 0, ""
    Mail.objects.update(next_attempt_at=timezone.now())
    outbox.send_due()
    assert list(server.delivered.values()) == [1], "once, and not lost"


def _stall(server: Handler, step: str) -> Callable[[], bool]:
    if step == "DOT":
        server.linger = 30
        return lambda: bool(server.delivered)
    server.stall = step
    return lambda: bool(server.reached[step])


# --- Decided by people ----------------------------------------------------------------------


def in_doubt(subject: str = "Hello", about: str = "a") -> Mail:
    mail = written(subject, about=about)
    Mail.objects.filter(pk=mail.pk).update(state=MailState.UNKNOWN, ended_at=timezone.now())
    return after(mail)


def test_mail_in_doubt_is_sent_again_or_noted(server: Handler, administrator: User) -> None:
    first, second, third = in_doubt(about="a"), in_doubt(about="b"), in_doubt(about="c")
    assert outbox.send_again(actor=administrator, mail=first).state == MailState.QUEUED
    assert outbox.note_arrived(actor=administrator, mail=second).state == MailState.SENT
    assert outbox.give_up(actor=administrator, mail=third).state == MailState.GIVEN_UP
    outbox.send_due()
    assert after(first).state == MailState.SENT


def test_earlier_mail_is_not_sent_after_a_later_one(server: Handler, administrator: User) -> None:
    request = in_doubt("request")
    written("cancel", about="a")
    outbox.send_due()
    assert server.subjects == ["cancel"]
    with pytest.raises(ValidationError, match="later mail"):
        outbox.send_again(actor=administrator, mail=request)


@pytest.mark.parametrize("act", [outbox.send_again, outbox.note_arrived, outbox.give_up])
def test_only_administrators_decide_and_only_what_is_open(
    server: Handler, manager: User, administrator: User, act: Callable[..., Mail]
) -> None:
    with pytest.raises(PermissionDenied):
        act(actor=manager, mail=in_doubt())
    sent = written(about="z")
    outbox.send_due()
    with pytest.raises(ValidationError):
        act(actor=administrator, mail=sent)


def test_row_that_contradicts_itself_is_refused(server: Handler) -> None:
    mail = written()
    for wrong in ({"state": "sending"}, {"ended_at": timezone.now()}, {"state": "sent"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Mail.objects.filter(pk=mail.pk).update(**wrong)


def test_old_mail_is_forgotten(server: Handler) -> None:
    written()
    outbox.send_due()
    waiting = written("waits")
    assert outbox.forget_old(timezone.now() + dt.timedelta(days=91)) == 1
    assert Mail.objects.get() == waiting


# --- Pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["", "send-again/", "arrived/", "give-up/", "part/0/"])
def test_outbox_is_for_administrators(manager: User, as_user: SignIn, act: str) -> None:
    mail = in_doubt()
    for method in (as_user(manager).get, as_user(manager).post):
        assert method(f"{mail.get_absolute_url()}{act}").status_code in {403, 405}
    assert as_user(manager).get("/outbox/").status_code == 403
    assert after(mail).state == MailState.UNKNOWN


def test_text_of_a_secret_mail_is_shown_in_the_demo_only(
    administrator: User, as_user: SignIn, settings: Any
) -> None:
    mail, client = in_doubt(), as_user(administrator)
    assert "A text" not in client.get(mail.get_absolute_url()).content.decode()
    assert client.get(f"{mail.get_absolute_url()}part/0/").status_code == 404
    settings.DEMO = True
    assert "A text" in client.get(mail.get_absolute_url()).content.decode()
    answer = client.get(f"{mail.get_absolute_url()}part/0/")
    assert answer.getvalue().strip() == b"A text"
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_html_of_a_mail_is_shown_as_text(
    administrator: User, as_user: SignIn, settings: Any
) -> None:
    settings.DEMO = True
    message = EmailMultiAlternatives("Hi", "plain", to=["a@x.example"])
    message.attach_alternative("<script>alert(1)</script>", "text/html")
    mail = outbox.queue_mail(message=message)
    assert mail is not None
    page = as_user(administrator).get(mail.get_absolute_url()).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page


def test_decisions_ask_first(administrator: User, as_user: SignIn) -> None:
    mail, client = in_doubt(), as_user(administrator)
    address = f"{mail.get_absolute_url()}arrived/"
    assert client.get(address).status_code == 200
    assert after(mail).state == MailState.UNKNOWN
    assert client.post(address).status_code == 302
    assert after(mail).state == MailState.SENT
    assert client.post(address).status_code == 422


def test_today_asks_administrators_to_decide(administrator: User, as_user: SignIn) -> None:
    client = as_user(administrator)
    assert "may not have" not in client.get("/").content.decode()
    mail = in_doubt()
    assert mail.get_absolute_url() in client.get("/").content.decode()


@pytest.mark.parametrize("rows", [1, 20])
def test_list_costs_the_same_with_many_rows(
    administrator: User, as_user: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    for number in range(rows):
        written(f"m{number}")
    client = as_user(administrator)
    with django_assert_num_queries(5):
        client.get("/outbox/")
