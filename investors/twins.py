"""Who on record may be meant: likely twins of what somebody types, pastes or imports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from django.db.models import QuerySet

from ifa_crm.shared.fold import fold
from ifa_crm.staff.models import User
from investors import likeness
from investors.duplicates import (
    LISTED,
    Company,
    Likeness,
    Reason,
    company,
    compare,
    sentence,
)
from investors.duplicates import likeness as likeness_of
from investors.models import Contact, Investor
from investors.models.matching import STRONG, InvestorKey

R = TypeVar("R", Investor, Contact)
SHOWN: Final = 5
_LOOKED_AT: Final = 60  # rows that share a key are compared, at most, of each strength
_TYPED: Final = 3  # letters from which names that begin alike are shown


@dataclass(frozen=True)
class Twin:
    """An investor on record that may be meant, how likely (0 to 100), and why, in words."""

    record: Investor
    score: int
    reasons: list[str]


def likely_twins(
    *,
    user: User,
    name: str,
    native_name: str = "",
    website: str = "",
    email: str = "",
    identifiers: Mapping[str, str] | None = None,
    country: str = "",
    other_than: Investor | None = None,
    typing: bool = False,
    limit: int = SHOWN,
) -> list[Twin]:
    """Investors that ``user`` may see and that look like the one described, the likeliest first.

    Never a hidden one, and archived ones too, so that they can be restored instead.
    ``identifiers``: ``lei``, ``siren``, ``register_number``. ``other_than``: the record that is
    being edited. ``typing``: also those whose name begins alike, for a name not yet typed to its
    end. Three queries, four while typing.
    """
    numbers = {key: value for key, value in (identifiers or {}).items() if value}
    meant = company(
        names=[name, native_name], country=country, website=website, emails=[email], **numbers
    )
    rows = _candidates(user, meant, other_than)
    begun = _begun(user, name, other_than) if typing else {}
    facts = likeness.companies({*rows, *begun}) if rows or begun else {}
    found = [
        (row, _likeness(meant, facts[key], key in begun)) for key, row in (rows | begun).items()
    ]
    least = 1 if typing else LISTED
    likely = [(row, like) for row, like in found if like.score >= least]
    likely.sort(key=lambda pair: (-pair[1].score, pair[0].name.casefold(), pair[0].pk))
    return [
        Twin(row, like.score, [sentence(reason) for reason in like.reasons])
        for row, like in likely[:limit]
    ]


def survivor(row: R) -> R:
    """The record that a merged one became, or itself."""
    while row.merged_into is not None:
        row = row.merged_into
    return row


def _likeness(meant: Company, other: Company, begins_alike: bool) -> Likeness:
    like = compare(meant, other)
    if like.score or not begins_alike:
        return like
    begins: Reason = ("begins", "")
    return likeness_of([begins])


def _candidates(user: User, meant: Company, other_than: Investor | None) -> dict[int, Investor]:
    """Those that share a key, the strong ones apart so that weak ones do not crowd them out."""
    keys = likeness.keys_of_company(meant)
    strong = [value for kind, value in keys if kind in STRONG]
    weak = [value for kind, value in keys if kind not in STRONG]
    found: dict[int, Investor] = {}
    for values in (strong, weak):
        if values:
            found |= _sharing(user, values, other_than)
    return found


def _sharing(user: User, values: Iterable[int], other_than: Investor | None) -> dict[int, Investor]:
    sharing = InvestorKey.objects.filter(value__in=values).values("investor")
    return _few(Investor.objects.visible_to(user).filter(pk__in=sharing), other_than)


def _begun(user: User, name: str, other_than: Investor | None) -> dict[int, Investor]:
    """Those whose name begins with what is typed."""
    text = fold(name)
    if len(text) < _TYPED:
        return {}
    rows = Investor.objects.visible_to(user).filter(search_text__begins=text)
    return _few(rows, other_than)


def _few(rows: "QuerySet[Investor]", other_than: Investor | None) -> dict[int, Investor]:
    rows = rows.filter(merged_into__isnull=True)
    if other_than is not None:
        rows = rows.exclude(pk=other_than.pk)
    return {row.pk: row for row in rows.order_by("pk")[:_LOOKED_AT]}
