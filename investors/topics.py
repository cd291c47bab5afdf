"""Text in English, French or both → the topics that it proposes. No database inside.

Words are folded (no accents, no case) and compared by their stems, phrases before words: what a
phrase has taken is not looked at again, so that a *toy car* is no car. Inflected forms of a word
match ("batteries", "soudé"), other words of the same stem do not ("generator", "generation"). A
generic word (plant, health, image) counts only beside another word of its topic or of one next
to it, or beside a second generic one. A text in which no word is known proposes nothing: that is
*unknown*, not zero.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, Final

import snowballstemmer
from anyascii import anyascii

ENGLISH: Final = "en"
FRENCH: Final = "fr"
SYNONYM: Final = "synonym"
GENERIC: Final = "generic"
OTHER: Final = "other"

# How much one occurrence says, from 0 to 1; a repeated word says less each time.
PHRASE_SAYS: Final = 0.60
WORD_SAYS: Final = 0.45
GENERIC_SAYS: Final = 0.12
REPEATED: Final = 0.4
ASIDE: Final = 0.45
"""What remains of a word that names customers and uses rather than what is made."""

_LONGEST: Final = 6  # words of a phrase
_WORD: Final = re.compile(r"[^\W_]+")
_SENTENCE_END: Final = re.compile(r"[.!?;:\n]\s|\n")
_STEMMERS: Final = {
    ENGLISH: snowballstemmer.stemmer("english"),
    FRENCH: snowballstemmer.stemmer("french"),
}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Endings that inflect a word rather than make another one, after folding.
_INFLECTIONS: Final = {
    ENGLISH: _words("s es e ed d ing ings y ies ied") | {""},
    FRENCH: _words(
        """s e es x ee ees er ent ant ante ants al ale ales aux el elle elles els eux euse euses
        if ive ifs ives ique iques le les ne nes te tes"""
    )
    | {""},
}
FUNCTION_WORDS: Final = {
    ENGLISH: _words(
        """the of and in to for our we with is are that from by on at as an its their which your
        who it this have has be"""
    ),
    FRENCH: _words(
        """le la les des du de et en un une pour nos nous notre dans sur avec est sont par qui aux
        au ce ces que leur leurs votre vos d l"""
    ),
}
# By the language of a sentence: its own words that are also words of the other language, where
# they speak of a topic. "Car" is no vehicle in French, "the" is no tea in English.
_FALSE_FRIENDS: Final = {
    FRENCH: _words(
        """car main sale coin four chat pain bride or sort mine as son mode porc tour selle chair
        fond but mare pile course cave fort pot rail stable rose prune raisin raisins grain cycle
        lin serre serres cube store stores"""
    ),
    ENGLISH: _words(
        """the mode stores store mine mines son prune raisin raisins cave serre cycle cycles bride
        cube cubes case location vis tour couche couches rayon fond pin pins sel caisse pot pots
        sang chai grue lime four fraise moule jus riz porc veau selle paie audit poste pile piles
        patron sage mare lin loup rides ride glace glisse formation"""
    ),
}
_ASIDE: Final = re.compile(
    r"\b(?:customers|clients|clientele|used (?:in|by)|applications? (?:in|for|include)|serving"
    r"|markets? (?:such as|include|served|range)|supplied to|industries (?:such as|include)"
    r"|sold to|(?:wholesale|wholesalers?|importers?|distributors?|resellers?|brokers?) of"
    r"|(?:trad(?:e|es|ing|ers?)|deal(?:s|ers?|ing)?) in"
    r"|we (?:insure|recruit|advise|represent|audit)|advis(?:es|ers?|ing)|agents? for"
    r"|n[ée]go(?:ce|ciants?)(?: international)? (?:de|d[u’']|en)|(?:commerce|vente) (?:de|en) gros"
    r"|grossistes? en|importat(?:eurs?|ion) d[e’']|nous (?:assurons|recrutons|conseillons"
    r"|repr[ée]sentons) les|destin[ée]e?s? (?:à|aux)"
    r"|utilis[ée]e?s? (?:dans|par|pour)|secteurs? d[e’']"
    r"|march[ée]s? d[ue’'])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Term:
    topic: str
    language: str
    text: str
    kind: str = SYNONYM


@dataclass(frozen=True)
class Match:
    """A word or phrase of the text, by its place in it."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Proposal:
    """A topic that a text speaks of, how strongly (0 to 1), and the words that say so."""

    topic: str
    strength: float
    matches: tuple[Match, ...]


