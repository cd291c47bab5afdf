"""Reads an e-mail that somebody pastes or uploads: from whom, when, about what, and its text.

Pure, no database. ``read_message`` takes the bytes of an .eml file, ``read_text`` what was copied
from a mail program: headers, or the block that Outlook and Gmail put before a message they
forward or quote, in English or French. Whatever cannot be made out stays empty: a person looks
through it before anything is saved.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any, Final

LONGEST: Final = 50_000  # characters of text that are read
_PARTS: Final = 500  # parts of a message that are looked at


@dataclass(frozen=True)
class Enclosed:
    """A file that came with it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class ReadMail:
    """What was made out. ``sent_at`` is aware, or naive where the text names no zone."""

    sender_name: str = ""
    sender_email: str = ""
    sent_at: dt.datetime | None = None
    subject: str = ""
    text: str = ""
    files: tuple[Enclosed, ...] = field(default=(), repr=False)


# --- An .eml file -------------------------------------------------------------------------------


def read_message(raw: bytes) -> ReadMail:
    """The bytes of a message by RFC 5322; broken headers and unknown encodings do no harm."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  # what the policy makes
    name, address = _address(_header(message, "from"))
    return ReadMail(
        sender_name=name,
        sender_email=address,
        sent_at=_date(_header(message, "date")),
        subject=_line(_header(message, "subject")),
        text=_tidy(_body(message))[:LONGEST],
        files=tuple(_files(message)),
    )


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name, ""))
    except (ValueError, IndexError, TypeError, AttributeError):  # the parser gives up on some
        found = dict(message.raw_items()).get(name.title(), "")
        return str(found)


def _address(text: str) -> tuple[str, str]:
    name, address = parseaddr(text)
    return _line(name)[:120], _line(address) if "@" in address else ""


def _date(text: str) -> dt.datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    for count, part in enumerate(message.walk()):
        if count >= _PARTS:
            return
        if isinstance(part, EmailMessage) and not part.is_multipart():
            yield part


def _body(message: EmailMessage) -> str:
    """The plain text; of a mail that has only HTML, its words."""
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for part in _parts(message):
        kind = part.get_content_type()
        if kind in texts and part.get_content_disposition() != "attachment":
            texts[kind].append(_decoded(part))
    plain = "\n\n".join(text for text in texts["text/plain"] if text.strip())
    return plain or "\n\n".join(plain_of(text) for text in texts["text/html"])


def _decoded(part: EmailMessage) -> str:
    raw = part.get_payload(decode=True)
    content = raw if isinstance(raw, bytes) else b""
    charset = part.get_content_charset("utf-8")
    for encoding in (charset, "utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("latin-1")


def _files(message: EmailMessage) -> Iterator[Enclosed]:
    for part in _parts(message):
        name = _file_name(part)
        if name and part.get_content_disposition() in {"attachment", "inline"}:
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and content:
                yield Enclosed(name, content)


def _file_name(part: EmailMessage) -> str:
    try:
        return _line(part.get_filename() or "")[-150:]
    except (ValueError, TypeError, LookupError):
        return ""


# --- Pasted text --------------------------------------------------------------------------------

_NAMES: Final = {
    "from": ("from", "de", "expéditeur"),
    "date": ("sent", "date", "envoyé", "envoyé le"),
    "subject": ("subject", "objet", "sujet"),
    "to": ("to", "à", "cc", "bcc", "cci", "reply-to", "répondre à", "importance", "attachments"),
}
_FIELD: Final = {name: key for key, names in _NAMES.items() for name in names}
_HEADER: Final = re.compile(r"^[\s>*_]*([\w\- ]{2,14}?)[*_]*\s?:[*_]*\s+(.*?)[*_\s]*$")
# "On Mon, 9 Nov 2026 at 10:12, Aya Mori <aya@x.example> wrote:", and the same in French.
_WROTE: Final = re.compile(
    r"^[ \t>]*(?:On|Le)\s+(?P<before>[^<>]{6,160}?)\s*"
    r"<(?P<mail>[^<>\s@]+@[^<>\s]+)>\s*(?:wrote|a écrit)\s*:\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_LOOKED_AT: Final = 40  # lines in which a block of headers may begin


def read_text(text: str) -> ReadMail:
    """What was pasted: a raw message, or text with a block of headers, or text alone."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")[: 4 * LONGEST]
    if re.match(r"(?i)(return-path|received|delivered-to|mime-version|message-id):", text):
        return read_message(text.encode("utf-8", "replace"))
    lines = text.split("\n")
    for start, line in enumerate(lines[:_LOOKED_AT]):
        if _field_of(line) is not None:
            found = _from_block(lines, start)
            if found is not None:
                return found
    return _from_quote(text) or ReadMail(text=_tidy(text)[:LONGEST])


def _field_of(line: str) -> tuple[str, str] | None:
    match = _HEADER.match(line)
    key = _FIELD.get(match[1].strip().lower()) if match else None
    return (key, match[2]) if match and key else None


def _from_block(lines: list[str], start: int) -> ReadMail | None:
    """The block that begins there, if it says from whom; the text is what follows it."""
    given: dict[str, str] = {}
    end = start
    for end in range(start, min(start + 12, len(lines))):  # read after the loop
        found = _field_of(lines[end])
        if found is None:
            if not lines[end].strip() or given.keys() >= {"from", "subject"}:
                break
            continue  # a folded line of recipients
        given.setdefault(*found)
    if "from" not in given or len(given) < 2:
        return None
    name, address = sender_of(given["from"])
    return ReadMail(
        sender_name=name,
        sender_email=address,
        sent_at=date_in(given.get("date", "")),
        subject=_line(given.get("subject", "")),
        text=_tidy("\n".join(lines[end:]))[:LONGEST],
    )


