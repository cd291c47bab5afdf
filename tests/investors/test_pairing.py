"""Pairs that may mean the same: found, decided, remembered, seen by those who see both."""

from itertools import product
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from ifa_crm.staff.models import User
from ifa_crm.work.models import Job
from ifa_crm.work.registry import duties, kinds
from ifa_crm.work.running import JobRun
from ifa_crm.work.services import jobs
from ifa_crm.work.tasks import attempt
from investors.choices import Confidential
from investors.finding import JOB, find_all, find_nightly
from investors.models import (
    CommonKey,
    ContactPair,
    Investor,
    InvestorPair,
    PairState,
)
from investors.models.matching import KeyKind
from investors.services import pairing
from investors.services.deciding import pair_by_hand, reopen_pair, set_apart
from investors.services.investors import archive_investor, edit_investor, restore_investor
from investors.services.matching import noting_together
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def twins(**fields: Any) -> tuple[Investor, Investor]:
    return make.investor(name="Acme GmbH", **fields), make.investor(name="ACME Inc.", **fields)


def names() -> list[tuple[str, str]]:
    rows = InvestorPair.objects.order_by("pk")
    return [(pair.first.name, pair.second.name) for pair in rows]


def test_a_pair_is_found_when_a_record_is_saved(manager: User) -> None:
    first, second = twins()
    pair = InvestorPair.objects.get()
    assert (pair.first, pair.second, pair.state) == (first, second, PairState.OPEN)
    assert pair.why == ["same name without legal form", "same country"]
    assert (pair.score, pair.band) == (80, "likely")
    edit_investor(actor=manager, investor=second, changes={"website": "acme.com"})
    edit_investor(actor=manager, investor=first, changes={"website": "www.acme.com"})
    pair.refresh_from_db()
    assert "same web domain (acme.com)" in pair.why
    assert pair.band == "very likely"
    edit_investor(actor=manager, investor=second, changes={"name": "Bolt", "website": ""})
    assert not InvestorPair.objects.exists()


def test_archived_ones_are_not_paired(manager: User) -> None:
    first, _second = twins()
    archive_investor(actor=manager, investor=first, reason="Asleep")
    assert not InvestorPair.objects.exists()
    restore_investor(actor=manager, investor=first)
    assert len(names()) == 1


def test_contacts_are_paired() -> None:
    one, other = make.investor(), make.investor()
    ada = make.contact(investor=one, name="Ada Iris", email="ada@acme.com")
    twin = make.contact(investor=one, name="Dr. Ada Iris", email="")
    make.contact(investor=other, name="Ada Iris", email="")
    same_box = make.contact(investor=other, name="A. Iris", email="Ada+news@acme.com")
    found = {(pair.first, pair.second) for pair in ContactPair.objects.all()}
    assert found == {(ada, twin), (ada, same_box)}


def test_a_group_is_linked_and_not_offered(manager: User) -> None:
    parent = make.investor(name="Acme Holding")
    one = make.investor(name="Acme GmbH", parent=parent)
    other = make.investor(name="Acme Inc.", parent=parent)
    assert {pair.same_group for pair in InvestorPair.objects.all()} == {True}
    assert InvestorPair.objects.count() == 3
    assert not InvestorPair.objects.all().to_decide().exists()
    edit_investor(actor=manager, investor=other, changes={"parent": None})
    pair = InvestorPair.objects.get(first=one, second=other)
    assert not pair.same_group


def test_a_confidential_parent_links_nobody(adviser: User) -> None:
    parent = make.investor(actor=adviser, name="Hidden")
    make.lead(owner=adviser, investor=parent, confidential=Confidential.YES)
    parent.refresh_from_db()
    for name in ("Acme GmbH", "Acme Inc."):
        make.investor(name=name, parent=parent)
    assert [pair.same_group for pair in InvestorPair.objects.all()] == [False]


