"""Find duplicates among all investors and contacts, as the job of the night does.

Needed after rows were written past the services (fixtures, SQL, made-up leads).
"""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from investors.finding import find_all


class Command(BaseCommand):
    help = "Find duplicates among all investors and contacts."

    def handle(self, *args: Any, **options: Any) -> None:
        begun = monotonic()
        for step, changed in find_all():
            if options["verbosity"]:
                self.stdout.write(f"{step}: {changed:,} changed ({monotonic() - begun:.1f} s)")
