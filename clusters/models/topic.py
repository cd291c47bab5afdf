"""Topics: the reviewed vocabulary of technologies and markets, and which cluster works on which."""

from collections.abc import Iterator

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.choices import Confidence, Language, TermKind, TopicSource
from clusters.models.cluster import Cluster
from clusters.models.reference import Sector
from clusters.querysets import ClusterTopicQuerySet, TopicQuerySet
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.fields import SearchTextField
from ifa_crm.shared.models import Archivable
from ifa_crm.shared.refusals import refusal


class TopicManager(models.Manager.from_queryset(TopicQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, key: str) -> "Topic":
        found: Topic = self.get(key=key)
        return found


class Topic(Archivable):
    """A technology or market. A topic of no cluster is something that we cannot offer."""

    key = models.SlugField(_("address"), max_length=60, unique=True)
    name_en = models.CharField(_("English name"), max_length=80)
    name_fr = models.CharField(_("French name"), max_length=80)
    broader = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="narrower",
        verbose_name=_("broader topic"),
    )
    sectors = models.ManyToManyField(
        Sector, through="TopicSector", related_name="topics", verbose_name=_("related sectors")
    )
    search_text = SearchTextField()

    objects = TopicManager()

    class Meta(Archivable.Meta):
        ordering = [Lower("name_en")]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        constraints = [
            *Archivable.Meta.constraints,
            *(
                models.UniqueConstraint(
                    fields=[name],
                    condition=Q(archived_at__isnull=True),
                    name=f"clusters_topic_{name}_once",
                    violation_error_code=name,
                    violation_error_message=_("Another topic has this name."),
                )
                for name in ("name_en", "name_fr")
            ),
            models.CheckConstraint(
                condition=Q(broader__isnull=True) | ~Q(broader=F("id")),
                name="clusters_topic_broader_is_another",
                violation_error_code="broader",
                violation_error_message=_("A topic is not broader than itself."),
            ),
        ]

    def __str__(self) -> str:
        return self.name_fr if (get_language() or "en").startswith("fr") else self.name_en

    def natural_key(self) -> tuple[str]:
        return (self.key,)

    def get_absolute_url(self) -> str:
        return reverse("clusters:topic_detail", args=[self.key])

    def search_source(self) -> Iterator[str]:
        yield from (self.name_en, self.name_fr)

    def clean(self) -> None:
        above, seen = self.broader, {self.pk}
        while above is not None:
            if above.pk in seen:
                told = _("A topic must not be broader than one that is broader than it.")
                raise refusal("broader", str(told), "circle")
            seen.add(above.pk)
            above = above.broader


class TopicWordsManager(models.Manager["TopicWords"]):
    def get_by_natural_key(self, topic: str, language: str, kind: str) -> "TopicWords":
        return self.get(topic__key=topic, language=language, kind=kind)


class TopicWords(Audited, models.Model):
    """Words and phrases of one language by which texts speak of a topic, beside its names.

    A *generic* word (plant, health, image) counts only beside another of the topic's; a phrase
    *of another sense* (toy car) hides the words in it.
    """

    topic = models.ForeignKey(
        Topic, on_delete=models.CASCADE, related_name="words", verbose_name=_("topic")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    kind = models.CharField(
        _("kind"), max_length=8, choices=TermKind.choices, default=TermKind.SYNONYM
    )
    texts = models.JSONField(_("words and phrases"), default=list)

    objects = TopicWordsManager()

    class Meta:
        ordering = ["kind", "language"]
        verbose_name = _("words of a topic")
        verbose_name_plural = _("words of topics")
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "language", "kind"],
                name="clusters_topicwords_once",
                violation_error_code="kind",
                violation_error_message=_("The topic already has words of this kind."),
            )
        ]

    def __str__(self) -> str:
        return ", ".join(self.texts)

    def natural_key(self) -> tuple[str, str, str]:
        return (self.topic.key, self.language, self.kind)

    natural_key.dependencies = ["clusters.topic"]  # type: ignore[attr-defined]


class TopicSectorManager(models.Manager["TopicSector"]):
    def get_by_natural_key(self, topic: str, sector: str) -> "TopicSector":
        return self.get(topic__key=topic, sector__key=sector)


class TopicSector(Audited, models.Model):
    """A sector whose companies work on the topic."""

    topic = models.ForeignKey(
        Topic, on_delete=models.CASCADE, related_name="sector_links", verbose_name=_("topic")
    )
    sector = models.ForeignKey(
        Sector, on_delete=models.PROTECT, related_name="topic_links", verbose_name=_("sector")
    )

    objects = TopicSectorManager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("sector of a topic")
        verbose_name_plural = _("sectors of topics")
        constraints = [
            models.UniqueConstraint(
                fields=["topic", "sector"],
                name="clusters_topicsector_once",
                violation_error_code="sector",
                violation_error_message=_("The topic already has this sector."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic} - {self.sector}"

    def natural_key(self) -> tuple[str, str]:
        return (self.topic.key, self.sector.key)

    natural_key.dependencies = ["clusters.topic", "clusters.sector"]  # type: ignore[attr-defined]


class ClusterTopicManager(models.Manager.from_queryset(ClusterTopicQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, cluster: str, topic: str) -> "ClusterTopic":
        found: ClusterTopic = self.get(cluster__slug=cluster, topic__key=topic)
        return found


class ClusterTopic(Audited, models.Model):
    """A topic that a cluster works on, what says so, and how sure and central it is."""

    cluster = models.ForeignKey(
        Cluster, on_delete=models.CASCADE, related_name="topic_links", verbose_name=_("cluster")
    )
    topic = models.ForeignKey(
        Topic, on_delete=models.PROTECT, related_name="cluster_links", verbose_name=_("topic")
    )
    source = models.CharField(
        _("what says so"), max_length=10, choices=TopicSource.choices, default=TopicSource.KNOWN
    )
    confidence = models.CharField(
        _("confidence"),
        max_length=6,
        choices=Confidence.choices,
        default=Confidence.MEDIUM,
        help_text=_("High if it is at the heart of what the cluster does, low if at its edge."),
    )

    objects = ClusterTopicManager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("topic of a cluster")
        verbose_name_plural = _("topics of clusters")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "topic"],
                name="clusters_clustertopic_once",
                violation_error_code="topic",
                violation_error_message=_("The cluster already has this topic."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.cluster} - {self.topic}"

    def natural_key(self) -> tuple[str, str]:
        return (self.cluster.slug, self.topic.key)

    natural_key.dependencies = ["clusters.cluster", "clusters.topic"]  # type: ignore[attr-defined]
