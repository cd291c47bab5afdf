"""Rows of many keys."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BigAutoField, Q
from django.db.models.lookups import In


@BigAutoField.register_lookup
class Among(In):
    """As ``in``; PostgreSQL gets one array where a parameter for each of thousands of keys takes
    it, and what words the query, three times as long."""

    lookup_name = "among"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, list(self.rhs)]


def among(keys: Iterable[int]) -> Q:
    """Whose key is one of ``keys``."""
    return Q(pk__among=list(keys))
