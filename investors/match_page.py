"""A list of leads in an order that the database does not know: that of a column of numbers."""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.formats import number_format

from ifa_crm.shared.among import among
from ifa_crm.shared.lists import ListPage

CHUNKS: Final = (1_000, 10_000)
"""How many keys the database is asked about at first, and then."""
CHUNK: Final = 30_000


class Walk:
    """Goes through keys in order and finds those that pass: only as far as somebody asks.

    The database is asked for keys alone, a thousand at first, so that a page of 100,000 leads
    costs no more than one of a thousand.
    """

    def __init__(self, rows: "QuerySet[Any]", order: Sequence[int]) -> None:
        self._rows = rows.order_by()
        self._found: list[int] = []
        self._chunks = _chunks(order)

    def first(self, most: int) -> list[int]:
        """The first keys that pass, as many as asked for, if there are so many."""
        while len(self._found) < most and (chunk := next(self._chunks, None)):
            passing = set(self._rows.filter(among(chunk)).values_list("pk", flat=True))
            self._found += [key for key in chunk if key in passing]
        return self._found[:most]


def _chunks(order: Sequence[int]) -> Iterator[Sequence[int]]:
    start = 0
    for size in CHUNKS:
        yield order[start : start + size]
        start += size
    while start < len(order):
        yield order[start : start + CHUNK]
        start += CHUNK


class MatchPage(ListPage):
    """The leads that pass the filters, in the order of ``ranked``, best first.

    From the values of the filters ``ranked`` gives the keys in their order, ``condition`` what
    else a lead must meet. The count goes as far as ``CAP``: beyond it nobody reads on, they
    filter.
    """

    CAP: Final = 1_000

    def __init__(
        self,
        request: Any,
        *,
        ranked: Callable[[dict[str, Any]], Sequence[int]],
        condition: Callable[[dict[str, Any]], Q],
        **page: Any,
    ) -> None:
        super().__init__(request, sorts={"fit": ("pk",)}, default_sort="fit", **page)
        self._ranked, self._condition = ranked, condition

    @cached_property
    def walk(self) -> Walk:
        values = self.form.cleaned_data
        order = self._ranked(values) if self.is_valid else []
        return Walk(self.rows.filter(self._condition(values)), order)

    @property
    def total(self) -> int:
        return len(self.all_keys())

    def all_keys(self) -> list[int]:
        return self.walk.first(sys.maxsize)

    @cached_property
    def _page(self) -> tuple[int, list[Any]]:
        asked = self.request.GET.get("page", "")[:6]
        number = max(int(asked), 1) if asked.isdecimal() else 1
        keys = self._keys(number)
        if not keys and number > 1:  # past the end: the last page instead
            number = max(1, -(-len(self.walk.first(number * self.size)) // self.size))
            keys = self._keys(number)
        return number, keys

    def _keys(self, number: int) -> list[Any]:
        start = (number - 1) * self.size
        return self.walk.first(start + self.size + 1)[start:]

    @cached_property
    def count(self) -> int:
        return len(self.walk.first(max(self.CAP, self.last) + 1))

    @property
    def is_capped(self) -> bool:
        return self.count > self.CAP

    @property
    def count_text(self) -> str:
        shown = number_format(min(self.count, self.CAP), force_grouping=True)
        return f"{shown}+" if self.is_capped else shown
