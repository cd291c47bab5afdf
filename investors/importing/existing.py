"""What a row changes of an investor that is on record, its people and its leads."""

import datetime as dt
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.imports.nouns import Importer, Line
from ifa_crm.imports.values import known_minute
from ifa_crm.imports.words import key_of
from ifa_crm.shared.cleaning import check_new
from ifa_crm.staff.models import User
from investors.importing import reading
from investors.models import Contact, Investor, Lead
from investors.naming import fold_name
from investors.services.actions import NextAction
from investors.services.companies import check_lead, new_lead
from investors.services.investors import edit_investor, save_contact, with_name
from investors.services.leads import MANY, assign, create_lead, edit_lead
from investors.twins import survivor

_GIVEN = ("owner", "deputy", "office")
_NAMED_BY = ("investor.ref", "investor.lei", "investor.siren", "lead.ref")


def loaded(rows: "QuerySet[Investor]") -> list[Investor]:
    """Investors with all that a row is compared with."""
    leads = Lead.objects.live().prefetch_related(*MANY).select_related("owner", "deputy", "office")
    people = Contact.objects.live()
    return list(
        rows.select_related("parent", "organisation").prefetch_related(
            Prefetch("leads", queryset=leads), Prefetch("contacts", queryset=people)
        )
    )


def kept(investor: Investor) -> Investor:
    """The record that this one was merged into, if it was: its reference leads there."""
    last = survivor(investor)
    return investor if last is investor else loaded(Investor.objects.filter(pk=last.pk))[0]


def is_same(person: Contact, other: Contact) -> bool:
    """By e-mail address; by name where one of them has none."""
    if person.email and other.email:
        return person.email.casefold() == other.email.casefold()
    return key_of(person.name) == key_of(other.name)


@dataclass
class Plan:
    """What a row does to an investor on record."""

    user: User
    investor: Investor
    changes: dict[str, Any] = field(default_factory=dict)
    lead: Lead | None = None
    lead_changes: dict[str, Any] = field(default_factory=dict)
    new_lead: dict[str, Any] | None = None
    contact: Contact | None = None
    contact_changes: dict[str, Any] = field(default_factory=dict)
    new_contact: dict[str, Any] | None = None

    @property
    def has_changes(self) -> bool:
        new = self.new_lead is not None or self.new_contact is not None
        return new or bool(self.changes or self.lead_changes or self.contact_changes)

    @property
    def note(self) -> str:
        told = []
        if self.new_lead is not None:
            told.append(_("adds a lead"))
        if self.new_contact is not None:
            told.append(_("adds a contact"))
        named = [
            *(reading.label_of(reading.column_of("investor", name)) for name in self.changes),
            *(reading.label_of(reading.column_of("contact", n)) for n in self.contact_changes),
            *(reading.label_of(reading.column_of("lead", n)) for n in self.lead_changes),
        ]
        if names := list(dict.fromkeys(name for name in named if name)):
            told.append(_("changes %(fields)s") % {"fields": ", ".join(names)})
        return "; ".join(told)[:300]

    @property
    def link(self) -> str:
        return (self.lead or self.investor).get_absolute_url()

    def carry_out(self, importer: Importer, following: NextAction) -> None:
        """Through the services: their locks, checks and logs."""
        if self.changes:
            with importer.changing(self.investor):
                edit_investor(actor=self.user, investor=self.investor, changes=self.changes)
        self._carry_out_lead(importer, following)
        self._carry_out_contact(importer)

    def _carry_out_lead(self, importer: Importer, following: NextAction) -> None:
        if self.new_lead is not None:
            self.lead = create_lead(
                actor=self.user,
                investor=self.investor,
                fields=self.new_lead,
                following=following,
            )
            links = {name: self.new_lead.get(name, []) for name in MANY}
            importer.note_created(self.lead, under=self.lead, links=links)
            for action in self.lead.actions.all():
                importer.note_created(action, under=self.lead)
        elif self.lead is not None and self.lead_changes:
            with importer.changing(self.lead):
                self._edit_lead(self.lead)

    def _edit_lead(self, lead: Lead) -> None:
        given = {name: self.lead_changes[name] for name in _GIVEN if name in self.lead_changes}
        own = {n: v for n, v in self.lead_changes.items() if n not in _GIVEN}
        if own:
            lead = edit_lead(actor=self.user, lead=lead, changes=own)
        if given:
            there = {name: getattr(lead, name) for name in _GIVEN}
            assign(actor=self.user, lead=lead, **there | given)

    def _carry_out_contact(self, importer: Importer) -> None:
        if self.new_contact is not None:
            made = save_contact(
                actor=self.user,
                investor=self.investor,
                fields=self.new_contact,
                known_through=self.lead if self.new_lead is not None else None,
            )
            importer.note_created(made, under=made.known_through or self.investor)
        elif self.contact is not None and self.contact_changes:
            with importer.changing(self.contact):
                save_contact(
                    actor=self.user,
                    investor=self.investor,
                    contact=self.contact,
                    fields=self.contact_changes,
                )


