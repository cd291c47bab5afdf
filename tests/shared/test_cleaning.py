"""A new row is told the same by ``check_new`` as by the constraints of the database."""

import datetime as dt
from copy import copy
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, Model

from ifa_crm.shared.cleaning import _constraints
from investors.choices import Answer, Confidential, Stage, Status
from tests import make

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 5, 4)


def _said_by_database(row: Model) -> set[str]:
    found = set()
    for constraint in row._meta.constraints:
        if isinstance(constraint, CheckConstraint):
            try:
                constraint.validate(type(row), row)
            except ValidationError:
                found.add(constraint.name)
    return found


def _said_here(row: Model) -> set[str]:
    return {each.name for each, holds in _constraints(type(row)) if not holds(row)}


def _changed(row: Any, **values: Any) -> Any:
    twin = copy(row)
    for name, value in values.items():
        setattr(twin, name, value)
    return twin


def test_constraints_of_a_lead_say_what_the_database_says() -> None:
    lead = make.lead()
    broken = set()
    for stage, status, hidden, answer, amount, until, currency in product(
        (Stage.RECEIVED, "", None),
        (Status.ACTIVE, Status.WAITING),
        (Confidential.YES, ""),
        (Answer.GIVEN, Answer.NOT_ASKED),
        (Decimal(5), Decimal(-1), None),
        (DAY, None),
        ("EUR", ""),
    ):
        row = _changed(
            lead,
            stage=stage,
            status=status,
            confidential=hidden,
            budget_answer=answer,
            budget_amount=amount,
            budget_currency=currency,
            waiting_until=until,
        )
        said = _said_here(row)
        assert said == _said_by_database(row)
        broken |= said
    assert len(broken) > 2


def test_constraints_of_what_stands_beside_it_do_too() -> None:
    lead = make.qualified_lead()
    for row in (lead.investor, lead.investor.contacts.first(), lead.actions.first()):
        assert _said_here(row) == _said_by_database(row) == set()
        for field in row._meta.concrete_fields:
            for value in (None, ""):
                if value is None or field.get_internal_type() in {"CharField", "TextField"}:
                    broken = _changed(row, **{field.attname: value})
                    assert _said_here(broken) == _said_by_database(broken), field.name
