"""Text as the search sees it: without accents, case, script or punctuation."""

import re
from collections.abc import Iterable
from itertools import chain

from anyascii import anyascii

_AT_INSIDE_A_NAME = re.compile(r"(?<=\w)@(?=\w)")
_SPACED_SIGN = re.compile(r"\s*([&/+])\s*")
_PUNCTUATION = re.compile(r"[^a-z0-9\s]+")
Words = tuple[tuple[str, ...], tuple[str, ...]]


def _plain(text: str) -> str:
    return anyascii(_AT_INSIDE_A_NAME.sub("a", text)).casefold()


def squeeze(word: str) -> str:
    """One word as it is looked for: ``Mov'eo`` → ``moveo``, ``Q@LI`` → ``qali``."""
    return _PUNCTUATION.sub("", _plain(word))


def fold(*parts: str | None) -> str:
    """Fold ``parts`` into the text that is stored and searched.

    Punctuation counts both as a space and as nothing, so that ``Mov’eo`` is found as
    ``mov eo`` and as ``moveo``: the words are followed by the squeezed form of those that
    had punctuation in them (``R & D`` as much as ``R&D``). ``@`` inside
    a name reads as *a* (System@tic, Q@LI).
    """
    return joined(words_of(" ".join(part for part in parts if part)))


def words_of(text: str) -> Words:
    """The words of ``text``, and the squeezed form of those that had punctuation in them."""
    plain = _plain(text)
    spaced = _PUNCTUATION.sub(" ", plain).split()
    words = _SPACED_SIGN.sub(r"\1", plain).split()
    squeezed = (_PUNCTUATION.sub("", word) for word in words if _PUNCTUATION.search(word))
    return tuple(spaced), tuple(word for word in squeezed if word)


def joined(*parts: Words) -> str:
    """The folded text of parts whose words are known: ``fold`` for texts that come often."""
    spaced, squeezed = zip(*parts, strict=True)
    return " ".join(dict.fromkeys(chain(*spaced, *squeezed)))


def search_words(query: str) -> list[str]:
    """The words of a query, each of which must occur in a folded text for it to match."""
    words = (_PUNCTUATION.sub("", word) for word in _plain(query).split())
    return _unique(word for word in words if word)


def _unique(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))
