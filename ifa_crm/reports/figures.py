"""Figures: each a function with its definition and the list of records behind it.

A figure counts everything and is the same for every reader; ``hidden`` says how many of the
records counted the reader may not see, which the list behind it says, too. A breakdown is
narrower, so that a small number could tell where a confidential record is: below 5 it reads
"< 5" to those who may not see all of it.
"""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import CharField, Count, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from ifa_crm.staff.models import User
from investors.choices import (
    ENGAGEMENT_COUNTED,
    HEADLINE,
    EngagementKind,
    EngagementState,
    PriorTie,
)
from investors.filters_engagement import Counted, figure_query
from investors.models import Engagement, Lead
from investors.querysets import engagement_is_visible, lead_is_visible
from meetings.models import Meeting

FEW: Final = 5
INTRODUCED_WITHIN: Final = dt.timedelta(days=90)


@dataclass(frozen=True)
class Part:
    """A narrower count beside a figure, with the list of what it counts."""

    label: str
    value: int
    address: str
    hidden: int = 0
    is_total: bool = False

    @property
    def text(self) -> str:
        """The number; of a breakdown, "< 5" where a small one would betray a hidden record."""
        return shown(self.value, 0 if self.is_total else self.hidden)


@dataclass(frozen=True)
class Figure:
    """One number of the agency.

    ``definition`` says in a sentence what is counted, ``address`` is the list behind it,
    ``hidden`` how many of the records counted this reader may not see.
    """

    key: str
    label: str
    value: int
    definition: str
    address: str
    hidden: int = 0
    parts: tuple[Part, ...] = field(default=())

    @property
    def text(self) -> str:
        return number_format(self.value, force_grouping=True)


def shown(value: int, hidden: int) -> str:
    """A count of a breakdown as its reader may know it."""
    if hidden and value < FEW:
        return f"< {FEW}"
    return number_format(value, force_grouping=True)


def today_figures(user: User, day: dt.date) -> list[Figure]:
    """The four figures of Today, in three queries."""
    return [
        active_leads(user, day),
        introductions_held(user, day),
        *joined_and_started(user, day),
    ]


def active_leads(user: User, day: dt.date) -> Figure:
    """Leads that are active on ``day``: not waiting any longer, not closed, not archived."""
    total, seen = _counts(Lead.objects.live().active_on(day), lead_is_visible(user))
    return Figure(
        key="active-leads",
        label=_("Active leads"),
        value=total,
        definition=_(
            "Leads whose status is active today: neither waiting for a day ahead nor closed, and "
            "not archived."
        ),
        address=f"{reverse('investors:lead_list')}?status=active",
        hidden=total - seen,
    )


def introductions_held(user: User, day: dt.date) -> Figure:
    """Introductions of any form held on one of the 90 days up to ``day``."""
    first = day - INTRODUCED_WITHIN
    since = timezone.make_aware(dt.datetime.combine(first, dt.time()))
    meetings = Meeting.objects.held().filter(starts_at__gte=since)
    total, seen = _counts(meetings, lead_is_visible(user, "lead__"))
    return Figure(
        key="introductions",
        label=_("Introductions in 90 days"),
        value=total,
        definition=_(
            "Introductions of an investor to a cluster held since %(first)s: meetings, calls, "
            "e-mails, and those made without us."
        )
        % {"first": date_format(first)},
        address=f"{reverse('meetings:meeting_list')}?state=held&from={first:%Y-%m-%d}",
        hidden=total - seen,
    )


def _counts(rows: "QuerySet[Any]", visible: Q) -> tuple[int, int]:
    """How many rows there are, and how many of them the reader may see, in one query."""
    if not visible:
        total: int = rows.count()
        return total, total
    found = rows.order_by().aggregate(total=Count("pk"), seen=Count("pk", filter=visible))
    return found["total"], found["seen"]


