"""The reply clock on the records: kept by the services, told in words, carried to the lead."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Min, Q
from django.test import Client
from django.utils import timezone, translation
from django.utils.formats import date_format

from ifa_crm.staff.models import Holiday, Office, User, WorkingHours
from ifa_crm.staff.roles import Role
from ifa_crm.work.models import Job
from ifa_crm.work.tasks import run_job
from investors.choices import Direction, InteractionKind, LostReason, Result
from investors.clocks import Clocks
from investors.models import Interaction, Lead
from investors.reply_clock import STANDARD, deadlines
from investors.services import clocks, interactions, leads, status
from tests import make
from tests.conftest import SignIn
from tests.staff.test_admin import change as change_user
from tests.staff.test_admin import user_data

pytestmark = pytest.mark.django_db
PARIS = "Europe/Paris"
NBSP = "\N{NO-BREAK SPACE}"


def monday(hour: int = 10) -> dt.datetime:
    """A Monday in summer that is over, by the clock in Paris."""
    return dt.datetime(2026, 7, 6, hour - 2, tzinfo=dt.UTC)


def office(zone: str = PARIS, **hours: tuple[int, int]) -> Office:
    made = make.office(time_zone=zone)
    for day in range(5):
        WorkingHours.objects.create(office=made, weekday=day, opens=dt.time(9), closes=dt.time(17))
    return made


def twin(lead: Lead) -> tuple[dt.datetime | None, dt.datetime | None]:
    """What the lead's columns must hold."""
    is_open = Q(interactions__direction=Direction.IN, interactions__answered_at__isnull=True)
    row = Lead.objects.annotate(
        due=Min("interactions__reply_due_at", filter=is_open),
        silent=Min("interactions__silent_at", filter=is_open),
    ).get(pk=lead.pk)
    assert (row.reply_due_at, row.silent_at) == (row.due, row.silent)
    return row.due, row.silent


def test_it_runs_by_the_hours_of_the_leads_office() -> None:
    lead = make.lead(office=office())
    said = make.interaction(lead=lead, happened_at=monday(10))
    assert said.reply_due_at == monday(10) + dt.timedelta(days=1)
    assert said.silent_at == monday(10) + dt.timedelta(days=7)
    assert twin(lead) == (said.reply_due_at, said.silent_at)


def test_without_an_office_it_runs_by_the_owners_and_else_by_the_standard_hours() -> None:
    owner = make.user(office=office("Asia/Tokyo"))
    lead = make.lead(owner=owner)
    Lead.objects.filter(pk=lead.pk).update(office=None)
    said = make.interaction(lead=lead, happened_at=monday(10))
    # In Tokyo it is five o'clock: the whole next day, to the same moment.
    assert said.reply_due_at == monday(10) + dt.timedelta(days=1)
    nobodys = make.lead(office=None)
    said = make.interaction(lead=nobodys, happened_at=monday(10))
    assert said.reply_due_at == deadlines(STANDARD, monday(10)).reply_due_at


