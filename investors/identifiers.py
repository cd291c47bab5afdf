"""Numbers by which registers know a company: whether their check digits fit."""

import re
from typing import Final

_LEI: Final = re.compile(r"[A-Z0-9]{18}[0-9]{2}")
_SIREN: Final = re.compile(r"[0-9]{9}")


def lei_fits(value: str) -> bool:
    """Check digits of ISO 17442: the number, letters read as 10 to 35, is 1 modulo 97."""
    return bool(_LEI.fullmatch(value)) and int("".join(str(int(c, 36)) for c in value)) % 97 == 1


def siren_fits(value: str) -> bool:
    """Check digit of a SIREN: Luhn's algorithm."""
    if not _SIREN.fullmatch(value) or not value.isascii():
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(value)]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
