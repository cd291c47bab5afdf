"""What people write into cells, read as values: the widgets of django-import-export, made patient.

Each ``clean(cell, chosen=…)`` returns a value or raises :class:`UnreadableError` with the reason.
A cell is what JSON holds: text, a number, a truth value; nothing is ever evaluated. ``chosen`` is
how the column is read where its values can mean two things (``dmy``, ``mdy``; ``comma``,
``point``); :meth:`readings` names those, :meth:`speaks_for` tells which of them a cell shows.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries
from import_export import widgets

from ifa_crm.imports.words import CURRENCIES, MONTHS, MULTIPLES, NO, YES, country_words, key_of
from ifa_crm.shared.dates import FIRST_YEAR, LAST_YEAR

Reading = tuple[str, Any]  # its key, and its label
NAMED: Final = 8  # as many of a list are named in a refusal


class UnreadableError(ValueError):
    """Why a cell cannot be read, in a sentence."""


class TwoMeaningsError(UnreadableError):
    """The cell can be read in two ways and the column does not say in which."""


def shown(cell: Any) -> str:
    """A cell as it is quoted in a sentence: not at its full length."""
    text = " ".join(str(cell).split())
    return f"{text[:60]}…" if len(text) > 60 else text


def is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


class Value(widgets.Widget):
    """Reads the cells of a column."""

    readings: tuple[Reading, ...] = ()

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> Any:
        raise NotImplementedError

    def offered(self) -> list[str]:
        """What can be written, where that is a list."""
        return []

    def speaks_for(self, cell: Any) -> str:
        """The one reading that is possible for ``cell``, where there is just one."""
        return ""


class Text(Value, widgets.CharWidget):
    """Words on one line, or on several."""

    def __init__(self, *, most: int = 0, lines: bool = False) -> None:
        super().__init__()
        self.most, self.lines = most, lines

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        text = widgets.CharWidget.clean(self, _without_zero(value))
        text = text.strip() if self.lines else " ".join(text.split())
        if self.most and len(text) > self.most:
            raise UnreadableError(
                _("It has %(n)d characters; at most %(most)d are kept. Shorten it.")
                % {"n": len(text), "most": self.most}
            )
        return text


def _without_zero(value: Any) -> Any:
    """A number that a spreadsheet keeps as 75001.0 is written 75001."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Email(Text):
    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        text = super().clean(value).strip("<>;,. ").removeprefix("mailto:")
        try:
            validate_email(text)
        except ValidationError as error:
            raise UnreadableError(
                _("“%(cell)s” is not an e-mail address.") % {"cell": shown(value)}
            ) from error
        return text


class Phone(Text):
    """A number as it is written; one that lost its + to the spreadsheet keeps its digits."""

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        text = super().clean(value)
        if sum(character.isdigit() for character in text) < 4:
            raise UnreadableError(_("“%(cell)s” is not a phone number.") % {"cell": shown(value)})
        return text


class Website(Text):
    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        text = super().clean(value)
        if " " in text or "." not in text.strip("."):
            raise UnreadableError(_("“%(cell)s” is not a web address.") % {"cell": shown(value)})
        return text


class Squeezed(Text):
    """An identifier, pasted as it is printed, in groups."""

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        return "".join(super().clean(value).split()).upper()


class Flag(Value, widgets.BooleanWidget):
    """Yes or no."""

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> bool:
        key = key_of(str(value))
        if key in YES or key in NO:
            return key in YES
        raise UnreadableError(_("“%(cell)s” is neither yes nor no.") % {"cell": shown(value)})


class Choice(Value):
    """One of a list, by its key or by its label in either language."""

    def __init__(self, words: Callable[[], Mapping[str, Any]], *, what: Any = "") -> None:
        super().__init__()
        self._words, self.what = words, what

    @cached_property
    def by_key(self) -> Mapping[str, Any]:
        return self._words()

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> Any:
        key = key_of(str(_without_zero(value)))
        if key in self.by_key:
            return self.by_key[key]
        raise UnreadableError(
            _("“%(cell)s” is not known here. Write one of: %(known)s.")
            % {"cell": shown(value), "known": self._known()}
        )

    def _known(self) -> str:
        labels = self.offered()
        return ", ".join(labels[:NAMED]) + (", …" if len(labels) > NAMED else "")

    def offered(self) -> list[str]:
        """What can be written, each once."""
        return list(dict.fromkeys(str(label) for label in self.labels()))

    def labels(self) -> Iterable[Any]:
        return [getattr(value, "label", value) for value in self.by_key.values()]


