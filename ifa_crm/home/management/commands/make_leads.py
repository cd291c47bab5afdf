"""Make many made-up leads, to look at pages under load. Not for a database that people use.

Needs the reference data. The same ``--count``, ``--seed`` and ``--today`` give the same leads.
"""

import datetime as dt
from argparse import ArgumentParser
from contextlib import nullcontext
from time import monotonic
from typing import Any, Final

from auditlog.context import disable_auditlog
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ifa_crm.home.making.maker import Maker, is_used
from ifa_crm.home.making.pool import Pool
from ifa_crm.home.making.rows import MODELS
from ifa_crm.home.making.tables import loading, look_again, without_collector
from investors.models import Lead

MANY: Final = 5000  # leads from which on it pays to make the indexes anew


def _is_many(count: int) -> bool:
    """Whether the new leads are many, and more than those that are there."""
    return count >= MANY and Lead.objects.order_by()[:count].count() < count


class Command(BaseCommand):
    help = "Make many made-up leads, to look at pages under load."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=1000, help="how many (1000)")
        parser.add_argument("--seed", type=int, default=1, help="another one, other leads (1)")
        parser.add_argument(
            "--today",
            type=dt.date.fromisoformat,
            help="they came in during three years before (today)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count, seed = options["count"], options["seed"]
        if count < 1:
            raise CommandError("--count must be 1 or more.")
        if is_used(seed):
            raise CommandError(f"The leads of seed {seed} are there already: take another --seed.")
        begun = monotonic()
        today = options["today"] or timezone.now().date()
        with disable_auditlog(), without_collector():
            pool = Pool.of_database()
            if not (pool.clusters and pool.objectives):
                raise CommandError("This needs the reference data: manage.py load_reference")
            with loading(MODELS.values()) if _is_many(count) else nullcontext():
                for made in Maker(seed=seed, pool=pool, today=today).make(count):
                    if options["verbosity"] > 1:
                        self.stdout.write(f"{made:,} leads")
            look_again()
        if options["verbosity"]:
            took = monotonic() - begun
            self.stdout.write(
                f"Made {count:,} leads in {took:.1f} s ({count / took:,.0f} a second)."
            )
