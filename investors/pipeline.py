"""What the leads of each stage are worth, and what became of them: the figures of the board."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Sum
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clusters.models import ExchangeRate
from ifa_crm.staff.models import User
from investors.choices import EngagementState, Stage
from investors.models import Engagement

AMOUNTS: Final = ("budget", "investment")
MILLION: Final = 1_000_000


@dataclass
class Worth:
    """What the leads of a column say of one amount, in euros at the rates of one year."""

    euros: Decimal = Decimal(0)
    disclosed: int = 0
    unrated: set[str] = field(default_factory=set)

    def add(self, total: Decimal | None, said: int, currency: str, rate: Decimal | None) -> None:
        self.disclosed += said
        if not said or total is None:
            return
        if rate is None:
            self.unrated.add(currency)
        else:
            self.euros += Decimal(total) / rate

    @property
    def text(self) -> str:
        """In euros, as one says it: *EUR 12.4 million*."""
        if self.euros < MILLION:
            return f"EUR\u00a0{number_format(self.euros, decimal_pos=0, force_grouping=True)}"
        millions = number_format(self.euros / MILLION, decimal_pos=1, force_grouping=True)
        return _("EUR %(n)s million") % {"n": millions}


@dataclass
class Total:
    """Of a whole column: how many leads, and what they are worth."""

    count: int = 0
    budget: Worth = field(default_factory=Worth)
    investment: Worth = field(default_factory=Worth)


@dataclass
class Totals:
    year: int | None
    by_stage: dict[Stage, Total]

    @property
    def unrated(self) -> list[str]:
        """Currencies for which that year has no rate: their amounts are left out."""
        found: set[str] = set()
        for total in self.by_stage.values():
            found |= total.budget.unrated | total.investment.unrated
        return sorted(found)


def totals_of(leads: Any) -> Totals:
    """What each stage of these leads holds: one pass over an index, grouped by currency."""
    year, rates = ExchangeRate.objects.latest_year()
    totals = {stage: Total() for stage in Stage}
    sums = {f"{name}_sum": Sum(f"{name}_amount") for name in AMOUNTS}
    said = {f"{name}_said": Count(f"{name}_amount") for name in AMOUNTS}
    groups = leads.order_by().values("stage", *(f"{name}_currency" for name in AMOUNTS))
    for row in groups.annotate(n=Count("pk"), **sums, **said):
        total = totals[Stage(row["stage"])]
        total.count += row["n"]
        for name in AMOUNTS:
            currency = row[f"{name}_currency"]
            worth: Worth = getattr(total, name)
            worth.add(row[f"{name}_sum"], row[f"{name}_said"], currency, rates.get(currency))
    return Totals(year, totals)


def engagement_words(keys: Iterable[int], user: User) -> dict[int, str]:
    """By lead: "1 confirmed, 1 open", of the engagements that ``user`` sees."""
    rows = Engagement.objects.visible_to(user).filter(lead__in=keys).order_by()
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for lead, state, n in rows.values_list("lead", "state").annotate(n=Count("pk")):
        counts[lead][state] = n
    return {lead: ", ".join(_words(states)) for lead, states in counts.items()}


def _words(states: dict[str, int]) -> Iterator[str]:
    confirmed = sum(
        states.get(state, 0) for state in (EngagementState.VERIFIED, EngagementState.COMPLETED)
    )
    if confirmed:
        yield ngettext("%(n)d confirmed", "%(n)d confirmed", confirmed) % {"n": confirmed}
    if agreed := states.get(EngagementState.AGREED, 0):
        yield ngettext("%(n)d to be confirmed", "%(n)d to be confirmed", agreed) % {"n": agreed}
    if open_ones := states.get(EngagementState.OPEN, 0):
        yield ngettext("%(n)d open", "%(n)d open", open_ones) % {"n": open_ones}
    if not confirmed and not agreed and not open_ones:
        yield _("ended without agreement")