def _from_quote(text: str) -> ReadMail | None:
    """A message that somebody quotes under *… wrote:*; the quote marks are taken off."""
    match = _WROTE.search(text[: 2 * LONGEST])
    if match is None:
        return None
    before = match["before"]
    time = _TIME.search(before)
    end = time.end() if time else 0
    quoted = re.sub(r"(?m)^[ \t]*>+ ?", "", text[match.end() :])
    return ReadMail(
        sender_name=_line(before[end:]).strip("\"', ")[:120],
        sender_email=match["mail"],
        sent_at=date_in(before[:end]),
        text=_tidy(quoted)[:LONGEST],
    )


def sender_of(text: str) -> tuple[str, str]:
    """*Aya Mori <aya@x.example>*, also as Outlook writes it: *Aya Mori [mailto:aya@x.example]*."""
    match = re.search(r"[\w.+'%-]+@[\w-]+(?:\.[\w-]+)+", text[:1000])
    address = match[0] if match else ""
    name = re.split(r"[<\[(]", text[:1000], maxsplit=1)[0]
    name = _line(name).strip("\"'; ")
    return ("" if name == address else name[:120]), address


_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv", "february feb février fevrier févr fevr",
            "march mar mars", "april apr avril avr", "may mai", "june jun juin",
            "july jul juillet juil", "august aug août aout", "september sep sept septembre",
            "october oct octobre", "november nov novembre", "december dec décembre decembre déc",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_TIME: Final = re.compile(
    r"\b(\d{1,2})\s?[:h]\s?(\d{2})(?::\d{2})?[\s\u202f\u00a0]*([ap]\.?m\.?)?", re.IGNORECASE
)
_OFFSET: Final = re.compile(r"(?:GMT|UTC)?\s?([+-])(\d{2}):?(\d{2})\b")


def date_in(text: str) -> dt.datetime | None:
    """A date as mail programs write it, in English or French; naive unless a zone stands there.

    Days come first (*9/11/2026*) unless that is no date: then the month does.
    """
    text = text.strip()[:120]
    exact = _date(text)
    if exact is not None and (exact.tzinfo is not None or not _OFFSET.search(text)):
        return exact
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        pass
    day = _day_in(text)
    if day is None:
        return None
    moment = dt.datetime.combine(day, _time_in(text))
    offset = _OFFSET.search(text)
    if offset is None:
        return moment
    away = dt.timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    sign = 1 if offset[1] == "+" else -1
    return (
        moment.replace(tzinfo=dt.timezone(sign * away)) if away < dt.timedelta(hours=24) else None
    )


def _day_in(text: str) -> dt.date | None:
    words = text.lower()
    named = [word for word in re.findall(r"[^\W\d_]+", words) if word in _MONTHS]
    year = re.search(r"\b(?:19|20)\d{2}\b", words)
    if named and year:
        rest = words.replace(year[0], " ", 1)
        days = re.findall(r"(?<![\d:h])(\d{1,2})(?:st|nd|rd|th|er)?(?![\d:h])", rest)
        return _as_date([(year[0], _MONTHS[named[0]], day) for day in days[:1]])
    numbers = re.search(r"\b(\d{1,4})[/.-](\d{1,2})[/.-](\d{2,4})\b", words)
    if numbers is None:
        return None
    one, two, three = numbers.groups()
    if len(one) == 4:
        return _as_date([(one, two, three)])
    full = three if len(three) == 4 else f"20{three}"
    return _as_date([(full, two, one), (full, one, two)])


def _as_date(parts: Iterable[tuple[Any, Any, Any]]) -> dt.date | None:
    for year, month, day in parts:
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def _time_in(text: str) -> dt.time:
    found = _TIME.search(text)
    if found is None:
        return dt.time()
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return dt.time(hour, minute) if hour < 24 and minute < 60 else dt.time()


# --- Text ---------------------------------------------------------------------------------------

_BREAKS: Final = frozenset(
    [
        "p",
        "div",
        "br",
        "tr",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "table",
        "ul",
        "ol",
        "hr",
    ]
)
_UNSEEN: Final = frozenset({"style", "script", "head", "title", "template"})


class _Words(HTMLParser):
    """The words of a page, with a break where a block begins or ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag in _BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in _BREAKS - {"br", "hr"}:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.words.append(re.sub(r"\s+", " ", data))


def plain_of(html: str) -> str:
    """The words of an HTML text; no tag and no script is left of it."""
    reader = _Words()
    reader.feed(html[: 20 * LONGEST])
    reader.close()
    return "".join(reader.words)


def _tidy(text: str) -> str:
    """Without characters that no database keeps, spaces at ends of lines, and empty stretches."""
    text = text.replace("\r\n", "\n").replace("\0", "")
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def in_zone(mail: ReadMail, zone: dt.tzinfo) -> ReadMail:
    """``sent_at`` aware: a time without a zone is by the clock of the reader."""
    if mail.sent_at is None or mail.sent_at.tzinfo is not None:
        return mail
    return replace(mail, sent_at=mail.sent_at.replace(tzinfo=zone))
