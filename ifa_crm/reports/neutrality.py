"""Neutrality: does each cluster get the leads that fit it?

Of the leads for which a cluster was *strong* or *possible*: to how many it was proposed, how many
wanted it, how many were introduced; and why not. The investor refuses and the leader declines;
only *not offered* is ours.

The whole are **pairs** of a lead and a cluster, as the last comparison of all leads found them
(:mod:`investors.fit_columns`): leads of any status that are not archived. A lead counts once for
each cluster that fits it, so that clusters add up to regions, tiers and the total. How far a pair
has come is read off the shortlist and its log, and the furthest counts:

*proposed*
    the cluster was proposed to the investor, or anything later happened with it;
*wanted*
    the investor wanted it, or it was put to the cluster, accepted, declined or introduced;
*introduced*
    an introduction was made, whatever came of it;
*refused*, *declined*
    not introduced, and the investor or the cluster said no last;
*not offered*
    not introduced, and never proposed: not on the shortlist, only noted, or closed before;
*under way*
    the rest: proposed, and neither introduced nor answered with no.

*Introduced*, *refused*, *declined*, *not offered* and *under way* add up to the whole. The numbers
are the same for every reader; one below 5 of a breakdown reads "< 5" to those who may not see all
that it counts.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clusters.choices import Tier
from clusters.models import Cluster, ClusterRegion
from ifa_crm.reports.figures import FEW, shown
from ifa_crm.reports.shares import Share
from ifa_crm.staff.models import User
from investors import fit
from investors.choices import ShortlistState
from investors.fit_columns import columns_in_turn, last_run
from investors.models import Lead, Shortlisting, ShortlistingLog
from investors.querysets import lead_is_hidden


class What(TextChoices):
    """What is counted of the pairs."""

    FITS = "fits", _("Fits")
    PROPOSED = "proposed", _("Proposed")
    WANTED = "wanted", _("Wanted")
    INTRODUCED = "introduced", _("Introduced")
    REFUSED = "refused", _("Investor refused")
    DECLINED = "declined", _("Leader declined")
    NOT_OFFERED = "not-offered", _("Not offered")
    UNDER_WAY = "under-way", _("Under way")


class By(TextChoices):
    CLUSTER = "cluster", _("By cluster")
    REGION = "region", _("By region")
    TIER = "tier", _("By tier")


_S = ShortlistState
REACHED: Final[Mapping[str, int]] = {
    _S.NOTED: 0, _S.CLOSED: 0,
    _S.PROPOSED: 1, _S.REFUSED: 1,
    _S.WANTED: 2, _S.PUT: 2, _S.ACCEPTED: 2, _S.DECLINED: 2,
    _S.INTRODUCED: 3,
}  # fmt: skip
"""How far a pair has come at least: 1 proposed, 2 wanted, 3 introduced."""
ENDED: Final = (_S.REFUSED, _S.DECLINED, _S.CLOSED)

NOWHERE: Final = "none"
"""The region of clusters of which none is on record."""

Pair = tuple[int, int]
"""A lead and a cluster, by key."""


@lru_cache  # there are a few dozen, for hundreds of thousands of pairs
def outcome(state: str, far: int) -> frozenset[What]:
    """What a pair counts as; ``far`` as in ``REACHED``, 0 for less."""
    found = {What.FITS}
    found |= {what for n, what in ((1, What.PROPOSED), (2, What.WANTED)) if far >= n}
    if far >= 3:
        found.add(What.INTRODUCED)
    elif state == _S.REFUSED:
        found.add(What.REFUSED)
    elif state == _S.DECLINED:
        found.add(What.DECLINED)
    else:
        found.add(What.UNDER_WAY if far else What.NOT_OFFERED)
    return frozenset(found)


NOTHING: Final = outcome("", 0)


@dataclass
class Tally:
    """Counts of one line: of all pairs, and of those that this reader may not see."""

    name: str
    key: str
    counts: Counter[What] = field(default_factory=Counter)
    hidden: Counter[What] = field(default_factory=Counter)
    is_total: bool = False

    def add(self, other: "Tally") -> None:
        self.counts += other.counts
        self.hidden += other.hidden

    def is_kept_back(self, what: What) -> bool:
        """Whether the number would betray a confidential record to this reader."""
        return not self.is_total and bool(self.hidden[what]) and self.counts[what] < FEW

    def text(self, what: What) -> str:
        return shown(self.counts[what], 0 if self.is_total else self.hidden[what])

    def share(self, what: What) -> Share | None:
        """Of the pairs that fit; nothing where a number is kept back or nothing fits."""
        whole = self.counts[What.FITS]
        if not whole or self.is_kept_back(what) or self.is_kept_back(What.FITS):
            return None
        return Share(self.counts[what], whole)

    def order(self, what: What) -> int:
        """For sorting: a number that is kept back stands with the zeros."""
        return 0 if self.is_kept_back(what) else self.counts[what]


@dataclass(frozen=True)
class Neutrality:
    """The pairs of the last comparison. ``as_of`` is ``None`` before the first one."""

    as_of: dt.datetime | None
    fitting: Mapping[int, Sequence[int]]
    """Cluster → the leads for which it was strong or possible, best first."""
    outcomes: Mapping[int, Mapping[int, frozenset[What]]]
    """Cluster → the leads on its shortlist → what each counts as."""
    clusters: Mapping[int, Cluster]
    regions: Mapping[int, str]
    """Cluster → its main region."""
    hidden: frozenset[int]
    """The leads that the reader may not see."""

    @classmethod
    def read(cls, user: User) -> "Neutrality":
        """Seven queries, whatever the number of leads."""
        run = last_run()
        columns = columns_in_turn(run) if run else ()
        fitting = {pk: column.from_band(fit.POSSIBLE) for pk, column in columns}
        main = ClusterRegion.objects.order_by("cluster", "-rank")
        return cls(
            as_of=None if run is None else run.as_of,
            fitting=fitting,
            outcomes=read_outcomes(),
            clusters=Cluster.objects.in_bulk(list(fitting)),
            regions=dict(main.values_list("cluster", "region__name")),
            hidden=frozenset(
                Lead.objects.filter(lead_is_hidden(user)).order_by().values_list("pk", flat=True)
            ),
        )

    @cached_property
    def of_clusters(self) -> Mapping[int, Tally]:
        """The line of each cluster, by its key."""
        return {pk: self._of_cluster(pk) for pk in self.fitting}

    def _of_cluster(self, pk: int) -> Tally:
        leads, cluster = self.fitting[pk], self.clusters[pk]
        there = set(leads)
        unseen = there & self.hidden
        moved = {k: what for k, what in self.outcomes.get(pk, {}).items() if k in there}
        concealed = {k: what for k, what in moved.items() if k in unseen}
        tally = Tally(cluster.name, cluster.slug)
        tally.counts, tally.hidden = _counted(len(there), moved), _counted(len(unseen), concealed)
        return tally

    def lines(self, by: By) -> list[Tally]:
        """A line for each cluster, region or tier, by name."""
        if by == By.CLUSTER:
            return sorted(self.of_clusters.values(), key=lambda t: t.name.casefold())
        found: dict[str, Tally] = {}
        for pk, tally in self.of_clusters.items():
            key = self._group(by, pk)
            found.setdefault(key, Tally(self._name(by, key), key)).add(tally)
        return sorted(found.values(), key=lambda t: t.name.casefold())

    def total(self) -> Tally:
        """All clusters together: the same for every reader."""
        whole = Tally("", "", is_total=True)
        for tally in self.of_clusters.values():
            whole.add(tally)
        return whole

    def _group(self, by: By, pk: int) -> str:
        if by == By.REGION:
            return self.regions.get(pk, NOWHERE)
        return self.clusters[pk].tier if by == By.TIER else self.clusters[pk].slug

    def _name(self, by: By, key: str) -> str:
        if by == By.TIER:
            return str(Tier(key).label)
        return key if key != NOWHERE else str(_("No region recorded"))

    def clusters_in(self, by: By, key: str) -> list[int]:
        """The clusters of a line; all of them for the total."""
        return [pk for pk in self.fitting if not key or self._group(by, pk) == key]

    def pairs(self, what: What, clusters: Iterable[int]) -> list[Pair]:
        """The list behind a number: every pair that it counts, hidden ones too."""
        return [
            (lead, pk)
            for pk in clusters
            for lead in self.fitting[pk]
            if what in self.outcomes.get(pk, {}).get(lead, NOTHING)
        ]


def _counted(fitting: int, moved: Mapping[int, frozenset[What]]) -> Counter[What]:
    """The counts of so many pairs, of which some have moved; the others count as nothing yet."""
    found = Counter(what for each in moved.values() for what in each)
    for what in NOTHING:
        found[what] += fitting - len(moved)
    return found


def read_outcomes() -> dict[int, dict[int, frozenset[What]]]:
    """What every pair on a shortlist counts as: by its cluster, then by its lead. Two queries."""
    ended = ShortlistingLog.objects.filter(shortlisting__state__in=ENDED).order_by()
    passed: dict[int, int] = defaultdict(int)
    for key, state in ended.values_list("shortlisting", "to_state"):
        passed[key] = max(passed[key], REACHED[state])
    found: dict[int, dict[int, frozenset[What]]] = defaultdict(dict)
    rows = Shortlisting.objects.order_by().values_list("pk", "lead", "cluster", "state")
    for key, lead, cluster, state in rows.iterator():
        found[cluster][lead] = outcome(state, max(REACHED[state], passed.get(key, 0)))
    return found


def _by(what: What) -> Callable[[Tally], int]:
    return lambda tally: tally.order(what)


SORTS: Final[dict[str, Callable[[Tally], Any]]] = {
    "name": lambda tally: tally.name.casefold(),
    **{what.value: _by(what) for what in What},
}


def in_order(lines: Iterable[Tally], sort: str) -> list[Tally]:
    """By a column, ``-`` for the greatest first; equal ones by name."""
    by_name = sorted(lines, key=SORTS["name"])
    return sorted(by_name, key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))
