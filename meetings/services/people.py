"""Who takes part, and who came."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clusters.models import Leader
from ifa_crm.staff.models import User
from investors.models import Contact, Lead
from meetings.choices import Side
from meetings.models import Meeting, Participant


@dataclass(frozen=True)
class Guest:
    """Somebody who is not on record, by name."""

    name: str
    side: Side
    email: str = ""


@dataclass(frozen=True)
class People:
    """Those who take part, of all four kinds."""

    staff: tuple[User, ...] = ()
    contacts: tuple[Contact, ...] = ()
    leaders: tuple[Leader, ...] = ()
    guests: tuple[Guest, ...] = ()

    @property
    def sides(self) -> set[Side]:
        """The sides for which somebody comes."""
        present = {guest.side for guest in self.guests}
        for people, side in (
            (self.staff, Side.AGENCY),
            (self.contacts, Side.INVESTOR),
            (self.leaders, Side.CLUSTER),
        ):
            if people:
                present.add(side)
        return present


def people_of(meeting: Meeting) -> People:
    """Those who take part now."""
    return people_in(meeting.participants.select_related("staff", "contact", "leader"))


def people_in(participants: Iterable[Participant]) -> People:
    """The people behind these rows."""
    rows = list(participants)
    return People(
        staff=tuple(row.staff for row in rows if row.staff),
        contacts=tuple(row.contact for row in rows if row.contact),
        leaders=tuple(row.leader for row in rows if row.leader),
        guests=tuple(
            Guest(row.guest_name, Side(row.guest_side), row.guest_email)
            for row in rows
            if row.guest_name
        ),
    )


def set_people(meeting: Meeting, people: People, actor: User) -> None:
    """Let exactly ``people`` take part; those who stay keep their row. The meeting is locked.

    Whom ``actor`` may not know of stays as well: nobody takes away what they cannot see.
    """
    _check(meeting, people)
    left = {_identity(row): row for row in meeting.participants.visible_to(actor)}
    for row in _rows(meeting, people):
        if left.pop(_identity(row), None) is None:
            row.full_clean()
            row.save()
    for gone in left.values():
        gone.delete()


def note_who_came(meeting: Meeting, came: People, actor: User) -> None:
    """Mark who came and who did not; somebody who came unplanned is added."""
    _check(meeting, came)
    planned = {_identity(row): row for row in meeting.participants.visible_to(actor)}
    for row in _rows(meeting, came):
        present = planned.pop(_identity(row), row)
        present.came = True
        present.full_clean()
        present.save()
    for absent in planned.values():
        absent.came = False
        absent.save()


def _rows(meeting: Meeting, people: People) -> Iterable[Participant]:
    yield from (Participant(meeting=meeting, staff=user) for user in people.staff)
    yield from (Participant(meeting=meeting, contact=contact) for contact in people.contacts)
    yield from (Participant(meeting=meeting, leader=leader) for leader in people.leaders)
    for guest in people.guests:
        yield Participant(
            meeting=meeting,
            guest_name=guest.name,
            guest_email=guest.email,
            guest_side=guest.side,
        )


def _identity(row: Participant) -> tuple[object, ...]:
    guest = (row.guest_name, row.guest_email.casefold(), row.guest_side)
    return (row.staff_id, row.contact_id, row.leader_id, *guest)


def _check(meeting: Meeting, people: People) -> None:
    """Everything that speaks against these people, each at its field."""
    known = people_of(meeting) if meeting.pk else People()
    errors = {
        "staff": list(_staff_problems(meeting.lead, people.staff, known.staff)),
        "contacts": list(_contact_problems(meeting.lead, people.contacts, known.contacts)),
        "leaders": list(_leader_problems(meeting, people.leaders, known.leaders)),
        "guests": list(_guest_problems(people.guests)),
    }
    if found := {field: problems for field, problems in errors.items() if problems}:
        raise ValidationError(found)


def _staff_problems(
    lead: Lead, staff: Iterable[User], known: Iterable[User]
) -> Iterable[ValidationError]:
    """New ones must work here, and see the lead that they meet about."""
    for user in staff:
        if user in known:
            continue
        if not user.is_active:
            text = _("%(person)s does not work here any more.")
            yield ValidationError(text, "left", {"person": user})
        elif lead.restricted and not Lead.objects.visible_to(user).filter(pk=lead.pk).exists():
            text = _("The lead is confidential and %(person)s was not admitted to it.")
            yield ValidationError(text, "not_admitted", {"person": user})


def _contact_problems(
    lead: Lead, contacts: Iterable[Contact], known: Iterable[Contact]
) -> Iterable[ValidationError]:
    """New ones must be there still, and not be known through another, confidential lead."""
    for contact in contacts:
        if contact in known:
            continue
        stranger = contact.investor_id != lead.investor_id
        hidden = contact.restricted and contact.known_through_id != lead.pk
        if stranger or hidden:
            yield ValidationError(_("Choose people of this investor."), "stranger")
        elif contact.is_archived or not contact.is_active:
            text = _("%(person)s is not there any more.")
            yield ValidationError(text, "left", {"person": contact})


def _leader_problems(
    meeting: Meeting, leaders: Iterable[Leader], known: Iterable[Leader]
) -> Iterable[ValidationError]:
    for leader in leaders:
        if leader.cluster_id != meeting.cluster_id:
            yield ValidationError(_("Choose leaders of this cluster."), "stranger")
        elif leader not in known and not leader.is_active:
            text = _("%(person)s is not in office any more.")
            yield ValidationError(text, "left", {"person": leader})


def _guest_problems(guests: Iterable[Guest]) -> Iterable[ValidationError]:
    addresses = [guest.email.casefold() for guest in guests if guest.email]
    if len(addresses) > len(set(addresses)):
        yield ValidationError(_("Two guests have the same e-mail address."), "twice")


def require_present(people: People) -> None:
    """Nobody is confirmed who has left since the plan was made."""
    gone: list[object] = [user for user in people.staff if not user.is_active]
    gone += [c for c in people.contacts if c.is_archived or not c.is_active]
    gone += [leader for leader in people.leaders if not leader.is_active]
    if gone:
        names = ", ".join(map(str, gone))
        raise ValidationError(_("Not there any more: %(names)s."), "left", {"names": names})
