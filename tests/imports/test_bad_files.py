"""Files that nobody can read: each gets a sentence that says what to do, and nothing is kept."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ifa_crm.imports import spreadsheets
from ifa_crm.imports.bad_file import BadFileError
from ifa_crm.imports.models import Import
from ifa_crm.imports.services import files
from ifa_crm.staff.models import User
from ifa_crm.work.choices import JobState
from investors.models import Investor
from tests.imports.bringing import HEADINGS, ROW, check, csv_bytes, outcomes, upload, xlsx_bytes

pytestmark = pytest.mark.django_db


def changed(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed."""
    old, kept = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data)
        if part not in old.namelist():
            new.writestr(part, change(b""))
    return kept.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
DTD = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


def with_dtd(data: bytes) -> bytes:
    return DTD + data.partition(b"?>")[2] if data.startswith(b"<?xml") else DTD + data


def many_sheets() -> bytes:
    book, kept = openpyxl.Workbook(), io.BytesIO()
    for _n in range(200):
        book.create_sheet()
    book.save(kept)
    return kept.getvalue()


def rows() -> bytes:
    return xlsx_bytes([HEADINGS, ROW])


BAD: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "empty": ("a.csv", lambda: b"", "empty"),
    "only blanks": ("a.csv", lambda: b"\xef\xbb\xbf \r\n\r\n", "empty"),
    "headings only": ("a.csv", lambda: csv_bytes([HEADINGS]), "no row under them"),
    "headings only, workbook": ("a.xlsx", lambda: xlsx_bytes([HEADINGS]), "no row under them"),
    "a program": ("a.xlsx", lambda: b"MZ\x90\0\x03" + b"\0" * 500, "not what its name says"),
    "a PDF": ("a.csv", lambda: b"%PDF-1.7\nabc", "not what its name says"),
    "text as workbook": ("a.xlsx", lambda: csv_bytes([HEADINGS, ROW]), "not what its name says"),
    "old or protected": (
        "a.xls",
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "password",
    ),
    "another archive": (
        "a.xlsx",
        lambda: changed(b"PK\x05\x06" + b"\0" * 18, "a.txt", lambda _d: b"a"),
        "no workbook",
    ),
    "half a workbook": ("a.xlsx", lambda: rows()[:-400], "damaged"),
    "zip bomb": (
        "a.xlsx",
        lambda: changed(rows(), SHEET, lambda _d: b" " * 60_000_000),
        "far too large",
    ),
    "bomb of texts": (
        "a.xlsx",
        lambda: changed(rows(), "xl/sharedStrings.xml", lambda _d: b"<a>" * 40_000_000),
        "far too large",
    ),
    "entities": ("a.xlsx", lambda: changed(rows(), SHEET, with_dtd), "no spreadsheet program"),
    "entities in the book": (
        "a.xlsx",
        lambda: changed(rows(), "xl/workbook.xml", with_dtd),
        "cannot be read",
    ),
    "broken sheet": ("a.xlsx", lambda: changed(rows(), SHEET, lambda d: d[:300]), "Save"),
    "a million columns": ("a.csv", lambda: b"a;" * 1_000_000 + b"\n1;2\n", "1000000 columns"),
    "16,000 columns": (
        "a.xlsx",
        lambda: changed(rows(), SHEET, lambda d: d.replace(b'r="F1"', b'r="XFD1"')),
        "16384 columns",
    ),
    "one cell of 20 MB": (
        "a.csv",
        lambda: b'Company;Need\n"' + b"x" * 19_000_000,
        "more than 32767 characters",
    ),
    "200 sheets": ("a.xlsx", many_sheets, "201 sheets"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_file_says_what_to_do(case: str, manager: User) -> None:
    name, content, told = BAD[case]
    file = SimpleUploadedFile(name, content())
    with pytest.raises(BadFileError) as refused:
        files.upload(actor=manager, noun="leads", file=file)
    assert told in " ".join(refused.value.messages)
    assert not Import.objects.exists()


def test_too_large_a_file_is_not_read(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    with pytest.raises(BadFileError, match="20 MB"):
        upload(manager, [HEADINGS, *[ROW] * 5])


def test_too_many_rows_stop_the_check(manager: User, monkeypatch: pytest.MonkeyPatch) -> None:
    imported = upload(manager, [HEADINGS, *[ROW] * 12])
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 10)
    imported = check(imported)
    assert imported.job is not None
    assert imported.job.state == JobState.FAILED
    assert "more than 10 rows" in imported.job.error
    assert not Investor.objects.exists()


def test_nul_bytes_are_no_letters(manager: User) -> None:
    content = csv_bytes([HEADINGS, ROW]).replace(b"Kyoto", b"Ky\0oto", 1)
    file = SimpleUploadedFile("a.csv", content)
    imported = check(files.upload(actor=manager, noun="leads", file=file))
    assert outcomes(imported) == {2: "create"}
    assert imported.rows.get().cells[0] == ROW[0]


def test_mixed_encodings_are_refused_with_the_line(manager: User) -> None:
    content = csv_bytes([HEADINGS, *[ROW] * 3000]) + "Société;France\n".encode("cp1252")
    file = SimpleUploadedFile("a.csv", content)
    imported = check(files.upload(actor=manager, noun="leads", file=file))
    assert imported.job is not None
    assert "Choose another encoding" in imported.job.error
    assert not Investor.objects.exists()


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_what_looks_like_a_formula_is_text(manager: User, sign: str) -> None:
    row = (f'{sign}HYPERLINK("x")', *ROW[1:])
    for kind in ("csv", "xlsx"):
        imported = check(upload(manager, [HEADINGS, row], kind=kind))
        if kind == "csv":
            assert imported.rows.get().cells[0] == row[0]
        assert not Investor.objects.exists()


def test_headings_that_stand_twice_are_told_apart(manager: User) -> None:
    imported = upload(manager, [("Company", "Notes", "Notes"), ("A", "b", "c")])
    assert imported.headings == ["Company", "Notes", "Notes (2)"]


def test_a_row_longer_than_the_headings_keeps_its_cells(manager: User) -> None:
    imported = upload(manager, [("Company", "Country"), ("A", "Japan", "more")])
    assert imported.headings == ["Company", "Country", "Column 3"]


def test_a_title_above_the_headings_is_passed_over(manager: User) -> None:
    imported = upload(manager, [("Leads of 2026",), (), HEADINGS, ROW])
    assert (imported.heading_line, imported.headings) == (3, list(HEADINGS))


def test_what_a_sheet_says_of_its_size_is_not_believed() -> None:
    def claims(data: bytes) -> bytes:
        return data.replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')

    def far(data: bytes) -> bytes:
        return claims(data).replace(b'<row r="2"', b'<row r="99999999"')

    for change, wanted in ((claims, 2), (far, 1)):
        file = io.BytesIO(changed(rows(), SHEET, change))
        how: dict[str, Any] = {"kind": "xlsx", "sheet": "Leads"}
        with spreadsheets.rows_of(file, **how) as found:
            assert len(list(found)) == wanted