def test_not_the_same_is_remembered(manager: User) -> None:
    first, second = twins()
    pair = set_apart(actor=manager, pair=InvestorPair.objects.get())
    assert (pair.state, pair.decided_by) == (PairState.APART, manager)
    edit_investor(actor=manager, investor=second, changes={"city": "Bonn", "website": "acme.com"})
    edit_investor(actor=manager, investor=first, changes={"website": "acme.com"})
    list(find_all())
    assert InvestorPair.objects.get().state == PairState.APART
    with pytest.raises(ValidationError) as refused:
        set_apart(actor=manager, pair=pair)
    assert refused.value.code == "apart"
    reopen_pair(actor=manager, pair=pair)
    assert InvestorPair.objects.get().is_open
    with pytest.raises(ValidationError) as refused:
        reopen_pair(actor=manager, pair=pair)
    assert refused.value.code == "open"


def test_those_who_may_edit_both_say_that_they_are_not_the_same(
    adviser: User, colleague: User, viewer: User
) -> None:
    first, _second = twins()
    make.lead(owner=adviser, investor=first)
    pair = InvestorPair.objects.get()
    for stranger in (colleague, viewer):
        with pytest.raises(PermissionDenied):
            set_apart(actor=stranger, pair=pair)
    assert set_apart(actor=adviser, pair=pair).decided_by == adviser


def test_two_that_nobody_found_are_put_side_by_side(manager: User, adviser: User) -> None:
    one, other = make.investor(name="Alpha"), make.investor(name="Omega")
    with pytest.raises(PermissionDenied):
        pair_by_hand(actor=adviser, one=one, other=other)
    with pytest.raises(ValidationError):
        pair_by_hand(actor=manager, one=one, other=one)
    pair = pair_by_hand(actor=manager, one=other, other=one)
    assert (pair.first, pair.second) == (one, other)
    assert pair_by_hand(actor=manager, one=one, other=other) == pair
    list(find_all())
    assert InvestorPair.objects.get().why == ["put side by side by hand"]


def test_a_key_that_many_share_makes_no_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairing, "CAP", 4)
    many = [make.investor(name="Acme") for _ in range(4)]
    assert InvestorPair.objects.count() == 6
    many.append(make.investor(name="Acme"))
    last = make.investor(name="Acme", website="acme.com")
    assert CommonKey.objects.filter(sample=many[0]).exists()
    twin = make.investor(name="Acme", website="acme.com")  # by another reason they are
    list(find_all())
    pair = InvestorPair.objects.get(second=twin)
    assert pair.first == last
    assert "same name" in pair.why


def test_going_through_all_finds_what_saving_found(manager: User) -> None:
    twins()
    ada = make.investor(name="Other", website="acme.com")
    make.contact(investor=ada, name="Ada Iris", email="ada@acme.com")
    make.contact(investor=ada, name="Iris Ada", email="")
    found = sorted(names())
    people = ContactPair.objects.count()
    assert found
    assert people == 1
    for model in (InvestorPair, ContactPair):
        model.objects.all().delete()
    assert dict(find_all()) == {
        "investor keys": 0,
        "contact keys": 0,
        "investor pairs": len(found),
        "contact pairs": people,
    }
    assert sorted(names()) == found
    assert sum(changed for _step, changed in find_all()) == 0


def test_the_job_finds_the_same_and_can_be_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("investors.finding.BATCH", 2)
    twins()
    twins()
    found = sorted(names())
    InvestorPair.objects.all().delete()
    job = jobs.start_job(actor=None, kind=JOB)
    begun = jobs.begin(job.pk)
    assert begun is not None
    calls = 0
    whole = pairing.pair_investors

    def once(keys: list[int], only_earlier: bool) -> int:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RuntimeError("pulled the plug")
        return whole(keys, only_earlier=only_earlier)

    monkeypatch.setattr("investors.finding.pair_investors", once)
    with pytest.raises(RuntimeError):
        kinds()[JOB].run(JobRun(begun))
    begun.refresh_from_db()
    assert begun.cursor["last"]["investor pairs"]
    attempt(begun)
    begun.refresh_from_db()
    assert begun.state == "done"
    assert sorted(names()) == found


