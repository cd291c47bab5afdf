"""Readers of days and times."""

import datetime as dt
import re
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import widgets

from ifa_crm.imports.values.base import TwoMeaningsError, UnreadableError, Value, shown
from ifa_crm.imports.words import key_of, months
from ifa_crm.shared.dates import AHEAD, FIRST_YEAR, LAST_YEAR

DMY: Final = "dmy"
MDY: Final = "mdy"
_YEAR_FIRST: Final = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_NUMBERS: Final = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d\d)$")
_WORD_INSIDE: Final = re.compile(
    r"^(\d{1,2})(?:er|st|nd|rd|th)?[-/. ]+([^\W\d]+)\.?,?[-/. ]+(\d{4})$"
)
_WORD_FIRST: Final = re.compile(r"^([^\W\d]+)\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})$")
_CLOCK: Final = re.compile(
    r"[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(Z|[+-]\d{2}:?\d{2})?$"
)
_SERIAL: Final = dt.date(1899, 12, 30)
_MIDNIGHT: Final = dt.time()
_NOON: Final = dt.time(12)


class Day(Value, widgets.DateWidget):
    """A day in any of the usual ways; 03/04/2026 only where the column says what stands first."""

    readings = (
        (DMY, gettext_lazy("Day first: 31/12/2026")),
        (MDY, gettext_lazy("Month first: 12/31/2026")),
    )

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> Any:
        try:
            day = _day(value, chosen)
        except (ValueError, OverflowError) as error:
            if isinstance(error, UnreadableError):
                raise
            raise UnreadableError(
                _("“%(cell)s” is not a date. Write it as 2026-12-31.") % {"cell": shown(value)}
            ) from error
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise UnreadableError(
                _("The year of “%(cell)s” must be between %(first)s and %(last)s.")
                % {"cell": shown(value), "first": FIRST_YEAR, "last": LAST_YEAR}
            )
        return day

    def speaks_for(self, cell: Any) -> str:
        found = _NUMBERS.match(_CLOCK.sub("", str(cell).strip()))
        if found is None:
            return ""
        first, second = int(found[1]), int(found[2])
        if first > 12 >= second:
            return DMY
        return MDY if second > 12 >= first else ""


def _day(value: Any, chosen: str) -> dt.date:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 10_000 <= value <= 110_000:  # 1927 to 2201: a spreadsheet's count of days
            raise ValueError(value)
        return _SERIAL + dt.timedelta(days=int(value))
    text = _CLOCK.sub("", str(value).strip()).strip()
    if found := _YEAR_FIRST.match(text):
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.match(text):
        return _by_order(int(found[1]), int(found[2]), _year(found[3]), chosen, text)
    if found := _WORD_INSIDE.match(text):
        return dt.date(int(found[3]), months()[key_of(found[2])], int(found[1]))
    if found := _WORD_FIRST.match(text):
        return dt.date(int(found[3]), months()[key_of(found[1])], int(found[2]))
    raise ValueError(value)


def _year(written: str) -> int:
    """26 is 2026: a lead of the last century is on nobody's list."""
    return int(written) + (2000 if len(written) == 2 else 0)


def _by_order(first: int, second: int, year: int, chosen: str, text: str) -> dt.date:
    if first > 12 or first == second:
        return dt.date(year, second, first)
    if second > 12:
        return dt.date(year, first, second)
    if not chosen:
        raise TwoMeaningsError(
            _("“%(cell)s” can be two days: say for the column what stands first.")
            % {"cell": shown(text)}
        )
    return dt.date(year, second, first) if chosen == DMY else dt.date(year, first, second)


class Moment(Day):
    """A moment that has been; without its time, noon: in no zone does that become another day.

    While noon is still ahead, today without a time is midnight; :func:`known_minute` holds the
    two for the same, so that a file of this morning is on record in the afternoon, too.
    """

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self.zone = zone

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> dt.datetime:
        day = super().clean(value, chosen=chosen)
        found = _CLOCK.search(str(value).strip())
        now = timezone.now()
        if found is not None:
            moment = self._at(day, found, value)
        else:
            moment = dt.datetime.combine(day, _NOON, self.zone)
            if moment > now:
                moment = dt.datetime.combine(day, _MIDNIGHT, self.zone)
        if moment > now + AHEAD:
            raise UnreadableError(_("“%(cell)s” is still ahead.") % {"cell": shown(value)})
        return moment

    def _at(self, day: dt.date, found: re.Match[str], value: Any) -> dt.datetime:
        try:
            clock = dt.time(int(found[1]), int(found[2]), int(found[3] or 0))
        except ValueError as error:
            raise UnreadableError(
                _("“%(cell)s” has no such time of day.") % {"cell": shown(value)}
            ) from error
        if found[4]:
            offset = "+00:00" if found[4] == "Z" else found[4]
            return dt.datetime.fromisoformat(f"{day.isoformat()}T{clock.isoformat()}{offset}")
        return dt.datetime.combine(day, clock, self.zone)


def known_minute(moment: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """What a file can say of ``moment``: its minute in ``zone``, and noon for midnight."""
    minute = moment.astimezone(zone).replace(second=0, microsecond=0)
    return minute.replace(hour=12) if minute.time() == _MIDNIGHT else minute
