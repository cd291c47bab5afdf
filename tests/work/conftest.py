import pytest

from ifa_crm.work import registry
from tests.work import kinds


@pytest.fixture(autouse=True)
def test_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kinds of the tests, beside those of the program, for one test."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    kinds.register()
