"""Likely twins on record, and the keys by which they are found."""

from typing import Any

import pytest

from ifa_crm.shared.inserting import insert_values
from ifa_crm.staff.models import User
from investors import likeness
from investors.choices import Confidential
from investors.importing.twins import _holders
from investors.models import CommonKey, Contact, ContactKey, Investor, InvestorKey
from investors.models.matching import KeyKind
from investors.services.investors import archive_contact, archive_investor, edit_investor
from investors.services.leads import edit_lead
from investors.services.matching import keep_contact_keys, keep_investor_keys
from investors.twins import likely_twins
from tests import make

pytestmark = pytest.mark.django_db


def found(user: User, name: str = "", **told: Any) -> list[str]:
    return [twin.record.name for twin in likely_twins(user=user, name=name, **told)]


def test_twins_are_found_with_their_reasons(adviser: User) -> None:
    twin = make.investor(name="Hoshino Denshi K.K.", native_name="星野電子株式会社")
    make.investor(name="Something else")
    (likely,) = likely_twins(user=adviser, name="HOSHINO DENSHI Co., Ltd.", country="JP")
    assert likely.record == twin
    assert likely.reasons == ["same name without legal form", "same country"]
    assert likely.score == 80
    assert found(adviser, "(株)星野電子") == ["Hoshino Denshi K.K."]
    assert found(adviser, "x", native_name="星野電子") == ["Hoshino Denshi K.K."]
    assert found(adviser, "Hoshno Denshi") == ["Hoshino Denshi K.K."]
    assert found(adviser, "Denshi Hoshino Group") == ["Hoshino Denshi K.K."]
    assert found(adviser, "Hoshi") == []
    assert found(adviser, "Hoshi", typing=True) == ["Hoshino Denshi K.K."]


def test_twins_are_found_by_domain_and_number(adviser: User) -> None:
    lei = "5493001KJTIIGC8Y1R12"
    known = make.investor(name="Known", website="www.known.co.jp", lei=lei)
    make.contact(investor=known, email="ada@known-mail.com")
    for told in (
        {"website": "https://known.co.jp/"},
        {"email": "someone@known.co.jp"},
        {"email": "bob@known-mail.com"},
        {"identifiers": {"lei": lei}},
    ):
        assert found(adviser, "Other", **told) == ["Known"], told
    assert found(adviser, "Other", email="bob@gmail.com") == []


def test_the_likeliest_comes_first_and_itself_not_at_all(adviser: User) -> None:
    first = make.investor(name="Acme Ltd", website="acme.com")
    second = make.investor(name="Acme Inc")
    assert found(adviser, "Acme", website="acme.com") == ["Acme Ltd", "Acme Inc"]
    assert found(adviser, "Acme", other_than=first) == [second.name]


def test_an_archived_twin_is_found_so_that_it_can_be_restored(manager: User) -> None:
    investor = archive_investor(actor=manager, investor=make.investor(name="Acme"), reason="Asleep")
    (twin,) = likely_twins(user=manager, name="Acme")
    assert twin.record == investor


def test_a_hidden_twin_warns_nobody(adviser: User, colleague: User, manager: User) -> None:
    hidden = make.investor(actor=adviser, name="Zorblatt GmbH", website="zorblatt.com")
    make.lead(owner=adviser, investor=hidden, confidential=Confidential.YES)
    for told in ({"name": "Zorblatt"}, {"name": "x", "website": "zorblatt.com"}):
        assert found(colleague, **told) == []
        assert found(colleague, typing=True, **told) == []
        assert found(adviser, **told) == found(manager, **told) == ["Zorblatt GmbH"]


def test_a_contact_known_in_confidence_tells_no_domain(adviser: User, colleague: User) -> None:
    investor = make.investor(actor=adviser, name="Open one")
    open_lead = make.lead(owner=adviser, investor=investor, confidential=Confidential.NO)
    lead = make.lead(owner=adviser, investor=investor, confidential=Confidential.YES)
    make.contact(investor=investor, known_through=lead, email="ada@secret-mail.com")
    assert found(colleague, "Other", email="bob@secret-mail.com") == []
    assert found(adviser, "Other", email="bob@secret-mail.com") == []
    edit_lead(actor=adviser, lead=lead, changes={"confidential": Confidential.NO})
    assert found(colleague, "Other", email="bob@secret-mail.com") == ["Open one"]
    assert open_lead.investor == investor


