"""What in a text could give a company away. Pure: plain values, no database.

Each :class:`Finding` is a word or a few words as they stand in the text, with why they are told
apart (:class:`Why`). Names, people, web domains, codes, places, countries and products of the
company are looked for in everything that a brief tells; the other kinds in the words that somebody
wrote themselves. Too much is found rather than too little: a person clears what gives nothing away.

* A *name* is found however it is written: without accents, case, spaces, hyphens or legal form,
  and inside a longer word if it has five letters or more; so is each of its words that is not a
  common one.
* A *rare word* has four letters or more and is none of the common words: those of the vocabulary of
  topics, of the published specialties, of the program's own sentences in both languages, and words
  that the leads of at least three other companies use.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from investors.domains import listed
from investors.naming import fold_person, names_in
from investors.topics import fold_word

IsCommon = Callable[[str], bool]

INSIDE: Final = 5  # letters from which a name is found inside a longer word
RARE_FROM: Final = 4
_WORD: Final = re.compile(r"[^\W_]+")
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*")
_LINK: Final = re.compile(
    r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}\b(?:/\S*)?", re.IGNORECASE
)
_PHONE: Final = re.compile(r"(?<!\w)\+?\(?\d[\d\s().\u00a0\u202f/-]{6,}\d(?!\w)")
_NUMBER: Final = re.compile(
    r"(?<!\w)[€$£¥]?\s?\w*\d(?:[\d.,'’\u00a0\u202f]|\s(?=\d{3}\b))*\w*(?:\s?[%‰€$£¥])?"
)
# Written with a capital, and of every company that looks at France.
PLAIN: Final = listed(
    "i france french francais francaise europe european europeen europeenne eu ue r d rd sme smes"
    " pme eti ag inc english anglais"
)


class Why(TextChoices):
    """Why it could give the company away; the gravest first."""

    NAME = "name", _("name of the company")
    PERSON = "person", _("name of a person")
    DOMAIN = "domain", _("web domain of the company")
    EMAIL = "e-mail", _("e-mail address")
    LINK = "link", _("web address")
    CODE = "code", _("number or reference of the company")
    PRODUCT = "product", _("product")
    PHONE = "phone", _("telephone number")
    COUNTRY = "country", _("its country")
    PLACE = "place", _("place")
    NUMBER = "number", _("exact figure")
    SCRIPT = "script", _("another script")
    CAPITAL = "capital", _("written like a name")
    RARE = "rare", _("rare word")


_GRAVITY: Final = {why: place for place, why in enumerate(Why)}


@dataclass(frozen=True)
class Identity:
    """What is on record that would name the company."""

    names: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()  # one word of five letters finds what begins so: Japanese
    products: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Words as they stand in the text, and why they could give the company away."""

    text: str
    whys: tuple[Why, ...]

    @property
    def key(self) -> str:
        return key_of(self.text)


def key_of(text: str) -> str:
    """What a clearing is kept under: the same words, however often and in which case."""
    return " ".join(text.casefold().split())


@dataclass(frozen=True)
class _Span:
    start: int
    end: int
    why: Why


@dataclass
class _Words:
    """The words of a text with their places, folded."""

    text: str
    spans: list[tuple[int, int]] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> "_Words":
        made = cls(text)
        for found in _WORD.finditer(text):
            made.spans.append(found.span())
            made.folded.append(fold_word(found.group()))
        return made

    def runs(self, wanted: str, most: int = 8) -> Iterator[tuple[int, int]]:
        """Where neighbouring words make ``wanted``, written as one word or several."""
        for first in range(len(self.folded)):
            joined = ""
            for last in range(first, min(first + most, len(self.folded))):
                joined += self.folded[last]
                if joined == wanted and self.folded[first]:
                    yield self.spans[first][0], self.spans[last][1]
                if len(joined) >= len(wanted):
                    break

    def holding(self, wanted: str) -> Iterator[tuple[int, int]]:
        for span, word in zip(self.spans, self.folded, strict=True):
            if wanted in word:
                yield span

    def beginning(self, wanted: str) -> Iterator[tuple[int, int]]:
        for span, word in zip(self.spans, self.folded, strict=True):
            if word.startswith(wanted):
                yield span


def findings(
    *,
    told: str,
    written: str,
    identity: Identity,
    is_common: IsCommon,
    cities: frozenset[str] = frozenset(),
) -> list[Finding]:
    """What could give the company away, the gravest first.

    ``told``: what the vocabulary says of it, such as its field of work; ``written``: what somebody
    wrote. ``is_common(word)``: of a folded word. ``cities``: folded names of known places.
    """
    found: dict[str, tuple[str, set[Why]]] = {}
    for text, spans in (
        (told, [*_named(told, identity, is_common)]),
        (
            written,
            [*_named(written, identity, is_common), *_written(written, is_common, cities)],
        ),
    ):
        for words, whys in _gathered(text, spans):
            found.setdefault(key_of(words), (words, set()))[1].update(whys)
    made = [
        Finding(words, tuple(sorted(whys, key=_GRAVITY.__getitem__)))
        for words, whys in found.values()
    ]
    return sorted(made, key=lambda each: _GRAVITY[each.whys[0]])


