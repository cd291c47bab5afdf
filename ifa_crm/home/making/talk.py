"""What was said on a made-up lead, and what is to be done."""

from functools import cache
from typing import Any, Final, NamedTuple

from django.utils import translation
from django.utils.formats import date_format

from ifa_crm.home.making import words
from ifa_crm.home.making.clock import DAY, NOW
from ifa_crm.home.making.rows import ActionRow, InteractionRow, SpokenWithRow
from ifa_crm.home.making.story import ACTIVE, CONTACTED, ENDED, QUALIFIED, WAITING, Story
from investors.choices import ActionKind, Direction, InteractionKind, Result
from investors.reply_clock import DUE_AFTER, SILENT_AFTER, Calendar

_MAIL, _CALL, _VISIT, _NOTE = (
    InteractionKind.EMAIL.value,
    InteractionKind.CALL.value,
    InteractionKind.VISIT.value,
    InteractionKind.NOTE.value,
)
_IN, _OUT = Direction.IN.value, Direction.OUT.value
_SPOKE, _NO_ANSWER = Result.SPOKE.value, Result.NO_ANSWER.value
_TODO, _WAKE = ActionKind.TODO.value, ActionKind.WAKE.value
_EXCHANGES: Final = 0.4  # of what is said later is a mail that is answered
_WRITE_AGAIN: Final = 0.05
_TWO_PLANS: Final = 0.15
_DONE: Final = (0, 1, 1, 2)


class Said(NamedTuple):
    minute: int
    kind: str
    direction: str
    result: str
    text: str
    subject: str = ""


class Talk(Story):
    """They write, we answer, somebody calls; now and then they write again and wait."""

    def tell(self) -> None:
        super().tell()
        heard = self._talk()
        self.write_lead(self._plan(), self.clock.at(heard))

    def _talk(self) -> int:
        """What was said; gives when they last said something."""
        said = [Said(self.times[0], _MAIL, _IN, "", self.pick(words.HELLO), self.title)]
        if self.stage >= CONTACTED:
            answer = self.pick(words.ANSWER)
            said.append(Said(self.times[1], _MAIL, _OUT, "", answer, f"Re: {self.title}"))
            for _ in range(int(self.random() * 7)):
                said += self._later()
        elif self.random() < 0.5:
            said.append(Said(self.times[1], _NOTE, "", "", self.pick(words.NOTE)))
        if self.stage >= QUALIFIED:
            said.append(Said(self.times[2], _CALL, _OUT, _SPOKE, self.pick(words.CALL)))
        if self.status == ACTIVE and self.random() < _WRITE_AGAIN:
            said.append(Said(self.times[-1], _MAIL, _IN, "", self.pick(words.HELLO), "Again"))
        said.sort()
        self._write(said)
        return max(one.minute for one in said if one.direction == _IN or one.result == _SPOKE)

    def _later(self) -> list[Said]:
        """Something between the first answer and the end."""
        first, last = self.times[1], self.times[-1]
        minute = first + int(self.random() * (last - first))
        chance = self.random()
        if chance < _EXCHANGES:
            reply = min(last, minute + int(self.random() * 2 * DAY))
            return [
                Said(minute, _MAIL, _IN, "", self.pick(words.HELLO), self.title),
                Said(reply, _MAIL, _OUT, "", self.pick(words.ANSWER), f"Re: {self.title}"),
            ]
        if chance < 0.6:
            return [Said(minute, _CALL, _OUT, _SPOKE, self.pick(words.CALL))]
        if chance < 0.7:
            return [Said(minute, _CALL, _OUT, _NO_ANSWER, "")]
        if chance < 0.8:
            return [Said(minute, _VISIT, _OUT, _SPOKE, self.pick(words.CALL))]
        return [Said(minute, _NOTE, "", "", self.pick(words.NOTE))]

    def _write(self, said: list[Said]) -> None:
        """From the last to the first: what came in is answered by the next that is an answer."""
        keys = [self.batch.key(InteractionRow) for _ in said]
        answer: tuple[str | None, int | None] = (None, None)
        calendar = self._calendar()
        for one, key in zip(reversed(said), reversed(keys), strict=True):
            at = self.clock.at(one.minute)
            if (one.kind == _MAIL and one.direction == _OUT) or one.result == _SPOKE:
                answer = (at, key)
            if one.direction == _IN:
                clock = self._clock(calendar, one.minute)
                self._interaction(one, key, at, answer, clock)
                if answer[0] is None:
                    self.open_clock = clock
            else:
                self._interaction(one, key, at)
            if one.kind != _NOTE:
                self.batch.add(SpokenWithRow(key, self.pick(self.company.contacts)))

    def _interaction(
        self,
        one: Said,
        key: int,
        at: str,
        answered: tuple[str | None, int | None] = (None, None),
        clock: tuple[str | None, str | None] = (None, None),
    ) -> None:
        self.batch.add(
            InteractionRow(
                id=key,
                ref=self.batch.ref(),
                lead_id=self.key,
                kind=one.kind,
                direction=one.direction,
                result=one.result,
                happened_at=at,
                subject=one.subject,
                text=one.text,
                logged_by_id=self.by,
                logged_at=at,
                answered_at=answered[0],
                answered_by_id=answered[1],
                reply_due_at=clock[0],
                silent_at=clock[1],
            )
        )

    def _calendar(self) -> Calendar:
        """Of the office of its owner; as in the services, the standard one for nobody's."""
        return self.maker.pool.calendars.of_office(self.owner.office_id if self.owner else None)

    def _clock(self, calendar: Calendar, minute: int) -> tuple[str, str]:
        due, silent = calendar.after(self.clock.moment(minute), DUE_AFTER, SILENT_AFTER)
        to_minute = self.clock.minute
        return self.clock.at(to_minute(due)), self.clock.at(to_minute(silent))

    # --- what is to be done -----------------------------------------------------------------

    def _plan(self) -> str | None:
        """An active lead has something to do, a waiting one wakes, a closed one has nothing.

        Gives the day of the earliest open action.
        """
        for _ in range(self.pick(_DONE) if self.stage >= CONTACTED else 0):
            first, last = self.times[1], self.times[-1]
            minute = first + int(self.random() * (last - first))
            self._action(self.pick(words.TO_DO), self.clock.day(minute), done=minute)
        if self.status in ENDED:
            end = self.times[-1]
            self._action(self.pick(words.TO_DO), self.clock.day(end), done=end, dropped=True)
            return None
        if self.status == WAITING:
            until = self.clock.day(NOW + int(1 + self.random() * 120) * DAY)
            self._action(_was_waiting(self.clock.date(self.times[-1])), until, kind=_WAKE)
            return until
        plans = [self._ahead() for _ in range(1 + (self.random() < _TWO_PLANS))]
        for day in plans:
            self._action(self.pick(words.TO_DO), day)
        return min(plans)

    def _ahead(self) -> str:
        return self.clock.day(NOW + round(self.maker.rng.gauss(8, 14)) * DAY)

    def _action(
        self,
        what: str,
        due: str,
        *,
        kind: str = _TODO,
        done: int | None = None,
        dropped: bool = False,
    ) -> None:
        self.batch.add(
            ActionRow(
                ref=self.batch.ref(),
                lead_id=self.key,
                kind=kind,
                what=what,
                assignee_id=self.by,
                due=due,
                done_at=None if done is None else self.clock.at(done),
                done_by_id=None if done is None else self.by,
                dropped=dropped,
            )
        )


@cache
def _was_waiting(since: Any) -> str:
    with translation.override("en"):
        return f"Was waiting since {date_format(since, 'DATE_FORMAT')}"
