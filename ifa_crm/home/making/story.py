"""A made-up lead: what is known, and the log of how far it came."""

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ifa_crm.home.making import words
from ifa_crm.home.making.clock import DAY, NOW, at_work
from ifa_crm.home.making.companies import Company
from ifa_crm.home.making.pool import Person
from ifa_crm.home.making.rows import (
    AdmissionRow,
    LeadLogRow,
    LeadRow,
    ObjectiveRow,
    SectorRow,
    TopicRow,
)
from ifa_crm.shared.fold import joined, words_of
from investors.choices import (
    CLOSED,
    Answer,
    Confidential,
    Horizon,
    LogKind,
    LostReason,
    Mode,
    Origin,
    Priority,
    Stage,
    Status,
)

if TYPE_CHECKING:
    from ifa_crm.home.making.maker import Maker

STAGES: Final = tuple(stage.value for stage in Stage)
CONTACTED, QUALIFIED, SHORTLISTED, INTRODUCED, NEGOTIATING, COMMITTED = range(1, len(STAGES))
ACTIVE, WAITING = Status.ACTIVE.value, Status.WAITING.value
LOST, DISQUALIFIED, REFERRED = (
    Status.LOST.value,
    Status.DISQUALIFIED.value,
    Status.REFERRED.value,
)
ENDED: Final = frozenset(status.value for status in CLOSED)
_STAGE, _STATUS = LogKind.STAGE.value, LogKind.STATUS.value
_ORIGINS: Final = tuple(origin.value for origin in Origin)
_PRIORITIES: Final = (
    *[Priority.HIGH.value],
    *[Priority.NORMAL.value] * 6,
    *[Priority.LOW.value] * 3,
)
_MODES: Final = tuple(
    mode.value for mode in (Mode.JOIN, Mode.START, Mode.EITHER, Mode.DOES_NOT_KNOW)
)
_HORIZONS: Final = (Horizon.HALF_YEAR.value, Horizon.YEAR.value, Horizon.TWO_YEARS.value)
_REASONS: Final = tuple(reason.value for reason in LostReason)
_CHOSEN_INSTEAD: Final = ("DE", "DE", "GB", "ES", "CH", "NL")
_PASSED_OVER: Final = 0.15
_DEPUTY: Final = 0.1
_WITH_TOPIC: Final = 0.6  # of those that say what they do
_PACE: Final = 45 * DAY  # at most for a stage
_folded = cache(words_of)
listing = cache(json.dumps)  # of a tuple of states


class Course(NamedTuple):
    """When a lead came in, how far it came and whether it moves."""

    received: int
    stage: int
    status: str


