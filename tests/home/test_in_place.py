"""Done, moved and logged without leaving Today: with htmx and as plain posts."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ifa_crm.home import own
from ifa_crm.home.sections import Line, Moment
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import Stage, Status
from investors.models import Action, Lead
from investors.services import actions, interactions, status
from tests import make
from tests.conftest import SignIn

TODAY = timezone.localdate
HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


def line_of(user: User, sort: Any, title: str) -> Line:
    found: list[Line] = sort.at(Moment(User.objects.get(pk=user.pk))).lines
    return next(line for line in found if line.title == title)


def sent(line: Line, key: str) -> dict[str, str]:
    """What a form of the line sends along for htmx."""
    region = f"{reverse('home:section', args=[key])}?cut=1"
    return {"next": region, "region": f"part-{key}", "slot": line.slot}


def followed(client: Client, address: str, data: dict[str, Any]) -> str:
    answer = client.post(address, data, headers=HTMX, follow=True)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    assert "<html" not in text
    return text


# --- done --------------------------------------------------------------------------------------


def test_done_in_place_swaps_the_section_and_says_so(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    make.action(lead=lead, days=0, what="Call them", assignee=adviser)
    line = line_of(adviser, own.DO, "Call them")
    text = followed(as_user(adviser), line.button.address, sent(line, "do"))
    assert 'id="part-do"' in text
    assert 'id="part-answer"' in text  # what an act may have changed beside
    assert "Done: Call them." in text
    action = Action.objects.get(what="Call them")
    assert reverse("investors:action_reopen", args=[action.ref]) in text
    assert action.done_by == adviser


def test_done_by_a_plain_post_comes_back_to_today(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    action = make.action(lead=lead, days=0, assignee=adviser)
    address = reverse("investors:action_done", args=[action.ref])
    answer = as_user(adviser).post(address, {"next": "/", "slot": "x", "region": "y"}, follow=True)
    assert answer.redirect_chain == [("/", 302)]
    assert f"Done: {action.what}." in answer.content.decode()


def test_the_last_thing_done_asks_for_the_next_right_there(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    line = line_of(adviser, own.DO, "First contact")
    client, send = as_user(adviser), sent(line, "do")
    asked = client.post(line.button.address, send, headers=HTMX)
    assert asked["HX-Retarget"] == f"#{line.slot}"
    assert asked["HX-Reswap"] == "innerHTML"
    text = asked.content.decode()
    assert "<html" not in text
    for name, value in send.items():
        assert f'name="{name}" value="{value}"' in text
    assert reverse("investors:lead_lose", args=[lead.ref]) in text
    failed = client.post(line.button.address, send | {"what": "Ask again"}, headers=HTMX)
    assert (failed.status_code, failed["HX-Retarget"]) == (422, f"#{line.slot}")
    assert lead.actions.get().is_open
    following = {"what": "Ask again", "due": TODAY().isoformat()}
    assert "Ask again" in followed(client, line.button.address, send | following)
    assert lead.actions.open().get().what == "Ask again"


def test_the_last_thing_done_may_let_the_lead_wait(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    line = line_of(adviser, own.DO, "First contact")
    until = TODAY() + dt.timedelta(days=30)
    followed(as_user(adviser), line.button.address, sent(line, "do") | {"until": until})
    lead.refresh_from_db()
    assert lead.status == Status.WAITING


def test_the_service_refuses_to_leave_nothing_to_do(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    said = interactions.Said(
        kind="call", direction="out", result="spoke", happened_at=timezone.now()
    )
    for act in (
        lambda: actions.complete_action(actor=adviser, action=lead.actions.get()),
        lambda: interactions.log_interaction(
            actor=adviser, lead=lead, said=said, completing=lead.actions.all()
        ),
    ):
        with pytest.raises(ValidationError) as refused:
            act()
        assert refused.value.code == "next_action_needed"
    assert lead.actions.get().is_open
    assert not lead.interactions.exists()


@pytest.mark.parametrize("slot", ["", "a b", "<b>", "#x", "1", "x" * 99])
def test_an_odd_place_is_answered_by_a_page(adviser: User, as_user: SignIn, slot: str) -> None:
    lead = make.lead(owner=adviser)
    address = reverse("investors:action_done", args=[lead.actions.get().ref])
    answer = as_user(adviser).post(address, {"slot": slot}, headers=HTMX)
    assert "HX-Retarget" not in answer
    assert "<html" in answer.content.decode()


# --- taken back --------------------------------------------------------------------------------


def test_what_was_not_done_after_all_is_taken_up_again(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    action = make.action(lead=lead, days=-3)
    actions.complete_action(actor=adviser, action=action)
    address = reverse("investors:action_reopen", args=[action.ref])
    client = as_user(adviser)
    assert client.get(address).status_code == 200
    action.refresh_from_db()
    assert not action.is_open  # looking changes nothing
    assert client.post(address).status_code == 302
    action.refresh_from_db()
    lead.refresh_from_db()
    assert action.is_open
    assert action.done_by is None
    assert lead.next_due == action.due


def test_taking_up_again_is_refused_where_it_means_nothing(
    adviser: User, as_user: SignIn, colleague: User
) -> None:
    lead = make.lead(owner=adviser)
    open_one = lead.actions.get()
    codes = {"not_done": open_one}
    done = make.action(lead=lead)
    actions.complete_action(actor=adviser, action=done)
    assert (
        as_user(colleague).post(reverse("investors:action_reopen", args=[done.ref])).status_code
        == 403
    )
    status.wait(actor=adviser, lead=lead, until=TODAY() + dt.timedelta(days=3))
    wake = lead.actions.get(kind="wake")
    status.reopen(
        actor=adviser, lead=lead, following=actions.NextAction("Again", TODAY()), reason="Now"
    )
    wake.refresh_from_db()
    codes["wake"] = wake
    for code, action in codes.items():
        with pytest.raises(ValidationError) as refused:
            actions.reopen_action(actor=adviser, action=action)
        assert refused.value.code == code
    status.disqualify(actor=adviser, lead=lead, reason="Not for us")
    with pytest.raises(ValidationError) as refused:
        actions.reopen_action(actor=adviser, action=done)
    assert refused.value.code == "closed"


# --- moved -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "first", "second"), [(-4, 1, 7), (0, 1, 7), (3, 4, 10)])
def test_moved_by_a_day_or_a_week(
    adviser: User, as_user: SignIn, days: int, first: int, second: int
) -> None:
    lead = make.lead(owner=adviser)
    make.action(lead=lead, days=days, what="Write", assignee=adviser)
    line = line_of(adviser, own.DO, "Write")
    moves = [act for act in line.more if act.sends]
    due = [dt.date.fromisoformat(dict(act.sends)["due"]) for act in moves]
    assert due == [TODAY() + dt.timedelta(days=n) for n in (first, second)]
    data = sent(line, "do") | dict(moves[1].sends)
    text = followed(as_user(adviser), moves[1].address, data)
    assert Action.objects.get(what="Write").due == due[1]
    assert "Moved to" in text
    before = TODAY() + dt.timedelta(days=days)
    assert f"?due={before}" in text  # the way back


# --- logged ------------------------------------------------------------------------------------


def quick(lead: Lead, **more: Any) -> dict[str, Any]:
    now = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    return {
        "kind": "call",
        "direction": "out",
        "result": "spoke",
        "happened_at": now,
        "text": "They will send figures.",
    } | more


def test_a_call_logged_in_place_answers_and_ticks_off_the_first_contact(
    adviser: User, as_user: SignIn
) -> None:
    lead = make.lead(owner=adviser)
    asked = make.interaction(lead=lead, subject="Hello")
    line = line_of(adviser, own.ANSWER, f"{lead.investor}: Hello")
    client, send = as_user(adviser), sent(line, "answer")
    form = client.get(line.more[0].address, send, headers=HTMX)
    text = form.content.decode()
    assert "<html" not in text
    action = lead.actions.get()
    assert f'value="{action.pk}"' in text
    assert "checked" in text.partition(f'value="{action.pk}"')[2][:200]  # offered, and ticked
    following = {"next_what": "Read the figures", "next_due": TODAY().isoformat()}
    address = reverse("investors:interaction_quick", args=[lead.ref])
    text = followed(client, address, send | quick(lead, done=action.pk) | following)
    assert "Done: First contact." in text
    assert "Hello" not in text.partition('id="part-do"')[0]
    asked.refresh_from_db()
    lead.refresh_from_db()
    action.refresh_from_db()
    assert asked.answered_at is not None
    assert not action.is_open
    assert (lead.stage, lead.next_due) == (Stage.CONTACTED, TODAY())


def test_what_follows_is_asked_at_its_field(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    address = reverse("investors:interaction_quick", args=[lead.ref])
    data = quick(lead, done=lead.actions.get().pk, next="/today/do/", region="part-do", slot="do-x")
    answer = as_user(adviser).post(address, data, headers=HTMX)
    assert answer.status_code == 422
    assert "next_what" in answer.context["form"].errors
    assert answer["HX-Retarget"] == "#do-x"
    assert not lead.interactions.exists()


def test_nobody_answered_so_nothing_is_ticked_off(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    action = lead.actions.get()
    address = reverse("investors:interaction_quick", args=[lead.ref])
    data = quick(lead, result="no answer", done=action.pk, next="/")
    assert as_user(adviser).post(address, data)["Location"] == "/"
    action.refresh_from_db()
    assert action.is_open
    assert lead.interactions.count() == 1


def test_only_a_first_contact_is_ticked_beforehand(adviser: User, as_user: SignIn) -> None:
    lead = make.lead(owner=adviser)
    make.interaction(lead=lead, direction="out")
    address = reverse("investors:interaction_quick", args=[lead.ref])
    form = as_user(adviser).get(address, {"kind": "email"}).context["form"]
    assert form.initial["done"] == []
    assert form["done"].field.queryset.count() == 1


def test_a_colleague_logs_but_ticks_off_nothing_of_others(
    adviser: User, colleague: User, as_user: SignIn, viewer: User
) -> None:
    lead = make.lead(owner=adviser)
    address = reverse("investors:interaction_quick", args=[lead.ref])
    client = as_user(colleague)
    assert "done" not in client.get(address).context["form"].fields
    assert client.post(address, quick(lead, done=lead.actions.get().pk)).status_code == 302
    assert lead.actions.get().is_open
    assert as_user(viewer).get(address).status_code == 403
    secret = make.confidential_lead(owner=adviser)
    hidden = reverse("investors:interaction_quick", args=[secret.ref])
    assert client.get(hidden).status_code == 404
    with pytest.raises(PermissionDenied):
        interactions.log_interaction(
            actor=colleague,
            lead=lead,
            said=interactions.Said(kind="note", happened_at=timezone.now(), text="x"),
            completing=lead.actions.all(),
        )


def test_a_section_is_answered_to_htmx_alone(adviser: User, as_user: SignIn) -> None:
    make.lead(owner=adviser)
    client, address = as_user(adviser), reverse("home:section", args=["do"])
    whole = client.get(address, headers=HTMX).content.decode()
    cut = client.get(address, {"cut": "1"}, headers=HTMX).content.decode()
    assert "hx-swap-oob" not in whole
    assert cut.count("hx-swap-oob") == 1
    assert as_user(make.user(role=Role.VIEWER)).get(address, headers=HTMX).status_code == 404


def test_the_form_of_the_lead_offers_the_same(adviser: User, as_user: SignIn) -> None:
    """On the lead's own page, too, the first contact is offered as done, not done in silence."""
    lead = make.lead(owner=adviser)
    action, client = lead.actions.get(), as_user(adviser)
    address = reverse("investors:interaction_create", args=[lead.ref])
    assert client.get(f"{address}?kind=call").context["form"].initial["done"] == [action]
    assert client.get(f"{address}?direction=in").context["form"].initial["done"] == []
    called = {"kind": "call", "direction": "out", "result": "spoke", "text": "Hello"}
    called["happened_at"] = timezone.localtime().strftime("%Y-%m-%dT%H:%M")
    answer = client.post(address, called | {"done": action.pk})
    assert answer.status_code == 422
    assert "next_what" in answer.context["form"].errors
    following = {"next_what": "Send the list", "next_due": TODAY()}
    client.post(address, called | {"done": action.pk} | following)
    action.refresh_from_db()
    assert not action.is_open
    assert [each.what for each in lead.actions.open()] == ["Send the list"]
    lead.refresh_from_db()
    assert lead.stage == Stage.CONTACTED
