"""Reads of the meetings app, as sentences. Time and user are arguments."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OrderBy,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from ifa_crm.shared.fold import search_words
from investors.models import Contact
from investors.querysets import lead_is_visible
from meetings.choices import MeetingState

if TYPE_CHECKING:
    from ifa_crm.staff.models import User
    from meetings.models import Booking, Meeting, Participant


class MeetingQuerySet(QuerySet["Meeting"]):
    def visible_to(self, user: "User") -> Self:
        """Seen exactly by those who see the lead; standing in or taking part gives no sight."""
        return self.filter(lead_is_visible(user, "lead__"))

    def confirmed(self) -> Self:
        return self.filter(state=MeetingState.CONFIRMED)

    def held(self) -> Self:
        return self.filter(state=MeetingState.HELD)

    def not_cancelled(self) -> Self:
        return self.exclude(state=MeetingState.CANCELLED)

    def between(self, start: dt.datetime, end: dt.datetime) -> Self:
        """Those that overlap the stretch from ``start`` to ``end``."""
        last = Q(ends_at__gt=start) | Q(ends_at__isnull=True, starts_at__gte=start)
        return self.filter(last, starts_at__lt=end)

    def with_person(self, user: "User") -> Self:
        return self.filter(participants__staff=user)

    def of(self, user: "User") -> Self:
        """Those that concern ``user``: they take part, or own or deputise the lead."""
        theirs = Q(lead__owner=user) | Q(lead__deputy=user)
        return self.filter(theirs | Q(Exists(self._participation(user))))

    def _participation(self, user: "User") -> Any:
        people: Any = self.model._meta.get_field("participants").related_model
        return people._default_manager.filter(meeting=OuterRef("pk"), staff=user)

    def coming(self, now: dt.datetime) -> Self:
        """Drafts and confirmed ones that are not over."""
        return self.filter(state__in=[MeetingState.DRAFT, MeetingState.CONFIRMED], ends_at__gt=now)

    def undated(self) -> Self:
        """Drafts without a time."""
        return self.filter(state=MeetingState.DRAFT, starts_at__isnull=True)

    def past(self, now: dt.datetime) -> Self:
        return self.filter(starts_at__lte=now)

    def to_record(self, now: dt.datetime) -> Self:
        """Confirmed and over: somebody should say whether it was held.

        Twin: :meth:`Meeting.is_to_record_at`.
        """
        return self.confirmed().filter(ends_at__lte=now)

    def search(self, query: str) -> Self:
        """Every word stands in the lead's text (investor, contacts, need) or the cluster's."""
        rows = self
        for word in search_words(query):
            rows = rows.filter(
                Q(lead__search_text__holds=word) | Q(cluster__search_text__holds=word)
            )
        return rows


def upcoming_first(now: dt.datetime) -> tuple[OrderBy, ...]:
    """The order of a list: what comes next, then what has no time, then the past, latest first."""
    ahead = Q(starts_at__gte=now) & ~Q(state=MeetingState.CANCELLED)
    part = Case(
        When(ahead, then=Value(0)),
        When(starts_at__isnull=True, state=MeetingState.DRAFT, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    soonest = Case(When(ahead, then=F("starts_at")), output_field=DateTimeField())
    return (
        OrderBy(part),
        OrderBy(soonest, nulls_last=True),
        OrderBy(F("starts_at"), descending=True, nulls_last=True),
    )


class ParticipantQuerySet(QuerySet["Participant"]):
    def visible_to(self, user: "User") -> Self:
        """Less the contacts that ``user`` may not know of."""
        # Asked of each participant: as a list, SQLite would make it of all contacts there are.
        seen = Contact.objects.visible_to(user).order_by().filter(pk=OuterRef("contact"))
        return self.filter(Q(contact__isnull=True) | Exists(seen))


class BookingQuerySet(QuerySet["Booking"]):
    def overlapping(self, keys: Iterable[str], start: dt.datetime, end: dt.datetime) -> Self:
        """Bookings of these people that overlap the stretch (touching ends do not)."""
        return self.filter(Q(person_key__in=list(keys)), starts_at__lt=end, ends_at__gt=start)
