"""Clusters side by side: what each has under every heading, and where they differ."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django_countries import countries

from clusters.choices import Confidence, OrganisationKind, SuccessFactor
from clusters.models import (
    Cluster,
    EvidenceNote,
    Grant,
    Leader,
    Membership,
    OpenSeat,
    Partnership,
    Project,
    ProjectCluster,
)
from ifa_crm.shared.extend import Banding
from ifa_crm.staff.models import User

FEWEST: Final = 2
MOST: Final = 4


@dataclass(frozen=True)
class Item:
    """One thing that a cluster has: its words, perhaps with a page and a language of their own."""

    text: str
    address: str = ""
    lang: str = ""


@dataclass(frozen=True)
class Cell:
    """What one cluster has under a heading: (item, whether to mark that not all have it)."""

    cluster: Cluster
    items: tuple[tuple[Item, bool], ...]


@dataclass(frozen=True)
class Row:
    """One heading over all the clusters, and whether they differ under it."""

    label: str
    cells: tuple[Cell, ...]
    differs: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on record of any of them: left out of the printed sheet."""
        return not any(cell.items for cell in self.cells)


Under = dict[int, list[Item]]
Heading = tuple[str, Under, bool]  # whether what only some have is marked: prose always differs


def compare(
    clusters: Sequence[Cluster],
    user: User,
    day: dt.date,
    year: int,
    banding: Banding | None = None,
) -> list[Row]:
    """Every heading of the page for ``clusters``, as ``user`` sees them; about ten queries.

    ``banding``: how well they fit a lead, which then comes first.
    """
    links = list(
        ProjectCluster.objects.visible_to(user)
        .filter(cluster__in=clusters, project__archived_at__isnull=True)
        .select_related("project")
        .order_by("project__name")
    )
    headings: list[Heading] = [
        *_bands(clusters, banding),
        (_("Specialty"), _each(clusters, lambda c: [Item(c.specialty, lang="en")]), False),
        (_("Seat"), _each(clusters, _seat), False),
        (_("Tier"), _each(clusters, lambda c: [Item(c.get_tier_display())]), True),
        (_("Standing"), _each(clusters, lambda c: [Item(str(c.standing_in(year).label))]), True),
        (
            _("Sectors"),
            _each(clusters, lambda c: [Item(str(row)) for row in c.sectors.all()]),
            True,
        ),
        (_("Topics"), _each(clusters, _topics), True),
        *_evidence(clusters),
        (_("Members"), _members(clusters, user), True),
        (_("Partners abroad"), _partners(clusters, user), True),
        (_("Projects"), _projects(links), True),
        (_("Open seats"), _seats(links, user, day), True),
        (_("Funding of its projects"), _grants(links, user), False),
        (_("Languages of its leaders"), _languages(clusters), True),
    ]
    return [_row(heading, clusters) for heading in headings]


def _row(heading: Heading, clusters: Sequence[Cluster]) -> Row:
    label, under, marks = heading
    listed = [under.get(cluster.pk, []) for cluster in clusters]
    spread = Counter(text for items in listed for text in {item.text for item in items})
    cells = (
        Cell(cluster, tuple((item, marks and spread[item.text] < len(clusters)) for item in items))
        for cluster, items in zip(clusters, listed, strict=True)
    )
    return Row(label, tuple(cells), any(count < len(clusters) for count in spread.values()))


def _each(clusters: Sequence[Cluster], items: "Callable[[Cluster], list[Item]]") -> Under:
    return {cluster.pk: items(cluster) for cluster in clusters}


def _seat(cluster: Cluster) -> list[Item]:
    regions = sorted(cluster.region_links.all(), key=lambda link: link.rank)
    city = [Item(cluster.seat_city)] if cluster.seat_city else []
    return [*city, *(Item(link.region.name) for link in regions)]


def _bands(clusters: Sequence[Cluster], banding: Banding | None) -> list[Heading]:
    if banding is None or not banding.bands:
        return []
    words = {slug: [Item(str(band.label))] for slug, band in banding.bands.items()}
    label = _("Fit for %(lead)s") % {"lead": banding.label}
    return [(label, _each(clusters, lambda c: words.get(c.slug, [])), True)]


