"""My imports, and the page of one: its progress, what becomes of the rows, its report."""

from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ifa_crm.imports import reports
from ifa_crm.imports.choices import ImportState
from ifa_crm.imports.filters import ImportFilter
from ifa_crm.imports.models import Import
from ifa_crm.imports.nouns import nouns_of
from ifa_crm.imports.services.deciding import kinds_of
from ifa_crm.imports.views.frame import (
    figures,
    import_or_404,
    kind_words,
    shown_rows,
    steps,
    unread_columns,
)
from ifa_crm.shared.downloads import to_keep
from ifa_crm.shared.lists import ListPage
from ifa_crm.staff.decorators import StaffRequest, requires
from ifa_crm.staff.roles import Act

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@requires(Act.EDIT_CLUSTERS)
def import_list(request: StaffRequest) -> HttpResponseBase:
    page = ListPage(
        request,
        rows=Import.objects.visible_to(request.user),
        filterset=ImportFilter,
        sorts={"begun": ("begun_at", "pk")},
        default_sort="-begun",
        show=lambda rows: rows.select_related("owner", "job"),
    )
    return page.answer(
        "imports/import_list.html",
        title=_("Imports"),
        lead=_("Files brought in, checked before anything is written. You may leave at any time."),
        offered=nouns_of(request.user),
        shows_owner=request.user.may(Act.ADMINISTER),
    )


@require_safe
@requires(Act.EDIT_CLUSTERS)
def import_detail(request: StaffRequest, ref: str) -> HttpResponseBase:
    """The page, or its progress alone when htmx asks again; when the job has ended, all of it."""
    imported = import_or_404(request, ref)
    if imported.state == ImportState.MAPPING and imported.owner_id == request.user.pk:
        return redirect("imports:import_columns", ref=ref)
    part = bool(request.htmx) and not request.htmx.history_restore_request
    template = "imports/import_detail.html#region" if part else "imports/import_detail.html"
    response = TemplateResponse(request, template, _shown(request, imported))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _shown(request: StaffRequest, imported: Import) -> dict[str, Any]:
    counts = figures(imported)
    by, key, after = _asked(request)
    rows, more = shown_rows(imported, by, key, after)
    is_own = imported.owner_id == request.user.pk
    is_open = is_own and imported.state == ImportState.CHECKED
    undecided = kinds_of(imported) if is_own and not imported.is_running else []
    return {
        "imported": imported,
        "job": imported.job,
        "title": str(imported),
        "is_own": is_own,
        "steps": steps(imported),
        "figures": counts,
        "total": sum(figure["n"] for figure in counts),
        "rows": rows,
        "more": more,
        "by": by,
        "key": key,
        "unread": unread_columns(imported) if is_open else [],
        "kinds": kind_words(undecided),
        "to_write": imported.rows.to_write().count() if is_own else 0,
    }


def _asked(request: StaffRequest) -> tuple[str, str, int]:
    """Which rows, and from which line on."""
    by, _sep, key = request.GET.get("show", "").partition(":")
    after = request.GET.get("after", "")
    return by, key[:20], int(after) if after.isdecimal() and len(after) < 10 else 0


@require_safe
@requires(Act.EDIT_CLUSTERS)
def import_report(request: StaffRequest, ref: str) -> HttpResponseBase:
    """The file with its result, as CSV (streamed) or XLSX; ``only`` some of the rows."""
    imported = import_or_404(request, ref)
    only = request.GET.get("only", "")
    rows = reports.rows_of(imported, only, request.build_absolute_uri("/")[:-1])
    stem = imported.name.rpartition(".")[0] or imported.name
    name = f"{stem}-{only or 'report'}"
    if request.GET.get("as") == "xlsx" and imported.rows_read <= reports.MOST_AT_ONCE:
        return to_keep(reports.as_xlsx(rows), f"{name}.xlsx", _XLSX)
    response = StreamingHttpResponse(
        reports.as_csv(rows, imported.delimiter or ","), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
