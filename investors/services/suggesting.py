"""Telling the owner of a lead that a cluster or an open seat may be for it."""

import datetime as dt

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.models import Action, Lead
from investors.permissions import require
from investors.services.actions import NextAction, add, require_open
from investors.services.events import lock


@transaction.atomic
def suggest(*, actor: User, lead: Lead, what: str, due: dt.date) -> Action:
    """Put something to consider on a lead, for its owner; or for whoever takes it.

    Whoever records may, on any lead that they see: it decides nothing. The same twice is refused,
    and so is what nobody works on any more.
    """
    require(actor.may(Act.RECORD))
    lead = lock(lead)
    if not Lead.objects.visible_to(actor).filter(pk=lead.pk).exists():
        raise PermissionDenied
    require_open(lead)
    if lead.actions.filter(done_at__isnull=True, what=what).exists():
        raise refusal("what", _("This is to be done on the lead already."), "already_there")
    return add(lead, NextAction(what=what, due=due))
