"""Load the demo data and move it so that today is today - once.

Needs the reference data: ``manage.py load_reference``. Where ``loaddata`` has put the rows already,
they are only moved. Rows that were moved before are left alone: people may have worked with them.
"""

from typing import Any

from auditlog.context import disable_auditlog
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from clusters.models import Cluster
from ifa_crm.home import demo
from investors.finding import find_all
from investors.services.fit_columns import build_columns


class Command(BaseCommand):
    help = "Load the invented demo data, moved by whole weeks so that today is today."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Cluster.objects.exists():
            raise CommandError("The demo data needs the reference data: manage.py load_reference")
        with transaction.atomic(), disable_auditlog():
            said = self._load()
        if options["verbosity"]:
            self.stdout.write(said)

    def _load(self) -> str:
        before = demo.weeks_shifted()
        if before:
            return f"The demo data are there already, moved by {before} weeks. Nothing changed."
        if before is None:
            call_command("loaddata", *demo.files(), verbosity=0)
        weeks = demo.weeks_to(timezone.localdate(timezone=demo.EASTERNMOST))
        if before is not None and not weeks:
            return "The demo data are there already, and today is their day. Nothing changed."
        moved = demo.shift(weeks) if weeks else 0
        demo.wind_clocks()
        list(find_all())  # the rows came past the services
        build_columns()  # the clock would within minutes
        how = "Moved" if before is not None else "Loaded"
        return f"{how} the demo data: {moved} rows moved by {weeks} weeks."
