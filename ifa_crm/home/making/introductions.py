"""The clusters of a made-up lead, and the introductions to them."""

from typing import Final

from ifa_crm.home.making.clock import DAY, NOW
from ifa_crm.home.making.rows import (
    BookingRow,
    MeetingLogRow,
    MeetingRow,
    ParticipantRow,
    ShortlistingLogRow,
    ShortlistingRow,
)
from ifa_crm.home.making.story import ACTIVE, INTRODUCED, SHORTLISTED, listing
from ifa_crm.home.making.talk import Talk
from investors.choices import ShortlistState
from meetings.choices import MeetingForm, MeetingState, PersonKind, Side

LADDER: Final = tuple(
    state.value
    for state in (
        ShortlistState.NOTED,
        ShortlistState.PROPOSED,
        ShortlistState.WANTED,
        ShortlistState.PUT,
        ShortlistState.ACCEPTED,
        ShortlistState.INTRODUCED,
    )
)
NOTED, INTRODUCED_TO = LADDER[0], LADDER[-1]
_CONFIRMED, _HELD = MeetingState.CONFIRMED.value, MeetingState.HELD.value
_STEPS: Final = (MeetingState.DRAFT.value, _CONFIRMED, _HELD)
_FORMS: Final = (MeetingForm.MEETING.value, MeetingForm.CALL.value)
_STAFF, _CONTACT, _CLUSTER = PersonKind.STAFF.value, PersonKind.CONTACT.value, Side.CLUSTER.value
_AHEAD: Final = 0.1  # of those introduced who meet again
_HOURS: Final = 8  # a day in which somebody can be booked
_FULL: Final = 60 * _HOURS  # nobody is booked for more days than that


class Introductions(Talk):
    """Goes on where the lead was shortlisted."""

    cluster: int  # the one that they were introduced to

    def tell(self) -> None:
        super().tell()
        if self.stage < SHORTLISTED:
            return
        chosen = list(
            {self.pick(self.maker.pool.clusters) for _ in range(1 + int(self.random() * 3))}
        )
        self.cluster = chosen[0]
        for cluster in chosen[1:]:
            self._shortlist(cluster, self.pick(LADDER[:-1]))
        if self.stage < INTRODUCED:
            self._shortlist(self.cluster, self.pick(LADDER[:-1]))
        else:
            self._introduce(self._shortlist(self.cluster, INTRODUCED_TO))

    def _shortlist(self, cluster: int, state: str) -> int:
        key, at = self.batch.key(ShortlistingRow), self.clock.at
        noted, moved = at(self.times[SHORTLISTED]), at(self.times[SHORTLISTED + 1])
        since, why = noted if state == NOTED else moved, "Works in the same field"
        self.batch.add(
            ShortlistingRow(key, self.batch.ref(), self.key, cluster, state, since, why, self.by)
        )
        self.batch.add(ShortlistingLogRow(key, noted, self.by, "", NOTED, "[]"))
        if state != NOTED:
            passed = listing(LADDER[1 : LADDER.index(state)])
            self.batch.add(ShortlistingLogRow(key, moved, self.by, NOTED, state, passed))
        return key

    def _introduce(self, shortlisting: int) -> None:
        """One that was held; for some there is another one ahead, at an hour of its own."""
        held = self.times[INTRODUCED]
        self._meeting(shortlisting, held - held % 60 - 120, _HELD)
        if self.by is None or self.status != ACTIVE or self.random() > _AHEAD:
            return
        taken = self.maker.slots.get(self.by, 0)
        if taken == _FULL or self.company.is_booked:
            return
        self.maker.slots[self.by], self.company.is_booked = taken + 1, True
        days, hours = divmod(taken, _HOURS)
        free = self.maker.free_from
        self._meeting(shortlisting, free + days * DAY + (7 + hours) * 60, _CONFIRMED)

    def _meeting(self, shortlisting: int, start: int, state: str) -> None:
        key, held = self.batch.key(MeetingRow), state == _HELD
        starts, ends = self.clock.at(start), self.clock.at(start + 60)
        planned = self.clock.at(min(self.times[INTRODUCED], start, NOW - DAY))
        self.batch.add(
            MeetingRow(
                id=key,
                ref=self.batch.ref(),
                lead_id=self.key,
                cluster_id=self.cluster,
                shortlisting_id=shortlisting,
                form=self.pick(_FORMS),
                state=state,
                purpose=self.title,
                starts_at=starts,
                ends_at=ends,
                uid=f"{self.batch.ref()}@ifa-crm",
                summary="They will meet again." if held else "",
                held_recorded_at=ends if held else None,
                created_by_id=self.by,
                created_at=planned,
            )
        )
        before = ""
        for place, step in enumerate(_STEPS[: _STEPS.index(state) + 1]):
            at = self.clock.at(self.times[INTRODUCED] + place)
            self.batch.add(MeetingLogRow(key, at, self.by, before, step, "[]"))
            before = step
        self._people(key, None if state == _CONFIRMED else True, starts, ends)

    def _people(self, meeting: int, came: bool | None, starts: str, ends: str) -> None:
        """A contact, the owner and a guest came, or are booked."""
        add, contact = self.batch.add, self.company.contacts[0]
        add(ParticipantRow(meeting, None, contact, "", "", came))
        if self.by is not None:
            add(ParticipantRow(meeting, self.by, None, "", "", came))
        add(ParticipantRow(meeting, None, None, "The director", _CLUSTER, came))
        if came is None:
            add(BookingRow(meeting, f"{_CONTACT}:{contact}", starts, ends))
            add(BookingRow(meeting, f"{_STAFF}:{self.by}", starts, ends))
