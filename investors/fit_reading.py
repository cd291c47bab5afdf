"""What :mod:`investors.topics` and :mod:`investors.fit` work on, read from the database."""

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, TextField
from django.db.models.functions import Cast

from clusters.choices import Confidence, ProjectStatus, TopicSource
from clusters.models import (
    Call,
    Cluster,
    ClusterRegion,
    ClusterSector,
    ClusterTopic,
    OpenSeat,
    ProjectCluster,
    RelatedSectors,
    Topic,
    TopicSector,
    TopicWords,
)
from ifa_crm.staff.models import User
from investors import fit
from investors.choices import Mode
from investors.models import Lead
from investors.topics import ENGLISH, FRENCH, Term, Vocabulary

CENTRAL: Final = {Confidence.HIGH: 1.0, Confidence.MEDIUM: 0.8, Confidence.LOW: 0.5}
SAID: Final = {TopicSource.SPECIALTY: 1.0, TopicSource.KEYWORD: 1.0, TopicSource.KNOWN: 0.9}
LABELLED_PROJECT: Final = (ProjectStatus.UNDER_WAY, ProjectStatus.COMPLETED)
MODES: Final = {Mode.JOIN: fit.JOIN, Mode.START: fit.START, Mode.EITHER: fit.EITHER}


def read_vocabulary() -> Vocabulary:
    """The topics that texts are searched for. Compiled once for each wording."""
    topics = Topic.objects.live().order_by("pk")
    names = tuple(topics.values_list("key", "name_en", "name_fr", "broader__key"))
    words = TopicWords.objects.filter(topic__archived_at__isnull=True).order_by("pk")
    rows = words.values_list("topic__key", "language", "kind", Cast("texts", TextField()))
    return _compiled(names, tuple(rows))


@lru_cache(maxsize=1)
def _compiled(names: tuple[Any, ...], words: tuple[Any, ...]) -> Vocabulary:
    """``words``: of a topic, language and kind each, as JSON: it is read only where it is new."""
    named = (
        Term(key, language, name)
        for key, english, french, _ in names
        for language, name in ((ENGLISH, english), (FRENCH, french))
    )
    spoken = (
        Term(topic, language, text, kind)
        for topic, language, kind, texts in words
        for text in json.loads(texts)
    )
    broader = {key: above for key, _, _, above in names}
    return Vocabulary.of(chain(named, spoken), broader)


def vocabulary_version() -> str:
    """Eight letters that change with any word of a topic, its place, its sectors, or the table of
    related sectors. What the clusters work on is not in it."""
    related = RelatedSectors.objects.order_by("pk")
    stated = [
        list(Topic.objects.live().order_by("pk").values_list("key", "broader__key")),
        list(TopicWords.objects.order_by("pk").values_list("topic__key", "kind", "texts")),
        list(TopicSector.objects.order_by("pk").values_list("topic__key", "sector__key")),
        list(related.values_list("first__key", "second__key", "closeness")),
    ]
    return hashlib.sha256(json.dumps(stated, default=str).encode()).hexdigest()[:8]


def read_tables(day: dt.date) -> fit.Tables:
    implied: dict[str, set[str]] = defaultdict(set)
    for topic, sector in TopicSector.objects.values_list("topic__key", "sector__key"):
        implied[topic].add(sector)
    related = RelatedSectors.objects.values_list("first__key", "second__key", "closeness")
    return fit.Tables(
        broader=dict(Topic.objects.values_list("key", "broader__key")),
        implied={topic: frozenset(sectors) for topic, sectors in implied.items()},
        related={(first, second): float(close) for first, second, close in related},
        unserved=frozenset(Topic.objects.of_no_cluster().values_list("key", flat=True)),
        open_call=Call.objects.live().open_on(day).exists(),
    )


@dataclass(frozen=True)
class _Opportunities:
    seats: dict[int, list[frozenset[str]]]
    labelled: dict[int, int]


def read_clusters(user: User | None, day: dt.date) -> list[fit.Cluster]:
    """The clusters that are offered, with the seats and projects that ``user`` sees.

    Without a user: with those that are open to everybody.
    """
    rows = Cluster.objects.offered_in(settings.REFERENCE_YEAR)
    topics: dict[int, dict[str, float]] = defaultdict(dict)
    links = ClusterTopic.objects.filter(topic__archived_at__isnull=True)
    for key, topic, confidence, source in links.values_list(
        "cluster", "topic__key", "confidence", "source"
    ):
        topics[key][topic] = CENTRAL[Confidence(confidence)] * SAID[TopicSource(source)]
    sectors = _gathered(ClusterSector.objects.values_list("cluster", "sector__key"))
    regions = _gathered(ClusterRegion.objects.values_list("cluster", "region__name"))
    found = _opportunities(user, day)
    return [
        fit.Cluster(
            key=slug,
            topics=topics[key],
            sectors=frozenset(sectors[key]),
            regions=frozenset(regions[key]),
            seats=tuple(found.seats[key]),
            labelled_projects=found.labelled[key],
        )
        for key, slug in rows.values_list("pk", "slug")
    ]


def _gathered(pairs: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return found


def _opportunities(user: User | None, day: dt.date) -> _Opportunities:
    links = ProjectCluster.objects.filter(project__archived_at__isnull=True)
    seats = OpenSeat.objects.that_can_be_taken(day)
    if user is None:
        links, seats = (
            links.filter(project__restricted=False),
            seats.filter(project__restricted=False),
        )
    else:
        links, seats = links.visible_to(user), seats.visible_to(user)
    by_project: dict[int, list[frozenset[str]]] = defaultdict(list)
    for seat in seats.select_related("project").prefetch_related("topics", "project__topics"):
        topics = seat.topics.all() or seat.project.topics.all()
        by_project[seat.project_id].append(frozenset(topic.key for topic in topics))
    found = _Opportunities(defaultdict(list), defaultdict(int))
    with_seats = links.filter(project__in=[*by_project])
    for cluster, project in with_seats.values_list("cluster", "project"):
        found.seats[cluster] += by_project[project]
    labelled = links.filter(project__status__in=LABELLED_PROJECT).order_by().values("cluster")
    found.labelled.update(labelled.annotate(n=Count("pk")).values_list("cluster", "n"))
    return found


def need_of(lead: Lead) -> fit.Need:
    """What is on record of a lead; the topics that somebody ticked count in full."""
    return fit.Need(
        topics={topic.key: 1.0 for topic in lead.topics.all()},
        sectors=frozenset(sector.key for sector in lead.sectors.all()),
        mode=MODES.get(Mode(lead.mode), ""),
        regions=frozenset(region.name for region in lead.preferred_regions.all()),
    )
