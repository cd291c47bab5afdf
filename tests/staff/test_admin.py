"""Users, roles and offices in the Django admin."""

import pytest
from allauth.account.models import EmailAddress
from auditlog.models import LogEntry
from django.test import Client

from ifa_crm.staff.models import Office, User
from ifa_crm.staff.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(administrator: User) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


def user_data(user: User, *, roles: list[Role], **changes: str) -> dict[str, object]:
    return {
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "email": user.email,
        "phone": user.phone,
        "time_zone": user.time_zone,
        "language": user.language,
        "is_active": "on",
        "groups": [str(make.group(role).pk) for role in roles],
        "absences-TOTAL_FORMS": "0",
        "absences-INITIAL_FORMS": "0",
    } | changes


def change(client: Client, user: User, data: dict[str, object]) -> str:
    answer = client.post(f"/admin/staff/user/{user.pk}/change/", data)
    return "" if answer.status_code == 302 else answer.content.decode()


def test_a_user_is_made_with_roles(client: Client) -> None:
    data = {
        "username": "aiko",
        "usable_password": "false",
        "first_name": "Aiko",
        "last_name": "Sato",
        "email": "aiko@example.org",
        "groups": [str(make.group(Role.DESK).pk), str(make.group(Role.ADVISER).pk)],
    }
    answer = client.post("/admin/staff/user/add/", data)
    assert answer.status_code == 302, answer.content.decode()
    made = User.objects.get(username="aiko")
    assert made.roles == {Role.DESK, Role.ADVISER}
    assert not made.has_usable_password()
    assert not made.is_staff


def test_the_administrators_role_opens_the_admin_and_taking_it_closes_it(
    client: Client, adviser: User
) -> None:
    assert not change(client, adviser, user_data(adviser, roles=[Role.ADMINISTRATOR]))
    other = Client()
    adviser.refresh_from_db()
    assert adviser.is_staff
    other.force_login(adviser)
    assert other.get("/admin/").status_code == 200

    assert not change(client, adviser, user_data(adviser, roles=[Role.ADVISER]))
    assert other.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("act", ["role", "leave"])
def test_the_last_administrator_cannot_lock_everybody_out(
    client: Client, administrator: User, act: str
) -> None:
    roles = [Role.VIEWER] if act == "role" else [Role.ADMINISTRATOR]
    data = user_data(administrator, roles=roles)
    if act == "leave":
        del data["is_active"]
    assert "Nobody else administers" in change(client, administrator, data)
    administrator.refresh_from_db()
    assert administrator.is_active
    assert Role.ADMINISTRATOR in administrator.roles

    make.user(role=Role.ADMINISTRATOR)
    assert not change(client, administrator, data)


def test_a_changed_address_is_the_only_one(client: Client, adviser: User) -> None:
    EmailAddress.objects.create(user=adviser, email=adviser.email, verified=True, primary=True)
    data = user_data(adviser, roles=[Role.ADVISER], email="new@example.org")
    assert not change(client, adviser, data)
    assert not EmailAddress.objects.exists()


def test_nobody_is_made_superuser_or_demo_account_by_a_form(client: Client, adviser: User) -> None:
    sneaky = {"is_superuser": "on", "is_demo": "on", "is_staff": "on"}
    assert not change(client, adviser, user_data(adviser, roles=[Role.ADVISER], **sneaky))
    adviser.refresh_from_db()
    assert not any([adviser.is_superuser, adviser.is_demo, adviser.is_staff])


def test_changes_are_logged_with_who_made_them_but_no_password(
    client: Client, administrator: User, adviser: User
) -> None:
    data = user_data(adviser, roles=[Role.MANAGER], last_name="Suzuki")
    assert not change(client, adviser, data)
    entries = LogEntry.objects.get_for_object(adviser).filter(actor=administrator)
    changed = {name for entry in entries for name in entry.changes}
    assert {"last_name", "groups"} <= changed
    assert "password" not in changed
    page = client.get(f"/admin/staff/user/{adviser.pk}/history/").content.decode()
    for text in ("Suzuki", "Manager", str(administrator)):
        assert text in page
    assert " style=" not in page
    assert "<style" not in page


def test_an_office_keeps_its_hours_and_holidays(client: Client) -> None:
    office = make.office()
    data = {
        "name": "Osaka",
        "city": "Osaka",
        "country": "JP",
        "time_zone": "Asia/Tokyo",
        "is_active": "on",
        "hours-TOTAL_FORMS": "1",
        "hours-INITIAL_FORMS": "0",
        "hours-0-weekday": "0",
        "hours-0-opens": "09:00",
        "hours-0-closes": "18:00",
        "holidays-TOTAL_FORMS": "1",
        "holidays-INITIAL_FORMS": "0",
        "holidays-0-date": "2026-01-01",
        "holidays-0-name": "New Year",
    }
    answer = client.post(f"/admin/staff/office/{office.pk}/change/", data)
    assert answer.status_code == 302
    office = Office.objects.get()
    assert office.name == "Osaka"
    assert str(office.hours.get()) == "Monday 09:00-18:00"
    assert office.holidays.get().name == "New Year"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_no_other_role_gets_in(role: Role) -> None:
    user = make.user(role=role, is_staff=True)
    client = Client()
    client.force_login(user)
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/admin/staff/user/", follow=True).status_code == 403
