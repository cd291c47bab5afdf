"""Marks and cells of the investors' side. ``{% load investors %}``

Lists draw them fifty times a page: as templates each took several times as long.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ifa_crm.shared.templatetags.ifa import badge, when
from investors.choices import Status
from investors.clocks import Clocks
from investors.models import Interaction, Lead

register = template.Library()

_DASH: Final = SafeString('<span class="muted">–</span>')
_TONES: Final = {Status.ACTIVE: "good", Status.WAITING: "warn"}


@register.simple_tag
def reply_clock(clocks: Clocks, row: Lead | Interaction, *, short: bool = False) -> SafeString:
    """The open reply clock of a lead or a message as a badge; nothing without one. ``short`` where
    a heading says that it is the time of a reply."""
    words = clocks.read(row)
    if words is None:
        return SafeString("")
    return badge(words.short if short else words.text, words.tone, "clock")


@register.simple_tag
def lead_status(row: Lead) -> SafeString:
    """How it stands today as a badge."""
    status = row.status_today
    return badge(status.label, _TONES.get(status, "neutral"))


@register.simple_tag
def tick_lead(row: Lead) -> SafeString:
    """The box by which it is chosen for a change of many."""
    words = _("Tick %(investor)s: %(need)s") % {"investor": row.investor.name, "need": row.title}
    return format_html(
        '<input class="form-check-input tick" type="checkbox" name="row" value="{}" form="bulk"'
        ' aria-label="{}">',
        row.ref,
        words,
    )


@register.simple_tag
def next_step(row: Any, today: dt.date) -> SafeString:
    """When the next action of a lead is due and what it is; an active one without is marked."""
    if row.next_due:
        overdue = row.next_due < today and row.status_on(today) == Status.ACTIVE
        mark = badge(_("Overdue"), "bad") if overdue else ""
        return format_html(
            '{} {}<span class="sub">{}</span>', when(row.next_due), mark, row.next_what
        )
    if row.status_on(today) == Status.ACTIVE:
        return badge(_("none"), "warn")
    return _DASH


@register.simple_tag
def heard_from(row: Lead, today: dt.date) -> SafeString:
    """When something was heard of them, and whether that is too long ago."""
    heard = (
        when(row.heard_at)
        if row.heard_at
        else format_html('<span class="muted">{}</span>', pgettext("heard from", "never"))
    )
    if not row.is_not_heard_from_on(today):
        return heard
    days = row.days_quiet_on(today)
    words = ngettext("not for %(n)d day", "not for %(n)d days", days) % {"n": days}
    return format_html("{} {}", heard, badge(words, "warn"))


@register.simple_tag
def refs(rows: Iterable[Lead]) -> str:
    """The references of a page's rows, as the form of changes carries them."""
    return ".".join(row.ref for row in rows)
