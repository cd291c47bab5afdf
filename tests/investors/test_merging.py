"""Two records become one, and two again when the merge is undone."""

import datetime as dt
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from ifa_crm.work.models import Batch, BatchEntry
from ifa_crm.work.services.undo import undo
from investors.choices import Confidential
from investors.models import (
    Contact,
    ContactPair,
    Interaction,
    Investor,
    InvestorPair,
    Lead,
    PairState,
)
from investors.services.deciding import pair_by_hand, set_apart
from investors.services.investors import edit_investor, restore_investor, save_contact
from investors.services.leads import edit_lead
from investors.services.merging import merge_investors
from investors.services.merging_contacts import merge_contacts
from meetings.choices import MeetingState
from meetings.models import Booking, Participant
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(adviser: User) -> tuple[Investor, Investor]:
    first = make.investor(actor=adviser, name="Acme GmbH", city="", website="acme.com")
    return first, make.investor(actor=adviser, name="ACME Inc.", city="Boston", website="")


def pair_of(one: Investor, other: Investor) -> InvestorPair:
    return InvestorPair.objects.get(first=one, second=other)


def merge(actor: User, kept: Investor, gone: Investor, **told: Any) -> Batch:
    pair = pair_by_hand(actor=actor, one=kept, other=gone)
    return merge_investors(actor=actor, pair=pair, keep=kept, **told)


def people_pair(one: Contact, other: Contact) -> ContactPair:
    return ContactPair.objects.get(first=one, second=other)


def at_a_cluster(lead: Lead, **people: Any) -> dict[str, Any]:
    """A confirmed introduction of these people."""
    cluster = make.cluster()
    everybody = make.people(lead=lead, cluster=cluster, **people)
    return {"lead": lead, "cluster": cluster, "state": MeetingState.CONFIRMED, "people": everybody}


def state_of_the_world() -> dict[str, list[Any]]:
    """Every row that a merge may touch, less derived texts."""
    models = (Investor, Contact, Lead, Interaction.contacts.through, Participant, Booking)
    told: dict[str, list[Any]] = {}
    for model in models:
        hidden = {"search_text", "id"} if model is Interaction.contacts.through else {"search_text"}
        names = [f.attname for f in model._meta.concrete_fields if f.name not in hidden]
        told[model.__name__] = sorted(model._base_manager.values_list(*names), key=repr)
    return told


def test_everything_moves_with_its_attributes_and_comes_back(
    adviser: User, manager: User, two: tuple[Investor, Investor]
) -> None:
    kept, gone = two
    child = make.investor(name="Child", parent=gone)
    ada = make.contact(investor=kept, name="Ada Iris", email="ada@acme.com", phone="")
    twin = make.contact(investor=gone, name="Ada Iris", email="ada@acme.com", phone="+1 202 5550")
    bob = make.contact(investor=gone, name="Bob")
    lead = make.qualified_lead(owner=adviser, investor=gone)
    said = make.interaction(lead=lead, contacts=[twin, bob])
    meeting = make.meeting(**at_a_cluster(lead, staff=(adviser,), contacts=(twin,)))
    meeting.participants.filter(contact=twin).update(came=True)
    before = state_of_the_world()

    batch = merge(manager, kept, gone, take=["city"], same_people=[(ada, twin)])

    for row in (kept, gone, child, ada, twin, bob, lead):
        row.refresh_from_db()
    assert (kept.city, kept.website, kept.name) == ("Boston", "acme.com", "Acme GmbH")
    assert kept.other_names == "ACME Inc."
    assert (gone.merged_into, gone.is_archived, gone.archived_by) == (kept, True, manager)
    assert child.parent == kept
    assert bob.investor == kept
    assert lead.investor == kept
    assert (twin.merged_into, ada.phone) == (ada, "+1 202 5550")
    assert set(said.contacts.all()) == {ada, bob}
    participant = meeting.participants.get(contact=ada)
    assert participant.came is True
    assert Booking.objects.filter(meeting=meeting, person_key=f"contact:{ada.pk}").exists()
    assert not Booking.objects.filter(person_key=f"contact:{twin.pk}").exists()
    assert pair_of(kept, gone).state == PairState.MERGED
    assert {"acme", "gmbh", "inc"} <= set(lead.search_text.split())
    assert "boston" in kept.search_text

    undo(actor=manager, batch=batch)
    outcomes = BatchEntry.objects.filter(batch=batch).values_list("outcome", flat=True)
    assert set(outcomes) == {"wholly"}
    assert state_of_the_world() == before
    assert pair_of(kept, gone).is_open
    lead.refresh_from_db()
    assert "gmbh" not in lead.search_text


