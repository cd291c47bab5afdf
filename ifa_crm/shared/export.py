"""A list as a file: exactly its filtered, sorted rows and its shown columns, never cut.

``CSV`` is streamed, ``XLSX`` is made as a whole. The headings are those of the reader's language,
or, for a file that is to be imported again, codes that stay. Dates are ISO in both.
"""

import csv
import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any, Final, Protocol
from zoneinfo import ZoneInfo

from django.db.models import Model, TextChoices
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.columns import Column, written
from ifa_crm.shared.defusing import defused

MOST_XLSX_ROWS: Final = 1_048_575  # what a sheet holds, less the headings
_BOM: Final = "\ufeff"
_MOST_IN_A_CELL: Final = 32_767  # characters; a spreadsheet opens no more


class Format(TextChoices):
    CSV = "csv", _("CSV (comma, UTF-8)")
    CSV_FRENCH = "csv-fr", _("CSV for a French Excel (semicolon)")
    XLSX = "xlsx", _("Excel workbook (XLSX)")

    @property
    def suffix(self) -> str:
        return "xlsx" if self == Format.XLSX else "csv"

    @property
    def content_type(self) -> str:
        if self == Format.XLSX:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Shape:
    """How a file is written: in whose language and zone, with words or codes as headings."""

    format: Format
    columns: Sequence[Column]
    coded: bool
    language: str
    zone: ZoneInfo

    @property
    def written(self) -> list[Column]:
        return written(self.columns)

    @property
    def headings(self) -> list[str]:
        return [
            column.code or column.key if self.coded else str(column.heading or column.label)
            for column in self.written
        ]


def plain(value: Any, shape: Shape) -> Any:
    """A value of a column as a cell holds it: text, a number, a day, a moment, or nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return defused(value)
    if isinstance(value, bool | Promise):
        return str(value) if isinstance(value, Promise) else _yes_no(value)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, dt.datetime):
        return _moment(value, shape)
    if isinstance(value, Model):
        return defused(_name(value, shape))
    return value if isinstance(value, int | float | dt.date) else defused(str(value))


def _yes_no(value: bool) -> str:
    return str(_("yes") if value else _("no"))


def _name(record: Model, shape: Shape) -> str:
    """A record by its name; a person in a file of codes by the name that only they have."""
    return str(getattr(record, "username", record)) if shape.coded else str(record)


def _moment(value: dt.datetime, shape: Shape) -> Any:
    """In the reader's wall time; in a file of codes exact, with its offset."""
    local = timezone.localtime(value, shape.zone)
    if shape.coded:
        return local.isoformat()
    return local.replace(tzinfo=None, second=0, microsecond=0)


def cells(row: Any, columns: Sequence[Column], shape: Shape) -> list[Any]:
    return [plain(column.value(row), shape) for column in columns]


# --- CSV ---------------------------------------------------------------------------------


class _Echo:
    """What ``csv.writer`` writes into: it hands every line back."""

    def write(self, line: str) -> str:
        return line


def csv_chunks(chunks: Iterable[Sequence[Any]], shape: Shape) -> Iterator[bytes]:
    """The file, a chunk of rows at a time: it is never whole in memory."""
    french = shape.format == Format.CSV_FRENCH
    writer: Any = csv.writer(_Echo(), delimiter=";" if french else ",")
    with translation.override(shape.language):
        head = writer.writerow([defused(heading) for heading in shape.headings])
    yield f"{_BOM if french else ''}{head}".encode()
    columns = shape.written
    for chunk in chunks:
        with translation.override(shape.language):
            lines = [writer.writerow(_texts(cells(row, columns, shape), shape)) for row in chunk]
        yield "".join(lines).encode()


def _texts(values: list[Any], shape: Shape) -> list[Any]:
    """Cells as CSV writes them; a French spreadsheet reads 1,5 as a number, not 1.5."""
    comma = shape.format == Format.CSV_FRENCH and not shape.coded
    return [_text(value, comma) for value in values]


def _text(value: Any, comma: bool) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "minutes")
    if comma and isinstance(value, Decimal | float):
        return str(value).replace(".", ",")
    return value


# --- XLSX --------------------------------------------------------------------------------


class Progress(Protocol):
    def __call__(self, done: int) -> None: ...


def write_xlsx(
    chunks: Iterable[Sequence[Any]], shape: Shape, title: str, told: Progress
) -> IO[bytes]:
    """The workbook as an open file; ``told(done)`` is called after each chunk of rows."""
    from openpyxl import Workbook  # 7 MB of each server process that never makes one

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    sheet.freeze_panes = "A2"
    columns, done = shape.written, 0
    with translation.override(shape.language):
        sheet.append([_heading(sheet, heading) for heading in shape.headings])
    for chunk in chunks:
        with translation.override(shape.language):
            for row in chunk:
                sheet.append([_short(value) for value in cells(row, columns, shape)])
        done += len(chunk)
        told(done)
    file = tempfile.TemporaryFile()  # noqa: SIM115  # whoever gives it away closes it
    book.save(file)
    file.seek(0)
    return file


def _heading(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value=defused(text))
    cell.font = Font(bold=True)
    return cell


def _short(value: Any) -> Any:
    """What a cell of a workbook can hold: no control characters, no endless text."""
    if not isinstance(value, str):
        return value
    readable = "".join(c for c in value if c >= " " or c in "\t\n\r")
    if len(readable) <= _MOST_IN_A_CELL:
        return readable
    left = _("… [%(n)d characters: a CSV holds them all]") % {"n": len(readable)}
    return readable[: _MOST_IN_A_CELL - len(left)] + left


def _sheet_name(title: str) -> str:
    """A sheet's name has at most 31 characters, and some it cannot have."""
    return "".join(" " if c in "[]:*?/\\" else c for c in title)[:31] or "Sheet"
