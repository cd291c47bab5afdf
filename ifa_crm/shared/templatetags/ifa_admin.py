"""Tags of the admin's own pages."""

import datetime as dt
from typing import Any

from django import template
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

register = template.Library()


@register.inclusion_tag("admin/date_hierarchy.html")
def dates_between(cl: Any) -> dict[str, Any]:
    """Years, months and days of a list from its first row to its last, to go down by.

    Django's own asks which of them occur, and to know reads the date of every row.
    """
    name = cl.date_hierarchy
    ends = cl.queryset.order_by().aggregate(first=Min(name), last=Max(name))
    first, last = (_day(ends[end]) for end in ("first", "last"))
    asked = {part: cl.params.get(f"{name}__{part}") for part in ("year", "month", "day")}
    every = {"link": cl.get_query_string({}, [f"{name}__"]), "title": _("All dates")}
    if first is None or last is None:  # a year between two others may have none
        return {"show": any(asked.values()), "back": every, "choices": []}
    one_year = asked["year"] or first.year == last.year
    one_month = asked["month"] or (one_year and first.month == last.month)

    def link(**parts: int) -> str:
        chosen = {f"{name}__{part}": value for part, value in parts.items()}
        address: str = cl.get_query_string(chosen, [f"{name}__"])
        return address

    year, month = first.year, first.month
    if one_year and one_month and asked["day"]:
        back = {"link": link(year=year, month=month), "title": _named(first, "YEAR_MONTH_FORMAT")}
        choices = [{"title": _named(first, "MONTH_DAY_FORMAT")}]
    elif one_year and one_month:
        back = {"link": link(year=year), "title": str(year)}
        days = [first.replace(day=day) for day in range(first.day, last.day + 1)]
        choices = [
            {
                "link": link(year=year, month=month, day=day.day),
                "title": _named(day, "MONTH_DAY_FORMAT"),
            }
            for day in days
        ]
    elif one_year:
        back = every
        months = [dt.date(year, each, 1) for each in range(month, last.month + 1)]
        choices = [
            {
                "link": link(year=year, month=each.month),
                "title": _named(each, "YEAR_MONTH_FORMAT"),
            }
            for each in months
        ]
    else:
        back = None
        years = range(year, last.year + 1)
        choices = [{"link": link(year=each), "title": str(each)} for each in years]
    return {"show": True, "back": back, "choices": choices}


def _day(moment: dt.datetime | dt.date | None) -> dt.date | None:
    """The reader's day of a moment; a day is one already."""
    return timezone.localtime(moment).date() if isinstance(moment, dt.datetime) else moment


def _named(day: dt.date, form: str) -> str:
    return capfirst(date_format(day, form))
