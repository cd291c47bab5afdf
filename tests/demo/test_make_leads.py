"""Many made-up leads: in step with themselves, and the same for the same seed."""

from io import StringIO
from itertools import islice

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F, Min, Q

from ifa_crm.home.making.maker import references
from investors import gates
from investors.choices import CLOSED, EngagementState, Stage, Status
from investors.models import Contact, Engagement, Interaction, Investor, Lead
from meetings.choices import MeetingState
from meetings.models import Booking, Meeting

COUNT = 300


@pytest.fixture(scope="module")
def made(reference: None) -> None:
    call_command("make_leads", count=COUNT, seed=5, verbosity=0)


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
        with pytest.raises(CommandError, match="seed 5"):
            call_command("make_leads", count=1, seed=5)

    def test_it_says_how_long_it_took(self, undone: None) -> None:
        out = StringIO()
        call_command("make_leads", count=2, seed=6, stdout=out)
        assert "Made 2 leads in" in out.getvalue()

    def test_stage_and_status_are_what_the_log_says(self) -> None:
        for lead in Lead.objects.with_logged_stage().prefetch_related("log"):
            assert lead.stage == lead.logged_stage
            moves = [move.to_state for move in lead.log.all() if move.kind == "status"]
            assert lead.status == moves[-1]

    def test_next_due_is_the_earliest_open_action(self) -> None:
        due = Min("actions__due", filter=Q(actions__done_at__isnull=True))
        for lead in Lead.objects.annotate(earliest=due):
            assert lead.next_due == lead.earliest
            assert (lead.next_due is None) == (lead.status in CLOSED)

    def test_qualified_ones_have_the_checklist(self) -> None:
        qualified = Lead.objects.filter(stage__gte=Stage.QUALIFIED)
        assert qualified.exclude(gates.is_complete()).count() == 0

    def test_every_row_is_valid(self) -> None:
        for model in (Investor, Lead, Contact, Interaction, Engagement, Meeting, Booking):
            for row in model.objects.all()[:60]:
                row.full_clean(validate_unique=False)

    def test_text_is_folded(self) -> None:
        call_command("refold", check=True, verbosity=0)

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


def test_the_same_seed_makes_the_same_leads(reference: None, undone: None) -> None:
    def titles() -> list[tuple[str, str, str]]:
        with transaction.atomic():
            call_command("make_leads", count=40, seed=9, verbosity=0)
            made = list(Lead.objects.order_by("pk").values_list("ref", "title", "stage"))
            transaction.set_rollback(True)
        return made[-40:]

    assert titles() == titles()
