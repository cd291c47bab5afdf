"""The rows are written, batch by batch, each once: a job that goes on where it was killed."""

from collections.abc import Iterable, Mapping
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.imports.choices import Decision, ImportState, Result
from ifa_crm.imports.models import Import, ImportRow
from ifa_crm.imports.nouns import Line
from ifa_crm.imports.services.checking import Judge, keep_judgement, store, with_emptied
from ifa_crm.imports.services.files import lock, require_still
from ifa_crm.shared.acting import because
from ifa_crm.staff.models import User
from ifa_crm.work.choices import BatchKind
from ifa_crm.work.models import Beat
from ifa_crm.work.running import JobRun
from ifa_crm.work.services.jobs import start_job
from ifa_crm.work.services.undo import note, open_batch

WRITE: Final = "import-write"
BATCH: Final = 100  # a fraction of a second: on SQLite a stage holds the write lock
_KEPT: Final = (
    *("outcome", "errors", "twins", "twin_kind", "note", "decision", "chosen"),
    *("result", "told", "principal", "link"),
)


@transaction.atomic
def write(*, actor: User, imported: Import) -> Import:
    """Start the job that writes whatever may be written. Undecided rows wait."""
    imported = lock(actor, imported)
    require_still(imported)
    if imported.state not in {ImportState.CHECKED, ImportState.WRITING, ImportState.WRITTEN}:
        raise ValidationError(_("Check the rows first."), "unchecked")
    if not imported.rows.to_write().exists():
        raise ValidationError(_("There is no row that can be written."), "nothing")
    if imported.batch is None or imported.batch.undone_at is not None:
        imported.batch = open_batch(
            actor=actor,
            kind=BatchKind.IMPORT,
            title=_("Import of %(file)s") % {"file": imported.name},
        )
    imported.state = ImportState.WRITING
    imported.job = start_job(actor=actor, kind=WRITE, arguments={"ref": imported.ref})
    imported.save(update_fields=["state", "job", "batch"])
    return imported


def run_write(run: JobRun, *, ref: str) -> None:
    """A batch is a stage: rows, results and cursor in one transaction."""
    imported = Import.objects.select_related("owner", "batch").get(ref=ref)
    with because(_("import of %(file)s") % {"file": imported.name}):
        writer = Writer(imported)
        while not run.cursor.get("over"):
            with run.stage() as stage:
                _take_turn()
                if stage.total is None:
                    stage.total = imported.rows.to_write().count()
                done = writer.batch()
                if done:
                    stage.cursor["last"] = done[-1].line
                    stage.done = min(stage.done + len(done), stage.total)
                else:
                    _end(imported)
                    stage.total, stage.cursor["over"] = stage.done, True


def _take_turn() -> None:
    """One batch at a time, of all imports: two that bring the same company in at once both look
    whether it is on record, and the second must find it."""
    Beat.objects.get_or_create(name="imports", defaults={"at": timezone.now()})
    Beat.objects.select_for_update().get(name="imports")


def _end(imported: Import) -> None:
    ended = Import.objects.select_for_update().get(pk=imported.pk)
    ended.state = ImportState.WRITTEN
    ended.save(update_fields=["state"])


class Writer:
    """Has the noun write the rows that are next."""

    def __init__(self, imported: Import) -> None:
        self.judge = Judge(imported)
        self.imported = imported
        self.judge.importer.ours = self._ours

    def batch(self) -> list[ImportRow]:
        """Write the next rows; those of them that were dealt with."""
        rows = list(self.imported.rows.to_write().select_for_update().order_by("line")[:BATCH])
        if not rows:
            return []
        lines = [self._line(row) for row in rows]
        importer = self.judge.importer
        importer.identify(lines)
        importer.write(lines, self._made(lines))
        if self.imported.batch is not None:
            note(batch=self.imported.batch, entries=importer.noted)
        importer.noted.clear()
        for row, line in zip(rows, lines, strict=True):
            self._keep(row, line)
        store(rows, _KEPT)
        return rows

    def _line(self, row: ImportRow) -> Line:
        line = self.judge.line(row.line, row.cells)
        line.decision, line.chosen = row.decision, row.chosen
        return line

    def _made(self, lines: Iterable[Line]) -> Mapping[str, int]:
        """What earlier rows went to, by their key and by ``line:`` and their number; by ``new:``
        and their key what they have created."""
        keys = [line.key for line in lines if line.key]
        numbers = [
            int(line.chosen.removeprefix("line:"))
            for line in lines
            if line.chosen.startswith("line:")
        ]
        found: dict[str, int] = {}
        # By key alone: in order of lines, or of those that were written, it would be the file.
        rows = self.imported.rows.filter(key__in=keys).order_by()
        facts = sorted(rows.values_list("line", "key", "principal", "result"))
        for _line, key, principal, result in facts:
            if principal is None:
                continue
            found.setdefault(key, principal)
            if result == Result.CREATED:
                found.setdefault(f"new:{key}", principal)
        for number, key, principal in self._chosen(numbers):
            found[f"line:{number}"] = principal or found.get(key) or 0
        return {key: value for key, value in found.items() if value}

    def _chosen(self, numbers: list[int]) -> Iterable[tuple[int, str, int | None]]:
        """The records of lines that were named: a line of the same key may have made it."""
        rows = self.imported.rows.filter(line__in=numbers)
        for number, key, principal in rows.values_list("line", "key", "principal"):
            if principal is None:
                same = self.imported.rows.filter(key=key, principal__isnull=False)
                principal = same.values_list("principal", flat=True).first()
            yield number, key, principal

    def _ours(self, keys: Iterable[int]) -> set[int]:
        """Those of these records that this import has made."""
        made = self.imported.rows.filter(principal__in=list(keys), result=Result.CREATED)
        found = made.order_by().values_list("principal", flat=True)
        return {key for key in found if key is not None}

    @staticmethod
    def _keep(row: ImportRow, line: Line) -> None:
        if not line.result:  # somebody has recorded a twin since the check
            keep_judgement(row, line)
            row.decision, row.chosen = Decision.NONE, ""
            return
        row.result, row.link = line.result, line.link
        row.told = with_emptied(line.told, line)
        row.principal = line.principal
        if line.result == Result.REFUSED:
            row.errors = [[key, why] for key, why in dict.fromkeys(line.errors)]
