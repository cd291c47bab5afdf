"""Make many made-up leads, to look at pages under load. Not for a database that people use.

Needs the reference data. The same ``--count`` and ``--seed`` give the same leads.
"""

from argparse import ArgumentParser
from time import monotonic
from typing import Any

from auditlog.context import disable_auditlog
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from ifa_crm.home.making.batch import Pool
from ifa_crm.home.making.maker import Maker, is_used


class Command(BaseCommand):
    help = "Make many made-up leads, to look at pages under load."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=1000, help="how many (1000)")
        parser.add_argument("--seed", type=int, default=1, help="another one, other leads (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        count, seed = options["count"], options["seed"]
        if count < 1:
            raise CommandError("--count must be 1 or more.")
        if is_used(seed):
            raise CommandError(f"The leads of seed {seed} are there already: take another --seed.")
        begun = monotonic()
        with disable_auditlog():
            pool = Pool.of_database()
            if not (pool.clusters and pool.objectives):
                raise CommandError("This needs the reference data: manage.py load_reference")
            for made in Maker(seed=seed, pool=pool, now=timezone.now()).make(count):
                if options["verbosity"] > 1:
                    self.stdout.write(f"{made:,} leads")
            _look_again()
        if options["verbosity"]:
            took = monotonic() - begun
            self.stdout.write(
                f"Made {count:,} leads in {took:.1f} s ({count / took:,.0f} a second)."
            )


def _look_again() -> None:
    """Let PostgreSQL count the rows now, as it does by itself a minute later: until then it plans
    queries for tables that were empty."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
