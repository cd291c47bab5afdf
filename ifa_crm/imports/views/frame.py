"""What the pages of imports share."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from ifa_crm.imports.choices import Decision, ImportState, Outcome, Result
from ifa_crm.imports.models import Import, ImportRow
from ifa_crm.imports.nouns import Noun, nouns
from ifa_crm.imports.reports import errors_of
from ifa_crm.imports.services.deciding import choices_of
from ifa_crm.imports.values import quoted, shown
from ifa_crm.staff.decorators import StaffRequest

PAGE = 50
TONES = {
    Outcome.CREATE: "good",
    Outcome.UPDATE: "accent",
    Outcome.UNCHANGED: "quiet",
    Outcome.TWIN: "warn",
    Outcome.ARCHIVED: "warn",
    Outcome.REFUSED: "bad",
}


def import_or_404(request: StaffRequest, ref: str) -> Import:
    rows = Import.objects.visible_to(request.user).select_related("owner", "job", "batch")
    found: Import = get_object_or_404(rows, ref=ref)
    return found


def own_import(request: StaffRequest, ref: str) -> Import:
    """One's own, to act on: whoever imports writes in their own name."""
    imported = import_or_404(request, ref)
    if imported.owner_id != request.user.pk:
        raise PermissionDenied
    return imported


def noun_or_404(request: StaffRequest, key: str) -> Noun:
    noun = nouns().get(key)
    if noun is None or not request.user.may(noun.act):
        raise Http404
    return noun


def figures(imported: Import) -> list[dict[str, Any]]:
    """How many rows of each kind there are; together they are the rows of the file."""
    by = "result" if imported.state in {ImportState.WRITTEN, ImportState.WRITING} else "outcome"
    counted = imported.rows.order_by().values_list(by).annotate(n=Count("pk"))
    counts = dict(counted)
    if by == "result" and (refused := imported.rows.refused_at_once().count()):
        counts[Result.NONE] -= refused
        counts[Result.REFUSED] = counts.get(Result.REFUSED, 0) + refused
    members: Any = Result if by == "result" else Outcome
    return [
        {"key": member.value, "label": member.label, "n": counts[member.value], "by": by}
        for member in members
        if counts.get(member.value)
    ]


def shown_rows(imported: Import, by: str, key: str, after: int) -> tuple[list[Any], int | None]:
    """The rows of a kind from a line on, and the line after which the next page begins."""
    rows = imported.rows.filter(line__gt=after).order_by("line")
    if by == "result" and key in {Result.NONE, Result.REFUSED}:
        apart = imported.rows.refused_at_once()
        rows = rows.filter(result=Result.NONE).exclude(pk__in=apart) if not key else rows.refused()
    elif by in {"outcome", "result"}:
        rows = rows.filter(**{by: key})
    found = list(rows[: PAGE + 1])
    more = found[PAGE - 1].line if len(found) > PAGE else None
    return [describe(imported, row) for row in found[:PAGE]], more


def describe(imported: Import, row: ImportRow) -> dict[str, Any]:
    """A row as the page draws it."""
    asks = not row.result and bool(row.twins) and not imported.is_running
    return {
        "row": row,
        "cells": _first_cells(imported, row),
        "errors": errors_of(row, imported.known),
        "told": row.told if not row.errors else "",
        "tone": TONES.get(Outcome(row.outcome), "quiet") if row.outcome else "quiet",
        "choices": [(choice.value, choice.label) for choice in choices_of(row)] if asks else [],
        "decided": Decision(row.decision).label if row.decision else "",
    }


def _first_cells(imported: Import, row: ImportRow) -> list[tuple[str, Any]]:
    """Headings and cells of the first columns that are imported and hold something."""
    mapped = map(int, imported.mapping)
    return [
        (imported.headings[index], row.cells[index])
        for index in mapped
        if index < len(row.cells) and row.cells[index] not in (None, "")
    ][:4]


def unread_columns(imported: Import) -> list[dict[str, Any]]:
    """The columns of which cells could not be read, with how many and the most frequent ones."""
    found = []
    for index, counts in imported.unread.items():
        texts = imported.unread_texts(index)
        found.append(
            {
                "heading": imported.headings[int(index)],
                "n": sum(counts.values()),
                "texts": [quoted(shown(text)) for text in texts[:3]],
                "more": len(texts) > 3,
            }
        )
    return found


def kind_words(kinds: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is asked about all rows of a kind at once."""
    words = {
        "name": _("The same name as a record"),
        "similar": _("Much like a record"),
        "archived": _("Like a record that was archived"),
        "file": _("A similar name further up in the file"),
    }
    found = []
    for kind in kinds:
        row = ImportRow(outcome=kind["outcome"])
        found.append(
            {
                "kind": kind["twin_kind"],
                "n": kind["n"],
                "label": words.get(kind["twin_kind"], words["similar"]),
                "choices": [(choice.value, choice.label) for choice in choices_of(row)],
            }
        )
    return found


def steps(imported: Import) -> list[tuple[str, str, bool]]:
    """(label, address or nothing, whether it is this one) of the way through."""
    state = ImportState(imported.state)
    here = {ImportState.MAPPING: 1, ImportState.CHECKING: 2, ImportState.CHECKED: 2}.get(state, 3)
    detail = imported.get_absolute_url()
    columns = reverse("imports:import_columns", args=[imported.ref])
    can_map = here < 3 and not imported.is_running and not imported.has_ended
    return [
        (_("File"), "", False),
        (_("Columns"), columns if can_map else "", here == 1),
        (_("Check"), detail if here == 2 else "", here == 2),
        (_("Write"), "", here == 3),
    ]
