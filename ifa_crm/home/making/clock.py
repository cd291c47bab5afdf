"""Moments of made-up leads: whole minutes since three years before a day, as text and back."""

import datetime as dt
from typing import Final

DAY: Final = 24 * 60
YEARS: Final = 3 * 365  # days over which leads came in
NOW: Final = YEARS * DAY  # the first minute of today
_AHEAD: Final = 12 * 365
_TIMES: Final = [f" {minute // 60:02}:{minute % 60:02}:00" for minute in range(DAY)]


class Clock:
    """Reading a table is several times as quick as formatting, and rows have many times."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self._first = today - dt.timedelta(days=YEARS)
        self._began = dt.datetime.combine(self._first, dt.time(), dt.UTC)
        days = (self._first + dt.timedelta(days=n) for n in range(YEARS + _AHEAD))
        self._days = [day.isoformat() for day in days]

    def at(self, minute: int) -> str:
        return self._days[minute // DAY] + _TIMES[minute % DAY]

    def day(self, minute: int) -> str:
        return self._days[minute // DAY]

    def date(self, minute: int) -> dt.date:
        return self._first + dt.timedelta(minutes=minute)

    def moment(self, minute: int) -> dt.datetime:
        return self._began + dt.timedelta(minutes=minute)

    def minute(self, moment: dt.datetime) -> int:
        """How late ``moment`` is, in whole minutes."""
        return int((moment - self._began).total_seconds()) // 60


def at_work(minute: int) -> int:
    """The same day, between 8:00 and 18:00; what was later stays later."""
    return minute - minute % DAY + 8 * 60 + minute % DAY * 5 // 12
