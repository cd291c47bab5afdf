"""The Django admin: closed to everybody but administrators, and no way around the services."""

import pytest
from django.contrib import admin
from django.test import Client

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.models import Engagement, Lead
from tests import make
from tests.attack.world import World

ROOMS = [
    f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry
]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADVISER, Role.DESK, Role.MANAGER])
def test_no_other_role_enters(db: None, role: Role) -> None:
    client = Client()
    client.force_login(make.user(role=role))
    doors = ["/admin/", "/admin/autocomplete/", "/admin/jsi18n/"]
    doors += [f"{room}{page}" for room in ROOMS for page in ("", "add/", "1/change/", "1/history/")]
    for door in doors:
        for method in (client.get, client.post):
            assert method(door).status_code in {302, 403, 404}, door


def test_states_posted_to_the_admin_change_nothing(world: World, administrator: User) -> None:
    client = Client()
    client.force_login(administrator)
    states = {"stage": "received", "status": "lost", "state": "completed", "restricted": ""}
    leads = Lead.objects.order_by("pk").values_list("pk", "stage", "status", "restricted")
    engagements = Engagement.objects.order_by("pk").values_list("pk", "state", "verified_by")
    before = list(leads), list(engagements)
    more = {"_popup": "1", "_to_field": "stage", "action": "delete_selected", "_save": "1"}
    lead, engagement = world.lead.pk, world.joined.pk
    for room in (f"investors/lead/{lead}", f"investors/engagement/{engagement}"):
        for page in ("change/", "delete/"):
            client.post(f"/admin/{room}/{page}", states | more)
    for room in ("investors/lead/", "investors/engagement/"):
        everything = {"_selected_action": [lead, engagement], "form-0-stage": "received"}
        client.post(f"/admin/{room}", states | more | everything)
    assert (list(leads.all()), list(engagements.all())) == before


def test_no_page_of_the_admin_offers_a_state_to_type(world: World, administrator: User) -> None:
    client = Client()
    client.force_login(administrator)
    kept = {"stage", "status", "state", "restricted", "verified_by", "recorded_by", "archived_at"}
    offered: set[str] = set()
    for row in (world.lead, world.joined, world.held, world.project, world.investor):
        meta = row._meta
        page = client.get(f"/admin/{meta.app_label}/{meta.model_name}/{row.pk}/change/")
        assert page.status_code == 200
        typed = set(page.context["adminform"].form.fields)
        assert not typed & kept, row
        offered |= typed
    assert {"title", "name"} <= offered  # the pages do have fields