class Country(Choice):
    """A country by its name in many languages or by its code; what is mistyped is asked about."""

    def __init__(self) -> None:
        super().__init__(country_words)

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        code = self.by_key.get(key_of(str(value)))
        if code is not None:
            return str(code)
        near = _nearest_country(key_of(str(value)))
        if near:
            told = _("“%(cell)s” is not a country. Is it %(country)s?")
            raise UnreadableError(told % {"cell": shown(value), "country": dict(countries)[near]})
        told = _("“%(cell)s” is not a country. Write its name, or its code such as JP.")
        raise UnreadableError(told % {"cell": shown(value)})

    def offered(self) -> list[str]:
        return [str(name) for _code, name in countries]


@lru_cache(maxsize=1000)  # a file repeats its errors, and thousands of names are compared
def _nearest_country(key: str) -> str:
    found = get_close_matches(key, country_words(), 1, 0.8) if len(key) > 3 else []
    return country_words()[found[0]] if found else ""


class Named(Choice):
    """A record of a short list, found by any of its names; two of one name are refused."""

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> Any:
        found = super().clean(value)
        if isinstance(found, list):
            if len(found) > 1:
                raise UnreadableError(
                    _("“%(cell)s” names several. Write the e-mail address or the reference.")
                    % {"cell": shown(value)}
                )
            return found[0]
        return found

    def labels(self) -> Iterable[Any]:
        for value in self.by_key.values():
            yield value[0] if isinstance(value, list) else value


class Several(Value):
    """Any number of records, one beside the other: ``;``, ``|``, a new line or a comma between."""

    def __init__(self, one: Choice) -> None:
        super().__init__()
        self.one = one

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> list[Any]:
        found: list[Any] = []
        for part in re.split(r"[;|\n]", str(value)):
            if part.strip():
                found += self._part(part)
        return list(dict.fromkeys(found))

    def offered(self) -> list[str]:
        return self.one.offered()

    def _part(self, part: str) -> list[Any]:
        """One name, which may have a comma in it, or several with commas between."""
        if "," not in part or key_of(part) in self.one.by_key:
            return [self.one.clean(part)]
        return [self.one.clean(each) for each in part.split(",") if each.strip()]


# --- Days ----------------------------------------------------------------------------------

DMY: Final = "dmy"
MDY: Final = "mdy"
_YEAR_FIRST: Final = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_NUMBERS: Final = re.compile(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d\d)$")
_WORD_INSIDE: Final = re.compile(
    r"^(\d{1,2})(?:er|st|nd|rd|th)?[-/. ]+([^\W\d]+)\.?,?[-/. ]+(\d{4})$"
)
_WORD_FIRST: Final = re.compile(r"^([^\W\d]+)\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})$")
_CLOCK: Final = re.compile(
    r"[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)? ?(Z|[+-]\d{2}:?\d{2})?$"
)
_SERIAL: Final = dt.date(1899, 12, 30)


class Day(Value, widgets.DateWidget):
    """A day in any of the usual ways; 03/04/2026 only where the column says what stands first."""

    readings = (
        (DMY, gettext_lazy("Day first: 31/12/2026")),
        (MDY, gettext_lazy("Month first: 12/31/2026")),
    )

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> Any:
        try:
            day = _day(value, chosen)
        except (ValueError, OverflowError) as error:
            if isinstance(error, UnreadableError):
                raise
            raise UnreadableError(
                _("“%(cell)s” is not a date. Write it as 2026-12-31.") % {"cell": shown(value)}
            ) from error
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise UnreadableError(
                _("The year of “%(cell)s” must be between %(first)s and %(last)s.")
                % {"cell": shown(value), "first": FIRST_YEAR, "last": LAST_YEAR}
            )
        return day

    def speaks_for(self, cell: Any) -> str:
        found = _NUMBERS.match(_CLOCK.sub("", str(cell).strip()))
        if found is None:
            return ""
        first, second = int(found[1]), int(found[2])
        if first > 12 >= second:
            return DMY
        return MDY if second > 12 >= first else ""


