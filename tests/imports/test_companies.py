"""Investors with contacts and leads, from the file to the records."""

import pytest

from ifa_crm.imports.choices import ImportState
from ifa_crm.staff.models import User
from investors.models import Contact, Investor, Lead
from tests.imports.bringing import HEADINGS, ROW, bring, check, outcomes, results, upload, write

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


def test_somebody_of_whom_only_the_address_is_known_goes_by_it(manager: User) -> None:
    other = (ROW[0], ROW[1], "", "desk@kyoto-cells.example", "Fuel cells", "")
    bring(manager, [HEADINGS, (ROW[0], ROW[1], "", *ROW[3:])])
    known = Investor.objects.get()
    again = check(
        upload(manager, [(*HEADINGS, "Investor reference"), (*other, known.ref)]), overwrite=False
    )
    assert outcomes(again) == {2: "update"}
    write(again)
    addresses = ["aiko@kyoto-cells.example", "desk@kyoto-cells.example"]
    assert sorted(Contact.objects.values_list("name", flat=True)) == addresses
    named = [(*HEADINGS, "Investor reference"), (*ROW[:5], "", known.ref)]
    write(check(upload(manager, named)))
    assert Contact.objects.get(email=ROW[3]).name == ROW[2]


def test_somebody_without_name_and_address_is_refused_in_one_sentence(manager: User) -> None:
    headings = ("Company", "Country", "Phone", "Need")
    imported = check(
        upload(manager, [headings, ("Kyoto Cells", "Japan", "+81 3 1234", "Hydrogen")])
    )
    assert outcomes(imported) == {2: "refused"}
    assert imported.rows.get().errors == [["contact.name", "Say who that is."]]
