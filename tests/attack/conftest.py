"""The world under attack."""

import pytest

from tests.attack.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()
