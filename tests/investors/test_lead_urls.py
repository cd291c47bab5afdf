"""Each address of leads and investors × each role × a stranger to a confidential lead."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.models import Lead
from investors.services.confidentiality import admit
from investors.services.interactions import attach_files
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

V, A, D, M, X = Role.VIEWER, Role.ADVISER, Role.DESK, Role.MANAGER, Role.ADMINISTRATOR
READ, RECORD, HANDLE, TAKE = {V, A, D, M, X}, {A, D, M, X}, {M, X}, {A, M, X}

# Address → the roles that may open it on an open lead that somebody else owns.
OPEN_PAGES: dict[str, set[Role]] = {
    "lead_list": READ,
    "investor_list": READ,
    "lead_create": RECORD,
    "evaluate": READ,
    "evaluate_lead": RECORD,
    "investor_create": RECORD,
    "interaction_start": RECORD,
    "company_options": RECORD,
    "investor_options": READ,
    "lead_options": READ,
    "contact_options": READ,
    "organisation_options": READ,
    "staff_options": READ,
    "handler_options": READ,
}
OF_LEAD: dict[str, set[Role]] = {
    "lead_detail": READ,
    "lead_changes": READ,
    "lead_evaluate": READ,
    "lead_copy": RECORD,
    "interaction_create": RECORD,
    "lead_attach": RECORD,
    "lead_contact_create": RECORD,
    "lead_edit": HANDLE,
    "lead_assign": HANDLE,
    "admission_create": HANDLE,
    "lead_wait": HANDLE,
    "lead_lose": HANDLE,
    "lead_disqualify": HANDLE,
    "lead_refer": HANDLE,
    "lead_reopen": HANDLE,
    "lead_step_back": HANDLE,
    "lead_archive": HANDLE,
    "lead_restore": HANDLE,
    "action_create": HANDLE,
}
OF_PARTS: dict[str, set[Role]] = {
    "interaction_edit": HANDLE,
    "interaction_attach": RECORD,
    "action_done": HANDLE,
    "action_move": HANDLE,
    "attachment": READ,
    "contact_edit": HANDLE,
    "contact_archive": HANDLE,
    "contact_restore": HANDLE,
}
OF_INVESTOR: dict[str, set[Role]] = {
    "investor_detail": READ,
    "investor_changes": READ,
    "investor_edit": HANDLE,
    "investor_archive": HANDLE,
    "investor_restore": HANDLE,
    "contact_create": RECORD,
}


def addresses(lead: Lead, owner: User) -> dict[str, str]:
    """Every address under the lead, by name."""
    contact = make.contact(investor=lead.investor, known_through=lead)
    said = make.interaction(lead=lead, actor=owner, contacts=[contact])
    file = SimpleUploadedFile("plan.pdf", b"%PDF-1.7 plan")
    attached = attach_files(actor=owner, files=[file], lead=lead)[0]
    refs: dict[str, str] = dict.fromkeys(OF_LEAD, lead.ref)
    refs |= dict.fromkeys(OF_INVESTOR, lead.investor.ref)
    refs |= {name: contact.ref for name in OF_PARTS if name.startswith("contact")}
    refs |= {"interaction_edit": said.ref, "interaction_attach": said.ref}
    refs |= {"action_done": lead.actions.get().ref, "action_move": lead.actions.get().ref}
    refs["attachment"] = attached.ref
    return {name: reverse(f"investors:{name}", args=[ref]) for name, ref in refs.items()}


def opened(client: Any, address: str) -> int:
    response = client.get(address)
    if response.streaming:
        b"".join(response.streaming_content)
    return int(response.status_code)


@pytest.mark.parametrize("role", list(Role))
def test_pages_without_a_record(role: Role, as_user: SignIn) -> None:
    client = as_user(make.user(role=role))
    for name, allowed in OPEN_PAGES.items():
        expected = 200 if role in allowed else 403
        assert opened(client, reverse(f"investors:{name}")) == expected, name


@pytest.mark.parametrize("role", list(Role))
def test_each_address_of_an_open_lead(role: Role, as_user: SignIn) -> None:
    owner = make.user()
    allowed_on = OF_LEAD | OF_PARTS | OF_INVESTOR
    client = as_user(make.user(role=role))
    for name, address in addresses(make.lead(owner=owner), owner).items():
        expected = 200 if role in allowed_on[name] else 403
        assert opened(client, address) == expected, name


def test_each_address_for_the_owner(adviser: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    for name, address in addresses(make.lead(owner=adviser), adviser).items():
        assert opened(client, address) == 200, name


@pytest.mark.parametrize("role", [A, D])
def test_confidential_lead_does_not_exist_for_a_stranger(role: Role, as_user: SignIn) -> None:
    owner = make.user()
    client = as_user(make.user(role=role))
    for name, address in addresses(make.confidential_lead(owner=owner), owner).items():
        assert opened(client, address) == 404, name
        assert client.post(address).status_code in {404, 405}, name


def test_confidential_lead_is_no_more_than_forbidden_to_a_viewer(
    viewer: User, as_user: SignIn
) -> None:
    owner = make.user()
    client = as_user(viewer)
    for name, address in addresses(make.confidential_lead(owner=owner), owner).items():
        assert opened(client, address) in {403, 404}, name


def test_one_who_was_admitted_reads_and_logs_but_changes_nothing(
    colleague: User, as_user: SignIn
) -> None:
    owner = make.user()
    lead = make.confidential_lead(owner=owner)
    admit(actor=owner, lead=lead, user=colleague, reason="Speaks Korean")
    client = as_user(colleague)
    allowed_on = OF_LEAD | OF_PARTS | OF_INVESTOR
    for name, address in addresses(lead, owner).items():
        expected = 200 if A in allowed_on[name] else 403
        assert opened(client, address) == expected, name


@pytest.mark.parametrize("role", list(Role))
def test_take(role: Role, as_user: SignIn) -> None:
    lead = make.lead()
    client = as_user(make.user(role=role))
    address = reverse("investors:lead_take", args=[lead.ref])
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == (302 if role in TAKE else 403)


def test_take_of_a_hidden_lead(adviser: User, as_user: SignIn) -> None:
    lead = make.confidential_lead()
    address = reverse("investors:lead_take", args=[lead.ref])
    assert as_user(adviser).post(address).status_code == 404
