"""Check constraints asked together say what Django says when it asks them one by one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from ifa_crm.shared.checks import CheckedTogether
from ifa_crm.staff.models import User
from investors.choices import Priority, Stage, Status
from investors.models import Lead
from tests import make

ODD: list[dict[str, Any]] = [
    {},
    {"status": Status.WAITING},
    {"status": Status.LOST, "stage": Stage.COMMITTED},
    {"status": "no such"},
    {"stage": "no such", "priority": "no such"},
    {"priority": Priority.HIGH, "investment": 5, "investment_currency": ""},
    {"archive_reason": "why"},
    {"jobs": -1},
    {"budget": -1},
]


def _said(validate: Callable[..., None], **told: Any) -> dict[str, list[str]]:
    try:
        validate(**told)
    except ValidationError as error:
        return {field: sorted(texts) for field, texts in error.message_dict.items()}
    return {}


@pytest.mark.parametrize("fields", ODD)
@pytest.mark.parametrize("exclude", [None, {"archive_reason"}, {"status", "jobs"}])
def test_together_says_what_each_says(
    adviser: User, fields: dict[str, Any], exclude: set[str] | None
) -> None:
    lead = make.lead(owner=adviser)
    for name, value in fields.items():
        setattr(lead, name, value)
    alone = lambda **told: models.Model.validate_constraints(lead, **told)  # noqa: E731
    assert _said(lead.validate_constraints, exclude=exclude) == _said(alone, exclude=exclude)


def test_some_of_the_odd_rows_are_refused(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    lead.status, lead.archive_reason = Status.WAITING, "why"
    assert len(_said(lead.validate_constraints)["__all__"]) >= 2


def test_a_good_row_is_asked_about_once(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    checks = sum(isinstance(one, models.CheckConstraint) for one in Lead._meta.constraints)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        lead.validate_constraints()
    selects = [query for query in asked.captured_queries if "_check" in query["sql"]]
    assert checks > 1
    assert len(selects) == 1


def test_every_audited_model_is_checked_together() -> None:
    assert issubclass(Lead, CheckedTogether)
    assert Lead.validate_constraints is CheckedTogether.validate_constraints
