"""What a part of Today is made of. A line says why it is there and has one button."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When, Window
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.shared.standing_queries import Given, standing, standing_reads
from ifa_crm.shared.together import Read
from ifa_crm.staff.models import Absence, User
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


@dataclass(frozen=True)
class Small:
    """Rows that are few by nature: of all such sections they are read in one query.

    What is read and how it is sorted must be the same for everybody; only the rows may differ.
    """

    read: "Callable[[Moment], Read]"


@dataclass(frozen=True)
class Apart:
    """Rows that are cut by whoever reads them."""

    read: "Callable[[Moment], Cut]"


# People by key, who stand in the conditions of several sections: a list suits SQLite's planner
# better than a query in a query.
COVERED: Final = "covered"
GONE: Final = "gone"


@dataclass
class Moment:
    """Who looks, and when: the day in their own zone.

    ``is_example``: nobody looks; queries are built with it to be put into SQL.
    """

    user: User
    now: dt.datetime = field(default_factory=timezone.now)
    shown: int = SHOWN  # lines of a section that are drawn
    meetings: dict[bool, Cut] | None = None  # read once, for two sections
    small: dict[str, list[Any]] = field(default_factory=dict)
    is_example: bool = False

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)

    @property
    def covered(self) -> list[int]:
        """The people who are away today and for whom this one stands in, by key."""
        return [absence.user_id for absence in self._people(COVERED)]

    @property
    def gone(self) -> list[int]:
        """The people who have left, by key."""
        return [user.pk for user in self._people(GONE)]

    def _people(self, name: str) -> list[Any]:
        if name not in self.small:
            if self.is_example:
                raise LookupError(f"A section that asks who is {name} must say so in `people`.")
            self.read_small(())
        return self.small[name]

    def standing(
        self, name: str, build: "Callable[[Moment], QuerySet[Any]]", people: tuple[str, ...] = ()
    ) -> "QuerySet[Any]":
        """The rows of ``build(self)``, worded once for everybody with the same rights.

        ``people``: of whom the conditions speak by key, ``COVERED`` or ``GONE``.
        """
        known = {who: self._people(who) for who in people}
        named = tuple(tuple(row.pk for row in rows) for rows in known.values())
        covered = self.covered if COVERED in known else ()
        key = (name, self.shown, named, tuple(covered))
        return standing(key, lambda given: build(self._example(given, known)), self._given)

    @property
    def _given(self) -> Given:
        return Given((), self.now, self.user)

    def _example(self, given: Given, known: "dict[str, list[Any]]") -> "Moment":
        return Moment(given.reader, given.now, self.shown, small=dict(known), is_example=True)

    def few(self, sort: "Sort") -> list[Any]:
        """The rows of a small section."""
        if sort.key not in self.small:
            self.read_small((sort,))
        return self.small[sort.key]

    def read_small(self, sorts: "Collection[Sort]") -> None:
        """Read what is few, for all these sections at once, and for whom they stand in."""
        small = {sort.key: sort.rows for sort in sorts if isinstance(sort.rows, Small)}

        def reads(given: Given) -> dict[str, Read]:
            moment = self._example(given, {})
            return moment._people_reads() | {key: rows.read(moment) for key, rows in small.items()}

        key = ("small", *small, self.shown)
        self.small |= standing_reads(key, reads, self._given)

    def _people_reads(self) -> dict[str, Read]:
        away = Absence.objects.filter(
            stand_in=self.user, first_day__lte=self.today, last_day__gte=self.today
        )
        return {COVERED: Read(away, ("user",)), GONE: Read(User.objects.filter(is_active=False))}


# The rows of a section, best first, and what a row looks like as a line.
Rows = Callable[[Moment], QuerySet[Any] | Few]
Draw = Callable[[Any, Moment], Line]


@dataclass(frozen=True, eq=False)  # one is itself: its title differs from language to language
class Sort:
    """A sort of section: where its rows come from and how they are drawn.

    ``people``: of whom its conditions speak by key, ``COVERED`` or ``GONE``.
    """

    key: str
    title: Any
    icon: str
    rows: Rows | Small | Apart
    draw: Draw
    empty: Any
    people: tuple[str, ...] = ()

    def at(self, moment: Moment, shown: int = SHOWN, *, is_main: bool = True) -> Section:
        moment.shown = shown
        cut = self._cut(moment)
        return Section(
            key=self.key,
            title=str(self.title),
            icon=self.icon,
            lines=[self.draw(row, moment) for row in cut.rows],
            total=cut.total,
            empty=str(self.empty),
            is_main=is_main,
        )

    def _cut(self, moment: Moment) -> Cut:
        """The rows that are drawn. Those that are only counted never leave the database."""
        rows = self.rows
        if isinstance(rows, Apart):
            return rows.read(moment)
        if isinstance(rows, Small):
            few = moment.few(self)
            return Cut(few[: moment.shown], min(len(few), AT_MOST + 1))
        build: Rows = rows
        found = list(
            moment.standing(self.key, lambda one: _counted(build(one), one.shown), self.people)
        )
        return Cut(found, found[0].in_all if found else 0)


def _counted(rows: "QuerySet[Any] | Few", shown: int) -> "QuerySet[Any]":
    few = rows.rows if isinstance(rows, Few) else among(rows, rows.select_related(None)).rows
    counted: QuerySet[Any] = few.annotate(in_all=Window(Count("*")))[:shown]
    return counted


def first_keys(rows: "QuerySet[Any]", *order: Any) -> "QuerySet[Any, Any]":
    """The keys of the first of ``rows``, as far as a section counts."""
    return rows.order_by(*order).values("pk")[: AT_MOST + 1]


def among(rows: "QuerySet[Any]", *parts: "QuerySet[Any]", order: tuple[str, ...] = ()) -> Few:
    """Those of ``rows`` that are in one of ``parts``, in the order of ``rows``.

    Each part is read in that order, by an index that suits it, and no further than a section
    counts; what ``rows`` joins and annotates is done for these few alone. ``order``: that of the
    parts, where each comes before the next.
    """
    plain = rows.model._base_manager.order_by()
    few = [first_keys(part, *(order or rows.query.order_by)) for part in parts]
    return Few(rows.filter(pk__in=either([plain.filter(pk__in=keys) for keys in few])))


def either(parts: "Sequence[QuerySet[Any]]") -> "QuerySet[Any, Any]":
    """The keys of all ``parts`` together."""
    keys = [part.values("pk") for part in parts]
    return keys[0].union(*keys[1:]) if len(keys) > 1 else keys[0]


def few_of(
    rows: "QuerySet[Any]", by: str, *fields: str, key: Callable[[Any], Any] | None = None
) -> Read:
    """The first of ``rows`` by a field, as far as a section counts. ``key``: the same order."""
    name = by.removeprefix("-")
    few = rows.model._base_manager.filter(pk__in=first_keys(rows, by, "pk"))
    return Read(few, (name, *fields), order=key or attrgetter(name, "pk"))


def first(condition: Q) -> Case:
    """An order: rows that meet ``condition`` before the others."""
    return Case(When(condition, then=Value(0)), default=Value(1), output_field=IntegerField())


def lead_marks(lead: Lead) -> Iterable[Mark]:
    """What everybody who sees the lead should know at a glance."""
    if lead.restricted:
        yield Mark(_("Confidential"), "warn")
