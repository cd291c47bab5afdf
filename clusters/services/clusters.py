"""The cluster itself, the people who lead it, and what is known of it."""

import datetime as dt
import re
from collections.abc import Sequence

from anyascii import anyascii
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from clusters.choices import Confidence, FactField
from clusters.models import (
    Cluster,
    ClusterFact,
    ClusterRegion,
    ClusterSector,
    CorrectionNote,
    EvidenceNote,
    Leader,
    Region,
    Sector,
)
from clusters.services.base import lock, log_links, require, require_live, save
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act

# Words that stand where a cluster's address does: /clusters/<address>/
RESERVED = {"new", "about", "options", "calls", "funding", "map", "topics"}
PUBLISHED = ("name", "specialty", "tier")


def address_for(name: str) -> str:
    """The address of a new cluster: its name in plain letters, numbered if that is taken."""
    plain = anyascii(re.sub(r"(?<=\w)@(?=\w)", "a", name)).replace("'", "").replace("/", " ")
    stem = slugify(plain)[:70] or "cluster"
    taken = set(Cluster.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    taken |= RESERVED
    candidates = (stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3)))
    return next(candidate for candidate in candidates if candidate not in taken)


@transaction.atomic
def save_cluster(
    *, actor: User, cluster: Cluster, sectors: Sequence[Sector], regions: Sequence[Region]
) -> Cluster:
    """Create or change a cluster with its sectors and its regions, the main one first.

    A compiled fact whose value changed counts as checked today by ``actor``. A changed name is
    folded into the leaders' search text. Name, specialty and tier of a published cluster stay.
    """
    require(actor)
    before = None if cluster.pk is None else lock(cluster)
    if before is None:
        cluster.slug = address_for(cluster.name)
    else:
        require_live(before)
        _keep_published(before, cluster)
    old = {} if before is None else facts_of(before)
    save(cluster)
    _set_sectors(cluster, sectors)
    _set_regions(cluster, regions)
    new = facts_of(cluster)
    for field in (FactField.SECTORS, FactField.REGIONS):
        log_links(cluster, field.value, old.get(field, ""), new[field])
    _note_changed_facts(actor, cluster, old, new)
    if before is not None and before.name != cluster.name:
        for leader in cluster.leaders.all():
            leader.save(update_fields=["search_text"])
    return cluster


def _keep_published(before: Cluster, after: Cluster) -> None:
    """What the published list says stands as it was published."""
    if before.is_published and any(getattr(before, n) != getattr(after, n) for n in PUBLISHED):
        raise ValidationError(
            _("Name, specialty and tier stand as they were published."), "published"
        )


def _set_sectors(cluster: Cluster, sectors: Sequence[Sector]) -> None:
    """Sectors added here are known from elsewhere than the published specialty."""
    wanted = {sector.pk: sector for sector in sectors}
    links = {link.sector_id: link for link in cluster.sector_links.all()}
    for key in links.keys() - wanted.keys():
        links[key].delete()
    for key in wanted:
        if key not in links:
            save(ClusterSector(cluster=cluster, sector=wanted[key], beyond_source=True))


def _set_regions(cluster: Cluster, regions: Sequence[Region]) -> None:
    links = {link.region_id: link for link in cluster.region_links.all()}
    if [link.region_id for link in cluster.region_links.all()] == [r.pk for r in regions]:
        return
    for key in links.keys() - {region.pk for region in regions}:
        links.pop(key).delete()
    for rank, link in enumerate(links.values(), start=1001):  # out of the way of the new ranks
        link.rank = rank
        link.save()
    for rank, region in enumerate(regions, start=1):
        link = links.get(region.pk) or ClusterRegion(cluster=cluster, region=region)
        link.rank = rank
        save(link)


def facts_of(cluster: Cluster, *, translated: bool = False) -> dict[FactField, str]:
    """What each compiled fact says now, as text; ``translated`` names sectors for the reader."""
    regions = cluster.region_links.select_related("region").order_by("rank")
    sectors = cluster.sector_links.select_related("sector")
    return {
        FactField.OFFICIAL_NAME: cluster.official_name_fr,
        FactField.REGIONS: ", ".join(link.region.name for link in regions),
        FactField.SEAT: _joined(
            cluster.seat_city, cluster.department_code, cluster.latitude, cluster.longitude
        ),
        FactField.SECTORS: ", ".join(
            str(link.sector) if translated else link.sector.label_en for link in sectors
        ),
        FactField.KEYWORDS: ", ".join(cluster.keywords),
        FactField.FOUNDED: _joined(
            cluster.founded_year, cluster.label_date or cluster.label_year, cluster.rank_2005
        ),
        FactField.WEBSITE: cluster.website,
        FactField.FATE: _joined(
            cluster.fate, cluster.ended_year and (cluster.status_today, cluster.ended_year)
        ),
    }


