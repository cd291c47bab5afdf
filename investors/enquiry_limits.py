"""How often the public form may be sent: in all, to one mailbox, and by one caller.

Counted in rows that all workers share, in fixed windows. Asking and counting is one statement, so
that of many at once no more pass than the limit says.
"""

import datetime as dt
import hashlib
import ipaddress
from collections.abc import Iterator
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from investors.models import EnquiryCount

HOUR: Final = 60 * 60
PER_CALLER: Final = ((HOUR, 5), (24 * HOUR, 20))
PER_MAILBOX: Final = 3  # a day: nobody is written to more often because of this form
IN_ALL: Final = 300  # an hour


class _FullError(Exception):
    """A limit is reached; what was counted for the others is taken back."""


def may_send(*, caller: str | None, email: str) -> bool:
    """Whether one more enquiry is taken; counts it if so. What is refused counts nowhere."""
    now = timezone.now()
    try:
        with transaction.atomic():
            for key, window, most in _limits(caller or "", email, now):
                _count(key, window, most, now)
    except _FullError:
        return False
    return True


def _limits(caller: str, email: str, now: dt.datetime) -> Iterator[tuple[str, int, int]]:
    """(key, window in seconds, most), always in this order: no two wait for each other."""
    yield "all", HOUR, IN_ALL
    yield f"mailbox:{_digest(email.strip().casefold())}", 24 * HOUR, PER_MAILBOX
    for window, most in PER_CALLER:
        yield f"caller:{_digest(_network(caller))}", window, most


def _count(who: str, window: int, most: int, now: dt.datetime) -> None:
    number = int(now.timestamp()) // window
    key = f"{who}:{window}:{number}"
    until = dt.datetime.fromtimestamp((number + 1) * window, dt.UTC)
    _row, is_new = EnquiryCount.objects.get_or_create(key=key, defaults={"until": until})
    if is_new:
        EnquiryCount.objects.filter(until__lte=now).delete()
    below = EnquiryCount.objects.filter(key=key, sent__lt=most)
    if not below.update(sent=F("sent") + 1):
        raise _FullError


def _digest(text: str) -> str:
    """No address is kept as it is."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _network(caller: str) -> str:
    """The addresses of one IPv6 network are one caller."""
    try:
        address = ipaddress.ip_address(caller.strip())
    except ValueError:
        return caller[:100]
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
