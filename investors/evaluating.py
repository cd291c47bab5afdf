"""What :mod:`investors.fit` found, in words: why a cluster, why not, and what nobody knows.

Pure: names come in as plain mappings, nothing is read here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ifa_crm.shared.fold import fold
from investors import fit
from investors.topics import Proposal

SHORT: Final = 1500
"""Characters of a query that still makes an address to be sent to a colleague."""

COMPONENTS: Final = {
    "topics": gettext_lazy("Topics"),
    "sector": gettext_lazy("Sector"),
    "opportunity": gettext_lazy("Opportunity"),
    "territory": gettext_lazy("Territory"),
}


@dataclass(frozen=True)
class Asked:
    """What the page is asked: a text, and what people said beside it.

    ``own``: topics that somebody chose; ``off``: topics offered that are not meant.
    """

    text: str = ""
    own: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()
    sectors: tuple[str, ...] = ()
    mode: str = ""
    regions: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The address of this very question; empty where it is too long for one."""
        own = [key for key in self.own if key not in self.off]
        off = sorted(self.off - set(self.own))
        pairs = [("text", self.text), *(("topic", key) for key in own)]
        pairs += [("off", key) for key in off]
        pairs += [("sector", key) for key in self.sectors]
        pairs += [("mode", self.mode), *(("region", name) for name in self.regions)]
        query = urlencode([(name, value) for name, value in pairs if value])
        return query if len(query) <= SHORT else ""

    @property
    def is_long(self) -> bool:
        return bool(self.text) and not self.query


@dataclass(frozen=True)
class TopicChoice:
    """A topic to tick: the words of the text that speak of it, whether somebody chose it."""

    key: str
    name: str
    words: tuple[str, ...]
    is_ticked: bool
    is_own: bool


@dataclass(frozen=True)
class Names:
    """What things are called on the screen."""

    topics: Mapping[str, str]
    sectors: Mapping[str, str]

    def listed(self, keys: Sequence[str]) -> str:
        return ", ".join(self.topics.get(key, key) for key in keys)


@dataclass(frozen=True)
class Reason:
    """A sentence for or against, with the words of the text that it rests on."""

    text: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """A line under "How this was worked out"."""

    label: str
    value: float
    weight: float
    points: float
    is_known: bool


@dataclass(frozen=True)
class Verdict:
    """One cluster as the page shows it."""

    row: fit.Row
    cluster: Any
    reasons: list[Reason]
    against: list[Reason]
    unknown: list[str]
    parts: list[Part]
    is_there: bool = False  # on the shortlist already
    is_ticked: bool = False
    ask_address: str = ""  # where the desk officer is asked


@dataclass(frozen=True)
class BandOf:
    """The clusters of one band, best first."""

    key: str
    label: str
    verdicts: list[Verdict]

    @property
    def tone(self) -> str:
        return {fit.STRONG: "good", fit.POSSIBLE: "accent"}.get(self.key, "neutral")


@dataclass(frozen=True)
class Answer:
    """Something the investor could say now, as a button sends it."""

    value: str
    label: str


@dataclass(frozen=True)
class Asking:
    """The one question, in words, with its answers."""

    text: str
    answers: list[Answer]


# --- topics ------------------------------------------------------------------------------


def words_of(proposals: Sequence[Proposal]) -> dict[str, tuple[str, ...]]:
    """The different words that say so, by topic."""
    return {
        each.topic: tuple({match.text.casefold(): match.text for match in each.matches}.values())
        for each in proposals
    }


def choices(asked: Asked, proposals: Sequence[Proposal], names: Names) -> list[TopicChoice]:
    """Those that somebody chose, then those that the text proposes, the strongest first."""
    words = words_of(proposals)
    keys = dict.fromkeys([*asked.own, *(each.topic for each in proposals)])
    return [
        TopicChoice(
            key=key,
            name=names.topics[key],
            words=words.get(key, ()),
            is_ticked=key not in asked.off,
            is_own=key in asked.own,
        )
        for key in keys
        if key in names.topics
    ]


