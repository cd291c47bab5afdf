"""Makes companies, their people and their leads from a seed."""

import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Final

from django.db import transaction

from ifa_crm.home.making import words
from ifa_crm.home.making.batch import AT_ONCE, Batch, Pool
from ifa_crm.home.making.engagements import Told
from ifa_crm.home.making.story import STAGES
from investors.choices import Status
from investors.models import Contact, Investor

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH: Final = 8
_STRIDE: Final = 0x9E3779B97  # odd, so that no reference comes twice before all have come
_STAGE_WEIGHTS: Final = (20, 24, 18, 14, 13, 6, 5)
_STATUS_WEIGHTS: Final = {
    Status.ACTIVE: 56,
    Status.WAITING: 10,
    Status.LOST: 22,
    Status.DISQUALIFIED: 6,
    Status.REFERRED: 6,
}
CONFIDENTIAL: Final = 0.03
UNOWNED: Final = 0.1  # of those that nobody has answered


def references(seed: int) -> Iterator[str]:
    """References in the form of all others, different from each other, the same for a seed."""
    number = Random(f"references {seed}").getrandbits(5 * _LENGTH)  # noqa: S311
    while True:
        number = (number + _STRIDE) % 32**_LENGTH
        yield "".join(_ALPHABET[number >> shift & 31] for shift in range(0, 5 * _LENGTH, 5))


def is_used(seed: int) -> bool:
    """Whether leads were made from this seed before: the first company has the first reference."""
    return Investor.objects.filter(ref=next(references(seed))).exists()


class Maker:
    """Makes leads from a seed, around ``now``."""

    def __init__(self, *, seed: int, pool: Pool, now: dt.datetime) -> None:
        self.rng = Random(seed)  # noqa: S311  # made-up data, no secrets
        self.pool = pool
        self.now = now
        self.batch = Batch()
        self.known: list[Investor] = []  # open ones, for a second need
        self.slots: dict[int, int] = {}  # how many introductions ahead somebody has
        self._references = references(seed)

    def make(self, count: int) -> Iterator[int]:
        """Make ``count`` leads; yields how many there are after each transaction."""
        for start in range(0, count, AT_ONCE):
            self.batch, self.known = Batch(), []
            made = min(AT_ONCE, count - start)
            for _ in range(made):
                self._lead()
            with transaction.atomic():
                self.batch.save()
            yield start + made

    def ref(self) -> str:
        return next(self._references)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _lead(self) -> None:
        investor = self._investor(restricted=self.chance(CONFIDENTIAL))
        stage = self.rng.choices(range(len(STAGES)), _STAGE_WEIGHTS)[0]
        status = self.rng.choices(list(_STATUS_WEIGHTS), list(_STATUS_WEIGHTS.values()))[0]
        if STAGES[stage] == STAGES[-1]:
            status = Status.ACTIVE
        nobody = stage == 0 and self.chance(UNOWNED)
        owner = None if nobody else self.rng.choice(self.pool.owners)
        Told(self, investor, owner, stage, status).tell()

    def _investor(self, *, restricted: bool) -> Investor:
        """A new company, or, for a second need, one that was made just before."""
        if self.known and not restricted and self.chance(0.25):
            return self.rng.choice(self.known)
        country, city, native = self.rng.choice(words.PLACES)
        names = (words.FIRST, words.SECOND, words.TRADES)
        investor = Investor(
            ref=self.ref(),
            name=" ".join(self.rng.choice(part) for part in names),
            native_name=native,
            control_country=country,
            seat_country=country,
            city=city,
            size=self.rng.choice(("", "small", "medium", "mid", "large")),
            presence=self.rng.choice(("", "none", "none", "sales")),
            restricted=restricted,
        )
        people = [self._contact(investor) for _ in range(1 + self.chance(0.3))]
        people.sort(key=lambda contact: contact.name)
        # What is read to fold the lead's text: nothing is asked of the database.
        investor._prefetched_objects_cache = {"contacts": people}  # type: ignore[attr-defined]
        if not restricted:
            self.known.append(investor)
        return self.batch.add(investor)

    def _contact(self, investor: Investor) -> Contact:
        given, family = self.rng.choice(words.GIVEN), self.rng.choice(words.FAMILY)
        contact = Contact(
            ref=self.ref(),
            investor=investor,
            name=f"{given} {family}",
            position=self.rng.choice(words.POSITIONS),
            restricted=investor.restricted,
        )
        contact.email = f"{contact.ref}@{investor.ref}.example"
        return self.batch.add(contact)
