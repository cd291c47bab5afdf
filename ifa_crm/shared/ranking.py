"""What a search shows first: rows that begin with the word, then those with a word that does."""

from typing import Any, Final

from django.db.models import Case, IntegerField, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

LOOKED_AT: Final = 200  # rows, beside those that begin with the word, among which a search ranks
LATEST: Final = 2_000  # keys back from the last one, whose rows are read before an index is asked
ENOUGH: Final = 60  # rows found among them, so that no others are looked for


def best_first(
    rows: Any,
    words: list[str],
    *fields: str,
    limit: int,
    then: tuple[Any, ...] | None = None,
    latest_first: bool = False,
) -> "QuerySet[Any]":
    """The ``limit`` best of ``rows`` that hold all ``words``, as far as they can be told without
    reading every match.

    A common word is in tens of thousands of rows. Read are only so many as are shown of those
    where one of ``fields`` begins with the first word, by their index, and :data:`LOOKED_AT` of
    all; they are ranked, and ordered by ``then`` where they rank alike.

    ``latest_first`` looks among the rows entered last before all others, orders by them unless told
    otherwise, and ranks :data:`ENOUGH`; half as many are sure to be found. Where there are very
    many rows, the latest hold enough of a common word, and PostgreSQL looks up every row that its
    index has of one before it gives the first. For models whose ``search`` is by their
    ``search_text``.
    """
    then = then or ("-pk" if latest_first else "pk",)
    plain = rows.model._base_manager.order_by()
    word, others = words[0], rows.search(" ".join(words[1:]))
    begun = [_keys(others.filter(**{f"{field}__begins": word}), limit) for field in fields]
    some = _keys(rows.search(" ".join(words)), ENOUGH if latest_first else LOOKED_AT)
    if latest_first:
        late = _among(plain, _latest(rows, words))
        some = late.union(_among(plain, some), all=True)[:ENOUGH]
    parts = [_among(plain, keys) for keys in (*begun, some)]
    begins, within = Q(), Q()
    for field in fields:
        begins |= Q(**{f"{field}__startswith": word})
        within |= Q(**{f"{field}__contains": f" {word}"})
    rank = Case(
        When(begins, then=Value(0)),
        When(within, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    few: QuerySet[Any] = rows.filter(pk__in=parts[0].union(*parts[1:]))
    return few.order_by(rank, *then)[:limit]


def _keys(rows: "QuerySet[Any]", limit: int) -> "QuerySet[Any, Any]":
    # In no order: any would make the database read every match to find the first ones.
    return rows.order_by().values("pk")[:limit]


def _latest(rows: "QuerySet[Any]", words: list[str]) -> "QuerySet[Any, Any]":
    plain = rows.model._base_manager.order_by("-pk").values("pk")
    late = plain.filter(pk__gt=Subquery(plain[:1]) - LATEST)
    for word in words:  # in a way in which no index is of use
        late = late.filter(GreaterThan(StrIndex("search_text", Value(word)), 0))
    # Who may see them is asked of these alone, a third more, since some may be hidden or archived;
    # of many more, PostgreSQL would make ready to ask it of every row.
    seen = rows.filter(pk__in=late[: ENOUGH * 4 // 3])
    return seen.order_by("-pk").values("pk")[:ENOUGH]


def _among(plain: "QuerySet[Any]", keys: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    return plain.filter(pk__in=keys).values("pk")
