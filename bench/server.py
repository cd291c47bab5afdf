"""The servers: the program as in production, the bare view, and the program counting queries."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bench.data import ROOT

APPLICATIONS: Final = {
    "program": ("ifa_crm.wsgi", "ifa_crm.settings"),
    "bare": ("bench.bare_wsgi", "bench.bare_settings"),
    "counting": ("ifa_crm.wsgi", "bench.counting_settings"),
}
# As bin/demo and docs/deployment.md start it.
_CONFIG: Final = f"--config={ROOT / 'gunicorn.conf.py'}"
_LEAN: Final = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}
_ONE: Final = ("--workers=1", "--threads=1")  # nothing is timed on it
_PATIENCE: Final = 60  # seconds for the first answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    def __init__(self, name: str, env: dict[str, str], port: int) -> None:
        application, settings = APPLICATIONS[name]
        self.name, self.port = name, port
        self._env = env | _LEAN | {"DJANGO_SETTINGS_MODULE": settings}
        self._command = [sys.executable, "-m", "gunicorn", application]
        self._command += [_CONFIG, f"--bind=127.0.0.1:{port}"]
        self._command += _ONE if name == "counting" else ()
        self.started_in = 0.0  # seconds until the first answer

    def __enter__(self) -> Self:
        begun = time.monotonic()
        self._process = subprocess.Popen(
            self._command, cwd=ROOT, env=self._env, start_new_session=True
        )
        try:
            while not self._answers():
                if self._process.poll() is not None or time.monotonic() > begun + _PATIENCE:
                    sys.exit(f"The server “{self.name}” does not answer on port {self.port}.")
                time.sleep(0.02)
        except BaseException:
            self._kill()
            raise
        self.started_in = time.monotonic() - begun
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._kill()

    def _kill(self) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            return False
        finally:
            connection.close()
        return True

    def worker_memory(self) -> int | None:
        """Bytes that the biggest worker holds in memory; nothing where there is no /proc."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        if not children.exists():
            return None
        sizes = (Path(f"/proc/{pid}/statm").read_text() for pid in children.read_text().split())
        return max(int(size.split()[1]) for size in sizes) * os.sysconf("SC_PAGE_SIZE")
