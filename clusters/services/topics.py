"""The vocabulary of topics, and which cluster works on which."""

from collections.abc import Mapping, Sequence

from anyascii import anyascii
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clusters.models import Cluster, ClusterTopic, Sector, Topic, TopicSector, TopicWords
from clusters.services.base import lock, log_links, require, require_live, save
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User

RESERVED = {"new", "options"}  # words that stand where a topic's address does
WordsOf = tuple[str, str]
"""(language, kind)"""


def key_for(name: str) -> str:
    """The address of a new topic: its English name in plain letters, numbered if taken."""
    stem = slugify(anyascii(name))[:50] or "topic"
    taken = set(Topic.objects.filter(key__startswith=stem).values_list("key", flat=True)) | RESERVED
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in candidates if candidate not in taken)


@transaction.atomic
def save_topic(
    *,
    actor: User,
    topic: Topic,
    sectors: Sequence[Sector],
    words: Mapping[WordsOf, Sequence[str]],
) -> Topic:
    """Create or change a topic with its sectors and the words that speak of it."""
    require(actor)
    if topic.pk is None:
        topic.key = key_for(topic.name_en)
    else:
        require_live(lock(topic))
    if topic.broader is not None and topic.broader.is_archived:
        raise refusal("broader", _("This topic is archived."), "archived")
    save(topic)
    _set_sectors(topic, sectors)
    _set_words(topic, words)
    return topic


def _set_sectors(topic: Topic, sectors: Sequence[Sector]) -> None:
    before = ", ".join(link.sector.label_en for link in topic.sector_links.all())
    wanted = {sector.pk: sector for sector in sectors}
    links = {link.sector_id: link for link in topic.sector_links.all()}
    for key in links.keys() - wanted.keys():
        links[key].delete()
    for key in wanted.keys() - links.keys():
        save(TopicSector(topic=topic, sector=wanted[key]))
    after = ", ".join(link.sector.label_en for link in topic.sector_links.all())
    log_links(topic, "sectors", before, after)


def _set_words(topic: Topic, words: Mapping[WordsOf, Sequence[str]]) -> None:
    there = {(row.language, row.kind): row for row in topic.words.all()}
    for (language, kind), texts in words.items():
        row = there.get((language, kind))
        if row is None and texts:
            save(TopicWords(topic=topic, language=language, kind=kind, texts=list(texts)))
        elif row is not None and not texts:
            row.delete()
        elif row is not None and row.texts != list(texts):
            row.texts = list(texts)
            save(row)


@transaction.atomic
def save_cluster_topic(*, actor: User, link: ClusterTopic) -> ClusterTopic:
    """Note that a cluster works on a topic, or how sure that is."""
    require(actor)
    require_live(lock(link.cluster))
    require_live(link.topic)
    return save(link)


@transaction.atomic
def remove_cluster_topic(*, actor: User, link: ClusterTopic) -> Cluster:
    """The cluster does not work on the topic after all; its history tells."""
    require(actor)
    cluster = link.cluster
    require_live(lock(cluster))
    link.delete()
    return cluster
