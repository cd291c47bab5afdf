"""One mail handed to an SMTP server, step by step (RFC 5321), so that its fate is known.

Django's backend does all steps in one call: after an error nobody could say whether the server
has the mail. Connection, TLS and sign-in are Django's.
"""

import re
import smtplib
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

_LINE_BEGINS_WITH_A_DOT = re.compile(rb"(?m)^\.")


class Fate(Enum):
    TAKEN = "the server has it"
    LATER = "not now: it may be tried again"
    NEVER = "refused for good"
    UNKNOWN = "the server may have it"


@dataclass
class Outcome:
    """What became of one attempt, with the server's own words.

    ``said`` is about those who may get it later; ``never`` says for each why not.
    """

    fate: Fate
    said: str = ""
    taken: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)
    never: dict[str, str] = field(default_factory=dict)

    def adds(self, words: str) -> None:
        self.said = f"{self.said}\n{words}".strip()

    def refuses(self, code: int, answer: bytes) -> "Outcome":
        """None of those taken so far get it; who was put off or refused before stays so."""
        if code >= 500:
            self.never |= dict.fromkeys(self.taken, _said(code, answer))
        else:
            self.later = self.taken + self.later
            self.adds(_said(code, answer))
        self.taken = []
        self.fate = Fate.LATER if self.later else Fate.NEVER
        return self


def hand_over(
    *, sender: str, recipients: list[str], raw: bytes, before_data: Callable[[], None]
) -> Outcome:
    """Try to send ``raw`` once.

    ``before_data`` is called when the server has said that it will take the mail, before a byte of
    it is on its way: who is killed after that cannot know what became of it.
    """
    try:
        backend = EmailBackend()
        backend.open()
    except (OSError, smtplib.SMTPException) as error:
        # A wrong password, too: an administrator mends it, and the mail is not lost.
        return Outcome(Fate.LATER, _words(error), later=recipients)
    smtp: Any = backend.connection  # open, or we would not be here
    try:
        return _dialogue(smtp, sender, recipients, raw, before_data)
    finally:
        smtp.close()


def _dialogue(
    smtp: smtplib.SMTP,
    sender: str,
    recipients: list[str],
    raw: bytes,
    before_data: Callable[[], None],
) -> Outcome:
    try:
        smtp.ehlo_or_helo_if_needed()
        outcome = _envelope(smtp, sender, recipients)
        if not outcome.taken:
            return outcome
        code, answer = smtp.docmd("DATA")
        if code != 354:
            return outcome.refuses(code, answer)
        before_data()
        smtp.send(_on_the_wire(raw))
    except (OSError, smtplib.SMTPException) as error:  # its end never reached the server
        return Outcome(Fate.LATER, _words(error), later=recipients)
    try:
        _be_patient(smtp)
        code, answer = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        outcome.fate = Fate.UNKNOWN
        outcome.adds(_words(error))
        return outcome
    return outcome if code == 250 else outcome.refuses(code, answer)


def _be_patient(smtp: Any) -> None:
    """A server that looks through the mail before it answers may take its time.

    RFC 5321, 4.5.3.2.6 asks for ten minutes; we wait nearly as long as a worker may be silent.
    """
    longest = max(settings.EMAIL_TIMEOUT, settings.JOB_LAPSE_SECONDS - settings.EMAIL_TIMEOUT)
    smtp.sock.settimeout(longest)


def _envelope(smtp: smtplib.SMTP, sender: str, recipients: list[str]) -> Outcome:
    """Name sender and recipients; whom the server takes, now or never."""
    code, answer = _name(smtp.mail, sender)
    if code != 250:
        return Outcome(Fate.TAKEN, taken=recipients).refuses(code, answer)
    outcome = Outcome(Fate.TAKEN)
    for recipient in recipients:
        code, answer = _name(smtp.rcpt, recipient)
        if code in {250, 251}:
            outcome.taken.append(recipient)
        elif code >= 500:
            outcome.never[recipient] = _said(code, answer)
        else:
            outcome.later.append(recipient)
            outcome.adds(f"{recipient}: {_said(code, answer)}")
    if not outcome.taken:
        outcome.fate = Fate.LATER if outcome.later else Fate.NEVER
    return outcome


def _name(command: Callable[[str], tuple[int, bytes]], address: str) -> tuple[int, bytes]:
    """Name an address as servers understand it; one that none understands is refused for good."""
    try:
        return command(sanitize_address(address, "utf-8"))
    except ValueError as error:  # otherwise the mail would be tried, and break off, for ever
        return 553, str(error).encode()


def _said(code: int, answer: bytes) -> str:
    return f"{code} {answer.decode(errors='replace')}"


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _on_the_wire(raw: bytes) -> bytes:
    """Lines end in CRLF, a dot that begins one is doubled, a dot alone is the end."""
    lines = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    quoted = _LINE_BEGINS_WITH_A_DOT.sub(b"..", lines)
    return quoted + (b"" if quoted.endswith(b"\r\n") else b"\r\n") + b".\r\n"