def test_what_changed_since_stays_when_a_merge_is_undone(
    adviser: User, manager: User, two: tuple[Investor, Investor]
) -> None:
    kept, gone = two
    lead = make.lead(owner=adviser, investor=gone)
    other_lead = make.lead(owner=adviser, investor=gone)
    batch = merge(manager, kept, gone, take=["city", "name"])
    edit_investor(actor=manager, investor=kept, changes={"city": "Lyon", "size": "large"})
    edit_lead(actor=adviser, lead=lead, changes={"title": "Changed since"})
    third = make.investor(name="Third")
    Lead.objects.filter(pk=other_lead.pk).update(investor=third)  # moved elsewhere since
    undo(actor=manager, batch=batch)
    for row in (kept, gone, lead, other_lead):
        row.refresh_from_db()
    assert (kept.name, kept.city, kept.size) == ("Acme GmbH", "Lyon", "large")
    assert (gone.is_archived, gone.merged_into, gone.name) == (False, None, "ACME Inc.")
    assert (lead.investor, lead.title) == (gone, "Changed since")
    assert other_lead.investor == third
    stayed = BatchEntry.objects.filter(batch=batch).exclude(outcome="wholly")
    assert {(entry.content_type.model, tuple(entry.kept)) for entry in stayed} == {
        ("investor", ("city",)),
        ("lead", ("investor",)),
    }


def test_a_merge_can_be_undone_for_30_days(manager: User, two: tuple[Investor, Investor]) -> None:
    batch = merge(manager, *two)
    assert batch.until - batch.at == dt.timedelta(days=30)
    Batch.objects.update(until=timezone.now() - dt.timedelta(minutes=1))
    with pytest.raises(ValidationError) as refused:
        undo(actor=manager, batch=batch)
    assert refused.value.code == "too_late"


def test_refusals(adviser: User, manager: User, two: tuple[Investor, Investor]) -> None:
    kept, gone = two
    pair = pair_of(kept, gone)
    with pytest.raises(PermissionDenied):
        merge_investors(actor=adviser, pair=pair, keep=kept)
    with pytest.raises(ValidationError) as refused:
        merge_investors(actor=manager, pair=pair, keep=make.investor())
    assert refused.value.code == "stranger"
    edit_investor(actor=manager, investor=gone, changes={"parent": kept})
    with pytest.raises(ValidationError) as refused:
        merge_investors(actor=manager, pair=pair, keep=kept)
    assert refused.value.code == "group"
    edit_investor(actor=manager, investor=gone, changes={"parent": None})
    pair = pair_of(kept, gone)
    merge_investors(actor=manager, pair=pair, keep=kept)
    with pytest.raises(ValidationError) as refused:
        merge_investors(actor=manager, pair=pair, keep=kept)
    assert refused.value.code == "merged"
    with pytest.raises(ValidationError) as refused:
        restore_investor(actor=manager, investor=gone)
    assert refused.value.code == "merged"