class Story:
    """One lead with everything under it."""

    def __init__(
        self, maker: "Maker", company: Company, key: int, owner: Person | None, course: Course
    ) -> None:
        self.maker, self.batch, self.clock = maker, maker.batch, maker.clock
        self.random, self.pick = maker.rng.random, maker.pick
        self.company, self.key, self.owner = company, key, owner
        self.by = owner.id if owner else None
        self.stage, self.status = course.stage, course.status
        self.times = self._times(course.received)
        self.title = self._title()
        self.steps = list(self._steps())
        self.open_clock: tuple[str | None, str | None] = (None, None)  # the earliest open one

    def _times(self, received: int) -> list[int]:
        """One moment for each stage and one for the end, in order, between then and now."""
        span = min(NOW - DAY - received, DAY + int(self.random() * _PACE * (self.stage + 1)))
        parts = sorted(self.random() for _ in range(self.stage + 1))
        return [at_work(received), *(at_work(received + int(span * part)) for part in parts)]

    def _title(self) -> str:
        title = f"{self.pick(words.WHAT)} {self.pick(words.WHAT_FOR)}"
        return f"{words.RARE} {title.lower()}" if self.random() < words.RARELY else title

    def _steps(self) -> Any:
        """The stages that were reached, when, and what was passed over on the way."""
        yield 0, self.times[0], ()
        passed: tuple[str, ...] = ()
        for stage in range(1, self.stage + 1):
            if stage < self.stage and self.random() < _PASSED_OVER:
                passed += (STAGES[stage],)
            else:
                yield stage, self.times[stage], passed
                passed = ()

    def tell(self) -> None:
        """Write the rows; those that come after it tell more."""
        self._log()
        if self.stage >= QUALIFIED or self.random() < 0.4:
            pool, random = self.maker.pool, self.random
            for sector in {self.pick(pool.sectors) for _ in range(1 + (random() < 0.3))}:
                self.batch.add(SectorRow(self.key, sector))
            if pool.topics and random() < _WITH_TOPIC:
                self.batch.add(TopicRow(self.key, self.pick(pool.topics)))
            self.batch.add(ObjectiveRow(self.key, self.pick(pool.objectives)))
        if self.company.restricted:
            self._admit()

    def write_lead(self, next_due: str | None, heard_at: str | None) -> None:
        """The lead's own row: by now it is known what is due next."""
        at, restricted = self.clock.at, self.company.restricted
        since = self.times[0 if self.status == ACTIVE else -1]
        facts: dict[str, Any] = self._unasked() if self.stage < QUALIFIED else self._checklist()
        if restricted:
            facts["confidential"] = Confidential.YES.value
        self.batch.add(
            LeadRow(
                id=self.key,
                ref=self.batch.ref(),
                investor_id=self.company.id,
                title=self.title,
                wants=self.pick(words.WANTS),
                origin=self.pick(_ORIGINS),
                restricted=restricted,
                owner_id=self.by,
                deputy_id=self._deputy(),
                office_id=self.owner.office_id if self.owner else None,
                created_by_id=self.by,
                priority=self.pick(_PRIORITIES),
                stage=STAGES[self.stage],
                stage_since=at(self.steps[-1][1]),
                status=self.status,
                status_since=at(since),
                received_at=at(self.times[0]),
                next_due=next_due,
                reply_due_at=self.open_clock[0],
                silent_at=self.open_clock[1],
                heard_at=heard_at,
                investor_country=self.company.country,
                search_text=joined(_folded(self.title), self.company.known_by),
                **facts,
                **self._end(next_due),
            )
        )

    def _deputy(self) -> int | None:
        deputy = self.pick(self.maker.pool.owners).id
        return deputy if self.owner and deputy != self.by and self.random() < _DEPUTY else None

    def _unasked(self) -> dict[str, Any]:
        return {
            "mode": Mode.NOT_ASKED.value,
            "horizon": Horizon.NOT_ASKED.value,
            "budget_answer": Answer.NOT_ASKED.value,
            "budget_amount": None,
            "confidential": Confidential.NOT_ASKED.value,
        }

    def _checklist(self) -> dict[str, Any]:
        """What a qualified lead has on record, beside a sector, an objective and a contact."""
        given = self.random() < 0.6
        return {
            "mode": self.pick(_MODES),
            "horizon": self.pick(_HORIZONS),
            "budget_answer": Answer.GIVEN.value if given else Answer.WILL_NOT_SAY.value,
            "budget_amount": int(10 + self.random() * 490) * 10_000 if given else None,
            "confidential": Confidential.NO.value,
        }

    def _end(self, next_due: str | None) -> dict[str, Any]:
        """What belongs to the status; who waits has one thing to do: to wake."""
        reason = self.pick(_REASONS) if self.status == LOST else ""
        abroad = reason == LostReason.OTHER_COUNTRY
        gone = self.status == REFERRED
        return {
            "waiting_until": next_due if self.status == WAITING else None,
            "lost_reason": reason,
            "lost_to_country": self.pick(_CHOSEN_INSTEAD) if abroad else "",
            "disqualified_reason": (
                "Sales only, no research" if self.status == DISQUALIFIED else ""
            ),
            "referred_to": "A region" if gone else "",
            "referred_on": self.clock.day(self.times[-1]) if gone else None,
            "referred_told": True if gone else None,
        }

    def _log(self) -> None:
        before = ""
        for stage, minute, passed in self.steps:
            self._move(_STAGE, before, STAGES[stage], minute, listing(passed))
            before = STAGES[stage]
        self._move(_STATUS, "", ACTIVE, self.times[0], "[]")
        if self.status != ACTIVE:
            self._move(_STATUS, ACTIVE, self.status, self.times[-1], "[]")

    def _move(self, kind: str, before: str, after: str, minute: int, passed: str) -> None:
        at = self.clock.at(minute)
        self.batch.add(LeadLogRow(self.key, kind, at, self.by, before, after, passed))

    def _admit(self) -> None:
        """Half of the confidential ones admit a colleague."""
        guest = self.pick(self.maker.pool.owners).id
        if self.by is not None and guest != self.by and self.random() < 0.5:
            at = self.clock.at(self.times[0])
            self.batch.add(AdmissionRow(self.key, guest, self.by, at, "Helps with it"))
