"""Badges of the investors' side. ``{% load investors %}``"""

from django import template
from django.utils.safestring import SafeString

from ifa_crm.shared.templatetags.ifa import badge
from investors.clocks import Clocks
from investors.models import Interaction, Lead

register = template.Library()


@register.simple_tag
def reply_clock(clocks: Clocks, row: Lead | Interaction) -> SafeString:
    """The open reply clock of a lead or a message as a badge; nothing without one."""
    words = clocks.read(row)
    return badge(words.text, words.tone, "clock") if words else SafeString("")