def _topics(cluster: Cluster) -> list[Item]:
    """The topics that are not archived, those at its heart first."""
    sure = [Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW]
    links = [link for link in cluster.topic_links.all() if not link.topic.is_archived]
    links.sort(key=lambda link: (sure.index(Confidence(link.confidence)), str(link.topic)))
    return [Item(str(link.topic), link.topic.get_absolute_url()) for link in links]


def _evidence(clusters: Sequence[Cluster]) -> list[Heading]:
    """The four success factors, with what is known and from when; nothing is graded."""
    notes = EvidenceNote.objects.filter(cluster__in=clusters, ended_on__isnull=True)
    found: dict[str, Under] = {factor: defaultdict(list) for factor in SuccessFactor}
    for note in notes.order_by("-dated", "pk"):
        words = _("%(text)s (%(year)s)") % {"text": note.text, "year": note.dated.year}
        found[note.factor][note.cluster_id].append(Item(words))
    return [(str(factor.label), found[factor], False) for factor in SuccessFactor]


def _members(clusters: Sequence[Cluster], user: User) -> Under:
    """How many members of each kind: *12 × Laboratory*."""
    rows = Membership.objects.visible_to(user).current().filter(cluster__in=clusters)
    counts = Counter(rows.values_list("cluster", "organisation__kind"))
    kinds = [kind.value for kind in OrganisationKind]
    under: Under = defaultdict(list)
    for (cluster, kind), count in sorted(counts.items(), key=lambda row: kinds.index(row[0][1])):
        label = str(OrganisationKind(kind).label)
        under[cluster].append(Item(f"{number_format(count)} × {label}"))
    return under


def _partners(clusters: Sequence[Cluster], user: User) -> Under:
    """Countries of the partners, and how many from each."""
    rows = Partnership.objects.visible_to(user).current().filter(cluster__in=clusters)
    counts: Counter[tuple[int, str]] = Counter()
    for row in rows.select_related("organisation"):
        country = row.organisation.country if row.organisation else row.unnamed_country
        counts[row.cluster_id, str(country)] += row.unnamed_count or 1
    under: Under = defaultdict(list)
    for (cluster, code), count in sorted(counts.items(), key=lambda row: -row[1]):
        under[cluster].append(Item(f"{countries.name(code) or _('country not recorded')}: {count}"))
    return under


def _projects(links: Iterable[ProjectCluster]) -> Under:
    under: Under = defaultdict(list)
    for link in links:
        project: Project = link.project
        words = f"{project.name} ({project.get_status_display().lower()})"
        under[link.cluster_id].append(Item(words, project.get_absolute_url()))
    return under


def _seats(links: Iterable[ProjectCluster], user: User, day: dt.date) -> Under:
    """The seats that can be taken, once for each cluster of the project."""
    clusters_of: dict[int, list[int]] = defaultdict(list)
    for link in links:
        clusters_of[link.project_id].append(link.cluster_id)
    seats = OpenSeat.objects.visible_to(user).that_can_be_taken(day)
    seats = seats.filter(project__in=list(clusters_of)).select_related("project")
    under: Under = defaultdict(list)
    for seat in seats.order_by("deadline", "pk"):
        for cluster in clusters_of[seat.project_id]:
            under[cluster].append(Item(seat.title, seat.project.get_absolute_url()))
    return under


def _grants(links: Iterable[ProjectCluster], user: User) -> Under:
    """The sum of the grants to its projects, one item for each currency."""
    clusters_of: dict[int, list[int]] = defaultdict(list)
    for link in links:
        clusters_of[link.project_id].append(link.cluster_id)
    grants = Grant.objects.visible_to(user).filter(project__in=list(clusters_of))
    sums: dict[tuple[int, str], Any] = defaultdict(int)
    for project, currency, amount in grants.values_list("project", "currency", "amount"):
        for cluster in clusters_of[project]:
            sums[cluster, currency] += amount
    under: Under = defaultdict(list)
    for (cluster, currency), total in sorted(sums.items()):
        under[cluster].append(Item(f"{number_format(total, 0, force_grouping=True)} {currency}"))
    return under


def _languages(clusters: Sequence[Cluster]) -> Under:
    leaders: QuerySet[Leader] = Leader.objects.active().filter(cluster__in=clusters)
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for cluster, spoken in leaders.order_by("name").values_list("cluster", "languages"):
        for language in spoken.replace(";", ",").split(","):
            if language.strip():
                found[cluster][language.strip()] = None
    return {cluster: [Item(name) for name in names] for cluster, names in found.items()}
