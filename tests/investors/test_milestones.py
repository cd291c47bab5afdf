"""Milestones of an engagement: planned, reached, failed, tried again."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from ifa_crm.staff.models import User
from investors.choices import EngagementKind, EngagementState
from investors.models import Engagement, Milestone, MilestoneKind
from investors.services import milestones
from investors.services.milestones import save_milestone
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1)


@pytest.fixture
def engagement(adviser: User) -> Engagement:
    return make.engagement(lead=make.qualified_lead(owner=adviser))


def test_milestone_is_planned_and_then_reached(adviser: User, engagement: Engagement) -> None:
    today, kind = timezone.localdate(), make.milestone_kind()
    planned = save_milestone(
        actor=adviser, engagement=engagement, kind=kind, planned_on=today + DAY
    )
    assert planned.attempt == 1
    assert planned.is_ahead_on(today)
    reached = save_milestone(
        actor=adviser, engagement=engagement, kind=kind, milestone=planned, reached_on=today
    )
    assert reached.pk == planned.pk
    assert not reached.is_ahead_on(today)


def test_failed_one_is_tried_again(adviser: User, engagement: Engagement) -> None:
    today, kind = timezone.localdate(), make.milestone_kind()
    save_milestone(actor=adviser, engagement=engagement, kind=kind, failed_on=today)
    again = save_milestone(
        actor=adviser, engagement=engagement, kind=kind, planned_on=today + DAY, note="Next call"
    )
    assert (again.attempt, again.note) == (2, "Next call")


def test_next_attempt_before_a_failure_is_refused(adviser: User, engagement: Engagement) -> None:
    today, kind = timezone.localdate(), make.milestone_kind()
    save_milestone(actor=adviser, engagement=engagement, kind=kind, planned_on=today)
    with pytest.raises(ValidationError) as refusal:
        save_milestone(actor=adviser, engagement=engagement, kind=kind, reached_on=today)
    assert "kind" in refusal.value.error_dict


def test_milestone_of_the_other_kind_is_refused(adviser: User, engagement: Engagement) -> None:
    kind = make.milestone_kind(engagement_kind=EngagementKind.START)
    with pytest.raises(ValidationError) as refusal:
        save_milestone(
            actor=adviser, engagement=engagement, kind=kind, reached_on=timezone.localdate()
        )
    assert "kind" in refusal.value.error_dict


def test_milestone_keeps_its_kind(adviser: User, engagement: Engagement) -> None:
    today = timezone.localdate()
    kind, other = make.milestone_kind(), make.milestone_kind()
    saved = save_milestone(actor=adviser, engagement=engagement, kind=kind, reached_on=today)
    with pytest.raises(ValidationError):
        save_milestone(
            actor=adviser, engagement=engagement, kind=other, milestone=saved, reached_on=today
        )


@pytest.mark.parametrize("field", ["reached_on", "failed_on"])
def test_day_ahead_is_not_reached_yet(field: str, adviser: User, engagement: Engagement) -> None:
    with pytest.raises(ValidationError) as refusal:
        save_milestone(
            actor=adviser,
            engagement=engagement,
            kind=make.milestone_kind(),
            **{field: timezone.localdate() + DAY},
        )
    assert field in refusal.value.error_dict


def test_milestone_without_a_date_is_refused(adviser: User, engagement: Engagement) -> None:
    with pytest.raises(ValidationError) as refusal:
        save_milestone(actor=adviser, engagement=engagement, kind=make.milestone_kind())
    assert "planned_on" in refusal.value.error_dict


@pytest.mark.parametrize(
    "state",
    [
        EngagementState.DECLINED,
        EngagementState.WITHDRAWN,
        EngagementState.COMPLETED,
        EngagementState.LEFT,
    ],
)
def test_ended_engagement_has_no_new_milestone(state: EngagementState, manager: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        save_milestone(
            actor=manager,
            engagement=make.engagement(state=state),
            kind=make.milestone_kind(),
            reached_on=timezone.localdate(),
        )
    assert refusal.value.code == "ended"


def test_milestone_by_a_colleague_is_refused(colleague: User, engagement: Engagement) -> None:
    with pytest.raises(PermissionDenied):
        save_milestone(
            actor=colleague,
            engagement=engagement,
            kind=make.milestone_kind(),
            reached_on=timezone.localdate(),
        )


def test_reached_and_failed_exclude_each_other(adviser: User, engagement: Engagement) -> None:
    today, kind = timezone.localdate(), make.milestone_kind()
    with pytest.raises(ValidationError):
        save_milestone(
            actor=adviser, engagement=engagement, kind=kind, reached_on=today, failed_on=today
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Milestone.objects.create(
            engagement=engagement, kind=kind, reached_on=today, failed_on=today
        )


@pytest.mark.parametrize("attempt", [0, 1])
def test_attempts_count_from_one_and_are_there_once(
    attempt: int, adviser: User, engagement: Engagement
) -> None:
    today, kind = timezone.localdate(), make.milestone_kind()
    save_milestone(actor=adviser, engagement=engagement, kind=kind, reached_on=today)
    row = Milestone(engagement=engagement, kind=kind, attempt=attempt, reached_on=today)
    with pytest.raises(ValidationError):
        row.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_kind_has_its_key_once() -> None:
    kind = make.milestone_kind()
    twin = MilestoneKind(
        engagement_kind=kind.engagement_kind, key=kind.key, label_en="Twin", label_fr="Jumeau"
    )
    with pytest.raises(ValidationError):
        twin.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


# --- the agreement reaches its milestone -----------------------------------------------------


@pytest.mark.parametrize("planned", [True, False])
@pytest.mark.parametrize("ticked", [True, False])
def test_an_agreement_offers_its_milestone(
    adviser: User, as_user: SignIn, planned: bool, ticked: bool
) -> None:
    engagement = make.engagement(lead=make.qualified_lead(owner=adviser))
    kind = make.milestone_kind(key=milestones.SIGNED)
    today = timezone.localdate()
    if planned:
        ahead = today + dt.timedelta(days=9)
        milestones.save_milestone(
            actor=adviser, engagement=engagement, kind=kind, planned_on=ahead, note="In Lyon"
        )
    client = as_user(adviser)
    address = reverse("investors:engagement_agree", args=[engagement.ref])
    form = client.get(address).context["form"]
    assert form["milestone"].value() is True
    given = {name: form[name].value() for name in form.fields if name != "files"}
    data = {name: value for name, value in given.items() if value not in {None, "", False}}
    data |= {"reference": "A-1", "role": "partner", "undisclosed": "on"}
    del data["milestone"]
    data |= {"milestone": "on"} if ticked else {}
    assert client.post(address, data).status_code == 302
    rows = list(engagement.milestones.values_list("reached_on", "note"))
    note = "In Lyon" if planned else ""
    assert rows == ([(today if ticked else None, note)] if planned or ticked else [])
    if ticked:
        assert milestones.signed_milestone(engagement) is None