def test_only_what_came_in_has_a_clock() -> None:
    said = make.interaction(lead=make.lead(), direction=Direction.OUT)
    assert said.reply_due_at is None
    for change in ({"direction": Direction.IN}, {"reply_due_at": timezone.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Interaction.objects.filter(pk=said.pk).update(**change)


def test_an_answer_stops_it_and_the_message_keeps_its_clock() -> None:
    lead = make.lead()
    said = make.interaction(lead=lead, happened_at=monday(10))
    make.interaction(lead=lead, direction=Direction.OUT, happened_at=monday(11))
    said.refresh_from_db()
    assert said.answered_at == monday(11)
    assert said.reply_due_at is not None
    assert twin(lead) == (None, None)


def test_no_answer_does_not_stop_it() -> None:
    lead = make.lead()
    said = make.interaction(lead=lead, happened_at=monday(10))
    make.interaction(
        lead=lead,
        kind=InteractionKind.CALL,
        direction=Direction.OUT,
        result=Result.NO_ANSWER,
        happened_at=monday(11),
    )
    assert twin(lead) == (said.reply_due_at, said.silent_at)


def test_it_runs_for_a_lead_that_is_lost(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    status.lose(actor=adviser, lead=lead, reason=LostReason.DROPPED)
    said = make.interaction(lead=lead, happened_at=monday(10))
    assert twin(lead) == (said.reply_due_at, said.silent_at)


def test_the_lead_carries_the_earliest_open_one(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    later = make.interaction(lead=lead, happened_at=monday(15))
    assert twin(lead)[0] == later.reply_due_at
    first = make.interaction(lead=lead, happened_at=monday(9))
    assert twin(lead)[0] == first.reply_due_at
    said = interactions.Said(
        kind=InteractionKind.EMAIL, happened_at=monday(16), direction=Direction.IN, text="Later"
    )
    interactions.edit_interaction(actor=adviser, interaction=first, said=said, contacts=[])
    assert twin(lead)[0] == later.reply_due_at


def test_another_office_tells_it_by_its_own_hours(adviser: User, manager: User) -> None:
    lead = make.lead(owner=adviser, office=office())
    said = make.interaction(lead=lead, happened_at=monday(11))
    before = said.reply_due_at
    tokyo = office("Asia/Tokyo")
    leads.assign(actor=manager, lead=lead, owner=adviser, deputy=None, office=tokyo)
    said.refresh_from_db()
    assert before == monday(11) + dt.timedelta(days=1)
    assert said.reply_due_at == monday(10) + dt.timedelta(days=1)
    assert twin(lead) == (said.reply_due_at, said.silent_at)


def test_an_entry_of_long_ago_is_flagged() -> None:
    lead = make.lead()
    assert make.interaction(lead=lead, happened_at=monday(10)).logged_late
    assert not make.interaction(lead=lead, happened_at=timezone.now()).logged_late
    long_ago = make.interaction(lead=lead, direction=Direction.OUT, happened_at=monday(10))
    assert long_ago.logged_late


def test_the_timeline_says_when_a_late_entry_was_made(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    make.interaction(lead=lead, actor=adviser, happened_at=monday(10))
    page = " ".join(as_user(adviser).get(lead.get_absolute_url()).content.decode().split())
    assert "Late entry" in page
    assert f"logged by {adviser} on {date_format(timezone.localdate())}" in page
    make.interaction(lead=lead, actor=adviser)
    page = as_user(adviser).get(lead.get_absolute_url()).content.decode()
    assert page.count(f"logged by {adviser} on ") == 1


class TestHoursChange:
    def test_a_holiday_moves_what_is_open(self) -> None:
        paris = office()
        lead, answered = make.lead(office=paris), make.lead(office=paris)
        said = make.interaction(lead=lead, happened_at=monday(10))
        done = make.interaction(lead=answered, happened_at=monday(10))
        make.interaction(lead=answered, direction=Direction.OUT, happened_at=monday(11))
        Holiday.objects.create(office=paris, date=dt.date(2026, 7, 7), name="A day off")
        assert clocks.hours_changed(paris) is None
        said.refresh_from_db()
        assert said.reply_due_at == monday(10) + dt.timedelta(days=2)
        assert twin(lead) == (said.reply_due_at, said.silent_at)
        kept = done.reply_due_at
        done.refresh_from_db()
        assert done.reply_due_at == kept

    def test_many_are_a_job(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clocks, "AT_ONCE", 1)
        paris = office()
        made = [make.lead(office=paris) for _ in range(3)]
        for lead in made:
            make.interaction(lead=lead, happened_at=monday(10))
        elsewhere = make.interaction(lead=make.lead(), happened_at=monday(10))
        WorkingHours.objects.filter(office=paris).update(closes=dt.time(13))
        job = clocks.hours_changed(paris)
        assert job is not None
        run_job.call(job.pk)
        job.refresh_from_db()
        assert (job.state, job.done) == ("done", 3)
        for lead in made:
            assert twin(lead)[0] == monday(10) + dt.timedelta(days=2)
        kept = elsewhere.reply_due_at
        elsewhere.refresh_from_db()
        assert elsewhere.reply_due_at == kept

    @pytest.mark.parametrize("to_none", [False, True])
    def test_the_clocks_of_one_who_moves_follow_at_once(
        self, administrator: User, as_user: SignIn, to_none: bool
    ) -> None:
        """An owner's leads without an office of their own are answered in the owner's hours."""
        owner = make.user(office=office())
        WorkingHours.objects.filter(office=owner.office).update(closes=dt.time(13))
        lead, of_paris = make.lead(owner=owner), make.lead(office=owner.office)
        Lead.objects.filter(pk=lead.pk).update(office=None)
        for each in (lead, of_paris):
            make.interaction(lead=Lead.objects.get(pk=each.pk), happened_at=monday(11))
        kept = twin(of_paris)
        assert twin(lead) == kept
        there = None if to_none else office("Asia/Tokyo")
        data = user_data(
            owner, roles=[Role.ADVISER], office=str(there.pk) if there else "", time_zone=PARIS
        )
        assert not change_user(as_user(administrator), owner, data)
        assert twin(lead)[0] == monday(11 if to_none else 10) + dt.timedelta(days=1)
        assert twin(of_paris) == kept

    def test_every_night_all_are_told_anew(self) -> None:
        owner = make.user()
        lead = make.lead(owner=owner, office=None)
        make.interaction(lead=lead, happened_at=monday(11))
        owner.office = office("Asia/Tokyo")
        owner.save()
        clocks._nightly(timezone.now())
        clocks._nightly(timezone.now())
        assert Job.objects.filter(kind=clocks.KIND).count() == 1
        run_job.call(Job.objects.get(kind=clocks.KIND).pk)
        assert twin(lead)[0] == monday(10) + dt.timedelta(days=1)


class TestWords:
    @pytest.mark.parametrize(
        ("hours", "english", "french"),
        [
            (1, "reply due in 7 h", "réponse due dans 7 h"),
            (23.5, "reply due in 30 min", "réponse due dans 30 min"),
            (24.5, "30 min late", "30 min de retard"),
            (26, "2 h late", "2 h de retard"),
            (48, "1 working day late", "1 jour ouvré de retard"),
            (72, "2 working days late", "2 jours ouvrés de retard"),
            (24 * 9, "silent for 7 working days", "silence depuis 7 jours ouvrés"),
            (24 * 200, "silent since 13 Jul 2026", "silence depuis le 13 juil. 2026"),
        ],
    )
    def test_a_clock_reads(self, hours: float, english: str, french: str) -> None:
        lead = make.lead(office=office())
        said = make.interaction(lead=lead, happened_at=monday(10))
        lead.refresh_from_db()
        reader = Clocks(monday(10) + dt.timedelta(hours=hours))
        for language, words in (("en", english), ("fr", french)):
            with translation.override(language):
                for row in (lead, said):
                    told = reader.read(row)
                    assert told is not None
                    assert told.text.replace(NBSP, " ") == words
                    assert not re.search(r"\d (h|min)\b", told.text + told.short)

    @pytest.mark.parametrize(
        ("hours", "english", "french"),
        [
            (1, "in 7 h", "dans 7 h"),
            (23.5, "in 30 min", "dans 30 min"),
            (23.999, "now", "maintenant"),
            (26, "2 h late", "2 h de retard"),
        ],
    )
    def test_under_a_heading_it_is_short(self, hours: float, english: str, french: str) -> None:
        lead = make.lead(office=office())
        make.interaction(lead=lead, happened_at=monday(10))
        lead.refresh_from_db()
        reader = Clocks(monday(10) + dt.timedelta(hours=hours))
        for language, words in (("en", english), ("fr", french)):
            with translation.override(language):
                told = reader.read(lead)
                assert told is not None
                assert told.short.replace(NBSP, " ") == words

    def test_what_is_answered_has_no_words(self) -> None:
        lead = make.lead()
        said = make.interaction(lead=lead, happened_at=monday(10))
        make.interaction(lead=lead, direction=Direction.OUT, happened_at=monday(11))
        said.refresh_from_db()
        lead.refresh_from_db()
        assert Clocks().read(said) is Clocks().read(lead) is None


class TestList:
    def listed(self, client: Client, query: str) -> list[Any]:
        page = client.get(f"/leads/?{query}")
        return [row.pk for row in page.context["page"].objects]

    def test_it_is_filtered_and_sorted_by_the_clock(self, adviser: User, as_user: SignIn) -> None:
        now = timezone.now()
        new, old, none = make.lead(), make.lead(), make.lead()
        make.interaction(lead=new, happened_at=now)
        make.interaction(lead=old, happened_at=monday(10))
        client = as_user(adviser)
        assert self.listed(client, "sort=reply") == [old.pk, new.pk, none.pk]
        assert self.listed(client, "reply=waiting&sort=reply") == [old.pk, new.pk]
        assert self.listed(client, "reply=late") == [old.pk]
        assert self.listed(client, "reply=silent") == [old.pk]
        shown = client.get("/leads/?reply=late").content.decode()
        assert "silent" in shown
