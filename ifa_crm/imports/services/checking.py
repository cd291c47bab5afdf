"""What each row would do: found out by a job that writes nothing but the rows of the import."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Min, Q
from django.utils.translation import gettext as _

from ifa_crm.imports.choices import OUTCOME_ASKS, Decision, ImportState
from ifa_crm.imports.models import Import, ImportRow
from ifa_crm.imports.models import Mapping as KeptMapping
from ifa_crm.imports.models.importing import ANY_CELL
from ifa_crm.imports.nouns import Importer, Line
from ifa_crm.imports.services.files import (
    kept_for,
    lock,
    require_noun,
    require_still,
    require_unwritten,
)
from ifa_crm.imports.spreadsheets import rows_of
from ifa_crm.imports.values import UnreadableError, is_blank, quoted, shown
from ifa_crm.shared.defusing import as_meant
from ifa_crm.shared.inserting import Upsert, insert
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.work.running import JobRun
from ifa_crm.work.services.jobs import start_job

CHECK: Final = "import-check"
BATCH: Final = 500
TEXTS_KEPT: Final = 200  # of a column, that cannot be read
_KEPT: Final = (
    "outcome",
    "errors",
    "twins",
    "twin_kind",
    "note",
    "decision",
    "chosen",
    "key",
    "near",
)


@transaction.atomic
def check(
    *,
    actor: User,
    imported: Import,
    mapping: Mapping[int, str],
    readings: Mapping[int, str],
    overwrite: bool,
    keep_as: str = "",
    forget: bool = False,
) -> Import:
    """Say what the columns hold, and start the check of all rows. Decisions are kept; so is what
    was said of cells, unless ``forget``, while their column holds the same."""
    imported = lock(actor, imported)
    require_still(imported)
    require_unwritten(imported)
    require_sound(imported, mapping)
    imported.meanings = {
        index: said
        for index, said in imported.meanings.items()
        if mapping.get(int(index)) == imported.mapping.get(index) and not forget
    }
    imported.mapping = {str(index): key for index, key in mapping.items() if key}
    imported.readings = {str(i): how for i, how in readings.items() if how and mapping.get(i)}
    imported.overwrite = overwrite
    if forget:
        _forget(imported)
    if keep_as.strip():
        _keep(actor, imported, keep_as.strip()[:80], afresh=forget)
    return start_check(actor, imported)


def start_check(actor: User, imported: Import) -> Import:
    imported.state, imported.unread = ImportState.CHECKING, {}
    imported.job = start_job(actor=actor, kind=CHECK, arguments={"ref": imported.ref})
    imported.save()
    return imported


def require_sound(imported: Import, mapping: Mapping[int, str]) -> None:
    """No column twice, none unknown, none missing that a row cannot do without."""
    noun = require_noun(imported.owner, imported.noun)
    used: dict[str, int] = {}
    for index, key in mapping.items():
        column = noun.column(key) if key else None
        if key and column is None:
            raise refusal(f"column_{index}", _("There is no such field."), "unknown")
        if column is not None and key in used:
            raise refusal(
                f"column_{index}",
                _("“%(first)s” holds “%(field)s” already: a field can be in one column only.")
                % {"first": imported.headings[used[key]], "field": column.full_label},
                "twice",
            )
        used.setdefault(key, index)
    missing = [c for c in noun.columns() if c.required and c.key not in used]
    by_reference = any(key.endswith(".ref") or key == "ref" for key in used)
    if missing and not by_reference:
        fields = ", ".join(quoted(column.full_label) for column in missing)
        raise ValidationError(
            _("Say which column holds %(fields)s: no row can do without it.") % {"fields": fields},
            "missing",
        )


def _keep(actor: User, imported: Import, name: str, *, afresh: bool) -> None:
    """What was said of the same columns in another file meanwhile stays, unless ``afresh``."""
    headings = imported.headings
    named: dict[str, Any] = {"owner": actor, "noun": imported.noun, "name": name}
    columns = {headings[int(i)]: key for i, key in imported.mapping.items()}
    meanings = {headings[int(i)]: said for i, said in imported.meanings.items()}
    earlier = KeptMapping.objects.select_for_update(of=("self",)).filter(**named).first()
    if earlier is not None and not afresh:
        for heading, said in earlier.meanings.items():
            if earlier.columns.get(heading) == columns.get(heading):
                meanings[heading] = said | meanings.get(heading, {})
    KeptMapping.objects.update_or_create(
        **named,
        defaults={
            "columns": columns,
            "readings": {headings[int(i)]: how for i, how in imported.readings.items()},
            "meanings": meanings,
        },
    )


def _forget(imported: Import) -> None:
    """The next file of these columns would say it again."""
    kept = kept_for(imported, held=True)
    if kept is not None:
        kept.meanings = {}
        kept.save(update_fields=["meanings", "saved_at"])


# --- The job -------------------------------------------------------------------------------


def run_check(run: JobRun, *, ref: str) -> None:
    """Read the file row by row; each batch is judged, then kept in a stage of its own."""
    imported = Import.objects.select_related("owner").get(ref=ref)
    judge = Judge(imported)
    if run.cursor.get("over"):
        return
    with imported.file.open("rb") as file, rows_of(file, **imported.how) as rows:
        last = max(imported.heading_line, run.cursor.get("last", 0))
        for batch in _batches(row for row in rows if row[0] > last):
            judged = judge.rows(batch)
            with run.stage() as stage:
                store(judged, _KEPT)
                stage.cursor["last"] = batch[-1][0]
                stage.cursor["unread"] = judge.unread(stage.cursor.get("unread", {}))
                stage.done += len(batch)
    with run.stage() as stage:
        ended = Import.objects.select_for_update().get(pk=imported.pk)
        ended.state, ended.rows_read = ImportState.CHECKED, stage.done
        ended.unread = stage.cursor.pop("unread", {})
        ended.save(update_fields=["state", "rows_read", "unread"])
        stage.cursor["over"] = True


def _batches(rows: Iterable[tuple[int, Any]]) -> Iterator[list[tuple[int, Any]]]:
    rows = iter(rows)
    while batch := list(islice(rows, BATCH)):
        yield batch


def store(rows: Iterable[ImportRow], fields: Iterable[str]) -> None:
    """Write rows, new ones and those that are there, in one statement."""
    insert(list(rows), upsert=Upsert(("of", "line"), tuple(fields)))


class Judge:
    """Reads the cells of rows and has the noun judge them."""

    def __init__(self, imported: Import) -> None:
        noun = require_noun(imported.owner, imported.noun)
        self.imported = imported
        self.importer: Importer = noun.importer(imported.owner, overwrite=imported.overwrite)
        self.columns = {int(index): key for index, key in imported.mapping.items()}
        self.meanings = {int(index): said for index, said in imported.meanings.items()}
        self._unread: list[tuple[int, str]] = []

    def rows(self, batch: list[tuple[int, Any]]) -> list[ImportRow]:
        """What is to be kept of these rows of the file."""
        numbers = [number for number, _cells in batch]
        there = {row.line: row for row in self.imported.rows.filter(line__in=numbers)}
        lines = [self.line(number, cells) for number, cells in batch]
        self.importer.identify(lines)
        self._find_earlier(lines)
        self.importer.judge(lines)
        self._unread = [cell for line in lines for cell in line.unread]
        made: list[ImportRow] = []
        for line, (number, cells) in zip(lines, batch, strict=True):
            row = ImportRow(of=self.imported, line=number, cells=cells)
            keep_judgement(row, line)
            _keep_decision(row, there.get(number))
            made.append(row)
        return made

    def line(self, number: int, cells: Any) -> Line:
        """A row, its cells read."""
        line = Line(number, {})
        for index, key in self.columns.items():
            cell = cells[index] if index < len(cells) else None
            if is_blank(cell):
                continue
            said = self.meanings.get(index, {})
            known = said.get(cell_text(cell)) if said else None
            if known == "":
                line.emptied.append(shown(cell))
                continue
            try:
                how = self.imported.readings.get(str(index), "")
                meant = known if known is not None else _meant(cell)
                value = self.importer.values[key].clean(meant, chosen=how)
            except UnreadableError as error:
                if ANY_CELL in said:
                    line.emptied.append(shown(cell))
                    continue
                line.refuse(key, str(error))
                line.unread.append((index, cell_text(cell)))
                continue
            if value not in ("", [], None):
                line.values[key] = value
        return line

    def unread(self, before: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
        """How many cells of each text could not be read, with those of the last rows; of texts
        that are all different the first, and how many more there are."""
        found = {index: dict(texts) for index, texts in before.items()}
        for index, text in self._unread:
            texts = found.setdefault(str(index), {})
            kept = text if text in texts or len(texts) < TEXTS_KEPT else ANY_CELL
            texts[kept] = texts.get(kept, 0) + 1
        return found

    def _find_earlier(self, lines: list[Line]) -> None:
        """Which line of the file was the first with the key of each, or is near to it."""
        before = self.imported.rows.filter(line__lt=lines[0].number)
        firsts: dict[str, int] = {}
        nearest: dict[str, dict[str, int]] = {}
        keys = {line.key for line in lines if line.key}
        nears = {line.near for line in lines if line.near}
        kept = before.filter(Q(key__in=keys) | Q(near__in=nears)).values("key", "near")
        for row in kept.annotate(first=Min("line")).order_by("first"):
            firsts.setdefault(row["key"], row["first"])
            nearest.setdefault(row["near"], {}).setdefault(row["key"], row["first"])
        for line in lines:
            line.same_as = firsts.get(line.key) if line.key else None
            others = nearest.get(line.near, {}) if line.near else {}
            line.near_to = next((n for key, n in others.items() if key != line.key), None)
            if line.key:
                firsts.setdefault(line.key, line.number)
                nearest.setdefault(line.near, {}).setdefault(line.key, line.number)


def cell_text(cell: Any) -> str:
    """By what a cell is known that cannot be read."""
    return " ".join(str(cell).split())[:200]


def _meant(cell: Any) -> Any:
    """A cell as it was before an export kept it from being taken for a formula."""
    return as_meant(cell) if isinstance(cell, str) else cell


def keep_judgement(row: ImportRow, line: Line) -> None:
    row.outcome, row.key, row.near = line.outcome, line.key, line.near
    row.errors = [[key, why] for key, why in dict.fromkeys(line.errors)]
    row.twins = [twin.as_json() for twin in line.twins[:5]]
    row.twin_kind = line.twins[0].kind if line.twins else ""
    row.note = with_emptied(line.note, line)[:300]


def with_emptied(told: str, line: Line) -> str:
    """What is told of a row, with what was left out of it: nothing goes missing unsaid."""
    if not line.emptied:
        return told
    left = _("Left empty: %(cells)s.") % {"cells": ", ".join(map(quoted, line.emptied))}
    return f"{told} {left}".strip()


def _keep_decision(row: ImportRow, there: ImportRow | None) -> None:
    """What was decided before holds while the row asks for it."""
    if there is None or row.outcome not in OUTCOME_ASKS:
        return
    known = {twin["ref"] for twin in row.twins}
    if there.decision in {Decision.NEW, Decision.SKIP} or there.chosen in known:
        row.decision, row.chosen = there.decision, there.chosen
