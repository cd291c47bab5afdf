"""In which characters and with which sign between the cells a text file was written."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

HEAD: Final = 64 * 1024  # bytes that are looked at

# What a person may choose, the frequent ones of the countries that investors come from.
ENCODINGS: Final[tuple[tuple[str, Any], ...]] = (
    ("utf-8-sig", "UTF-8"),
    ("utf-16", "UTF-16"),
    ("utf-16-le", _("UTF-16, little end first")),
    ("utf-16-be", _("UTF-16, big end first")),
    ("cp1252", _("Windows-1252 (Western Europe)")),
    ("iso8859-15", _("ISO 8859-15 (Western Europe)")),
    ("mac-roman", _("Mac Roman")),
    ("cp1250", _("Windows-1250 (Central Europe)")),
    ("cp1251", _("Windows-1251 (Cyrillic)")),
    ("cp1253", _("Windows-1253 (Greek)")),
    ("cp1254", _("Windows-1254 (Turkish)")),
    ("cp1255", _("Windows-1255 (Hebrew)")),
    ("cp1256", _("Windows-1256 (Arabic)")),
    ("cp932", _("Shift-JIS (Japanese)")),
    ("euc_jp", _("EUC-JP (Japanese)")),
    ("gb18030", _("GB 18030 (Chinese)")),
    ("big5", _("Big5 (Chinese, traditional)")),
    ("cp949", _("EUC-KR (Korean)")),
)
DELIMITERS: Final[tuple[tuple[str, Any], ...]] = (
    (",", _("Comma ,")),
    (";", _("Semicolon ;")),
    ("\t", _("Tabulator")),
    ("|", _("Bar |")),
)
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_RUN: Final = re.compile(rb"[\x80-\xff]+")
# The letters of Western languages, and signs that Windows writes, above ASCII.
_WESTERN: Final = frozenset(
    "àâäáãåæçéèêëíìîïñóòôöõøœßúùûüýÿÀÂÄÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØŒÚÙÛÜÝŸ€£¥§°²³«»‘’“”–—…™®©·½\u00a0"
)


def encoding_of(head: bytes) -> str:
    """The likeliest encoding of a text that begins with ``head``; one of ``ENCODINGS``."""
    for mark, codec in _BOMS:
        if head.startswith(mark):
            return codec
    if unmarked := _wide(head):
        return unmarked
    if _reads(head, "utf-8"):
        return "utf-8-sig"
    return _guessed(head)


def _wide(head: bytes) -> str:
    """UTF-16 without its mark: every other byte of Latin text, and of every sign, is NUL."""
    pairs = len(head) // 2
    if pairs < 4:
        return ""
    if head[1::2].count(0) > pairs * 0.3 and not head[0::2].count(0):
        return "utf-16-le"
    if head[0::2].count(0) > pairs * 0.3 and not head[1::2].count(0):
        return "utf-16-be"
    return ""


def _reads(head: bytes, codec: str) -> bool:
    """Whether ``head`` is text in ``codec``; it may break off within a character."""
    try:
        codecs.getincrementaldecoder(codec)().decode(head, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _guessed(head: bytes) -> str:
    """Of the codecs that can read it, the one in which the most letters are usual ones.

    Letters of Western languages stand alone between ASCII; those of other alphabets in words.
    """
    runs = _RUN.findall(head)
    high = sum(map(len, runs))
    words = sum(len(run) for run in runs if len(run) >= 3) / max(1, high)
    scores = {"cp1252": (1 - words) * _share(head, "cp1252", _WESTERN.__contains__)}
    for codec, is_usual in _IN_WORDS.items():
        scores[codec] = words * _share(head, codec, is_usual)
    for codec, is_usual in _MULTIBYTE.items():
        scores[codec] = _share(head, codec, is_usual)
    return max(scores, key=lambda codec: scores[codec])


def _share(head: bytes, codec: str, is_usual: Callable[[str], bool]) -> float:
    """How many of the letters above ASCII are usual in what ``codec`` writes; 0 if it fails."""
    try:
        text = codecs.getincrementaldecoder(codec)().decode(head, final=False)
    except UnicodeDecodeError:
        return 0.0
    letters = [character for character in text if character > "\x7f"]
    is_japanese = codec not in _JAPANESE or any("ぁ" <= letter <= "ヺ" for letter in letters)
    usual = sum(map(is_usual, letters)) / max(1, len(letters))
    return usual if is_japanese else usual / 2


def _first_level(codec: str, first: int, last: int) -> Callable[[str], bool]:
    """The frequent characters of an East Asian set stand in its first rows."""

    def is_usual(character: str) -> bool:
        code = character.encode(codec, errors="ignore")
        return len(code) == 2 and first <= code[0] <= last

    return is_usual


# The ten most frequent letters of each language, in both cases.
_IN_WORDS: Final = {
    "cp1251": frozenset("оеаинтсрвлОЕАИНТСРВЛ").__contains__,
    "cp1253": frozenset("αοιετσνηρςάίόέΑΟΙΕΤΣΝΗΡ").__contains__,
    "cp1255": frozenset("יוהלאמתרבש").__contains__,
    "cp1256": frozenset("اليمنرتوبد").__contains__,
}
# Hangul (before Chinese, which reads it, too); the first levels of JIS X 0208, GB 2312, Big5.
_MULTIBYTE: Final = {
    "cp949": lambda character: "가" <= character <= "힣",
    "cp932": _first_level("cp932", 0x81, 0x97),
    "euc_jp": _first_level("euc_jp", 0xA1, 0xCF),
    "gb18030": _first_level("gb18030", 0xB0, 0xD7),
    "big5": _first_level("big5", 0xA4, 0xC6),
}
_JAPANESE: Final = frozenset({"cp932", "euc_jp"})  # nobody writes it without kana


def delimiter_of(text: str) -> str:
    """The sign that cuts the most lines into the same number of cells, at least two."""
    scored = {sign: _evenness(text, sign) for sign, _label in DELIMITERS}
    best = max(scored, key=lambda sign: scored[sign])
    return best if scored[best] > 0 else ","


def _evenness(text: str, sign: str) -> float:
    widths = [len(row) for row in _rows(text, sign) if any(row)]
    cut = Counter(width for width in widths if width > 1)  # a title above is one cell
    if not cut:
        return 0.0
    width, times = cut.most_common(1)[0]
    return times / len(widths) + min(width, 40) / 100


def _rows(text: str, sign: str) -> Iterable[list[str]]:
    lines = text.splitlines(keepends=True)[:100]
    is_cut_off = len(text) > HEAD // 4 and len(lines) > 1
    reader = csv.reader(lines[:-1] if is_cut_off else lines, delimiter=sign)
    try:
        yield from reader
    except csv.Error:
        return
