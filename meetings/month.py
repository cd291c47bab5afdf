"""A month as weeks of days, beginning on Monday.

Pure: moments and a zone in, days out.
"""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

T = TypeVar("T")
FIRST_YEAR, LAST_YEAR = 1990, 2100


@dataclass(frozen=True)
class Month:
    """A month of a year, such as ``2026-11``."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 12 and FIRST_YEAR <= self.year <= LAST_YEAR):
            raise ValueError("not a month of this calendar")

    @classmethod
    def of(cls, day: dt.date) -> "Month":
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> "Month":
        """From ``2026-11``; raises ``ValueError``."""
        year, dash, number = text.partition("-")
        if not (dash and year.isdecimal() and number.isdecimal() and len(text) <= 7):
            raise ValueError("not a month")
        return cls(int(year), int(number))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> dt.date:
        return dt.date(self.year, self.number, 1)

    def _other(self, months: int) -> "Month | None":
        place = self.year * 12 + self.number - 1 + months
        try:
            return Month(place // 12, place % 12 + 1)
        except ValueError:
            return None

    @property
    def previous(self) -> "Month | None":
        return self._other(-1)

    @property
    def next(self) -> "Month | None":
        return self._other(1)

    @property
    def weeks(self) -> list[list[dt.date]]:
        """Whole weeks, Monday first, that cover the month."""
        return calendar.Calendar().monthdatescalendar(self.year, self.number)

    def stretch(self, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
        """From the first moment of the first week shown to the end of the last, in ``zone``."""
        weeks = self.weeks
        end = weeks[-1][-1] + dt.timedelta(days=1)
        return (
            dt.datetime.combine(weeks[0][0], dt.time(), zone),
            dt.datetime.combine(end, dt.time(), zone),
        )


@dataclass
class Day(Generic[T]):
    """One square of the calendar, and what is in it in the order of time.

    ``shown``: what is drawn of a day on which there is more than a square holds.
    """

    date: dt.date
    in_month: bool
    is_today: bool
    entries: list[T] = field(default_factory=list)
    shown: list[Any] = field(default_factory=list)


def filled(
    month: Month, entries: Iterable[tuple[dt.datetime, T]], *, zone: ZoneInfo, today: dt.date
) -> list[list[Day[T]]]:
    """The weeks of ``month`` with each entry on the day on which it starts in ``zone``."""
    by_day: dict[dt.date, list[T]] = defaultdict(list)
    for starts, entry in sorted(entries, key=lambda pair: pair[0]):
        by_day[starts.astimezone(zone).date()].append(entry)
    return [
        [Day(day, day.month == month.number, day == today, by_day[day]) for day in week]
        for week in month.weeks
    ]
