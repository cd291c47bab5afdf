"""A made-up lead: what is known, what was said, what is to be done."""

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.utils import translation
from django.utils.formats import date_format

from ifa_crm.home.making import words
from ifa_crm.staff.models import User
from investors.choices import (
    CLOSED,
    ActionKind,
    Answer,
    Confidential,
    Direction,
    Horizon,
    InteractionKind,
    LogKind,
    LostReason,
    Mode,
    Origin,
    Priority,
    Result,
    Stage,
    Status,
)
from investors.models import Action, Admission, Contact, Interaction, Investor, Lead, LeadLog

if TYPE_CHECKING:
    from ifa_crm.home.making.maker import Maker

MINUTES: Final = 730 * 24 * 60  # over which the leads came in
STAGES: Final = list(Stage)
CONTACTED, QUALIFIED, SHORTLISTED, INTRODUCED, NEGOTIATING, COMMITTED = range(1, len(STAGES))
Step = tuple[int, dt.datetime, list[str]]


class Story:
    """One lead with everything under it."""

    def __init__(
        self, maker: "Maker", investor: Investor, owner: User | None, stage: int, status: Status
    ) -> None:
        self.maker, self.rng, self.batch = maker, maker.rng, maker.batch
        self.owner, self.stage, self.status = owner, stage, status
        age = dt.timedelta(minutes=self.rng.randrange(24 * 60, MINUTES))
        self.received = maker.now - age
        # One moment for each stage and one for the end, in order, between then and now.
        parts = sorted(self.rng.random() for _ in range(stage + 1))
        self.times = [self.received, *(self.received + age * part for part in parts)]
        self.steps = list(self._steps())
        self.contacts: list[Contact] = investor._prefetched_objects_cache["contacts"]  # type: ignore[attr-defined]
        self.lead = self.batch.add(Lead(investor=investor, **self._facts(investor.restricted)))

    def _steps(self) -> list[Step]:
        """The stages that were reached, when, and what was passed over on the way."""
        steps: list[Step] = [(0, self.times[0], [])]
        passed: list[str] = []
        for stage in range(1, self.stage + 1):
            if stage < self.stage and self.rng.random() < 0.15:
                passed.append(STAGES[stage].value)
            else:
                steps.append((stage, self.times[stage], passed))
                passed = []
        return steps

    def _facts(self, restricted: bool) -> dict[str, Any]:
        rng = self.rng
        known = self._checklist() if self.stage >= QUALIFIED else {}
        return {
            "ref": self.maker.ref(),
            "title": f"{rng.choice(words.WHAT)} {rng.choice(words.WHAT_FOR)}",
            "origin": rng.choice(list(Origin)),
            "owner": self.owner,
            "office_id": self.owner.office_id if self.owner else None,
            "priority": rng.choices(list(Priority), (1, 6, 3))[0],
            "received_at": self.received,
            "created_by": self.owner,
            "stage": STAGES[self.stage],
            "stage_since": self.steps[-1][1],
            "status": self.status,
            "status_since": self.times[0 if self.status == Status.ACTIVE else -1],
            **known,
            **({"confidential": Confidential.YES, "restricted": True} if restricted else {}),
            **self._end(),
        }

    def _checklist(self) -> dict[str, Any]:
        """What a qualified lead has on record, beside a sector, an objective and a contact."""
        given = self.rng.random() < 0.6
        return {
            "mode": self.rng.choice((Mode.JOIN, Mode.START, Mode.EITHER, Mode.DOES_NOT_KNOW)),
            "horizon": self.rng.choice((Horizon.HALF_YEAR, Horizon.YEAR, Horizon.TWO_YEARS)),
            "budget_answer": Answer.GIVEN if given else Answer.WILL_NOT_SAY,
            "budget_amount": Decimal(self.rng.randrange(10, 500) * 10_000) if given else None,
            "confidential": Confidential.NO,
        }

    def _end(self) -> dict[str, Any]:
        """What belongs to the status."""
        if self.status == Status.WAITING:
            ahead = dt.timedelta(days=self.rng.randrange(1, 120))
            return {"waiting_until": self.maker.now.date() + ahead}
        if self.status == Status.LOST:
            reason = self.rng.choice(list(LostReason))
            abroad = reason == LostReason.OTHER_COUNTRY
            return {"lost_reason": reason, "lost_to_country": "DE" if abroad else ""}
        if self.status == Status.DISQUALIFIED:
            return {"disqualified_reason": "Sales only, no research"}
        if self.status == Status.REFERRED:
            on = self.times[-1].date()
            return {"referred_to": "A region", "referred_on": on, "referred_told": True}
        return {}

    # --- what is told -------------------------------------------------------------------------

    def tell(self) -> None:
        self._log()
        self._talk()
        self._plan()
        if self.stage >= QUALIFIED or self.rng.random() < 0.4:
            pool = self.maker.pool
            self.batch.link(Lead.sectors, self.lead, self.rng.choice(pool.sectors))
            self.batch.link(Lead.objectives, self.lead, self.rng.choice(pool.objectives))
        if self.lead.restricted:
            self._hide()

    def _log(self) -> None:
        before = ""
        for stage, at, passed in self.steps:
            self._move(LogKind.STAGE, before, STAGES[stage].value, at, passed)
            before = STAGES[stage].value
        self._move(LogKind.STATUS, "", Status.ACTIVE, self.times[0], [])
        if self.status != Status.ACTIVE:
            self._move(LogKind.STATUS, Status.ACTIVE, self.status, self.times[-1], [])

    def _move(self, kind: str, before: str, after: str, at: dt.datetime, passed: list[str]) -> None:
        move = LeadLog(lead=self.lead, kind=kind, at=at, actor=self.owner)
        move.from_state, move.to_state, move.passed_over = before, after, passed
        self.batch.add(move)

    def _said(self, kind: str, direction: str, at: dt.datetime, text: str, **more: Any) -> None:
        said = Interaction(
            ref=self.maker.ref(),
            lead=self.lead,
            kind=kind,
            direction=direction,
            happened_at=at,
            logged_by=self.owner,
            text=text,
            **more,
        )
        self.batch.add(said)
        self.batch.link(Interaction.contacts, said, self.contacts[0])

    def _talk(self) -> None:
        """They write, we answer, somebody calls; now and then they write again and wait."""
        title, choice = self.lead.title, self.rng.choice
        mail, call = InteractionKind.EMAIL, InteractionKind.CALL
        answered = {"answered_at": self.times[1]} if self.stage >= CONTACTED else {}
        self._said(
            mail, Direction.IN, self.received, choice(words.HELLO), subject=title, **answered
        )
        if self.stage >= CONTACTED:
            answer = choice(words.ANSWER)
            self._said(mail, Direction.OUT, self.times[1], answer, subject=f"Re: {title}")
        if self.stage >= QUALIFIED:
            spoke = choice(words.CALL)
            self._said(call, Direction.OUT, self.times[2], spoke, result=Result.SPOKE)
        if self.stage >= CONTACTED and self.rng.random() < 0.05:
            self._said(mail, Direction.IN, self.times[-1], choice(words.HELLO), subject="Again")

    def _plan(self) -> None:
        """An active lead has something to do, a waiting one wakes, a closed one has nothing."""
        action = Action(ref=self.maker.ref(), lead=self.lead, assignee=self.owner)
        action.what = self.rng.choice(words.TO_DO)
        days = round(self.rng.gauss(8, 14))
        action.due = self.maker.now.date() + dt.timedelta(days=days)
        if self.status in CLOSED:
            end = self.times[-1]
            action.due, action.done_at, action.done_by = end.date(), end, self.owner
            action.dropped = True
        elif self.lead.waiting_until is not None:
            action.kind, action.due = ActionKind.WAKE, self.lead.waiting_until
            with translation.override("en"):
                since = date_format(self.times[-1], "DATE_FORMAT")
            action.what = f"Was waiting since {since}"
        if self.status not in CLOSED:
            self.lead.next_due = action.due
        self.batch.add(action)

    def _hide(self) -> None:
        """Contacts of a confidential lead are known through it; half of them admit a colleague."""
        for contact in self.contacts:
            contact.known_through = self.lead
        others = [user for user in self.maker.pool.owners if user != self.owner]
        if self.owner is not None and others and self.rng.random() < 0.5:
            guest = self.rng.choice(others)
            admission = Admission(lead=self.lead, user=guest, admitted_by=self.owner)
            admission.reason = "Helps with it"
            self.batch.add(admission)
