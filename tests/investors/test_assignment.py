"""Whose an enquiry becomes: rules in their order, the next in turn, the absent passed over."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ifa_crm.staff.models import Absence, Office, User
from ifa_crm.staff.roles import Role
from investors.models import AssignmentRule, Lead
from investors.services.assignment import (
    assign_next,
    move_rule,
    preview,
    remove_rule,
    save_rule,
)
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def rule(office: Office, *countries: str, **fields: Any) -> AssignmentRule:
    place = AssignmentRule.objects.count() + 1
    made: AssignmentRule = AssignmentRule.objects.create(
        position=place, countries=list(countries), office=office, **fields
    )
    return made


def away(user: User, stand_in: User | None = None) -> None:
    today = timezone.localdate()
    Absence.objects.create(user=user, first_day=today, last_day=today, stand_in=stand_in)


def given(country: str = "JP", sectors: tuple[int, ...] = ()) -> User | None:
    return assign_next(country=country, sectors=sectors).owner


class TestRules:
    def test_the_first_that_fits_decides(self) -> None:
        seoul, tokyo, paris = make.office(), make.office(), make.office()
        sector = make.sector()
        rule(seoul, "JP", is_active=False)
        rule(tokyo, "JP", "KR", sector=sector)
        rule(paris)
        assert preview(country="JP", sectors=[sector.pk]).office == tokyo
        assert preview(country="JP", sectors=[]).office == paris
        assert preview(country="US", sectors=[sector.pk]).office == paris

    def test_an_office_that_is_closed_is_passed_over(self) -> None:
        rule(make.office(is_active=False))
        assert preview(country="JP", sectors=[]).rule is None

    def test_no_rule_gives_it_to_nobody(self) -> None:
        assert given() is None


class TestTurns:
    def test_they_take_turns(self) -> None:
        office = make.office()
        people = [make.user(office=office) for _ in range(3)]
        make.user(office=office, role=Role.MANAGER)
        make.user(office=office, is_active=False)
        rule(office)
        assert [given() for _ in range(4)] == [*people, people[0]]

    def test_a_preview_moves_nothing_on(self) -> None:
        office = make.office()
        first = make.user(office=office)
        make.user(office=office)
        rule(office)
        assert [preview(country="JP", sectors=[]).owner for _ in range(2)] == [first, first]
        assert given() == first

    def test_who_is_away_is_passed_over(self) -> None:
        office = make.office()
        first, second = make.user(office=office), make.user(office=office)
        away(first)
        rule(office)
        assert [given(), given()] == [second, second]

    def test_or_somebody_stands_in(self) -> None:
        office = make.office()
        first, second, other = (make.user(office=office) for _ in range(3))
        elsewhere = make.user(office=make.office())
        away(first, elsewhere)
        rule(office)
        assert [given(), given(), given(), given()] == [elsewhere, second, other, elsewhere]

    @pytest.mark.parametrize("fields", [{"role": Role.VIEWER}, {"is_active": False}])
    def test_who_may_not_handle_it_does_not_stand_in(self, fields: dict[str, Any]) -> None:
        office = make.office()
        first = make.user(office=office)
        away(first, make.user(**fields))
        rule(office)
        found = assign_next(country="JP", sectors=[])
        assert (found.office, found.owner) == (office, None)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_go_to_two_people() -> None:
    office = make.office()
    people = {make.user(office=office).pk for _ in range(4)}
    rule(office)

    def take(_n: int) -> int | None:
        try:
            found = given()
            return found.pk if found else None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(take, range(4))) == people


class TestServices:
    def test_a_new_rule_stands_last_and_moves(self, administrator: User) -> None:
        office = make.office()
        fields = {"countries": ["JP"], "sector": None, "office": office, "is_active": True}
        one, two = (save_rule(actor=administrator, fields=fields) for _ in range(2))
        move_rule(actor=administrator, rule=two, up=True)
        assert list(AssignmentRule.objects.all()) == [two, one]
        with pytest.raises(ValidationError):
            move_rule(actor=administrator, rule=two, up=True)
        remove_rule(actor=administrator, rule=two)
        assert list(AssignmentRule.objects.all()) == [one]

    def test_only_administrators_write_them(self, manager: User) -> None:
        made = rule(make.office())
        for act in (
            lambda: save_rule(actor=manager, fields={}, rule=made),
            lambda: move_rule(actor=manager, rule=made, up=True),
            lambda: remove_rule(actor=manager, rule=made),
        ):
            with pytest.raises(PermissionDenied):
                act()

    def test_a_position_begins_at_one(self) -> None:
        made = rule(make.office())
        with pytest.raises(IntegrityError), transaction.atomic():
            AssignmentRule.objects.filter(pk=made.pk).update(position=0)
        made.position = 0
        with pytest.raises(ValidationError):
            made.full_clean()


class TestPages:
    def test_an_administrator_edits_them(self, administrator: User, as_user: SignIn) -> None:
        client, office = as_user(administrator), make.office()
        form = {"countries": ["JP", "KR"], "sector": "", "office": office.pk, "is_active": "on"}
        assert client.post("/rules/new/", form).status_code == 302
        made = AssignmentRule.objects.get()
        assert {each.code for each in made.countries} == {"JP", "KR"}
        assert client.post("/rules/new/", form | {"countries": []}).status_code == 302
        page = client.get("/rules/").content.decode()
        assert "Every country" in page
        assert client.post(f"/rules/{made.pk}/down/").status_code == 302
        made.refresh_from_db()
        assert made.position == 2
        assert client.post(f"/rules/{made.pk}/edit/", form | {"is_active": ""}).status_code == 302
        made.refresh_from_db()
        assert not made.is_active
        assert client.post(f"/rules/{made.pk}/remove/", {"sure": "1"}).status_code == 302
        assert AssignmentRule.objects.count() == 1

    def test_the_preview_says_whom(self, administrator: User, as_user: SignIn) -> None:
        office = make.office()
        adviser = make.user(office=office)
        rule(office, "JP")
        client = as_user(administrator)
        assert str(adviser) in client.get("/rules/?country=JP").content.decode()
        assert "No rule fits" in client.get("/rules/?country=US").content.decode()
        assert client.get("/rules/?country=XX").status_code == 200

    def test_nobody_else_opens_them(self, manager: User, as_user: SignIn) -> None:
        client = as_user(manager)
        for page in ("", "new/", "1/edit/", "1/remove/"):
            assert client.get(f"/rules/{page}").status_code == 403


class TestStaff:
    TYPED = {
        "company_text": "Kitsune Robotics",
        "control_country": "JP",
        "title": "Soft grippers",
        "origin": "enquiry",
        "confidential": "not asked",
        "contact_name": "Aya Mori",
        "contact_email": "aya@kitsune.example",
        "said_kind": "email",
        "said": "Could we meet?",
        "action_what": "First contact",
        "action_due": dt.date(2027, 1, 4).isoformat(),
        "by_rules": "on",
    }

    def test_the_rules_say_whose_a_logged_enquiry_is(self, desk: User, as_user: SignIn) -> None:
        office = make.office()
        adviser = make.user(office=office)
        rule(office, "JP")
        answer = as_user(desk).post("/leads/new/", self.TYPED)
        assert answer.status_code == 302, answer.context["form"].errors
        lead = Lead.objects.get()
        assert (lead.owner, lead.office) == (adviser, office)
        said = lead.interactions.get()
        assert (said.text, said.is_open) == ("Could we meet?", True)
        assert lead.reply_due_at == said.reply_due_at
