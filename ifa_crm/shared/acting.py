"""Who acts, and why: opened only at the edge (request, command, job, signed link)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from auditlog.context import auditlog_value, set_actor
from django.contrib.auth.models import AbstractBaseUser

from ifa_crm.shared.checks import CheckedTogether
from ifa_crm.shared.labels import Labelled

_reason: ContextVar[str] = ContextVar("reason", default="")


@contextmanager
def acting(
    user: AbstractBaseUser | None, reason: str = "", remote_addr: str | None = None
) -> Iterator[None]:
    """Note ``user`` and ``reason`` on every change recorded inside the block.

    ``reason`` is free text such as ``"manage.py load_demo"``; it is empty for a page request.
    """
    token = _reason.set(reason)
    # auditlog leaves its own note behind: whoever came after would be taken for this one.
    before = auditlog_value.set({})
    try:
        with set_actor(user, remote_addr=remote_addr):
            yield
    finally:
        auditlog_value.reset(before)
        _reason.reset(token)


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Note ``reason`` on what is changed inside the block by whoever acts already."""
    token = _reason.set(reason)
    try:
        yield
    finally:
        _reason.reset(token)


def acting_reason() -> str:
    """The reason of the block we are in, or an empty text."""
    return _reason.get()


class Audited(Labelled, CheckedTogether):
    """Mixin of models whose history notes the reason of :func:`acting`."""

    def get_additional_data(self) -> dict[str, Any] | None:
        reason = acting_reason()
        return {"reason": reason} if reason else None