def test_hidden_ones_do_not_crowd_out_those_who_may_be_seen(
    adviser: User, colleague: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("investors.twins._LOOKED_AT", 2)
    for _ in range(3):
        hidden = make.investor(actor=adviser, name="Acme")
        make.lead(owner=adviser, investor=hidden, confidential=Confidential.YES)
    make.investor(name="Acme Open Ltd", website="acme.com", other_names="Acme")
    assert found(colleague, "Acme") == ["Acme Open Ltd"]


def test_queries_do_not_grow(adviser: User, django_assert_num_queries: Any) -> None:
    for _ in range(20):
        make.investor(name="Acme Robotics")
    adviser.acts  # noqa: B018  # read before counting
    with django_assert_num_queries(4):
        assert len(likely_twins(user=adviser, name="Acme Robotics", limit=50)) == 20
    with django_assert_num_queries(2):
        assert likely_twins(user=adviser, name="Nobody is called so") == []


# --- Keys are kept in step ----------------------------------------------------------------


def wrong_keys() -> int:
    """How many keys are not what the rows ask for; put right on the way."""
    investors = Investor.objects.values_list("pk", flat=True)
    contacts = Contact.objects.values_list("pk", flat=True)
    return keep_investor_keys(investors) + keep_contact_keys(contacts)


def test_services_keep_the_keys(manager: User) -> None:
    investor = make.investor(name="Acme GmbH", website="acme.com")
    contact = make.contact(investor=investor, email="ada@acme-mail.com", phone="+33 123456789")
    assert wrong_keys() == 0
    edit_investor(actor=manager, investor=investor, changes={"name": "Bcme", "lei": ""})
    assert wrong_keys() == 0
    make.contact(investor=investor, email="bob@other-mail.com")
    assert wrong_keys() == 0
    archive_contact(actor=manager, contact=contact, reason="Left")
    assert wrong_keys() == 0
    assert not found(manager, "x", email="c@acme-mail.com")
    lead = make.lead(owner=manager, investor=investor, confidential=Confidential.YES)
    make.contact(investor=investor, known_through=lead, email="eve@third-mail.com")
    assert wrong_keys() == 0


def test_keys_that_are_missing_or_wrong_are_put_right(manager: User) -> None:
    investor = make.investor(name="Acme GmbH")
    kept = set(InvestorKey.objects.values_list("kind", "value"))
    assert kept == likeness.keys_of_company(likeness.companies([investor.pk])[investor.pk])
    InvestorKey.objects.all().delete()
    assert found(manager, "Acme") == []
    assert keep_investor_keys([investor.pk]) == len(kept)
    assert keep_investor_keys([investor.pk]) == 0
    InvestorKey.objects.create(investor=investor, kind=1, value=7)
    assert keep_investor_keys([investor.pk]) == 1
    assert found(manager, "Acme") == ["Acme GmbH"]


def test_keys_hold_no_text(manager: User) -> None:
    make.contact(investor=make.investor(), email="ada@acme.com")
    names = {field.name for field in ContactKey._meta.concrete_fields}
    assert names == {"id", "kind", "value", "contact"}


def test_of_a_common_key_no_more_is_read_than_is_looked_at() -> None:
    keys = [make.investor(name=f"Company {n}").pk for n in range(30)]
    InvestorKey.objects.all().delete()
    shared, rare = (7, KeyKind.NEAR), (8, KeyKind.NAME)
    own = [(*shared, key) for key in keys] + [(*rare, keys[25])]
    insert_values(InvestorKey, ("value", "kind", "investor"), own)
    everybody = [(7, key) for key in keys]
    assert sorted(_holders({7, 8})) == [*everybody, (8, keys[25])]
    CommonKey.objects.create(kind=KeyKind.NEAR, value=7)
    CommonKey.objects.create(kind=KeyKind.NAME, value=8)  # no longer so
    assert sorted(_holders({7, 8})) == [*everybody[:20], (8, keys[25])]
