"""The check constraints of a row, asked in one query instead of one each."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import FieldError
from django.db import DatabaseError, connections, models, router, transaction
from django.db.models import BooleanField, CheckConstraint, Q, Value
from django.db.models.constraints import BaseConstraint
from django.db.models.functions import Coalesce
from django.db.models.sql import Query
from django.db.models.sql.constants import SINGLE

Constraints = list[tuple[type[models.Model], Sequence[BaseConstraint]]]

if TYPE_CHECKING:
    Base = models.Model
else:
    Base = object


class CheckedTogether(Base):
    """Mixin of models: a row that meets its check constraints is told so by one query.

    Where it does not, each is asked by itself, as Django does, for its message.
    """

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        self._checks_are_met = _are_met(self, super().get_constraints(), set(exclude or ()))
        try:
            super().validate_constraints(exclude)
        finally:
            del self._checks_are_met

    def get_constraints(self) -> Constraints:
        found: Constraints = super().get_constraints()
        if not getattr(self, "_checks_are_met", False):
            return found
        return [(model, [one for one in some if not _is_check(one)]) for model, some in found]


def _is_check(constraint: BaseConstraint) -> bool:
    return type(constraint) is CheckConstraint


def _are_met(row: models.Model, constraints: Constraints, exclude: set[str]) -> bool:
    """Whether ``row`` certainly meets every check that names no field of ``exclude``."""
    met, fields = Q(), set[str]()
    for check in (one for _model, some in constraints for one in some if _is_check(one)):
        condition = Q(cast(CheckConstraint, check).condition)
        if exclude.isdisjoint(condition.referenced_base_fields):
            met &= condition
            fields |= condition.referenced_base_fields
    values = cast(Any, row)._get_field_expression_map(meta=row._meta, exclude=exclude)
    known = {name: value for name, value in values.items() if name in fields}
    return _holds(met, known.items(), router.db_for_write(type(row), instance=row))


def _holds(condition: Q, values: Iterable[tuple[str, Any]], using: str) -> bool:
    """``Q.check``, but false where the database cannot say; unknown (NULL) is true."""
    query = Query(None)
    for name, value in values:
        is_expression = hasattr(value, "resolve_expression")
        query.add_annotation(value if is_expression else Value(value), name, select=False)
    query.add_annotation(Value(1), "_check")
    try:
        query.add_q(Q(Coalesce(condition, True, output_field=BooleanField())))
        with transaction.atomic(using=using, savepoint=connections[using].in_atomic_block):
            return query.get_compiler(using=using).execute_sql(SINGLE) is not None
    except (DatabaseError, FieldError):
        return False
