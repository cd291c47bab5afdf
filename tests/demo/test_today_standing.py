"""Today from kept queries is Today from plain ones, for everybody in the demo and on any day."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from ifa_crm.home import sections
from ifa_crm.home.sections import Moment, Section
from ifa_crm.home.today import sorts_of
from ifa_crm.shared import standing_queries
from ifa_crm.staff.models import Absence, User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world", "undone")]
DAYS = (0, 9, 120)


@pytest.fixture
def everybody(world: None) -> list[User]:
    """The people of the demo, two of whom stand in for a colleague."""
    people = list(User.objects.filter(is_active=True).order_by("pk"))
    day = timezone.localdate()
    for away, stand_in in ((people[1], people[2]), (people[3], people[4])):
        Absence.objects.create(
            user=away, stand_in=stand_in, first_day=day, last_day=day + dt.timedelta(days=9)
        )
    return people


@pytest.fixture(autouse=True)
def _from_nothing() -> Iterator[None]:
    standing_queries._kept.clear()
    yield
    standing_queries._kept.clear()


def drawn(user: User, now: dt.datetime) -> list[Section]:
    moment = Moment(user, now)
    return [sort.at(moment) for sort in sorts_of(user)]


def test_kept_and_plain_queries_draw_the_same(
    everybody: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    moments = [(user, now + dt.timedelta(days=days)) for days in DAYS for user in everybody]
    kept = [drawn(user, moment) for user, moment in moments]
    assert sum(len(section.lines) for some in kept for section in some) > 100

    def plainly(_key: Any, build: Any, given: Any) -> Any:
        return build(given)

    monkeypatch.setattr(sections, "standing", plainly)
    for found, (user, moment) in zip(kept, moments, strict=True):
        assert found == drawn(user, moment), (user, moment)


def test_every_section_can_be_kept(everybody: list[User]) -> None:
    for user in everybody:
        drawn(user, timezone.now())
    assert standing_queries._kept
    assert None not in standing_queries._kept.values()