def _gathered(text: str, spans: Iterable[_Span]) -> Iterator[tuple[str, set[Why]]]:
    """The outermost spans, each with every reason that lies within it."""
    ordered = sorted(set(spans), key=lambda span: (span.start, -span.end, _GRAVITY[span.why]))
    start = end = -1
    whys: set[Why] = set()
    for span in ordered:
        if span.end <= end:
            whys.add(span.why)
            continue
        if whys:
            yield text[start:end], whys
        start, end, whys = span.start, span.end, {span.why}
    if whys:
        yield text[start:end], whys


# --- what is on record of the company -------------------------------------------------------------


def _named(text: str, identity: Identity, is_common: IsCommon) -> Iterator[_Span]:
    words = _Words.of(text)
    for name in identity.names:
        yield from _as(Why.NAME, _literally(text, name))
        for folded in names_in(name):
            yield from _as(Why.NAME, _anyhow(words, {folded.squeezed, folded.whole}))
            telling = {word for word in folded.words if len(word) > 2 and not is_common(word)}
            yield from _as(Why.NAME, _each(words, telling))
    for person in identity.people:
        yield from _as(Why.PERSON, _literally(text, person))
        parts = fold_person(person)
        yield from _as(Why.PERSON, _anyhow(words, {"".join(parts)}))
        yield from _as(Why.PERSON, _each(words, {part for part in parts if len(part) > 2}))
    for why, values in (
        (Why.DOMAIN, identity.domains),
        (Why.CODE, identity.codes),
        (Why.PRODUCT, identity.products),
        (Why.PLACE, identity.places),
    ):
        for value in values:
            yield from _as(why, _literally(text, value))
            yield from _as(why, _anyhow(words, {"".join(map(fold_word, _WORD.findall(value)))}))
    for country in identity.countries:
        whole = "".join(map(fold_word, _WORD.findall(country)))
        yield from _as(Why.COUNTRY, words.runs(whole))
        if len(whole) >= INSIDE and len(_WORD.findall(country)) == 1:
            yield from _as(Why.COUNTRY, words.beginning(whole))


def _as(why: Why, places: Iterable[tuple[int, int]]) -> Iterator[_Span]:
    yield from (_Span(start, end, why) for start, end in places)


def _literally(text: str, wanted: str) -> Iterator[tuple[int, int]]:
    """As it is written, whatever it is made of; a short one only by itself."""
    letters = r"\s+".join(re.escape(part) for part in wanted.split())
    if not letters:
        return
    if len(wanted) < INSIDE:
        letters = rf"(?<!\w){letters}(?!\w)"
    yield from (found.span() for found in re.finditer(letters, text, re.IGNORECASE))


def _anyhow(words: _Words, wanted: set[str]) -> Iterator[tuple[int, int]]:
    for squeezed in sorted(filter(None, wanted)):
        yield from words.runs(squeezed)
        if len(squeezed) >= INSIDE:
            yield from words.holding(squeezed)


def _each(words: _Words, wanted: set[str]) -> Iterator[tuple[int, int]]:
    for span, word in zip(words.spans, words.folded, strict=True):
        if word in wanted:
            yield span


# --- what any words can give away -----------------------------------------------------------------


def _written(text: str, is_common: IsCommon, cities: frozenset[str]) -> Iterator[_Span]:
    for why, pattern in (
        (Why.EMAIL, _EMAIL),
        (Why.LINK, _LINK),
        (Why.PHONE, _PHONE),
        (Why.NUMBER, _NUMBER),
    ):
        for found in pattern.finditer(text):
            start, end = found.span()
            matched = found.group()
            start += len(matched) - len(matched.lstrip())
            yield _Span(start, end - (len(matched) - len(matched.rstrip(" .,'’\u00a0\u202f"))), why)
    words = _Words.of(text)
    for (start, end), word in zip(words.spans, words.folded, strict=True):
        yield from _of_word(text, start, end, word, is_common)
    for city in cities:
        for start, end in words.runs(city, most=4):
            if text[start].isupper():
                yield _Span(start, end, Why.PLACE)


def _of_word(text: str, start: int, end: int, word: str, is_common: IsCommon) -> Iterator[_Span]:
    as_written = text[start:end]
    if not as_written.isascii() and not _is_latin(as_written):
        yield _Span(start, end, Why.SCRIPT)
        return
    if word in PLAIN or any(character.isdigit() for character in as_written):
        return
    if _is_like_a_name(as_written, text[:start]):
        yield _Span(start, end, Why.CAPITAL)
    if len(word) >= RARE_FROM and not is_common(word):
        yield _Span(start, end, Why.RARE)


def _is_latin(word: str) -> bool:
    """Of Latin letters, with or without accents (U+0000 to U+024F, U+1E00 to U+1EFF)."""
    return all(ord(letter) < 0x250 or 0x1E00 <= ord(letter) <= 0x1EFF for letter in word)


def _is_like_a_name(word: str, before: str) -> bool:
    """A capital where a sentence goes on, or capitals inside a word."""
    if any(letter.isupper() for letter in word[1:]):
        return True
    return word[:1].isupper() and not _begins_a_sentence(before)


def _begins_a_sentence(before: str) -> bool:
    left = before.rstrip(" \t\"'“”«»(*-–—•\u00a0")
    return not left or left[-1] in ".!?:;\n"
