"""The checks of many new rows at once: what ``full_clean`` says, without a query for each.

``full_clean`` asks the database for every constraint and every foreign key of every row. Here the
constraints are worked out in Python; keys were looked up by whoever made the row. A test holds the
two equal.
"""

from collections.abc import Callable
from functools import cache
from operator import ge, gt, le, lt
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import CheckConstraint, F, ForeignKey, Model, Q
from django_countries.fields import CountryField

Answer = bool | None  # as in SQL: true, false, not known

_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}


def check_new(instance: Model) -> None:
    """Raise everything that ``full_clean`` would say of a new row, keys and uniqueness apart."""
    errors: dict[str, list[ValidationError]] = {}
    for check in (
        lambda: instance.clean_fields(exclude=_looked_up(type(instance))),
        instance.clean,
        lambda: _check_constraints(instance),
    ):
        try:
            check()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


@cache
def _looked_up(model: type[Model]) -> frozenset[str]:
    """Fields whose values come from the database, or from a list of countries."""
    return frozenset(
        field.name
        for field in model._meta.fields
        if isinstance(field, ForeignKey | CountryField) or not field.editable
    )


def _check_constraints(instance: Model) -> None:
    errors: dict[str, list[ValidationError]] = {}
    for constraint in instance._meta.constraints:
        if isinstance(constraint, CheckConstraint) and not holds(constraint, instance):
            message = constraint.get_violation_error_message()
            error = ValidationError(message, code=constraint.violation_error_code)
            errors.setdefault(NON_FIELD_ERRORS, []).append(error)
    if errors:
        raise ValidationError(errors)


def holds(constraint: CheckConstraint, instance: Model) -> bool:
    """Whether ``instance`` satisfies ``constraint``; by the database where we cannot tell."""
    try:
        return _answer(constraint.condition, instance) is not False
    except NotImplementedError:
        try:
            constraint.validate(type(instance), instance)
        except ValidationError:
            return False
        return True


def _answer(condition: Any, instance: Model) -> Answer:
    if not isinstance(condition, Q):
        path, wanted = condition
        return _compare(path, wanted, instance)
    answers = [_answer(child, instance) for child in condition.children]
    if condition.connector == Q.AND:
        whole: Answer = False if False in answers else None if None in answers else True
    elif condition.connector == Q.OR:
        whole = True if True in answers else None if None in answers else False
    else:
        raise NotImplementedError(condition.connector)
    if condition.negated and whole is not None:
        return not whole
    return whole


def _compare(path: str, wanted: Any, instance: Model) -> Answer:
    named: Any = wanted
    name, _sep, lookup = path.partition("__")
    field = instance._meta.get_field(name)
    value = _stored(field, instance)
    if lookup == "isnull":
        return (value is None) == wanted
    if isinstance(wanted, F):
        wanted = _stored(instance._meta.get_field(named.name), instance)
    if value is None or wanted is None:
        return None
    if lookup in {"", "exact"}:
        return bool(value == getattr(wanted, "pk", wanted))
    if lookup == "in":
        return value in list(wanted)
    if lookup in _COMPARE:
        return _COMPARE[lookup](value, wanted)
    raise NotImplementedError(lookup)


def _stored(field: Any, instance: Model) -> Any:
    return field.get_prep_value(getattr(instance, field.attname))
