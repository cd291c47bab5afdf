"""What the desk should look at in the vocabulary of topics."""

from collections import defaultdict
from typing import Any

from django.core.management.base import BaseCommand

from clusters.models import Cluster, Topic
from investors.fit_reading import read_vocabulary
from investors.topics import FUNCTION_WORDS, folded_words, propose


class Command(BaseCommand):
    help = "Clusters with the same topics, topics of no cluster, words that no topic catches."

    def handle(self, *args: Any, **options: Any) -> None:
        clusters = list(Cluster.objects.live().prefetch_related("topic_links__topic"))
        self._section("Clusters that share all their topics with another", _alike(clusters))
        lonely = Topic.objects.live().of_no_cluster()
        self._section("Topics of no cluster", [str(topic) for topic in lonely])
        self._section("Words of the specialties that no topic catches", _uncaught(clusters))

    def _section(self, title: str, lines: list[str]) -> None:
        self.stdout.write(f"{title}: {len(lines) or 'none'}")
        for line in lines:
            self.stdout.write(f"  {line}")


def _alike(clusters: list[Cluster]) -> list[str]:
    held = {c: frozenset(link.topic_id for link in c.topic_links.all()) for c in clusters}
    return [
        f"{cluster} ⊆ {other}"
        for cluster, topics in held.items()
        for other, others in held.items()
        if cluster != other and topics and topics <= others
    ]


def _uncaught(clusters: list[Cluster]) -> list[str]:
    vocabulary = read_vocabulary()
    little = frozenset[str]().union(*FUNCTION_WORDS.values())
    found: dict[str, list[str]] = defaultdict(list)
    for cluster in clusters:
        text = cluster.specialty
        for match in sorted(
            (m for each in propose(text, vocabulary) for m in each.matches), key=lambda m: -m.start
        ):
            text = text[: match.start] + " " * (match.end - match.start) + text[match.end :]
        for word in folded_words(text):
            if word not in little:
                found[word].append(cluster.name)
    return [f"{word} ({', '.join(names)})" for word, names in sorted(found.items())]
