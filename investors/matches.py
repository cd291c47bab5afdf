"""What a page says of a lead beside a cluster or an open seat: how well it fits, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from clusters.models import Cluster
from ifa_crm.staff.models import User
from investors import fit
from investors.filters_matching import BAND_LABELS
from investors.fit_columns import Column, Facts, facts_in, needs_of, row_now
from investors.permissions import is_own, may_handle
from investors.seat_matching import Topics

TONES = {fit.STRONG: "good", fit.POSSIBLE: "accent", fit.WEAK: "neutral"}
SEAT_FITS = 0.5  # an open seat that says something the need says, too


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for a lead (or against it), in words."""

    label: str
    text: str
    is_against: bool = False


@dataclass(frozen=True)
class Match:
    """``band`` is empty for an open seat; ``changed`` if the column says otherwise."""

    reasons: Sequence[Reason]
    band: str = ""
    tone: str = "quiet"
    changed: bool = False
    may_note: bool = False
    may_tell: bool = True


def match_leads(leads: Iterable[Any], cluster: Cluster, column: Column, user: User) -> None:
    """Put on each lead, as ``match``, how the cluster fits it *now*. One query."""
    shown = list(leads)
    facts = facts_in(column.run.facts)
    needs = needs_of({lead.pk: lead.mode for lead in shown})
    before = _bands(column, {lead.pk for lead in shown})
    for lead in shown:
        row = row_now(facts, needs[lead.pk], cluster.slug)
        band = fit.NONE if row is None else row.band
        lead.match = Match(
            reasons=reasons(row, needs[lead.pk], facts) if row else (),
            band=str(BAND_LABELS.get(band, _("None"))),
            tone=TONES.get(band, "quiet"),
            changed=band != before[lead.pk],
            may_note=may_handle(user, lead),
            may_tell=not is_own(user, lead),
        )


def _bands(column: Column, leads: set[int]) -> dict[int, str]:
    """The band of each as the column has it."""
    found = dict.fromkeys(leads, fit.NONE)
    for band in (fit.WEAK, fit.POSSIBLE, fit.STRONG):
        found |= dict.fromkeys(leads.intersection(column.from_band(band)), band)
    return found


def reasons(row: fit.Row, need: fit.Need, facts: Facts) -> list[Reason]:
    """Why, in the words of the vocabulary: what speaks for it first."""
    found = []
    if row.matches:
        words = [_answer(m.asked, m.offered, facts) for m in row.matches]
        found.append(Reason(_("Topics"), ", ".join(words)))
    if row.shared_sectors:
        names = ", ".join(facts.name(key) for key in row.shared_sectors)
        found.append(Reason(_("Sector"), names))
    elif near := _near_sectors(need, facts.by_slug[row.key], facts):
        found.append(Reason(_("Related sector"), ", ".join(near)))
    if need.mode != fit.START and row.seat_fits >= SEAT_FITS:
        found.append(Reason(_("Open seat"), _("one fits")))
    if row.in_region is not None:
        told = _("a preferred one") if row.in_region else _("not a preferred one")
        found.append(Reason(_("Region"), told, not row.in_region))
    if row.unmatched:
        names = ", ".join(facts.name(key) for key in row.unmatched)
        found.append(Reason(_("Also asks for"), names, is_against=True))
    return found


def _near_sectors(need: fit.Need, cluster: fit.Cluster, facts: Facts) -> list[str]:
    close = facts.tables.sector_closeness
    return [facts.name(key) for key in sorted(need.sectors) if close(key, cluster.sectors) > 0]


def _answer(asked: str, offered: str, facts: Facts) -> str:
    if asked == offered:
        return facts.name(asked)
    names = {"asked": facts.name(asked), "offered": facts.name(offered)}
    return _("%(asked)s (here: %(offered)s)") % names


def match_to_seat(
    leads: Iterable[Any],
    spoken: Mapping[int, Sequence[int]],
    answered: Mapping[int, tuple[float, int]],
    topics: Topics,
    user: User,
) -> None:
    """Put on each lead, as ``match``, the topics that speak for it, the closest first."""
    for lead in leads:
        said = sorted(spoken[lead.pk], key=lambda pk: (-answered[pk][0], pk))
        words = []
        for pk in said:
            asked, offered = topics.rows[pk], topics.rows[answered[pk][1]]
            names = {"asked": asked, "offered": offered}
            same = asked == offered
            words.append(str(asked) if same else _("%(asked)s (here: %(offered)s)") % names)
        lead.match = Match(
            reasons=[Reason(_("Topics"), ", ".join(words))],
            may_note=may_handle(user, lead),
            may_tell=not is_own(user, lead),
        )
