"""Whose a lead is, and what that allows. The roles themselves: ``ifa_crm.staff.roles``."""

from django.core.exceptions import PermissionDenied

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.choices import EngagementState
from investors.models import Engagement, Lead


def is_own(user: User, lead: Lead) -> bool:
    return user.pk in {lead.owner_id, lead.deputy_id}


def may_handle(user: User, lead: Lead) -> bool:
    """Edit, move, shortlist, plan introductions, open and agree engagements."""
    if user.may(Act.HANDLE_ANY):
        return True
    return user.may(Act.HANDLE_OWN) and is_own(user, lead)


def may_take(user: User, lead: Lead) -> bool:
    """Become the owner of a lead that nobody owns."""
    return lead.owner_id is None and user.may(Act.HANDLE_OWN)


def may_assign(user: User, lead: Lead) -> bool:
    """Give it to somebody else: managers any lead, an adviser their own."""
    return user.may(Act.REASSIGN) or may_handle(user, lead)


def may_relay(user: User, lead: Lead) -> bool:
    """Relay an introduction, record a cluster's answer."""
    return user.may(Act.RELAY) or may_handle(user, lead)


def may_verify(user: User, engagement: Engagement) -> bool:
    """Confirm an agreement: a verifier who is not its recorder, owner or deputy."""
    involved = {engagement.recorded_by_id, engagement.lead.owner_id, engagement.lead.deputy_id}
    return user.may(Act.VERIFY) and user.pk not in involved


def awaits_verifier(user: User, engagement: Engagement) -> bool:
    return engagement.state == EngagementState.AGREED and may_verify(user, engagement)


def require(allowed: bool) -> None:
    """Refuse with 403 what the person may not do."""
    if not allowed:
        raise PermissionDenied