def joined_and_started(user: User, day: dt.date) -> tuple[Figure, Figure]:
    """Distinct (investor, project) pairs that were confirmed, joined and started apart.

    The period of a pair is that of its agreement. Counted are those that the agency initiated,
    brought about or supported, by an investor new to the cluster; the others stand apart.
    *Left* is shown beside and rewrites nothing.
    """
    counts = _pair_counts(user, day)
    return (
        _pairs_figure(EngagementKind.JOIN, _("Joined a project"), counts, day),
        _pairs_figure(EngagementKind.START, _("Started a project"), counts, day),
    )


def _groups(day: dt.date) -> dict[str, Q]:
    """What is counted of each kind, by name: the twins of the methods of EngagementQuerySet."""
    confirmed = Q(state__in=ENGAGEMENT_COUNTED)
    fresh = confirmed & Q(prior_tie=PriorTie.NONE)
    headline = fresh & Q(contribution__in=HEADLINE)
    return {
        "headline": headline,
        "year": headline & Q(agreed_on__year=day.year),
        "informed": fresh & ~Q(contribution__in=HEADLINE),
        "prior": confirmed & ~Q(prior_tie=PriorTie.NONE),
        "waiting": Q(state=EngagementState.AGREED),
        "left": Q(state=EngagementState.LEFT),
    }


def _pair_counts(user: User, day: dt.date) -> dict[str, int]:
    """``join_headline``, ``join_headline_seen`` and so on: all counts of both kinds, one query."""
    pair = Concat(
        Cast("lead__investor_id", CharField()), Value("-"), Cast("project_id", CharField())
    )
    visible = engagement_is_visible(user)
    wanted: dict[str, Count] = {}
    for kind in EngagementKind:
        for name, group in _groups(day).items():
            rows = Q(kind=kind) & group
            wanted[f"{kind}_{name}"] = Count(pair, distinct=True, filter=rows)
            if visible:
                seen = Count(pair, distinct=True, filter=rows & visible)
                wanted[f"{kind}_{name}_seen"] = seen
    counts: dict[str, int] = Engagement.objects.order_by().aggregate(**wanted)
    return counts


def _pairs_figure(kind: EngagementKind, label: str, counts: dict[str, int], day: dt.date) -> Figure:
    every = reverse("investors:engagement_list")
    joined = kind == EngagementKind.JOIN

    def hidden(name: str) -> int:
        total = counts[f"{kind}_{name}"]
        return total - counts.get(f"{kind}_{name}_seen", total)

    def part(name: str, text: str, query: str, is_total: bool = False) -> Part:
        value = counts[f"{kind}_{name}"]
        return Part(text, value, f"{every}?{query}", hidden(name), is_total)

    return Figure(
        key="joined" if joined else "started",
        label=label,
        value=counts[f"{kind}_headline"],
        definition=_joined_means() if joined else _started_means(),
        address=f"{every}?{figure_query(kind, Counted.HEADLINE)}",
        hidden=hidden("headline"),
        parts=(
            part(
                "year",
                _("in %(year)s") % {"year": day.year},
                figure_query(kind, Counted.HEADLINE, day.year),
                is_total=True,
            ),
            part("waiting", _("to be confirmed"), f"kind={kind}&state={EngagementState.AGREED}"),
            part("informed", _("informed at most"), figure_query(kind, Counted.HARDLY)),
            part("prior", _("already a member or partner"), figure_query(kind, Counted.PRIOR)),
            part("left", _("left since"), f"kind={kind}&state={EngagementState.LEFT}"),
        ),
    )


def _joined_means() -> str:
    return _(
        "Investors that joined an R&D project under way, each counted once per project, confirmed "
        "by a second person, initiated, decided or supported by us, and new to the cluster. The "
        "day of the agreement counts. Somebody who left later stays counted."
    )


def _started_means() -> str:
    return _(
        "R&D projects started by an investor, each counted once per investor, confirmed by a "
        "second person, initiated, decided or supported by us, and new to the cluster. The day of "
        "the agreement counts. Somebody who left later stays counted."
    )
