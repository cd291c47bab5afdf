"""XLSX row by row.

openpyxl reads what is small: names of sheets, formats of dates. The cells are read here, with
expat: its own reader builds a tree of every cell, thirty times slower, and takes a workbook's word
for its size. A workbook with a DTD is refused, so that no entity is ever expanded.
"""

import datetime as dt
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final
from xml.parsers import expat

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.datetime import from_excel

from ifa_crm.imports.bad_file import BadFileError
from ifa_crm.imports.spreadsheets import Cell

CHUNK: Final = 64 * 1024
LONGEST_GAP: Final = 100_000  # empty rows after which nothing is expected any more
LAST_COLUMN: Final = 16_384
LONGEST_TEXT: Final = 1_000_000  # characters of one cell, before they are measured as such
_STRINGS: Final = "xl/sharedStrings.xml"


@dataclass(frozen=True)
class Sheet:
    title: str
    part: str
    is_shown: bool


@dataclass(frozen=True)
class Book:
    archive: zipfile.ZipFile
    sheets: list[Sheet]
    dates: frozenset[int]  # the styles that show a number as a day or a moment
    epoch: dt.datetime


class _Reader(ExcelReader):
    """openpyxl's, for the parts around the cells."""

    def book(self) -> Book:
        self.read_manifest()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)
        sheets = [
            Sheet(sheet.name, rel.target, sheet.state == "visible")
            for sheet, rel in self.parser.find_sheets()
            if rel.target in self.valid_files and "chartsheet" not in rel.Type
        ]
        return Book(self.archive, sheets, frozenset(self.wb._date_formats), self.wb.epoch)


@contextmanager
def opened(file: IO[bytes]) -> Iterator[Book]:
    file.seek(0)
    try:
        book = _Reader(file, read_only=True, data_only=True, keep_links=False).book()
    except Exception as error:  # whatever a damaged or hostile file makes the library raise
        raise _damaged() from error
    with book.archive:
        yield book


def _damaged(line: int = 0) -> BadFileError:
    if line:
        return BadFileError(
            _("The sheet cannot be read after line %(line)d. Save the workbook anew.")
            % {"line": line}
        )
    return BadFileError(
        _("The workbook cannot be read. Open it, save it anew as XLSX or CSV, and try again.")
    )


