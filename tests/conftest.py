"""The cast: people of each role, and a client signed in as one of them."""

import gc
from collections.abc import Callable, Iterator

import pytest
from auditlog.context import auditlog_value
from django.db import connections
from django.db.models.signals import pre_migrate
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, settings

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from tests import make

SignIn = Callable[[User], Client]

# No test is timed: on a machine with much to do a single example takes longer than most allow.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


def _allow_exclusion(using: str, **_told: object) -> None:
    """What the first migration of ``meetings`` does: tests make their tables without migrations."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")


pre_migrate.connect(_allow_exclusion)


def pytest_collection_finish() -> None:
    """What is imported stays: looking through it for garbage takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(autouse=True)
def _nothing_of_another_test() -> Iterator[None]:
    """The language of the last page that was asked for stays active in the thread; so would
    whoever acted last in a block that does not give back who did before."""
    noted = auditlog_value.set({})
    yield
    auditlog_value.reset(noted)
    translation.deactivate()


@pytest.fixture
def adviser(db: None) -> User:
    return make.user(role=Role.ADVISER, username="an.adviser")


@pytest.fixture
def colleague(db: None) -> User:
    """An adviser of another office: a stranger to the adviser's confidential leads."""
    return make.user(role=Role.ADVISER, username="a.colleague", office=make.office())


@pytest.fixture
def desk(db: None) -> User:
    return make.user(role=Role.DESK, username="a.desk")


@pytest.fixture
def manager(db: None) -> User:
    return make.user(role=Role.MANAGER, username="a.manager")


@pytest.fixture
def administrator(db: None) -> User:
    return make.user(role=Role.ADMINISTRATOR, username="an.administrator")


@pytest.fixture
def viewer(db: None) -> User:
    return make.user(role=Role.VIEWER, username="a.viewer")


@pytest.fixture
def as_user() -> SignIn:
    """``as_user(adviser).get(...)``"""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return sign_in