def planned(user: User, line: Line, investor: Investor, *, overwrite: bool) -> Plan:
    """Compare a row with what is on record; what is wrong with it is on the line."""
    plan = Plan(user, investor)
    fields = line.under("investor")
    fields.pop("ref", None)
    if not line.says(*_NAMED_BY):
        _keep_name(investor, fields)
    plan.changes = _differing(investor, fields, overwrite)
    _check(line, "investor", investor, plan.changes)
    if reading.has_lead(line):
        _plan_lead(plan, line, overwrite)
    if reading.has_contact(line):
        _plan_contact(plan, line, overwrite)
    return plan


def _keep_name(investor: Investor, fields: dict[str, Any]) -> None:
    """A row that was found alike spells the name in its own way: the record keeps its name, and
    what is more than another legal form or capitals is noted beside it."""
    name = fields.pop("name", "")
    if name and not fields.get("other_names") and fold_name(name) != fold_name(investor.name):
        fields["other_names"] = with_name(investor, name)


def _plan_lead(plan: Plan, line: Line, overwrite: bool) -> None:
    leads = plan.investor.leads.all()
    ref, title = line.values.get("lead.ref"), key_of(line.values.get("lead.title", ""))
    plan.lead = next((each for each in leads if ref and each.ref == ref), None)
    if ref and plan.lead is None:
        line.refuse("lead.ref", _("This investor has no such lead."))
        return
    if plan.lead is None:
        plan.lead = next((each for each in leads if title and key_of(each.title) == title), None)
    if plan.lead is None:
        plan.new_lead = reading.lead_fields(line)
        if not line.errors:
            due = line.values.get("lead.action_due")
            following = NextAction(
                line.values.get("lead.action") or "-", due or timezone.localdate()
            )
            made = new_lead(
                actor=plan.user, investor=plan.investor, fields=plan.new_lead, following=following
            )
            _catch(line, "lead", lambda: check_lead(made))
        return
    line.there = frozenset({plan.lead.owner, plan.lead.deputy})
    fields = reading.lead_fields(line, is_new=False)
    plan.lead_changes = _differing(plan.lead, fields, overwrite)
    _check(line, "lead", plan.lead, plan.lead_changes)


def _plan_contact(plan: Plan, line: Line, overwrite: bool) -> None:
    people = [each for each in plan.investor.contacts.all() if _is_usable(each, plan)]
    ref = line.values.get("contact.ref")
    plan.contact = next((each for each in people if ref and each.ref == ref), None)
    if ref and plan.contact is None:
        line.refuse("contact.ref", _("This investor has no such contact."))
        return
    fields = line.under("contact")
    fields.pop("ref", None)
    meant = Contact(**fields)
    if plan.contact is None:
        plan.contact = next((each for each in people if is_same(meant, each)), None)
    if plan.contact is None:
        plan.new_contact = reading.contact_fields(line)
        made = Contact(**plan.new_contact)
        _catch(line, "contact", lambda: check_new(made))
        return
    plan.contact_changes = _differing(plan.contact, fields, overwrite)
    _check(line, "contact", plan.contact, plan.contact_changes)


def _is_usable(contact: Contact, plan: Plan) -> bool:
    """A contact that is known through one hidden lead is not met through another."""
    through = contact.known_through_id
    return not contact.restricted or (plan.lead is not None and through == plan.lead.pk)


def _differing(row: Model, fields: dict[str, Any], overwrite: bool) -> dict[str, Any]:
    found = {}
    for name, value in fields.items():
        there = list(getattr(row, name).all()) if name in MANY else getattr(row, name)
        if name in MANY and set(there) == set(value):
            continue
        if isinstance(there, dt.datetime) and isinstance(value, dt.datetime):
            zone = value.tzinfo or dt.UTC
            if known_minute(there, zone) == known_minute(value, zone):
                continue
        if there == value or (name not in MANY and str(there or "") == str(value or "")):
            continue
        if overwrite or _is_empty(there):
            found[name] = value
    return found if overwrite else _whole_amounts(found)


def _whole_amounts(found: dict[str, Any]) -> dict[str, Any]:
    """An answer is filled in with its amount, or neither is."""
    for name in ("budget", "investment", "jobs"):
        if f"{name}_answer" not in found:
            for part in (name, f"{name}_amount", f"{name}_currency"):
                found.pop(part, None)
    return found


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], "not asked")


def _check(line: Line, prefix: str, row: Model, changes: dict[str, Any]) -> None:
    """Whether the row would be sound with the changes."""
    if not changes:
        return
    trial = copy(row)
    for name, value in changes.items():
        if name not in MANY:
            setattr(trial, name, value)
    if isinstance(trial, Lead):
        trial.restricted = trial.confidential == "yes"
    _catch(line, prefix, lambda: check_new(trial))


def _catch(line: Line, prefix: str, check: Any) -> None:
    try:
        check()
    except ValidationError as error:
        reading.refuse_all(line, prefix, error)
