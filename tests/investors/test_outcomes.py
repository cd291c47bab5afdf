"""What else came of a lead."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import OutcomeKind
from investors.models import Outcome
from investors.services import status
from investors.services.milestones import edit_outcome, record_outcome
from tests import make

pytestmark = pytest.mark.django_db


def test_outcome_is_recorded_and_put_right(adviser: User) -> None:
    lead, cluster, today = make.lead(owner=adviser), make.cluster(), timezone.localdate()
    outcome = record_outcome(
        actor=adviser, lead=lead, kind=OutcomeKind.SITE, dated=today, text="A laboratory."
    )
    assert (outcome.kind, outcome.recorded_by) == (OutcomeKind.SITE, adviser)
    edit_outcome(
        actor=adviser,
        outcome=outcome,
        kind=OutcomeKind.MEMBERSHIP,
        dated=today,
        cluster=cluster,
    )
    outcome.refresh_from_db()
    assert (outcome.kind, outcome.cluster, outcome.text) == (OutcomeKind.MEMBERSHIP, cluster, "")


def test_membership_must_name_the_cluster(adviser: User) -> None:
    lead, today = make.lead(owner=adviser), timezone.localdate()
    with pytest.raises(ValidationError) as refusal:
        record_outcome(actor=adviser, lead=lead, kind=OutcomeKind.MEMBERSHIP, dated=today)
    assert "cluster" in refusal.value.error_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        Outcome.objects.create(lead=lead, kind=OutcomeKind.MEMBERSHIP, dated=today)


def test_outcome_ahead_is_refused(adviser: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        record_outcome(
            actor=adviser,
            lead=make.lead(owner=adviser),
            kind=OutcomeKind.SITE,
            dated=timezone.localdate() + dt.timedelta(days=1),
        )
    assert "dated" in refusal.value.error_dict


def test_referred_elsewhere_is_written_by_its_status_only(adviser: User) -> None:
    lead, today = make.lead(owner=adviser), timezone.localdate()
    with pytest.raises(ValidationError) as refusal:
        record_outcome(actor=adviser, lead=lead, kind=OutcomeKind.REFERRED, dated=today)
    assert "kind" in refusal.value.error_dict
    status.refer(actor=adviser, lead=lead, to="The region", on=today, told=True)
    written = lead.outcomes.get()
    assert (written.kind, written.text) == (OutcomeKind.REFERRED, "The region")
    with pytest.raises(ValidationError):
        edit_outcome(actor=adviser, outcome=written, kind=OutcomeKind.SITE, dated=today)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.DESK, Role.ADVISER])
def test_outcome_by_somebody_else_is_refused(role: Role) -> None:
    owner, today = make.user(), timezone.localdate()
    lead = make.lead(owner=owner)
    outcome = record_outcome(actor=owner, lead=lead, kind=OutcomeKind.SITE, dated=today)
    who = make.user(role=role)
    with pytest.raises(PermissionDenied):
        record_outcome(actor=who, lead=lead, kind=OutcomeKind.SITE, dated=today)
    with pytest.raises(PermissionDenied):
        edit_outcome(actor=who, outcome=outcome, kind=OutcomeKind.NONE, dated=today)
