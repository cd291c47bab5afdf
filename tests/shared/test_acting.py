"""Who acts ends with the block that says so."""

import pytest
from auditlog.context import auditlog_value
from auditlog.models import LogEntry

from ifa_crm.shared import bulk_audit
from ifa_crm.shared.acting import acting
from ifa_crm.staff.models import User
from tests import make

pytestmark = pytest.mark.django_db


def _noted() -> User | None:
    entry = bulk_audit.linked(make.sector(), "related", [])
    bulk_audit.store([entry])
    actor: User | None = LogEntry.objects.get(pk=entry.pk).actor
    return actor


def test_nobody_acts_after_the_block(adviser: User) -> None:
    with acting(adviser):
        assert _noted() == adviser
    assert _noted() is None
    assert auditlog_value.get({}) == {}


def test_an_inner_block_gives_back_the_outer_one(adviser: User, desk: User) -> None:
    with acting(adviser):
        with acting(desk):
            assert _noted() == desk
        assert _noted() == adviser
        made = make.lead(owner=adviser)
    assert {entry.actor for entry in LogEntry.objects.get_for_object(made)} == {adviser}


def test_a_block_that_fails_ends_too(adviser: User) -> None:
    with pytest.raises(KeyboardInterrupt), acting(adviser):
        raise KeyboardInterrupt
    assert _noted() is None
