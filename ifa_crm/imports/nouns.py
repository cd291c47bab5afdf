"""What can be imported: apps register their nouns in ``AppConfig.ready``.

A :class:`Noun` names its columns; its ``importer`` judges rows (nothing is written to the app's
tables) and writes them, batch by batch. What is common to all - file, mapping, progress, report -
is done here, so that a new noun is a list of columns and two methods.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from ifa_crm.imports.choices import Decision, Outcome, Result
from ifa_crm.imports.values import Value
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.models import BatchEntry
from ifa_crm.work.undoing import changed, created, snapshot


@dataclass(frozen=True)
class Column:
    """Something that a column of a file can hold. ``also``: other headings, in any language."""

    key: str
    label: Any
    group: Any
    also: tuple[str, ...] = ()
    required: bool = False
    help: Any = ""

    @property
    def full_label(self) -> str:
        """With what it belongs to: *Lead: sectors*."""
        return f"{self.group}{_(':')} {self.label}" if self.group else str(self.label)


@dataclass
class Twin:
    """A record that looks like a row. ``kind`` is what "for all of this kind" goes by."""

    kind: str
    ref: str
    label: str
    why: str

    def as_json(self) -> dict[str, str]:
        return {"kind": self.kind, "ref": self.ref, "label": self.label, "why": self.why}


@dataclass
class Line:
    """A row on its way: what its cells say, and what is to become or has become of it."""

    number: int
    values: dict[str, Any]
    errors: list[tuple[str, str]] = field(default_factory=list)
    unread: list[tuple[int, str]] = field(default_factory=list)  # columns and their cells
    emptied: list[str] = field(default_factory=list)  # cells that are left out, as they stand
    decision: str = Decision.NONE
    chosen: str = ""  # the reference of the twin that was chosen
    there: frozenset[Any] = frozenset()  # people who stand on the record already
    # What the check finds out.
    outcome: Outcome = Outcome.CREATE
    twins: list[Twin] = field(default_factory=list)
    key: str = ""
    near: str = ""
    same_as: int | None = None  # the first line of the file with the same key
    near_to: int | None = None  # the first one that is near, with another key
    note: str = ""
    # What the writing does.
    result: Result = Result.NONE
    told: str = ""
    principal: int | None = None
    link: str = ""

    def refuse(self, column: str, sentence: str) -> None:
        self.errors.append((column, sentence))

    def says(self, *keys: str) -> bool:
        """Whether the row holds anything in one of these columns."""
        return any(key in self.values for key in keys)

    def under(self, prefix: str) -> dict[str, Any]:
        """The values of the columns under ``prefix``, by the rest of their keys."""
        start = f"{prefix}."
        return {k[len(start) :]: v for k, v in self.values.items() if k.startswith(start)}


class Importer(ABC):
    """Judges and writes the rows of one file for one person. Made anew by every job."""

    def __init__(self, user: User, *, overwrite: bool = True) -> None:
        self.user, self.overwrite = user, overwrite
        self.values = self.readers()
        self.noted: list[BatchEntry] = []
        self.ours: Callable[[Iterable[int]], set[int]] = lambda keys: set()

    @abstractmethod
    def readers(self) -> Mapping[str, Value]:
        """How the cells of each column are read."""

    def identify(self, lines: Iterable[Line]) -> None:  # noqa: B027  # some nouns need none
        """Give each line the ``key`` that rows of one record share, and what it is ``near``."""

    @abstractmethod
    def judge(self, lines: Sequence[Line]) -> None:
        """Set ``outcome``, ``twins`` and ``errors``; write nothing."""

    @abstractmethod
    def write(self, lines: Sequence[Line], made: Mapping[str, int]) -> None:
        """Write within the transaction of the caller; set ``result`` and ``told``.

        ``made``: the records that earlier rows of the file went to, by their key, and by ``new:``
        and their key those that such rows have created.
        """

    # --- What an undo needs to know -------------------------------------------------------

    def note_created(
        self,
        row: Model,
        *,
        under: Model | None = None,
        links: Mapping[str, Sequence[Model]] | None = None,
    ) -> None:
        """Note that ``row`` was made; ``under`` is the record that people know it by. ``links``:
        what its many-to-many fields hold, so that nobody has to ask for it."""
        entry = created(row, subject=under)
        entry.after |= {
            name: sorted(o.pk for o in others) for name, others in (links or {}).items()
        }
        self.noted.append(entry)

    @contextmanager
    def changing(self, row: Model, *, under: Model | None = None) -> Iterator[None]:
        """Note what the block changes of ``row``; its many-to-many fields, too."""
        many = [field.name for field in row._meta.many_to_many if field.name not in _UNNOTED]
        before = snapshot(row) | snapshot(row, many)
        yield
        fresh = type(row)._base_manager.get(pk=row.pk)
        if (entry := changed(fresh, before, subject=under)) is not None:
            self.noted.append(entry)


_UNNOTED = frozenset({"admitted"})  # who sees a row follows from others


@dataclass(frozen=True)
class Noun:
    key: str
    label: Any
    explanation: Any
    act: Act
    columns: Callable[[], Sequence[Column]]
    importer: type[Importer]

    def column(self, key: str) -> Column | None:
        return next((column for column in self.columns() if column.key == key), None)


_nouns: dict[str, Noun] = {}


def register_noun(noun: Noun) -> None:
    _nouns[noun.key] = noun


def nouns() -> Mapping[str, Noun]:
    return _nouns


def nouns_of(user: User) -> list[Noun]:
    """What ``user`` may import."""
    return [noun for noun in _nouns.values() if user.may(noun.act)]
