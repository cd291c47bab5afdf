"""The board of open seats: every seat that can be taken, with the leads it may be for."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from django.db.models import F, Prefetch
from django.utils.translation import gettext as _

from clusters.models import Cluster, OpenSeat, ProjectCluster
from ifa_crm.staff.models import User
from investors.models import Lead
from investors.seat_matching import Topics, open_seats, pairs_for, ranked, topics_of

MOST: Final = 200  # seats on one board; it says so when there are more
FIRST: Final = 3
SOON: Final = dt.timedelta(days=14)
AHEAD: Final = dt.timedelta(days=60)


class Way(StrEnum):
    TOPIC = "topic"
    DEADLINE = "deadline"


@dataclass(frozen=True)
class Card:
    """A seat with the leads that it may be for: how many the reader sees, and the first."""

    seat: OpenSeat
    topics: Sequence[Any]
    clusters: Sequence[Cluster]
    count: int
    first: Sequence[Lead]
    is_soon: bool

    @property
    def officer(self) -> Any:
        """Who looks after the cluster that leads the project."""
        return next((c.desk_officer for c in self.clusters if c.desk_officer), None)


@dataclass(frozen=True)
class Group:
    title: str
    cards: Sequence[Card]


@dataclass(frozen=True)
class Board:
    groups: Sequence[Group]
    count: int
    is_cut: bool

    @classmethod
    def read(cls, user: User, day: dt.date, way: Way) -> "Board":
        """Eight queries, whatever the number of seats and leads."""
        rows = open_seats(user, day).order_by(F("deadline").asc(nulls_last=True), "pk")
        seats = list(rows.prefetch_related(named_clusters(user))[: MOST + 1])
        topics = Topics.read()
        cards = _cards(seats[:MOST], topics, user, day)
        grouped = _by_deadline(cards, day) if way == Way.DEADLINE else _by_topic(cards, topics)
        return cls(grouped, len(cards), len(seats) > MOST)


def named_clusters(user: User) -> Prefetch[Any]:
    """The clusters of a seat's project that ``user`` sees, the one that leads it first."""
    links = ProjectCluster.objects.visible_to(user).select_related("cluster__desk_officer")
    return Prefetch("project__cluster_links", links.order_by("-is_lead", "pk"), "shown_links")


def dealt(seats: Sequence[Any], user: User, day: dt.date) -> None:
    """Put on each seat its ``card``, as the board has it."""
    for card in _cards(seats, Topics.read(), user, day):
        card.seat.card = card  # type: ignore[attr-defined]


def _cards(seats: Sequence[Any], topics: Topics, user: User, day: dt.date) -> list[Card]:
    answered = {seat.pk: topics.answered_by(topics_of(seat)) for seat in seats}
    asked = {topic for each in answered.values() for topic in each}
    of_topic: dict[int, list[Any]] = defaultdict(list)
    for pair in pairs_for(asked, user):
        of_topic[pair[1]].append(pair)
    found = {}
    for seat in seats:
        pairs = (pair for topic in answered[seat.pk] for pair in of_topic[topic])
        found[seat.pk] = [lead for lead, _topics in ranked(pairs, answered[seat.pk])]
    some = {lead for leads in found.values() for lead in leads[:FIRST]}
    leads = Lead.objects.filter(pk__in=some).select_related("investor").in_bulk()
    return [
        Card(
            seat=seat,
            topics=[topics.rows[pk] for pk in topics_of(seat)],
            clusters=[link.cluster for link in seat.project.shown_links],
            count=len(found[seat.pk]),
            first=[leads[lead] for lead in found[seat.pk][:FIRST]],
            is_soon=seat.deadline is not None and seat.deadline <= day + SOON,
        )
        for seat in seats
    ]


def _by_topic(cards: Iterable[Card], topics: Topics) -> list[Group]:
    """Under each broad topic that a seat speaks of; a seat of two stands under both."""
    found: dict[str, list[Card]] = defaultdict(list)
    without = []
    for card in cards:
        roots = {str(topics.root(topic.pk)) for topic in card.topics}
        for root in roots:
            found[root].append(card)
        if not roots:
            without.append(card)
    groups = [Group(name, found[name]) for name in sorted(found, key=str.casefold)]
    return groups + ([Group(_("Without a topic"), without)] if without else [])


def _by_deadline(cards: Iterable[Card], day: dt.date) -> list[Group]:
    found: dict[str, list[Card]] = {
        _("Within two weeks"): [],
        _("Within two months"): [],
        _("Later"): [],
        _("Without a deadline"): [],
    }
    soon, ahead, later, never = found.values()
    for card in cards:
        deadline = card.seat.deadline
        if deadline is None:
            never.append(card)
        else:
            (soon if card.is_soon else ahead if deadline <= day + AHEAD else later).append(card)
    return [Group(title, some) for title, some in found.items() if some]
