"""The clusters of a made-up lead, and the introductions to them."""

import datetime as dt
from typing import Final, cast

from clusters.models import Cluster
from ifa_crm.home.making.story import INTRODUCED, SHORTLISTED, Story
from investors.choices import ShortlistState, Status
from investors.models import Shortlisting, ShortlistingLog
from meetings.choices import MeetingForm, MeetingState, Side
from meetings.models import Booking, Meeting, MeetingLog, Participant

LADDER: Final = [
    ShortlistState.NOTED,
    ShortlistState.PROPOSED,
    ShortlistState.WANTED,
    ShortlistState.PUT,
    ShortlistState.ACCEPTED,
    ShortlistState.INTRODUCED,
]
MEETING_STEPS: Final = [MeetingState.DRAFT, MeetingState.CONFIRMED, MeetingState.HELD]
HOUR: Final = dt.timedelta(hours=1)
A_DAY: Final = 8  # hours in which somebody can be booked


class Introductions(Story):
    """Goes on where the lead was shortlisted."""

    cluster: Cluster  # the one that they were introduced to

    def tell(self) -> None:
        super().tell()
        if self.stage < SHORTLISTED:
            return
        chosen = self.rng.sample(self.maker.pool.clusters, self.rng.randrange(1, 4))
        self.cluster = chosen[0]
        for cluster in chosen:
            if self.stage >= INTRODUCED and cluster is self.cluster:
                self._introduce(self._shortlist(cluster, ShortlistState.INTRODUCED))
            else:
                self._shortlist(cluster, self.rng.choice(LADDER[:-1]))

    def _shortlist(self, cluster: Cluster, state: ShortlistState) -> Shortlisting:
        noted, moved = self.times[SHORTLISTED], self.times[SHORTLISTED + 1]
        row = Shortlisting(ref=self.maker.ref(), lead=self.lead, cluster=cluster, state=state)
        row.state_since = noted if state == ShortlistState.NOTED else moved
        row.added_by, row.why = self.owner, "Works in the same field"
        self.batch.add(row)
        self._shortlist_move(row, "", ShortlistState.NOTED, noted)
        if state != ShortlistState.NOTED:
            self._shortlist_move(row, ShortlistState.NOTED, state, moved)
        return row

    def _shortlist_move(self, row: Shortlisting, before: str, after: str, at: dt.datetime) -> None:
        passed = LADDER[1 : LADDER.index(ShortlistState(after))] if before else []
        move = ShortlistingLog(shortlisting=row, at=at, actor=self.owner, from_state=before)
        move.to_state, move.passed_over = after, [state.value for state in passed]
        self.batch.add(move)

    def _introduce(self, row: Shortlisting) -> None:
        """One that was held; for some there is another one ahead, at an hour of its own."""
        held = self.times[INTRODUCED].replace(minute=0, second=0, microsecond=0) - 2 * HOUR
        self._meeting(row, held, MeetingState.HELD)
        if self.owner is None or self.status != Status.ACTIVE or self.rng.random() > 0.1:
            return
        taken = self.maker.slots.get(self.owner.pk, 0)
        self.maker.slots[self.owner.pk] = taken + 1
        days, hours = divmod(taken, A_DAY)
        free = max(self.maker.now, self.maker.pool.booked_until or self.maker.now)
        morning = free.replace(hour=7, minute=0, second=0, microsecond=0)
        ahead = morning + dt.timedelta(days=1 + days, hours=hours)
        self._meeting(row, ahead, MeetingState.CONFIRMED)

    def _meeting(self, row: Shortlisting, at: dt.datetime, state: MeetingState) -> None:
        held = state == MeetingState.HELD
        meeting = Meeting(
            ref=self.maker.ref(),
            uid=f"{self.maker.ref()}@ifa-crm",
            lead=self.lead,
            cluster=row.cluster,
            shortlisting=row,
            form=MeetingForm.CALL,
            state=state,
            purpose=self.lead.title,
            starts_at=at,
            ends_at=at + HOUR,
            summary="They will meet again." if held else "",
            held_recorded_at=at + HOUR if held else None,
            created_by=self.owner,
        )
        self.batch.add(meeting)
        self._meeting_log(meeting)
        self._people(meeting)

    def _meeting_log(self, meeting: Meeting) -> None:
        steps = MEETING_STEPS[: MEETING_STEPS.index(MeetingState(meeting.state)) + 1]
        for place, step in enumerate(steps):
            move = MeetingLog(meeting=meeting, actor=self.owner, to_state=step)
            move.from_state = steps[place - 1] if place else ""
            move.at = self.times[INTRODUCED] + dt.timedelta(seconds=place)
            self.batch.add(move)

    def _people(self, meeting: Meeting) -> None:
        """The contact, the owner and a guest came, or are booked."""
        came = True if meeting.state == MeetingState.HELD else None
        people = [Participant(meeting=meeting, contact=self.contacts[0], came=came)]
        if self.owner is not None:
            people.append(Participant(meeting=meeting, staff=self.owner, came=came))
        guest = Participant(meeting=meeting, guest_name="The director", came=came)
        guest.guest_side = Side.CLUSTER
        for person in [*people, guest]:
            self.batch.add(person)
        if not came:
            for person in people:
                start, end = (
                    cast(dt.datetime, meeting.starts_at),
                    cast(dt.datetime, meeting.ends_at),
                )
                booking = Booking(starts_at=start, ends_at=end)
                booking.meeting, booking.participant = meeting, person  # type: ignore[attr-defined]
                self.batch.add(booking)
