"""Many made-up leads: in step with themselves, and the same for the same seed."""

import datetime as dt
import threading
import unicodedata
from io import StringIO
from itertools import islice
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Max, Min, Model, Q
from django.test.utils import CaptureQueriesContext

from ifa_crm.home.making.batch import references
from ifa_crm.home.making.maker import Maker
from ifa_crm.home.making.pool import Pool
from ifa_crm.home.making.rows import MODELS
from ifa_crm.home.making.tables import Table
from ifa_crm.home.management.commands import make_leads
from investors import gates
from investors.choices import CLOSED, Direction, EngagementState, Stage, Status
from investors.clocks import Calendars
from investors.models import Contact, Engagement, Interaction, Investor, Lead
from investors.services.clocks import wind
from meetings.choices import MeetingState
from meetings.models import Booking, Meeting
from tests import make

COUNT = 600


@pytest.fixture(scope="module")
def made(reference: None) -> None:
    call_command("make_leads", count=COUNT, seed=13, verbosity=0)


def _indexes() -> list[tuple[str, str]]:
    """Names and definitions of all indexes of SQLite."""
    if connection.vendor != "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name")
        return cursor.fetchall()


def test_references_differ() -> None:
    first = list(islice(references(1), 20_000))
    assert len(set(first)) == 20_000
    assert {len(ref) for ref in first} == {8}
    assert not set(first) & set(islice(references(2), 20_000))


@pytest.mark.django_db
def test_it_needs_the_reference_data() -> None:
    with pytest.raises(CommandError, match="load_reference"):
        call_command("make_leads", count=1)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, -1])
def test_it_makes_at_least_one(count: int) -> None:
    with pytest.raises(CommandError, match="count"):
        call_command("make_leads", count=count)


