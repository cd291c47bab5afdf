"""The demo data, loaded once for the tests of a module and gone afterwards."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def reference(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_reference", verbosity=0)
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world(reference: None) -> None:
    """The demo data around today."""
    call_command("load_demo", verbosity=0)


@pytest.fixture
def undone(reference: None) -> Iterator[None]:
    """What the test writes is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
