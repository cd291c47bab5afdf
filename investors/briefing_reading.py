"""What :mod:`investors.briefing` shows, read from the database in the language that is active."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from clusters.choices import DatePrecision
from clusters.models import Cluster, EvidenceNote, FundingProgramme, Sector, Topic
from ifa_crm.shared.templatetags.ifa import amount
from ifa_crm.staff.models import User
from investors import fit
from investors.briefing import (
    Card,
    Funding,
    Known,
    Page,
    Part,
    Shared,
    from_json,
    listed,
    why_of,
)
from investors.choices import SHORTLIST_ENDED
from investors.fit_reading import need_of, read_clusters, read_tables
from investors.models import Briefing, BriefingCluster, Lead

MOST_KNOWN: Final = 3  # evidence notes of a cluster
MOST_TOPICS: Final = 8


def fits_of(lead: Lead, user: User, day: dt.date) -> list[fit.Row]:
    """Every cluster that is offered, the best first."""
    return fit.evaluate(need_of(lead), read_clusters(user, day), read_tables(day))


@dataclass(frozen=True)
class Offer:
    """A cluster that may be proposed: where it stands on the shortlist, how well it fits."""

    cluster: Cluster
    state: str
    is_ended: bool
    band: str
    shared: Shared

    @property
    def in_common(self) -> str:
        near = (offered for _theirs, offered in self.shared.near)
        return listed([*self.shared.same, *near] or list(self.shared.sectors))


def offers(lead: Lead, user: User, day: dt.date) -> list[Offer]:
    """Those on the shortlist, then those that fit, strong and possible ones first."""
    noted = {item.cluster_id: item for item in lead.shortlist.all()}
    rows = fits_of(lead, user, day)
    clusters = {cluster.slug: cluster for cluster in offered_clusters()}
    names = _Names.read(lead)
    found = []
    for row in rows:
        cluster = clusters.get(row.key)
        item = noted.get(cluster.pk) if cluster else None
        if cluster and (item or row.band in {fit.STRONG, fit.POSSIBLE}):
            state = item.get_state_display() if item else ""
            ended = item is not None and item.state in SHORTLIST_ENDED
            found.append(Offer(cluster, state, ended, row.band, names.shared(row, cluster)))
    return sorted(found, key=lambda offer: (not offer.state, offer.is_ended))


def offered_clusters() -> "QuerySet[Cluster]":
    rows = Cluster.objects.offered_in(settings.REFERENCE_YEAR)
    return rows.prefetch_related("regions", "sectors")


@dataclass(frozen=True)
class _Names:
    """Names of topics and sectors by their keys, and the regions that a lead prefers."""

    topics: dict[str, str]
    sectors: dict[str, str]
    preferred: frozenset[int]

    @classmethod
    def read(cls, lead: Lead) -> "_Names":
        return cls(
            {topic.key: str(topic) for topic in Topic.objects.all()},
            {sector.key: str(sector) for sector in Sector.objects.all()},
            frozenset(lead.preferred_regions.values_list("pk", flat=True)),
        )

    def shared(self, row: fit.Row, cluster: Cluster) -> Shared:
        pairs = [(match.asked, match.offered) for match in row.matches]
        here = [region for region in cluster.regions.all() if region.pk in self.preferred]
        return Shared(
            same=tuple(self.topics[asked] for asked, offered in pairs if asked == offered),
            near=tuple((self.topics[a], self.topics[o]) for a, o in pairs if a != o),
            sectors=tuple(self.sectors[key] for key in row.shared_sectors),
            region=here[0].name if here else "",
        )


def first_words(
    lead: Lead, clusters: Iterable[Cluster], user: User, language: str
) -> dict[int, str]:
    """By the key of each cluster, a first wording of why it is worth their time."""
    rows = {row.key: row for row in fits_of(lead, user, timezone.localdate())}
    with override(language):
        names = _Names.read(lead)
        return {
            cluster.pk: why_of(cluster.name, names.shared(rows[cluster.slug], cluster))
            for cluster in clusters
            if cluster.slug in rows
        }


def first_note(language: str, person: str) -> str:
    with override(language):
        return _(
            "Dear %(name)s,\n\nFrom what you told us, these clusters are worth your time. For "
            "each you find why, what it does, and where it is."
        ) % {"name": person}


def first_next_step(language: str) -> str:
    with override(language):
        return _(
            "Tell us which of these clusters you would like to meet. We set up the meetings with "
            "their leaders, and stay at your side until you have found your place in a project."
        )


# --- the page -----------------------------------------------------------------------------------


def page_of(briefing: Briefing, day: dt.date) -> Page:
    """As it was sent; a draft as it would be sent on ``day``."""
    if not briefing.is_draft:
        return from_json(briefing.content)
    with override(briefing.language):
        return _compose(briefing, day)


def _compose(briefing: Briefing, day: dt.date) -> Page:
    lead = briefing.lead
    return Page(
        language=briefing.language,
        company=lead.investor.name,
        person=briefing.contact.name,
        dated=day.isoformat(),
        list_year=settings.REFERENCE_YEAR,
        note=briefing.note,
        parts=tuple(_part(item) for item in _items(briefing)),
        funding=tuple(_funding(each, day) for each in FundingProgramme.objects.all()),
        next_step=briefing.next_step,
        card=card_of(lead.owner or briefing.made_by),
    )


def _items(briefing: Briefing) -> "Sequence[BriefingCluster]":
    standing = EvidenceNote.objects.filter(ended_on__isnull=True).order_by("-dated", "-pk")
    return list(
        briefing.clusters.select_related("cluster").prefetch_related(
            "cluster__region_links__region",
            "cluster__topic_links__topic",
            Prefetch("cluster__evidence", queryset=standing),
        )
    )


def _part(item: BriefingCluster) -> Part:
    cluster = item.cluster
    links = [link for link in cluster.topic_links.all() if not link.topic.is_archived]
    known = list(cluster.evidence.all())[:MOST_KNOWN] if item.with_evidence else []
    return Part(
        name=cluster.name,
        official_name="" if cluster.official_name_fr == cluster.name else cluster.official_name_fr,
        tier=_tier(cluster),
        specialty=cluster.specialty,
        seat=_seat(cluster),
        website=cluster.website,
        topics=tuple(str(link.topic) for link in links[:MOST_TOPICS]),
        why=item.why,
        known=tuple(Known(note.text, _when(note), note.source) for note in known),
    )


def _tier(cluster: Cluster) -> str:
    if cluster.tier == "international":
        return _("International cluster")
    return _("National cluster")


def _seat(cluster: Cluster) -> str:
    """*Grenoble, Rhône-Alpes*"""
    links = list(cluster.region_links.all())
    region = links[0].region.name if links else ""
    return ", ".join(dict.fromkeys(filter(None, (cluster.seat_city, region))))


def _when(note: EvidenceNote) -> str:
    """Its date, as precisely as it is known."""
    formats = {DatePrecision.YEAR: "Y", DatePrecision.MONTH: "F Y"}
    shown: str = date_format(note.dated, formats.get(DatePrecision(note.dated_precision)))
    return shown


def _funding(programme: FundingProgramme, day: dt.date) -> Funding:
    """Its figures while it runs; of one that has ended, or not begun, only that."""
    words = {"name": programme.name, "first": programme.first_year, "last": programme.last_year}
    if day.year > programme.last_year:
        sentence = _("%(name)s: %(first)s-%(last)s, ended.") % words
    elif day.year < programme.first_year:
        sentence = _("%(name)s: begins in %(first)s.") % words
    else:
        words["total"] = amount(programme.total_millions, programme.currency)
        sentence = _("%(name)s: %(total)s million over the years %(first)s to %(last)s.") % words
    return Funding(sentence, programme.source)


def card_of(person: User) -> Card:
    office = person.office
    place = f"{office.city}, {office.country.name}" if office else ""
    return Card(
        name=str(person),
        office=_("Office in %(place)s") % {"place": place} if place else "",
        email=person.email,
        phone=person.phone,
    )