@pytest.mark.usefixtures("made")
class TestMade:
    def test_as_many_as_asked_for(self) -> None:
        assert Lead.objects.count() == COUNT
        assert set(Lead.objects.values_list("stage", flat=True)) == set(Stage)
        assert set(Lead.objects.values_list("status", flat=True)) == set(Status)

    def test_a_seed_is_used_once(self) -> None:
        with pytest.raises(CommandError, match="seed 13"):
            call_command("make_leads", count=1, seed=13)

    def test_it_says_how_long_it_took(self, undone: None) -> None:
        out = StringIO()
        call_command("make_leads", count=2, seed=6, stdout=out)
        assert "Made 2 leads in" in out.getvalue()

    def test_stage_and_status_are_what_the_log_says(self) -> None:
        for lead in Lead.objects.with_logged_stage().prefetch_related("log"):
            assert lead.stage == lead.logged_stage
            moves = [move.to_state for move in lead.log.all() if move.kind == "status"]
            assert lead.status == moves[-1]

    def test_clocks_are_those_of_the_hours(self) -> None:
        calendars, first = Calendars(), dict[int, dt.datetime]()
        for said in Interaction.objects.select_related("lead__owner"):
            told = (said.reply_due_at, said.silent_at)
            wind(said, said.lead, calendars)
            assert told == (said.reply_due_at, said.silent_at), said
            if said.is_open and said.reply_due_at:
                due = first.get(said.lead_id, said.reply_due_at)
                first[said.lead_id] = min(due, said.reply_due_at)
        assert first
        for lead in Lead.objects.all():
            assert lead.reply_due_at == first.get(lead.pk)

    def test_heard_at_is_what_they_last_said(self) -> None:
        said = Q(interactions__direction="in") | Q(interactions__result="spoke")
        for lead in Lead.objects.annotate(last=Max("interactions__happened_at", filter=said)):
            assert lead.heard_at == lead.last

    def test_next_due_is_the_earliest_open_action(self) -> None:
        due = Min("actions__due", filter=Q(actions__done_at__isnull=True))
        for lead in Lead.objects.annotate(earliest=due):
            assert lead.next_due == lead.earliest
            assert (lead.next_due is None) == (lead.status in CLOSED)

    def test_qualified_ones_have_the_checklist(self) -> None:
        qualified = Lead.objects.filter(stage__gte=Stage.QUALIFIED)
        assert qualified.exclude(gates.is_complete()).count() == 0

    @pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.__name__)
    def test_every_row_is_valid(self, model: type[Model]) -> None:
        assert model._default_manager.exists()
        for row in model._default_manager.order_by("-pk")[:60]:
            row.full_clean(validate_unique=False)

    def test_there_is_as_much_as_promised(self) -> None:
        """In the mean of a lead: 3 contacts and 6 interactions, over three years."""
        assert Contact.objects.count() > 2.5 * COUNT
        assert Interaction.objects.count() > 5.2 * COUNT
        came_in = Lead.objects.aggregate(first=Min("received_at"), last=Max("received_at"))
        assert came_in["last"] - came_in["first"] > dt.timedelta(days=1000)

    def test_some_investors_come_again(self) -> None:
        assert Investor.objects.annotate(n=Count("leads")).filter(n__gt=2).exists()

    def test_countries_and_owners_are_skewed(self) -> None:
        for model, name in ((Investor, "control_country"), (Lead, "owner")):
            often = model.objects.values_list(name).annotate(n=Count("pk")).order_by("-n")
            numbers = [n for _who, n in often]
            assert len(numbers) > 8
            assert numbers[0] > 2 * numbers[4]

    def test_names_stand_in_several_scripts(self) -> None:
        scripts = {
            unicodedata.name(name[0]).split()[0]
            for name in Investor.objects.exclude(native_name="").values_list(
                "native_name", flat=True
            )
        }
        assert len(scripts) > 4

    def test_what_came_in_is_answered_by_the_next_answer(self) -> None:
        for lead in Lead.objects.all()[:60]:
            said = list(lead.interactions.order_by("happened_at", "pk"))
            for place, one in enumerate(said):
                answer = next((later for later in said[place + 1 :] if later.is_answer), None)
                assert one.answered_by == (answer if one.direction == Direction.IN else None)
                assert one.answered_at == (one.answered_by and one.answered_by.happened_at)

    def test_the_next_row_has_a_key_of_its_own(self, undone: None) -> None:
        last = Investor.objects.order_by("pk").last()
        assert last is not None
        assert make.investor().pk > last.pk

    def test_text_is_folded(self) -> None:
        call_command("refold", check=True, verbosity=0)

    def test_many_are_written_before_their_indexes(
        self, undone: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = _indexes()
        monkeypatch.setattr(make_leads, "_is_many", lambda count: True)
        call_command("make_leads", count=30, seed=21, verbosity=0)
        assert Lead.objects.filter(title__contains=" ").count() >= COUNT + 30
        assert _indexes() == before
        connection.check_constraints()

    def test_many_that_are_broken_off_leave_the_indexes_and_no_rows(
        self, undone: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, leads = _indexes(), Lead.objects.count()

        def broken(self: Maker, received: int) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(make_leads, "_is_many", lambda count: True)
        monkeypatch.setattr(Maker, "_lead", broken)
        with pytest.raises(KeyboardInterrupt):
            call_command("make_leads", count=30, seed=22, verbosity=0)
        assert (_indexes(), Lead.objects.count()) == (before, leads)

    def test_what_fails_beside_the_making_fails_the_command(
        self, undone: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Rows are written by a thread of their own, on the connection of this one."""
        before, leads = _indexes(), Lead.objects.count()
        written: list[str] = []

        def broken(self: Table, rows: list[Any]) -> None:
            written.append(threading.current_thread().name)
            raise OSError("the disk is full")

        monkeypatch.setattr(make_leads, "_is_many", lambda count: True)
        monkeypatch.setattr(Table, "insert", broken)
        with pytest.raises(OSError, match="the disk is full"):
            call_command("make_leads", count=30, seed=23, verbosity=0)
        assert len(written) == 1
        assert written != [threading.current_thread().name]
        assert (_indexes(), Lead.objects.count()) == (before, leads)

    def test_search_finds_them_and_what_comes_after(self, undone: None) -> None:
        text = Lead.objects.order_by("pk")[COUNT // 2].search_text
        assert Lead.objects.filter(search_text__holds=text).exists()
        later = make.investor(name="Zanzibaroscope")
        assert list(Investor.objects.filter(search_text__holds="anzibaro")) == [later]

    def test_each_stands_under_the_country_of_its_investor(self) -> None:
        assert Lead.objects.count() >= COUNT
        assert not Lead.objects.exclude(investor_country=F("investor__control_country")).exists()

    def test_what_is_confidential_is_hidden(self) -> None:
        hidden = Lead.objects.filter(restricted=True)
        assert 0 < hidden.count() < COUNT / 10
        assert not hidden.filter(investor__restricted=False).exists()
        assert not Contact.objects.filter(investor__in=hidden.values("investor"), restricted=False)

    def test_agreements_are_confirmed_by_a_second_person(self) -> None:
        verified = Engagement.objects.filter(state=EngagementState.VERIFIED)
        assert verified.exists()
        assert not verified.filter(verified_by=F("recorded_by")).exists()
        assert not verified.filter(partner__isnull=True).exists()

    def test_nobody_is_booked_twice(self, undone: None) -> None:
        """Nor by those that are made later."""
        call_command("make_leads", count=COUNT, seed=7, verbosity=0)
        confirmed = Meeting.objects.filter(state=MeetingState.CONFIRMED)
        assert Booking.objects.count() == 2 * confirmed.count() > 0
        for row in Booking.objects.all():
            others = Booking.objects.overlapping([row.person_key], row.starts_at, row.ends_at)
            assert list(others) == [row]


def _written(monkeypatch: pytest.MonkeyPatch, count: int, seed: int) -> dict[str, list[Any]]:
    """What is written for a seed, in whole."""
    rows: dict[str, list[Any]] = {}

    def insert(table: Table, some: list[Any]) -> None:
        rows.setdefault(table.model.__name__, []).extend(some)

    monkeypatch.setattr(Table, "insert", insert)
    day = dt.date(2026, 3, 2)
    for _ in Maker(seed=seed, pool=Pool.of_database(), today=day).make(count):
        pass
    return rows


def test_the_same_seed_makes_the_same_rows(
    reference: None, undone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _written(monkeypatch, 40, seed=9)
    assert first == _written(monkeypatch, 40, seed=9)
    assert first["Lead"] != _written(monkeypatch, 40, seed=10)["Lead"]


def test_rows_hold_what_both_databases_read(
    reference: None, undone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A choice is text here, a moment too: subclasses would be adapted one by one."""
    for rows in _written(monkeypatch, 100, seed=9).values():
        assert {type(value) for row in rows for value in row} <= {int, str, bool, type(None)}


def test_it_asks_as_often_for_few_as_for_many(reference: None, undone: None) -> None:
    maker, asked = Maker(seed=3, pool=Pool.of_database(), today=dt.date(2026, 3, 2)), []
    list(maker.make(1))  # the hours of the offices are read once, when the first clock is wound
    for count in (1, 200):
        with CaptureQueriesContext(connection) as queries:
            list(maker.make(count))
        asked.append(len(queries))
    assert asked[0] == asked[1] < 80
