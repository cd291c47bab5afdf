"""Pages that no test of their room pins: the queries they cost, with 1 row and with 20."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.models import AssignmentRule, Enquiry
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def _rules(n: int) -> str:
    for position in range(1, n + 1):
        AssignmentRule.objects.create(
            position=position, countries=["JP"], sector=make.sector(), office=make.office()
        )
    return reverse("investors:rule_list")


def _enquiries(n: int) -> str:
    now = timezone.now()
    for number in range(n):
        Enquiry.objects.create(
            token=str(number),
            received_at=now,
            consented_at=now,
            reply_due_at=now + dt.timedelta(days=1),
            language="fr",
            company="Une entreprise",
            country="FR",
            person="Personne",
            email="personne@example.org",
            text="Bonjour",
            notice="2026-11",
            time_zone="Europe/Paris",
        )
    return reverse("investors:enquiry_list")


def _paste(n: int) -> str:
    """Onto a lead with many contacts."""
    lead = make.lead()
    for _ in range(n):
        make.contact(investor=lead.investor)
    return f"{reverse('investors:mail_paste')}?lead={lead.ref}"


def _programme(n: int) -> str:
    programme = make.programme()
    for _ in range(n):
        make.call(programme=programme)
    return programme.get_absolute_url()


def _lead_meetings(n: int) -> str:
    lead = make.qualified_lead(owner=make.user())
    for number in range(n):
        make.meeting(lead=lead, starts_at=make.in_days(7 + number))
    return reverse("meetings:lead_meetings", args=[lead.ref])


def _cluster_meetings(n: int) -> str:
    cluster = make.cluster()
    for number in range(n):
        make.meeting(cluster=cluster, starts_at=make.in_days(7 + number))
    return reverse("meetings:cluster_meetings", args=[cluster.slug])


def _organisation_investors(n: int) -> str:
    organisation = make.organisation()
    for _ in range(n):
        make.lead(investor=make.investor(organisation=organisation))
    return reverse("investors:organisation_investors", args=[organisation.ref])


def _lead_changes(n: int) -> str:
    lead = make.lead()
    for _ in range(n):
        make.interaction(lead=lead)
    return reverse("investors:lead_changes", args=[lead.ref])


def _investor_changes(n: int) -> str:
    investor = make.investor()
    for _ in range(n):
        make.contact(investor=investor)
    return reverse("investors:investor_changes", args=[investor.ref])


def _engagements_of_a_lead(n: int) -> str:
    lead = make.qualified_lead(owner=make.user())
    for _ in range(n):
        make.engagement(lead=lead)
    return reverse("investors:lead_engagements", args=[lead.ref])


# The session, and the user with office and roles, are two of them.
PINS: dict[str, tuple[Callable[[int], str], Role, int]] = {
    "rules": (_rules, Role.ADMINISTRATOR, 4),
    "enquiries without a lead": (_enquiries, Role.ADVISER, 3),
    "an e-mail onto a lead": (_paste, Role.ADVISER, 3),
    "a funding programme": (_programme, Role.VIEWER, 5),
    "introductions of a lead": (_lead_meetings, Role.VIEWER, 6),
    "introductions to a cluster": (_cluster_meetings, Role.VIEWER, 4),
    "investors of an organisation": (_organisation_investors, Role.VIEWER, 5),
    "changes of a lead": (_lead_changes, Role.VIEWER, 9),
    "changes of an investor": (_investor_changes, Role.VIEWER, 6),
    "engagements of a lead": (_engagements_of_a_lead, Role.VIEWER, 8),
}


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize("page", PINS)
def test_page_costs_the_same_for_any_number_of_rows(
    page: str, rows: int, as_user: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    fill, role, expected = PINS[page]
    address, client = fill(rows), as_user(make.user(role=role))
    client.get(address)
    with django_assert_num_queries(expected):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize(("rows", "expected"), [(1, 8), (20, 7)])
def test_an_email_that_was_read_costs_the_same_for_any_number_of_leads(
    rows: int,
    expected: int,
    adviser: User,
    as_user: SignIn,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Its sender is known. The lead is offered, and read, where there is but one."""
    investor = make.investor(website="www.acme.example")
    make.contact(investor=investor, email="ann@acme.example")
    for number in range(rows):
        make.lead(investor=investor)
        make.contact(investor=make.investor(), email=f"x{number}@acme.example")
    client = as_user(adviser)
    text = "From: Ann <ann@acme.example>\nSubject: Sensors\n\nHello"
    address = reverse("investors:mail_paste")
    client.post(address, {"text": text})
    with django_assert_num_queries(expected):
        assert client.post(address, {"text": text}).status_code == 200
