"""Investors with contacts and leads, from the file to the records."""

import pytest

from ifa_crm.imports.choices import ImportState
from ifa_crm.staff.models import User
from investors.models import Contact, Investor, Lead
from tests.imports.bringing import HEADINGS, ROW, bring, check, outcomes, results, upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_becomes_investor_contact_and_lead(manager: User, kind: str) -> None:
    imported = bring(manager, [HEADINGS, ROW], kind=kind)
    assert imported.job is not None
    assert imported.job.error == ""
    assert imported.state == ImportState.WRITTEN
    assert results(imported) == {2: "created"}
    lead = Lead.objects.get()
    assert (lead.investor.name, lead.investor.control_country.code) == ("Kyoto Cells K.K.", "JP")
    assert (lead.title, lead.budget_amount, lead.budget_currency) == ("Hydrogen", 1_500_000, "EUR")
    assert Contact.objects.get().known_through == lead
    assert lead.next_due is not None


def test_check_writes_nothing(manager: User) -> None:
    imported = check(upload(manager, [HEADINGS, ROW]))
    assert imported.state == ImportState.CHECKED
    assert outcomes(imported) == {2: "create"}
    assert not Investor.objects.exists()


def test_the_same_file_again_changes_nothing(manager: User) -> None:
    bring(manager, [HEADINGS, ROW])
    again = check(upload(manager, [HEADINGS, ROW]))
    assert outcomes(again) == {2: "twin"}
