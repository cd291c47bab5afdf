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

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice, product
from typing import Any, Final, overload

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from clusters.choices import Tier
from clusters.models import Cluster, ClusterRegion
from ifa_crm.reports.figures import FEW, shown
from ifa_crm.reports.shares import Share
from ifa_crm.staff.models import User
from investors import fit
from investors.choices import ShortlistState
from investors.fit_columns import KEYS, columns_in_turn, last_run
from investors.models import FitRun, Lead, Shortlisting, ShortlistingLog
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
    """The pairs of the last comparison: they pass by, cluster after cluster, and are not kept."""

    run: FitRun | None
    """``None`` before the first comparison."""
    clusters: Mapping[int, Cluster]
    regions: Mapping[int, str]
    """Cluster → its main region."""
    hidden: frozenset[int]
    """The leads that the reader may not see."""

    @classmethod
    def read(cls, user: User) -> "Neutrality":
        """Four queries, and three for the tallies, whatever the number of leads."""
        main = ClusterRegion.objects.order_by("cluster", "-rank")
        unseen = Lead.objects.filter(lead_is_hidden(user)).order_by()
        return cls(
            run=last_run(),
            clusters=Cluster.objects.in_bulk(),
            regions=dict(main.values_list("cluster", "region__name")),
            hidden=frozenset(unseen.values_list("pk", flat=True)),
        )

    def tallies(self, clusters: Collection[int] | None = None) -> dict[int, Tally]:
        """The line of each cluster that was compared, by its key; of all, or of some."""
        found = {}
        for pk, leads, moved in self._in_turn(clusters):
            cluster, unseen = self.clusters[pk], self.hidden.intersection(leads)
            here = {lead: moved[lead] for lead in moved.keys() & leads}
            concealed = {lead: here[lead] for lead in here.keys() & unseen}
            found[pk] = Tally(
                cluster.name,
                cluster.slug,
                counts=_counted(len(leads), here),
                hidden=_counted(len(unseen), concealed),
            )
        return found

    @cached_property
    def of_clusters(self) -> Mapping[int, Tally]:
        return self.tallies()

    def lines(self, by: By) -> list[Tally]:
        """A line for each cluster, region or tier, by name."""
        found: dict[str, dict[int, Tally]] = defaultdict(dict)
        for pk, tally in self.of_clusters.items():
            found[self._group(by, pk)][pk] = tally
        lines = [self.line(by, key, of_it) for key, of_it in found.items()]
        return sorted(lines, key=lambda t: t.name.casefold())

    def line(self, by: By, key: str, tallies: Mapping[int, Tally]) -> Tally:
        """The clusters of a line together."""
        pk = next(iter(tallies))
        name = self.clusters[pk].name if by == By.CLUSTER else self._name(by, key)
        return _together(Tally(name, key), tallies.values())

    def total(self) -> Tally:
        """All clusters together: the same for every reader."""
        return whole(self.of_clusters)

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
        return [pk for pk in self.clusters if not key or self._group(by, pk) == key]

    def pairs(self, what: What, clusters: Collection[int]) -> Iterator[Pair]:
        """Every pair that a number counts, hidden ones too: cluster by cluster, best first."""
        for pk, leads, moved in self._in_turn(clusters):
            yield from ((lead, pk) for lead in leads if what in moved.get(lead, NOTHING))

    def _in_turn(
        self, clusters: Collection[int] | None
    ) -> Iterator[tuple[int, Sequence[int], Mapping[int, frozenset[What]]]]:
        """Each cluster that was compared, by its key, with the leads for which it was strong or
        possible, best first, and what those on its shortlist count as.

        Columns are read a few at a time: of a million leads all would be hundreds of megabytes.
        """
        for pk, column in columns_in_turn(self.run, clusters) if self.run else ():
            on = self._shortlists.get(pk)
            yield pk, column.from_band(fit.POSSIBLE), on.by_lead() if on else {}

    @cached_property
    def _shortlists(self) -> "Mapping[int, Shortlisted]":
        return read_shortlists()


@dataclass(frozen=True)
class Listing(Sequence[Pair]):
    """The pairs behind a number that the reader may see: a list of which a page is read.

    ``tallies``: those of the clusters that it counts.
    """

    found: Neutrality
    what: What
    tallies: Mapping[int, Tally]

    def __len__(self) -> int:
        return sum(map(self._length, self.tallies.values()))

    def _length(self, tally: Tally) -> int:
        return tally.counts[self.what] - tally.hidden[self.what]

    @overload
    def __getitem__(self, part: int) -> Pair: ...

    @overload
    def __getitem__(self, part: slice) -> list[Pair]: ...

    def __getitem__(self, part: int | slice) -> Pair | list[Pair]:
        """Of the clusters only those are read that have a share in ``part``."""
        if not isinstance(part, slice):
            place = range(len(self))[part]
            return self[place : place + 1][0]
        first, end, step = part.indices(len(self))
        if first >= end:
            return []
        before, skipped, asked = 0, 0, []
        for pk in sorted(self.tallies):
            after = before + self._length(self.tallies[pk])
            if after <= first:
                skipped = after
            elif before < end:
                asked.append(pk)
            before = after
        pairs = self.found.pairs(self.what, asked)
        seen = (pair for pair in pairs if pair[0] not in self.found.hidden)
        return list(islice(seen, first - skipped, end - skipped, step))


def whole(tallies: Mapping[int, Tally]) -> Tally:
    """The line under the table."""
    return _together(Tally("", "", is_total=True), tallies.values())


def _together(line: Tally, tallies: Iterable[Tally]) -> Tally:
    for tally in tallies:
        line.add(tally)
    return line


def _counted(fitting: int, moved: Mapping[int, frozenset[What]]) -> Counter[What]:
    """The counts of so many pairs, of which some have moved; the others count as nothing yet."""
    found = Counter(what for each in moved.values() for what in each)
    for what in NOTHING:
        found[what] += fitting - len(moved)
    return found


@dataclass(frozen=True)
class Shortlisted:
    """The leads on the shortlist of a cluster and what each counts as, in nine bytes a lead."""

    leads: "array[int]" = field(default_factory=lambda: array(KEYS))
    kinds: bytearray = field(default_factory=bytearray)

    def by_lead(self) -> dict[int, frozenset[What]]:
        return dict(zip(self.leads, map(_KINDS.__getitem__, self.kinds), strict=True))


_FAR: Final = range(max(REACHED.values()) + 1)
_KIND_OF: Final = {
    (state.value, far): n for n, (state, far) in enumerate(product(ShortlistState, _FAR))
}
_KINDS: Final = [outcome(state, far) for state, far in _KIND_OF]


def read_shortlists() -> Mapping[int, Shortlisted]:
    """Every pair on a shortlist, by its cluster. Two queries."""
    ended = ShortlistingLog.objects.filter(shortlisting__state__in=ENDED).order_by()
    passed: dict[int, int] = defaultdict(int)
    for key, state in ended.values_list("shortlisting", "to_state"):
        passed[key] = max(passed[key], REACHED[state])
    found: dict[int, Shortlisted] = defaultdict(Shortlisted)
    rows = Shortlisting.objects.order_by().values_list("pk", "lead", "cluster", "state")
    for key, lead, cluster, state in rows.iterator():
        on = found[cluster]
        on.leads.append(lead)
        on.kinds.append(_KIND_OF[state, max(REACHED[state], passed.get(key, 0))])
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
