"""Sets up IFA CRM with demo data and serves it. Called by bin/demo."""

from __future__ import annotations

import argparse
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType

from _environment import (
    PYTHON,
    ROOT,
    clean_environment,
    end_with_children,
    manage,
    prepare,
    step,
    stop,
)

VAR = ROOT / "var" / "demo"
READY = VAR / ".ready"
ACCOUNTS = (
    ("viewer", "reads what is not confidential"),
    ("adviser", "an adviser in Tokyo"),
    ("adviser2", "an adviser in Boston"),
    ("desk", "keeps the clusters, relays introductions"),
    ("manager", "confirms agreements, reassigns, sees everything"),
    ("admin", "users and reference data, the Django admin"),
)


def main() -> int:
    end_with_children()
    arguments = _arguments()
    port = _port()
    if arguments.fresh:
        _start_over(sure=arguments.yes)
    prepare("requirements.txt")
    env = _settings()
    _set_up(env)
    return _serve(env, port)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description="Sets up IFA CRM with demo data on SQLite and serves it on 127.0.0.1.",
        epilog="PORT=8001 bin/demo serves on another port.",
    )
    parser.add_argument("--fresh", action="store_true", help="throw the demo data away first")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser.parse_args()


def _port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        stop(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except PermissionError:
            stop(f"Port {text} is not ours to use. Choose one above 1023: PORT=8001 bin/demo")
        except OSError:
            stop(
                f"Port {text} is in use - perhaps by a demo that is still running.",
                "End that one, or choose another port: PORT=8001 bin/demo",
            )
    return int(text)


def _start_over(*, sure: bool) -> None:
    if not VAR.exists():
        return
    if not sure:
        if not sys.stdin.isatty():
            stop("bin/demo --fresh asks before it deletes. To answer beforehand, add --yes.")
        if input(f"Delete all demo data in {VAR.relative_to(ROOT)}? [y/N] ").lower() != "y":
            stop("Nothing was deleted.")
    shutil.rmtree(VAR)


def _settings() -> dict[str, str]:
    VAR.mkdir(parents=True, exist_ok=True)
    key = VAR / "secret"
    if not key.exists():
        key.touch(mode=0o600)
        key.write_text(secrets.token_urlsafe(48))
    return clean_environment(
        IFA_MODE="demo", IFA_VAR=str(VAR), IFA_SECRET_KEY=key.read_text(), PYTHONUNBUFFERED="1"
    )


def _set_up(env: dict[str, str]) -> None:
    """Bring everything up to date; what has not changed since the last run is left alone."""
    now = _fingerprint()
    if READY.exists() and READY.read_text() == now:
        return
    step("compiling the French catalogue")
    manage("messages", "compile", env=env)
    step("collecting static files")
    manage("collectstatic", "--noinput", "--clear", "--verbosity=0", env=env)
    step("preparing the database")
    manage("migrate", "--verbosity=0", env=env)
    manage("createcachetable", env=env)
    step("loading reference and demo data")
    manage("load_reference", env=env)
    manage("load_demo", env=env)
    manage("open_demo_accounts", env=env)
    READY.write_text(now)


def _fingerprint() -> str:
    """Changes when the program does: its files' names, sizes and times."""
    seen = hashlib.sha256()
    for top in ("clusters", "fixtures", "ifa_crm", "investors", "locale", "meetings", "static"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.is_file() and path.suffix not in {".pyc", ".mo"}:
                facts = path.stat()
                seen.update(f"{path}{facts.st_size}{facts.st_mtime_ns}".encode())
    seen.update((ROOT / "requirements.txt").read_bytes())
    return seen.hexdigest()


def _serve(env: dict[str, str], port: int) -> int:
    """Run the production server until it ends or we are told to stop."""
    command = [PYTHON, "-m", "gunicorn", "ifa_crm.wsgi", f"--bind=127.0.0.1:{port}"]
    command += [f"--config={ROOT / 'gunicorn.conf.py'}", f"--pid={VAR / 'server.pid'}"]
    lean = env | {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072"}  # docs/deployment.md
    server = subprocess.Popen(command, env=lean, cwd=ROOT, start_new_session=True)
    beside = _start_clockwork(env)

    def end(signum: int, frame: FrameType | None) -> None:
        for process in (server, *beside):
            process.terminate()

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, end)
    if _answers(server, port):
        _greet(port)
    code = server.wait()
    for process in beside:
        process.terminate()
        process.wait()
    print("\nThe demo has ended; its data is kept." if code in {0, -15} else "The server failed.")
    return 0 if code in {0, -15} else 1


def _start_clockwork(env: dict[str, str]) -> list[subprocess.Popen[bytes]]:
    """What a production machine runs beside the server: see docs/deployment.md."""
    return [
        subprocess.Popen([PYTHON, "manage.py", *command], env=env, cwd=ROOT, start_new_session=True)
        for command in (["worker"], ["tick", "--every", "60"])
    ]


def _answers(server: subprocess.Popen[bytes], port: int) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return True
        except OSError:
            time.sleep(0.1)
    return False


def _greet(port: int) -> None:
    lines = [f"  {name:9} {what}" for name, what in ACCOUNTS]
    print("", f"IFA CRM is at  http://127.0.0.1:{port}/", "", sep="\n")
    print("Sign in with one of these names, password “demo”:", "", *lines, "", sep="\n")
    print("Ctrl-C ends it.", flush=True)


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent)
    raise SystemExit(main())
