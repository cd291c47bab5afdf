"""Names of companies and people as they are compared: without what does not tell them apart.

Pure. A company's name loses its legal form (``investors.legal_forms``), accents, case, script and
punctuation; what is left may still differ by *The* and *Group*, by the order of words, and by a
typing error or two.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from anyascii import anyascii

from investors.domains import listed
from investors.legal_forms import NATIVE, NATIVE_WORDS, PERHAPS_BEFORE, PREFIXES, SUFFIXES

Words = tuple[str, ...]

_AND: Final = frozenset({"and", "und", "et", "och", "og", "y", "e", "en"})
_NOISE: Final = frozenset(
    {"the", "group", "groupe", "gruppe", "gruppo", "grupo", "groep", "holding", "holdings", "intl"}
    | {"international", "worldwide", "global", "headquarters", "hq"}
)
_INSIDE: Final = re.compile(r"(?<=\w)@(?=\w)")
_JOINING: Final = re.compile(r"[.'’‘`´\"“”„״׳]")  # stand inside what is one word: S.A., Mov'eo
_SLASHED: Final = re.compile(r"\b(\w)/(\w)\b")  # A/S, S/A
_BETWEEN: Final = re.compile(r"[\W_]+")
_NATIVE: Final = tuple(unicodedata.normalize("NFKC", form) for form in NATIVE)
_LONGEST_FORM: Final = max(map(len, SUFFIXES | PREFIXES))
_MANY_WORDS: Final = 8  # of a name are looked at for typing errors


def fold_name(text: str) -> str:
    """The name without legal form, as words of Latin letters: ``株式会社Ｓｔａｒ　工業`` and
    ``STAR 工業 (株)`` are one. A legal form never empties a name: ``AG`` stays ``ag``."""
    return " ".join(_without_forms(_words(_without_native_forms(text))))


def _words(text: str) -> Words:
    """The words of a name: joined initials are one (``K. K.``), *and* is none."""
    plain = anyascii(_prepared(text)).casefold()
    return _settled(tuple(filter(None, re.split(r"[^a-z0-9]+", _JOINING.sub("", plain)))))


def _prepared(text: str) -> str:
    return _SLASHED.sub(r"\1\2", _INSIDE.sub("a", unicodedata.normalize("NFKC", text)))


def _less(words: Words) -> Words:
    """Neighbours of one letter joined, then what only joins names left out."""
    joined: list[str] = []
    initials = False
    for word in words:
        if len(word) == 1 and initials:
            joined[-1] += word
        else:
            joined.append(word)
        initials = len(word) == 1
    left = tuple(word for word in joined if word not in _AND)
    return left or tuple(joined)


def _without_forms(words: Words) -> Words:
    """Legal forms taken from both ends, as often as there is one, but never the last word."""
    while (left := _one_form_less(words)) != words:
        words = _settled(left)
    return words


def _settled(words: Words) -> Words:
    while (shorter := _less(words)) != words:
        words = shorter
    return words


def _one_form_less(words: Words) -> Words:
    for length in range(min(_LONGEST_FORM, len(words) - 1), 0, -1):
        if words[-length:] in SUFFIXES:
            return words[:-length]
        if words[:length] in PREFIXES:
            return words[length:]
    return words


def _without_native_forms(text: str) -> str:
    """Without the legal forms that are written in another script."""
    if text.isascii():
        return text
    text = _JOINING.sub("", unicodedata.normalize("NFKC", text)).casefold().strip()
    while (left := _one_native_form_less(text)) != text:
        text = left
    return text


def _one_native_form_less(text: str) -> str:
    for form in _NATIVE:
        left = text.removeprefix(form) if text.startswith(form) else text.removesuffix(form)
        if left != text and _says_something(left):
            return left.strip()
    words = [word for word in _BETWEEN.split(text) if word]
    if len(words) > 1 and words[0] in NATIVE_WORDS:
        return " ".join(words[1:])
    if len(words) > 1 and words[-1] in NATIVE_WORDS:
        return " ".join(words[:-1])
    return text


def _says_something(text: str) -> bool:
    return any(character.isalnum() for character in text)


@dataclass(frozen=True)
class Name:
    """One name, folded three ways."""

    words: Words  # without legal form
    whole: str  # with it

    @property
    def squeezed(self) -> str:
        """Without spaces: Deep Mind is Deepmind."""
        return "".join(self.words)

    @property
    def core(self) -> Words:
        """In order of the alphabet, without *The* and *Group*."""
        return tuple(sorted(word for word in self.words if word not in _NOISE) or self.words)


@lru_cache(maxsize=16384)
def names_in(text: str) -> tuple[Name, ...]:
    """The name in ``text``, and once more where its beginning may be a legal form."""
    every, latin = _words(text), _without_native_forms(text)
    words = _without_forms(every if latin == text else _words(latin))
    if not words:
        return ()
    names = [Name(words, "".join(every))]
    if len(words) > 1 and words[:1] in PERHAPS_BEFORE:
        names.append(Name(words[1:], names[0].whole))
    return tuple(names)


def distance(one: str, other: str, most: int) -> int:
    """Letters to add, leave out, change, or swap with their neighbour; ``most + 1`` if more.

    The restricted Damerau-Levenshtein distance, for a ``most`` of one or two: where the first
    letters that differ stand, each of the four is tried.
    """
    if one == other:
        return 0
    if most == 0 or abs(len(one) - len(other)) > most:
        return most + 1
    same = _begin_alike(one, other)
    one, other = one[same:], other[same:]
    tried = [(one[1:], other), (one, other[1:]), (one[1:], other[1:])]
    if len(one) > 1 and one[:2] == other[1::-1]:
        tried.append((one[2:], other[2:]))
    return 1 + min(distance(a, b, most - 1) for a, b in tried)


def _begin_alike(one: str, other: str) -> int:
    """How many letters of both are the same from the beginning."""
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))


def digits_of(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def errors_between(one: str, other: str) -> int:
    """How many typing errors apart two squeezed names are; 0 if they are not near.

    A short name needs its letters, and *Fund 1* is not *Fund 2*.
    """
    shorter = min(len(one), len(other))
    most = 0 if shorter < 5 else 1 if shorter < 10 else 2
    if most == 0 or abs(len(one) - len(other)) > most:
        return 0
    apart = distance(one, other, most)
    return apart if 1 <= apart <= most and digits_of(one) == digits_of(other) else 0


def near_keys(words: Words) -> set[str]:
    """Keys that a name keeps when one of its words is mistyped.

    Of several words: all but one, with the first letter of that one. Of one word: either half,
    at the two lengths that a letter more or less can make of it.
    """
    if len(words) == 1:
        word = words[0]
        half = len(word) // 2
        if len(word) < 5:
            return set()
        sizes = {half, half - 1}
        return {f"{word[:n]}*" for n in sizes} | {f"*{word[-n:]}" for n in sizes}
    keys: set[str] = set()
    for place, word in enumerate(words[:_MANY_WORDS]):
        if len(word) > 2:
            rest = [*words[:place], *words[place + 1 :]]
            keys.add(f"{' '.join(rest)}~{place}{word[0]}")
    return keys


_HONORIFICS: Final = listed(
    "mr mrs ms miss dr prof professor herr frau m mme mlle monsieur madame ing dipl sig sra sr"
    " signor signora san sama"
)


@lru_cache(maxsize=4096)
def fold_person(name: str) -> Words:
    """The words of a person's name without titles."""
    words = tuple(filter(None, re.split(r"[^a-z0-9]+", _JOINING.sub("", _latin(name)))))
    return tuple(word for word in words if word not in _HONORIFICS) or words


def _latin(name: str) -> str:
    return anyascii(unicodedata.normalize("NFKC", name)).casefold()
