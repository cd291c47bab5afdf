"""Data sets: a folder and a database of their own for each kind and size."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "bench"
POSTGRESQL = os.environ.get("IFA_TEST_POSTGRESQL", "postgres://postgres@127.0.0.1:5432/postgres")


class DataSet:
    """``count`` made-up leads beside the demo, on SQLite or PostgreSQL."""

    def __init__(self, kind: str, count: int) -> None:
        self.kind, self.count = kind, count
        self.folder = VAR / f"{kind}-{count}"
        self.name = f"ifa_bench_{count}"
        self._ready = self.folder / ".ready"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.env = self._environment()

    def _environment(self) -> dict[str, str]:
        ours = re.compile(r"IFA_|DATABASE_URL$|DJANGO_SETTINGS_MODULE$")
        kept = {name: value for name, value in os.environ.items() if not ours.match(name)}
        kept |= {
            "IFA_MODE": "demo",  # production, but for TLS
            "IFA_VAR": str(self.folder),
            "IFA_SECRET_KEY": secrets.token_urlsafe(48),
            "DJANGO_SETTINGS_MODULE": "ifa_crm.settings",
            "PYTHONPATH": str(ROOT),
        }
        if self.kind == "postgresql":
            kept["DATABASE_URL"] = urlunsplit(urlsplit(POSTGRESQL)._replace(path=f"/{self.name}"))
        return kept

    def prepare(self) -> float:
        """Fill it unless it was kept; gives the leads made per second."""
        if self._ready.exists():
            self._run("bench.fill")
        else:
            print(f"· {self.kind}: making {self.count:,} leads", flush=True)
            self.drop()
            self.folder.mkdir(parents=True)
            self._create()
            made = self._run("bench.fill", str(self.count))
            self._tidy()
            self._ready.write_text(made)
        pace: float = json.loads(self._ready.read_text())["leads_per_second"]
        return pace

    def _run(self, module: str, *arguments: str) -> str:
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{module} failed:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
        return done.stdout

    def facts(self) -> dict[str, Any]:
        """Which records to ask for, and what runs here."""
        return json.loads(self._run("bench.facts"))

    # --- the database -----------------------------------------------------------------------

    def _create(self) -> None:
        if self.kind == "postgresql":
            self._execute(POSTGRESQL, f"CREATE DATABASE {self.name} TEMPLATE template0")

    def _tidy(self) -> None:
        """What autovacuum does a little later: without it no index alone answers a query."""
        if self.kind == "postgresql":
            self._execute(self.env["DATABASE_URL"], "VACUUM ANALYZE")

    def drop(self) -> None:
        if self.kind == "postgresql":
            self._execute(POSTGRESQL, f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _execute(self, url: str, statement: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(statement)
