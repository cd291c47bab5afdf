"""Constraints in the database, and each twin of SQL and Python over every state."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model

from clusters.choices import FactField, Standing
from clusters.models import (
    Call,
    CallCondition,
    Cluster,
    ClusterFact,
    ClusterRegion,
    ClusterSector,
    CorrectionNote,
    EvidenceNote,
    ExchangeRate,
    FundingLine,
    FundingProgramme,
    Grant,
    Membership,
    OpenSeat,
    Organisation,
    Partnership,
    Project,
    ProjectCluster,
    ProjectPartner,
    Region,
    RelatedSectors,
)
from tests import make

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 6, 1)
YESTERDAY, TOMORROW = DAY - dt.timedelta(days=1), DAY + dt.timedelta(days=1)


def _changed(row: Model, **fields: Any) -> Model:
    for name, value in fields.items():
        setattr(row, name, value)
    return row


def _second_lead() -> Model:
    project = make.project()
    return ProjectCluster(project=project, cluster=make.cluster(), is_lead=True)


def _twice(row: Any, *names: str, **fields: Any) -> Model:
    """Another row that holds the same values."""
    same = {name: getattr(row, name) for name in names}
    return type(row)(**same | fields)


def _related(first: Any, second: Any, closeness: str = "0.5") -> RelatedSectors:
    return RelatedSectors(first=first, second=second, closeness=Decimal(closeness), why="x")


def _line(programme: FundingProgramme, **fields: Any) -> FundingLine:
    given = {"label_en": "A", "label_fr": "A", "amount_millions": 1, "order": 1} | fields
    return FundingLine(programme=programme, **given)


def _rate(**fields: Any) -> ExchangeRate:
    given = {"currency": "USD", "year": 2007, "per_euro": 1, "days": 1, "source": "x"} | fields
    return ExchangeRate(**given)


def _saved(row: Any) -> Any:
    row.save()
    return row


def _note(**fields: Any) -> CorrectionNote:
    return CorrectionNote(cluster=make.cluster(), text="x", by=make.user(), **fields)


# name of the constraint → a row that breaks it
BROKEN: dict[str, Callable[[], Model]] = {
    "clusters_cluster_name_once": lambda: _twice(make.cluster(), "name", slug="another"),
    "clusters_cluster_end_has_year": lambda: _changed(make.cluster(), ended_year=2010),
    "clusters_cluster_end_has_year ": lambda: _changed(
        make.cluster(), status_today=Standing.MERGED
    ),
    "clusters_cluster_whole_position": lambda: _changed(make.cluster(), latitude=Decimal(47)),
    "clusters_cluster_archive_has_reason": lambda: _changed(make.cluster(), archive_reason="x"),
    "clusters_sector_once": lambda: _twice(
        _saved(ClusterSector(cluster=make.cluster(), sector=make.sector())), "cluster", "sector"
    ),
    "clusters_region_once": lambda: _twice(
        _saved(ClusterRegion(cluster=make.cluster(), region=make.region())),
        "cluster",
        "region",
        rank=2,
    ),
    "clusters_region_rank_once": lambda: _twice(
        _saved(ClusterRegion(cluster=make.cluster(), region=make.region())),
        "cluster",
        region=make.region(),
    ),
    "clusters_fact_once": lambda: _twice(
        make.fact(cluster=make.cluster()), "cluster", "field", "confidence"
    ),
    "clusters_fact_checked_when": lambda: _changed(
        make.fact(cluster=make.cluster()), checked_by=make.user()
    ),
    "clusters_evidence_in_order": lambda: _changed(
        make.evidence(cluster=make.cluster(), dated=DAY), ended_on=YESTERDAY
    ),
    "clusters_correction_done_by_someone": lambda: _note(answer="x"),
    "clusters_membership_once": lambda: _twice(
        make.membership(cluster=make.cluster()), "cluster", "organisation", "kind"
    ),
    "clusters_membership_in_order": lambda: _changed(
        make.membership(cluster=make.cluster()), since_year=2007, until_year=2006
    ),
    "clusters_partnership_named_or_counted": lambda: Partnership(cluster=make.cluster()),
    "clusters_partnership_named_or_counted ": lambda: Partnership(
        cluster=make.cluster(), organisation=make.organisation(), unnamed_count=3
    ),
    "clusters_partnership_named_says_itself": lambda: Partnership(
        cluster=make.cluster(), organisation=make.organisation(), unnamed_country="TN"
    ),
    "clusters_partnership_once": lambda: _twice(
        make.partnership(cluster=make.cluster()), "cluster", "organisation"
    ),
    "clusters_partnership_in_order": lambda: _changed(
        make.partnership(cluster=make.cluster()), since_year=2007, until_year=2006
    ),
    "clusters_project_budget_currency": lambda: _changed(
        make.project(), budget_amount=1, budget_currency=""
    ),
    "clusters_project_in_order": lambda: _changed(make.project(), starts_on=DAY, ends_on=YESTERDAY),
    "clusters_projectcluster_once": lambda: _twice(
        make.project().cluster_links.get(), "project", "cluster"
    ),
    "clusters_project_one_lead": _second_lead,
    "clusters_partner_once": lambda: _twice(
        make.partner(project=make.project()), "project", "organisation"
    ),
    "clusters_partner_in_order": lambda: _changed(
        make.partner(project=make.project()), joined_on=DAY, left_on=YESTERDAY
    ),
    "clusters_seat_filled_by_someone": lambda: _changed(
        make.seat(project=make.project()), filled_on=DAY
    ),
    "clusters_seat_filled_or_withdrawn": lambda: _both_filled_and_withdrawn(),
    "clusters_programme_in_order": lambda: _changed(make.programme(), last_year=2005),
    "clusters_programme_total_positive": lambda: _changed(make.programme(), total_millions=0),
    "clusters_line_order_once": lambda: _line(_saved(_line(make.programme())).programme),
    "clusters_line_not_negative": lambda: _line(make.programme(), amount_millions=-1),
    "clusters_call_in_order": lambda: _changed(make.call(), opens_on=DAY, closes_on=YESTERDAY),
    "clusters_condition_order_once": lambda: _twice(
        _saved(CallCondition(call=make.call(), text="x")), "call", text="y"
    ),
    "clusters_grant_not_negative": lambda: _changed(make.grant(project=make.project()), amount=-1),
    "clusters_rate_once": lambda: _twice(
        _saved(_rate()), "currency", "year", "days", "source", per_euro=2
    ),
    "clusters_rate_positive": lambda: _rate(per_euro=0),
    "clusters_related_unique": lambda: _twice(
        _saved(_related(make.sector(), make.sector())), "first", "second", "closeness", "why"
    ),
    "clusters_related_differ": lambda: (lambda one: _related(one, one))(make.sector()),
    "clusters_related_closeness": lambda: _related(make.sector(), make.sector(), "1.00"),
    "clusters_region_code_2005": lambda: _twice(
        make.region(code_2005="42"),
        "code_2005",
        "latitude",
        "longitude",
        name="R",
        name_today="R",
        code_today="1",
        capital="C",
    ),
}


def _both_filled_and_withdrawn() -> Model:
    seat = make.seat(project=make.project())
    partner = make.partner(project=seat.project)
    return _changed(seat, filled_on=DAY, filled_by=partner, withdrawn_on=DAY)


@pytest.mark.parametrize("name", BROKEN, ids=str)
def test_constraint_holds_in_the_database(name: str) -> None:
    row = BROKEN[name]()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


@pytest.mark.parametrize("name", BROKEN, ids=str)
def test_constraint_is_told_before_the_database_is_asked(name: str) -> None:
    with pytest.raises(ValidationError) as error:
        BROKEN[name]().full_clean()
    assert error.value.messages


def test_every_constraint_has_its_broken_row() -> None:
    models = (
        Call,
        CallCondition,
        Cluster,
        ClusterFact,
        ClusterRegion,
        ClusterSector,
        CorrectionNote,
        EvidenceNote,
        ExchangeRate,
        FundingLine,
        FundingProgramme,
        Grant,
        Membership,
        OpenSeat,
        Organisation,
        Partnership,
        Project,
        ProjectCluster,
        ProjectPartner,
        Region,
        RelatedSectors,
    )
    names = {each.name for model in models for each in model._meta.constraints}
    archived = {
        f"clusters_{noun}_archive_has_reason" for noun in ("organisation", "project", "call")
    }
    assert names - {name.strip() for name in BROKEN} == archived


def test_archived_name_is_free_again() -> None:
    old = make.cluster(name="Once")
    old.archive(actor=make.user(), reason="Renamed")
    make.cluster(name="Once").full_clean()


def test_ended_membership_lets_them_come_back() -> None:
    old = make.membership(cluster=make.cluster(), since_year=2005, until_year=2007)
    make.membership(cluster=old.cluster, organisation=old.organisation).full_clean()


def test_pair_of_sectors_is_recorded_one_way_only() -> None:
    first, second = make.sector(), make.sector()
    _related(first, second).save()
    with pytest.raises(ValidationError):
        _related(second, first).full_clean()


# --- Twins -------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2004, 2007, 2010, 2011])
def test_standing_in_sql_is_that_in_python(year: int) -> None:
    make.cluster()
    for standing in Standing:
        if standing != Standing.LABELLED:
            for ended in (2007, 2010):
                make.cluster(status_today=standing, ended_year=ended)
    archived = make.cluster()
    archived.archive(actor=make.user(), reason="x")
    for row in Cluster.objects.with_standing(year):
        assert row.standing == row.standing_in(year)
    offered = set(Cluster.objects.offered_in(year))
    assert offered == {row for row in Cluster.objects.all() if row.is_offered_in(year)}


def _seats() -> None:
    project = make.project()
    for deadline in (None, YESTERDAY, DAY, TOMORROW):
        make.seat(project=project, deadline=deadline)
        make.seat(project=project, deadline=deadline, withdrawn_on=DAY)
        filled = make.seat(project=project, deadline=deadline)
        filled.filled_by = make.partner(project=project)
        filled.filled_on = DAY
        filled.save()


def test_seat_state_in_sql_is_that_in_python() -> None:
    _seats()
    rows = OpenSeat.objects.with_state(DAY)
    assert len({row.state for row in rows}) == 4
    for row in rows:
        assert row.state == row.state_on(DAY)
    assert set(OpenSeat.objects.open_on(DAY)) == {row for row in rows if row.state == "open"}


def test_call_state_in_sql_is_that_in_python() -> None:
    for opens in (YESTERDAY, DAY, TOMORROW):
        for closes in (DAY, TOMORROW):
            if opens <= closes:
                make.call(opens_on=opens, closes_on=closes)
    make.call(opens_on=YESTERDAY, closes_on=YESTERDAY)
    rows = Call.objects.with_state(DAY)
    assert len({row.state for row in rows}) == 3
    for row in rows:
        assert row.state == row.state_on(DAY)
    assert set(Call.objects.open_on(DAY)) == {row for row in rows if row.state == "open"}


def test_stale_facts_in_sql_are_those_in_python() -> None:
    year_ago = DAY - dt.timedelta(days=365)
    checked = (None, year_ago - dt.timedelta(days=1), year_ago, DAY)
    cluster = make.cluster()
    for field, day in zip(FactField, checked, strict=False):
        make.fact(cluster=cluster, field=field, checked_on=day)
    stale = set(ClusterFact.objects.stale_on(DAY))
    assert stale == {row for row in ClusterFact.objects.all() if row.is_stale_on(DAY)}
    assert len(stale) == 2


@pytest.mark.parametrize("kind", ["rd", "agenda", "training"])
def test_what_can_be_joined_in_sql_is_that_in_python(kind: str) -> None:
    for status in ("proposed", "under way", "completed", "cancelled"):
        make.project(kind=kind, status=status)
        make.project(kind=kind, status=status).archive(actor=make.user(), reason="x")
    rows = Project.objects.all()
    assert set(rows.that_can_be_joined()) == {row for row in rows if row.can_be_joined}
    assert set(rows.that_can_be_started()) == {row for row in rows if row.can_be_started}
