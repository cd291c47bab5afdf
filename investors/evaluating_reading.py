"""What the page "Where to send them" works on, read from the database, and its result."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clusters.models import Cluster, Sector, Topic
from ifa_crm.staff.models import User
from investors import evaluating, fit
from investors.choices import Band, Mode
from investors.evaluating import Asked, BandOf, Case, Names, Verdict
from investors.evaluating_kept import Run, inputs_of, kept_rows
from investors.fit_reading import (
    MODES,
    read_clusters,
    read_tables,
    read_vocabulary,
    vocabulary_version,
)
from investors.models import Evaluation, Lead
from investors.topics import Proposal, propose


def read_names() -> Names:
    """The live topics and the sectors, in the reader's language."""
    french = (get_language() or "en").startswith("fr")
    topics = Topic.objects.live().values_list("key", "name_fr" if french else "name_en")
    sectors = Sector.objects.values_list("key", "label_fr" if french else "label_en")
    return Names(topics=dict(topics), sectors=dict(sectors))


def proposals_in(text: str) -> list[Proposal]:
    return propose(text, read_vocabulary()) if text.strip() else []


def on_record(lead: Lead) -> Asked:
    """What somebody wrote down or ticked on a lead."""
    parts = (lead.makes.strip(), lead.wants.strip())
    return Asked(
        text="\n\n".join(part for part in parts if part),
        own=tuple(lead.topics.live().values_list("key", flat=True)),
        sectors=tuple(lead.sectors.values_list("key", flat=True)),
        mode=MODES.get(Mode(lead.mode), ""),
        regions=tuple(lead.preferred_regions.values_list("name", flat=True)),
    )


def begins_with(there: Asked) -> Asked:
    """What the page of a lead begins with: what its words propose is ticked for it as long as
    nobody has chosen a topic, and only offered afterwards."""
    if not there.own:
        return there
    offered = {each.topic for each in proposals_in(there.text)}
    return replace(there, off=frozenset(offered - set(there.own)))


def adds(there: Asked, found: "Evaluated") -> bool:
    """Whether the page says something that the lead does not say yet."""
    asked = found.asked
    return (
        set(there.own) != set(found.need.topics)
        or set(there.sectors) != set(asked.sectors)
        or set(there.regions) != set(asked.regions)
        or asked.mode not in {"", there.mode}
    )


@dataclass
class Evaluated:
    """A question with all that its answer is made of.

    Without a user: only by what is open to everybody, which is what may be kept.
    """

    asked: Asked
    proposals: Sequence[Proposal]
    names: Names
    user: User | None
    day: dt.date

    @cached_property
    def need(self) -> fit.Need:
        need = evaluating.need_of(self.asked, self.proposals)
        known = {key: value for key, value in need.topics.items() if key in self.names.topics}
        return fit.Need(known, need.sectors, need.mode, need.regions)

    @cached_property
    def tables(self) -> fit.Tables:
        return read_tables(self.day)

    @cached_property
    def clusters(self) -> dict[str, fit.Cluster]:
        return {cluster.key: cluster for cluster in read_clusters(self.user, self.day)}

    @cached_property
    def rows(self) -> list[fit.Row]:
        return fit.evaluate(self.need, list(self.clusters.values()), self.tables)

    @property
    def is_unknown(self) -> bool:
        return evaluating.says_nothing(self.need)

    @cached_property
    def question(self) -> evaluating.Asking | None:
        """Where none fits, no answer about the how and the where makes one fit."""
        found = fit.best_question(self.need, list(self.clusters.values()), self.tables)
        if found and fit.fits_none(self.rows) and found.about in {"mode", "regions"}:
            return None
        return evaluating.asking(found, self.rows, self.clusters, self.names)

    @cached_property
    def run(self) -> Run:
        """What would be kept."""
        return Run(
            inputs=inputs_of(self.need, mode_of(self.asked.mode)),
            vocabulary=vocabulary_version(),
            weights=fit.WEIGHTS.version,
            rows=kept_rows(self.rows),
        )

    def of_everybody(self) -> "Evaluated":
        """The same question by what is open to everybody."""
        found = Evaluated(self.asked, self.proposals, self.names, None, self.day)
        found.tables = self.tables
        return found


def evaluated(asked: Asked, user: User | None, day: dt.date, names: Names) -> Evaluated:
    return Evaluated(asked, proposals_in(asked.text), names, user, day)


def mode_of(mode: str) -> Mode:
    """What a lead calls the mode of :mod:`investors.fit`."""
    return next((named for named, own in MODES.items() if own == mode), Mode.NOT_ASKED)


def run_of(kept: Evaluation) -> Run:
    inputs = kept.inputs | {"topics": dict(sorted(kept.topics.items()))}
    return Run(inputs, kept.vocabulary, kept.weights, kept.rows)


# --- verdicts ----------------------------------------------------------------------------


def facts_of(slugs: Collection[str], user: User) -> dict[str, Cluster]:
    """The clusters with what stands beside the ranking, as far as ``user`` sees it."""
    rows = Cluster.objects.offered_in(settings.REFERENCE_YEAR).filter(slug__in=slugs)
    known = rows.with_known(user).prefetch_related("regions")
    return {cluster.slug: cluster for cluster in known}


def bands_of(
    found: Evaluated,
    facts: Mapping[str, Cluster],
    *,
    there: Collection[str] = (),
    ticked: Collection[str] = (),
    may_ask: bool = False,
) -> list[BandOf]:
    """Strong, possible and weak with their reasons; *no fit* by name alone."""
    words = evaluating.words_of(found.proposals)
    bands: dict[str, list[Verdict]] = {band: [] for band in fit.BANDS}
    for row in found.rows:
        cluster = found.clusters[row.key]
        case = Case(row, found.need, cluster, found.tables, found.names, words)
        is_shown = row.band != fit.NONE
        unknown = unknown_of(cluster, facts[row.key]) if is_shown else []
        verdict = Verdict(
            row=row,
            cluster=facts[row.key],
            reasons=evaluating.reasons_for(case) if is_shown else [],
            against=evaluating.reasons_against(case) if is_shown else [],
            unknown=unknown,
            parts=evaluating.parts_of(row) if is_shown else [],
            is_there=row.key in there,
            is_ticked=row.key in ticked,
            ask_address=_to_ask(row.key, unknown) if unknown and may_ask else "",
        )
        bands[row.band].append(verdict)
    return [BandOf(band, str(Band(band).label), verdicts) for band, verdicts in bands.items()]


def unknown_of(cluster: fit.Cluster, facts: Any) -> list[str]:
    """What only the cluster knows."""
    found = []
    if not cluster.topics:
        found.append(_("which topics it works on"))
    if not facts.has_leader:
        found.append(_("who leads it"))
    if not facts.has_project:
        found.append(_("whether a project of its has an open seat"))
    return found


def _to_ask(slug: str, unknown: Sequence[str]) -> str:
    """The note to its desk officer, begun. It names no investor: whoever reads the note may not
    know of one."""
    told = {"what": "; ".join(unknown)}
    text = _("Please find out, for companies that could go there: %(what)s.") % told
    return f"{reverse('clusters:note_create', args=[slug])}?{urlencode({'text': text})}"
