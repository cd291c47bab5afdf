"""The whole log of changes in the admin, and what its pickers offer."""

import pytest
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from ifa_crm.shared.acting import acting
from ifa_crm.staff.models import User
from investors.models import Lead
from tests import make
from tests.admin_pages import address, change_address, send, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)


def test_an_entry_says_who_changed_what_in_words(client: Client, administrator: User) -> None:
    lead = make.lead(title="Chips")
    assert not send(client, change_address(lead), title="Smaller chips", priority="1")
    entry = LogEntry.objects.get_for_object(lead).get(action=LogEntry.Action.UPDATE)
    page = client.get(change_address(entry)).content.decode()
    assert "<del>Chips</del> → Smaller chips" in page
    assert "<del>Normal</del> → High" in page
    assert str(administrator) in page
    assert change_address(lead) in page
    assert " style=" not in page


def test_an_entry_says_why_where_a_command_wrote_it(client: Client) -> None:
    with acting(None, reason="manage.py refold"):
        sector = make.sector()
    entry = LogEntry.objects.get_for_object(sector).get()
    assert "manage.py refold" in client.get(change_address(entry)).content.decode()


def test_the_log_is_filtered_by_kind_and_only_read(client: Client) -> None:
    lead = make.lead()
    of = ContentType.objects.get_for_model(Lead)
    listed = client.get(address(LogEntry), {"kind": of.pk}).context["cl"]
    assert {entry.content_type_id for entry in listed.result_list} == {of.pk}
    assert client.get(address(LogEntry), {"kind": "x"}).status_code == 200
    assert client.get(address(LogEntry), {"q": lead.investor.name}).context["cl"].result_count
    entry = LogEntry.objects.first()
    assert client.post(change_address(entry), {}).status_code == 403
    assert client.get(address(LogEntry, "add/")).status_code == 403
    assert client.get(address(LogEntry, f"{entry.pk}/delete/")).status_code == 403


def test_the_log_asks_as_often_for_twenty_entries_as_for_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make.sector()
    client.get(address(LogEntry))
    with django_assert_num_queries(6):
        client.get(address(LogEntry))
    for _ in range(20):
        make.lead()
    with django_assert_num_queries(6):
        client.get(address(LogEntry))


def test_pickers_offer_nobody_who_left(client: Client) -> None:
    make.user(first_name="Ana", last_name="Lind")
    make.user(first_name="Ana", last_name="Gone", is_active=False)
    picker = "/admin/autocomplete/?app_label=investors&model_name=lead&field_name=owner&term=ana"
    assert [each["text"] for each in client.get(picker).json()["results"]] == ["Ana Lind"]
    everybody = client.get("/admin/staff/user/?q=ana").context["cl"]
    assert everybody.result_count == 2
