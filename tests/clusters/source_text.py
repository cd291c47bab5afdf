"""Reads the published text: the two lists, whatever order its lines are in (trap I1)."""

import re
from dataclasses import dataclass
from pathlib import Path

TEXT = Path(__file__).parent.parent / "data" / "source.txt"
# The first cluster of each list, and what follows its last one.
INTERNATIONAL = ("Aerospace Valley", "Where are the international clusters located?")
NATIONAL = ("Arve Industries", "For more information")
_ENTRY = re.compile(r"^ ?> (?P<name>.+?) \((?P<specialty>.+)\)$")


@dataclass(frozen=True)
class Entry:
    name: str
    specialty: str
    line: int


def lines() -> list[str]:
    return TEXT.read_text(encoding="utf-8").splitlines()


def entries(bounds: tuple[str, str]) -> list[Entry]:
    """Every ``> name (specialty)`` between the two; an entry may run over several lines."""
    first, after = bounds
    found: list[Entry] = []
    begun: list[str] = []
    began_at, inside = 0, False
    for number, line in enumerate(lines(), start=1):
        if line.lstrip().startswith(f"> {first}"):
            inside = True
        if not inside or not line.strip():
            continue
        if line.strip().startswith(after):
            break
        if line.lstrip().startswith(">"):
            begun, began_at = [], number
        begun.append(line.strip())
        if line.rstrip().endswith(")"):
            found.append(_entry(begun, began_at))
    return found


def _entry(parts: list[str], line: int) -> Entry:
    """A hyphen at a line's end belongs to its word in the lists (trap I3): nothing is added."""
    text = parts[0]
    for part in parts[1:]:
        text += part if text.endswith("-") else f" {part}"
    matched = _ENTRY.match(text)
    assert matched, text
    return Entry(matched["name"], matched["specialty"], line)


def amounts() -> list[int]:
    """Millions of euros in the paragraph on funding, in their order."""
    paragraph = " ".join(line.strip() for line in lines()[42:55])
    return [int(n) for n in re.findall(r"€(\d+) million", paragraph)]
