"""A move on the board: the same transitions as everywhere, asked for by the stage to be reached."""

from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.staff.models import User
from investors import gates
from investors.choices import Stage
from investors.models import Lead
from investors.permissions import may_handle, require
from investors.services.events import lock, record_event
from investors.services.leads import move_back, require_active

# What must happen for a stage to be reached: no hand lifts a lead there.
REACHED_BY: Final[dict[Stage, Promise]] = {
    Stage.CONTACTED: gettext_lazy(
        "A lead is contacted once a person of ours wrote to them or spoke with them. Log it."
    ),
    Stage.SHORTLISTED: gettext_lazy(
        "A lead is shortlisted once a cluster was proposed to the investor. Propose one."
    ),
    Stage.INTRODUCED: gettext_lazy(
        "A lead is introduced once an introduction was held. Record it, or plan one."
    ),
    Stage.NEGOTIATING: gettext_lazy(
        "A lead negotiates once they join or start a project. Open the engagement."
    ),
    Stage.COMMITTED: gettext_lazy(
        "A lead is committed once an agreement is confirmed by a second person."
    ),
}


@transaction.atomic
def move_lead(*, actor: User, lead: Lead, stage: Stage, reason: str = "") -> bool:
    """Bring the lead to ``stage``; return whether it moved.

    Back: with a reason. To *qualified*: if the checklist is complete. Further only events bring
    it: refused with *event_needed*, or with what the checklist lacks.
    """
    lead = lock(lead)
    require(may_handle(actor, lead))
    require_active(lead)
    if stage == lead.stage:
        return False
    if stage < lead.stage:
        move_back(actor=actor, lead=lead, stage=stage, reason=reason)
        return True
    if stage in {Stage.QUALIFIED, Stage.SHORTLISTED}:
        gates.require_qualified(lead)
    if stage == Stage.QUALIFIED:
        return record_event(lead=lead, stage=stage, actor=actor, reason=reason)
    raise ValidationError(_("%(what)s"), "event_needed", {"what": REACHED_BY[stage]})
