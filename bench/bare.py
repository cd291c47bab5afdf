"""What a page is measured against: the same rows by plain Django, for somebody signed in.

Session and auth middleware, 50 rows of 8 columns, a count that stops where ours stops, and a
template without frame, filters, translation or formatting. It shows everything to everybody.
"""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import path

from investors.models import Lead

COLUMNS = (
    "ref",
    "title",
    "investor__name",
    "stage",
    "status",
    "owner__username",
    "received_at",
    "next_due",
)
PAGE = engines["django"].from_string(
    "<!doctype html><title>Leads</title><p>{{ count }}</p><table>"
    "{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}"
    "</table>"
)


def bare_list(request):
    if not request.user.is_authenticated:
        raise PermissionDenied
    leads = Lead.objects.filter(archived_at__isnull=True)
    rows = leads.order_by("-received_at", "-pk").values_list(*COLUMNS)
    return TemplateResponse(
        request,
        PAGE,
        {
            "rows": rows[: settings.ROWS_PER_PAGE],
            "count": leads.order_by()[: settings.COUNT_CAP + 1].count(),
        },
    )


def healthz(request):
    return TemplateResponse(request, engines["django"].from_string("ok"))


urlpatterns = [path("", bare_list), path("healthz", healthz)]
