"""Files read row by row, never whole: CSV by Python's reader, XLSX by :mod:`.workbooks`.

What is wrong with a file is a :class:`BadFileError` with a sentence that says what to do. Nothing
in a file is evaluated: a formula counts as the value that was stored with it.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from ifa_crm.imports import sniffing
from ifa_crm.imports.bad_file import BadFileError
from ifa_crm.imports.choices import FileKind

Cell = str | int | float | bool | None

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200
MOST_SHEETS: Final = 100
LONGEST_CELL: Final = 32_767  # what a cell of a spreadsheet can hold
LONGEST_LINE: Final = 8_000_000  # characters: more than all cells of a row may hold
UNPACKED: Final = 400 * 1024 * 1024
TEXTS: Final = 96 * 1024 * 1024  # the part that holds the texts of the cells
OTHER: Final = 4 * 1024 * 1024  # every other part that is read: formats, names of sheets
DENSEST: Final = 150  # how much smaller packing makes a part that a person wrote
_MUCH: Final = 4 * 1024 * 1024
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


# --- What kind of file ---------------------------------------------------------------------


def kind_of(file: IO[bytes], name: str) -> FileKind:
    """By what the file begins with; its name only says what somebody thinks it is."""
    file.seek(0)
    head = file.read(sniffing.HEAD)
    file.seek(0)
    if not head.strip(b"\0 \t\r\n\xff\xfe\xef\xbb\xbf"):
        raise BadFileError(_("The file is empty. Choose the file that holds the rows."))
    if head.startswith(_OLD_OFFICE):
        raise BadFileError(
            _(
                "This is an old Excel file (.xls) or one that a password protects. Open it, take "
                "the password away, and save it as “Excel workbook (.xlsx)” or as CSV."
            )
        )
    if head.startswith(b"PK\x03\x04"):
        check_archive(file)
        return FileKind.XLSX
    if name.lower().endswith((".xlsx", ".xlsm")) or _is_no_text(head):
        raise BadFileError(
            _("“%(name)s” is not what its name says. Save the rows as XLSX or CSV and try again.")
            % {"name": name}
        )
    return FileKind.CSV


def _is_no_text(head: bytes) -> bool:
    """Programs, pictures, PDF: NUL and other signs that no text has, unless it is UTF-16."""
    if head.startswith((b"%PDF", b"MZ", b"\x7fELF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf")):
        return True
    if sniffing.encoding_of(head).startswith("utf-16"):
        return False
    strange = sum(head.count(code) for code in (*range(1, 9), *range(14, 27)))
    return strange > len(head) / 100 or head.count(0) > len(head) / 4


def check_archive(file: IO[bytes]) -> None:
    """Refuse, by its directory and before anything is unpacked, what is no workbook or a bomb."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise BadFileError(
            _("The file is damaged. Open it in a spreadsheet program and save it anew.")
        ) from error
    finally:
        file.seek(0)
    names = {part.filename for part in parts}
    if "xl/workbook.xml" not in names and not any(n.startswith("xl/worksheets") for n in names):
        raise BadFileError(_("This archive is no workbook. Save the rows as XLSX or CSV."))
    if any(part.flag_bits & 0x1 for part in parts):
        raise BadFileError(_("A password protects the file. Take it away and save it anew."))
    if len(parts) > 3000 or _is_bomb(parts):
        raise BadFileError(
            _(
                "Unpacked, the file would be far too large. Copy the rows into a new workbook, "
                "without formats and pictures, or save them as CSV."
            )
        )


def _is_bomb(parts: Sequence[zipfile.ZipInfo]) -> bool:
    if sum(part.file_size for part in parts) > UNPACKED:
        return True
    for part in parts:
        if part.file_size > _most_of(part.filename):
            return True
        if part.file_size > _MUCH and part.file_size > DENSEST * max(1, part.compress_size):
            return True
    return False


def _most_of(name: str) -> int:
    if name.startswith(("xl/worksheets/", "xl/media/", "xl/pivotCache/", "xl/drawings/")):
        return UNPACKED  # read in pieces, or never
    return TEXTS if name == "xl/sharedStrings.xml" else OTHER


# --- Rows ----------------------------------------------------------------------------------


@contextmanager
def rows_of(
    file: IO[bytes], *, kind: str, encoding: str = "", delimiter: str = ",", sheet: str = ""
) -> Iterator[Iterator[tuple[int, list[Cell]]]]:
    """The rows that hold something, each with its line as a spreadsheet program counts it."""
    file.seek(0)
    if kind == FileKind.XLSX:
        from ifa_crm.imports import workbooks  # with openpyxl: 7 MB, only for who reads one

        check_archive(file)
        with workbooks.opened(file) as book:
            yield _guarded(workbooks.rows_of(book, sheet))
    else:
        text = io.TextIOWrapper(file, encoding=encoding, newline="")
        try:
            yield _guarded(_of_text(text, delimiter))
        finally:
            text.detach()


