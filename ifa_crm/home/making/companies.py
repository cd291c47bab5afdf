"""Made-up companies and the people in them, with their names in several scripts."""

from dataclasses import dataclass
from functools import cache
from itertools import chain
from random import Random
from typing import Final

from anyascii import anyascii

from clusters.choices import OrganisationKind
from ifa_crm.home.making import words
from ifa_crm.home.making.batch import Batch
from ifa_crm.home.making.rows import ContactRow, InvestorRow, OrganisationRow
from ifa_crm.shared.fold import Words, joined, words_of

_PLACES: Final = [place for place in words.PLACES for _ in range(place.weight)]
_SIZES: Final = ("", "small", "small", "medium", "medium", "mid", "mid", "large")
_PRESENCES: Final = ("", "", "none", "none", "none", "sales", "rd")
_PEOPLE: Final = (2, 3, 3, 4, 4, 5, 5, 6, 6)  # 4.2 in the mean, for 1.4 leads
_GONE: Final = 0.05  # people who left
_FRENCH: Final = frozenset({"CA", "CH"})  # whence some write French
_folded = cache(words_of)
Native = tuple[str, str, Words]  # a name, romanised, folded
_NO_NAME: Final[Native] = ("", "", ((), ()))


@dataclass(slots=True)
class Company:
    """What later leads of an investor need to know."""

    id: int
    country: str  # from which it is controlled
    restricted: bool
    organisation_id: int | None
    contacts: list[int]
    known_by: Words  # its names and those of its people, folded
    is_booked: bool = False  # somebody of it has an introduction ahead


@cache
def _companies(script: words.Script) -> list[Native]:
    (fore, after), gap = script.company, script.gaps[0]
    return [_native(f"{a}{gap}{b}") for a in fore for b in after] or [_NO_NAME]


@cache
def _people(script: words.Script) -> list[Native]:
    names = [f"{a}{script.gaps[1]}{b}" for a in script.family for b in script.given]
    return [_native(name) for name in names] or [_NO_NAME]


def _native(name: str) -> Native:
    return name, anyascii(name).title(), words_of(name)


def found(
    batch: Batch, rng: Random, at: str, *, restricted_by: int | None, is_known: bool
) -> Company:
    """A new company with its people; ``is_known``: also as an organisation.

    ``restricted_by`` is the key of the confidential lead through which it is known.
    """
    random, restricted, ref = rng.random, restricted_by is not None, batch.ref()
    place = _PLACES[int(random() * len(_PLACES))]
    parts = [part[int(random() * len(part))] for part in (words.FIRST, words.SECOND, words.TRADES)]
    form = place.forms[int(random() * len(place.forms))]
    city = place.cities[int(random() * len(place.cities))]
    natives = _companies(place.script)
    native, romanised, native_words = natives[int(random() * len(natives))]
    name, domain = " ".join((*parts, form)), "".join(parts).lower()
    folded: list[Words] = [
        (tuple(part.lower() for part in parts), ()),
        _folded(form),
        native_words,
        _folded(romanised),
    ]
    organisation = batch.key(OrganisationRow) if is_known else None
    if organisation is not None:
        text = joined(*folded[:2], _folded(city))
        _organisation(batch, organisation, name, place.country, city, restricted, text)
    folded += [_folded(city), (("www", domain, "example"), (f"www{domain}example",))]
    investor = batch.key(InvestorRow)
    batch.add(
        InvestorRow(
            id=investor,
            ref=ref,
            name=name,
            native_name=native,
            romanised_name=romanised,
            control_country=place.country,
            seat_country=place.country,
            city=city,
            website=f"www.{domain}.example",
            size=_SIZES[int(random() * len(_SIZES))],
            presence=_PRESENCES[int(random() * len(_PRESENCES))],
            organisation_id=organisation,
            organisation_created=is_known,
            restricted=restricted,
            created_at=at,
            search_text=joined(*folded),
        )
    )
    staffed = _staffed(batch, rng, investor, place, domain, restricted_by)
    contacts = [contact for contact, _words in staffed]
    folded += [folded_name for _contact, folded_name in staffed]
    return Company(investor, place.country, restricted, organisation, contacts, _gathered(folded))


def _organisation(
    batch: Batch, key: int, name: str, country: str, city: str, restricted: bool, text: str
) -> None:
    """Stands for the investor where clusters list their partners."""
    batch.add(
        OrganisationRow(
            id=key,
            ref=batch.ref(),
            name=name,
            kind=OrganisationKind.COMPANY.value,
            country=country,
            city=city,
            restricted=restricted,
            search_text=text,
        )
    )


def _gathered(parts: list[Words]) -> Words:
    spaced, squeezed = zip(*parts, strict=True)
    return tuple(dict.fromkeys(chain(*spaced))), tuple(dict.fromkeys(chain(*squeezed)))


def _staffed(
    batch: Batch,
    rng: Random,
    investor: int,
    place: words.Place,
    domain: str,
    restricted_by: int | None,
) -> list[tuple[int, Words]]:
    """Its people in the order in which they are listed, each with the folded names."""
    random = rng.random
    first, family = int(random() * len(words.GIVEN)), int(random() * len(words.FAMILY))
    natives = _people(place.script)
    listed = []
    for n in range(_PEOPLE[int(random() * len(_PEOPLE))]):
        given = words.GIVEN[(first + 5 * n) % len(words.GIVEN)]  # no two of the same name
        name = f"{given} {words.FAMILY[(family + n) % len(words.FAMILY)]}"
        native, _romanised, native_words = natives[int(random() * len(natives))]
        local = name.lower().replace(" ", ".")
        spaced, squeezed = _of_address(local, domain)
        folded = ((*local.split("."), *native_words[0], *spaced), (*native_words[1], squeezed))
        row = ContactRow(
            id=batch.key(ContactRow),
            ref=batch.ref(),
            investor_id=investor,
            name=name,
            native_name=native,
            position=words.POSITIONS[int(random() * len(words.POSITIONS))],
            email=f"{local}@{domain}.example",
            phone="" if n else f"+1 202 555 01{int(random() * 100):02}",
            language="fr" if place.country in _FRENCH and random() < 0.5 else "en",
            is_active=not n or random() > _GONE,
            known_through_id=restricted_by,
            restricted=restricted_by is not None,
            search_text=joined(folded),
        )
        batch.add(row)
        listed.append((not row.is_active, name, row.id, folded))
    listed.sort(key=lambda entry: entry[:2])
    return [(key, folded) for _gone, _name, key, folded in listed]


def _of_address(local: str, domain: str) -> tuple[tuple[str, ...], str]:
    """The words of an e-mail address: "@" inside a name reads as *a*."""
    *before, last = local.split(".")
    return (*before, f"{last}a{domain}", "example"), f"{''.join(before)}{last}a{domain}example"
