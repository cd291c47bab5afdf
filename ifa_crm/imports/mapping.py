"""Which column of a file holds what: guessed from the headings, chosen by a person."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import override

from ifa_crm.imports.nouns import Column, Importer
from ifa_crm.imports.values import UnreadableError, is_blank, shown
from ifa_crm.imports.words import key_of

_REPORT = ("Import: ", "Import : ")  # the columns that our own report adds
SHORTEST = 5  # letters of a heading that may also be found within a longer one


def guess(headings: Sequence[str], columns: Sequence[Column]) -> dict[int, str]:
    """For each heading that is known in English or French the key of its column, each once."""
    words = _words(columns)
    found: dict[int, str] = {}
    for exact in (True, False):
        for index, heading in enumerate(headings):
            is_ours = heading.startswith(_REPORT)
            key = "" if is_ours else _meaning(key_of(heading), words, exact)
            if key and index not in found and key not in found.values():
                found[index] = key
    return dict(sorted(found.items()))


def _words(columns: Sequence[Column]) -> dict[str, str]:
    words: dict[str, str] = {}
    for language in ("en", "fr"):
        with override(language):
            for column in columns:
                words.setdefault(key_of(f"{column.group} {column.label}"), column.key)
            for column in columns:
                words.setdefault(key_of(str(column.label)), column.key)
    for column in columns:
        for word in (column.key, *column.also):
            words.setdefault(key_of(word), column.key)
    return words


def _meaning(heading: str, words: Mapping[str, str], exact: bool) -> str:
    if exact:
        return words.get(heading, "")
    within = [word for word in words if len(word) >= SHORTEST and word in heading]
    return words[max(within, key=len)] if within else ""


def likely_readings(
    importer: Importer, mapping: Mapping[int, str], body: Sequence[Sequence[Any]]
) -> dict[int, str]:
    """How columns that can be read in two ways are read, where some of their cells show it."""
    found: dict[int, str] = {}
    for index, key in mapping.items():
        value = importer.values.get(key)
        if value is None or not value.readings:
            continue
        shown = [value.speaks_for(row[index]) for row in body if index < len(row)]
        spoken = {reading for reading in shown if reading}
        if len(spoken) == 1:
            found[index] = spoken.pop()
    return found


def unreadable_samples(
    importer: Importer, key: str, cells: Sequence[Any], chosen: str
) -> list[tuple[str, str]]:
    """Cells of a sample that would be refused, with the reason; at most three, each once."""
    value = importer.values.get(key)
    if value is None:
        return []
    found: dict[str, str] = {}
    for cell in dict.fromkeys(cells):
        if is_blank(cell):
            continue
        try:
            value.clean(cell, chosen=chosen)
        except UnreadableError as error:
            found.setdefault(shown(cell), str(error))
        if len(found) == 3:
            break
    return list(found.items())