def test_the_clock_starts_it_once() -> None:
    assert "duplicates" in {duty.name for duty in duties()}
    for _ in range(2):
        find_nightly(None)  # type: ignore[arg-type]
    assert Job.objects.filter(kind=JOB).count() == 1


def test_the_command_repairs() -> None:
    twins()
    InvestorPair.objects.all().delete()
    call_command("find_duplicates", verbosity=0)
    assert len(names()) == 1


def test_many_changes_are_compared_together() -> None:
    with noting_together():
        twins()
        assert not InvestorPair.objects.exists()
    assert len(names()) == 1


def test_the_database_keeps_pairs_in_order_and_decided_by_somebody() -> None:
    first, second = make.investor(name="Alpha"), make.investor(name="Omega")
    for fields in (
        {"first": second, "second": first},
        {"first": first, "second": first},
        {"first": first, "second": second, "state": PairState.APART},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            InvestorPair.objects.create(score=50, **fields)


# --- Pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 20])
def test_the_queue_asks_as_much_for_many(
    manager: User, as_user: SignIn, rows: int, django_assert_num_queries: Any
) -> None:
    for n in range(rows):
        make.investor(name=f"Acme{n}x GmbH")
        make.investor(name=f"Acme{n}x Inc.")
    client = as_user(manager)
    client.get("/duplicates/")
    with django_assert_num_queries(6):
        page = client.get("/duplicates/")
    assert len(page.context["page"].objects) == rows


def test_the_queue_filters(manager: User, as_user: SignIn) -> None:
    twins()
    for name in ("Bolt Rail AG", "Bolt Raill AG"):
        make.investor(name=name, control_country="DE")
    client = as_user(manager)

    def shown(query: str) -> int:
        return len(client.get(f"/duplicates/?{query}").context["page"].objects)

    assert shown("") == 2
    assert shown("q=acme") == shown("alike=70") == shown("country=DE") == 1
    assert shown("state=apart") == shown("state=group") == 0
    pair = InvestorPair.objects.order_by("pk")[0]
    client.post(reverse("investors:pair_apart", args=[pair.ref]))
    assert shown("") == shown("state=apart") == 1
    client.post(reverse("investors:pair_reopen", args=[pair.ref]))
    assert shown("") == 2


def test_a_pair_is_seen_by_those_who_see_both(
    adviser: User, colleague: User, manager: User, as_user: SignIn
) -> None:
    make.investor(name="Acme GmbH")
    hidden = make.investor(actor=adviser, name="ACME Inc.")
    make.lead(owner=adviser, investor=hidden, confidential=Confidential.YES)
    pair = InvestorPair.objects.get()
    assert list(InvestorPair.objects.visible_to(colleague)) == []
    for who, status in ((colleague, 404), (adviser, 200), (manager, 200)):
        client = as_user(who)
        assert client.get(pair.get_absolute_url()).status_code == status
        assert ("ACME Inc." in client.get("/duplicates/").content.decode()) == (status == 200)


def test_a_name_that_many_share_is_said_on_the_page(
    manager: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "CAP", 4)
    monkeypatch.setattr("investors.views.duplicates.CAP", 4)
    for _ in range(6):
        make.investor(name="Acme")
    page = as_user(manager).get("/duplicates/").content.decode()
    assert "6 investors have the same name as" in page


def test_a_hidden_one_does_not_make_a_name_common(
    adviser: User, colleague: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairing, "CAP", 4)
    monkeypatch.setattr("investors.views.duplicates.CAP", 4)
    for _ in range(4):
        make.investor(name="Acme")
    hidden = make.investor(actor=adviser, name="Acme")
    make.lead(owner=adviser, investor=hidden, confidential=Confidential.YES)
    assert "investors have the same" not in as_user(colleague).get("/duplicates/").content.decode()
    assert "investors have the same" in as_user(adviser).get("/duplicates/").content.decode()


def test_a_new_investor_that_looks_like_one_on_record_is_asked_about(
    adviser: User, as_user: SignIn
) -> None:
    client = as_user(adviser)
    known = make.investor(name="Acme GmbH")
    typed = {"name": "ACME Inc.", "control_country": "US"}
    page = client.post("/investors/new/", typed)
    assert page.status_code == 422
    assert known.get_absolute_url() in page.content.decode()
    assert "same name without legal form" in page.content.decode()
    assert "None of these" in page.content.decode()
    assert client.post("/investors/new/", typed | {"is_new": "on"}).status_code == 302
    assert Investor.objects.filter(name="ACME Inc.").exists()


def test_a_new_investor_like_a_hidden_one_is_just_recorded(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    hidden = make.investor(actor=adviser, name="Acme GmbH")
    make.lead(owner=adviser, investor=hidden, confidential=Confidential.YES)
    typed = {"name": "ACME Inc.", "control_country": "US"}
    assert as_user(colleague).post("/investors/new/", typed).status_code == 302
    assert len(names()) == 1


def test_likely_twins_appear_while_the_name_is_typed(adviser: User, as_user: SignIn) -> None:
    make.investor(name="Hoshino Denshi K.K.")
    client = as_user(adviser)
    part = client.get("/investors/twins/?name=Hoshi", headers={"HX-Request": "true"})
    assert "Hoshino Denshi K.K." in part.content.decode()
    assert "<html" not in part.content.decode()
    assert "<html" in client.get("/investors/twins/?name=Hoshi").content.decode()
    assert "Hoshino" not in client.get("/investors/twins/?name=").content.decode()
    assert 'id="twins"' in client.get("/investors/new/").content.decode()


def test_only_what_is_in_common_is_read_of_the_keys() -> None:
    """Of a hundred thousand records nearly every key is one record's alone."""
    one, other = twins(website="acme.com")
    alone = make.investor(name="Hoshino Denshi", website="hoshino.jp")
    keys = [one.pk, other.pk, alone.pk]
    theirs = set(one.keys.values_list("value", "kind"))
    both = theirs & set(other.keys.values_list("value", "kind"))
    olders, youngers = ({(*key, row.pk) for key in both} for row in (one, other))

    def shared(keys: list[int], only_earlier: bool = False) -> set[tuple[int, int, int]]:
        return set(pairing._shared(pairing.INVESTORS, keys, only_earlier))

    assert shared(keys) == olders | youngers
    assert shared(keys, only_earlier=True) == youngers
    assert shared([one.pk]) == olders
    assert not shared([one.pk], only_earlier=True)
    assert not shared([alone.pk])


def test_no_pair_is_passed_over_by_its_names_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who shares but a key of near names is compared only if they are near; that changes
    nothing in what is found, with common keys neither."""
    monkeypatch.setattr(pairing, "CAP", 4)
    parts = (("Acme", "Acne", "Hoshino"), ("Robotics", "Robotic", "Rivers"), ("GmbH", "Inc."))
    for n, (first, second, form) in enumerate(product(*parts)):
        site = "acme.com" if n % 2 else f"c{n}.example"
        make.investor(name=f"{first} {second} {form}", website=site)
    list(find_all())
    assert CommonKey.objects.filter(kind=KeyKind.DOMAIN).exists()
    found = set(InvestorPair.objects.values_list("first", "second", "score"))
    kinds = {len(pair.reasons) for pair in InvestorPair.objects.all()}
    assert len(kinds) > 1
    assert len(found) < 18 * 17 / 2
    InvestorPair.objects.all().delete()
    monkeypatch.setattr(pairing, "_a_typing_error_apart", lambda near: near)
    list(find_all())
    assert found == set(InvestorPair.objects.values_list("first", "second", "score"))


def test_who_shares_but_letters_is_not_read() -> None:
    near = make.investor(name="Acme Robotics"), make.investor(name="Acme Robotiks")
    far = make.investor(name="Acme Rivers")
    twos = {(near[0].pk, near[1].pk), (near[0].pk, far.pk), (near[1].pk, far.pk)}
    assert pairing._candidates(pairing.INVESTORS, [far.pk, near[1].pk], True) == (set(), twos)
    assert pairing._a_typing_error_apart(twos) == {(near[0].pk, near[1].pk)}
