"""Rows put together for a page: reads that span several nouns and write nothing."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clusters.choices import FactField, SuccessFactor
from clusters.models import (
    Cluster,
    ClusterFact,
    ClusterRegion,
    ClusterSector,
    EvidenceNote,
    ExchangeRate,
    FundingLine,
    FundingProgramme,
    OpenSeat,
    Project,
    ProjectCluster,
    ProjectPartner,
)
from clusters.services.clusters import facts_of
from ifa_crm.staff.models import User


def with_names(clusters: "list[Any]") -> None:
    """Sets ``sector_names`` and ``region_names`` (the main one first) on each: texts alone, since
    a list of rows with their links takes longer to build than to read."""
    keys = [cluster.pk for cluster in clusters]
    label = "label_fr" if (get_language() or "en").startswith("fr") else "label_en"
    sectors = ClusterSector.objects.filter(cluster__in=keys).order_by("pk")
    regions = ClusterRegion.objects.filter(cluster__in=keys).order_by("rank")
    sector_names = _texts(sectors.values_list("cluster", f"sector__{label}"))
    region_names = _texts(regions.values_list("cluster", "region__name"))
    for cluster in clusters:
        cluster.sector_names = sector_names[cluster.pk]
        cluster.region_names = region_names[cluster.pk]


def _texts(rows: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for key, text in rows:
        found[key].append(text)
    return found


@dataclass(frozen=True)
class FactRow:
    """A compiled fact: what it says, and what is known of where that comes from."""

    field: FactField
    value: str
    fact: ClusterFact | None
    is_stale: bool


def fact_rows(cluster: Cluster, facts: Iterable[ClusterFact], day: dt.date) -> list[FactRow]:
    """Every compiled fact of ``cluster``, also those that nobody has described."""
    described = {fact.field: fact for fact in facts}
    values = facts_of(cluster, translated=True) | {
        FactField.SEAT: _seat(cluster),
        FactField.FOUNDED: _founded(cluster),
        FactField.FATE: _fate(cluster),
    }
    rows = []
    for field, value in values.items():
        fact = described.get(field)
        stale = fact is not None and fact.is_stale_on(day)
        rows.append(FactRow(field, value, fact, stale))
    return rows


def _seat(cluster: Cluster) -> str:
    """*Grenoble (38)*"""
    code = f" ({cluster.department_code})" if cluster.department_code else ""
    return f"{cluster.seat_city}{code}" if cluster.seat_city else ""


def _founded(cluster: Cluster) -> str:
    """*founded 2005, labelled 12 Jul 2005, mondial*"""
    parts = []
    if cluster.founded_year:
        parts.append(_("founded %(year)s") % {"year": cluster.founded_year})
    if cluster.label_date:
        parts.append(_("labelled %(when)s") % {"when": date_format(cluster.label_date)})
    elif cluster.label_year:
        parts.append(_("labelled %(when)s") % {"when": cluster.label_year})
    return ", ".join([*parts, *([cluster.rank_2005] if cluster.rank_2005 else [])])


def _fate(cluster: Cluster) -> str:
    """*merged into Capenergies, merged, 2014*"""
    ended = [str(cluster.get_status_today_display()), str(cluster.ended_year)]
    parts = [cluster.fate, *(ended if cluster.ended_year else [])]
    return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Evidence:
    """What is known under one success factor: what still holds, then what no longer does."""

    factor: SuccessFactor
    standing: list[EvidenceNote]
    ended: list[EvidenceNote]


def grouped_evidence(notes: Iterable[EvidenceNote]) -> list[Evidence]:
    """All four factors in the order of the source, also those of which nothing is known."""
    found = list(notes)
    return [
        Evidence(
            factor,
            [note for note in found if note.factor == factor and note.ended_on is None],
            [note for note in found if note.factor == factor and note.ended_on is not None],
        )
        for factor in SuccessFactor
    ]


def projects_of_cluster(cluster: Cluster, user: User, day: dt.date) -> "QuerySet[Project]":
    """Live projects that ``user`` sees ``cluster`` in: under way first, with their counts."""
    links = ProjectCluster.objects.visible_to(user).filter(cluster=cluster)
    rows = Project.objects.visible_to(user).live().filter(pk__in=links.values("project"))
    shown: QuerySet[Project] = rows.with_counts(user, day).order_by("-status", "name")
    return shown


@dataclass(frozen=True)
class SeatRow:
    """A seat as a reader may see it."""

    seat: OpenSeat
    state: Any
    filled_by: ProjectPartner | None  # None if the reader may know neither by whom nor when


def seat_rows(project: Project, user: User, day: dt.date) -> list[SeatRow]:
    """The seats of ``project``; who filled one is named only to those who may see them."""
    seats = list(OpenSeat.objects.filter(project=project))
    told = OpenSeat.objects.filter(project=project, filled_by__isnull=False)
    told = told.without_secret_from(user).select_related("filled_by__organisation")
    taken = any(seat.filled_by_id for seat in seats)
    partners = {seat.pk: seat.filled_by for seat in told} if taken else {}
    return [SeatRow(seat, seat.state_on(day), partners.get(seat.pk)) for seat in seats]


@dataclass(frozen=True)
class LineRow:
    """A line of a programme with its share of the total, in per cent to one decimal."""

    line: FundingLine
    share: Decimal


def programme_rows(programme: FundingProgramme) -> list[LineRow]:
    total = programme.total_millions
    tenth = Decimal("0.1")
    return [
        LineRow(line, (100 * line.amount_millions / total).quantize(tenth, ROUND_HALF_UP))
        for line in programme.lines.all()
    ]


@dataclass(frozen=True)
class RateTable:
    """Exchange rates: the newest year of every currency, or every year of one."""

    currency: str
    currencies: list[str]
    rates: list[ExchangeRate]


def rate_table(currency: str) -> RateTable:
    rates = ExchangeRate.objects.order_by("currency", "-year")
    every = list(rates)
    known = list(dict.fromkeys(rate.currency for rate in every))
    if currency in known:
        return RateTable(currency, known, [rate for rate in every if rate.currency == currency])
    newest = {rate.currency: rate for rate in reversed(every)}
    return RateTable("", known, [newest[code] for code in known])
