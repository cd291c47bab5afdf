"""Compare all leads with all clusters now, as the job of every hour does.

Needed after rows were written past the program (fixtures, SQL, made-up leads).
"""

from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand

from investors.services.fit_columns import build_columns


class Command(BaseCommand):
    help = "Compare all leads with all clusters, so that pages can list the leads for a cluster."

    def handle(self, *args: Any, **options: Any) -> None:
        begun = monotonic()
        run = build_columns()
        if options["verbosity"]:
            self.stdout.write(
                f"Compared {run.lead_count:,} leads in {monotonic() - begun:.1f} s; "
                f"{run.evaluated_count:,} needs were new."
            )
