"""The file back, with what became of each row: to be mended and brought in again."""

import csv
from collections.abc import Iterable, Iterator
from tempfile import TemporaryFile
from typing import IO, Any, Final

from django.utils.translation import gettext as _

from ifa_crm.imports.choices import Outcome
from ifa_crm.imports.models import Import, ImportRow
from ifa_crm.imports.nouns import Noun
from ifa_crm.shared.defusing import defused

MOST_AT_ONCE: Final = 20_000  # rows of a workbook that is made while somebody waits


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def rows_of(imported: Import, only: str = "", site: str = "") -> Iterator[list[Any]]:
    """Headings and rows; ``only``: those with this outcome or result. ``site`` leads links."""
    headings = list(imported.headings)
    own = (_("Import: line"), _("Import: result"), _("Import: reason"), _("Import: link"))
    yield [*headings, *own]
    noun = imported.known
    for row in chosen(imported, only).iterator(chunk_size=2000):
        cells = [*row.cells, *[""] * (len(headings) - len(row.cells))][: len(headings)]
        cells = [_kept(cell) for cell in cells]
        link = f"{site}{row.link}" if row.link else ""
        yield [*cells, row.line, _word(row), defused(reason(row, noun)), link]


def chosen(imported: Import, only: str) -> Any:
    rows = imported.rows.order_by("line")
    if only == Outcome.REFUSED:
        return rows.refused()
    if only in Outcome.values and only:
        return rows.filter(outcome=only)
    return rows


def _word(row: ImportRow) -> str:
    if row.result:
        return str(row.get_result_display())
    return str(row.get_outcome_display())


def reason(row: ImportRow, noun: Noun | None) -> str:
    """Why, in sentences: with the field where it is about one."""
    if row.told:
        return row.told.replace("\n", " ")
    told = [sentence for _label, sentence in errors_of(row, noun)]
    told += [f"{twin['label']}: {twin['why']}" for twin in row.twins]
    return " ".join(told) or row.note


def errors_of(row: ImportRow, noun: Noun | None) -> list[tuple[str, str]]:
    """(field, sentence) of each error."""
    found = []
    for key, sentence in row.errors:
        column = noun.column(key) if noun else None
        found.append((column.full_label if column else "", sentence))
    return found


def _kept(cell: Any) -> Any:
    """A text that a spreadsheet program would take for a formula is marked as a text."""
    return defused(cell) if isinstance(cell, str) else "" if cell is None else cell


def as_csv(rows: Iterable[list[Any]], delimiter: str = ",") -> Iterator[str]:
    """Line by line, never the whole in memory. The mark at the start tells Excel of UTF-8."""
    writer = csv.writer(_Echo(), delimiter=delimiter)
    yield "\ufeff"
    for row in rows:
        yield writer.writerow(row)


def as_xlsx(rows: Iterable[list[Any]]) -> IO[bytes]:
    from openpyxl import Workbook  # as in shared/export.py
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    def clean(cell: Any) -> Any:
        return ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Import"))
    for row in rows:
        sheet.append([clean(cell) for cell in row])
    file = TemporaryFile()  # noqa: SIM115  # the answer closes it
    book.save(file)
    file.seek(0)
    return file