def need_of(asked: Asked, proposals: Sequence[Proposal]) -> fit.Need:
    """What somebody chose counts in full, what the text proposes as strongly as it says."""
    strengths = {each.topic: each.strength for each in proposals} | dict.fromkeys(asked.own, 1.0)
    return fit.Need(
        topics={key: value for key, value in strengths.items() if key not in asked.off},
        sectors=frozenset(asked.sectors),
        mode=asked.mode,
        regions=frozenset(asked.regions),
    )


def says_nothing(need: fit.Need) -> bool:
    """Neither a topic nor a sector: the answer is not known, which is not zero."""
    return not need.topics and not need.sectors


# --- reasons -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One cluster before a need, with all that its reasons are made of."""

    row: fit.Row
    need: fit.Need
    cluster: fit.Cluster
    tables: fit.Tables
    names: Names
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def reasons_for(case: Case) -> list[Reason]:
    return [*_topics(case), *_sector(case), *_opportunity(case), *_region(case)]


def _topics(case: Case) -> Iterator[Reason]:
    for match in case.row.matches:
        told = {
            "topic": case.names.topics.get(match.asked, match.asked),
            "own": case.names.topics.get(match.offered, match.offered),
        }
        if match.asked == match.offered:
            text = _("Works on %(topic)s") % told
        elif match.asked in _above(match.offered, case.tables):
            text = _("Works on %(own)s, a part of %(topic)s") % told
        else:
            text = _("Works on %(own)s, which takes in %(topic)s") % told
        yield Reason(text, case.words.get(match.asked, ()))


def _above(topic: str, tables: fit.Tables) -> list[str]:
    found: list[str] = []
    above = tables.broader.get(topic)
    while above and above not in found:
        found.append(above)
        above = tables.broader.get(above)
    return found


def _sector(case: Case) -> Iterator[Reason]:
    named = case.names.sectors
    for sector in case.row.shared_sectors:
        yield Reason(_("Shares the sector %(sector)s") % {"sector": named.get(sector, sector)})
    if case.row.shared_sectors:
        return
    if pair := _nearest(case.need.sectors, case):
        told = {"own": named.get(pair[1], pair[1]), "sector": named.get(pair[0], pair[0])}
        yield Reason(_("Its sector %(own)s is close to %(sector)s") % told)
    elif not case.row.matches and (implied := _implied(case)):
        topic, sector = implied
        told = {
            "topic": case.names.topics.get(topic, topic),
            "sector": named.get(sector, sector),
        }
        yield Reason(_("%(topic)s belongs to its sector, %(sector)s") % told)


def _nearest(asked: frozenset[str], case: Case) -> tuple[str, str] | None:
    """Of the stated sectors and the cluster's, the two that the table calls closest."""
    pairs = [
        (case.tables.sector_closeness(one, frozenset({own})), one, own)
        for one in sorted(asked)
        for own in sorted(case.cluster.sectors)
    ]
    close, one, own = max(pairs, default=(0.0, "", ""))
    return (one, own) if close > 0 else None


def _implied(case: Case) -> tuple[str, str] | None:
    for topic in case.need.topics:
        shared = case.tables.implied.get(topic, frozenset()) & case.cluster.sectors
        if shared:
            return topic, min(shared)
    return None


def _opportunity(case: Case) -> Iterator[Reason]:
    if case.need.mode != fit.START and case.row.seat_fits >= 0.4:
        yield Reason(_("One of its projects has an open seat that fits"))
    if case.need.mode != fit.JOIN and (count := case.cluster.labelled_projects):
        text = ngettext(
            "%(n)d labelled project on record", "%(n)d labelled projects on record", count
        )
        yield Reason(text % {"n": count})


def _region(case: Case) -> Iterator[Reason]:
    for name in sorted(case.need.regions & case.cluster.regions):
        yield Reason(_("Lies in %(region)s, as they would like") % {"region": name})


def reasons_against(case: Case) -> list[Reason]:
    return [*_not_topics(case), *_not_sector(case), *_no_seat(case), *_elsewhere(case)]


