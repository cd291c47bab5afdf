"""Records that rows of a file look like: only such as the person sees."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from django.db.models import OuterRef, Subquery

from ifa_crm.imports.nouns import Line, Twin
from ifa_crm.staff.models import User
from investors import likeness
from investors.duplicates import LISTED, SURE, Company, Likeness, company, compare, sentence
from investors.models import CommonKey, Investor
from investors.models.matching import STRONG, InvestorKey

SHOWN: Final = 5
_MOST: Final = 20  # records that share a key with a row are compared with it, at most


def _nobody(keys: Iterable[int]) -> set[int]:
    return set()


def twins_of(
    user: User,
    lines: Sequence[Line],
    other_than: Callable[[Iterable[int]], set[int]] = _nobody,
) -> dict[int, list[Twin]]:
    """By line, the likeliest first. ``other_than`` names those not to be warned of.

    The batch twin of :func:`investors.twins.likely_twins`: a few queries for all rows together.
    """
    meant = {line.number: _meant(line) for line in lines}
    sharing = _sharing(meant)
    wanted = {key for keys in sharing.values() for key in keys}
    wanted -= other_than(wanted)
    seen = Investor.objects.visible_to(user).filter(pk__in=wanted, merged_into__isnull=True)
    rows: dict[int, Any] = seen.only("pk", "ref", "name", "archived_at").in_bulk()
    facts = likeness.companies(rows)
    found: dict[int, list[Twin]] = {}
    for number, keys in sharing.items():
        alike = _alike(meant[number], [key for key in keys if key in rows], facts)
        if alike:
            found[number] = [_twin(rows[key], like) for key, like in alike[:SHOWN]]
    return found


def _meant(line: Line) -> Company:
    values = line.under("investor")
    return company(
        names=[values.get("name", ""), values.get("native_name", "")],
        country=values.get("control_country", ""),
        website=values.get("website", ""),
        emails=[line.values.get("contact.email", "")],
        lei=values.get("lei", ""),
        siren=values.get("siren", ""),
        register_number=values.get("register_number", ""),
    )


def _sharing(meant: dict[int, Company]) -> dict[int, list[int]]:
    """By line, the keys of the investors that share a key with it, by a strong one first."""
    keys = {number: likeness.keys_of_company(one) for number, one in meant.items()}
    values = {value for found in keys.values() for _kind, value in found}
    kept: dict[int, list[int]] = {}
    for value, investor in _holders(values):
        kept.setdefault(value, []).append(investor)
    found = {}
    for number, own in keys.items():
        ordered = sorted(own, key=lambda key: key[0] not in STRONG)
        sharing = [i for _kind, value in ordered for i in kept.get(value, ())[:_MOST]]
        if sharing:
            found[number] = list(dict.fromkeys(sharing))
    return found


def _holders(values: set[int]) -> Iterator[tuple[int, int]]:
    """(key, investor) of these keys, the older investors first. Of a key that thousands share
    hardly more are read than are looked at."""
    sharing = InvestorKey.objects.order_by("investor_id").values_list("value", "investor_id")
    last = sharing.filter(value=OuterRef("value")).values("investor_id")[_MOST - 1 : _MOST]
    common = CommonKey.objects.filter(value__in=values).annotate(last=Subquery(last))
    ends = dict(common.exclude(last=None).values_list("value", "last"))
    yield from sharing.filter(value__in=values.difference(ends))
    if ends:
        yield from sharing.filter(value__in=set(ends), investor_id__lte=max(ends.values()))


def _alike(
    meant: Company, keys: Iterable[int], facts: dict[int, Company]
) -> list[tuple[int, Likeness]]:
    likely = [(key, compare(meant, facts[key])) for key in keys]
    likely = [(key, like) for key, like in likely if like.score >= LISTED]
    return sorted(likely, key=lambda pair: (-pair[1].score, pair[0]))


def _twin(row: Any, like: Likeness) -> Twin:
    why = ", ".join(sentence(reason) for reason in like.reasons)
    if row.is_archived:
        return Twin("archived", row.ref, str(row), why)
    return Twin("name" if like.score >= SURE else "similar", row.ref, str(row), why)
