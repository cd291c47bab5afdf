"""One search over every noun, by folded text, grouped by noun.

What is searched and who sees what is the affair of the searchers (``ifa_crm.shared.extend``);
here their hits are put together and what matched is marked.
"""

from dataclasses import dataclass
from typing import Any, Final

from ifa_crm.shared.extend import Hit, searchers
from ifa_crm.shared.fold import search_words, squeeze
from ifa_crm.staff.models import User

SHOWN: Final = 6  # hits of a noun
COUNTED: Final = 20  # and how far they are counted
LONGEST: Final = 120  # characters of a query that are looked at
MOST_WORDS: Final = 8
SHORTEST: Final = 2  # letters and digits, in Latin script

Part = tuple[str, bool]  # a piece of a text, and whether it matched


@dataclass(frozen=True)
class Found:
    """One hit, its texts cut into pieces that matched and pieces that did not."""

    hit: Hit
    title: list[Part]
    subtitle: list[Part]


@dataclass(frozen=True)
class Group:
    """The hits of one noun, and the list page that shows all of them."""

    key: str
    label: Any
    icon: str
    found: list[Found]
    count: int
    list_url: str

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.found)

    @property
    def is_capped(self) -> bool:
        return self.count > COUNTED


def tidy(text: str) -> str:
    """The query that is looked for: not endless, and without the spaces around it."""
    return " ".join(" ".join(text[:LONGEST].split()).split(" ")[:MOST_WORDS])


def is_too_short(query: str) -> bool:
    return sum(map(len, search_words(query))) < SHORTEST


def search(user: User, query: str) -> list[Group]:
    """What ``user`` may see of each noun; nouns without a hit are left out."""
    words = search_words(query)
    groups = []
    for searcher in searchers():
        hits = searcher.find(user, query, COUNTED + 1)
        if not hits:
            continue
        groups.append(
            Group(
                key=searcher.key,
                label=searcher.label,
                icon=searcher.icon,
                found=[_found(hit, words) for hit in hits[:SHOWN]],
                count=len(hits),
                list_url=searcher.list_url(query) if searcher.list_url else "",
            )
        )
    return groups


def _found(hit: Hit, words: list[str]) -> Found:
    return Found(hit, marked(str(hit.title), words), marked(str(hit.subtitle), words))


def marked(text: str, words: list[str]) -> list[Part]:
    """``text`` in pieces, with those that ``words`` match told apart.

    Folding keeps, for each letter that it makes, the place in ``text`` that it came from; so
    "nestle" marks *Nestlé* and "moveo" *Mov’eo*.
    """
    letters, places = _folded(text)
    hit = [False] * len(text)
    for word in words:
        start = letters.find(word)
        while start >= 0:
            for place in range(places[start], places[start + len(word) - 1] + 1):
                hit[place] = True
            start = letters.find(word, start + len(word))
    return _pieces(text, hit)


def _folded(text: str) -> tuple[str, list[int]]:
    letters, places = [], []
    for place, character in enumerate(text):
        inside = (
            0 < place < len(text) - 1 and text[place - 1].isalnum() and text[place + 1].isalnum()
        )
        made = "a" if character == "@" and inside else squeeze(character)
        for letter in " " if character.isspace() else made:
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


def _pieces(text: str, hit: list[bool]) -> list[Part]:
    pieces: list[Part] = []
    for character, is_hit in zip(text, hit, strict=True):
        if pieces and pieces[-1][1] == is_hit:
            pieces[-1] = (pieces[-1][0] + character, is_hit)
        else:
            pieces.append((character, is_hit))
    return pieces
