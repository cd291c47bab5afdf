"""Leads handed over: prepared, moved one by one, taken over, brought back; who may, who sees."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from ifa_crm.home import handed as sorts
from ifa_crm.home.sections import Line, Moment
from ifa_crm.shared.timeline import timeline_page
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from ifa_crm.work.choices import JobState
from ifa_crm.work.tasks import run_job
from investors.choices import DeputyRule, HandedState, ShortlistState
from investors.dossiers import dossiers_of
from investors.models import HandedLead, Handover, Lead
from investors.services import handover as handing
from investors.services import leads
from investors.services.handover import Terms
from meetings.choices import MeetingState
from tests import make
from tests.conftest import SignIn

TODAY = timezone.localdate
pytestmark = pytest.mark.django_db


def prepared(actor: User, giver: User, receiver: User, **terms: Any) -> Handover:
    chosen = Lead.objects.visible_to(actor).of(giver)
    return handing.prepare(
        actor=actor, giver=giver, terms=Terms(receiver=receiver, **terms), leads=chosen
    )


def confirmed(actor: User, giver: User, receiver: User, **terms: Any) -> Handover:
    made = prepared(actor, giver, receiver, **terms)
    handing.confirm(actor=actor, handover=made)
    made.refresh_from_db()
    return made


# --- moved -------------------------------------------------------------------------------------


def test_a_lead_moves_with_what_is_to_be_done(adviser: User, colleague: User) -> None:
    lead = make.lead(owner=adviser)
    helper = make.user()
    theirs = make.action(lead=lead, assignee=helper)
    made = prepared(adviser, adviser, colleague)
    lead.refresh_from_db()
    assert lead.owner == adviser  # nothing moves before it is confirmed
    handing.confirm(actor=adviser, handover=made)
    lead.refresh_from_db()
    theirs.refresh_from_db()
    row = made.leads.get()
    assert lead.owner == colleague
    assert lead.actions.exclude(pk=theirs.pk).get().assignee == colleague
    assert theirs.assignee == helper
    assert (row.state, row.acknowledged_at) == (HandedState.MOVED, None)
    assert row.moved_at is not None


@pytest.mark.parametrize("rule", DeputyRule)
def test_the_rule_decides_on_the_deputy(adviser: User, colleague: User, rule: DeputyRule) -> None:
    other = make.user()
    plain = make.lead(owner=adviser, deputy=other)
    shared = make.lead(owner=adviser, deputy=colleague)
    confirmed(adviser, adviser, colleague, deputy_rule=rule)
    plain.refresh_from_db()
    shared.refresh_from_db()
    expected = {DeputyRule.KEEP: (other, None), DeputyRule.GIVER: (adviser, adviser)}
    assert (plain.deputy, shared.deputy) == expected.get(rule, (None, None))


def test_a_deputy_hands_over_the_place_of_the_deputy(adviser: User, colleague: User) -> None:
    lead = make.lead(owner=make.user(), deputy=adviser)
    own = make.lead(owner=colleague, deputy=adviser)
    confirmed(adviser, adviser, colleague)
    lead.refresh_from_db()
    own.refresh_from_db()
    assert lead.deputy == colleague
    assert (own.owner, own.deputy) == (colleague, None)


def test_the_office_goes_along_with_its_person(adviser: User, colleague: User) -> None:
    User.objects.filter(pk=adviser.pk).update(office=make.office())
    User.objects.filter(pk=colleague.pk).update(office=make.office())
    adviser.refresh_from_db()
    colleague.refresh_from_db()
    third = make.office()
    mine, elsewhere = make.lead(owner=adviser), make.lead(owner=adviser, office=third)
    confirmed(adviser, adviser, colleague)
    mine.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (mine.office, elsewhere.office) == (colleague.office, third)


def test_the_receiver_of_a_confidential_lead_sees_it(adviser: User, colleague: User) -> None:
    lead = make.confidential_lead(owner=adviser)
    seen = Lead.objects.visible_to(colleague).filter(pk=lead.pk)
    assert not seen.exists()
    made = confirmed(adviser, adviser, colleague)
    assert seen.exists()
    assert HandedLead.objects.visible_to(colleague).filter(handover=made).count() == 1
    assert not HandedLead.objects.visible_to(adviser).filter(handover=made).exists()


def test_each_lead_is_refused_for_its_own_reason(adviser: User, colleague: User) -> None:
    fine, gone, put_away = (make.lead(owner=adviser) for _ in range(3))
    made = prepared(adviser, adviser, colleague)
    manager = make.user(role=Role.MANAGER)
    leads.assign(actor=manager, lead=gone, owner=make.user(), deputy=None, office=None)
    leads.archive_lead(actor=adviser, lead=put_away, reason="Twin")
    handing.confirm(actor=adviser, handover=made)
    states = {row.lead: (row.state, row.refusal) for row in made.leads.select_related("lead")}
    assert states[fine] == (HandedState.MOVED, "")
    assert states[gone] == (HandedState.REFUSED, f"{adviser} does not look after it any more.")
    assert states[put_away] == (HandedState.REFUSED, "It is archived.")


def test_what_somebody_leaves_behind_for_colleagues_moves_too(
    manager: User, adviser: User, colleague: User
) -> None:
    make.lead(owner=adviser)
    other = make.lead(owner=make.user())
    action = make.action(lead=other, assignee=adviser)
    secret = make.confidential_lead(owner=make.user())
    hidden = make.action(lead=secret, assignee=adviser)
    User.objects.filter(pk=adviser.pk).update(is_active=False)
    adviser.refresh_from_db()
    made = prepared(manager, adviser, colleague)
    assert handing.other_actions(manager, made) == [action]
    handing.confirm(actor=manager, handover=made)
    action.refresh_from_db()
    hidden.refresh_from_db()
    assert action.assignee == colleague
    assert hidden.assignee == adviser  # the next one may not see that lead


# --- who may -----------------------------------------------------------------------------------


def test_advisers_hand_over_their_own_and_managers_any(
    adviser: User, colleague: User, manager: User, viewer: User
) -> None:
    make.lead(owner=adviser)
    for actor in (colleague, viewer, make.user(role=Role.DESK)):
        with pytest.raises(PermissionDenied):
            prepared(actor, adviser, colleague)
    made = prepared(manager, adviser, colleague)
    with pytest.raises(PermissionDenied):
        handing.confirm(actor=colleague, handover=made)
    handing.confirm(actor=manager, handover=made)


@pytest.mark.parametrize(
    ("name", "code"),
    [("viewer", "no_handler"), ("gone", "no_handler"), ("adviser", "same")],
)
def test_the_receiver_must_handle_leads(adviser: User, viewer: User, name: str, code: str) -> None:
    make.lead(owner=adviser)
    gone = make.user(is_active=False)
    receiver = {"viewer": viewer, "gone": gone, "adviser": adviser}[name]
    with pytest.raises(ValidationError) as refused:
        prepared(adviser, adviser, receiver)
    assert refused.value.error_dict["receiver"][0].code == code


def test_terms_are_checked(adviser: User, colleague: User) -> None:
    with pytest.raises(ValidationError) as refused:
        prepared(adviser, adviser, colleague)
    assert refused.value.code == "nothing"
    make.lead(owner=adviser)
    with pytest.raises(ValidationError) as refused:
        prepared(adviser, adviser, colleague, until=TODAY())
    assert refused.value.error_dict["until"][0].code == "not_ahead"
    User.objects.filter(pk=adviser.pk).update(is_active=False)
    gone = User.objects.get(pk=adviser.pk)
    tomorrow = TODAY() + dt.timedelta(days=1)
    with pytest.raises(ValidationError) as refused:
        prepared(make.user(role=Role.MANAGER), gone, colleague, until=tomorrow)
    assert refused.value.error_dict["until"][0].code == "gone"


def test_constraints_hold_in_the_database(adviser: User, colleague: User) -> None:
    made = prepared(adviser, adviser, colleague) if make.lead(owner=adviser) else None
    assert made is not None
    row = made.leads.get()
    for rows, change in (
        (Handover.objects.filter(pk=made.pk), {"receiver": adviser}),
        (Handover.objects.filter(pk=made.pk), {"returned_at": timezone.now()}),
        (HandedLead.objects.filter(pk=row.pk), {"state": HandedState.REFUSED}),
        (HandedLead.objects.filter(pk=row.pk), {"state": HandedState.MOVED}),
        (HandedLead.objects.filter(pk=row.pk), {"acknowledged_at": timezone.now()}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        HandedLead.objects.create(handover=made, lead=row.lead)


def test_what_is_confirmed_changes_no_more(adviser: User, colleague: User) -> None:
    make.lead(owner=adviser)
    made = confirmed(adviser, adviser, colleague)
    row = made.leads.get()
    for act in (
        lambda: handing.confirm(actor=adviser, handover=made),
        lambda: handing.discard(actor=adviser, handover=made),
        lambda: handing.leave_out(actor=adviser, handed=row),
        lambda: handing.write_note(actor=adviser, handed=row, note="x"),
    ):
        with pytest.raises(ValidationError) as refused:
            act()
        assert refused.value.code == "confirmed"


# --- by a job ----------------------------------------------------------------------------------


def test_many_leads_are_handed_over_by_a_job(
    adviser: User, colleague: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "AT_ONCE", 2)
    for _ in range(3):
        make.lead(owner=adviser)
    made = prepared(adviser, adviser, colleague)
    job = handing.confirm(actor=adviser, handover=made)
    assert job is not None
    assert Lead.objects.filter(owner=colleague).count() == 0
    run_job.call(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 3, 3)
    assert Lead.objects.filter(owner=colleague).count() == 3
    for row in made.leads.all():  # repeated harmlessly
        before = row.moved_at
        handing.move(actor=adviser, handed=row)
        row.refresh_from_db()
        assert row.moved_at == before


# --- taken over --------------------------------------------------------------------------------


def lines(sort: Any, user: User) -> list[Line]:
    found: list[Line] = sort.at(Moment(User.objects.get(pk=user.pk))).lines
    return found


def test_the_receiver_sees_it_on_today_until_they_took_it_over(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    lead = make.lead(owner=adviser)
    confirmed(adviser, adviser, colleague)
    assert lines(sorts.HANDED, adviser) == []
    [line] = lines(sorts.HANDED, colleague)
    assert line.title == str(lead)
    assert line.why == f"Handed over by {adviser}"
    assert as_user(adviser).post(line.button.address).status_code == 403
    answer = as_user(colleague).post(line.button.address, {"next": "/"})
    assert answer["Location"] == "/"
    assert lines(sorts.HANDED, colleague) == []


# --- pages -------------------------------------------------------------------------------------


def _full(adviser: User) -> Lead:
    lead = make.qualified_lead(owner=adviser)
    make.interaction(lead=lead, subject="When do we meet?")
    make.shortlisting(lead=lead, state=ShortlistState.PUT)
    make.engagement(lead=lead)
    make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    return lead


def test_leads_ticked_and_left_are_asked_about(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    ticked, _left = make.lead(owner=adviser), make.lead(owner=adviser)
    client, start = as_user(adviser), reverse("investors:handover_start")
    data = {"receiver": colleague.username, "deputy_rule": "keep", "which": "all"}
    answer = client.post(start, data | {"leads": [ticked.ref]})
    assert answer.status_code == 422
    assert "which" in answer.context["form"].errors
    assert client.post(start, data).status_code == 302
    assert Handover.objects.get().leads.count() == 2


def test_a_draft_says_that_the_receiver_is_away(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    make.lead(owner=adviser)
    until = TODAY() + dt.timedelta(days=7)
    made = prepared(adviser, adviser, colleague, until=until)
    client, third = as_user(adviser), make.user()
    for first, last, is_said in ((7, 9, False), (6, 9, True), (-3, -1, False), (-3, 0, True)):
        colleague.absences.all().delete()
        days = {
            name: TODAY() + dt.timedelta(days=n)
            for name, n in (("first_day", first), ("last_day", last))
        }
        colleague.absences.create(stand_in=third, **days)
        text = client.get(made.get_absolute_url()).content.decode()
        assert (f"{colleague} is away from" in text) == is_said
        assert (f"{third} stands in" in text) == is_said


def test_the_page_counts_what_it_may_not_list(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    make.confidential_lead(owner=adviser)
    make.lead(owner=adviser)
    made = confirmed(adviser, adviser, colleague)
    words = "1 more is confidential and not listed."
    assert words in as_user(adviser).get(made.get_absolute_url()).content.decode()
    assert words not in as_user(colleague).get(made.get_absolute_url()).content.decode()


def test_the_whole_way_over_the_pages(adviser: User, colleague: User, as_user: SignIn) -> None:
    first, second, kept = _full(adviser), make.lead(owner=adviser), make.lead(owner=adviser)
    client = as_user(adviser)
    start = reverse("investors:handover_start")
    assert client.get(start).context["count"] == 3
    data = {"receiver": colleague.username, "deputy_rule": "keep", "which": "ticked"}
    assert client.post(start, data).status_code == 422
    answer = client.post(start, data | {"leads": [first.ref, second.ref]})
    made = Handover.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    page = reverse("investors:handover_lead", args=[made.ref, first.ref])
    text = client.get(page).content.decode()
    for words in ("When do we meet?", "Put to the cluster", "Introduction to", "1 of 2"):
        assert words in text, words
    following = client.post(page, {"note": "Ask for Mr Sato."})
    assert following["Location"] == reverse("investors:handover_lead", args=[made.ref, second.ref])
    confirm = reverse("investors:handover_confirm", args=[made.ref])
    assert client.get(confirm).status_code == 200
    done = client.post(confirm, follow=True).content.decode()
    assert "2 leads were handed over." in done
    assert set(Lead.objects.filter(owner=colleague)) == {first, second}
    kept.refresh_from_db()
    assert kept.owner == adviser
    paper = as_user(colleague).get(reverse("investors:handover_print", args=[made.ref]))
    assert "Ask for Mr Sato." in paper.content.decode()
    entry = next(e for e in timeline_page(first, colleague, kind="move").entries if e.text)
    assert (entry.title, entry.text) == (
        f"Handed over: {adviser} → {colleague}",
        "Ask for Mr Sato.",
    )


def test_a_stranger_finds_no_handover(
    adviser: User, colleague: User, viewer: User, as_user: SignIn
) -> None:
    lead = make.lead(owner=adviser)
    made = prepared(adviser, adviser, colleague)
    stranger = make.user()
    for name in ("detail", "print", "confirm", "discard", "bring_back", "put_off"):
        address = reverse(f"investors:handover_{name}", args=[made.ref])
        assert as_user(stranger).get(address).status_code == 404, name
        assert as_user(viewer).get(address).status_code == 403, name
    address = reverse("investors:handover_lead", args=[made.ref, lead.ref])
    assert as_user(stranger).get(address).status_code == 404
    assert as_user(colleague).get(address).status_code == 200
    assert as_user(colleague).post(address, {"note": "x"}).status_code == 403
    other = as_user(adviser).get(reverse("investors:handover_start"), {"from": colleague.username})
    assert other.status_code == 403


def test_the_list_of_a_draft_hides_what_the_receiver_may_not_see(
    adviser: User, colleague: User, as_user: SignIn
) -> None:
    secret = make.confidential_lead(owner=adviser, title="Secret need")
    make.lead(owner=adviser)
    made = prepared(adviser, adviser, colleague)
    for name in ("detail", "print"):
        address = reverse(f"investors:handover_{name}", args=[made.ref])
        assert "Secret need" in as_user(adviser).get(address).content.decode()
        text = as_user(colleague).get(address).content.decode()
        assert "Secret need" not in text
        assert secret.ref not in text


@pytest.mark.parametrize("rows", [1, 20])
def test_pages_ask_the_same_number_of_queries(
    adviser: User, colleague: User, as_user: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        _full(adviser) if rows == 1 else make.lead(owner=adviser)
    made = prepared(adviser, adviser, colleague)
    client = as_user(adviser)
    for name, queries in (("detail", 5), ("print", 7)):
        address = reverse(f"investors:handover_{name}", args=[made.ref])
        client.get(address)
        few = queries if rows == 1 or name == "detail" else queries - 1  # nobody takes part
        with django_assert_num_queries(few):
            client.get(address)
    with django_assert_num_queries(3):
        client.get(reverse("investors:handover_list"))


def test_dossiers_show_no_engagement_in_a_hidden_project(adviser: User, colleague: User) -> None:
    lead = make.qualified_lead(owner=adviser)
    row = make.engagement(lead=lead)
    make.hidden(row.project, colleague)
    made = prepared(adviser, adviser, colleague)
    handed = list(made.leads.select_related("lead__investor", "handover"))
    assert [len(each.engagements) for each in dossiers_of(handed, adviser)] == [0]
    assert [len(each.engagements) for each in dossiers_of(handed, colleague)] == [1]


def test_deactivating_somebody_points_to_the_handover(
    administrator: User, adviser: User, as_user: SignIn
) -> None:
    make.lead(owner=adviser)
    address = reverse("admin:staff_user_change", args=[adviser.pk])
    client = as_user(administrator)
    form = client.get(address).context["adminform"].form
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    data |= {"absences-TOTAL_FORMS": 0, "absences-INITIAL_FORMS": 0}
    data.pop("is_active", None)
    data.pop("last_login_0", None)
    text = client.post(address, data, follow=True).content.decode()
    adviser.refresh_from_db()
    assert not adviser.is_active
    assert f"{reverse('investors:handover_start')}?from={adviser.username}" in text


def test_a_manager_is_offered_everybody_who_has_live_leads(
    manager: User, adviser: User, as_user: SignIn
) -> None:
    deputy, left, old, idle = (make.user() for _ in range(4))
    make.lead(owner=adviser, deputy=deputy)
    make.lead(owner=adviser, deputy=deputy)
    make.lead(owner=left)
    User.objects.filter(pk=left.pk).update(is_active=False)
    make.lead(owner=old).archive(actor=manager, reason="A test")
    others = as_user(manager).get(reverse("investors:handover_start")).context["others"]
    assert sorted(others, key=lambda user: user.pk) == [manager, adviser, deputy, left]
    # Joined, each lead that somebody owns would be read with each that they are a deputy of.
    assert "JOIN" not in str(others.query)
    assert idle not in others
