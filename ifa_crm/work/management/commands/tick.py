"""``manage.py tick``: does what is due. Run it every minute."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from ifa_crm.shared.acting import acting
from ifa_crm.work import clockwork


class Command(BaseCommand):
    help = "Does what is due; run it every minute, or let it stay with --every 60."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--every", type=float, help="stay, and do it every so many seconds")

    def handle(self, *args: Any, every: float | None, **options: Any) -> None:
        ended = threading.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda number, frame: ended.set())
        while not ended.is_set():
            with acting(None, reason="manage.py tick"):
                done = clockwork.tick(timezone.now())
            if options["verbosity"] > 1:
                self.stdout.write(", ".join(done))
            if every is None:
                return
            ended.wait(every)
            close_old_connections()  # the database may have been away meanwhile
