"""The virtual environment that bin/demo and bin/test share."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def stop(*lines: str) -> None:
    """Say what is missing and what to do, and end."""
    print("", *lines, sep="\n", file=sys.stderr)
    raise SystemExit(1)


def end_with_children() -> None:
    """On SIGTERM and Ctrl-C end quietly; ``run`` stops what was started."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, _frame: sys.exit(128 + number))


def run(
    command: Sequence[str | Path], *, env: dict[str, str] | None = None, quiet: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run ``command`` to its end; if we are stopped meanwhile, so is all that it started."""
    output = subprocess.PIPE if quiet else None
    child = subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=output, stderr=output, text=True, start_new_session=True
    )
    try:
        out, err = child.communicate()
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        raise
    return subprocess.CompletedProcess(command, child.returncode, out, err)


def step(text: str) -> None:
    print(f"· {text}", flush=True)


def prepare(requirements: str) -> None:
    """Make the environment and install ``requirements`` unless that was done already."""
    files = [ROOT / "requirements.txt", ROOT / requirements]
    wanted = hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()
    stamp = VENV / f".installed-{requirements}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted and _works():
        return
    if not PYTHON.exists() or not _works():
        _create()
    step(f"installing packages ({requirements})")
    _install(requirements)
    stamp.write_text(wanted)


def _works() -> bool:
    """A folder that was moved or a Python that was removed leaves an environment that fails."""
    try:
        probe = run([PYTHON, "-m", "pip", "--version"])
    except OSError:
        return False
    return probe.returncode == 0


def _create() -> None:
    step("making a virtual environment in .venv")
    made = run([sys.executable, "-m", "venv", "--clear", VENV])
    if made.returncode or not PYTHON.exists():
        stop(
            "The virtual environment could not be made:",
            (made.stderr or made.stdout).strip(),
            "On Debian the module is in a package of its own: apt-get install python3-venv",
        )


def _install(requirements: str) -> None:
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    done = run([*pip, "--requirement", ROOT / requirements])
    if done.returncode:
        stop(
            "The packages could not be installed. Is the package registry within reach, and is",
            "there room on the disk? What pip says:",
            *done.stderr.strip().splitlines()[-8:],
        )


def manage(*arguments: str, env: dict[str, str]) -> None:
    """Run ``manage.py``; if it fails, show why and end."""
    done = run([PYTHON, ROOT / "manage.py", *arguments], env=env)
    if done.returncode:
        stop(f"manage.py {' '.join(arguments)} failed:", done.stdout[-2000:], done.stderr[-4000:])


def clean_environment(**more: str) -> dict[str, str]:
    """Our variables only: a DATABASE_URL or IFA_… of the shell must not leak in."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("IFA_") and name not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    }
    return kept | more
