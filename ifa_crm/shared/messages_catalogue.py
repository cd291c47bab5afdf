"""The French catalogue without system gettext: extracted, checked and compiled by Babel.

Templates are turned into Python by Django's own ``templatize`` and read like Python. The
catalogue carries no places and no dates, so that a change shows the strings that changed.
"""

import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PO: Final = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
CODE: Final = ("ifa_crm", "clusters", "investors", "meetings")
KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_NO_DATE: Final = dt.datetime(2007, 7, 5, tzinfo=dt.UTC)  # the day after the source's list
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
_NARROW: Final = (re.compile("[ \u00a0\u202f](?=[;?!])"), "\N{NARROW NO-BREAK SPACE}")
_WIDE: Final = (re.compile("[ \u00a0\u202f](?=[:»])|(?<=«)[ \u00a0\u202f]"), "\N{NO-BREAK SPACE}")


def template_messages(file: Any, keywords: Any, tags: Any, options: Any) -> Iterator[Any]:
    """Babel's extraction method for Django templates."""
    source = templatize(file.read().decode())
    flat = "\n".join(line.strip() for line in source.splitlines())
    return extract_python(io.BytesIO(flat.encode()), keywords, tags, options)


def _sources() -> Iterator[tuple[Path, Any]]:
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, "python"
    for pattern in ("*.html", "*.txt"):
        for path in sorted((ROOT / "templates").rglob(pattern)):
            yield path, template_messages


def extracted() -> Catalog:
    """Every string of the program that is marked for translation."""
    catalogue = _empty()
    for path, method in _sources():
        with path.open("rb") as file:
            for _line, message, _comments, context in extract(method, file, keywords=KEYWORDS):
                catalogue.add(message, context=context)
    return catalogue


def _empty() -> Catalog:
    return Catalog(
        locale="fr",
        header_comment="# French translations of IFA CRM.",
        msgid_bugs_address="",
        project="IFA CRM",
        version="1",
        copyright_holder="IFA CRM contributors",
        creation_date=_NO_DATE,
        revision_date=_NO_DATE,
        last_translator="IFA CRM contributors",
        language_team="fr",
        fuzzy=False,
    )


def stored() -> Catalog:
    """The catalogue as it stands in ``locale``; empty if there is none."""
    if not PO.exists():
        return _empty()
    with PO.open("rb") as file:
        return read_po(file, locale="fr")


def update() -> Catalog:
    """Bring the stored catalogue in line with the program; what is not used any more goes."""
    known, fresh = stored(), extracted()
    for message in fresh:
        if message.id and (old := known.get(_key(message), message.context)):
            message.string = _spaced(old.string)
            message.flags |= old.flags & {"fuzzy"}
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, fresh, width=100, sort_output=True, no_location=True)
    return fresh


def compile_catalogue() -> Path:
    """Write ``django.mo`` beside the catalogue, for Django to read; return its path."""
    target = PO.with_suffix(".mo")
    with target.open("wb") as file:
        write_mo(file, stored())
    return target


def problems() -> list[str]:
    """What keeps the French catalogue from being complete, a line each."""
    known, fresh = stored(), extracted()
    wanted = {(_key(message), message.context): message for message in fresh if message.id}
    found = [f"obsolete: {id_!r}" for id_, _context in _keys(known) - set(wanted)]
    for (key, context), message in wanted.items():
        translated = known.get(key, context)
        if translated is None or not all(_strings(translated)):
            found.append(f"missing: {key!r}")
        elif translated.fuzzy:
            found.append(f"fuzzy: {key!r}")
        else:
            found.extend(_wrong_placeholders(message, translated))
            if translated.string != _spaced(translated.string):
                found.append(
                    f"a space that breaks or is of another width: {key!r}; extract mends it"
                )
    return sorted(found)


def spaced(text: str) -> str:
    """French ``text`` with the spaces that stand before its marks and within its quotes: they do
    not break, and before ; ? ! they are narrow (Imprimerie nationale)."""
    for pattern, space in (_NARROW, _WIDE):
        text = pattern.sub(space, text)
    return text


def _spaced(string: Any) -> Any:
    if isinstance(string, tuple | list):
        return tuple(map(spaced, string))
    return spaced(string)


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, tuple | list) else str(message.id)


def _keys(catalogue: Catalog) -> set[tuple[str, str | None]]:
    live = {(_key(message), message.context) for message in catalogue if message.id}
    return live | {(str(key), None) for key in catalogue.obsolete}


def _strings(message: Message) -> list[str]:
    text: Any = message.string
    return list(text) if isinstance(text, tuple | list) else [text]


def _wrong_placeholders(source: Message, translated: Message) -> Iterator[str]:
    ids: list[str] = list(source.id) if isinstance(source.id, tuple | list) else [str(source.id)]
    allowed = [sorted(_PLACEHOLDER.findall(text)) for text in ids]
    for text in _strings(translated):
        if sorted(_PLACEHOLDER.findall(text)) not in allowed:
            yield f"placeholders differ: {ids[0]!r} / {text!r}"