def test_two_that_somebody_set_apart_meanwhile_are_not_merged(
    manager: User, two: tuple[Investor, Investor]
) -> None:
    pair = pair_of(*two)
    ada, twin = (make.contact(investor=two[0], name="Ada Iris", email=e) for e in ("", "a@b.com"))
    people = people_pair(ada, twin)
    for each in (pair, people):
        set_apart(actor=make.user(role=Role.MANAGER), pair=each)
    with pytest.raises(ValidationError) as refused:
        merge_investors(actor=manager, pair=pair, keep=two[0])
    assert refused.value.code == "apart"
    with pytest.raises(ValidationError) as refused:
        merge_contacts(actor=manager, pair=people, keep=twin)
    assert refused.value.code == "apart"
    assert Investor.objects.live().filter(pk__in=[row.pk for row in two]).count() == 2


def test_the_trail_tells_on_both(manager: User, two: tuple[Investor, Investor]) -> None:
    kept, gone = two
    batch = merge(manager, kept, gone)
    for row in two:
        entry = LogEntry.objects.get_for_object(row).order_by("pk").last()
        assert entry is not None
        assert batch.ref in entry.additional_data["reason"]


def test_the_same_person_twice_at_one_introduction_takes_part_once(
    adviser: User, manager: User
) -> None:
    investor = make.investor(name="Acme")
    ada = make.contact(investor=investor, name="Ada Iris", email="ada@acme.com")
    twin = make.contact(investor=investor, name="Ada Iris", email="")
    lead = make.qualified_lead(owner=adviser, investor=investor)
    said = make.interaction(lead=lead, contacts=[ada, twin])
    meeting = make.meeting(**at_a_cluster(lead, staff=(adviser,), contacts=(ada, twin)))
    meeting.participants.filter(contact=twin).update(came=True)
    before = state_of_the_world()
    batch = merge_contacts(actor=manager, pair=people_pair(ada, twin), keep=ada)
    assert meeting.participants.filter(contact__isnull=False).count() == 1
    assert meeting.participants.get(contact=ada).came is True
    assert list(said.contacts.all()) == [ada]
    assert Booking.objects.filter(meeting=meeting, person_key__startswith="contact:").count() == 1
    undo(actor=manager, batch=batch)
    assert state_of_the_world() == before


def test_contacts_are_merged_field_by_field(manager: User) -> None:
    investor = make.investor()
    ada = make.contact(investor=investor, name="Ada Iris", email="", position="Founder")
    twin = make.contact(investor=investor, name="Ada Iris", email="ada@acme.com", position="CEO")
    merge_contacts(actor=manager, pair=people_pair(ada, twin), keep=twin, take=["position"])
    twin.refresh_from_db()
    ada.refresh_from_db()
    assert (twin.position, twin.email) == ("Founder", "ada@acme.com")
    assert (ada.merged_into, ada.is_archived) == (twin, True)
    assert not ContactPair.objects.to_decide().exists()


def test_contacts_of_two_investors_are_not_merged(manager: User) -> None:
    ada = make.contact(investor=make.investor(), email="ada@acme.com")
    twin = make.contact(investor=make.investor(), email="ada@acme.com")
    with pytest.raises(ValidationError) as refused:
        merge_contacts(actor=manager, pair=people_pair(ada, twin), keep=ada)
    assert refused.value.code == "two_investors"


def test_somebody_at_two_places_at_once_is_not_merged(adviser: User, manager: User) -> None:
    investor = make.investor()
    lead = make.qualified_lead(owner=adviser, investor=investor)
    people = [make.contact(investor=investor, name="Ada Iris") for _ in range(2)]
    for contact in people:
        make.meeting(**at_a_cluster(lead, staff=(make.user(),), contacts=(contact,)))
    with pytest.raises(ValidationError) as refused:
        merge_contacts(actor=manager, pair=people_pair(*people), keep=people[0])
    assert refused.value.code == "booked"


# --- Confidential ---------------------------------------------------------------------------


