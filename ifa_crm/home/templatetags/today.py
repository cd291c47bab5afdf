"""``{% act button line %}``: an act of a line of Today, written without a template of its own.

A page of Today has a hundred and more of them: as a template, each took as long as a row of a list.
"""

import json
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from ifa_crm.home.sections import Button, Line
from ifa_crm.shared.templatetags.ifa import icon

register = template.Library()


@register.simple_tag(takes_context=True)
def act(context: dict[str, Any], button: Button, line: Line, classes: str = "") -> SafeString:
    """A form, a link that opens one in place, or a plain link.

    Of the context: ``section`` in which the line stands, ``back`` (the page), ``region`` (the
    address of the section) and ``csrf_token``.
    """
    words = format_html(
        '{}{}<span class="visually-hidden">: {}</span>',
        icon(button.icon, 16),
        button.label,
        line.title,
    )
    styled = format_html(' class="{}"', classes) if classes else mark_safe("")
    if button.at_once:
        return _form(context, button, line, words, styled)
    if button.opens:
        return _opener(context, button, line, words, styled)
    return format_html('<a{} href="{}">{}</a>', styled, button.address, words)


def _form(
    context: dict[str, Any], button: Button, line: Line, words: SafeString, styled: SafeString
) -> SafeString:
    part = f"part-{context['section'].key}"
    hidden = [
        ("csrfmiddlewaretoken", context["csrf_token"]),
        ("next", context["back"]),
        ("region", part),
        ("slot", line.slot),
        *button.sends,
    ]
    return format_html(
        '<form method="post" action="{0}" hx-post="{0}" hx-target="#{1}" hx-swap="outerHTML"'
        ' hx-vals="{2}">{3}<button{4} type="submit">{5}</button></form>',
        button.address,
        part,
        json.dumps({"next": context["region"]}),
        format_html_join("", '<input type="hidden" name="{}" value="{}">', hidden),
        styled,
        words,
    )


def _opener(
    context: dict[str, Any], button: Button, line: Line, words: SafeString, styled: SafeString
) -> SafeString:
    further = "&" if "?" in button.address else "?"
    values = {
        "next": context["region"],
        "region": f"part-{context['section'].key}",
        "slot": line.slot,
    }
    return format_html(
        '<a{0} href="{1}{2}{3}" hx-get="{1}" hx-vals="{4}" hx-target="#{5}" hx-swap="innerHTML">'
        "{6}</a>",
        styled,
        button.address,
        further,
        urlencode({"next": context["back"]}),
        json.dumps(values),
        line.slot,
        words,
    )
