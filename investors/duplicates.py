"""Do two records mean the same company, or the same person? Pure: values in, a score out.

A name is compared as people would: without its legal form, accents, case and script, then
without *The* and *Group*, in any order of words, and with a typing error or two. Beside names
count web and e-mail domains, numbers of registers, and the country. Each piece of evidence that
agrees lowers the doubt that is left: ``score = 100 · (1 − Π(1 − weight))``; two different LEIs
speak against it.

``company_keys`` and ``person_keys`` give the keys by which candidates are found without comparing
everybody with everybody: what :func:`compare` likes shares at least one of them, but for names
that are short or differ in more than one word.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from django.utils.translation import gettext as _

from investors.domains import is_common_mail, listed, registrable, site_of
from investors.identifiers import lei_fits, siren_fits
from investors.naming import (
    Name,
    Words,
    digits_of,
    errors_between,
    fold_person,
    names_in,
    near_keys,
)

LISTED: Final = 50  # the score from which a pair is worth a person's time
LIKELY: Final = 70
SURE: Final = 85

# --- Evidence -------------------------------------------------------------------------------

Reason = tuple[str, str]  # a code of _WEIGHTS, and what it is about

_WEIGHTS: Final = {
    "lei": 0.97,
    "siren": 0.95,
    "register": 0.8,
    "written": 0.75,
    "bare": 0.72,
    "order": 0.62,
    "noise": 0.6,
    "one_letter": 0.55,
    "two_letters": 0.4,
    "domain": 0.62,
    "mail": 0.5,
    "country": 0.3,
    "email": 0.9,
    "office_email": 0.35,
    "person": 0.48,
    "person_order": 0.47,
    "person_letter": 0.35,
    "phone": 0.45,
    "investor": 0.45,
    "begins": 0.3,
}
SUPPORT: Final = frozenset({"country", "investor"})  # say nothing alone
DIFFERENT_LEI: Final = "other_lei"
_AGAINST: Final = 0.5  # what is left of the score when they have different LEIs


@dataclass(frozen=True)
class Likeness:
    """How much alike, from 0 to 100, and why."""

    score: int = 0
    reasons: tuple[Reason, ...] = ()

    @property
    def is_listed(self) -> bool:
        return self.score >= LISTED


def likeness(reasons: Iterable[Reason]) -> Likeness:
    """The score of these reasons; support alone is none."""
    found = tuple(reasons)
    if all(code in SUPPORT or code == DIFFERENT_LEI for code, _what in found):
        return Likeness()
    doubt = 1.0
    for code, _what in found:
        doubt *= 1 - _WEIGHTS.get(code, 0)
    score = 100 * (1 - doubt)
    if any(code == DIFFERENT_LEI for code, _what in found):
        score *= _AGAINST
    return Likeness(round(score), found)


def sentence(reason: Reason) -> str:
    """A reason in words."""
    code, what = reason[0], reason[1]
    words = {
        "lei": _("same LEI"),
        "siren": _("same SIREN"),
        "register": _("same register number"),
        "written": _("same name"),
        "bare": _("same name without legal form"),
        "order": _("same words in another order"),
        "noise": _("same name but for words such as “Group” or “The”"),
        "one_letter": _("names differ by one letter"),
        "two_letters": _("names differ by two letters"),
        "domain": _("same web domain (%(what)s)"),
        "mail": _("same e-mail domain (%(what)s)"),
        "country": _("same country"),
        "email": _("same e-mail address"),
        "office_email": _("same e-mail address of an office"),
        "person": _("same name"),
        "person_order": _("same names in another order"),
        "person_letter": _("names differ by one letter"),
        "phone": _("same phone number"),
        "investor": _("at the same investor"),
        "begins": _("name begins alike"),
        "chosen": _("put side by side by hand"),
        "group": _("same group"),
        DIFFERENT_LEI: _("but different LEIs"),
    }
    return words.get(code, code) % {"what": what}


# --- Companies ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Company:
    """What of a company is compared. Make one with :func:`company`."""

    names: tuple[Name, ...] = ()
    country: str = ""
    site: str = ""  # the registrable domain of its website
    mail: frozenset[str] = frozenset()  # of its people's addresses
    lei: str = ""
    siren: str = ""
    register: str = ""


def company(
    *,
    names: Iterable[str] = (),
    country: str = "",
    website: str = "",
    emails: Iterable[str] = (),
    lei: str = "",
    siren: str = "",
    register_number: str = "",
) -> Company:
    """What counts of what is recorded: a LEI or SIREN whose check digits do not fit is none."""
    folded = dict.fromkeys(name for text in names if text for name in names_in(text))
    lei, siren = "".join(lei.split()).upper(), "".join(siren.split())
    register = re.sub(r"[\W_]+", "", register_number).upper()
    return Company(
        names=tuple(folded),
        country=country,
        site=site_of(website),
        mail=frozenset(filter(None, map(mail_domain, emails))),
        lei=lei if lei_fits(lei) else "",
        siren=siren if siren_fits(siren) else "",
        register=register if len(register) > 4 else "",
    )


def compare(one: Company, other: Company) -> Likeness:
    """How much alike two companies are; the same the other way round."""
    return likeness(_company_reasons(one, other))


def _company_reasons(one: Company, other: Company) -> Iterator[Reason]:
    if one.lei and other.lei:
        yield ("lei", one.lei) if one.lei == other.lei else (DIFFERENT_LEI, "")
    if one.siren and one.siren == other.siren:
        yield "siren", one.siren
    same_country = bool(one.country) and one.country == other.country
    if one.register and one.register == other.register and same_country:
        yield "register", one.register
    if name := _best(_name_codes(a, b) for a, b in product(one.names, other.names)):
        yield name, ""
    yield from _domain_reasons(one, other)
    if same_country:
        yield "country", one.country


def _domain_reasons(one: Company, other: Company) -> Iterator[Reason]:
    if one.site and one.site == other.site:
        yield "domain", one.site
        return
    shared = (one.mail | {one.site}) & (other.mail | {other.site}) - {""}
    if shared:
        yield "mail", min(shared)


def _best(codes: Iterable[str]) -> str:
    """The strongest of these; empty if none."""
    return max(filter(None, codes), key=lambda code: (_WEIGHTS[code], code), default="")


def _name_codes(one: Name, other: Name) -> str:
    if one.squeezed == other.squeezed:
        return "written" if one.whole == other.whole else "bare"
    if one.core == other.core:
        return "order" if sorted(one.words) == sorted(other.words) else "noise"
    errors = errors_between(one.squeezed, other.squeezed)
    return ("", "one_letter", "two_letters")[errors]


def company_keys(one: Company) -> set[tuple[str, str]]:
    """(kind, text) of every key by which its twins are found."""
    keys = {(kind, key) for name in one.names for kind, key in _name_keys(name)}
    keys |= {("domain", domain) for domain in one.mail | {one.site} if domain}
    numbers = (("lei", one.lei), ("siren", one.siren))
    keys |= {(kind, number) for kind, number in numbers if number}
    if one.register and one.country:
        keys.add(("register", f"{one.country} {one.register}"))
    return keys


def _name_keys(name: Name) -> Iterator[tuple[str, str]]:
    yield "name", name.squeezed
    yield "core", " ".join(name.core)
    yield from (("near", key) for key in near_keys(name.words))


# --- People ---------------------------------------------------------------------------------

_OFFICE_BOXES: Final = listed(
    "info contact sales office hello mail admin support enquiries enquiry inquiry press hr team"
    " general kontakt accueil secretariat invest service marketing webmaster"
)
_DOTLESS: Final = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


def fold_email(address: str) -> str:
    """The mailbox behind an address: without ``+tag``; Gmail reads no dots either."""
    local, _at, domain = address.strip().casefold().rpartition("@")
    local, domain = local.partition("+")[0] or local, domain.rstrip(".")
    if domain in _DOTLESS:
        local, domain = local.replace(".", "") or local, _DOTLESS[domain]
    return f"{local}@{domain}" if local and domain else ""


def mail_domain(address: str) -> str:
    """The registrable domain of an address, unless everybody can have one there."""
    domain = registrable(address.strip().casefold().rpartition("@")[2])
    return "" if is_common_mail(domain) else domain


def fold_phone(number: str) -> str:
    """The last nine digits: country and exchange codes are written in many ways."""
    digits = digits_of(unicodedata.normalize("NFKC", number).partition("ext")[0])
    digits = digits if digits.isascii() else ""
    return digits[-9:] if len(digits) > 6 else ""


@dataclass(frozen=True)
class Person:
    """What of a person is compared. Make one with :func:`person`."""

    names: tuple[Words, ...] = ()
    email: str = ""
    phone: str = ""
    investor: Any = None


def person(
    *, names: Iterable[str] = (), email: str = "", phone: str = "", investor: Any = None
) -> Person:
    folded = dict.fromkeys(filter(None, (fold_person(name) for name in names)))
    return Person(tuple(folded), fold_email(email), fold_phone(phone), investor)


def compare_people(one: Person, other: Person) -> Likeness:
    """How much alike two people are; the same the other way round."""
    return likeness(_person_reasons(one, other))


def _person_reasons(one: Person, other: Person) -> Iterator[Reason]:
    same_email = bool(one.email) and one.email == other.email
    if same_email:
        is_box = one.email.partition("@")[0] in _OFFICE_BOXES
        yield ("office_email" if is_box else "email"), ""
    name = _best(_person_codes(a, b) for a, b in product(one.names, other.names))
    # A letter more or less tells something of two who are found otherwise; across investors only
    # the same name is looked for (``person_keys``).
    if name != "person_letter" or same_email or one.investor == other.investor:
        yield from [(name, "")] if name else ()
    if one.phone and one.phone == other.phone:
        yield "phone", ""
    if one.investor is not None and one.investor == other.investor:
        yield "investor", ""


def _person_codes(one: Words, other: Words) -> str:
    if one == other:
        return "person"
    if sorted(one) == sorted(other):
        return "person_order"
    return "person_letter" if errors_between("".join(one), "".join(other)) == 1 else ""


def person_keys(one: Person) -> set[tuple[str, str]]:
    """Keys across investors; people of one investor are compared with each other."""
    keys = {("email", one.email)} if one.email else set()
    if one.phone:
        keys |= {("person", f"{' '.join(sorted(name))} {one.phone}") for name in one.names}
    return keys
