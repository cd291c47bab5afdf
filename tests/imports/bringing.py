"""Files that tests bring in, and the way from the file to the rows."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

from ifa_crm.imports.models import Import
from ifa_crm.imports.services import checking, files, writing
from ifa_crm.staff.models import User
from ifa_crm.work.tasks import run_job

HEADINGS = ("Company", "Country", "Contact name", "E-mail", "Need", "Budget")
ROW = ("Kyoto Cells K.K.", "Japan", "Aiko Tanaka", "aiko@kyoto-cells.example", "Hydrogen", "1,5 M€")


def csv_bytes(
    rows: Iterable[Sequence[Any]], *, delimiter: str = ";", encoding: str = "utf-8"
) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows: Iterable[Sequence[Any]], *, title: str = "Leads") -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(list(row))
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def upload(
    user: User, rows: Iterable[Sequence[Any]], *, noun: str = "leads", kind: str = "csv"
) -> Import:
    content = csv_bytes(rows) if kind == "csv" else xlsx_bytes(rows)
    return files.upload(actor=user, noun=noun, file=SimpleUploadedFile(f"Leads.{kind}", content))


def run(imported: Import) -> Import:
    """What the worker would do now."""
    assert imported.job is not None
    run_job.func(imported.job.pk)
    imported.refresh_from_db()
    imported.job.refresh_from_db()
    return imported


def check(imported: Import, **changes: Any) -> Import:
    """Have the rows checked, with the columns as they were guessed."""
    asked: dict[str, Any] = {
        "mapping": {int(i): key for i, key in imported.mapping.items()},
        "readings": {int(i): how for i, how in imported.readings.items()},
        "overwrite": True,
    }
    return run(checking.check(actor=imported.owner, imported=imported, **asked | changes))


def write(imported: Import) -> Import:
    return run(writing.write(actor=imported.owner, imported=imported))


def bring(user: User, rows: Iterable[Sequence[Any]], **how: Any) -> Import:
    """From the file to the records."""
    return write(check(upload(user, rows, **how)))


def outcomes(imported: Import) -> dict[int, str]:
    return dict(imported.rows.values_list("line", "outcome"))


def results(imported: Import) -> dict[int, str]:
    return dict(imported.rows.values_list("line", "result"))
