"""Readers of numbers and sums of money."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export import widgets

from ifa_crm.imports.values.base import TwoMeaningsError, UnreadableError, Value, shown
from ifa_crm.imports.values.listed import Choice
from ifa_crm.imports.words import CURRENCIES, MULTIPLES, key_of

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
