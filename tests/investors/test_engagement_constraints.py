"""What the database itself refuses about engagements, whoever writes."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from clusters.models import Region
from ifa_crm.staff.models import User
from investors.choices import Contribution, DeclinedBy, EngagementKind, EngagementState
from investors.models import Engagement
from tests import make

pytestmark = pytest.mark.django_db

_S = EngagementState
TODAY = timezone.localdate
BEFORE = dt.date(1999, 1, 1)


def refused(engagement: Engagement, **change: Any) -> None:
    """Both the model's validation and the database say no."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Engagement.objects.filter(pk=engagement.pk).update(**change)
    for name, value in change.items():
        setattr(engagement, name, value)
    with pytest.raises(ValidationError):
        engagement.full_clean()


@pytest.mark.parametrize(
    ("state", "change"),
    [
        (_S.OPEN, {"share_amount": -1}),
        (_S.OPEN, {"share_amount": 5, "share_currency": ""}),
        (_S.OPEN, {"undisclosed": True, "share_amount": 5}),
        (_S.OPEN, {"undisclosed": True, "jobs": 5}),
        (_S.OPEN, {"state": _S.AGREED}),
        (_S.OPEN, {"state": _S.VERIFIED, "agreed_on": dt.date(2999, 1, 1)}),
        (_S.OPEN, {"contribution": Contribution.DECISIVE}),
        (_S.OPEN, {"declined_by": DeclinedBy.FUNDER}),
        (_S.OPEN, {"state": _S.DECLINED, "declined_by": DeclinedBy.FUNDER}),
        (_S.OPEN, {"state": _S.WITHDRAWN, "ended_on": dt.date(2999, 1, 1)}),
        (_S.OPEN, {"ended_on": dt.date(2999, 1, 1)}),
        (_S.AGREED, {"agreed_on": None}),
        (_S.AGREED, {"agreed_on": BEFORE}),
        (_S.VERIFIED, {"counterfactual": ""}),
        (_S.VERIFIED, {"contribution": ""}),
        (_S.VERIFIED, {"verified_at": None}),
        (_S.VERIFIED, {"verified_by": None}),
        (_S.VERIFIED, {"state": _S.OPEN}),
        (_S.VERIFIED, {"state": _S.COMPLETED}),
        (_S.LEFT, {"end_reason": ""}),
        (_S.LEFT, {"ended_on": BEFORE}),
        (_S.WITHDRAWN, {"ended_on": None}),
    ],
)
def test_row_that_contradicts_itself_is_refused(
    state: EngagementState, change: dict[str, Any]
) -> None:
    refused(make.engagement(state=state), **change)


def test_recorder_does_not_confirm(manager: User) -> None:
    engagement = make.engagement(state=_S.VERIFIED, verifier=manager)
    refused(engagement, recorded_by=manager)


def test_start_takes_no_open_seat() -> None:
    engagement = make.engagement(kind=EngagementKind.START)
    refused(engagement, seat=make.seat(project=engagement.project))


def test_region_of_undisclosed_jobs_is_refused() -> None:
    region = Region.objects.create(
        name="Bretagne", name_today="Bretagne", latitude=Decimal(48), longitude=Decimal(-3)
    )
    refused(make.engagement(state=_S.AGREED), jobs_region=region)


@pytest.mark.parametrize("state", [_S.OPEN, _S.AGREED, _S.VERIFIED, _S.COMPLETED])
def test_lead_holds_a_project_once(state: EngagementState) -> None:
    first = make.engagement(state=state)
    twin = Engagement(
        lead=first.lead,
        project=first.project,
        cluster=first.cluster,
        kind=first.kind,
        opened_on=TODAY(),
    )
    with pytest.raises(ValidationError):
        twin.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


@pytest.mark.parametrize("state", [_S.DECLINED, _S.WITHDRAWN, _S.LEFT])
def test_lead_may_come_back_to_a_project(state: EngagementState) -> None:
    first = make.engagement(state=state)
    again = make.engagement(lead=first.lead, project=first.project)
    assert again.pk != first.pk
