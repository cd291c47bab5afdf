"""Many new investors at once, with their people and leads, as if each had been typed in.

What :func:`investors.services.quick.start_lead` does row by row is done here table by table: the
same checks (:mod:`ifa_crm.shared.cleaning`), the same logs, the same history. A test makes one
company both ways and holds the two equal.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from ifa_crm.shared import bulk_audit
from ifa_crm.shared.cleaning import check_new
from ifa_crm.shared.fold import fold
from ifa_crm.shared.inserting import insert, insert_values
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors import gates
from investors.choices import Confidential, LogKind, Stage, Status
from investors.models import Action, Contact, Investor, Lead, LeadLog
from investors.permissions import require
from investors.services.actions import NextAction
from investors.services.leads import MANY
from investors.services.matching import note_contact, note_investor, noting_together


@dataclass
class NewLead:
    """A lead that is to be made, with what stands beside it."""

    lead: Lead
    following: NextAction
    many: dict[str, list[Model]] = field(default_factory=dict)
    action: Action | None = None


@dataclass
class NewCompany:
    """An investor that is to be made, with its leads and people; people may rest on a lead."""

    investor: Investor
    leads: list[NewLead] = field(default_factory=list)
    people: list[tuple[Contact, Lead | None]] = field(default_factory=list)


def new_lead(
    *, actor: User, investor: Investor, fields: Mapping[str, Any], following: NextAction
) -> NewLead:
    """A lead as :func:`~investors.services.leads.create_lead` would make it; not yet checked."""
    own = {name: value for name, value in fields.items() if name not in MANY}
    if "owner" not in own and actor.may(Act.HANDLE_OWN):
        own["owner"] = actor
    if own.get("office") is None:
        own["office"] = (own.get("owner") or actor).office
    now = timezone.now()
    own.setdefault("received_at", now)
    lead = Lead(created_by=actor, stage_since=now, status_since=now, **own)
    lead.investor = investor
    lead.restricted = lead.confidential == Confidential.YES
    many = {name: list(fields[name]) for name in MANY if fields.get(name)}
    return NewLead(lead, following, many)


def check_lead(made: NewLead) -> None:
    """Raise what is wrong with a lead that is to be made, or with its action."""
    assignee = made.following.assignee or made.lead.owner
    made.action = Action(what=made.following.what, due=made.following.due, assignee=assignee)
    errors: dict[str, list[ValidationError]] = {}
    for row in (made.lead, made.action):
        try:
            check_new(row)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
    if errors:
        raise ValidationError(errors)


@transaction.atomic
def create_companies(*, actor: User, companies: Sequence[NewCompany]) -> None:
    """Make all of them. Every row was checked with ``check_new`` and ``check_lead`` before."""
    require(actor.may(Act.RECORD))
    leads = [made for company in companies for made in company.leads]
    for company in companies:
        company.investor.restricted = bool(company.leads) and all(
            made.lead.restricted for made in company.leads
        )
        # Its leads are folded with these; whoever is known through a hidden one follows later.
        _remember(
            company.investor,
            [person for person, through in company.people if not (through and through.restricted)],
        )
    entries = _insert([company.investor for company in companies])
    for made in leads:
        made.lead.investor = made.lead.investor  # its key is known now
        made.lead.next_due = made.following.due
    entries += _insert([made.lead for made in leads])
    entries += _people(companies)
    entries += _under(actor, leads)
    _refold(companies)
    entries += _qualify(actor, leads)
    bulk_audit.store(entries)
    with noting_together():
        for company in companies:
            note_investor(company.investor)
            for person, _through in company.people:
                note_contact(person)


def _insert(rows: Sequence[Any]) -> list[Any]:
    insert(rows)
    return bulk_audit.created(rows)


def _remember(investor: Any, people: Iterable[Contact]) -> None:
    """Let ``investor.contacts`` be these without a query, in the order of their list."""
    listed = sorted(people, key=lambda person: (not person.is_active, person.name))
    investor._prefetched_objects_cache = {"contacts": listed}


def _people(companies: Sequence[NewCompany]) -> list[Any]:
    people = []
    for company in companies:
        for person, through in company.people:
            person.investor = company.investor
            person.known_through = through
            person.restricted = through is not None and through.restricted
            people.append(person)
    entries = _insert(people)
    for company in companies:
        _remember(company.investor, [person for person, _through in company.people])
    return entries


def _under(actor: User, leads: Sequence[NewLead]) -> list[Any]:
    """What stands under each lead: links, log, first action."""
    entries = []
    for name in MANY:
        through = Lead._meta.get_field(name).remote_field.through  # type: ignore[union-attr]
        target = Lead._meta.get_field(name).m2m_reverse_field_name()  # type: ignore[union-attr]
        links = [(made.lead.pk, other.pk) for made in leads for other in made.many.get(name, ())]
        insert_values(through, ["lead", target], links)
        entries += [
            bulk_audit.linked(made.lead, name, made.many[name])
            for made in leads
            if made.many.get(name)
        ]
    logs = [
        LeadLog(lead=made.lead, kind=kind, at=made.lead.stage_since, actor=actor, to_state=state)
        for made in leads
        for kind, state in ((LogKind.STAGE, Stage.RECEIVED), (LogKind.STATUS, Status.ACTIVE))
    ]
    insert(logs)
    actions = []
    for made in leads:
        if made.action is not None:
            made.action.lead = made.lead
            actions.append(made.action)
    return entries + _insert(actions)


def _refold(companies: Sequence[NewCompany]) -> None:
    """The folded text of a lead holds the people that were not there when it was inserted."""
    stale = []
    for company in companies:
        for made in company.leads:
            text = fold(*made.lead.search_source())
            if text != made.lead.search_text:
                made.lead.search_text = text
                stale.append(made.lead)
    Lead.objects.bulk_update(stale, ["search_text"], batch_size=100)


def _qualify(actor: User, leads: Sequence[NewLead]) -> list[Any]:
    """Lift those whose checklist is complete, as ``note_if_qualified`` does."""
    now, logs, entries, lifted = timezone.now(), [], [], []
    for made in leads:
        lead: Any = made.lead
        lead._prefetched_objects_cache = {name: made.many.get(name, []) for name in MANY}
        if gates.missing(lead):
            continue
        since = lead.stage_since
        lead.stage, lead.stage_since = Stage.QUALIFIED, now
        passed = [Stage.CONTACTED.value]
        logs.append(
            LeadLog(
                lead=lead,
                kind=LogKind.STAGE,
                at=now,
                actor=actor,
                from_state=Stage.RECEIVED,
                to_state=Stage.QUALIFIED,
                passed_over=passed,
            )
        )
        before = {"stage": [str(Stage.RECEIVED), str(Stage.QUALIFIED)]}
        moved = [str(since.replace(tzinfo=None)), str(now.replace(tzinfo=None))]
        entries.append(bulk_audit.changed(lead, before | {"stage_since": moved}))
        lifted.append(lead)
    insert(logs)
    Lead.objects.bulk_update(lifted, ["stage", "stage_since"], batch_size=100)
    return entries
