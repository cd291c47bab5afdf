"""How quickly a file comes in: ``python -m bench.import_speed --rows 20000``.

A database of its own (SQLite, migrated), a manager, a made-up file; the jobs run in this process,
as the worker runs them. Prints rows a second of check and writing, and the most memory used.
"""

import argparse
import csv
import io
import os
import resource
import tempfile
import time
from collections.abc import Iterator
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
            *(f"p{n}@{domain}", f"+1 202 555 {n:05}", f"Partner for idea {n}", "A few words " * 6),
            *("", f"{random.randint(1, 90)},5 M€", "later", "no", f"2026-{n % 12 + 1:02}-15"),
        )


def content(count: int, kind: str) -> bytes:
    if kind == "xlsx":
        from tests.imports.bringing import xlsx_bytes

        return xlsx_bytes([HEADINGS, *rows(count)])
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
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"IFA_MODE": "development", "IFA_VAR": folder}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ifa_crm.settings")
        import django

        django.setup()
        measure(asked.rows, asked.kind)


def measure(count: int, kind: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command

    from ifa_crm.imports.services import checking, files, writing
    from ifa_crm.staff.roles import Role
    from tests import make

    call_command("migrate", verbosity=0)
    user = make.user(role=Role.MANAGER)
    made = SimpleUploadedFile(f"a.{kind}", content(count, kind))
    print(f"{count} rows, {len(made) / 1e6:.1f} MB of {kind}, {memory()} MB before")
    imported = files.upload(actor=user, noun="leads", file=made)
    del made
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

    began = time.perf_counter()
    run_job.func(imported.job.pk)
    took = time.perf_counter() - began
    imported.job.refresh_from_db()
    print(f"{what}: {count / took:.0f} rows/s, {took:.1f} s, at most {memory()} MB")
    if imported.job.error:
        print(imported.job.error)


def _results(imported: Any) -> Any:
    from django.db.models import Count

    return imported.rows.order_by().values("result").annotate(n=Count("pk"))


if __name__ == "__main__":
    main()
