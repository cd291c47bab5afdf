"""Confidential leads: who sees them, and what else becomes hidden with them."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from ifa_crm.staff.models import Absence, User
from ifa_crm.staff.roles import Role
from investors.choices import Confidential
from investors.models import (
    Action,
    Admission,
    Attachment,
    Contact,
    Interaction,
    Investor,
    Lead,
)
from investors.querysets import lead_is_hidden, lead_is_visible
from investors.services import leads
from investors.services.confidentiality import admit, withdraw_admission
from investors.services.interactions import attach_files
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(adviser: User) -> Lead:
    """A confidential lead with a row of everything under it."""
    lead = make.confidential_lead(owner=adviser)
    contact = make.contact(investor=lead.investor, known_through=lead)
    make.interaction(lead=lead, contacts=[contact])
    file = SimpleUploadedFile("plan.pdf", b"%PDF-1.7 plan")
    attach_files(actor=adviser, files=[file], lead=lead)
    lead.refresh_from_db()
    return lead


def rows(user: User) -> dict[str, "QuerySet[Any]"]:
    models: list[Any] = [Investor, Lead, Contact, Interaction, Action, Attachment]
    return {model.__name__: model.objects.all().visible_to(user) for model in models}


def seen(user: User) -> set[str]:
    return {name for name, found in rows(user).items() if found.exists()}


EVERYTHING = {"Investor", "Lead", "Contact", "Interaction", "Action", "Attachment"}


# --- who sees it -----------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADVISER, Role.DESK])
def test_for_strangers_nothing_of_it_exists(secret: Lead, role: Role) -> None:
    assert seen(make.user(role=role)) == set()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMINISTRATOR])
def test_managers_and_administrators_see_it(secret: Lead, role: Role) -> None:
    assert seen(make.user(role=role)) == EVERYTHING


def test_owner_deputy_and_admitted_see_it(secret: Lead, adviser: User) -> None:
    deputy, guest = make.user(), make.user(role=Role.VIEWER)
    leads.assign(actor=adviser, lead=secret, owner=adviser, deputy=deputy, office=None)
    admit(actor=adviser, lead=secret, user=guest, reason="Speaks Korean")
    for person in (adviser, deputy, guest):
        assert seen(person) == EVERYTHING, person


@pytest.mark.parametrize("role", [None, *Role])
def test_each_lead_is_either_visible_or_hidden(
    secret: Lead, adviser: User, role: Role | None
) -> None:
    """The twins: to be seen, and to be counted as hidden."""
    make.lead(owner=adviser)
    reader = make.user(role=role)
    for one in (reader, adviser):
        seen = Lead.objects.filter(lead_is_visible(one))
        hidden = Lead.objects.filter(lead_is_hidden(one))
        assert seen.count() + hidden.count() == Lead.objects.count() == 2
        assert not set(seen) & set(hidden)


def test_manager_who_left_sees_nothing(secret: Lead) -> None:
    leaver = make.user(role=Role.MANAGER, is_active=False)
    assert seen(leaver) == set()


def test_standing_in_gives_no_right_to_see(secret: Lead, adviser: User, colleague: User) -> None:
    today = dt.date(2026, 1, 1)
    Absence.objects.create(user=adviser, first_day=today, last_day=today, stand_in=colleague)
    assert seen(colleague) == set()


def test_previous_owner_sees_it_no_longer(secret: Lead, adviser: User, colleague: User) -> None:
    leads.assign(actor=adviser, lead=secret, owner=colleague, deputy=None, office=None)
    assert seen(adviser) == set()
    assert seen(colleague) == EVERYTHING


# --- admitted --------------------------------------------------------------------------------


def test_admission_is_logged_and_can_be_withdrawn(
    secret: Lead, adviser: User, colleague: User
) -> None:
    admission = admit(actor=adviser, lead=secret, user=colleague, reason="Knows them")
    assert (admission.admitted_by, admission.reason) == (adviser, "Knows them")
    withdraw_admission(actor=adviser, admission=admission)
    assert seen(colleague) == set()


def test_admitted_twice_is_refused(secret: Lead, adviser: User, colleague: User) -> None:
    admit(actor=adviser, lead=secret, user=colleague, reason="Knows them")
    with pytest.raises(ValidationError):
        admit(actor=adviser, lead=secret, user=colleague, reason="Again")
    with pytest.raises(IntegrityError), transaction.atomic():
        Admission.objects.create(lead=secret, user=colleague, reason="Again")


def test_open_lead_admits_nobody(adviser: User, colleague: User) -> None:
    with pytest.raises(ValidationError) as refused:
        admit(actor=adviser, lead=make.lead(owner=adviser), user=colleague, reason="x")
    assert refused.value.code == "not_confidential"


def test_one_who_left_is_not_admitted(secret: Lead, adviser: User) -> None:
    with pytest.raises(ValidationError) as refused:
        admit(actor=adviser, lead=secret, user=make.user(is_active=False), reason="x")
    assert "user" in refused.value.error_dict


def test_admission_gives_no_right_to_change(secret: Lead, adviser: User, colleague: User) -> None:
    admission = admit(actor=adviser, lead=secret, user=colleague, reason="Knows them")
    for act in (
        lambda: admit(actor=colleague, lead=secret, user=make.user(), reason="x"),
        lambda: withdraw_admission(actor=colleague, admission=admission),
        lambda: leads.edit_lead(actor=colleague, lead=secret, changes={"title": "x"}),
    ):
        with pytest.raises(PermissionDenied):
            act()


# --- what hides with it ----------------------------------------------------------------------


def test_investor_is_hidden_while_all_its_leads_are(
    secret: Lead, adviser: User, colleague: User
) -> None:
    open_one = make.lead(owner=adviser, investor=secret.investor)
    assert seen(colleague) == {"Investor", "Lead", "Action"}
    leads.edit_lead(actor=adviser, lead=open_one, changes={"confidential": Confidential.YES})
    assert seen(colleague) == set()
    leads.edit_lead(actor=adviser, lead=secret, changes={"confidential": Confidential.NO})
    assert seen(colleague) == EVERYTHING


def test_investor_without_leads_is_open(viewer: User) -> None:
    investor = make.investor()
    assert investor in Investor.objects.visible_to(viewer)


def test_contact_of_the_confidential_lead_hides_while_the_investor_does_not(
    secret: Lead, adviser: User, colleague: User
) -> None:
    make.lead(owner=adviser, investor=secret.investor)
    known = make.contact(investor=secret.investor)
    assert set(Contact.objects.visible_to(colleague)) == {known}


def test_search_text_of_an_open_lead_does_not_name_a_hidden_contact(
    secret: Lead, adviser: User
) -> None:
    contact = secret.investor.contacts.get()
    other = make.lead(owner=adviser, investor=secret.investor)
    secret.refresh_from_db()
    name = contact.name.lower()
    assert name in secret.search_text
    assert name not in other.search_text


def test_who_may_edit_the_investor_does_not_betray_a_hidden_lead(
    secret: Lead, adviser: User, desk: User, as_user: SignIn
) -> None:
    make.lead(investor=secret.investor)
    page = as_user(desk).get(secret.investor.get_absolute_url())
    assert page.context["may_edit"] is True


def test_restricted_equals_confidential_in_the_database(secret: Lead) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Lead.objects.filter(pk=secret.pk).update(restricted=False)


def test_only_a_lead_makes_a_contact_restricted_in_the_database(secret: Lead) -> None:
    contact = make.contact(investor=secret.investor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(restricted=True)


# --- on the pages ----------------------------------------------------------------------------


def told_of(client: Client, secret: Lead) -> list[str]:
    """Pages that say anything of the lead to this person."""
    investor = secret.investor
    begun = investor.name[:-1]
    pages = [
        reverse("investors:lead_list"),
        reverse("investors:lead_list") + f"?q={begun}",
        reverse("investors:investor_list") + f"?q={begun}",
        reverse("investors:lead_options") + f"?q={begun}",
        reverse("investors:investor_options") + f"?q={begun}",
        reverse("investors:contact_options") + f"?q={investor.contacts.get().name}",
        reverse("investors:company_options") + f"?q={begun}",
    ]
    words = (secret.title, investor.name, investor.ref, secret.ref)
    return [
        page for page in pages if any(word in client.get(page).content.decode() for word in words)
    ]


@pytest.mark.parametrize("role", [Role.ADVISER, Role.DESK])
def test_no_page_tells_a_stranger(secret: Lead, role: Role, as_user: SignIn) -> None:
    assert told_of(as_user(make.user(role=role)), secret) == []


def test_pages_tell_the_owner(secret: Lead, adviser: User, as_user: SignIn) -> None:
    assert len(told_of(as_user(adviser), secret)) == 7


def test_a_hidden_twin_does_not_warn_the_typist(
    secret: Lead, colleague: User, as_user: SignIn
) -> None:
    data = {
        "company_text": secret.investor.name,
        "control_country": "JP",
        "title": "Their own need",
        "origin": "enquiry",
        "confidential": "no",
        "action_what": "Call",
        "action_due": "2026-01-02",
    }
    response = as_user(colleague).post(reverse("investors:lead_create"), data)
    made = Lead.objects.get(title="Their own need")
    assert response.status_code == 302
    assert made.investor != secret.investor


def test_changes_do_not_name_a_hidden_record(
    secret: Lead, adviser: User, colleague: User, as_user: SignIn
) -> None:
    made = make.lead(owner=colleague, title="A copy")
    Lead.objects.filter(pk=made.pk).update(copied_from=secret)
    made.refresh_from_db()
    made.copied_from = None
    made.save()
    page = as_user(colleague).get(reverse("investors:lead_changes", args=[made.ref]))
    assert secret.title not in page.content.decode()