def _not_topics(case: Case) -> Iterator[Reason]:
    if case.row.unmatched and case.cluster.topics:
        listed = case.names.listed(case.row.unmatched)
        yield Reason(_("Does not work on %(topics)s") % {"topics": listed})


def _not_sector(case: Case) -> Iterator[Reason]:
    shared = case.row.shared_sectors or _nearest(case.need.sectors, case)
    if case.need.sectors and case.cluster.sectors and not shared:
        own = ", ".join(sorted(case.names.sectors.get(s, s) for s in case.cluster.sectors))
        yield Reason(_("Its sector is another: %(sectors)s") % {"sectors": own})


def _no_seat(case: Case) -> Iterator[Reason]:
    if case.need.mode != fit.JOIN:
        return
    if not case.cluster.seats:
        yield Reason(_("No open seat on record"))
    elif case.row.seat_fits < 0.4:
        yield Reason(_("Its open seats are for something else, or do not say for what"))


def _elsewhere(case: Case) -> Iterator[Reason]:
    if case.row.in_region is False and case.cluster.regions:
        listed = ", ".join(sorted(case.cluster.regions))
        yield Reason(_("Lies elsewhere: %(regions)s") % {"regions": listed})


def parts_of(row: fit.Row, weights: fit.Weights = fit.WEIGHTS) -> list[Part]:
    """How the score came about, component by component."""
    return [
        Part(
            label=str(COMPONENTS[name]),
            value=part.value,
            weight=getattr(weights, name),
            points=getattr(weights, name) * part.value / weights.total * 100,
            is_known=part.known,
        )
        for name, part in row.components.items()
    ]


# --- the one question ----------------------------------------------------------------------


def asking(
    question: fit.Question | None,
    rows: Sequence[fit.Row],
    offered: Mapping[str, fit.Cluster],
    names: Names,
) -> Asking | None:
    """The question as one says it, and what the investor may answer."""
    if question is None:
        return None
    if question.about == "mode":
        answers = [
            Answer("mode:join", _("Join a project under way")),
            Answer("mode:start", _("Start a new project")),
            Answer("mode:either", _("Either would do")),
        ]
        return Asking(
            _("Would they rather join a project that is under way, or start one?"), answers
        )
    if question.about == "regions":
        text = _("Is there a part of France where they would like to be?")
        return Asking(text, [Answer(f"region:{name}", name) for name in _regions_of(rows, offered)])
    if question.about == "sectors":
        text = _("In which sector do they work?")
        labels = [(key, names.sectors.get(key, key)) for key in question.choices]
        return Asking(text, [Answer(f"sector:{key}", label) for key, label in labels])
    text = _("“%(topic)s” is a wide field. Which of these is it?") % {
        "topic": names.topics.get(question.about, question.about)
    }
    labelled = [(names.topics.get(key, key), key) for key in question.choices]
    named = sorted(labelled, key=lambda pair: fold(pair[0]))
    return Asking(text, [Answer(f"topic:{key}", label) for label, key in named])


def _regions_of(rows: Sequence[fit.Row], offered: Mapping[str, fit.Cluster]) -> list[str]:
    """Where the best of them lie: any other region is in the form."""
    best = [row for row in rows if row.band in {fit.STRONG, fit.POSSIBLE}] or rows[:5]
    found = {name: None for row in best for name in sorted(offered[row.key].regions)}
    return list(found)[:8]


def with_answer(asked: Asked, answer: str) -> Asked:
    """The question with one more thing said: ``mode:join``, ``region:…``, ``topic:…``."""
    kind, _sep, value = answer.partition(":")
    changed: dict[str, Any] = {**asked.__dict__}
    if kind == "mode":
        changed["mode"] = value
    elif kind == "region":
        changed["regions"] = (*asked.regions, value)
    elif kind == "sector":
        changed["sectors"] = (*asked.sectors, value)
    elif kind == "topic":
        changed |= {"own": (*asked.own, value), "off": asked.off - {value}}
    return Asked(**changed)
