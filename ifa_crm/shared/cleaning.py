"""The checks of many new rows at once: what ``full_clean`` says, without a query for each.

``full_clean`` asks the database for every constraint and every foreign key of every row. Here the
constraints are worked out in Python; keys were looked up by whoever made the row. A test holds the
two equal.
"""

from collections.abc import Callable, Sequence
from functools import cache, partial
from operator import attrgetter, eq, ge, gt, le, lt
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import CheckConstraint, F, ForeignKey, Model, Q
from django_countries.fields import CountryField

Answer = bool | None  # as in SQL: true, false, not known
Asked = Callable[[Any], Answer]

_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "": eq,
    "exact": eq,
    "in": lambda value, known: value in known,
    "gt": gt,
    "gte": ge,
    "lt": lt,
    "lte": le,
}


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
    for constraint, holds in _constraints(type(instance)):
        if not holds(instance):
            message = constraint.get_violation_error_message()
            error = ValidationError(message, code=constraint.violation_error_code)
            errors.setdefault(NON_FIELD_ERRORS, []).append(error)
    if errors:
        raise ValidationError(errors)


@cache
def _constraints(model: type[Model]) -> list[tuple[CheckConstraint, Callable[[Any], bool]]]:
    """What a row must satisfy, and how that is told."""
    return [
        (each, _holding(each, model))
        for each in model._meta.constraints
        if isinstance(each, CheckConstraint)
    ]


def _holding(constraint: CheckConstraint, model: type[Model]) -> Callable[[Any], bool]:
    """Whether a row satisfies ``constraint``; by the database where we cannot tell."""
    try:
        answer = _answer(constraint.condition, model)
    except NotImplementedError:
        return partial(_held_by_database, constraint)
    return lambda instance: answer(instance) is not False


def _held_by_database(constraint: CheckConstraint, instance: Model) -> bool:
    try:
        constraint.validate(type(instance), instance)
    except ValidationError:
        return False
    return True


def _answer(condition: Any, model: type[Model]) -> Asked:
    """What a condition says of a row, worked out once for its model."""
    if not isinstance(condition, Q):
        path, wanted = condition
        return _compare(path, wanted, model)
    asked = [_answer(child, model) for child in condition.children]
    if condition.connector not in (Q.AND, Q.OR):
        raise NotImplementedError(condition.connector)
    whole = partial(_first, asked, condition.connector == Q.OR)
    return partial(_opposite, whole) if condition.negated else whole


def _first(asked: Sequence[Asked], decisive: bool, instance: Model) -> Answer:
    """``decisive`` if one of them answers so: true settles an *or*, false an *and*."""
    whole: Answer = not decisive
    for ask in asked:
        answer = ask(instance)
        if answer is decisive:
            return decisive
        if answer is None:
            whole = None
    return whole


def _opposite(ask: Asked, instance: Model) -> Answer:
    answer = ask(instance)
    return None if answer is None else not answer


def _compare(path: str, wanted: Any, model: type[Model]) -> Asked:
    name, _sep, lookup = path.partition("__")
    value = _stored(model, name)
    if lookup == "isnull":
        return lambda instance: (value(instance) is None) == wanted
    if lookup not in _COMPARE:
        raise NotImplementedError(lookup)
    other: Callable[[Any], Any]
    if isinstance(wanted, F):
        named: Any = wanted
        other = _stored(model, named.name)
    else:
        known = list(wanted) if lookup == "in" else getattr(wanted, "pk", wanted)
        other = lambda _instance: known  # noqa: E731  # the twin of the line above
    return partial(_compared, _COMPARE[lookup], value, other)


def _compared(
    compare: Callable[[Any, Any], bool],
    value: Callable[[Any], Any],
    other: Callable[[Any], Any],
    instance: Model,
) -> Answer:
    one, two = value(instance), other(instance)
    return None if one is None or two is None else bool(compare(one, two))


def _stored(model: type[Model], name: str) -> Callable[[Any], Any]:
    field: Any = model._meta.get_field(name)
    read, prepared = attrgetter(field.attname), field.get_prep_value
    return lambda instance: prepared(read(instance))
