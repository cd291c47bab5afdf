"""Readers of what stands on a list: yes or no, a choice, a country, a record."""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Any, Final

from django.utils.translation import gettext as _
from django_countries import countries
from import_export import widgets

from ifa_crm.imports.values.base import UnreadableError, Value, shown, without_zero
from ifa_crm.imports.words import NO, YES, country_words, key_of

NAMED: Final = 8  # as many of a list are named in a refusal


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
        key = key_of(str(without_zero(value)))
        if key in self.by_key:
            return self.by_key[key]
        told = _("“%(cell)s” is not known here. Write one of: %(known)s.")
        told %= {"cell": shown(value), "known": self._known()}
        raise UnreadableError(told.replace("….", "…"))

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
