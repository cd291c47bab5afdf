"""What a person takes part in goes over when two records of them are merged."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.shared.extend import Children, MergePart, register_merge
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.undoing import Undoable, register_undoable
from investors.models import Contact, Investor
from meetings.models import Booking, Meeting, Participant


def meetings_of(record: Contact | Investor, user: User) -> Iterator[Children]:
    if isinstance(record, Contact):
        every = Meeting.objects.filter(participants__contact=record)
    else:
        every = Meeting.objects.filter(lead__investor=record)
    seen = list(every.visible_to(user).select_related("lead__investor", "cluster"))
    hidden = every.count() - len(seen) if user.may(Act.MERGE) else 0  # others: no trace of it
    yield Children(gettext_lazy("Introductions"), seen, hidden)


def carry_contact(kept: Contact, gone: Contact, moves: Any) -> None:
    """Their seats at introductions, with whether they came, and the times that are booked.

    Who was planned twice for one introduction takes part once, and came if either did.
    """
    rows = Participant.objects.select_for_update(of=("self",)).filter(contact=gone)
    for row in rows.order_by("pk"):
        twin = Participant.objects.filter(meeting=row.meeting_id, contact=kept).first()
        if twin is None:
            with moves.changing(row, "contact"):
                row.contact = kept
            continue
        with moves.changing(twin, "came"):
            twin.came = twin.came or row.came if row.came is not None else twin.came
        moves.remove(row)
    _carry_bookings(f"contact:{kept.pk}", f"contact:{gone.pk}", moves)


def _carry_bookings(kept: str, gone: str, moves: Any) -> None:
    for booking in Booking.objects.select_for_update().filter(person_key=gone).order_by("pk"):
        theirs = Booking.objects.filter(person_key=kept)
        if theirs.filter(meeting=booking.meeting_id).exists():
            moves.remove(booking)
            continue
        at_once = theirs.filter(starts_at__lt=booking.ends_at, ends_at__gt=booking.starts_at)
        if at_once.exists():
            raise ValidationError(
                _("They take part in two introductions at the same time: move one first."),
                "booked",
            )
        with moves.changing(booking, "person_key"):
            booking.person_key = kept


def _nothing(kept: Any, gone: Any, moves: Any) -> None:
    """Introductions hang on leads, and go over with them."""


def register() -> None:
    register_merge(Contact, MergePart(children=meetings_of, carry=carry_contact))
    register_merge(Investor, MergePart(children=meetings_of, carry=_nothing))
    register_undoable(Undoable(Participant))
    register_undoable(Undoable(Booking))
