"""Investors and contacts: foreign, in groups without circles, edited, archived."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import FRENCH
from investors.forms.investor import ContactForm, InvestorForm
from investors.models import Contact, Investor, Lead
from investors.models.investor import validate_lei, validate_siren
from investors.services import investors, leads
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def form(user: User, instance: Investor | None = None, **data: Any) -> InvestorForm:
    standard = {"name": "Kestrel", "control_country": "US"}
    return InvestorForm(standard | data, instance=instance, user=user)


# --- foreign ---------------------------------------------------------------------------------


@pytest.mark.parametrize("country", sorted(FRENCH))
def test_company_controlled_in_france_is_refused_with_the_reason(
    adviser: User, country: str
) -> None:
    asked = form(adviser, control_country=country)
    assert not asked.is_valid()
    assert "outside France" in asked.errors["control_country"][0]
    with pytest.raises(ValidationError) as refused:
        make.investor(control_country=country)
    assert "control_country" in refused.value.error_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        Investor.objects.create(name="Robots", control_country=country)


def test_a_seat_in_france_is_no_reason_to_refuse(adviser: User) -> None:
    assert form(adviser, control_country="JP", seat_country="FR").is_valid()


def test_site_needs_a_presence(adviser: User) -> None:
    asked = form(adviser, presence="none", presence_site="Lyon")
    assert "presence" in asked.errors
    with pytest.raises(IntegrityError), transaction.atomic():
        Investor.objects.create(name="K", control_country="US", presence_site="Lyon")
    assert form(adviser, presence="sales", presence_site="Lyon").is_valid()


# --- groups ----------------------------------------------------------------------------------


def test_group_is_no_circle(adviser: User) -> None:
    top = make.investor()
    middle = make.investor(parent=top)
    bottom = make.investor(parent=middle)
    with pytest.raises(ValidationError) as refused:
        investors.edit_investor(actor=adviser, investor=top, changes={"parent": bottom})
    assert "parent" in refused.value.error_dict


def test_company_is_not_its_own_parent(adviser: User) -> None:
    investor = make.investor()
    with pytest.raises(ValidationError):
        investors.edit_investor(actor=adviser, investor=investor, changes={"parent": investor})
    with pytest.raises(IntegrityError), transaction.atomic():
        Investor.objects.filter(pk=investor.pk).update(parent=investor.pk)


def test_parent_that_the_editor_may_not_see_stays(adviser: User, colleague: User) -> None:
    secret = make.confidential_lead(owner=colleague).investor
    investor = make.investor(parent=secret)
    asked = form(adviser, instance=investor, name="New name", parent_text="", parent="")
    assert asked.is_valid()
    assert "parent" not in asked.changes
    assert secret.ref not in str(asked["parent"]) + str(asked["clash_base"])
    investors.edit_investor(actor=adviser, investor=investor, changes=asked.changes)
    investor.refresh_from_db()
    assert (investor.name, investor.parent) == ("New name", secret)


# --- identifiers -----------------------------------------------------------------------------


@pytest.mark.parametrize("lei", ["5493001KJTIIGC8Y1R12", "HWUPKR0MPOU8FGXBT394"])
def test_true_lei(lei: str) -> None:
    validate_lei(lei)


@pytest.mark.parametrize("lei", ["5493001KJTIIGC8Y1R13", "5493001KJTIIGC8Y1R1", "x" * 20])
def test_wrong_lei(lei: str) -> None:
    with pytest.raises(ValidationError):
        validate_lei(lei)


@pytest.mark.parametrize(("siren", "good"), [("732829320", True), ("732829321", False)])
def test_siren(siren: str, good: bool) -> None:
    if good:
        validate_siren(siren)
    else:
        with pytest.raises(ValidationError):
            validate_siren(siren)


def test_identifiers_are_taken_as_people_write_them(adviser: User) -> None:
    asked = form(adviser, lei="5493 001k jtii gc8y 1r12", siren="732 829 320")
    assert asked.is_valid()
    assert asked.changes["lei"] == "5493001KJTIIGC8Y1R12"
    assert asked.changes["siren"] == "732829320"


def test_wrong_identifiers_are_refused_at_their_fields(adviser: User) -> None:
    asked = form(adviser, lei="5493 001k jtii gc8y 1r13", siren="732 829 321")
    assert set(asked.errors) == {"lei", "siren"}


def test_two_investors_may_carry_one_identifier() -> None:
    for _ in range(2):
        make.investor(lei="5493001KJTIIGC8Y1R12")
    assert Investor.objects.filter(lei="5493001KJTIIGC8Y1R12").count() == 2


# --- who edits -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "owns", "owned", "may"),
    [
        (Role.VIEWER, False, False, False),
        (Role.ADVISER, False, False, True),
        (Role.DESK, False, False, True),
        (Role.ADVISER, True, True, True),
        (Role.ADVISER, False, True, False),
        (Role.DESK, False, True, False),
        (Role.MANAGER, False, True, True),
    ],
)
def test_who_may_edit_an_investor(role: Role, owns: bool, owned: bool, may: bool) -> None:
    person, investor = make.user(role=role), make.investor()
    if owned:
        make.lead(owner=person if owns else make.user(), investor=investor)
    assert investors.may_edit_investor(person, investor) == may
    act: dict[str, Any] = {"actor": person, "investor": investor, "changes": {"city": "Oslo"}}
    if may:
        assert investors.edit_investor(**act).city == "Oslo"
    else:
        with pytest.raises(PermissionDenied):
            investors.edit_investor(**act)


def test_new_name_is_found_on_its_leads(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    investors.edit_investor(actor=adviser, investor=lead.investor, changes={"name": "Zürich AG"})
    assert lead in Lead.objects.search("zurich")


# --- archived --------------------------------------------------------------------------------


def test_investor_with_leads_is_not_archived(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    act: dict[str, Any] = {"actor": adviser, "investor": lead.investor}
    with pytest.raises(ValidationError) as refused:
        investors.archive_investor(**act, reason="Twin")
    assert refused.value.code == "in_use"
    leads.archive_lead(actor=adviser, lead=lead, reason="Twin")
    assert investors.archive_investor(**act, reason="Twin").is_archived
    assert not investors.restore_investor(**act).is_archived


def test_hidden_lead_does_not_show_by_a_refusal_to_archive(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    """Its people go on reading both, and bring the investor back."""
    investor = make.investor()
    hidden = make.confidential_lead(owner=adviser, investor=investor)
    seen = make.lead(owner=colleague, investor=investor)
    leads.archive_lead(actor=colleague, lead=seen, reason="Twin")
    with pytest.raises(ValidationError) as refused:
        investors.archive_investor(actor=adviser, investor=investor, reason="Twin")
    assert refused.value.code == "in_use"
    assert investors.archive_investor(actor=colleague, investor=investor, reason="Twin").is_archived
    for record in (hidden, investor):
        assert as_user(adviser).get(record.get_absolute_url()).status_code == 200
    assert as_user(colleague).get(hidden.get_absolute_url()).status_code == 404
    note = make.interaction(lead=hidden, actor=adviser)
    assert note.lead == hidden
    assert not investors.restore_investor(actor=adviser, investor=investor).is_archived


def test_archive_says_why_in_the_database(manager: User) -> None:
    investor = make.investor()
    with pytest.raises(IntegrityError), transaction.atomic():
        investor.archive(actor=manager, reason="")


# --- contacts --------------------------------------------------------------------------------


def test_contact_form_takes_what_it_needs() -> None:
    asked = ContactForm({"name": "", "email": "nobody", "language": "en"})
    assert set(asked.errors) == {"name", "email"}


def test_anybody_who_records_adds_a_contact(desk: User) -> None:
    lead = make.lead(owner=make.user())
    contact = make.contact(investor=lead.investor, actor=desk)
    assert contact in lead.investor.contacts.all()


def test_editing_and_archiving_a_contact_is_for_those_who_edit_the_investor(
    adviser: User, colleague: User
) -> None:
    lead = make.lead(owner=adviser)
    contact = make.contact(investor=lead.investor)
    edit: dict[str, Any] = {"investor": lead.investor, "contact": contact}
    for act in (
        lambda: investors.save_contact(actor=colleague, **edit, fields={"name": "X"}),
        lambda: investors.archive_contact(actor=colleague, contact=contact, reason="x"),
        lambda: investors.restore_contact(actor=colleague, contact=contact),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert investors.save_contact(actor=adviser, **edit, fields={"name": "Y"}).name == "Y"


def test_contact_is_archived_once_and_restored(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    contact = make.contact(investor=lead.investor, name="Frieda Kunkel")
    assert lead in Lead.objects.search("kunkel")
    investors.archive_contact(actor=adviser, contact=contact, reason="Left")
    with pytest.raises(ValidationError):
        investors.archive_contact(actor=adviser, contact=contact, reason="Left")
    investors.restore_contact(actor=adviser, contact=contact)
    assert not Contact.objects.get(pk=contact.pk).is_archived


# --- pages -----------------------------------------------------------------------------------


def test_investor_page_shows_group_leads_and_contacts(adviser: User, as_user: SignIn) -> None:
    top = make.investor(name="Mother AG")
    investor = make.investor(name="Daughter Ltd", parent=top)
    make.investor(name="Grandchild KK", parent=investor)
    make.lead(owner=adviser, investor=investor, title="Test bench")
    make.contact(investor=investor, name="Frieda Kunkel")
    text = as_user(adviser).get(investor.get_absolute_url()).content.decode()
    for words in ("Mother AG", "Grandchild KK", "Test bench", "Frieda Kunkel", "not recorded"):
        assert words in text, words


def test_investor_is_made_edited_and_archived_on_its_pages(adviser: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    client.post(reverse("investors:investor_create"), {"name": "Kite", "control_country": "GB"})
    investor = Investor.objects.get(name="Kite")
    edit = reverse("investors:investor_edit", args=[investor.ref])
    client.post(edit, {"name": "Kite plc", "control_country": "GB", "website": "kite.example"})
    client.post(reverse("investors:investor_archive", args=[investor.ref]), {"reason": "Twin"})
    investor.refresh_from_db()
    assert (investor.name, investor.is_archived) == ("Kite plc", True)
    client.post(reverse("investors:investor_restore", args=[investor.ref]))
    investor.refresh_from_db()
    assert not investor.is_archived


def test_investors_behind_an_organisation(adviser: User, as_user: SignIn) -> None:
    organisation = make.organisation(name="Xenon")
    investor = make.investor(name="Xenon Inc", organisation=organisation)
    address = reverse("investors:organisation_investors", args=[organisation.ref])
    page = as_user(adviser).get(address)
    region = as_user(adviser).get(address, headers={"HX-Request": "true"})
    assert investor.name in page.content.decode()
    assert "<html" in page.content.decode()
    assert "<html" not in region.content.decode()
    assert investor.name in region.content.decode()


@pytest.mark.parametrize(
    ("website", "address"),
    [
        ("https://kite.example", "https://kite.example"),
        ("kite.example/fr", "https://kite.example/fr"),
        ("javascript:alert(1)", ""),
        ("ask them", ""),
    ],
)
def test_website_becomes_a_link_only_if_it_is_one(
    adviser: User, as_user: SignIn, website: str, address: str
) -> None:
    investor = make.investor(website=website)
    page = as_user(adviser).get(investor.get_absolute_url())
    assert page.context["website"] == address