def test_people_of_a_confidential_investor_stay_confidential(
    adviser: User, colleague: User, manager: User, two: tuple[Investor, Investor]
) -> None:
    kept, gone = two
    make.lead(owner=colleague, investor=kept, confidential=Confidential.NO)
    secret = make.lead(owner=adviser, investor=gone, confidential=Confidential.YES)
    eve = make.contact(investor=gone, name="Eve", email="eve@hidden.com")
    before = state_of_the_world()
    batch = merge(manager, kept, gone)
    assert eve not in Contact.objects.visible_to(colleague)
    assert secret not in Lead.objects.visible_to(colleague)
    assert eve in Contact.objects.visible_to(adviser)
    kept.refresh_from_db()
    assert not kept.restricted
    assert "ACME Inc." not in kept.other_names
    undo(actor=manager, batch=batch)
    assert state_of_the_world() == before
    gone.refresh_from_db()
    assert gone.restricted
    assert gone not in Investor.objects.visible_to(colleague)


def test_the_record_is_confidential_if_all_that_it_has_is(
    adviser: User, colleague: User, manager: User, two: tuple[Investor, Investor], as_user: SignIn
) -> None:
    kept, gone = two
    make.lead(owner=adviser, investor=kept, confidential=Confidential.YES)
    merge(manager, kept, gone)
    client = as_user(colleague)
    for row in two:
        assert client.get(row.get_absolute_url()).status_code == 404
        assert row not in Investor.objects.visible_to(colleague)


# --- Addresses and pages ----------------------------------------------------------------------


def test_old_addresses_lead_to_the_one_that_is_kept(
    adviser: User, manager: User, two: tuple[Investor, Investor], as_user: SignIn
) -> None:
    kept, gone = two
    merge(manager, kept, gone)
    third = make.investor(name="Acme Ltd")
    merge(manager, third, kept)
    client = as_user(adviser)
    for name in ("investor_detail", "investor_changes", "investor_edit"):
        response = client.get(reverse(f"investors:{name}", args=[gone.ref]) + "?before=7")
        assert response.status_code == 302
        assert response["Location"] == reverse(f"investors:{name}", args=[third.ref]) + "?before=7"
    response = client.post(reverse("investors:investor_edit", args=[gone.ref]), {"name": "x"})
    assert response["Location"] == third.get_absolute_url()
    assert "Acme Ltd" in client.get("/investors/?q=acme+inc").content.decode()
    assert "ACME Inc." not in client.get("/investors/?archived=1").content.decode()


def test_old_addresses_of_contacts_lead_on(manager: User, as_user: SignIn) -> None:
    investor = make.investor()
    ada = make.contact(investor=investor, name="Ada Iris", email="")
    twin = make.contact(investor=investor, name="Ada Iris", email="")
    merge_contacts(actor=manager, pair=people_pair(ada, twin), keep=ada)
    client = as_user(manager)
    response = client.get(reverse("investors:contact_edit", args=[twin.ref]))
    assert response["Location"] == reverse("investors:contact_edit", args=[ada.ref])
    assert client.get(investor.get_absolute_url()).content.decode().count("Ada Iris</b>") == 1


def test_the_page_merges_field_by_field(
    adviser: User, manager: User, two: tuple[Investor, Investor], as_user: SignIn
) -> None:
    kept, gone = two
    lead = make.lead(owner=adviser, investor=gone)
    make.contact(investor=kept, name="Ada Iris", email="ada@acme.com")
    twin = make.contact(investor=gone, name="Ada Iris", email="ada@acme.com")
    pair = pair_of(kept, gone)
    client = as_user(manager)
    page = client.get(pair.get_absolute_url())
    text = page.content.decode()
    assert lead.title in text
    assert "Merge the two" in text
    form = page.context["form"]
    posted = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    assert posted["keep"] == "first"
    assert posted["take_city"] == "second"
    assert posted["take_website"] == "first"
    response = client.post(reverse("investors:pair_merge", args=[pair.ref]), posted)
    assert response["Location"] == kept.get_absolute_url()
    kept.refresh_from_db()
    twin.refresh_from_db()
    assert (kept.city, kept.website) == ("Boston", "acme.com")
    assert twin.merged_into is not None
    again = client.post(reverse("investors:pair_merge", args=[pair.ref]), posted)
    assert again.status_code == 422
    assert "have been merged meanwhile" in again.content.decode()
    batch = Batch.objects.get()
    assert client.post(reverse("work:batch_undo", args=[batch.ref])).status_code == 302
    gone.refresh_from_db()
    assert not gone.is_archived