@dataclass(frozen=True)
class _Token:
    word: str  # folded
    start: int
    end: int
    joined: bool  # a hyphen stands between it and the next
    languages: frozenset[str]
    aside: bool


Key = tuple[str, ...]
Entry = tuple[str, str, Key]
"""(topic, kind, folded words)"""


@dataclass(frozen=True)
class Vocabulary:
    """Terms by their stems, and which topic is next to which."""

    index: Mapping[str, Mapping[Key, tuple[Entry, ...]]]
    broader: Mapping[str, str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, terms: Iterable[Term], broader: Mapping[str, str | None]) -> "Vocabulary":
        index: dict[str, dict[Key, tuple[Entry, ...]]] = {ENGLISH: {}, FRENCH: {}}
        # Equal words are held once: there are many thousands, in each process of the server.
        once: Any = cache(lambda each: each)
        stemmed: Any = cache(lambda word, language: once(_stemmed(word, language)))
        for term in terms:
            words = once(tuple(map(once, folded_words(term.text))))
            if words and len(words) <= _LONGEST:
                key = once(tuple(stemmed(word, term.language) for word in words))
                found = index[term.language]
                found[key] = (*found.get(key, ()), (term.topic, term.kind, words))
        return cls(index, dict(broader))

    def next_to(self, topic: str) -> set[str]:
        """The broader topic and the narrower ones."""
        below = {key for key, above in self.broader.items() if above == topic}
        above = self.broader.get(topic)
        return below | ({above} if above else set())


def fold_word(word: str) -> str:
    return "".join(_WORD.findall(anyascii(word))).casefold()


def folded_words(text: str) -> Key:
    return tuple(filter(None, (fold_word(word) for word in _WORD.findall(text))))


def _stemmed(word: str, language: str) -> str:
    stemmed: str = _STEMMERS[language].stemWord(word)
    return stemmed


stem: Final = lru_cache(maxsize=65536)(_stemmed)


@lru_cache(maxsize=65536)
def _ending(word: str, language: str) -> str:
    """What makes ``word`` another word than those of its stem; empty for an inflected form."""
    stemmed = stem(word, language)
    same = 0
    while same < min(len(stemmed), len(word)) and stemmed[same] == word[same]:
        same += 1
    rest = word[same:]
    return "" if rest in _INFLECTIONS[language] else rest.rstrip("s")


def same_word(one: str, other: str, language: str) -> bool:
    return one == other or (
        stem(one, language) == stem(other, language)
        and _ending(one, language) == _ending(other, language)
    )


def propose(text: str, vocabulary: Vocabulary) -> list[Proposal]:
    """The topics of ``text``, the strongest first. The strongest has at least 0.6."""
    found: dict[str, list[tuple[Match, str, bool]]] = {}
    for match, entries, aside in _matches(list(_tokens(text)), text, vocabulary):
        for topic, kind in entries:
            found.setdefault(topic, []).append((match, kind, aside))
    kept = {topic: hits for topic, hits in found.items() if _counts(topic, found, vocabulary)}
    raw = {topic: _strength(hits) for topic, hits in kept.items()}
    most = max(raw.values(), default=0.0)
    proposals = [
        Proposal(topic, _scaled(raw[topic], most), tuple(match for match, _, _ in hits))
        for topic, hits in kept.items()
    ]
    return sorted(proposals, key=lambda each: (-each.strength, each.topic))


def _scaled(raw: float, most: float) -> float:
    """A short text says as much as a long one: strengths are taken relative to the strongest."""
    return round(max(0.6, most) * raw / most, 4) if most else 0.0


def _strength(hits: list[tuple[Match, str, bool]]) -> float:
    """1 - ∏ (1 - what each occurrence says)"""
    unsaid, seen = 1.0, {}  # type: float, dict[str, int]
    for match, kind, aside in hits:
        word = match.text.casefold()
        says = PHRASE_SAYS if len(word.split()) > 1 else WORD_SAYS
        says = GENERIC_SAYS if kind == GENERIC else says
        says *= (ASIDE if aside else 1.0) * REPEATED ** seen.get(word, 0)
        seen[word] = seen.get(word, 0) + 1
        unsaid *= 1 - says
    return 1 - unsaid


