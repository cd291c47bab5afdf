"""Figures: each a function with its definition and the list of records behind it.

A figure counts everything and is the same for every reader; ``hidden`` says how many of the
records counted the reader may not see, which the list behind it says, too. A breakdown is
narrower, so that a small number could tell where a confidential record is: below 5 it reads
"< 5" to those who may not see all of it.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import BooleanField, Case, Count, F, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from clusters.models import Project
from ifa_crm.reports.changes import Marks
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.choices import (
    ENGAGEMENT_COUNTED,
    HEADLINE,
    EngagementKind,
    EngagementState,
    PriorTie,
)
from investors.filters_engagement import Counted, figure_query
from investors.models import Engagement, Lead
from investors.querysets import engagement_is_visible, lead_is_hidden
from meetings.models import Meeting

FEW: Final = 5
PAIR: Final = 2**31  # keys are smaller: a pair of them is one number
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
    """The four figures of Today. Counted anew is only what has changed: else one query."""
    marks = Marks()
    return [
        active_leads(user, day, marks),
        introductions_held(user, day, marks),
        *joined_and_started(user, day, marks),
    ]


def active_leads(user: User, day: dt.date, marks: Marks | None = None) -> Figure:
    """Leads that are active on ``day``: not waiting any longer, not closed, not archived."""
    marks = marks or Marks()
    active = Lead.objects.live().active_on(day).order_by()
    hidden = active.filter(lead_is_hidden(user))
    return Figure(
        key="active-leads",
        label=_("Active leads"),
        value=marks.kept(("leads",), ("active", day), active.count),
        definition=_(
            "Leads whose status is active today: neither waiting for a day ahead nor closed, and "
            "not archived."
        ),
        address=f"{reverse('investors:lead_list')}?status=active",
        hidden=_hidden(user, marks, ("leads", "sight"), ("active", day), hidden.count),
    )


def introductions_held(user: User, day: dt.date, marks: Marks | None = None) -> Figure:
    """Introductions of any form held on one of the 90 days up to ``day``."""
    marks = marks or Marks()
    first = day - INTRODUCED_WITHIN
    since = timezone.make_aware(dt.datetime.combine(first, dt.time()))
    meetings = Meeting.objects.held().filter(starts_at__gte=since).order_by()
    hidden = meetings.filter(lead__in=_hidden_leads(user))
    return Figure(
        key="introductions",
        label=_("Introductions in 90 days"),
        value=marks.kept(("meetings",), ("held", since), meetings.count),
        definition=_(
            "Introductions of an investor to a cluster held since %(first)s: meetings, calls, "
            "e-mails, and those made without us."
        )
        % {"first": date_format(first)},
        address=f"{reverse('meetings:meeting_list')}?state=held&from={first:%Y-%m-%d}",
        hidden=_hidden(user, marks, ("meetings", "sight"), ("held", since), hidden.count),
    )


def _hidden(
    user: User,
    marks: Marks,
    topics: tuple[str, ...],
    key: tuple[Any, ...],
    count: Callable[[], int],
) -> int:
    """How many of what a figure counts ``user`` may not see."""
    if user.may(Act.SEE_CONFIDENTIAL):
        return 0
    return marks.kept(topics, ("hidden", user.pk, *key), count)


def _hidden_leads(user: User) -> "QuerySet[Lead]":
    """Few, and found by their mark; asked row by row, a figure would read every lead."""
    return Lead.objects.filter(lead_is_hidden(user))


def joined_and_started(
    user: User, day: dt.date, marks: Marks | None = None
) -> tuple[Figure, Figure]:
    """Distinct (investor, project) pairs that were confirmed, joined and started apart.

    The period of a pair is that of its agreement. Counted are those that the agency initiated,
    brought about or supported, by an investor new to the cluster; the others stand apart.
    *Left* is shown beside and rewrites nothing.
    """
    counts = _pair_counts(user, day, marks or Marks())
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


def _pair_counts(user: User, day: dt.date, marks: Marks) -> Counter[str]:
    """``join_headline``, ``join_headline_hidden`` and so on, in two queries."""
    key = ("pairs", day.year)
    counts = Counter(marks.kept(("pairs",), key, lambda: _all_pairs(day)))
    if not user.may(Act.SEE_CONFIDENTIAL):
        of_user = ("hidden", user.pk, *key)
        counts += marks.kept(("pairs", "sight"), of_user, lambda: Counter(_hidden_pairs(user, day)))
    return counts


def _all_pairs(day: dt.date) -> Counter[str]:
    pair = F("lead__investor_id") * Value(PAIR) + F("project_id")
    wanted = {
        f"{kind}_{name}": Count(pair, distinct=True, filter=Q(kind=kind) & group)
        for kind in EngagementKind
        for name, group in _groups(day).items()
    }
    return Counter(Engagement.objects.order_by().aggregate(**wanted))


def _hidden_pairs(user: User, day: dt.date) -> Iterator[str]:
    """The name of the count once for each pair of which the reader sees no engagement.

    Read are the engagements of investors with one under a hidden lead, and those in hidden
    projects: few, so that no other has to be asked who may see it.
    """
    confidential = Engagement.objects.filter(lead__in=_hidden_leads(user)).order_by()
    theirs = Q(lead__investor__in=confidential.values("lead__investor"))
    within = Q(project__in=Project.objects.exclude(pk__in=Project.objects.visible_to(user)))
    parts = [Engagement.objects.filter(part).order_by().values("pk") for part in (theirs, within)]
    groups = _groups(day)
    rows = Engagement.objects.filter(pk__in=parts[0].union(parts[1])).annotate(
        seen=_said(engagement_is_visible(user)),
        **{name: _said(group) for name, group in groups.items()},
    )
    pairs: dict[tuple[str, int, int], bool] = defaultdict(bool)
    for row in rows.values("kind", "lead__investor_id", "project_id", "seen", *groups):
        for name in groups:
            if row[name]:
                key = f"{row['kind']}_{name}_hidden", row["lead__investor_id"], row["project_id"]
                pairs[key] |= row["seen"]
    return (name for (name, _investor, _project), seen in pairs.items() if not seen)


def _said(condition: Q) -> Case:
    return Case(When(condition, then=True), default=False, output_field=BooleanField())


def _pairs_figure(kind: EngagementKind, label: str, counts: Counter[str], day: dt.date) -> Figure:
    every = reverse("investors:engagement_list")
    joined = kind == EngagementKind.JOIN

    def hidden(name: str) -> int:
        return counts[f"{kind}_{name}_hidden"]

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
