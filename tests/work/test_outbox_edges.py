"""Mail of which a part went wrong: nobody gets it twice, and nobody is forgotten."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.work.choices import MailState
from ifa_crm.work.models import Mail
from ifa_crm.work.services import outbox
from tests.conftest import SignIn
from tests.work import test_outbox
from tests.work.mail_server import Handler
from tests.work.test_outbox import after, written

pytestmark = pytest.mark.django_db
server = test_outbox.server


def try_now() -> None:
    Mail.objects.update(next_attempt_at=timezone.now())
    outbox.send_due()


def reached(server: Handler) -> list[str]:
    return sorted(key.split()[1] for key in server.delivered.elements())


def test_who_waits_is_kept_when_the_text_is_refused_for_now(server: Handler) -> None:
    server.says = {"RCPT": ["451 later"], "DOT": ["451 busy"]}
    mail = written(to=("slow@x.example", "quick@x.example"))
    outbox.send_due()
    assert sorted(after(mail).left) == ["quick@x.example", "slow@x.example"]
    try_now()
    assert after(mail).state == MailState.SENT
    assert reached(server) == ["quick@x.example", "slow@x.example"]


def test_who_waits_is_kept_when_the_text_is_refused_for_good(server: Handler) -> None:
    server.says = {"RCPT": ["451 later"], "DOT": ["554 spam"]}
    mail = written(to=("slow@x.example", "quick@x.example"))
    outbox.send_due()
    assert (after(mail).state, mail.left) == (MailState.QUEUED, ["slow@x.example"])
    assert "554 spam" in mail.error


@pytest.mark.parametrize("dot", [[], ["451 busy"]])
def test_who_was_refused_stays_named_after_later_attempts(server: Handler, dot: list[str]) -> None:
    server.says = {"RCPT": ["550 unknown", "451 later"], "DOT": list(dot)}
    mail = written(to=("bad@x.example", "slow@x.example", "quick@x.example"))
    outbox.send_due()
    try_now()
    assert after(mail).state == MailState.SENT
    assert "bad@x.example: 550 unknown" in mail.error
    assert "451" not in mail.error
    assert reached(server) == ["quick@x.example", "slow@x.example"]


def test_who_has_it_does_not_get_it_again(server: Handler, administrator: User) -> None:
    server.says["RCPT"] = ["451 later"]
    mail = written(to=("slow@x.example", "quick@x.example"))
    outbox.send_due()
    server.says["RCPT"] = ["550 unknown"]
    try_now()
    assert after(mail).state == MailState.GIVEN_UP
    outbox.send_again(actor=administrator, mail=mail)
    outbox.send_due()
    assert after(mail).state == MailState.SENT
    assert reached(server) == ["quick@x.example", "slow@x.example"]


def test_in_doubt_says_who_was_not_taken(server: Handler) -> None:
    server.says = {"RCPT": ["451 later"], "DOT": ["drop"]}
    mail = written(to=("slow@x.example", "quick@x.example"))
    outbox.send_due()
    assert after(mail).state == MailState.UNKNOWN
    assert "slow@x.example: 451 later" in mail.error


def test_address_in_an_international_domain_is_reached(server: Handler) -> None:
    written(to=("Zoé <zoe@société.example>",))
    outbox.send_due()
    assert reached(server) == ["zoe@xn--socit-esab.example"]


def test_address_that_no_server_takes_is_given_up(server: Handler) -> None:
    mail = written(about="a")
    Mail.objects.update(left=[f"a@{'é' * 80}.example"])
    written("next", about="a")
    outbox.send_due()
    assert after(mail).state == MailState.GIVEN_UP
    assert mail.error
    outbox.send_due()
    assert server.subjects == ["next"]


@pytest.mark.parametrize(
    ("fields", "overtaken"),
    [
        ({"state": "sending", "claim": "x", "claimed_at": timezone.now()}, True),
        ({"left": ["b@x.example"]}, True),
        ({}, False),
    ],
)
def test_earlier_mail_is_not_sent_while_a_later_one_leaves(
    server: Handler, administrator: User, fields: dict[str, object], overtaken: bool
) -> None:
    request = test_outbox.in_doubt("request")
    cancel = written("cancel", about="a", to=("a@x.example", "b@x.example"))
    Mail.objects.filter(pk=cancel.pk).update(**fields)
    if overtaken:
        with pytest.raises(ValidationError, match="later mail"):
            outbox.send_again(actor=administrator, mail=request)
    else:
        assert outbox.send_again(actor=administrator, mail=request).state == MailState.QUEUED


def test_name_of_a_part_survives(
    server: Handler, administrator: User, as_user: SignIn, settings: object
) -> None:
    message = EmailMessage("Hello", "A text", to=["a@x.example"])
    message.attach("日程.ics", "BEGIN:VCALENDAR", "text/calendar")
    mail = outbox.queue_mail(message=message, is_secret=False)
    assert mail is not None
    answer = as_user(administrator).get(f"{mail.get_absolute_url()}part/2/")
    assert "filename*=utf-8''%E6%97%A5%E7%A8%8B.ics" in answer["Content-Disposition"]


def test_slow_connection_does_not_bring_a_mail_in_doubt(server: Handler) -> None:
    mail, now, long_ago = written(), timezone.now(), timezone.now() - test_outbox.LONG_AGO
    sending = Mail.objects.filter(pk=mail.pk)
    sending.update(state="sending", claim="x", claimed_at=long_ago, handed_over_at=now)
    assert outbox.take_back_lapsed(now) == 0
    sending.update(handed_over_at=long_ago)
    assert outbox.take_back_lapsed(now) == 1
    assert after(mail).state == MailState.UNKNOWN


def test_mail_that_kills_its_workers_is_given_up(server: Handler) -> None:
    mail, now, long_ago = written(), timezone.now(), timezone.now() - test_outbox.LONG_AGO
    for attempt in range(1, outbox.KILLED_AT_MOST + 1):
        assert after(mail).state == MailState.QUEUED
        Mail.objects.update(state="sending", claim="x", claimed_at=long_ago, attempts=attempt)
        assert outbox.take_back_lapsed(now) == 1
    assert after(mail).state == MailState.GIVEN_UP
    assert mail.error


def test_server_may_think_long_about_a_text(server: Handler, settings: Any) -> None:
    settings.EMAIL_TIMEOUT, server.linger = 0.3, 0.9
    mail = written()
    outbox.send_due()
    assert after(mail).state == MailState.SENT


def test_decisions_about_mail_are_on_record(
    server: Handler, administrator: User, as_user: SignIn
) -> None:
    mail = written()
    client = as_user(administrator)
    for act in ("give-up", "send-again"):
        client.post(f"{mail.get_absolute_url()}{act}/", {"confirm": "on"})
    entries = LogEntry.objects.get_for_object(mail).order_by("pk")
    said = [(entry.actor, entry.changes["state"]) for entry in entries]
    assert said == [
        (administrator, ["queued", "given up"]),
        (administrator, ["given up", "queued"]),
    ]
    outbox.send_due()
    assert entries.count() == 2, "what the worker does stands on the mail itself"
    page = client.get(mail.get_absolute_url()).content.decode()
    assert "To be sent" in page
    assert "Decisions" in page
