"""Rows of many leads, saved in bulk, and what they refer to."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Max, Model

from clusters.models import Cluster, Organisation, Project, ProjectCluster, ProjectPartner, Sector
from ifa_crm.staff.models import Office, User
from ifa_crm.staff.roles import Act, Role
from investors.models import (
    Action,
    Admission,
    Contact,
    Engagement,
    EngagementLog,
    Interaction,
    Investor,
    Lead,
    LeadLog,
    Objective,
    Shortlisting,
    ShortlistingLog,
)
from meetings.models import Booking, Meeting, MeetingLog, Participant

AT_ONCE: Final = 1000  # rows in a statement, leads in a transaction
# A row stands after those that it points to.
ORDER: Final[tuple[type[Model], ...]] = (
    Organisation,
    Investor,
    Lead,
    Contact,
    Admission,
    LeadLog,
    Interaction,
    Action,
    Shortlisting,
    ShortlistingLog,
    Project,
    ProjectCluster,
    ProjectPartner,
    Engagement,
    EngagementLog,
    Meeting,
    MeetingLog,
    Participant,
    Booking,
)
M = TypeVar("M", bound=Model)


@dataclass
class Pool:
    """What made-up leads refer to."""

    clusters: list[Cluster]
    sectors: list[Sector]
    objectives: list[Objective]
    owners: list[User]
    verifiers: list[User]
    booked_until: dt.datetime | None = None  # after it everybody is free

    @classmethod
    def of_database(cls) -> "Pool":
        return cls(
            clusters=list(Cluster.objects.offered_in(settings.REFERENCE_YEAR).order_by("slug")),
            sectors=list(Sector.objects.order_by("key")),
            objectives=list(Objective.objects.order_by("order")),
            owners=_staff(Role.ADVISER, Act.HANDLE_OWN, 12),
            verifiers=_staff(Role.MANAGER, Act.VERIFY, 2),
            booked_until=Booking.objects.aggregate(last=Max("ends_at"))["last"],
        )


def _staff(role: Role, act: Act, wanted: int) -> list[User]:
    """People who may do it; made up, without a password, where there are too few."""
    found = list(User.objects.with_act(act).order_by("username"))
    if len(found) > 1:
        return found
    group = Group.objects.get_or_create(name=role.value)[0]
    offices = [*Office.objects.order_by("name")]
    for n in range(1, wanted + 1):
        user = User(
            username=f"made-up-{role.name.lower()}-{n}",
            first_name=str(role.value),
            last_name=f"Made-Up {n}",
            office=offices[n % len(offices)] if offices else None,
        )
        user.set_unusable_password()
        user.save()
        user.groups.add(group)
        found.append(user)
    return found


@dataclass
class Batch:
    """Rows, in the order in which they can be saved."""

    rows: dict[type[Model], list[Any]] = field(
        default_factory=lambda: {model: [] for model in ORDER}
    )
    links: dict[Any, list[tuple[Model, Model]]] = field(default_factory=dict)

    def add(self, row: M) -> M:
        self.rows[type(row)].append(row)
        return row

    def link(self, many: Any, row: Model, other: Model) -> None:
        """Note a row of the many-to-many field ``many`` (such as ``Lead.sectors``)."""
        self.links.setdefault(many, []).append((row, other))

    def save(self) -> None:
        for model, rows in self.rows.items():
            if model is Booking:
                _name_people(rows)
            model._default_manager.bulk_create(rows, batch_size=AT_ONCE)
        for many, pairs in self.links.items():
            one, other = many.field.m2m_field_name(), many.field.m2m_reverse_field_name()
            made = [
                many.through(**{f"{one}_id": row.pk, f"{other}_id": to.pk}) for row, to in pairs
            ]
            many.through._default_manager.bulk_create(made, batch_size=AT_ONCE)


def _name_people(bookings: list[Booking]) -> None:
    """By now those who take part have a key, which is part of their name."""
    for booking in bookings:
        booking.person_key = booking.participant.person_key  # type: ignore[attr-defined]
