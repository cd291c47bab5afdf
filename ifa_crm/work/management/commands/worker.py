"""``manage.py worker``: does what waits in the background, until it is told to stop."""

import logging
import os
import signal
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from ifa_crm.work import clockwork
from ifa_crm.work.registry import pumps

log = logging.getLogger(__name__)
BEAT_EVERY = 10.0  # seconds


class Command(BaseCommand):
    help = "Does what waits in the background, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--interval", type=float, default=1.0, help="seconds to wait when nothing is to be done"
        )
        parser.add_argument("--once", action="store_true", help="end when nothing is left to do")

    def handle(self, *args: Any, interval: float, once: bool, **options: Any) -> None:
        self.told_to_stop = False
        self.last_beat = float("-inf")
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        while not self.told_to_stop:
            self._beat()
            if not self._turn():
                if once:
                    return
                time.sleep(interval)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.told_to_stop = True

    def _beat(self) -> None:
        close_old_connections()
        if time.monotonic() - self.last_beat >= BEAT_EVERY:
            clockwork.beat(clockwork.WORKER)
            self.last_beat = time.monotonic()

    def _turn(self) -> int:
        """One job and a draught of each pump; how much there was to do."""
        found = int(self._run_a_task())
        for pump in pumps():
            try:
                found += pump()
            except Exception:  # one pump that breaks must not stop the others or the jobs
                log.exception("A pump broke off.")
        return found

    def _run_a_task(self) -> bool:
        if not DBTaskResult.objects.ready().exists():  # a look takes no lock
            return False
        Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=1,
            worker_id=f"worker-{os.getpid()}",
            excluded_queue_names=[],
        ).run()
        return True
