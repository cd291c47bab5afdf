"""A CSV of all leads beside a bare ``csv.writer`` over ``iterator()`` with the same columns.

``python -m bench.export`` with the settings of a database that holds them; each of the two runs
in a process of its own and says how long it took and how far its memory rose.
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import django
from django.http import HttpRequest, QueryDict  # noqa: TID251  # what a list reads


class Nowhere:
    def __init__(self) -> None:
        self.size = 0

    def write(self, text: str) -> None:
        self.size += len(text)


def bare() -> int:
    from ifa_crm.shared.columns import chosen, with_columns, written
    from investors.columns import LEAD_COLUMNS
    from investors.models import Lead

    shown = chosen(LEAD_COLUMNS, [])
    columns = written(shown)
    rows = with_columns(Lead.objects.filter(archived_at=None), shown)
    out = Nowhere()
    writer = csv.writer(out)
    for lead in rows.order_by("-received_at", "-pk").iterator():
        writer.writerow([column.value(lead) for column in columns])
    return out.size


def ours() -> int:
    from ifa_crm.shared.export import Format, csv_chunks
    from ifa_crm.staff.models import User
    from ifa_crm.work.views.export import shape_of
    from investors.views.leads import lead_page

    request = HttpRequest()
    request.path, request.GET = "/leads/", QueryDict("")
    request.user = User.objects.get(username="manager")
    page = lead_page(request)
    shape = shape_of(request.user, page, Format.CSV, coded=False)
    return sum(len(chunk) for chunk in csv_chunks(page.chunks(page.all_keys()), shape))


def _memory() -> float:
    """The most that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _measured(act: Callable[[], int]) -> dict[str, float]:
    django.setup()
    from investors.models import Lead

    Lead.objects.first()
    idle, begun, worked = _memory(), time.perf_counter(), time.process_time()
    size = act()
    return {
        "seconds": time.perf_counter() - begun,
        "seconds of CPU time": time.process_time() - worked,
        "megabytes above idle": _memory() - idle,
        "bytes": size,
    }


def main() -> int:
    acts = {"bare": bare, "ours": ours}
    if len(sys.argv) > 1:
        print(json.dumps(_measured(acts[sys.argv[1]])))
        return 0
    for name in acts:
        run = [sys.executable, "-m", "bench.export", name]
        print(name, subprocess.run(run, check=True, capture_output=True, text=True).stdout.strip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
