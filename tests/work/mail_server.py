"""A real SMTP server that takes, refuses, stalls and drops as a test tells it."""

import asyncio
import time
from collections import Counter
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Handler:
    """``says`` answers each step (MAIL, RCPT, DATA, DOT) in turn; then all is taken."""

    def __init__(self) -> None:
        self.says: dict[str, list[str]] = {}
        self.delivered: Counter[str] = Counter()  # Message-ID and recipient
        self.subjects: list[str] = []
        self.raw: list[bytes] = []
        self.reached: Counter[str] = Counter()
        self.linger = 0.0  # seconds between the delivery and the answer
        self.stall = ""  # the step that is never answered

    async def answer(self, step: str) -> str | None:
        self.reached[step] += 1
        while self.stall == step:
            await asyncio.sleep(0.02)
        waiting = self.says.get(step)
        return waiting.pop(0) if waiting else None

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if answer := await self.answer("MAIL"):
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if answer := await self.answer("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await self.answer("DOT")
        if answer == "drop":
            server.transport.abort()
            return "421 gone"
        if answer and not answer.startswith("deliver"):
            return answer
        message = message_from_bytes(envelope.content)
        self.raw.append(envelope.content)
        self.subjects.append(str(message["Subject"]))
        for recipient in envelope.rcpt_tos:
            self.delivered[f"{message['Message-ID']} {recipient}"] += 1
        if answer == "deliver and drop":
            server.transport.abort()
            return "421 gone"
        if self.linger:
            await asyncio.sleep(self.linger)
        return "250 OK"


class Server(SMTP):
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        answer = await self.event_handler.answer("DATA")
        if answer == "drop":
            self.transport.abort()
            return
        if answer:
            await self.push(answer)
            return
        await super().smtp_DATA(arg)


class MailServer(Controller):
    def factory(self) -> SMTP:
        return Server(self.handler, enable_SMTPUTF8=False)


def wait_for(condition: Any, seconds: float = 20) -> None:
    """Until something has happened in another process."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
