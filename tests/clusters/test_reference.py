"""The reference data: complete, valid, loaded twice without duplicates, gentle to the desk."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from currency_converter import CurrencyConverter
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import Count, Model
from django.test import TestCase

from clusters.choices import FactField
from clusters.models import (
    Cluster,
    ClusterFact,
    ClusterRegion,
    ClusterSector,
    ExchangeRate,
    FundingProgramme,
    Membership,
    Organisation,
    Partnership,
    Project,
    ProjectPartner,
    Region,
    RelatedSectors,
    Sector,
    Topic,
)
from ifa_crm.home.management.commands.refold import searched
from ifa_crm.shared.fold import fold
from ifa_crm.staff.models import Holiday, Office, WorkingHours
from ifa_crm.staff.roles import Role
from investors.models import MilestoneKind, Objective
from tests import make

FILES = sorted(Path(settings.BASE_DIR, "fixtures", "reference").glob("*.json"))
COUNTS = {
    Group: 5,
    Sector: 28,
    Region: 27,
    Cluster: 66,
    Topic: 179,
    Organisation: 26,
    Membership: 1,
    Partnership: 15,
    Project: 4,
    ProjectPartner: 8,
    FundingProgramme: 1,
    Objective: 9,
    MilestoneKind: 11,
}


def records() -> list[dict[str, Any]]:
    return [record for path in FILES for record in json.loads(path.read_text("utf-8"))]


def models() -> list[type[Model]]:
    return [apps.get_model(name) for name in sorted({record["model"] for record in records()})]


def counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in models()}


def test_no_fixture_names_a_number_for_a_key() -> None:
    assert [record["model"] for record in records() if "pk" in record] == []


class ReferenceTest(TestCase):
    """Loaded once; each test undoes what it changes."""

    @classmethod
    def setUpTestData(cls) -> None:
        call_command("load_reference", verbosity=0)

    def test_everything_is_there(self) -> None:
        assert {model: model._default_manager.count() for model in COUNTS} == COUNTS
        assert {group.name for group in Group.objects.all()} == set(Role.values)
        assert Region.objects.filter(is_overseas=False).count() == 22
        assert sum(counts().values()) == len(records())

    def test_every_row_is_valid(self) -> None:
        for model in models():
            if model is not Group:
                for row in model._default_manager.all():
                    row.full_clean()

    def test_search_text_is_what_it_should_be(self) -> None:
        for model, name in searched():
            for row in model._default_manager.all():
                assert getattr(row, name) == fold(*row.search_source()), row
        call_command("refold", check=True, verbosity=0)

    def test_wrong_search_text_is_found_and_repaired(self) -> None:
        Cluster.objects.filter(slug="minalogic").update(search_text="x")
        with pytest.raises(CommandError):
            call_command("refold", check=True, verbosity=0)
        assert Cluster.objects.get(slug="minalogic").search_text == "x"
        call_command("refold", verbosity=0)
        assert Cluster.objects.search("grenoble").filter(slug="minalogic").exists()

    def test_loaded_again_makes_no_duplicates(self) -> None:
        before = counts()
        call_command("load_reference", verbosity=0)
        call_command("loaddata", *map(str, FILES), verbosity=0)
        call_command("load_reference", overwrite=True, verbosity=0)
        assert counts() == before

    def test_loading_leaves_no_history(self) -> None:
        assert not LogEntry.objects.exists()

    def test_edits_of_the_desk_survive(self) -> None:
        desk = make.user(role=Role.DESK)
        cluster = Cluster.objects.get(slug="minalogic")
        cluster.website, cluster.desk_officer = "www.new.example", desk
        cluster.save()
        cluster.sector_links.first().delete()
        Organisation.objects.get(ref="xerox").archive(actor=desk, reason="x")
        call_command("load_reference", verbosity=0)
        cluster.refresh_from_db()
        assert (cluster.website, cluster.desk_officer) == ("www.new.example", desk)
        assert cluster.sector_links.count() == 1
        assert Organisation.objects.get(ref="xerox").is_archived

    def test_overwriting_sets_back_what_the_data_states_and_no_more(self) -> None:
        desk = make.user(role=Role.DESK)
        cluster = Cluster.objects.get(slug="minalogic")
        cluster.website, cluster.desk_officer = "www.new.example", desk
        cluster.save()
        cluster.sector_links.first().delete()
        call_command("load_reference", overwrite=True, verbosity=0)
        cluster.refresh_from_db()
        assert (cluster.website, cluster.desk_officer) == ("www.minalogic.com", desk)
        assert cluster.sector_links.count() == 2

    def test_row_that_conflicts_with_one_of_the_desk_is_left_out(self) -> None:
        """The desk recorded Xerox as a member by itself."""
        link = Membership.objects.get()
        again = Membership(
            cluster=link.cluster, organisation=link.organisation, kind="founding", ref="desk-own"
        )
        link.delete()
        again.save()
        call_command("load_reference", verbosity=0, stderr=StringIO())
        assert Membership.objects.get() == again

    def test_clusters_are_complete(self) -> None:
        for cluster in Cluster.objects.prefetch_related("facts"):
            assert cluster.official_name_fr, cluster
            assert cluster.seat_city, cluster
            assert cluster.department_code, cluster
            assert cluster.latitude is not None, cluster
            assert cluster.keywords, cluster
            assert cluster.source, cluster
            described = {fact.field for fact in cluster.facts.all()}
            undescribed = {FactField.WEBSITE} if not cluster.website else set()
            assert described | undescribed == set(FactField.values), cluster
        assert not ClusterFact.objects.filter(checked_on__isnull=False).exists()
        assert not ClusterFact.objects.filter(source="").exists()
        main = ClusterRegion.objects.filter(rank=1).count()
        assert main == 66
        assert Cluster.objects.filter(rank_2005="mondial").count() == 6
        assert Cluster.objects.filter(rank_2005="à vocation mondiale").count() == 10

    def test_every_sector_has_a_cluster_and_a_relative(self) -> None:
        rows = Sector.objects.annotate(
            first=Count("related_as_first", distinct=True),
            second=Count("related_as_second", distinct=True),
            used=Count("clusters", distinct=True),
        )
        assert [row.key for row in rows if not row.first + row.second or not row.used] == []
        assert ClusterSector.objects.filter(beyond_source=True).exists()
        assert not RelatedSectors.objects.filter(why="").exists()

    def test_departments_keep_their_leading_zeros(self) -> None:
        codes = set(Cluster.objects.values_list("department_code", flat=True))
        assert {"01", "02", "06", "974"} <= codes

    def test_offices_work_in_their_own_time(self) -> None:
        assert set(Office.objects.values_list("name", flat=True)) >= {"Paris", "Tokyo", "Boston"}
        for office in Office.objects.all():
            assert {hours.weekday for hours in office.hours.all()} == {0, 1, 2, 3, 4}
            years = {holiday.date.year for holiday in office.holidays.all()}
            assert years == {2026, 2027}
        assert Holiday.objects.filter(office__name="Paris").count() == 22
        assert WorkingHours.objects.filter(office__name="Paris").count() == 10

    def test_rates_are_the_means_of_the_bank(self) -> None:
        history = CurrencyConverter()._rates
        for currency, year in (("USD", 2007), ("JPY", 2010), ("GBP", 2024), ("CYP", 2007)):
            found = [
                Decimal(str(rate))
                for day, rate in history[currency].items()
                if day.year == year and rate is not None
            ]
            row = ExchangeRate.objects.get(currency=currency, year=year)
            assert row.days == len(found)
            assert abs(row.per_euro - sum(found) / len(found)) < Decimal("0.000001")
        assert not ExchangeRate.objects.filter(currency="ISK", year=2012).exists()
        assert not ExchangeRate.objects.filter(currency="CYP", year=2008).exists()
