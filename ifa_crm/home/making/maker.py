"""Makes companies, their people and their leads from a seed."""

import datetime as dt
from collections.abc import Iterator, Sequence
from random import Random
from typing import Final, TypeVar

from ifa_crm.home.making.batch import Batch, references
from ifa_crm.home.making.clock import DAY, NOW, Clock
from ifa_crm.home.making.companies import Company, found
from ifa_crm.home.making.engagements import Told
from ifa_crm.home.making.pool import Person, Pool
from ifa_crm.home.making.rows import LeadRow
from ifa_crm.home.making.story import (
    ACTIVE,
    COMMITTED,
    DISQUALIFIED,
    LOST,
    NEGOTIATING,
    REFERRED,
    WAITING,
    Course,
)
from ifa_crm.home.making.tables import Beside
from investors.models import Investor

AT_ONCE: Final = 4000  # leads in a transaction
KNOWN: Final = 3000  # companies that may come back with another need
CONFIDENTIAL: Final = 0.03
AGAIN: Final = 0.3  # another need of a company that is known
UNOWNED: Final = 0.2  # of those that nobody has answered
T = TypeVar("T")


def _weighted(weights: dict[T, int]) -> list[T]:
    return [thing for thing, weight in weights.items() for _ in range(weight)]


# How old (in days, at most): how far, and whether they move.
_COURSES: Final = (
    (14, (60, 25, 8, 5, 2, 0, 0), {ACTIVE: 92, WAITING: 4, DISQUALIFIED: 4}),
    (120, (14, 32, 22, 14, 12, 5, 1), {ACTIVE: 70, WAITING: 14, LOST: 8, DISQUALIFIED: 8}),
    (
        NOW // DAY,
        (12, 22, 18, 15, 17, 8, 8),
        {ACTIVE: 40, WAITING: 12, LOST: 34, DISQUALIFIED: 7, REFERRED: 7},
    ),
)
_DRAWN: Final = [
    (age, _weighted(dict(enumerate(stages))), _weighted(statuses))
    for age, stages, statuses in _COURSES
]
_NEVER_ANSWERED: Final = [LOST, LOST, DISQUALIFIED]


def is_used(seed: int) -> bool:
    """Whether leads were made from this seed before: the first company has the first reference."""
    return Investor.objects.filter(ref=next(references(seed))).exists()


class Maker:
    """Makes leads from a seed, received in the three years before ``today``."""

    def __init__(self, *, seed: int, pool: Pool, today: dt.date) -> None:
        self.rng = Random(seed)  # noqa: S311  # made-up data, no secrets
        self.pool, self.clock, self.batch = pool, Clock(today), Batch(seed)
        self.slots: dict[int, int] = {}  # how many introductions ahead somebody has
        booked = self.clock.minute(pool.booked_until) if pool.booked_until else NOW
        self.free_from = (max(NOW, booked) // DAY + 1) * DAY
        self._known: list[Company] = []

    def make(self, count: int) -> Iterator[int]:
        """Make ``count`` leads, the oldest first; yields how many there are, or soon will be."""
        with Beside() as beside:
            for number in range(count):
                self._lead(int((number + self.rng.random()) / count * (NOW - DAY)))
                if (number + 1) % AT_ONCE == 0 or number + 1 == count:
                    self.batch.save(beside)
                    yield number + 1
            beside.wait()

    def pick(self, things: Sequence[T]) -> T:
        """Any of them; quicker than ``Random.choice``."""
        return things[int(self.rng.random() * len(things))]

    def _lead(self, received: int) -> None:
        key, course = self.batch.key(LeadRow), self._course(received)
        company = self._company(key, course)
        if course.stage == COMMITTED and company.organisation_id is None:
            course = course._replace(stage=NEGOTIATING)
        Told(self, company, key, self._owner(course), course).tell()

    def _course(self, received: int) -> Course:
        age = (NOW - received) // DAY
        at_most, stages, statuses = next(drawn for drawn in _DRAWN if age <= drawn[0])
        stage, status = self.pick(stages), self.pick(statuses)
        if stage == COMMITTED:
            status = ACTIVE
        elif not stage and at_most > _DRAWN[0][0]:
            status = self.pick(_NEVER_ANSWERED)
        return Course(received, stage, status)

    def _owner(self, course: Course) -> Person | None:
        nobody = not course.stage and course.status == ACTIVE and self.rng.random() < UNOWNED
        return None if nobody else self.pick(self.pool.owners)

    def _company(self, lead: int, course: Course) -> Company:
        """A new company, or, for another need, one that is known: some come often."""
        random = self.rng.random
        confidential = random() < CONFIDENTIAL
        if self._known and not confidential and random() < AGAIN:
            return self._known[int(random() ** 2 * len(self._known))]
        company = found(
            self.batch,
            self.rng,
            self.clock.at(course.received),
            restricted_by=lead if confidential else None,
            is_known=course.stage == COMMITTED,
        )
        if not confidential:
            self._remember(company)
        return company

    def _remember(self, company: Company) -> None:
        if len(self._known) < KNOWN:
            self._known.append(company)
        else:
            self._known[int(self.rng.random() * KNOWN)] = company