def _guarded(rows: Iterator[tuple[int, list[Cell]]]) -> Iterator[tuple[int, list[Cell]]]:
    """Count and measure; trailing empty cells are no cells, rows without any no rows."""
    found = 0
    for line, cells in rows:
        while cells and cells[-1] in (None, ""):
            cells.pop()
        if not cells:
            continue
        if len(cells) > MOST_COLUMNS:
            raise BadFileError(
                _(
                    "Line %(line)d has %(n)d columns; at most %(most)d are read. Keep the columns "
                    "that are to be imported, and check the sign between the cells."
                )
                % {"line": line, "n": len(cells), "most": MOST_COLUMNS}
            )
        found += 1
        if found > MOST_ROWS + 1:
            raise BadFileError(
                _("The file has more than %(most)d rows. Cut it into several files.")
                % {"most": MOST_ROWS}
            )
        _check_lengths(line, cells)
        yield line, cells


def _check_lengths(line: int, cells: Sequence[Cell]) -> None:
    if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in cells):
        raise _too_long(line)


def _too_long(line: int) -> BadFileError:
    return BadFileError(
        _(
            "A cell in line %(line)d holds more than %(most)d characters. A quotation mark that "
            "is not closed may be the reason; otherwise shorten the cell."
        )
        % {"line": line, "most": LONGEST_CELL}
    )


def _of_text(text: io.TextIOWrapper, delimiter: str) -> Iterator[tuple[int, list[Cell]]]:
    csv.field_size_limit(LONGEST_CELL + 1)
    reader = csv.reader(_without_nul(text), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, list(cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise _too_long(line) from error
    except UnicodeError as error:
        raise BadFileError(
            _(
                "Line %(line)d or one after it cannot be read as “%(encoding)s”. Choose another "
                "encoding, or save the file anew as UTF-8; it may mix several."
            )
            % {"line": line, "encoding": text.encoding}
        ) from error


def _without_nul(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines of a bounded length; NUL is no character of a text."""
    line = 0
    while found := text.readline(LONGEST_LINE):
        line += 1
        if len(found) == LONGEST_LINE and not found.endswith("\n"):
            raise _too_long(line)
        yield found.replace("\0", "")


# --- XLSX ----------------------------------------------------------------------------------


def sheets_of(file: IO[bytes]) -> list[str]:
    """The names of the sheets that are shown, in their order."""
    from ifa_crm.imports import workbooks

    check_archive(file)
    with workbooks.opened(file) as book:
        names = [sheet.title for sheet in book.sheets if sheet.is_shown] or [
            sheet.title for sheet in book.sheets
        ]
    if not names:
        raise BadFileError(_("The workbook has no sheet with cells. Choose another file."))
    if len(names) > MOST_SHEETS:
        raise BadFileError(
            _("The workbook has %(n)d sheets. Copy the rows into one, and import that.")
            % {"n": len(names)}
        )
    return names


# --- Headings ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """The headings, in which line they stand, and the first rows under them."""

    headings: list[str]
    line: int
    body: list[list[Cell]]


def head_of(file: IO[bytes], *, samples: int = 200, **how: Any) -> Head:
    """The headings and the first rows. Several columns of one heading get a number.

    Above the headings of a sheet there may stand a title: the headings are the first of the first
    ten rows that is at least half as wide as the widest of them.
    """
    with rows_of(file, **how) as rows:
        first = list(islice(rows, samples + 10))
    if not first:
        raise BadFileError(_("There is no row in it. Choose the file or sheet that holds them."))
    at = heading_line(first)
    place = next(i for i, (line, _cells) in enumerate(first) if line == at)
    body = [cells for _line, cells in first[place + 1 :]][:samples]
    if not body:
        raise BadFileError(_("There are headings, but no row under them: nothing to import."))
    width = max(len(cells) for cells in (first[place][1], *body))
    return Head(_named(first[place][1], width), at, body)


def heading_line(first: Sequence[tuple[int, Sequence[Cell]]]) -> int:
    """The line of the headings among the first rows."""
    filled = [(line, sum(cell not in (None, "") for cell in cells)) for line, cells in first[:10]]
    widest = max(n for _line, n in filled)
    return next(line for line, n in filled if n * 2 >= widest)


def _named(cells: Sequence[Cell], width: int) -> list[str]:
    names: list[str] = []
    for index in range(width):
        cell = cells[index] if index < len(cells) else None
        name = " ".join(str(cell if cell is not None else "").split())[:100]
        name = name or _("Column %(n)d") % {"n": index + 1}
        times = names.count(name)
        while name in names:
            times += 1
            name = f"{name[:95]} ({times})"
        names.append(name)
    return names
