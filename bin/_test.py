"""Runs every check. Called by bin/test."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from dataclasses import dataclass, field
from functools import cache

from _environment import (
    PYTHON,
    ROOT,
    VENV,
    clean_environment,
    end_with_children,
    manage,
    prepare,
    run,
    step,
)

POSTGRESQL = os.environ.get("IFA_TEST_POSTGRESQL", "postgres://postgres@127.0.0.1:5432/postgres")
CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
WORKERS = os.environ.get("IFA_TEST_WORKERS", "2")
PYTEST = [str(PYTHON), "-m", "pytest", "--migrations", "-q", "-rs", "-n", WORKERS]


@dataclass
class Check:
    """One part of the run. ``missing``: why it cannot run here; then it is skipped."""

    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    missing: str = ""


def _tool(name: str, *arguments: str) -> list[str]:
    return [str(VENV / "bin" / name), *arguments]


def _manage(*arguments: str) -> list[str]:
    return [str(PYTHON), "manage.py", *arguments]


def checks() -> list[Check]:
    production = {
        "IFA_MODE": "production",
        "IFA_SECRET_KEY": "x" * 20 + "0123456789abcdefghijklmnopqrstuvwxyz",
        "IFA_HOSTS": "crm.example",
    }
    return [
        Check("format", _tool("ruff", "format", "--check", ".")),
        Check("lint", _tool("ruff", "check", ".")),
        Check("types", _tool("mypy")),
        Check("imports", _tool("lint-imports")),
        Check("templates", _tool("djlint", "templates", "--lint", "--quiet")),
        Check("django", _manage("check", "--fail-level", "WARNING")),
        Check("deploy", _manage("check", "--deploy", "--fail-level", "WARNING"), production),
        Check("migrations", _manage("makemigrations", "--check", "--dry-run")),
        Check("french", _manage("messages", "check")),
        Check("sqlite", [*PYTEST, "--ignore=tests/browser"]),
        Check(
            "postgresql",
            [*PYTEST, "--ignore=tests/browser"],
            {"DATABASE_URL": POSTGRESQL},
            missing=_no_postgresql(),
        ),
        Check("browser", [*PYTEST, "tests/browser"], missing=_no_chromium()),
        Check("bench", _bench(), {"IFA_TEST_POSTGRESQL": POSTGRESQL}),
    ]


def _bench() -> list[str]:
    """A small one, to keep it working: its times say nothing and fail nothing."""
    database = "sqlite" if _no_postgresql() else "both"
    small = ("--count", "1000", "--requests", "5", "--database", database, "--forget")
    return [str(PYTHON), "-m", "bench", *small]


@cache
def _no_postgresql() -> str:
    probe = "import sys, psycopg; psycopg.connect(sys.argv[1], connect_timeout=3).close()"
    done = run([PYTHON, "-c", probe, POSTGRESQL])
    return "" if done.returncode == 0 else f"no PostgreSQL answers at {POSTGRESQL}"


def _no_chromium() -> str:
    names = (os.environ.get("IFA_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    if any(name and shutil.which(name) for name in names):
        return ""
    return "no Chromium here (on Debian: apt-get install chromium; or name it in IFA_CHROMIUM)"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bin/test", description="Runs every check.")
    parser.add_argument("--only", action="append", metavar="NAME", help="just this part")
    only = parser.parse_args().only
    end_with_children()
    prepare("requirements-dev.txt")
    manage("messages", "compile", env=_env({}))
    known = checks()
    if only and (unknown := set(only) - {check.name for check in known}):
        parser.error(
            f"no part {', '.join(sorted(unknown))}; there are "
            f"{', '.join(check.name for check in known)}"
        )
    return _report([_run(check) for check in known if not only or check.name in only])


def _env(more: dict[str, str]) -> dict[str, str]:
    base = {"IFA_MODE": "development", "IFA_VAR": str(ROOT / "var" / "test")}
    kept = {name: os.environ[name] for name in ("IFA_CHROMIUM",) if name in os.environ}
    return clean_environment(**(base | kept | {"IFA_CI": "1" if CI else ""} | more))


def _run(check: Check) -> tuple[str, str]:
    if check.missing:
        print(f"\n=== {check.name}: SKIPPED, {check.missing}", flush=True)
        return check.name, "failed: skipped in CI" if CI else "skipped: " + check.missing
    print(f"\n=== {check.name}", flush=True)
    started = time.monotonic()
    done = run(check.command, env=_env(check.env), quiet=False)
    took = f"{time.monotonic() - started:.0f} s"
    return check.name, f"{'failed' if done.returncode else 'passed'} ({took})"


def _report(results: list[tuple[str, str]]) -> int:
    print("\n" + "=" * 60)
    for name, outcome in results:
        print(f"{name:12} {outcome}")
    failed = sum(outcome.startswith("failed") for _name, outcome in results)
    skipped = sum(outcome.startswith("skipped") for _name, outcome in results)
    print("=" * 60)
    tail = f", {skipped} skipped" if skipped else ""
    print(f"parts: {len(results) - failed - skipped} passed, {failed} failed{tail}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    step("checking the environment")
    sys.exit(main())
