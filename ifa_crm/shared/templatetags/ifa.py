"""Small marks of a page. Built in: no ``{% load %}`` is needed.

``{% icon "plus" %}`` · ``{% badge label "good" %}`` · ``{{ value|recorded }}`` ·
``{{ value|amount:currency }}`` · ``{{ number|grouped }}`` · ``{{ day|when }}`` ·
``{{ user|person }}`` · ``{% fact label value %}`` · ``{% sort_head page key label %}``
"""

import datetime as dt
from decimal import Decimal
from functools import lru_cache
from typing import Any

import heroicons
from django import template
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django_countries import countries

from ifa_crm.shared.lists import ListPage

register = template.Library()

TONES = {"neutral", "accent", "good", "warn", "bad", "quiet"}


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: int = 20) -> SafeString:
    """A heroicon as inline SVG; it says nothing to a screen reader, so words stand beside it."""
    style = "outline" if size > 20 else ("mini" if size == 20 else "micro")
    attributes = {"aria_hidden": "true", "focusable": "false", "class": "icon"}
    return mark_safe(heroicons._render_icon(style, str(name), size, attributes))


@register.simple_tag
def badge(text: Any, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """A small mark with a word. Tones: neutral, accent, good, warn, bad, quiet."""
    words = "" if text is None else str(text)  # once: a lazy text is translated each time
    return _badge(words, tone, icon_name) if words else mark_safe("")


@lru_cache(maxsize=2048, typed=True)  # a list draws the same few again and again
def _badge(text: str, tone: str, icon_name: str) -> SafeString:
    known = tone if tone in TONES else "neutral"
    drawn = icon(icon_name, 16) if icon_name else ""
    return format_html('<span class="tag tag-{}">{}{}</span>', known, drawn, text)


@register.filter
def recorded(value: Any) -> Any:
    """The value, or *not recorded* where there is none. Zero is a value."""
    if value is None or (hasattr(value, "__len__") and len(value) == 0):
        return format_html('<span class="unrecorded">{}</span>', _("not recorded"))
    return value


@register.filter
def grouped(value: Any) -> str | SafeString:
    """A number with the language's grouping: 1,500 in English."""
    if value is None or value == "":
        return str(recorded(None))
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    return number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def amount(value: Decimal | int | None, currency: str = "EUR") -> str | SafeString:
    """Money as *EUR 1,500,000*: the code before, no decimals where there are none."""
    if value is None or value == "":
        return recorded(None)
    return f"{currency}\u00a0{grouped(Decimal(value))}"


@register.filter
def when(value: dt.date | dt.datetime | None) -> Any:
    """A day near today in words (*in 3 days*), any other as its date; the exact one on hover."""
    if value is None or value == "":
        return recorded(None)
    return _when(value, timezone.localdate(), timezone.get_current_timezone_name(), get_language())


@lru_cache(maxsize=8192, typed=True)  # the language knows how, the zone which day
def _when(
    value: dt.date | dt.datetime, today: dt.date, zone: str, language: str | None
) -> SafeString:
    exact, machine, day = _readings(value)
    words = _near((day - today).days) or date_format(day)
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, exact, words)


def _readings(value: dt.date | dt.datetime) -> tuple[str, str, dt.date]:
    if isinstance(value, dt.datetime):
        local = timezone.localtime(value)
        return date_format(local, "DATETIME_FORMAT"), value.isoformat(), local.date()
    return date_format(value), value.isoformat(), value


def _near(days: int) -> str:
    if days == 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    if days == -1:
        return _("yesterday")
    if 1 < days <= 14:
        return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    if -30 <= days < 0:
        return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}
    return ""


@register.filter
def person(user: Any) -> Any:
    """A member of staff by name; one who left is marked."""
    if user is None:
        return recorded(None)
    if not getattr(user, "is_active", True):
        return format_html('{} <span class="unrecorded">({})</span>', user, _("left"))
    return user


@register.filter
def initials(user: Any) -> str:
    words = str(user or "").split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def yes_no(value: Any) -> str:
    """Yes or no, in words."""
    return _("yes") if value else _("no")


@register.filter
def country_name(code: Any) -> Any:
    """The country's name in the reader's language."""
    return recorded(_country_name(str(code or ""), get_language()))


@lru_cache(maxsize=1024)
def _country_name(code: str, language: str | None) -> str:
    return str(countries.name(code)) if code else ""


@register.simple_tag
def fact(label: Any, value: Any = None) -> SafeString:
    """One line of a fact list (``<dl class="facts">``)."""
    shown = recorded(value)
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", label, shown)


@register.simple_tag
def sort_head(page: ListPage, key: str, label: Any, classes: str = "") -> SafeString:
    """A table head that sorts the list; a plain head where ``key`` is not offered."""
    drawn_class = format_html(' class="{}"', classes) if classes else ""
    if key not in page.sorts:
        return format_html('<th scope="col"{}>{}</th>', drawn_class, label)
    state, mark = _sort_state(page.sort, key)
    return format_html(
        '<th scope="col"{}{}><a class="sort" href="{}" data-region>{}{}</a></th>',
        drawn_class,
        format_html(' aria-sort="{}"', state) if state else "",
        page.sort_address(key),
        escape(label),
        icon(mark, 16) if mark else "",
    )


def _sort_state(sort: str, key: str) -> tuple[str, str]:
    if sort == key:
        return "ascending", "chevron-up"
    if sort == f"-{key}":
        return "descending", "chevron-down"
    return "", ""
