"""Which leads an open seat is for: by the topics that both speak of. Reads, nothing else."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from clusters.models import OpenSeat, Topic
from ifa_crm.staff.models import User
from investors import fit
from investors.choices import Mode, Status
from investors.models import Lead
from investors.querysets import lead_is_visible

MOVING = (Status.ACTIVE, Status.WAITING)


@dataclass(frozen=True)
class Topics:
    """All topics by key, and how they lie under each other. One query."""

    rows: Mapping[int, Topic]

    @classmethod
    def read(cls) -> "Topics":
        return cls({topic.pk: topic for topic in Topic.objects.order_by("pk")})

    @cached_property
    def _tables(self) -> fit.Tables:
        keys = {pk: topic.key for pk, topic in self.rows.items()}
        above = {t.key: keys.get(t.broader_id or 0) for t in self.rows.values()}
        return fit.Tables(broader=above)

    @cached_property
    def _by_key(self) -> dict[str, int]:
        return {topic.key: pk for pk, topic in self.rows.items()}

    def answered_by(self, wanted: Iterable[int]) -> dict[int, tuple[float, int]]:
        """The topics of leads that one of ``wanted`` answers, how well, and which: 1 for the
        same, less for narrower and broader ones, as in :mod:`investors.fit`."""
        offered = [self.rows[pk].key for pk in wanted]
        found = {}
        for pk, topic in self.rows.items():
            closeness, best = max(
                ((self._tables.closeness(topic.key, each), each) for each in offered),
                default=(0.0, ""),
            )
            if closeness > 0:
                found[pk] = (closeness, self._by_key[best])
        return found

    def root(self, pk: int) -> Topic:
        """The broadest topic above."""
        topic = self.rows[pk]
        while topic.broader_id is not None:
            topic = self.rows[topic.broader_id]
        return topic


def topics_of(seat: OpenSeat) -> list[int]:
    """The seat's own topics, else those of its project. Prefetch ``topics`` and
    ``project__topics`` for many."""
    own = [topic.pk for topic in seat.topics.all()]
    return own or [topic.pk for topic in seat.project.topics.all()]


Pair = tuple[int, int, str]
"""A lead, a topic of it, and how it wants to take part."""


def pairs_for(topics: Iterable[int], user: User) -> "QuerySet[Any, Pair]":
    """What visible leads that still move say of these topics. One query."""
    moving = Q(lead__archived_at__isnull=True, lead__status__in=MOVING)
    rows = Lead.topics.through._default_manager.filter(moving, topic__in=list(topics))
    seen = rows.filter(lead_is_visible(user, "lead__"))
    return seen.order_by().values_list("lead_id", "topic_id", "lead__mode")


def ranked(
    pairs: Iterable[Pair], answered: Mapping[int, tuple[float, int]]
) -> list[tuple[int, list[int]]]:
    """The leads for a seat with the topics that speak for them.

    First those that would join, then those that only want to start a project of their own;
    among them by how close the topics are, then the newest.
    """
    topics: dict[int, list[int]] = defaultdict(list)
    modes: dict[int, str] = {}
    for lead, topic, mode in pairs:
        if topic in answered:
            topics[lead].append(topic)
            modes[lead] = mode

    def place(lead: int) -> tuple[bool, float, int]:
        return (modes[lead] == Mode.START, -max(answered[t][0] for t in topics[lead]), -lead)

    return [(lead, topics[lead]) for lead in sorted(topics, key=place)]


def open_seats(user: User, day: dt.date) -> "QuerySet[OpenSeat]":
    """Seats that can be taken, of the projects that ``user`` sees; the next deadline first."""
    return with_topics(OpenSeat.objects.visible_to(user).that_can_be_taken(day))


def with_topics(rows: "QuerySet[OpenSeat]") -> "QuerySet[OpenSeat]":
    return rows.select_related("project").prefetch_related("topics", "project__topics")
