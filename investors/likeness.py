"""What of stored records is compared, by their keys: many at once, in two queries."""

import re
from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, Final

from investors.duplicates import (
    Company,
    Person,
    company,
    company_keys,
    person,
    person_keys,
)
from investors.models import Contact, Investor
from investors.models.matching import KeyKind
from investors.naming import names_in

_NAMES: Final = ("pk", "name", "native_name", "romanised_name", "other_names")
_FACTS: Final = (*_NAMES, "control_country", "website", "lei", "siren", "register_number")
_OTHERS: Final = re.compile(r"[,;\n]+")
MailOf = dict[int, set[str]]
Key = tuple[int, int]  # kind, value


def companies(keys: Iterable[int], *, live: bool = False) -> dict[int, Company]:
    """The investors with these keys, as they are compared; ``live``: less those archived."""
    keys = list(keys)
    rows = Investor.objects.filter(pk__in=keys).order_by()
    mail = addresses_of(keys)
    return {
        row[0]: _company(row, mail.get(row[0], ()))
        for row in (rows.live() if live else rows).values_list(*_FACTS)
    }


def squeezed_names(keys: Iterable[int]) -> dict[int, list[str]]:
    """What the investors with these keys are called, without spaces, less those archived."""
    rows = Investor.objects.live().filter(pk__in=list(keys)).order_by().values_list(*_NAMES)
    return {
        pk: [name.squeezed for text in _names(*names) if text for name in names_in(text)]
        for pk, *names in rows
    }


def _names(name: str, native: str, romanised: str, others: str) -> list[str]:
    return [name, native, romanised, *_OTHERS.split(others)]


def _company(row: tuple[Any, ...], emails: Iterable[str]) -> Company:
    _pk, name, native, romanised, others, country, website, lei, siren, register = row
    return company(
        names=_names(name, native, romanised, others),
        country=str(country),
        website=website,
        emails=emails,
        lei=lei,
        siren=siren,
        register_number=register,
    )


def addresses_of(keys: Iterable[int]) -> MailOf:
    """E-mail addresses of the people of these investors, less those known through a
    confidential lead: what they have in common with others must not show."""
    people = Contact.objects.live().filter(investor__in=keys, restricted=False)
    found: MailOf = defaultdict(set)
    for key, email in people.exclude(email="").order_by().values_list("investor_id", "email"):
        found[key].add(email)
    return found


def people(keys: Iterable[int], *, live: bool = False) -> dict[int, Person]:
    """The contacts with these keys, as they are compared; ``live``: less those archived."""
    rows = Contact.objects.filter(pk__in=list(keys)).order_by()
    rows = rows.live() if live else rows
    facts = rows.values_list("pk", "name", "native_name", "email", "phone", "investor_id")
    return {
        pk: person(names=[name, native], email=email, phone=phone, investor=investor)
        for pk, name, native, email, phone, investor in facts
    }


def numbered(keys: Iterable[tuple[str, str]]) -> set[Key]:
    """Keys as they are stored: the kind, and a number of 64 bits made of kind and text."""
    return {(KeyKind[kind.upper()].value, _number(kind, text)) for kind, text in keys}


def _number(kind: str, text: str) -> int:
    digest = blake2b(f"{kind}:{text}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def keys_of_company(one: Company) -> set[Key]:
    return numbered(company_keys(one))


def keys_of_person(one: Person) -> set[Key]:
    return numbered(person_keys(one))
