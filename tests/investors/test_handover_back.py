"""Leads that were handed over for a time: brought back, put off, or left where they are."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.formats import date_format

from ifa_crm.home import handed as sorts
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import DeputyRule, HandedState
from investors.models import HandedLead, Handover, Lead
from investors.services import handover as handing
from investors.services import handover_back, leads
from tests import make
from tests.conftest import SignIn
from tests.investors.test_handover import TODAY, confirmed, lines, prepared

pytestmark = pytest.mark.django_db


def lent(giver: User, receiver: User, days: int = 5, **terms: Any) -> Handover:
    """All leads of ``giver``, handed over for so many days."""
    return confirmed(giver, giver, receiver, until=TODAY() + dt.timedelta(days=days), **terms)


def place(lead: Lead) -> tuple[User | None, User | None]:
    lead.refresh_from_db()
    return lead.owner, lead.deputy


def test_leads_come_back_by_a_click_not_by_silence(adviser: User, colleague: User) -> None:
    deputy = make.user()
    lead = make.lead(owner=adviser, deputy=deputy)
    moved_on = make.lead(owner=adviser)
    until = TODAY() + dt.timedelta(days=5)
    made = confirmed(adviser, adviser, colleague, until=until)
    manager = make.user(role=Role.MANAGER)
    third = make.user()
    leads.assign(actor=manager, lead=moved_on, owner=third, deputy=None, office=None)
    assert lines(sorts.BACK, adviser) == []
    Handover.objects.filter(pk=made.pk).update(until=TODAY())
    for user in (adviser, colleague):
        [line] = lines(sorts.BACK, user)
        assert line.button.address == reverse("investors:handover_bring_back", args=[made.ref])
    lead.refresh_from_db()
    assert lead.owner == colleague
    handover_back.bring_back(actor=adviser, handover=made)
    lead.refresh_from_db()
    moved_on.refresh_from_db()
    assert (lead.owner, lead.deputy) == (adviser, deputy)
    assert lead.actions.get().assignee == adviser
    assert moved_on.owner == third
    assert lines(sorts.BACK, adviser) == []
    with pytest.raises(ValidationError) as refused:
        handover_back.bring_back(actor=adviser, handover=made)
    assert refused.value.code == "returned"


def test_bringing_back_is_refused(adviser: User, colleague: User, viewer: User) -> None:
    make.lead(owner=adviser)
    made = confirmed(adviser, adviser, colleague)
    with pytest.raises(ValidationError) as refused:
        handover_back.bring_back(actor=adviser, handover=made)
    assert refused.value.code == "for_good"
    with pytest.raises(PermissionDenied):
        handover_back.bring_back(actor=viewer, handover=made)


@pytest.mark.parametrize("days", [-1, 0, 1, None])
@pytest.mark.parametrize("is_confirmed", [True, False])
def test_due_back_says_the_same_in_sql(
    adviser: User, colleague: User, days: int | None, is_confirmed: bool
) -> None:
    make.lead(owner=adviser)
    made = (confirmed if is_confirmed else prepared)(adviser, adviser, colleague)
    until = None if days is None else TODAY() + dt.timedelta(days=days)
    Handover.objects.filter(pk=made.pk).update(until=until)
    made.refresh_from_db()
    found = Handover.objects.due_back_on(TODAY()).filter(pk=made.pk).exists()
    assert found == made.is_due_back_on(TODAY())


# --- handed on, moved away, refused -------------------------------------------------------------


def test_leads_come_back_from_whoever_stood_in_for_who_stood_in(
    adviser: User, colleague: User
) -> None:
    third, deputy = make.user(), make.user()
    lead, of_colleague = make.lead(owner=adviser, deputy=deputy), make.lead(owner=colleague)
    first, second = lent(adviser, colleague), lent(colleague, third)
    assert place(lead) == (third, deputy)
    told = handover_back.bring_back(actor=adviser, handover=first)
    assert (told.back, told.stayed, told.refused) == (1, 0, {})
    assert place(lead) == (adviser, deputy)
    assert lead.actions.get().assignee == adviser
    assert place(of_colleague) == (third, None)
    second.refresh_from_db()
    assert second.returned_at is None
    told = handover_back.bring_back(actor=colleague, handover=second)
    assert (told.back, told.stayed) == (1, 0)
    assert place(lead) == (adviser, deputy)
    assert place(of_colleague) == (colleague, None)
    assert set(HandedLead.objects.values_list("state", flat=True)) == {HandedState.BACK}


def test_a_handover_of_which_nothing_is_out_is_over(adviser: User, colleague: User) -> None:
    make.lead(owner=adviser)
    first, second = lent(adviser, colleague), lent(colleague, make.user())
    handover_back.bring_back(actor=adviser, handover=first)
    second.refresh_from_db()
    assert second.returned_at is not None
    with pytest.raises(ValidationError):
        handover_back.bring_back(actor=colleague, handover=second)


@pytest.mark.parametrize("days", [None, 3])
def test_leads_handed_on_for_good_stay(adviser: User, colleague: User, days: int | None) -> None:
    lead, third = make.lead(owner=adviser), make.user()
    made = lent(adviser, colleague)
    until = TODAY() + dt.timedelta(days=days) if days else None
    other = confirmed(colleague, colleague, third, until=until)
    if days:
        handover_back.put_off(actor=third, handover=other, until=None)
    told = handover_back.bring_back(actor=adviser, handover=made)
    assert (told.back, told.stayed) == (0, 1)
    assert place(lead) == (third, None)


def test_a_lead_that_was_given_back_by_hand_is_back(adviser: User, colleague: User) -> None:
    lead = make.lead(owner=adviser)
    made = lent(adviser, colleague)
    manager = make.user(role=Role.MANAGER)
    leads.assign(actor=manager, lead=lead, owner=adviser, deputy=None, office=None)
    told = handover_back.bring_back(actor=adviser, handover=made)
    assert (told.back, told.stayed) == (1, 0)
    assert made.leads.get().state == HandedState.BACK


def test_the_place_of_a_deputy_comes_back_through_two(adviser: User, colleague: User) -> None:
    owner = make.user()
    lead = make.lead(owner=owner, deputy=adviser)
    made = lent(adviser, colleague)
    lent(colleague, make.user())
    handover_back.bring_back(actor=adviser, handover=made)
    assert place(lead) == (owner, adviser)


@pytest.mark.parametrize("rule", DeputyRule)
def test_a_deputy_who_was_made_since_stays(
    adviser: User, colleague: User, rule: DeputyRule
) -> None:
    before, since = make.user(), make.user()
    changed, same = (make.lead(owner=adviser, deputy=before) for _ in range(2))
    made = lent(adviser, colleague, deputy_rule=rule)
    manager = make.user(role=Role.MANAGER)
    leads.assign(actor=manager, lead=changed, owner=colleague, deputy=since, office=None)
    handover_back.bring_back(actor=adviser, handover=made)
    assert place(changed) == (adviser, since)
    assert place(same) == (adviser, before)


def test_a_deputy_who_has_left_holds_up_no_return(adviser: User, colleague: User) -> None:
    before = make.user()
    lead = make.lead(owner=adviser, deputy=before)
    made = lent(adviser, colleague, deputy_rule=DeputyRule.NONE)
    User.objects.filter(pk=before.pk).update(is_active=False)
    handover_back.bring_back(actor=adviser, handover=made)
    assert place(lead) == (adviser, None)


def test_one_that_is_refused_holds_up_no_other_and_can_be_tried_again(
    adviser: User, colleague: User
) -> None:
    bad, fine = make.lead(owner=adviser), make.lead(owner=adviser)
    made = lent(adviser, colleague)
    title = bad.title
    Lead.objects.filter(pk=bad.pk).update(title="")
    told = handover_back.bring_back(actor=adviser, handover=made)
    assert (told.back, told.stayed, sum(told.refused.values())) == (1, 0, 1)
    assert (place(bad)[0], place(fine)[0]) == (colleague, adviser)
    made.refresh_from_db()
    assert made.returned_at is None
    Lead.objects.filter(pk=bad.pk).update(title=title)
    assert handover_back.bring_back(actor=adviser, handover=made).back == 1
    assert place(bad)[0] == adviser


def test_today_and_the_page_say_when_they_are_back(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    make.lead(owner=adviser)
    made = lent(adviser, colleague)
    words = f"back on {date_format(made.until)}"
    [line] = lines(sorts.HANDED, colleague)
    assert words in line.why
    assert words in as_user(adviser).get(made.get_absolute_url()).content.decode()


def test_what_was_handed_on_is_not_to_be_taken_over(adviser: User, colleague: User) -> None:
    make.lead(owner=adviser)
    third = make.user()
    first, second = lent(adviser, colleague), lent(colleague, third)
    assert lines(sorts.HANDED, colleague) == []
    assert len(lines(sorts.HANDED, third)) == 1
    counted = {row.pk: row.n_waiting for row in Handover.objects.with_counts()}
    assert counted == {first.pk: 0, second.pk: 1}


def test_to_take_over_says_the_same_in_sql(adviser: User, colleague: User) -> None:
    kept, moved_on, done, refused = (make.lead(owner=adviser) for _ in range(4))
    as_deputy = make.lead(owner=make.user(), deputy=adviser)
    made = prepared(adviser, adviser, colleague)
    leads.archive_lead(actor=adviser, lead=refused, reason="Twin")
    handing.confirm(actor=adviser, handover=made)
    manager = make.user(role=Role.MANAGER)
    leads.assign(actor=manager, lead=moved_on, owner=make.user(), deputy=None, office=None)
    handing.acknowledge(actor=colleague, handed=made.leads.get(lead=done))
    rows = HandedLead.objects.select_related("lead", "handover")
    found = set(HandedLead.objects.to_take_over())
    assert found == {row for row in rows if row.is_to_take_over}
    assert {row.lead for row in found} == {kept, as_deputy}


def test_nothing_goes_back_to_somebody_who_has_left(adviser: User, colleague: User) -> None:
    make.lead(owner=adviser)
    made = lent(adviser, colleague)
    Handover.objects.filter(pk=made.pk).update(until=TODAY())
    assert len(lines(sorts.BACK, colleague)) == 1
    User.objects.filter(pk=adviser.pk).update(is_active=False)
    made = Handover.objects.get(pk=made.pk)
    assert lines(sorts.BACK, colleague) == []
    assert not made.is_due_back_on(TODAY())
    with pytest.raises(ValidationError) as refused:
        handover_back.bring_back(actor=colleague, handover=made)
    assert refused.value.code == "gone"


# --- put off ------------------------------------------------------------------------------------


def test_they_stay_longer_or_for_good(adviser: User, colleague: User, as_user: SignIn) -> None:
    make.lead(owner=adviser)
    made = lent(adviser, colleague)
    Handover.objects.filter(pk=made.pk).update(until=TODAY())
    page = reverse("investors:handover_put_off", args=[made.ref])
    assert page in as_user(colleague).get(made.get_absolute_url()).content.decode()
    assert as_user(colleague).post(page, {"until": TODAY().isoformat()}).status_code == 422
    later = TODAY() + dt.timedelta(days=3)
    assert as_user(colleague).post(page, {"until": later.isoformat()}).status_code == 302
    made.refresh_from_db()
    assert made.until == later
    assert lines(sorts.BACK, adviser) == []
    assert as_user(colleague).post(page, {"until": ""}).status_code == 302
    made.refresh_from_db()
    assert made.until is None
    with pytest.raises(ValidationError) as refused:
        handover_back.put_off(actor=adviser, handover=made, until=later)
    assert refused.value.code == "for_good"
    with pytest.raises(PermissionDenied):
        handover_back.put_off(actor=make.user(), handover=made, until=later)


def test_the_page_says_what_came_back_and_what_stayed(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    third = make.user()
    moved_on, refused, _fine = (make.lead(owner=adviser) for _ in range(3))
    made = lent(adviser, colleague)
    manager = make.user(role=Role.MANAGER)
    leads.assign(actor=manager, lead=moved_on, owner=third, deputy=None, office=None)
    Lead.objects.filter(pk=refused.pk).update(title="")
    page = reverse("investors:handover_bring_back", args=[made.ref])
    text = as_user(adviser).post(page, follow=True).content.decode()
    assert f"1 lead is back with {adviser}." in text
    assert "1 went another way meanwhile and stays there." in text
    assert "1 could not be brought back:" in text
    assert f"With {third} by now" in text
