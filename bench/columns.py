"""How quickly leads are compared with clusters: ``python -m bench.columns --count 100000``.

A database of its own (SQLite, in a temporary folder) with made-up leads. Prints what one lead
against all clusters takes, a whole comparison, the next one when nothing has changed, and the
first page of leads for a cluster in this process; and the most memory used.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from bench.import_speed import memory

NEEDS = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="leads (2000)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"IFA_MODE": "demo", "IFA_VAR": folder, "IFA_SECRET_KEY": "x" * 50}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ifa_crm.settings")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("collectstatic", interactive=False, verbosity=0)
        for name in ("migrate", "createcachetable", "load_reference", "load_demo"):
            call_command(name, verbosity=0)
        call_command("make_leads", count=asked.count, verbosity=0)
        measure()


def measure() -> None:
    from investors.models import FitRun
    from investors.services.fit_columns import build_columns

    one_need()
    FitRun.objects.all().delete()
    run, seconds = timed(build_columns)
    needs, leads = run.evaluated_count, run.lead_count
    print(
        f"all of {leads:,} leads, {needs:,} needs: {seconds:.1f} s, {leads / seconds:,.0f} a second"
    )
    _again, seconds = timed(build_columns)
    print(f"again, nothing changed: {seconds:.1f} s, {leads / seconds:,.0f} a second")
    page()
    print(f"at most {memory()} MB")


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    begun = time.perf_counter()
    return act(), time.perf_counter() - begun


def one_need() -> None:
    """Processor time of ``fit.evaluate`` for single leads, as the page of a lead pays it."""
    from django.utils import timezone

    from investors import fit
    from investors.fit_columns import needs_of, read_facts, says_something
    from investors.models import Lead

    facts = read_facts(timezone.localdate())
    modes = dict(Lead.objects.live().order_by("-pk").values_list("pk", "mode")[: 3 * NEEDS])
    needs = [need for need in needs_of(modes).values() if says_something(need)][:NEEDS]
    times = []
    for need in needs:
        begun = time.process_time()
        fit.evaluate(need, facts.clusters, facts.tables)
        times.append(time.process_time() - begun)
    times.sort()
    middle, slow = median(times) * 1000, times[int(0.95 * len(times))] * 1000
    print(
        f"one lead against {len(facts.clusters)} clusters: p50 {middle:.1f} ms, p95 {slow:.1f} ms"
    )


def page() -> None:
    """The leads for the cluster with most of them, as an adviser asks for the page."""
    from django.test import Client

    from ifa_crm.staff.models import User
    from investors.fit_columns import columns_in_turn, last_run

    run = last_run()
    assert run is not None
    lengths = {pk: len(column.keys) for pk, column in columns_in_turn(run)}
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username="adviser"))
    key, count = max(lengths.items(), key=lambda pair: pair[1])
    slug = run.columns.get(cluster=key).cluster.slug
    took = [timed(lambda: client.get(f"/clusters/{slug}/matches/")) for _ in range(5)]
    assert {answer.status_code for answer, _s in took} == {200}
    seconds = [seconds for _answer, seconds in took]
    print(f"leads for a cluster, of {count:,}: ", end="")
    print(f"first {seconds[0] * 1000:.0f} ms, then {median(seconds[1:]) * 1000:.0f} ms")


if __name__ == "__main__":
    main()
