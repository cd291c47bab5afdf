"""A file comes in, is read in another way, or is put aside."""

import os
from collections.abc import Mapping
from typing import IO, Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from ifa_crm.imports import sniffing
from ifa_crm.imports.bad_file import BadFileError
from ifa_crm.imports.choices import FileKind, ImportState
from ifa_crm.imports.mapping import guess, likely_readings
from ifa_crm.imports.models import Import
from ifa_crm.imports.models import Mapping as KeptMapping
from ifa_crm.imports.nouns import Noun, nouns
from ifa_crm.imports.spreadsheets import MOST_BYTES, Head, head_of, kind_of, sheets_of
from ifa_crm.staff.models import User


def require_noun(actor: User, key: str) -> Noun:
    """The noun, if there is one and ``actor`` may import it."""
    noun = nouns().get(key)
    if noun is None or not actor.may(noun.act):
        raise PermissionDenied
    return noun


def lock(actor: User, imported: Import) -> Import:
    """The row, held; one's own only: who imports writes in their own name."""
    row: Import = Import.objects.select_for_update(of=("self",)).get(pk=imported.pk)
    if row.owner_id != actor.pk:
        raise PermissionDenied
    require_noun(actor, row.noun)
    return row


def require_still(imported: Import) -> None:
    """Nothing is changed while a job is at it, or after the end."""
    if imported.is_running:
        raise ValidationError(_("Wait until it is done, or cancel the job."), "busy")
    if imported.has_ended:
        raise ValidationError(_("This import has ended. Bring the file in again."), "ended")


@transaction.atomic
def upload(*, actor: User, noun: str, file: "UploadedFile[bytes]") -> Import:
    """Keep a file, find out how it is to be read, and guess what its columns hold.

    Raises :class:`BadFileError` for one that cannot be read; then nothing is kept.
    """
    require_noun(actor, noun)
    name = os.path.basename(file.name or "file")
    if (file.size or 0) > MOST_BYTES:
        raise BadFileError(_("The file is larger than 20 MB. Cut it into several files."))
    kind = kind_of(file, name)
    imported = Import(
        noun=noun,
        owner=actor,
        name=get_valid_filename(name)[-150:],
        size=file.size or 0,
        kind=kind,
        **_how(file, kind),
    )
    _take(imported, head_of(file, **imported.how))
    imported.file.save(imported.ref, file, save=False)
    imported.full_clean()
    imported.save()
    return imported


def _how(file: IO[bytes], kind: FileKind) -> dict[str, str]:
    if kind == FileKind.XLSX:
        return {"sheet": _first_with_rows(file)}
    file.seek(0)
    head = file.read(sniffing.HEAD)
    encoding = sniffing.encoding_of(head)
    text = head.decode(encoding, errors="replace")
    return {"encoding": encoding, "delimiter": sniffing.delimiter_of(text)}


def _first_with_rows(file: IO[bytes]) -> str:
    """The first sheet with rows: workbooks often begin with an empty one, or with an explanation.

    Where none has any, the first: its error says so.
    """
    names = sheets_of(file)
    for name in names[:10]:
        try:
            head_of(file, samples=1, kind=FileKind.XLSX, sheet=name)
        except BadFileError:
            continue
        return name
    return names[0]


def _take(imported: Import, head: Head) -> None:
    """Note the headings, and what they are taken for: as a kept mapping says, else guessed."""
    noun = nouns()[imported.noun]
    imported.headings, imported.heading_line = head.headings, head.line
    kept = kept_for(imported)
    imported.meanings, imported.unread = {}, {}
    if kept is not None:
        by_heading, readings = kept.columns, kept.readings
        pairs = {i: by_heading[h] for i, h in enumerate(head.headings) if h in by_heading}
        imported.readings = {
            str(i): readings[h] for i, h in enumerate(head.headings) if h in readings
        }
        imported.meanings = {
            str(i): kept.meanings[h] for i, h in enumerate(head.headings) if h in kept.meanings
        }
    else:
        pairs = guess(head.headings, noun.columns())
        importer = noun.importer(imported.owner)
        imported.readings = _text(likely_readings(importer, pairs, head.body))
    imported.mapping = _text(pairs)


def kept_for(imported: Import, *, held: bool = False) -> KeptMapping | None:
    """The latest kept mapping for exactly these headings; ``held`` to be changed: another window
    may say something of the same columns at the same time."""
    kept = KeptMapping.objects.offered_to(imported.owner, imported.noun).order_by("-saved_at")
    known = set(imported.headings)
    found = next((each for each in kept if set(each.columns) <= known and each.columns), None)
    if found is None or not held:
        return found
    return KeptMapping.objects.select_for_update(of=("self",)).filter(pk=found.pk).first()


def _text(pairs: Mapping[int, str]) -> dict[str, str]:
    return {str(index): key for index, key in pairs.items()}


@transaction.atomic
def read_differently(
    *, actor: User, imported: Import, encoding: str = "", delimiter: str = "", sheet: str = ""
) -> Import:
    """Read the file in another encoding, with another sign, or another sheet of it."""
    imported = lock(actor, imported)
    require_still(imported)
    require_unwritten(imported)
    if imported.kind == FileKind.CSV:
        imported.encoding, imported.delimiter = encoding, delimiter
    else:
        imported.sheet = sheet
    with imported.file.open("rb") as file:
        _take(imported, head_of(file, **imported.how))
    imported.rows.all().delete()
    imported.state, imported.rows_read, imported.job = ImportState.MAPPING, 0, None
    imported.full_clean()
    imported.save()
    return imported


def require_unwritten(imported: Import) -> None:
    if imported.state in {ImportState.WRITING, ImportState.WRITTEN}:
        raise ValidationError(
            _("Rows of it are written already. Bring the file in again to read it differently."),
            "written",
        )


@transaction.atomic
def put_aside(*, actor: User, imported: Import) -> Import:
    """Delete the file and its rows; what was written stays."""
    imported = lock(actor, imported)
    require_still(imported)
    forget(imported)
    return imported


def forget(imported: Import) -> None:
    """Keep that there was an import, and nothing of what stood in it."""
    imported.rows.all().delete()
    imported.file.delete(save=False)
    imported.state, imported.job = ImportState.DROPPED, None
    imported.save()


def sample(imported: Import, samples: int = 200) -> list[list[Any]]:
    """The first rows, for the page on which columns are named."""
    with imported.file.open("rb") as file:
        return head_of(file, samples=samples, **imported.how).body
