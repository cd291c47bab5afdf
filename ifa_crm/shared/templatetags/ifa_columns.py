"""The cells of a list's rows, in the order of the columns that are shown. Built in::

    {% cells %}
      {% cell "name" %}<a href="…">{{ row.name }}</a>{% endcell %}
      {% cell "country" %}{{ row.country.name }}{% endcell %}
    {% endcells %}

The list's :class:`~ifa_crm.shared.columns.Column` says label, classes and place; the template
only what stands in a cell. Drawn without an include or a lookup per cell: rows are many.
"""

from typing import Any

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from ifa_crm.shared.columns import Column
from ifa_crm.shared.lists import ListPage
from ifa_crm.shared.templatetags.ifa import sort_head

register = template.Library()


class CellNode(Node):
    def __init__(self, key: str, nodelist: NodeList) -> None:
        self.key, self.nodelist = key, nodelist


class CellsNode(Node):
    """Draws one row's cells."""

    def __init__(self, cells: dict[str, NodeList]) -> None:
        self.cells = cells

    def render(self, context: Any) -> SafeString:
        drawn = []
        for key, opening, closing in self._frames(context):
            drawn += [opening, self.cells[key].render(context), closing]
        return mark_safe("".join(drawn))

    def _frames(self, context: Any) -> list[tuple[str, str, str]]:
        """What stands around each cell: the same for all rows, so it is made once a page."""
        made: dict[Node, list[tuple[str, str, str]]] = context.render_context
        if self not in made:
            page: ListPage = context["page"]
            shown = page.shown_columns
            made[self] = [
                (column.key, _opening(column, place == 0), "</td>" if place else "</th>")
                for place, column in enumerate(shown)
            ]
        return made[self]


def _opening(column: Column, is_first: bool) -> SafeString:
    classes = format_html(' class="{}"', column.classes) if column.classes else ""
    if is_first:
        return format_html('<th scope="row"{}>', classes)
    return format_html('<td data-label="{}"{}>', column.label, classes)


@register.tag
def cell(parser: Parser, token: Token) -> CellNode:
    key = token.split_contents()[1].strip("\"'")
    nodelist = parser.parse(("endcell",))
    parser.delete_first_token()
    return CellNode(key, nodelist)


@register.tag
def cells(parser: Parser, token: Token) -> CellsNode:
    nodelist = parser.parse(("endcells",))
    parser.delete_first_token()
    return CellsNode({node.key: node.nodelist for node in nodelist if isinstance(node, CellNode)})


@register.simple_tag
def column_heads(page: ListPage) -> SafeString:
    """The heads of the columns shown, those that can be sorted by as links."""
    return mark_safe(
        "".join(
            sort_head(page, column.sort, column.label, column.classes)
            for column in page.shown_columns
        )
    )
