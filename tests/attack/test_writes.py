"""What a request may not write: by a GET, without its token, by more fields than the form has,
or with the key of a record that its sender may not see."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import Stage, Status
from investors.models import Investor, Lead
from tests import make
from tests.attack.world import World, addresses_of, addresses_without_key, rows_of_all_tables
from tests.conftest import SignIn


def addresses(world: World) -> list[str]:
    return [address for address, _ in addresses_of(world)] + addresses_without_key()


def test_a_get_writes_nothing(world: World, manager: User, as_user: SignIn) -> None:
    client = as_user(manager)
    before = rows_of_all_tables()
    for address in addresses(world):
        response = client.get(address)
        if response.streaming:
            b"".join(response.streaming_content)
        assert response.status_code in {200, 302, 403, 404, 405}, address
    assert rows_of_all_tables() == before


def test_a_post_without_its_token_writes_nothing(world: World, manager: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager)
    before = rows_of_all_tables()
    answers = {address: client.post(address).status_code for address in addresses(world)}
    assert {a: s for a, s in answers.items() if s not in {403, 405}} == {}
    assert rows_of_all_tables() == before


# --- more fields than the form has ----------------------------------------------------------

MORE = {
    "stage": "committed",
    "status": "lost",
    "restricted": "on",
    "owner": "1",
    "deputy": "1",
    "state": "verified",
    "verified_by": "1",
    "archived_at": "2026-01-01",
    "received_at": "2001-01-01",
    "ref": "aaaaaaaa",
    "id": "1",
    "pk": "1",
}


def posted(client: Client, address: str) -> dict[str, Any]:
    """What the form on a page would send if somebody pressed its button."""
    form = client.get(address).context["form"]
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        widget = bound.field.widget
        if value is None or value is False:
            continue
        if hasattr(widget, "options_url"):
            value = bound.field.prepare_value(value)
        elif isinstance(value, list | tuple):
            value = [str(each) for each in bound.field.prepare_value(value)]
        elif isinstance(value, dt.date | dt.datetime):
            value = widget.format_value(value)
        elif value is True:
            value = "on"
        data[bound.html_name] = value
    return data


def test_editing_a_lead_sets_only_what_the_form_shows(
    db: None, adviser: User, as_user: SignIn
) -> None:
    lead = make.qualified_lead(owner=adviser)
    before = Lead.objects.filter(pk=lead.pk).values().get()
    client, address = as_user(adviser), reverse("investors:lead_edit", args=[lead.ref])
    data = posted(client, address) | {"title": "Renamed"}
    assert client.post(address, data | MORE).status_code == 302
    after = Lead.objects.filter(pk=lead.pk).values().get()
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"title", "search_text"}
    assert "title" in changed


def test_recording_a_lead_sets_no_state(db: None, adviser: User, as_user: SignIn) -> None:
    other = make.user()
    data = {
        "company_text": "Newcomer",
        "control_country": "JP",
        "title": "A need",
        "origin": "enquiry",
        "confidential": "no",
        "action_what": "Call",
        "action_due": timezone.localdate().isoformat(),
    }
    response = as_user(adviser).post(
        reverse("investors:lead_create"), data | MORE | {"owner": other.pk, "created_by": other.pk}
    )
    assert response.status_code == 302
    made = Lead.objects.get(title="A need")
    assert (made.stage, made.status, made.restricted) == (Stage.RECEIVED, Status.ACTIVE, False)
    assert (made.owner, made.created_by, made.is_archived) == (adviser, adviser, False)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADVISER, Role.MANAGER])
def test_a_profile_gives_no_rights(db: None, role: Role, as_user: SignIn) -> None:
    user = make.user(role=role)
    client, address = as_user(user), reverse("staff:profile")
    rights = ("is_superuser", "is_staff", "is_demo", "groups", "username", "password")
    before = User.objects.filter(pk=user.pk).values(*rights).get()
    more = {
        "is_superuser": "on",
        "is_staff": "on",
        "is_demo": "on",
        "groups": [str(make.group(each).pk) for each in Role],
        "user_permissions": "1",
        "password": "x",
        "username": "root",
    }
    assert client.post(address, posted(client, address) | more).status_code == 302
    assert User.objects.filter(pk=user.pk).values(*rights).get() == before


# --- keys of records that are hidden ---------------------------------------------------------


def pickers(world: World) -> list[tuple[str, str, str]]:
    """(address, field, key of a hidden record) for every picker of a form."""
    lead, project = world.open_lead.ref, world.project.ref

    def at(name: str, *args: str) -> str:
        return reverse(name, args=args)

    cluster = world.cluster.slug
    organisation = world.organisation.ref
    return [
        (at("investors:interaction_start"), "lead", world.lead.ref),
        (at("meetings:introduction_create"), "lead", world.lead.ref),
        (at("investors:lead_create"), "company", world.investor.ref),
        (at("investors:lead_create"), "company", f"investor:{world.investor.ref}"),
        (at("investors:investor_create"), "parent", world.investor.ref),
        (at("investors:investor_create"), "organisation", organisation),
        (at("investors:engagement_join", lead), "project", world.proposed.ref),
        (at("investors:engagement_start", lead), "project", world.proposed.ref),
        (at("investors:interaction_create", lead), "contacts", str(world.contact.pk)),
        (at("clusters:partner_create", project), "organisation", organisation),
        (at("clusters:grant_create", project), "organisation", organisation),
        (at("clusters:membership_create", cluster), "organisation", organisation),
        (at("clusters:partnership_create", cluster), "organisation", organisation),
        (at("clusters:partnership_create", cluster), "through", organisation),
    ]


@pytest.mark.parametrize("role", [Role.ADVISER, Role.DESK])
def test_a_hidden_key_is_refused_as_one_that_never_was(
    world: World, role: Role, as_user: SignIn
) -> None:
    person = make.user(role=role)
    if role is Role.ADVISER:
        Lead.objects.filter(pk=world.open_lead.pk).update(owner=person)
    client = as_user(person)
    before = rows_of_all_tables()
    tried = 0
    for address, name, key in pickers(world):
        hidden = client.post(address, {name: key})
        absent = client.post(address, {name: "0" * 8 if not key.isdigit() else "987654321"})
        assert hidden.status_code == absent.status_code, address
        if hidden.status_code == 403:
            continue
        tried += 1
        assert hidden.status_code == 422, (address, name)
        shown, other = (each.context["form"].errors.get(name) for each in (hidden, absent))
        assert str(shown).replace(key, "") == str(other).replace("00000000", "").replace(
            "987654321", ""
        ), (address, name)
        assert "Zorblatt" not in hidden.content.decode()
        assert "Qwixling" not in hidden.content.decode()
    assert tried > 5
    assert rows_of_all_tables() == before


# --- twins ---------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["name", "lei", "native_name"])
def test_a_hidden_twin_neither_warns_nor_refuses(
    world: World, adviser: User, as_user: SignIn, field: str
) -> None:
    given = {"name": "Somebody", "control_country": "JP", "presence": "none"}
    given[field] = getattr(world.investor, field)
    response = as_user(adviser).post(reverse("investors:investor_create"), given)
    assert response.status_code == 302, response.context["form"].errors
    made = Investor.objects.exclude(pk=world.investor.pk).latest("pk")
    assert getattr(made, field) == getattr(world.investor, field)


def test_an_organisation_like_a_hidden_one_is_recorded(
    world: World, desk: User, as_user: SignIn
) -> None:
    given = {"name": world.organisation.name, "kind": "company", "country": "JP"}
    response = as_user(desk).post(reverse("clusters:organisation_create"), given)
    assert response.status_code == 302, response.context["form"].errors


def test_a_project_like_a_hidden_one_is_recorded(world: World, desk: User, as_user: SignIn) -> None:
    client = as_user(desk)
    address = reverse("clusters:project_create")
    given = {"name": "Hjelmgrat", "kind": "rd", "status": "proposed", "lead": world.cluster.slug}
    response = client.post(address, posted(client, address) | given)
    assert response.status_code == 302, response.context["form"].errors
