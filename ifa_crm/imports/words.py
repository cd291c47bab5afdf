"""The words that cells are read by: months, currencies, countries, labels in both languages."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final

from babel import Locale
from django.utils.translation import override
from django_countries import countries

from ifa_crm.shared.fold import squeeze
from ifa_crm.staff.models import User


def key_of(text: str) -> str:
    """A text by which it is found: without accents, case, script, spaces and punctuation."""
    return "".join(squeeze(text).split()) or text.strip()


YES: Final = frozenset({"yes", "y", "oui", "o", "true", "vrai", "1", "x", "ja", "si"})
NO: Final = frozenset({"no", "n", "non", "false", "faux", "0", "nein"})

# As people write them, in small letters; code, sign and name.
CURRENCIES: Final[dict[str, str]] = {
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "$": "USD",
    "us$": "USD",
    "usd$": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "£": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "livres": "GBP",
    "¥": "JPY",
    "yen": "JPY",
    "yens": "JPY",
    "円": "JPY",
    "元": "CNY",
    "rmb": "CNY",
    "yuan": "CNY",
    "yuans": "CNY",
    "₹": "INR",
    "rs": "INR",
    "rupees": "INR",
    "roupies": "INR",
    "₩": "KRW",
    "won": "KRW",
    "wons": "KRW",
    "원": "KRW",
    "fr": "CHF",
    "sfr": "CHF",
    "francs": "CHF",
    "c$": "CAD",
    "a$": "AUD",
    "r$": "BRL",
    "₺": "TRY",
    "₪": "ILS",
    "zł": "PLN",
    "kč": "CZK",
    "руб": "RUB",
    "₽": "RUB",
    "nt$": "TWD",
    "hk$": "HKD",
    **{
        code.casefold(): code
        for code in (
            *("EUR", "USD", "JPY", "GBP", "CHF", "CNY", "INR", "KRW", "AED", "AUD", "BRL", "CAD"),
            *("CZK", "DKK", "HKD", "HUF", "ILS", "MXN", "NOK", "NZD", "PLN", "RON", "RUB", "SAR"),
            *("SEK", "SGD", "TRY", "TWD", "ZAR"),
        )
    },
}
MULTIPLES: Final[dict[str, int]] = {
    "k": 10**3,
    "thousand": 10**3,
    "mille": 10**3,
    "тыс": 10**3,
    "千": 10**3,
    "万": 10**4,
    "萬": 10**4,
    "만": 10**4,
    "m": 10**6,
    "mn": 10**6,
    "mio": 10**6,
    "million": 10**6,
    "millions": 10**6,
    "млн": 10**6,
    "百万": 10**6,
    "億": 10**8,
    "亿": 10**8,
    "억": 10**8,
    "md": 10**9,
    "mds": 10**9,
    "mrd": 10**9,
    "bn": 10**9,
    "billion": 10**9,
    "billions": 10**9,
    "milliard": 10**9,
    "milliards": 10**9,
    "млрд": 10**9,
    "d": 1,
    "de": 1,
    "of": 1,
    ".": 1,
    "'": 1,
    "’": 1,
    "jobs": 1,
    "emplois": 1,
    "postes": 1,
    "employees": 1,
    "people": 1,
    "personnes": 1,
}


@cache
def months() -> Mapping[str, int]:
    """The names of months and their numbers. Read at need: the languages take 8 MB."""
    found: dict[str, int] = {}
    for language in ("en", "fr", "de", "es", "it"):
        for width in ("wide", "abbreviated"):
            names = Locale(language).months["format"][width]
            found |= {key_of(name): number for number, name in names.items()}
    return found | {"sept": 9, "fevr": 2, "juil": 7}


# In these languages the names of all countries are known, beside English and French.
_LANGUAGES: Final = (
    *("de", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "hu", "ro", "el", "tr"),
    *("ru", "uk", "ar", "he", "hi", "ja", "ko", "zh", "zh_Hant", "th", "vi", "id"),
)
_ALIASES: Final = {
    "usa": "US",
    "us": "US",
    "unitedstates": "US",
    "america": "US",
    "etatsunis": "US",
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "greatbritain": "GB",
    "angleterre": "GB",
    "grandebretagne": "GB",
    "korea": "KR",
    "southkorea": "KR",
    "coree": "KR",
    "republicofkorea": "KR",
    "holland": "NL",
    "hollande": "NL",
    "russia": "RU",
    "taiwan": "TW",
    "hongkong": "HK",
    "uae": "AE",
    "emirats": "AE",
    "vietnam": "VN",
    "czechia": "CZ",
    "czechrepublic": "CZ",
    "iran": "IR",
    "prc": "CN",
    "chine": "CN",
    "peoplesrepublicofchina": "CN",
    "zhongguo": "CN",
    "nippon": "JP",
    "turkey": "TR",
    "turquie": "TR",
    "suisse": "CH",
    "schweiz": "CH",
    "svizzera": "CH",
}


@cache
def country_words() -> Mapping[str, str]:
    """Countries by code (of two and three letters) and by name, English and French first."""
    found: dict[str, str] = {}
    for code in countries.countries:
        for known in (code, countries.alpha3(code)):
            found[key_of(known)] = code
    for language in ("en", "fr"):
        with override(language):
            for code, name in countries:
                found.setdefault(key_of(str(name)), code)
    found = _ALIASES | found
    for language in ("en", "fr", *_LANGUAGES):
        for code, name in Locale.parse(language).territories.items():
            if code in countries.countries:
                found.setdefault(key_of(str(name)), code)
    found.pop("", None)
    return found


def choice_words(
    choices: Iterable[tuple[Any, Any]], also: Mapping[str, Any] | None = None
) -> Callable[[], Mapping[str, Any]]:
    """The members of a list by key and by label in both languages; ``also``: other words."""

    def words() -> Mapping[str, Any]:
        found: dict[str, Any] = {}
        for language in ("en", "fr"):
            with override(language):
                for value, label in choices:
                    found.setdefault(key_of(str(label)), value)
        for value, _label in choices:
            found.setdefault(key_of(str(value)), value)
        return found | {key_of(word): value for word, value in (also or {}).items()}

    return words


def record_words(rows: Iterable[Any], *attributes: str) -> dict[str, Any]:
    """Records of a short list by what stands in any of these attributes."""
    found: dict[str, Any] = {}
    for row in rows:
        for attribute in attributes:
            if key := key_of(str(getattr(row, attribute) or "")):
                found.setdefault(key, row)
    return found


def part_words(names: Mapping[str, Any]) -> dict[str, Any]:
    """The longer words that stand in the names of one record only: *énergie* of *Énergie
    (renouvelable et électrique)*. ``names``: by name, the record."""
    found: dict[str, set[Any]] = {}
    for name, row in names.items():
        for word in re.findall(r"\w{4,}", name):
            found.setdefault(key_of(word), set()).add(row)
    return {word: rows.pop() for word, rows in found.items() if len(rows) == 1}


def people_words(people: Iterable[User]) -> dict[str, list[User]]:
    """Members of staff by name (either order), user name and e-mail address."""
    found: dict[str, list[User]] = {}
    for person in people:
        names = (
            f"{person.first_name} {person.last_name}",
            f"{person.last_name} {person.first_name}",
            *(person.username, person.email),
        )
        for key in dict.fromkeys(map(key_of, names)):
            if key:
                found.setdefault(key, []).append(person)
    return found