def test_a_form_without_a_choice_is_refused(
    manager: User, two: tuple[Investor, Investor], as_user: SignIn
) -> None:
    address = reverse("investors:pair_merge", args=[pair_of(*two).ref])
    client = as_user(manager)
    assert client.post(address, {"x": "1"}).status_code == 422
    assert client.post(address, {"keep": "third"}).status_code == 422
    assert not Batch.objects.exists()


def test_those_who_may_not_merge_compare_only(
    adviser: User, viewer: User, two: tuple[Investor, Investor], as_user: SignIn
) -> None:
    pair = pair_of(*two)
    page = as_user(adviser).get(pair.get_absolute_url())
    assert page.status_code == 200
    assert "Merge the two" not in page.content.decode()
    merge_address = reverse("investors:pair_merge", args=[pair.ref])
    assert as_user(adviser).post(merge_address).status_code == 403
    assert as_user(viewer).get(pair.get_absolute_url()).status_code == 403


def test_comparing_tells_a_reader_nothing_of_what_is_hidden(
    adviser: User, colleague: User, two: tuple[Investor, Investor], as_user: SignIn
) -> None:
    kept, gone = two
    parent = make.investor(actor=adviser, name="Zorblatt")
    make.lead(owner=adviser, investor=parent, confidential=Confidential.YES)
    edit_investor(actor=adviser, investor=gone, changes={"parent": parent})
    make.lead(owner=colleague, investor=gone, confidential=Confidential.NO, title="Open need")
    secret = make.lead(owner=adviser, investor=gone, confidential=Confidential.YES, title="Vrax")
    save_contact(actor=adviser, investor=gone, fields={"name": "Qwix"}, known_through=secret)
    text = as_user(colleague).get(pair_of(kept, gone).get_absolute_url()).content.decode()
    assert "Open need" in text
    for word in ("Zorblatt", "Vrax", "Qwix", "confidential, not listed"):
        assert word not in text


@pytest.mark.parametrize("rows", [1, 20])
def test_the_page_asks_as_much_for_many_children(
    adviser: User, manager: User, two: tuple[Investor, Investor], as_user: SignIn, rows: int,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    for _ in range(rows):
        lead = make.lead(owner=adviser, investor=two[1])
        make.interaction(lead=lead)
        make.contact(investor=two[1])
    client = as_user(manager)
    address = pair_of(*two).get_absolute_url()
    client.get(address)
    with django_assert_num_queries(27):
        client.get(address)


def test_every_reference_to_a_merged_record_is_thought_of() -> None:
    """A new model that points at investors or contacts says here how it goes over."""
    carried = {
        Investor: {
            "investors.Investor.parent",
            "investors.Contact.investor",
            "investors.Lead.investor",
        },
        Contact: {
            "meetings.Participant.contact",
            "investors.Interaction.contacts",
            "investors.Briefing.contact",
            "investors.Reveal.consent_by",
        },
    }
    for model, known in carried.items():
        pointing = {
            f"{field.model._meta.label}.{field.name}"
            for other in apps.get_models()
            for field in [*other._meta.fields, *other._meta.many_to_many]
            if field.related_model is model
            and field.name != "merged_into"
            and not getattr(other, "is_derived", False)
        }
        assert pointing == known
