"""How often the public form may be sent: by caller, by e-mail address, and in all.

Counted in the cache that all workers share, in fixed windows. What was received in all, and for
one e-mail address, is counted by the rows themselves, so that no flood passes between two counts.
"""

import datetime as dt
import hashlib
import ipaddress
from typing import Final

from django.core.cache import cache
from django.utils import timezone

from investors.models import Enquiry

HOUR: Final = 60 * 60
PER_CALLER: Final = ((HOUR, 5), (24 * HOUR, 20))
PER_MAILBOX: Final = 3  # a day: nobody is written to more often because of this form
IN_ALL: Final = 300  # an hour


def may_send(*, caller: str | None, email: str) -> bool:
    """Whether one more enquiry is taken; counts it if so."""
    now = timezone.now()
    recent = Enquiry.objects.filter(received_at__gt=now - dt.timedelta(hours=1))
    if recent.count() >= IN_ALL:
        return False
    today = Enquiry.objects.filter(received_at__gt=now - dt.timedelta(days=1))
    if today.filter(email__iexact=email).count() >= PER_MAILBOX:
        return False
    return all(_count(_key(caller, window, now), window, most) for window, most in PER_CALLER)


def _count(key: str, window: int, most: int) -> bool:
    sent = cache.get(key, 0)
    if sent >= most:
        return False
    cache.set(key, sent + 1, timeout=window)
    return True


def _key(caller: str | None, window: int, now: dt.datetime) -> str:
    """No address is kept as it is; the addresses of one IPv6 network are one caller."""
    digest = hashlib.sha256(_network(caller or "").encode()).hexdigest()[:32]
    return f"enquiry:{window}:{int(now.timestamp()) // window}:{digest}"


def _network(caller: str) -> str:
    try:
        address = ipaddress.ip_address(caller.strip())
    except ValueError:
        return caller[:100]
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
