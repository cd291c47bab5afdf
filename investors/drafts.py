"""Files that wait, for a day at most, while somebody looks through what was read from them.

Nothing is on record before it is saved: the file lies under a random name outside the web root,
and only the person who brought it can name it.
"""

import datetime as dt
import secrets
from typing import Final

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.work.registry import Duty, register_duty

_SALT: Final = "draft"
_FOLDER: Final = "drafts"
_KEPT: Final = dt.timedelta(days=1)


def keep(user: User, content: bytes) -> str:
    """Put a file away; the key is good for ``user`` alone, for a day."""
    name = f"{_FOLDER}/{timezone.now():%Y-%m-%d}/{secrets.token_urlsafe(24)}"
    stored = default_storage.save(name, ContentFile(content))
    return signing.dumps([user.pk, stored], salt=_SALT)


def fetch(user: User, key: str) -> bytes | None:
    """What is behind a key; nothing if it is another person's, too old, or made up."""
    name = _name(user, key)
    if name is None or not default_storage.exists(name):
        return None
    with default_storage.open(name) as file:
        return bytes(file.read())


def forget(user: User, key: str) -> None:
    name = _name(user, key)
    if name is not None:
        default_storage.delete(name)


def _name(user: User, key: str) -> str | None:
    try:
        owner, name = signing.loads(key, salt=_SALT, max_age=_KEPT)
    except signing.BadSignature:
        return None
    return str(name) if owner == user.pk else None


def forget_old(now: dt.datetime) -> int:
    """Delete what nobody can name any more."""
    try:
        days, _files = default_storage.listdir(_FOLDER)
    except FileNotFoundError:
        return 0
    old = [day for day in days if day < f"{now - 2 * _KEPT:%Y-%m-%d}"]
    for day in old:
        for name in default_storage.listdir(f"{_FOLDER}/{day}")[1]:
            default_storage.delete(f"{_FOLDER}/{day}/{name}")
        default_storage.delete(f"{_FOLDER}/{day}")
    return len(old)


def register() -> None:
    register_duty(Duty("old drafts", _KEPT, forget_old))
