"""The company behind a new lead: found, offered, or new; with and without JavaScript."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from clusters.choices import OrganisationKind
from clusters.models import Membership, Organisation, Partnership
from ifa_crm.staff.models import User
from investors.forms.company import NEW, Company, CompanyField
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def field(user: User) -> CompanyField:
    made = CompanyField()
    made.open_to(user)
    return made


def typed(user: User, text: str, key: str = "", before: str = "") -> Company:
    company = field(user).clean({"key": key, "text": text, "for": before})
    assert isinstance(company, Company)
    return company


def ibm() -> Organisation:
    organisation = make.organisation(name="IBM", country="US")
    cluster = make.cluster(name="SCS")
    Partnership.objects.create(cluster=cluster, organisation=organisation, source="line 68")
    return organisation


def test_one_of_this_very_name_is_taken(adviser: User) -> None:
    investor = make.investor(name="Nestlé", native_name="ネスレ")
    make.investor(name="Nestlé Waters")
    for text in ("Nestlé", "nestle", "ネスレ"):
        assert typed(adviser, text).investor == investor


def test_new_name_is_a_new_company(adviser: User) -> None:
    assert typed(adviser, "  Kestrel  ") == Company("Kestrel")


def test_similar_ones_are_asked_about_first(adviser: User) -> None:
    investor = make.investor(name="Nestlé Waters")
    asked = field(adviser)
    with pytest.raises(ValidationError) as refused:
        asked.clean({"key": "", "text": "Nestlé", "for": ""})
    assert refused.value.error_list[0].code == "several"
    assert [key for key, _label in asked.widget.matches] == [investor.ref, NEW]


def test_said_to_be_a_new_one(adviser: User) -> None:
    make.investor(name="Nestlé Waters")
    assert typed(adviser, "Nestlé", key=NEW, before="Nestlé") == Company("Nestlé")


def test_text_typed_after_a_pick_counts_more(adviser: User) -> None:
    investor = make.investor(name="Nestlé")
    assert typed(adviser, "Novartis", key=investor.ref, before="Nestlé") == Company("Novartis")
    assert typed(adviser, "Nestlé", key=investor.ref, before="Nestlé").investor == investor


def test_organisation_on_record_is_found(adviser: User) -> None:
    organisation = ibm()
    assert typed(adviser, "ibm").organisation == organisation
    key = f"organisation:{organisation.ref}"
    assert typed(adviser, "IBM", key=key, before="IBM").organisation == organisation


def test_organisation_that_is_an_investor_already_is_offered_once(adviser: User) -> None:
    investor = make.investor(name="IBM", organisation=ibm())
    assert typed(adviser, "IBM").investor == investor


def test_laboratories_are_no_investors(adviser: User) -> None:
    make.organisation(name="CERN", kind=OrganisationKind.LABORATORY)
    assert typed(adviser, "CERN") == Company("CERN")


def test_one_that_was_archived_is_named_but_not_offered(adviser: User, manager: User) -> None:
    make.investor(name="Kestrel Ltd").archive(actor=manager, reason="Closed")
    asked = field(adviser)
    with pytest.raises(ValidationError, match=r"Kestrel Ltd.*archived"):
        asked.clean({"key": "", "text": "Kestrel", "for": ""})
    assert [key for key, _label in asked.widget.matches] == [NEW]
    assert typed(adviser, "Kestrel", key=NEW, before="Kestrel") == Company("Kestrel")


@pytest.mark.parametrize("text", ["Hoshino Denshi K.K.", "Hoshno Denshi", "星野電子 株式会社"])
def test_likely_twins_spelt_otherwise_are_asked_about(text: str, adviser: User) -> None:
    investor = make.investor(name="Hoshino Denshi", native_name="星野電子")
    asked = field(adviser)
    with pytest.raises(ValidationError) as refused:
        asked.clean({"key": "", "text": text, "for": ""})
    assert refused.value.error_list[0].code == "several"
    assert [key for key, _label in asked.widget.matches] == [investor.ref, NEW]


def test_picker_says_why_a_twin_looks_alike(adviser: User, as_user: SignIn) -> None:
    make.investor(name="Hoshino Denshi Holdings")
    likely = make.investor(name="Hoshino Denshi")
    make.confidential_lead(investor=make.investor(name="Hoshino Denshi K.K."))
    first, *_others, new = options(adviser, "Hoshino Denshi Co., Ltd.", as_user)["options"]
    assert first["key"] == likely.ref
    assert "same name" in first["note"]
    assert new["key"] == NEW
    assert "K.K." not in str(options(adviser, "Hoshino Denshi Co., Ltd.", as_user))


def test_hidden_ones_are_not_found(adviser: User) -> None:
    hidden = make.confidential_lead(investor=make.investor(name="Osprey")).investor
    assert typed(adviser, "Osprey") == Company("Osprey")
    with pytest.raises(ValidationError):
        typed(adviser, "Osprey", key=hidden.ref, before="Osprey")


def test_more_than_are_shown_is_said(adviser: User) -> None:
    for n in range(25):
        make.investor(name=f"Nova {n}")
    with pytest.raises(ValidationError) as refused:
        typed(adviser, "nova")
    assert len(refused.value.messages) == 2


# --- as the picker shows it ------------------------------------------------------------------


def options(user: User, text: str, as_user: SignIn) -> dict[str, Any]:
    answer = as_user(user).get(reverse("investors:company_options"), {"q": text})
    found: dict[str, Any] = answer.json()
    return found


def test_picker_says_with_which_cluster_a_company_is(adviser: User, as_user: SignIn) -> None:
    ibm()
    first, last = options(adviser, "ibm", as_user)["options"]
    assert first["label"] == "IBM"
    assert "partner of SCS (source)" in first["note"]
    assert last["key"] == NEW


def test_picker_says_it_of_an_investor_too(adviser: User, as_user: SignIn) -> None:
    organisation = make.organisation(name="Xenon")
    Membership.objects.create(
        cluster=make.cluster(name="Minalogic"), organisation=organisation, kind="founding"
    )
    make.investor(name="Xenon Corp", organisation=organisation)
    notes = [line["note"] for line in options(adviser, "xenon", as_user)["options"]]
    assert any("of Minalogic" in note for note in notes)


def test_picker_is_never_cut_without_saying_so(adviser: User, as_user: SignIn) -> None:
    for n in range(25):
        make.investor(name=f"Nova {n}")
    found = options(adviser, "nova", as_user)
    assert found["more"] is True
    assert len(found["options"]) == 21


def test_picker_asks_the_same_number_of_queries(
    adviser: User, as_user: SignIn, django_assert_num_queries: Any
) -> None:
    client = as_user(adviser)
    for n in range(20):
        organisation = make.organisation(name=f"Nova {n}")
        make.investor(name=f"Nova {n} Inc", organisation=organisation)
        if n in {0, 19}:
            with django_assert_num_queries(6):
                client.get(reverse("investors:company_options"), {"q": "nova"})
