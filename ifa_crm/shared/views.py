"""Pages about the program itself, and what it says when something is not as it should be."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ifa_crm.shared.extend import readiness_notes


@login_not_required
@require_safe
def credits_page(request: HttpRequest) -> HttpResponse:
    return render(request, "shared/credits.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "shared/accessibility.html")


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """The database can be reached and holds every migration; 503 and the reason otherwise.

    What is amiss beside that, such as a worker that has stopped, is said under *ready*.
    """
    reason = _why_not_ready()
    lines = [reason] if reason else ["ready", *readiness_notes()]
    return HttpResponse(
        "".join(f"{line}\n" for line in lines),
        content_type="text/plain",
        status=503 if reason else 200,
    )


def _why_not_ready() -> str:
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, ImproperlyConfigured):
        return "the database cannot be reached"
    if pending:
        return f"{len(pending)} migrations are not applied"
    return ""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def too_many(request: HttpRequest) -> HttpResponse:
    return render(request, "429.html", status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without request, context or database: any of them may be what failed."""
    try:
        page: str = render_to_string("500.html")
    except Exception:  # what failed may be the templates or the static files, too
        page = "<!doctype html><title>IFA CRM</title><h1>Something went wrong</h1>"
    return HttpResponse(page, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)