def _day(value: Any, chosen: str) -> dt.date:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 10_000 <= value <= 110_000:  # 1927 to 2201: a spreadsheet's count of days
            raise ValueError(value)
        return _SERIAL + dt.timedelta(days=int(value))
    text = _CLOCK.sub("", str(value).strip()).strip()
    if found := _YEAR_FIRST.match(text):
        return dt.date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.match(text):
        return _by_order(int(found[1]), int(found[2]), _year(found[3]), chosen, text)
    if found := _WORD_INSIDE.match(text):
        return dt.date(int(found[3]), MONTHS[key_of(found[2])], int(found[1]))
    if found := _WORD_FIRST.match(text):
        return dt.date(int(found[3]), MONTHS[key_of(found[1])], int(found[2]))
    raise ValueError(value)


def _year(written: str) -> int:
    """26 is 2026: a lead of the last century is on nobody's list."""
    return int(written) + (2000 if len(written) == 2 else 0)


def _by_order(first: int, second: int, year: int, chosen: str, text: str) -> dt.date:
    if first > 12 or first == second:
        return dt.date(year, second, first)
    if second > 12:
        return dt.date(year, first, second)
    if not chosen:
        raise TwoMeaningsError(
            _("“%(cell)s” can be two days: say for the column what stands first.")
            % {"cell": shown(text)}
        )
    return dt.date(year, second, first) if chosen == DMY else dt.date(year, first, second)


