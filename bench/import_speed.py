"""How quickly a file comes in: ``python -m bench.import_speed --rows 20000``.

A database of its own (SQLite, migrated), a manager, a made-up file; the jobs run in this process,
as the worker runs them. Prints rows a second of check and writing, by the clock and by the CPU's,
and the most memory used. The file is made by a process of its own, so that the memory is that of
the jobs.
"""

import argparse
import csv
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

HEADINGS = (
    *("Company", "Country", "City", "Website", "Contact name", "Job title", "E-mail", "Phone"),
    *("Need", "What they want", "Sector", "R&D budget", "Horizon", "Confidential", "Received"),
)
FIRST = ("Nordic", "Kyoto", "Alpen", "Pacific", "Delta", "Aurora", "Vega", "Orion", "Zenith")
SECOND = ("Cells", "Optics", "Marine", "Robotics", "Pharma", "Energy", "Foods", "Textiles")
FORMS = ("GmbH", "K.K.", "Inc.", "AB", "S.p.A.", "Ltd", "B.V.", "Oy")
COUNTRIES = ("Germany", "Japon", "United States", "Sweden", "Italie", "India", "NL", "Finland")


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    random = Random(7)  # made-up data, no secrets
    for n in range(count):
        name = f"{random.choice(FIRST)} {n} {random.choice(SECOND)} {random.choice(FORMS)}"
        domain = f"c{n}.example"
        yield (
            *(name, random.choice(COUNTRIES), "Town", f"www.{domain}", f"Person {n}", "Director"),
            *(f"p{n}@{domain}", f"+1 202 555 {n:05}", f"Partner for idea {n}", "A few words " * 2),
            *("", f"{random.randint(1, 90)},5 M€", "later", "no", f"2026-{n % 12 + 1:02}-15"),
        )


def content(count: int, kind: str) -> bytes:
    if kind == "xlsx":
        from openpyxl import Workbook

        book = Workbook(write_only=True)
        sheet = book.create_sheet("Leads")
        for row in (HEADINGS, *rows(count)):
            sheet.append(row)
        kept = io.BytesIO()
        book.save(kept)
        return kept.getvalue()
    text = io.StringIO()
    csv.writer(text).writerows([HEADINGS, *rows(count)])
    return text.getvalue().encode()


def memory() -> int:
    """The most that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--kind", choices=["csv", "xlsx"], default="csv")
    parser.add_argument("--make", type=Path, help="only make the file")
    asked = parser.parse_args()
    if asked.make:
        asked.make.write_bytes(content(asked.rows, asked.kind))
        return
    with tempfile.TemporaryDirectory() as folder:
        # As the worker runs: a debugging mode would keep every statement in memory.
        os.environ |= {"IFA_MODE": "demo", "IFA_VAR": folder, "IFA_SECRET_KEY": "x" * 50}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ifa_crm.settings")
        import django

        django.setup()
        file = Path(folder) / f"a.{asked.kind}"
        make = (sys.executable, "-m", "bench.import_speed", f"--make={file}")
        subprocess.run([*make, f"--rows={asked.rows}", f"--kind={asked.kind}"], check=True)
        measure(asked.rows, file)


def measure(count: int, path: Path) -> None:
    from django.core.files import File
    from django.core.management import call_command

    from ifa_crm.imports.services import checking, files, writing
    from ifa_crm.staff.roles import Role
    from tests import make

    call_command("migrate", verbosity=0)
    user = make.user(role=Role.MANAGER)
    with path.open("rb") as content:
        made: Any = File(content, name=path.name)
        print(f"{count} rows, {made.size / 1e6:.1f} MB of {path.suffix}, {memory()} MB before")
        imported = files.upload(actor=user, noun="leads", file=made)
    mapping = {int(index): key for index, key in imported.mapping.items()}
    imported = checking.check(
        actor=user, imported=imported, mapping=mapping, readings={}, overwrite=True
    )
    timed("checked", imported, count)
    imported.refresh_from_db()
    imported = writing.write(actor=user, imported=imported)
    timed("written", imported, count)
    print({row["result"]: row["n"] for row in _results(imported)})


def timed(what: str, imported: Any, count: int) -> None:
    from ifa_crm.work.tasks import run_job

    began, worked = time.perf_counter(), time.process_time()
    run_job.func(imported.job.pk)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    imported.job.refresh_from_db()
    print(
        f"{what}: {count / took:.0f} rows/s, {took:.1f} s; "
        f"{count / worked:.0f} rows/s by {worked:.1f} s of CPU time; at most {memory()} MB",
        flush=True,
    )
    if imported.job.error:
        print(imported.job.error)


def _results(imported: Any) -> Any:
    from django.db.models import Count

    return imported.rows.order_by().values("result").annotate(n=Count("pk"))


if __name__ == "__main__":
    main()
