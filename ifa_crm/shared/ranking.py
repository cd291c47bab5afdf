"""What a search shows first: rows that begin with the word, then those with a word that does."""

from typing import Any, Final

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

LOOKED_AT: Final = 200  # rows, beside those that begin with the word, among which a search ranks


def best_first(
    rows: Any,
    words: list[str],
    *fields: str,
    limit: int,
    then: tuple[Any, ...] = ("pk",),
) -> "QuerySet[Any]":
    """The ``limit`` best of ``rows`` that hold all ``words``, as far as they can be told without
    reading every match.

    A common word is in tens of thousands of rows. Read are only so many as are shown of those
    where one of ``fields`` begins with the first word, by their index, and any
    :data:`LOOKED_AT` of all; they are ranked, and ordered by ``then`` where they rank alike.
    """
    plain = rows.model._base_manager.order_by()
    word, others = words[0], rows.search(" ".join(words[1:]))
    begun = [_keys(others.filter(**{f"{field}__begins": word}), limit) for field in fields]
    some = _keys(rows.search(" ".join(words)), LOOKED_AT)
    parts = [plain.filter(pk__in=keys).values("pk") for keys in (*begun, some)]
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