def _joined(*parts: object) -> str:
    return ", ".join(str(part) for part in parts if part not in (None, ""))


def _note_changed_facts(
    actor: User, cluster: Cluster, old: dict[FactField, str], new: dict[FactField, str]
) -> None:
    facts = {fact.field: fact for fact in cluster.facts.all()}
    for field, value in new.items():
        if value == old.get(field, ""):
            continue
        fact = facts.get(field) or ClusterFact(
            cluster=cluster, field=field, confidence=Confidence.MEDIUM, source=cluster.source
        )
        fact.checked_on, fact.checked_by = timezone.localdate(), actor
        save(fact)


# --- Facts -------------------------------------------------------------------------------


@transaction.atomic
def save_fact(*, actor: User, fact: ClusterFact) -> ClusterFact:
    """Say where a fact comes from and how sure it is; that counts as a check."""
    require(actor)
    require_live(fact.cluster)
    fact.checked_on, fact.checked_by = timezone.localdate(), actor
    return save(fact)


@transaction.atomic
def check_facts(*, actor: User, cluster: Cluster, fields: Sequence[str]) -> int:
    """Note that these facts still hold today; how many there were."""
    require(actor)
    require_live(lock(cluster))
    facts = cluster.facts.select_for_update(of=("self",)).filter(field__in=fields)
    for fact in facts:
        fact.checked_on, fact.checked_by = timezone.localdate(), actor
        fact.save(update_fields=["checked_on", "checked_by"])
    return len(facts)


# --- Leaders -----------------------------------------------------------------------------


@transaction.atomic
def save_leader(*, actor: User, leader: Leader) -> Leader:
    require(actor)
    require_live(leader.cluster)
    return save(leader)


@transaction.atomic
def end_leader(*, actor: User, leader: Leader) -> Leader:
    """They left office: kept on meetings that were held, gone from pickers."""
    return _set_in_office(actor, leader, is_active=False)


@transaction.atomic
def return_leader(*, actor: User, leader: Leader) -> Leader:
    return _set_in_office(actor, leader, is_active=True)


def _set_in_office(actor: User, leader: Leader, *, is_active: bool) -> Leader:
    require(actor)
    leader = lock(leader)
    require_live(leader.cluster)
    if leader.is_active == is_active:
        raise ValidationError(
            _("This person is in office already.")
            if is_active
            else _("This person is not in office any more."),
            "same",
        )
    leader.is_active = is_active
    leader.save(update_fields=["is_active"])
    return leader


# --- Evidence ----------------------------------------------------------------------------


@transaction.atomic
def save_evidence(*, actor: User, note: EvidenceNote) -> EvidenceNote:
    """Record what is known under a success factor; the first to write it is its author."""
    require(actor)
    require_live(note.cluster)
    if note.pk is None:
        note.author = actor
    return save(note)


@transaction.atomic
def end_evidence(*, actor: User, note: EvidenceNote, ended_on: dt.date | None) -> EvidenceNote:
    """It no longer holds since that day; ``None`` takes the end back."""
    require(actor)
    note = lock(note)
    require_live(note.cluster)
    if ended_on is not None and ended_on > timezone.localdate():
        raise refusal("ended_on", _("This day is still ahead."), "ahead")
    note.ended_on = ended_on
    return save(note)


# --- Notes to the desk -------------------------------------------------------------------


@transaction.atomic
def write_note(*, actor: User, cluster: Cluster, text: str) -> CorrectionNote:
    """Tell the desk officer what should be put right; it shows on their Today."""
    require(actor, Act.RECORD)
    require_live(cluster)
    return save(CorrectionNote(cluster=cluster, text=text.strip(), by=actor))


@transaction.atomic
def answer_note(*, actor: User, note: CorrectionNote, answer: str = "") -> CorrectionNote:
    """The desk dealt with it, with an answer to its writer if there is one to give."""
    require(actor)
    note = lock(note)
    if not note.is_open:
        raise ValidationError(_("This note was dealt with already."), "done")
    note.done_at, note.done_by, note.answer = timezone.now(), actor, answer.strip()
    return save(note)
