"""What made-up leads refer to, each as often as it is likely."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeVar

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Max

from clusters.models import Cluster, Sector, Topic
from ifa_crm.staff.models import Office, User
from ifa_crm.staff.roles import Act, Role
from investors.clocks import Calendars
from investors.models import Objective
from meetings.models import Booking

ADVISERS: Final = 12
_FIRST_OWNER: Final = "adviser"  # the demo's adviser has the most

T = TypeVar("T")


class Person(NamedTuple):
    id: int
    office_id: int | None


@dataclass
class Pool:
    """Keys, the likely ones several times: so any of a list is drawn with one random number."""

    clusters: list[int]
    sectors: list[int]
    topics: list[int]
    objectives: list[int]
    owners: list[Person]
    verifiers: list[int]
    calendars: Calendars = field(default_factory=Calendars)  # when the offices work
    booked_until: dt.datetime | None = None  # after it everybody is free

    @classmethod
    def of_database(cls) -> "Pool":
        offered = Cluster.objects.offered_in(settings.REFERENCE_YEAR)
        objectives = Objective.objects.order_by("order")
        return cls(
            clusters=skewed([*offered.order_by("slug").values_list("pk", flat=True)]),
            sectors=skewed([*Sector.objects.order_by("key").values_list("pk", flat=True)]),
            topics=skewed([*Topic.objects.live().order_by("pk").values_list("pk", flat=True)]),
            objectives=[*objectives.values_list("pk", flat=True)],
            owners=skewed([Person(user.pk, user.office_id) for user in _advisers()]),
            verifiers=[user.pk for user in _staff(Role.MANAGER, Act.VERIFY, 2)],
            booked_until=Booking.objects.aggregate(last=Max("ends_at"))["last"],
        )


def skewed(things: list[T]) -> list[T]:
    """The n-th of them with weight 1/n (Zipf's law), so that few have much and many little."""
    return [
        thing
        for place, thing in enumerate(things, 1)
        for _ in range(max(1, 2 * len(things) // place))
    ]


def _advisers() -> list[User]:
    found = _staff(Role.ADVISER, Act.HANDLE_OWN, ADVISERS)
    return sorted(found, key=lambda user: user.username != _FIRST_OWNER)


def _staff(role: Role, act: Act, wanted: int) -> list[User]:
    """People who may do it; made up, without a password, where there are too few."""
    found = list(User.objects.with_act(act).order_by("username"))
    offices = [*Office.objects.order_by("name")]
    for n in range(len(found) + 1, wanted + 1):
        user = User(
            username=f"made-up-{role.name.lower()}-{n}",
            first_name=str(role.value),
            last_name=f"Made-Up {n}",
            office=offices[n % len(offices)] if offices else None,
        )
        user.set_unusable_password()
        user.save()
        user.groups.add(Group.objects.get_or_create(name=role.value)[0])
        found.append(user)
    return found
