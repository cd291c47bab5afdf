"""What a part of Today is made of. A line says why it is there and has one button."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When, Window
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.staff.models import User
from investors.models import Lead

SHOWN: Final = 8  # lines of a section on Today
AT_MOST: Final = 100  # lines on the section's own page; counted no further
WEEK: Final = dt.timedelta(days=7)


@dataclass(frozen=True)
class Button:
    """An act of a line: a link, or, where nothing has to be said, done at once.

    With JavaScript what is done at once, and what ``opens`` a small form, happens in place.
    """

    label: str
    address: str
    icon: str
    at_once: bool = False
    opens: bool = False
    sends: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Mark:
    """A badge: a word and its tone."""

    text: str
    tone: str = "neutral"


@dataclass(frozen=True)
class Line:
    """One thing: what, why it is here, since or until when, and what to do about it.

    ``more``: acts beside the one button. ``group``: the words above lines of its sort. ``slot``:
    names the place below the line in which forms open.
    """

    title: str
    address: str
    why: str
    button: Button
    when: dt.date | dt.datetime | None = None
    marks: tuple[Mark, ...] = ()
    more: tuple[Button, ...] = ()
    group: str = ""
    slot: str = ""


@dataclass(frozen=True)
class Section:
    """Lines of one sort. ``total`` counts as far as ``AT_MOST`` and one more."""

    key: str
    title: str
    icon: str
    lines: list[Line]
    total: int
    empty: str
    is_main: bool = True

    @property
    def address(self) -> str:
        return reverse("home:section", args=[self.key])

    @property
    def groups(self) -> list[tuple[str, list[Line]]]:
        """The lines under the words of their group."""
        return [(words, list(some)) for words, some in groupby(self.lines, lambda x: x.group)]

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.lines)

    @property
    def count_text(self) -> str:
        return f"{AT_MOST}+" if self.total > AT_MOST else str(self.total)


@dataclass(frozen=True)
class Cut:
    """Rows that are drawn, and how many there are in all, as far as a section counts."""

    rows: list[Any]
    total: int


@dataclass(frozen=True)
class Few:
    """Rows of which the database gives no more than a section counts."""

    rows: "QuerySet[Any]"


@dataclass
class Moment:
    """Who looks, and when: the day in their own zone."""

    user: User
    now: dt.datetime = field(default_factory=timezone.now)
    shown: int = SHOWN  # lines of a section that are drawn
    meetings: dict[bool, Cut] | None = None  # read once, for two sections
    handovers: dict[str, list[Any]] | None = None  # the same

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)


# The rows of a section, best first, and what a row looks like as a line.
Rows = Callable[[Moment], "QuerySet[Any] | Few | Cut | list[Any]"]
Draw = Callable[[Any, Moment], Line]


@dataclass(frozen=True)
class Sort:
    """A sort of section: where its rows come from and how they are drawn."""

    key: str
    title: Any
    icon: str
    rows: Rows
    draw: Draw
    empty: Any

    def at(self, moment: Moment, shown: int = SHOWN, *, is_main: bool = True) -> Section:
        moment.shown = shown
        cut = _cut(self.rows(moment), shown)
        return Section(
            key=self.key,
            title=str(self.title),
            icon=self.icon,
            lines=[self.draw(row, moment) for row in cut.rows],
            total=cut.total,
            empty=str(self.empty),
            is_main=is_main,
        )


def _cut(rows: "QuerySet[Any] | Few | Cut | list[Any]", shown: int) -> Cut:
    """The rows that are drawn. Those that are only counted never leave the database."""
    if isinstance(rows, Cut):
        return rows
    if isinstance(rows, list):
        return Cut(rows[:shown], min(len(rows), AT_MOST + 1))
    few = rows.rows if isinstance(rows, Few) else among(rows, rows.select_related(None)).rows
    found = list(few.annotate(in_all=Window(Count("*")))[:shown])
    return Cut(found, found[0].in_all if found else 0)


def among(rows: "QuerySet[Any]", *parts: "QuerySet[Any]", order: tuple[str, ...] = ()) -> Few:
    """Those of ``rows`` that are in one of ``parts``, in the order of ``rows``.

    Each part is read in that order, by an index that suits it, and no further than a section
    counts; what ``rows`` joins and annotates is done for these few alone. ``order``: that of the
    parts, where each comes before the next.
    """
    plain = rows.model._base_manager.order_by()
    few = [
        part.order_by(*(order or rows.query.order_by)).values("pk")[: AT_MOST + 1] for part in parts
    ]
    keys = [plain.filter(pk__in=part).values("pk") for part in few]
    return Few(rows.filter(pk__in=keys[0].union(*keys[1:]) if len(keys) > 1 else few[0]))


def first(condition: Q) -> Case:
    """An order: rows that meet ``condition`` before the others."""
    return Case(When(condition, then=Value(0)), default=Value(1), output_field=IntegerField())


def lead_marks(lead: Lead) -> Iterable[Mark]:
    """What everybody who sees the lead should know at a glance."""
    if lead.restricted:
        yield Mark(_("Confidential"), "warn")
