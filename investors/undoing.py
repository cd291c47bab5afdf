"""How leads, investors and what hangs under them come back when a change in bulk is undone.

The duties of the services are kept: a move of stage or status is logged, the confidentiality
marks follow, the next action is counted anew, and an active lead never stands without one.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from ifa_crm.shared.refusals import refusal
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.undoing import (
    Undoable,
    Values,
    put_back,
    register_undoable,
    remove_row,
)
from investors.choices import LogKind
from investors.models import (
    Action,
    Contact,
    ContactPair,
    Interaction,
    Investor,
    InvestorPair,
    Lead,
    LeadLog,
    Outcome,
)
from investors.services.actions import require_open_action
from investors.services.clocks import rewind
from investors.services.confidentiality import settle_investor, spread
from investors.services.events import lock, refresh_next_due
from investors.services.folding import refold_leads
from investors.services.matching import note_contact

# What the constraints of a lead tie to each other.
_STATUS = frozenset(
    {
        *("status", "status_since", "waiting_until", "lost_reason", "lost_to_country"),
        *("disqualified_reason", "referred_to", "referred_on", "referred_told"),
    }
)
_ARCHIVE = frozenset({"archived_at", "archived_by", "archive_reason"})
_LEAD_TOGETHER = (
    _STATUS,
    _ARCHIVE,
    frozenset({"stage", "stage_since"}),
    frozenset({"confidential", "restricted"}),
    *(
        frozenset({f"{name}_answer", f"{name}_amount", f"{name}_currency"})
        for name in ("budget", "investment")
    ),
    frozenset({"jobs_answer", "jobs"}),
)


def _hold_lead(model: type[Any], key: int) -> Lead | None:
    found = Lead.objects.filter(pk=key).first()
    return lock(found) if found is not None else None


def _restore_lead(lead: Lead, values: Values, actor: User) -> None:
    for field in ("owner", "deputy"):
        if values.get(field) is not None:
            _require_handler(field, values[field])
    moves = [kind for kind in LogKind if kind.value in values]
    before = {kind: getattr(lead, kind.value) for kind in moves}
    put_back(lead, values)
    LeadLog.objects.bulk_create(
        LeadLog(
            lead=lead,
            kind=kind,
            actor=actor,
            from_state=before[kind],
            to_state=getattr(lead, kind.value),
            reason=_("A change in bulk was undone."),
        )
        for kind in moves
    )


def _require_handler(field: str, key: int) -> None:
    person = User.objects.filter(pk=key).first()
    if person is None or not person.is_active or not person.may(Act.HANDLE_OWN):
        raise refusal(field, _("This person does not handle leads."), "no_handler")


def _remove_lead(lead: Lead, actor: User) -> None:
    """With the lines of its log that said it had begun, or was complete from the first; later
    ones are work on it."""
    if lead.log.filter(at__gt=max(lead.stage_since, lead.status_since)).exists():
        raise ValidationError(_("It was worked on since."), "in_use")
    lead.log.all().delete()
    remove_row(lead, actor)


def _remove_with_keys(row: Investor | Contact, actor: User) -> None:
    """With the keys by which its twins are found, and the pairs: they follow from it."""
    row.keys.all().delete()
    pairs = InvestorPair if isinstance(row, Investor) else ContactPair
    pairs._default_manager.filter(Q(first=row) | Q(second=row)).delete()
    remove_row(row, actor)


def _settle_lead(lead: Lead, actor: User) -> None:
    spread(lead)
    refresh_next_due(lead)
    rewind([lead.pk])  # another office may handle it again
    if not lead.is_archived:
        require_open_action(lead)


def _settle_investor(investor: Investor, actor: User) -> None:
    settle_investor(investor)


def _restore_investor(investor: Investor, values: Values, actor: User) -> None:
    """One that comes back from a merge has its leads again, and its marks follow them."""
    put_back(investor, values)
    if "merged_into" in values:
        settle_investor(investor)


def _restore_contact(contact: Contact, values: Values, actor: User) -> None:
    """As confidential as the lead that it is known through again."""
    key: int | None = values.get("known_through", contact.known_through_id)
    through = Lead.objects.filter(pk=key, restricted=True) if key is not None else None
    contact.restricted = through is not None and through.exists()
    put_back(contact, values)
    note_contact(contact)


def _settle_contact(contact: Contact, actor: User) -> None:
    refold_leads(contact.investor)
    note_contact(contact)


def register() -> None:
    register_undoable(
        Undoable(
            Lead,
            restore=_restore_lead,
            remove=_remove_lead,
            hold=_hold_lead,
            settle=_settle_lead,
            derived=frozenset(
                {
                    *("search_text", "investor_country"),
                    *("next_due", "heard_at", "reply_due_at", "silent_at"),
                }
            ),
            together=_LEAD_TOGETHER,
        )
    )
    register_undoable(
        Undoable(
            Investor,
            restore=_restore_investor,
            remove=_remove_with_keys,
            settle=_settle_investor,
            derived=frozenset({"search_text", "restricted"}),
            together=(_ARCHIVE | {"merged_into"},),
        )
    )
    register_undoable(
        Undoable(
            Contact,
            restore=_restore_contact,
            remove=_remove_with_keys,
            settle=_settle_contact,
            derived=frozenset({"search_text", "restricted"}),
            together=(_ARCHIVE | {"merged_into"},),
        )
    )
    decided = frozenset({"state", "decided_at", "decided_by"})
    found = frozenset({"score", "reasons", "same_group", "found_at"})
    register_undoable(Undoable(InvestorPair, derived=found, together=(decided,)))
    register_undoable(Undoable(ContactPair, derived=found - {"same_group"}, together=(decided,)))
    done = frozenset({"done_at", "done_by", "dropped"})
    register_undoable(Undoable(Action, together=(done,)))
    answered = frozenset({"answered_at", "answered_by"})
    register_undoable(
        Undoable(
            Interaction,
            derived=frozenset({"reply_due_at", "silent_at", "logged_late"}),
            together=(answered,),
        )
    )
    register_undoable(Undoable(Outcome))
