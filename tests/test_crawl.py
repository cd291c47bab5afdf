"""Nothing on a page leads nowhere: every link and button shown to a role works for that role.

Walks the demo data as each role and presses every button with nothing filled in; what a press
writes is rolled back.
"""

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from ifa_crm.staff.models import User
from tests.crawling import kind, targets, walk

MOST_PAGES = 110
ROLES = ("viewer", "adviser", "adviser2", "desk", "manager", "admin")


@pytest.mark.django_db
def test_every_link_and_button_works() -> None:
    call_command("load_reference", verbosity=0)
    call_command("load_demo", verbosity=0)
    for name in ROLES:
        client = Client()
        client.force_login(User.objects.get(username=name))
        pages, broken = _visit(client)
        assert broken == [], name
        assert pages > 40, name


def _visit(client: Client) -> tuple[int, list[str]]:
    broken: list[str] = []
    pressed: set[str] = set()

    def get(address: str) -> str | None:
        response = client.get(address)
        if response.status_code not in {200, 302}:
            broken.append(f"{response.status_code} {address}")
        is_page = "text/html" in response.get("Content-Type", "")
        return response.content.decode() if response.status_code == 200 and is_page else None

    pages = 0
    for address, found in walk(get, MOST_PAGES):
        pages += 1
        for target in targets(address, found.posts):
            if kind(target) not in pressed:
                pressed.add(kind(target))
                status = _press(client, target)
                if status not in {200, 204, 302, 422}:
                    broken.append(f"{status} press {target} on {address}")
    return pages, broken


def _press(client: Client, address: str) -> int:
    with transaction.atomic():
        status = client.post(address).status_code
        transaction.set_rollback(True)
    return status
