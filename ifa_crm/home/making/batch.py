"""Rows of some leads, with their keys and references, and the saving of them."""

from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any, Final

from ifa_crm.home.making.rows import MODELS
from ifa_crm.home.making.tables import Beside, Table, advance_keys, writing

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_TWO: Final = [a + b for a in _ALPHABET for b in _ALPHABET]
_THREE: Final = [a + b for a in _ALPHABET for b in _TWO]
_BITS: Final = 40
# Odd, so that no reference comes twice before all have come; small, so that those that are written
# together stand together in the indexes, which keeps them in memory.
_STRIDE: Final = 0x9E37

Row = tuple[Any, ...]


def references(seed: int) -> Iterator[str]:
    """References in the form of all others, different from each other, the same for a seed."""
    number = Random(f"references {seed}").getrandbits(_BITS)  # noqa: S311
    while True:
        number = (number + _STRIDE) % 2**_BITS
        yield _THREE[number >> 25] + _THREE[number >> 10 & 32767] + _TWO[number & 1023]


class Batch:
    """Collects rows and saves them, again and again."""

    def __init__(self, seed: int) -> None:
        self._tables = {kind: Table(model, _columns(kind)) for kind, model in MODELS.items()}
        self._keyed = [kind for kind in MODELS if "id" in _columns(kind)]
        self._keys = {kind: count(self._tables[kind].last_key() + 1) for kind in self._keyed}
        self._references = references(seed)
        self._rows = _none()

    def key(self, kind: type[Row]) -> int:
        return next(self._keys[kind])

    def ref(self) -> str:
        return next(self._references)

    def add(self, row: Row) -> None:
        self._rows[type(row)].append(row)

    def save(self, beside: Beside) -> None:
        """Have all rows written in one transaction, and forget them."""
        made, self._rows = self._rows, _none()
        beside.do(lambda: self._write(made))

    def _write(self, made: dict[type[Row], list[Row]]) -> None:
        with writing():
            for kind, rows in made.items():
                self._tables[kind].insert(rows)
            advance_keys(MODELS[kind] for kind in self._keyed)


def _none() -> dict[type[Row], list[Row]]:
    return {kind: [] for kind in MODELS}


def _columns(kind: type[Row]) -> tuple[str, ...]:
    return kind._fields  # type: ignore[attr-defined]