def rows_of(book: Book, title: str) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of a sheet, each with its number."""
    sheet = next((each for each in book.sheets if each.title == title), None)
    if sheet is None:
        raise BadFileError(_("The sheet is no longer there. Choose another one."))
    texts = _Texts(book)
    line = 0
    try:
        for line, cells in _cells(book, sheet, texts):
            yield line, cells
    except ValidationError:
        raise
    except Exception as error:
        raise _damaged(max(line, 1)) from error


def _cells(book: Book, sheet: Sheet, texts: "_Texts") -> Iterator[tuple[int, list[Cell]]]:
    collected = _Rows(book, texts)
    last = 0
    for _piece in _fed(book.archive, sheet.part, collected.parser):
        rows, collected.rows = collected.rows, []
        for line, cells in rows:
            if line <= last or line - last > LONGEST_GAP:
                return
            last = line
            yield line, cells


def _fed(archive: zipfile.ZipFile, part: str, parser: Any) -> Iterator[None]:
    """Feed a part to the parser, piece by piece."""
    parser.StartDoctypeDeclHandler = _no_dtd
    parser.buffer_text = True
    with archive.open(part) as source:
        while piece := source.read(CHUNK):
            parser.Parse(piece, False)
            yield
    parser.Parse(b"", True)
    yield


def _no_dtd(*_told: Any) -> None:
    raise BadFileError(
        _("The workbook holds definitions that no spreadsheet program writes. Save it anew.")
    )


def _local(name: str) -> str:
    """A tag without the prefix of its name space."""
    return name.rpartition(":")[2]


class _Collector:
    """Handlers that gather the text of elements."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self._pieces: list[str] = []
        self._length = 0
        self._is_gathering = False

    def gather(self) -> None:
        self._is_gathering = True

    def text(self, piece: str) -> None:
        if self._is_gathering and self._length <= LONGEST_TEXT:
            self._pieces.append(piece)
            self._length += len(piece)

    def gathered(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        self._length, self._is_gathering = 0, False
        return text

    def start(self, name: str, attributes: dict[str, str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError


class _Rows(_Collector):
    """Collects the rows of a sheet."""

    def __init__(self, book: Book, texts: "_Texts") -> None:
        super().__init__()
        self.book, self.texts = book, texts
        self.rows: list[tuple[int, list[Cell]]] = []
        self._line, self._cells = 0, list[Cell]()
        self._column, self._type, self._style = 0, "n", 0
        self._in_phonetic = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name)
        if tag == "c":
            self._column = _column(attributes.get("r", "")) or len(self._cells) + 1
            self._type = attributes.get("t", "n")
            self._style = int(attributes.get("s", 0))
        elif tag == "v" or (tag == "t" and not self._in_phonetic):
            self.gather()
        elif tag == "row":
            self._line = int(attributes.get("r", self._line + 1))
            self._cells = []
        elif tag == "rPh":  # how a name is read in kana: not part of the text
            self._in_phonetic = True

    def end(self, name: str) -> None:
        tag = _local(name)
        if tag in {"v", "t"}:
            self._is_gathering = False
        elif tag == "c":
            self._put(self._value(self.gathered()))
        elif tag == "row":
            self.rows.append((self._line, self._cells))
        elif tag == "rPh":
            self._in_phonetic = False

    def _put(self, value: Cell) -> None:
        if value is None or self._column > LAST_COLUMN:
            return
        missing = self._column - 1 - len(self._cells)
        if missing < 0:
            return  # a column for the second time
        self._cells.extend([None] * missing)
        self._cells.append(value)

    def _value(self, text: str) -> Cell:
        if self._type == "s":
            return self.texts[int(text)].replace("\0", "") if text else None
        if self._type in {"str", "inlineStr", "e", "d"}:
            return text or None
        if self._type == "b":
            return text == "1"
        return _number(text, self.book if self._style in self.book.dates else None)


def _number(text: str, book: Book | None) -> Cell:
    """A number, or the day or moment that it stands for in ``book``."""
    if not text:
        return None
    number = float(text)
    if book is not None:
        try:
            return _moment(from_excel(number, book.epoch))
        except (ValueError, OverflowError):
            return text
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _moment(value: Any) -> Cell:
    if isinstance(value, dt.datetime):
        value = (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
        is_day = value.time() == dt.time()
        return value.date().isoformat() if is_day else value.isoformat(sep=" ")
    return str(value)


def _column(reference: str) -> int:
    """The column of a reference such as ``BC12``, 0 where there is none."""
    column = 0
    for letter in reference:
        if not "A" <= letter <= "Z":
            break
        column = column * 26 + ord(letter) - 64
    return column


class _Texts(_Collector):
    """The texts that cells point to, read as far as they are asked for."""

    def __init__(self, book: Book) -> None:
        super().__init__()
        self._items: list[str] = []
        self._in_phonetic = False
        has_any = _STRINGS in book.archive.namelist()
        self._source = _fed(book.archive, _STRINGS, self.parser) if has_any else iter(())

    def __getitem__(self, index: int) -> str:
        while index >= len(self._items):
            if next(self._source, self) is self:
                raise _damaged()
        return self._items[index]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = _local(name)
        if tag == "rPh":
            self._in_phonetic = True
        elif tag == "t" and not self._in_phonetic:
            self.gather()

    def end(self, name: str) -> None:
        tag = _local(name)
        if tag == "si":
            self._items.append(self.gathered())
        elif tag == "t":
            self._is_gathering = False
        elif tag == "rPh":
            self._in_phonetic = False