class Moment(Day):
    """A day with its time; without one, noon: in no zone does that become another day."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self.zone = zone

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> dt.datetime:
        day = super().clean(value, chosen=chosen)
        found = _CLOCK.search(str(value).strip())
        if found is None:
            return dt.datetime.combine(day, dt.time(12), self.zone)
        try:
            clock = dt.time(int(found[1]), int(found[2]), int(found[3] or 0))
        except ValueError as error:
            raise UnreadableError(
                _("“%(cell)s” has no such time of day.") % {"cell": shown(value)}
            ) from error
        if found[4]:
            offset = "+00:00" if found[4] == "Z" else found[4]
            return dt.datetime.fromisoformat(f"{day.isoformat()}T{clock.isoformat()}{offset}")
        return dt.datetime.combine(day, clock, self.zone)


# --- Numbers and amounts -------------------------------------------------------------------

COMMA: Final = "comma"
POINT: Final = "point"
_GROUPS: Final = re.compile(r"[\s'’_\u00a0\u202f\u2009]")
_NUMBER: Final = re.compile(r"[-+]?\d[\d.,\s'’_\u00a0\u202f\u2009]*(?<![\s.,'’_])|[-+]?\d")
_ABOUT: Final = re.compile(  # the sum is kept; that it is rounded, every first one is
    r"\b(?:about|approx|approximately|around|circa|ca|env|environ|etwa|rund|约|約)\b\.?|[~≈]", re.I
)
_ONE_SIGN: Final = re.compile(r"^[-+]?[1-9]\d{0,2}([.,])\d{3}$")


def decimal_of(text: str, chosen: str = "") -> Decimal:
    """A number with points, commas or spaces in it; 1.500 only if ``chosen`` says what it is."""
    text = _GROUPS.sub("", text)
    points, commas = text.count("."), text.count(",")
    if points and commas:
        last = "." if text.rindex(".") > text.rindex(",") else ","
        other = "," if last == "." else "."
        if text.count(last) > 1:
            raise InvalidOperation
        return Decimal(text.replace(other, "").replace(last, "."))
    if points > 1 or commas > 1:
        return Decimal(_in_threes(text))
    if found := _ONE_SIGN.match(text):
        if not chosen:
            raise TwoMeaningsError(
                _("“%(cell)s” can be two numbers: say for the column what stands before cents.")
                % {"cell": text}
            )
        is_decimal = (found[1] == ",") == (chosen == COMMA)
        return Decimal(text.replace(",", ".") if is_decimal else re.sub("[.,]", "", text))
    return Decimal(text.replace(",", "."))


def _in_threes(text: str) -> str:
    head, *groups = re.split("[.,]", text)
    if not 1 <= len(head.lstrip("+-")) <= 3 or any(len(group) != 3 for group in groups):
        raise InvalidOperation
    return head + "".join(groups)


class Number(Value, widgets.DecimalWidget):
    readings = (
        (COMMA, gettext_lazy("Comma before cents: 1.500,00")),
        (POINT, gettext_lazy("Point before cents: 1,500.00")),
    )

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Decimal(str(value))
        try:
            return decimal_of(str(value).strip(), chosen)
        except InvalidOperation as error:
            raise UnreadableError(
                _("“%(cell)s” is not a number.") % {"cell": shown(value)}
            ) from error

    def speaks_for(self, cell: Any) -> str:
        """1.234,5 shows what the comma is for, 12.5 what the point is for."""
        found = _NUMBER.search(cell) if isinstance(cell, str) else None
        if found is None:
            return ""
        text = _GROUPS.sub("", found.group())
        signs = [character for character in text if character in ".,"]
        if not signs or _ONE_SIGN.match(text) or (len(signs) > 1 and len(set(signs)) == 1):
            return ""
        return COMMA if signs[-1] == "," else POINT


class Count(Number, widgets.IntegerWidget):
    """A whole number."""

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> Any:
        number = Number.clean(self, value, chosen=chosen)
        if not 0 <= number < 2**31 or number != number.to_integral_value():
            raise UnreadableError(
                _("“%(cell)s” is not a whole number from 0.") % {"cell": shown(value)}
            )
        return int(number)


class Sum(NamedTuple):
    """What a cell says of an amount: a number with or without a currency, or an answer."""

    number: Any = None
    currency: str = ""
    answer: Any = None


class Amount(Number):
    """``1,5 M€``, ``US$ 2 million``, ``3億円``; or that they do not know, or will not say.

    ``answers`` finds the answers by their words in either language; ``whole``: jobs, not money.
    """

    def __init__(self, answers: Choice, *, whole: bool = False) -> None:
        super().__init__()
        self.answers, self.whole = answers, whole

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> Sum:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._checked(Decimal(str(value)), "", value)
        text = str(value).strip()
        answer = self.answers.by_key.get(key_of(text))
        if answer is not None:
            return Sum(answer=answer)
        found = _NUMBER.search(text)
        if found is None or _NUMBER.search(text, found.end()):
            raise self._unreadable(value)
        number, around = found.group(), f"{text[: found.start()]} {text[found.end() :]}"
        around = _ABOUT.sub(" ", around)
        multiple, currency = self._around(around, value)
        # 1,500 M is never one and a half thousand million: with a multiple the sign is decimal.
        how = chosen or ((COMMA if "," in number else POINT) if multiple > 1 else "")
        try:
            amount = decimal_of(number, how) * multiple
        except InvalidOperation as error:
            raise self._unreadable(value) from error
        return self._checked(amount, currency, value)

    def _around(self, around: str, value: Any) -> tuple[int, str]:
        """The multiple and the currency that stand beside the number."""
        multiple, currency = 1, ""
        for word in re.findall(r"[^\W\d_]+\$?|[^\w\s]", around.strip()):
            rest = word
            while rest:
                size = next((n for n in range(len(rest), 0, -1) if _means(rest[:n])), 0)
                if not size:
                    raise self._unreadable(value)
                part, rest = rest[:size].casefold(), rest[size:]
                if part in CURRENCIES:
                    currency = CURRENCIES[part]
                else:
                    multiple *= MULTIPLES.get(part, 1)
        return multiple, currency

    def _checked(self, number: Decimal, currency: str, value: Any) -> Sum:
        if number < 0:
            raise UnreadableError(_("“%(cell)s” is below zero.") % {"cell": shown(value)})
        if self.whole:
            if number >= 2**31 or number != number.to_integral_value():
                raise UnreadableError(
                    _("“%(cell)s” is not a whole number from 0.") % {"cell": shown(value)}
                )
            return Sum(number=int(number))
        if number >= Decimal(10) ** 12:
            raise UnreadableError(_("“%(cell)s” is too large.") % {"cell": shown(value)})
        return Sum(number=number.quantize(Decimal("0.01")), currency=currency)

    def _unreadable(self, value: Any) -> UnreadableError:
        if self.whole:
            return UnreadableError(
                _("“%(cell)s” is not a number. Write for instance 25.") % {"cell": shown(value)}
            )
        return UnreadableError(
            _("“%(cell)s” is not an amount. Write for instance 1500000 EUR or 1.5 M€.")
            % {"cell": shown(value)}
        )


def _means(part: str) -> bool:
    part = part.casefold()
    return part in CURRENCIES or part in MULTIPLES


class Currency(Value):
    """An ISO 4217 code or a sign."""

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> str:
        text = str(value).strip().casefold()
        code = CURRENCIES.get(text, text.upper())
        if not re.fullmatch("[A-Z]{3}", code):
            raise UnreadableError(
                _("“%(cell)s” is not a currency. Write its code, such as EUR.")
                % {"cell": shown(value)}
            )
        return code