def _counts(
    topic: str, found: Mapping[str, list[tuple[Match, str, bool]]], vocabulary: Vocabulary
) -> bool:
    if any(kind == SYNONYM for _, kind, _ in found[topic]):
        return True
    near = vocabulary.next_to(topic)
    if any(kind == SYNONYM for other in near for _, kind, _ in found.get(other, ())):
        return True
    return len({match.text.casefold() for match, _, _ in found[topic]}) > 1


def _tokens(text: str) -> Iterator[_Token]:
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    whole = languages_of(text)
    for start, end in pairwise(ends):
        sentence = text[start:end]
        languages = languages_of(sentence)
        if len(languages) > 1:  # its little words do not tell: those of the text may
            languages = whole
        said = _ASIDE.search(sentence)
        aside = said.end() if said else len(sentence)
        words = list(_WORD.finditer(sentence))
        for place, found in enumerate(words):
            after = words[place + 1].start() if place + 1 < len(words) else -1
            joined = after == found.end() + 1 and sentence[found.end()] in "-‐‑–"
            if word := fold_word(found.group()):
                at = start + found.start()
                yield _Token(
                    word, at, start + found.end(), joined, languages, found.start() >= aside
                )


def languages_of(sentence: str) -> frozenset[str]:
    """The language that a sentence is written in; both where its little words do not tell."""
    words = folded_words(sentence)
    english, french = (
        sum(word in FUNCTION_WORDS[language] for word in words) for language in (ENGLISH, FRENCH)
    )
    if english == french:
        return frozenset({ENGLISH, FRENCH})
    return frozenset({ENGLISH if english > french else FRENCH})


def _matches(
    tokens: list[_Token], text: str, vocabulary: Vocabulary
) -> Iterator[tuple[Match, set[tuple[str, str]], bool]]:
    at = 0
    while at < len(tokens):
        length, entries = _longest(tokens, at, vocabulary)
        if entries:
            start, end = tokens[at].start, tokens[at + length - 1].end
            yield Match(text[start:end], start, end), entries, tokens[at].aside
        at += length


def _longest(
    tokens: list[_Token], at: int, vocabulary: Vocabulary
) -> tuple[int, set[tuple[str, str]]]:
    """How many words from ``at`` make the longest phrase that is known, and what it speaks of."""
    for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
        words = tuple(token.word for token in tokens[at : at + length])
        forms = [words]
        if length == 2 and tokens[at].joined:
            forms.append(("".join(words),))
        if entries := _known(forms, tokens[at].languages, vocabulary):
            spoken = {(topic, kind) for topic, kind in entries if kind != OTHER}
            hidden = {topic for topic, kind in entries if kind == OTHER}
            return length, {(topic, kind) for topic, kind in spoken if topic not in hidden}
    return 1, set()


def _known(
    forms: list[Key], languages: frozenset[str], vocabulary: Vocabulary
) -> set[tuple[str, str]]:
    found = set()
    for language in (ENGLISH, FRENCH):
        written = FRENCH if languages == {FRENCH} else ENGLISH if languages == {ENGLISH} else ""
        for words in forms:
            foreign = bool(written) and written != language and len(words) == 1
            if foreign and words[0] in _FALSE_FRIENDS[written]:
                continue
            key = tuple(stem(word, language) for word in words)
            entries = vocabulary.index[language].get(key, ())
            near = [
                (topic, kind, _singular(own) == _singular(words))
                for topic, kind, own in entries
                if all(map(same_word, words, own, (language,) * len(words)))
            ]
            exact = foreign or any(is_exact for _, _, is_exact in near)
            found |= {(topic, kind) for topic, kind, is_exact in near if is_exact or not exact}
    return found


def _singular(words: Key) -> Key:
    """A word that is written exactly so counts before others of its stem: silicon, silicone. Of
    the other language none else does: English *lines* are no flax (*lin*)."""
    return tuple(word.rstrip("s") for word in words)
