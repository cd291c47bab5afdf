"""The briefing that an investor keeps: plain values, and the same in plain words. No database.

What is not in :class:`Page` cannot leave: no score, no band, no amount of the lead, nothing that
the agency notes for itself.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Known:
    """Something that is known of a cluster, when, and who says so."""

    text: str
    when: str
    source: str


@dataclass(frozen=True)
class Part:
    """A cluster as the investor reads of it. ``specialty`` stands as the source writes it."""

    name: str
    official_name: str
    tier: str
    specialty: str
    seat: str
    website: str
    topics: tuple[str, ...]
    why: str
    known: tuple[Known, ...] = ()


@dataclass(frozen=True)
class Funding:
    """A programme of public funding in a sentence, and who says so."""

    sentence: str
    source: str


@dataclass(frozen=True)
class Card:
    """Whom to answer."""

    name: str
    office: str
    email: str
    phone: str


@dataclass(frozen=True)
class Page:
    language: str
    company: str
    person: str
    dated: str  # the day in ISO 8601
    list_year: int
    note: str
    parts: tuple[Part, ...]
    funding: tuple[Funding, ...]
    next_step: str
    card: Card

    @property
    def day(self) -> dt.date:
        return dt.date.fromisoformat(self.dated)


def to_json(page: Page) -> dict[str, Any]:
    return asdict(page)


def from_json(kept: Mapping[str, Any]) -> Page:
    parts = tuple(
        Part(
            **{
                **part,
                "topics": tuple(part["topics"]),
                "known": tuple(Known(**each) for each in part["known"]),
            }
        )
        for part in kept["parts"]
    )
    funding = tuple(Funding(**each) for each in kept["funding"])
    card = Card(**kept["card"])
    return Page(**{**kept, "parts": parts, "funding": funding, "card": card})


def title_of(page: Page) -> str:
    return _("Competitive clusters in France for %(company)s") % {"company": page.company}


def gains() -> list[tuple[str, str]]:
    """What a foreign company gets, as the published text promises it (lines 26-55, 104-107)."""
    return [
        (
            _("Partners for R&D"),
            _(
                "R&D partnerships with leading businesses, SMEs, laboratories and educational "
                "institutions of the same industry."
            ),
        ),
        (
            _("Networks and talent"),
            _(
                "Direct access to networks and to people with knowledge of the industry, in one "
                "place, and a place in a network of subcontractors and suppliers."
            ),
        ),
        (
            _("Projects"),
            _("You may join an R&D project that is under way, or start a new one."),
        ),
        (
            _("Equal access to funding"),
            _(
                "Funding for which French and European companies can apply is open to foreign "
                "companies, too, under the rules of the call, normally for work done in France."
            ),
        ),
    ]


def listed(words: Sequence[str]) -> str:
    """*a, b and c*"""
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def in_a_sentence(name: str) -> str:
    """A name without its capital, unless it is an abbreviation."""
    return name[:1].lower() + name[1:] if name[1:2].islower() or name[1:2] == "’" else name


@dataclass(frozen=True)
class Shared:
    """What a cluster and the investor have in common, in names."""

    same: tuple[str, ...] = ()
    near: tuple[tuple[str, str], ...] = ()  # (theirs, the cluster's)
    sectors: tuple[str, ...] = ()
    region: str = ""


def why_of(cluster: str, shared: Shared) -> str:
    """A first wording of why a cluster is worth their time; empty where nothing is known."""
    sentences = []
    if shared.same:
        topics = listed([in_a_sentence(name) for name in shared.same])
        words = {"cluster": cluster, "topics": topics}
        sentences.append(_("%(cluster)s works in your field: %(topics)s.") % words)
    for theirs, offered in shared.near[:2]:
        words = {"theirs": in_a_sentence(theirs), "offered": in_a_sentence(offered)}
        sentences.append(_("What it does in %(offered)s is close to your %(theirs)s.") % words)
    if shared.sectors and not sentences:
        words = {"cluster": cluster, "sectors": listed(shared.sectors)}
        sentences.append(_("%(cluster)s works in your sector: %(sectors)s.") % words)
    if shared.region:
        sentences.append(
            _("It lies in a region that you prefer: %(name)s.") % {"name": shared.region}
        )
    return " ".join(sentences)


def as_text(page: Page) -> str:
    """The whole page in plain words, for a mail and for the record."""
    return "\n".join(_lines(page)).strip() + "\n"


def _lines(page: Page) -> Iterator[str]:
    yield from (title_of(page), _("Prepared for %(name)s") % {"name": page.person}, "")
    yield from (page.note.strip(), "")
    for part in page.parts:
        yield from _part_lines(part)
    yield from (_("What a foreign company gets").upper(), "")
    yield from (f"- {label}{_(':')} {words}" for label, words in gains())
    if page.funding:
        yield ""
        yield from (f"- {each.sentence} ({each.source})" for each in page.funding)
    yield from ("", _("Next step").upper(), "", page.next_step.strip(), "")
    yield from filter(None, (page.card.name, page.card.office, page.card.email, page.card.phone))
    yield _("Invest in France Agency")
    words = {"year": page.list_year, "day": date_format(page.day)}
    yield from ("", _("Clusters as published in %(year)s. Written on %(day)s.") % words)


def _part_lines(part: Part) -> Iterator[str]:
    yield part.name.upper()
    place = _("Seat: %(place)s") % {"place": part.seat} if part.seat else ""
    yield " · ".join(filter(None, (part.tier, place, part.website)))
    yield _("Specialty: “%(specialty)s”") % {"specialty": part.specialty}
    if part.topics:
        yield _("Works on: %(topics)s") % {"topics": ", ".join(part.topics)}
    yield part.why.strip()
    yield from (f"- {known.text} ({known.source}, {known.when})" for known in part.known)
    yield ""
