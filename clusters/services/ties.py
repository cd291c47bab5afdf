"""How organisations are tied to clusters: memberships and partnerships."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clusters.models import Membership, Organisation, Partnership
from clusters.services.base import lock, require, require_live, save
from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User

T = TypeVar("T", Membership, Partnership)


@transaction.atomic
def save_organisation(*, actor: User, organisation: Organisation) -> Organisation:
    require(actor)
    if organisation.pk is not None:
        require_live(lock(organisation))
    return save(organisation)


@transaction.atomic
def save_tie(*, actor: User, tie: T) -> T:
    """Create or change a membership or a partnership."""
    require(actor)
    require_live(tie.cluster)
    if tie.organisation is not None and tie.pk is None:
        require_live(tie.organisation)
    return save(tie)


@transaction.atomic
def end_tie(*, actor: User, tie: T, until_year: int) -> T:
    """It lasted until that year; the record of it stays."""
    require(actor)
    tie = lock(tie)
    if tie.until_year is not None:
        raise ValidationError(_("It has ended already."), "ended")
    if until_year > timezone.localdate().year:
        raise refusal("until_year", _("This year is still ahead."), "ahead")
    tie.until_year = until_year
    return save(tie)


@transaction.atomic
def resume_tie(*, actor: User, tie: T) -> T:
    """The end was a mistake, or they are back."""
    require(actor)
    tie = lock(tie)
    if tie.until_year is None:
        raise ValidationError(_("It has not ended."), "not_ended")
    tie.until_year = None
    return save(tie)
