"""Says, as JSON, which records the bench asks for. Runs with the settings of the program."""

from __future__ import annotations

import json
import platform
import sqlite3

import django


def main() -> None:
    django.setup()
    print(json.dumps(_records() | {"python": platform.python_version(), "database": _database()}))


def _database() -> str:
    from django.db import connection

    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


def _records() -> dict[str, object]:
    """A lead as they are on average when they negotiate, an investor with three leads, and the
    month whose introductions are nearest to 500."""
    from django.db.models import Count
    from django.db.models.functions import TruncMonth

    from ifa_crm.staff.models import User
    from investors.choices import Stage
    from investors.models import Lead
    from meetings.models import Meeting

    adviser = User.objects.get(username="adviser")
    own = Lead.objects.filter(owner=adviser, stage=Stage.NEGOTIATING, restricted=False)
    some = Lead.objects.filter(pk__in=list(own.order_by("-pk").values_list("pk", flat=True)[:300]))
    lead = min(some.annotate(n=Count("interactions")), key=lambda lead: (abs(lead.n - 6), lead.pk))
    several = some.annotate(n=Count("investor__leads")).select_related("investor")
    investor = min(several, key=lambda lead: (abs(lead.n - 3), lead.pk)).investor
    held = Meeting.objects.visible_to(adviser).filter(starts_at__isnull=False)
    months = held.annotate(month=TruncMonth("starts_at")).values("month").annotate(n=Count("pk"))
    month = min(months.order_by("month"), key=lambda month: abs(month["n"] - 500))
    return {
        "lead": lead.ref,
        "investor": investor.ref,
        "month": f"{month['month']:%Y-%m}",
        "meetings": month["n"],
    }


if __name__ == "__main__":
    main()
