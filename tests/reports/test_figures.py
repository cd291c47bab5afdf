"""The figures of Today, recomputed by hand over a small world."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ifa_crm.reports import changes, figures
from ifa_crm.reports.figures import Figure, Part, shown
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import (
    Confidential,
    Contribution,
    EngagementKind,
    EngagementState,
    LostReason,
)
from investors.models import Engagement
from investors.services import engagements, leads, status
from meetings.choices import MeetingState
from meetings.models import Meeting
from tests import make

pytestmark = pytest.mark.django_db

_S = EngagementState
START = EngagementKind.START


def hidden_lead(**fields: Any) -> Any:
    return make.qualified_lead(owner=make.user(), confidential=Confidential.YES, **fields)


def part(figure: Figure, label: str) -> Part:
    return next(one for one in figure.parts if one.label.startswith(label))


def rows_behind(user: User, address: str) -> list[Any]:
    client = Client()
    client.force_login(user)
    return list(client.get(address).context["page"].objects)


# --- active leads --------------------------------------------------------------------------------


def test_active_leads_by_hand(manager: User, viewer: User) -> None:
    owner, today = make.user(), timezone.localdate()
    active = make.lead(owner=owner)
    hidden = hidden_lead()
    waiting = make.lead(owner=owner)
    status.wait(actor=owner, lead=waiting, until=today + dt.timedelta(days=3))
    lost = make.lead(owner=owner)
    status.lose(actor=owner, lead=lost, reason=LostReason.DROPPED)
    archived = make.lead(owner=owner)
    leads.archive_lead(actor=owner, lead=archived, reason="A twin.")
    for_manager, for_viewer = (figures.active_leads(who, today) for who in (manager, viewer))
    assert (for_manager.value, for_manager.hidden) == (2, 0)
    assert (for_viewer.value, for_viewer.hidden) == (2, 1)
    assert set(rows_behind(manager, for_manager.address)) == {active, hidden}
    assert rows_behind(viewer, for_viewer.address) == [active]
    in_three_days = figures.active_leads(manager, today + dt.timedelta(days=3))
    assert in_three_days.value == 3


# --- introductions -------------------------------------------------------------------------------


def held(lead: Any, days_ago: int, state: MeetingState = MeetingState.HELD) -> Meeting:
    item = make.shortlisting(lead=lead)
    start = timezone.now() - dt.timedelta(days=days_ago)
    more = {"no_show_by": "cluster"} if state == MeetingState.NO_SHOW else {}
    made: Meeting = Meeting.objects.create(
        lead=lead,
        cluster=item.cluster,
        shortlisting=item,
        purpose="To meet",
        state=state,
        starts_at=start,
        ends_at=start + dt.timedelta(hours=1),
        **more,
    )
    return made


def test_introductions_by_hand(manager: User, viewer: User) -> None:
    today, open_lead = timezone.localdate(), make.qualified_lead(owner=make.user())
    recent, edge = held(open_lead, 1), held(open_lead, 90)
    held(open_lead, 92)
    held(open_lead, 2, MeetingState.NO_SHOW)
    held(open_lead, 2, MeetingState.CONFIRMED)
    hidden = held(hidden_lead(), 3)
    for_manager, for_viewer = (figures.introductions_held(who, today) for who in (manager, viewer))
    assert (for_manager.value, for_manager.hidden) == (3, 0)
    assert (for_viewer.value, for_viewer.hidden) == (3, 1)
    assert set(rows_behind(manager, for_manager.address)) == {recent, edge, hidden}
    assert set(rows_behind(viewer, for_viewer.address)) == {recent, edge}


# --- joined and started --------------------------------------------------------------------------


@pytest.fixture
def world() -> dict[str, Engagement]:
    """Engagements of both kinds; this year is 2026."""
    this, last = dt.date(2026, 3, 1), dt.date(2025, 3, 1)
    pair, same_pair = _one_investor_twice(this, last)
    return {
        "pair": pair,
        "same pair": same_pair,
        "left": make.engagement(state=_S.LEFT, agreed_on=last, contribution=Contribution.SUPPORTED),
        "informed": make.engagement(
            state=_S.VERIFIED, agreed_on=this, contribution=Contribution.INFORMED
        ),
        "none": make.engagement(state=_S.VERIFIED, agreed_on=this, contribution=Contribution.NONE),
        "prior": _with_prior_tie(this),
        "hidden": make.engagement(lead=hidden_lead(), state=_S.VERIFIED, agreed_on=this),
        "agreed": make.engagement(state=_S.AGREED, agreed_on=this),
        "open": make.engagement(state=_S.OPEN),
        "declined": make.engagement(state=_S.DECLINED),
        "started": make.engagement(kind=START, state=_S.VERIFIED, agreed_on=this),
        "started before": make.engagement(
            kind=START,
            state=_S.COMPLETED,
            agreed_on=last,
            contribution=Contribution.INITIATED,
        ),
    }


def _one_investor_twice(first: dt.date, second: dt.date) -> list[Engagement]:
    """Two needs of one investor in one project, opened before either made it a partner."""
    owner, project = make.user(), make.project()
    investor = make.investor(actor=owner)
    agreed = [
        make.engagement(
            lead=make.qualified_lead(owner=owner, investor=investor),
            project=project,
            state=_S.AGREED,
            agreed_on=day,
        )
        for day in (first, second)
    ]
    return [
        engagements.verify(
            actor=make.user(role=Role.MANAGER),
            engagement=one,
            contribution=Contribution.DECISIVE,
            counterfactual="Elsewhere.",
        )
        for one in agreed
    ]


def _with_prior_tie(day: dt.date) -> Engagement:
    owner, organisation, project = make.user(), make.organisation(), make.project()
    organisation.partnerships.create(cluster=project.clusters.get())
    investor = make.investor(actor=owner, organisation=organisation)
    return make.engagement(
        lead=make.qualified_lead(owner=owner, investor=investor),
        project=project,
        state=_S.VERIFIED,
        agreed_on=day,
    )


DAY = dt.date(2026, 11, 22)


def test_joined_by_hand(world: dict[str, Engagement], manager: User) -> None:
    joined, _started = figures.joined_and_started(manager, DAY)
    assert (joined.value, joined.hidden) == (3, 0)  # pair, left, hidden
    assert part(joined, "in 2026").value == 2  # pair, hidden
    assert part(joined, "to be confirmed").value == 1
    assert part(joined, "informed").value == 2
    assert part(joined, "already").value == 1
    assert part(joined, "left").value == 1


def test_started_by_hand(world: dict[str, Engagement], manager: User) -> None:
    _joined, started = figures.joined_and_started(manager, DAY)
    assert started.value == 2
    assert part(started, "in 2026").value == 1
    assert [one.value for one in started.parts[1:]] == [0, 0, 0, 0]


def test_lists_behind_show_exactly_the_rows_counted(
    world: dict[str, Engagement], manager: User
) -> None:
    joined, started = figures.joined_and_started(manager, DAY)
    of = world.__getitem__
    assert set(rows_behind(manager, joined.address)) == {
        *map(of, ("pair", "same pair", "left", "hidden"))
    }
    assert set(rows_behind(manager, started.address)) == {*map(of, ("started", "started before"))}
    behind = {
        "in 2026": ("pair", "hidden"),
        "to be confirmed": ("agreed",),
        "informed": ("informed", "none"),
        "already": ("prior",),
        "left": ("left",),
    }
    for label, names in behind.items():
        assert set(rows_behind(manager, part(joined, label).address)) == {*map(of, names)}, label


def test_totals_are_the_same_for_every_reader(world: dict[str, Engagement], manager: User) -> None:
    expected = [figure.value for figure in figures.joined_and_started(manager, DAY)]
    for role in Role:
        reader = make.user(role=role)
        seen = figures.joined_and_started(reader, DAY)
        assert [figure.value for figure in seen] == expected
        assert part(seen[0], "in 2026").text == "2"
        hides = role in {Role.VIEWER, Role.ADVISER, Role.DESK}
        assert [figure.hidden for figure in seen] == ([1, 0] if hides else [0, 0])


def test_owner_of_the_confidential_lead_misses_nothing(world: dict[str, Engagement]) -> None:
    owner = world["hidden"].lead.owner
    assert owner is not None
    assert figures.joined_and_started(owner, DAY)[0].hidden == 0


def test_small_part_that_rests_on_a_hidden_record_is_not_told(
    world: dict[str, Engagement], manager: User, viewer: User
) -> None:
    make.engagement(lead=hidden_lead(), state=_S.AGREED)
    for_manager = part(figures.joined_and_started(manager, DAY)[0], "to be confirmed")
    for_viewer = part(figures.joined_and_started(viewer, DAY)[0], "to be confirmed")
    assert (for_manager.value, for_viewer.value) == (2, 2)
    assert (for_manager.text, for_viewer.text) == ("2", "< 5")
    assert part(figures.joined_and_started(viewer, DAY)[0], "already").text == "1"


@pytest.mark.parametrize(
    ("value", "hidden", "text"),
    [(0, 0, "0"), (4, 0, "4"), (4, 1, "< 5"), (5, 1, "5"), (1234, 3, "1,234")],
)
def test_breakdown_below_five(value: int, hidden: int, text: str) -> None:
    assert shown(value, hidden) == text


def test_groups_part_what_was_confirmed(world: dict[str, Engagement]) -> None:
    """Headline, informed at most and already with the cluster make up what was confirmed."""
    every = Engagement.objects.all()
    parts = [every.headline(), every.hardly_ours(), every.with_prior_tie()]
    keys = [row.pk for rows in parts for row in rows]
    assert sorted(keys) == sorted(every.counted().values_list("pk", flat=True))
    assert len(keys) == len(set(keys))


def test_nothing_on_record_is_zero(manager: User) -> None:
    for figure in figures.today_figures(manager, DAY):
        assert (figure.value, figure.text, figure.hidden) == (0, "0", 0)
        assert figure.definition


@pytest.mark.parametrize(("role", "queries"), [(Role.VIEWER, 7), (Role.MANAGER, 4)])
def test_four_figures_cost_few_queries_and_one_when_nothing_changed(
    role: Role, queries: int, world: dict[str, Engagement], django_assert_num_queries: Any
) -> None:
    reader = User.objects.get(pk=make.user(role=role).pk)
    assert reader.acts
    changes._values.clear()
    with django_assert_num_queries(queries):
        first = figures.today_figures(reader, DAY)
    with django_assert_num_queries(1):
        assert figures.today_figures(reader, DAY) == first


def test_list_of_active_leads_says_what_it_leaves_out(manager: User, viewer: User) -> None:
    hidden_lead()
    address = figures.active_leads(viewer, timezone.localdate()).address
    said = "And 1 confidential, not listed."
    for who, query, expected in (
        (viewer, "", True),
        (viewer, "&country=JP", False),
        (viewer, "&q=investor", False),
        (manager, "", False),
    ):
        client = Client()
        client.force_login(who)
        assert (said in client.get(address + query).content.decode()) == expected, query


def test_a_pair_is_hidden_only_where_none_of_its_engagements_is_seen(
    manager: User, viewer: User
) -> None:
    """The same investor in the same project, under an open lead and under a confidential one."""
    open_lead = make.qualified_lead(owner=make.user())
    secret = hidden_lead(investor=open_lead.investor)
    other = hidden_lead()
    project = make.project()
    for lead in (open_lead, secret, other):
        make.engagement(lead=lead, project=project, state=_S.VERIFIED)
    joined = figures.joined_and_started(viewer, DAY)[0]
    assert (joined.value, joined.hidden) == (2, 1)
    assert figures.joined_and_started(manager, DAY)[0].hidden == 0
