"""The reply clock of the records: the calendars of the offices, and how a clock reads in words."""

import datetime as dt
from collections import defaultdict
from functools import cached_property
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ifa_crm.shared import standing_queries
from ifa_crm.shared.standing_queries import Given
from ifa_crm.staff.models import Holiday, Office
from investors.models import Interaction, Lead
from investors.reply_clock import (
    DAY,
    STANDARD,
    Calendar,
    Deadlines,
    Standing,
    State,
    standing,
)

_HOUR: Final = dt.timedelta(hours=1)
_MINUTE: Final = dt.timedelta(minutes=1)
_TONES: Final = {State.RUNNING: "accent", State.LATE: "warn", State.SILENT: "bad"}


class Calendars:
    """When each office works: two queries for all of them, when the first one is asked for."""

    @cached_property
    def _by_office(self) -> dict[int, Calendar]:
        zones: dict[int, str] = {}
        hours: dict[int, dict[int, tuple[tuple[dt.time, dt.time], ...]]] = defaultdict(dict)
        given = Given((), timezone.now())
        for pk, zone, weekday, opens, closes in standing_queries.standing("hours", _hours, given):
            zones[pk] = zone
            if weekday is not None:
                hours[pk][weekday] = (*hours[pk].get(weekday, ()), (opens, closes))
        holidays: dict[int, set[dt.date]] = defaultdict(set)
        for pk, date in standing_queries.standing("holidays", _holidays, given):
            holidays[pk].add(date)
        return {
            pk: Calendar(ZoneInfo(zone), hours[pk], frozenset(holidays[pk]))
            for pk, zone in zones.items()
        }

    def of_office(self, key: int | None) -> Calendar:
        """The calendar of an office; the standard one where there is no office."""
        return STANDARD if key is None else self._by_office[key]

    def of(self, lead: Lead) -> Calendar:
        return self.of_office(lead.handling_office_id)


def _hours(given: Given) -> "QuerySet[Office, Any]":
    rows = Office.objects.order_by("pk", "hours__weekday", "hours__opens")
    return rows.values_list("pk", "time_zone", "hours__weekday", "hours__opens", "hours__closes")


def _holidays(given: Given) -> "QuerySet[Holiday, Any]":
    return Holiday.objects.order_by().values_list("office", "date")


class Words(NamedTuple):
    """A clock in a few words, and the tone of its badge. ``short`` is for a place that says already
    that a reply is due."""

    text: str
    short: str
    tone: str


class Clocks:
    """Reads the clocks of one page: *reply due in 3 h*, *2 h late*, *silent for 6 working days*."""

    def __init__(self, now: dt.datetime | None = None) -> None:
        self.now = now or timezone.now()
        self.calendars = Calendars()

    def read(self, row: Lead | Interaction) -> Words | None:
        """The open clock of a message, or the earliest open one of a lead; nothing without one."""
        if row.reply_due_at is None or row.silent_at is None:
            return None
        if isinstance(row, Interaction) and not row.is_open:
            return None
        lead = row if isinstance(row, Lead) else row.lead
        clock = Deadlines(row.reply_due_at, row.silent_at)
        calendar = self.calendars.of(lead)
        return words_of(standing(calendar, clock, self.now), calendar.zone)


def words_of(stands: Standing, zone: ZoneInfo) -> Words:
    text, tone = _TEXTS[stands.state](stands, zone), _TONES[stands.state]
    return Words(text, _left(stands) if stands.state == State.RUNNING else text, tone)


def _running(stands: Standing, zone: ZoneInfo) -> str:
    # Here and below, a number and its unit stay on one line.
    left = stands.time or dt.timedelta(0)
    if left >= _HOUR:
        return _("reply due in %(n)d\N{NO-BREAK SPACE}h") % {"n": left // _HOUR}
    if left >= _MINUTE:
        return _("reply due in %(n)d\N{NO-BREAK SPACE}min") % {"n": left // _MINUTE}
    return _("reply due now")


def _left(stands: Standing) -> str:
    left = stands.time or dt.timedelta(0)
    if left >= _HOUR:
        return _("in %(n)d\N{NO-BREAK SPACE}h") % {"n": left // _HOUR}
    if left >= _MINUTE:
        return _("in %(n)d\N{NO-BREAK SPACE}min") % {"n": left // _MINUTE}
    return pgettext("reply", "now")


def _late(stands: Standing, zone: ZoneInfo) -> str:
    late = stands.time or dt.timedelta(0)
    if late >= DAY:
        days = late // DAY
        return ngettext("%(n)d working day late", "%(n)d working days late", days) % {"n": days}
    if late >= _HOUR:
        return _("%(n)d\N{NO-BREAK SPACE}h late") % {"n": late // _HOUR}
    return _("%(n)d\N{NO-BREAK SPACE}min late") % {"n": late // _MINUTE}


def _silent(stands: Standing, zone: ZoneInfo) -> str:
    if stands.time is None:
        since = timezone.localtime(stands.deadlines.silent_at, zone)
        return _("silent since %(day)s") % {"day": date_format(since, "DATE_FORMAT")}
    days = stands.time // DAY
    words = ngettext("silent for %(n)d working day", "silent for %(n)d working days", days)
    return words % {"n": days}


_TEXTS: Final = {State.RUNNING: _running, State.LATE: _late, State.SILENT: _silent}
