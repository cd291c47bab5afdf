"""Many pairs of the queue are decided at once, each as if by itself."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from ifa_crm.work.models import Batch
from ifa_crm.work.services.undo import undo
from investors.models import ContactPair, Investor, InvestorPair
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

MERGE = "/duplicates/merge/"
APART = "/duplicates/apart/"


@pytest.fixture
def manager() -> User:
    return make.user(role=Role.MANAGER)


def _pairs(count: int) -> list[InvestorPair]:
    """Pairs of the same name, the younger with a city that the older lacks."""
    for n in range(count):
        site = f"https://www.orion{n}.example/"
        make.investor(name=f"Orion {n} Sensors Ltd", website=site, city="")
        make.investor(name=f"Orion {n} Sensors", website=site, city="Leeds")
    found = list(InvestorPair.objects.to_decide().order_by("pk"))
    assert len(found) == count
    return found


def _ask(pairs: list[InvestorPair]) -> str:
    return "?which=ticked&" + "&".join(f"row={pair.ref}" for pair in pairs)


def test_those_that_contradict_nowhere_are_ticked(manager: User, as_user: SignIn) -> None:
    safe, other = _pairs(2)
    Investor.objects.filter(pk=other.first_id).update(city="York")
    form = as_user(manager).get(MERGE + _ask([safe, other])).context["form"]
    assert form.ticked == [safe.ref]
    lost = {line.pair.ref: [*line.proposal.lost.values()] for line in form.lines}
    assert lost == {safe.ref: ["Name"], other.ref: ["Name", "City"]}
    Investor.objects.filter(pk=other.second_id).update(city="")
    form = as_user(manager).get(MERGE + _ask([safe, other])).context["form"]
    assert set(form.ticked) == {safe.ref, other.ref}, "what the younger lacks contradicts nothing"


def test_ticked_pairs_are_merged_and_each_can_be_undone(manager: User, as_user: SignIn) -> None:
    pairs = _pairs(3)
    address = MERGE + _ask(pairs)
    sent = {"pairs": [pair.ref for pair in pairs[:2]]}
    assert as_user(manager).post(address, sent).status_code == 302
    assert Investor.objects.live().count() == 4
    kept = Investor.objects.get(pk=pairs[0].first_id)
    assert (kept.name, kept.city) == ("Orion 0 Sensors Ltd", "Leeds")
    assert "Orion 0 Sensors" in kept.other_names
    assert list(InvestorPair.objects.to_decide()) == [pairs[2]]
    undo(actor=manager, batch=Batch.objects.order_by("pk")[0])
    assert Investor.objects.live().count() == 5


def test_ticked_pairs_are_set_apart(manager: User, as_user: SignIn) -> None:
    pairs = _pairs(3)
    sent = {"pairs": [pair.ref for pair in pairs]}
    as_user(manager).post(APART + _ask(pairs), sent)
    assert not InvestorPair.objects.to_decide().exists()
    assert Investor.objects.live().count() == 6


def test_a_record_merged_before_is_left(manager: User, as_user: SignIn) -> None:
    """Three of one name are three pairs: the second merge finds its record gone."""
    for city in ("", "Leeds", ""):
        make.investor(name="Orion Sensors", website="https://orion.example", city=city)
    pairs = list(InvestorPair.objects.to_decide())
    assert len(pairs) == 3
    sent = {"pairs": [pair.ref for pair in pairs]}
    page = as_user(manager).post(MERGE + _ask(pairs), sent, follow=True).content.decode()
    assert "has been merged meanwhile" in page
    assert Investor.objects.live().count() == 1


def test_what_an_earlier_merge_has_filled_stays(manager: User, as_user: SignIn) -> None:
    kept, *others = (
        make.investor(name="Orion Sensors", website="https://orion.example", city=city)
        for city in ("", "Leeds", "York")
    )
    pairs = [InvestorPair.objects.get(first=kept, second=other) for other in others]
    as_user(manager).post(MERGE + _ask(pairs), {"pairs": [pair.ref for pair in pairs]})
    first_of_them = min(pairs, key=lambda pair: (-pair.score, pair.pk))
    kept.refresh_from_db()
    assert Investor.objects.live().get() == kept
    assert kept.city == first_of_them.second.city


def test_a_pair_that_an_earlier_merge_has_ended_is_left(manager: User, as_user: SignIn) -> None:
    """With the LEI of the first the record is not like the third any more."""
    kept, *others = (
        make.investor(name="Orion Sensors", lei=lei)
        for lei in ("", "529900T8BM49AURSDO55", "7H6GLXDRUGQFU57RNE97")
    )
    pairs = [InvestorPair.objects.get(first=kept, second=other) for other in others]
    sent = {"pairs": [pair.ref for pair in pairs]}
    page = as_user(manager).post(MERGE + _ask(pairs), sent, follow=True).content.decode()
    assert "do not look alike any more" in page
    assert Investor.objects.live().count() == 2


def test_nothing_ticked_says_so(manager: User, as_user: SignIn) -> None:
    page = as_user(manager).get(f"{MERGE}?which=ticked", follow=True).content.decode()
    assert "Tick at least one pair" in page
    pairs = _pairs(1)
    assert as_user(manager).post(MERGE + _ask(pairs), {"x": "1"}).status_code == 422


def test_who_may_not_merge_may_set_apart_what_they_may_edit(as_user: SignIn) -> None:
    adviser = make.user()
    pairs = _pairs(2)
    make.lead(investor=pairs[1].first, owner=make.user())
    browser = as_user(adviser)
    assert browser.get(MERGE + _ask(pairs)).status_code == 403
    form = browser.get(APART + _ask(pairs)).context["form"]
    assert [line.may for line in form.lines] == [True, False]
    browser.post(APART + _ask(pairs), {"pairs": [pairs[0].ref]})
    assert list(InvestorPair.objects.to_decide()) == [pairs[1]]
    assert browser.post(APART + _ask(pairs), {"pairs": [pairs[1].ref]}).status_code == 422


def test_a_hidden_pair_is_not_there(as_user: SignIn) -> None:
    pairs = _pairs(1)
    make.lead(investor=pairs[0].first, owner=make.user(), confidential="yes")
    answer = as_user(make.user()).get(APART + _ask(pairs))
    assert answer.status_code == 302


def test_contacts_are_decided_together(manager: User, as_user: SignIn) -> None:
    investor = make.investor()
    for n in range(2):
        for name in (f"Anna Berg {n}", f"Berg Anna {n}"):
            make.contact(investor=investor, name=name, email=f"anna{n}@berg.example")
    pairs = list(ContactPair.objects.to_decide().filter(score__gte=85))
    assert len(pairs) == 2
    address = (
        reverse("investors:contact_pairs_merge")
        + "?which=page&on="
        + ".".join(pair.ref for pair in pairs)
    )
    as_user(manager).post(address, {"pairs": [pair.ref for pair in pairs]})
    assert investor.contacts.live().count() == 2


@pytest.mark.parametrize("count", [1, 20])
def test_page_asks_as_often_for_many(
    count: int, manager: User, as_user: SignIn, django_assert_num_queries: Any
) -> None:
    pairs = _pairs(count)
    browser: Client = as_user(manager)
    browser.get(MERGE + _ask(pairs))
    with django_assert_num_queries(3):
        browser.get(MERGE + _ask(pairs))
