"""Rows of investors with contacts and leads: what they would do, and doing it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ifa_crm.imports.choices import Decision, Outcome, Result
from ifa_crm.imports.nouns import Importer, Line, Twin
from ifa_crm.imports.values import Value
from ifa_crm.imports.words import key_of
from ifa_crm.shared.cleaning import check_new
from investors.importing import existing, reading
from investors.importing.twins import twins_of
from investors.models import Contact, Investor, Lead
from investors.naming import names_in
from investors.services.actions import NextAction
from investors.services.companies import NewCompany, check_lead, create_companies, new_lead
from investors.services.investors import restore_investor
from investors.services.leads import MANY, first_action
from investors.services.matching import noting_together

IDENTIFIERS: Final = ("lei", "siren")


class CompanyImporter(Importer):
    """One row: an investor, perhaps a contact, perhaps a lead."""

    def readers(self) -> Mapping[str, Value]:
        return reading.readers(self.user)

    def identify(self, lines: Iterable[Line]) -> None:
        for line in lines:
            found = line.under("investor")
            name, country = found.get("name", ""), found.get("control_country", "")
            line.near = (names_in(name)[0].squeezed if names_in(name) else key_of(name))[:300]
            if found.get("ref"):
                line.key = f"ref:{found['ref']}"
            elif found.get("lei"):
                line.key = f"lei:{found['lei']}"
            elif name:
                line.key = f"{key_of(name)[:290]}|{country}"

    # --- What would be done ----------------------------------------------------------------

    def judge(self, lines: Sequence[Line]) -> None:
        reading.resolve(self.user, lines)
        targets = self._targets(lines)
        new = [line for line in lines if line.number not in targets]
        twins = twins_of(self.user, [line for line in new if not line.errors])
        for line in lines:
            investor = targets.get(line.number)
            if investor is not None:
                self._judge_update(line, investor)
            else:
                self._judge_new(line, twins.get(line.number, []))
            if line.errors:
                line.outcome = Outcome.REFUSED

    def _targets(self, lines: Sequence[Line]) -> dict[int, Investor]:
        """The records that rows name by reference or identifier, by line."""
        seen = Investor.objects.visible_to(self.user)
        found = self._by_lead(lines)
        for name in ("ref", *IDENTIFIERS):
            asked = {line.number: line.values.get(f"investor.{name}") for line in lines}
            wanted = {value for value in asked.values() if value}
            if not wanted:
                continue
            rows = seen if name == "ref" else seen.live()
            known = {
                getattr(row, name): existing.kept(row)
                for row in existing.loaded(rows.filter(**{f"{name}__in": wanted}))
            }
            for line in lines:
                value = asked[line.number]
                if value and value in known:
                    found.setdefault(line.number, known[value])
                elif value and name == "ref":
                    line.refuse("investor.ref", _("There is no such investor."))
        return found

    def _by_lead(self, lines: Sequence[Line]) -> dict[int, Investor]:
        """The investors of the leads that rows name by their reference: as exports do."""
        asked = {line.number: line.values.get("lead.ref") for line in lines}
        leads = Lead.objects.visible_to(self.user).live()
        known = dict(leads.filter(ref__in=set(asked.values())).values_list("ref", "investor_id"))
        if not known:
            return {}
        rows = existing.loaded(Investor.objects.filter(pk__in=set(known.values())))
        by_key = {row.pk: row for row in rows}
        return {
            number: by_key[known[ref]]
            for number, ref in asked.items()
            if ref is not None and ref in known
        }

    def _judge_update(self, line: Line, investor: Investor) -> None:
        if investor.is_archived:
            line.outcome, line.twins = Outcome.ARCHIVED, [_archived(investor)]
            return
        plan = existing.planned(self.user, line, investor, overwrite=self.overwrite)
        line.outcome = Outcome.UPDATE if plan.has_changes else Outcome.UNCHANGED
        line.note = plan.note

    def _judge_new(self, line: Line, twins: list[Twin]) -> None:
        if line.says("lead.ref"):
            line.refuse("lead.ref", _("There is no such lead."))
        elif not line.says("investor.name"):
            line.refuse("investor.name", _("Say which company it is."))
        near = line.near_to
        is_near = near is not None and (line.same_as is None or near < line.same_as)
        if not line.errors and not ((twins or is_near) and reading.lacks_country(line)):
            self._company_of(line)
        line.twins = twins
        if twins:
            is_archived = all(twin.kind == "archived" for twin in twins)
            line.outcome = Outcome.ARCHIVED if is_archived else Outcome.TWIN
        elif is_near:
            label = _("Line %(line)d") % {"line": near}
            line.twins = [Twin("file", f"line:{near}", label, _("a similar name"))]
            line.outcome = Outcome.TWIN
        elif line.same_as is not None:
            line.note = _("To the investor of line %(line)d.") % {"line": line.same_as}

    def _company_of(self, line: Line, company: NewCompany | None = None) -> NewCompany:
        """The rows that a line makes, checked; added to ``company`` if that is made already."""
        company = company or NewCompany(Investor(**reading.investor_fields(line)))
        self._check(line, "investor", lambda: check_new(company.investor))
        through = None
        if reading.has_lead(line):
            fields = reading.lead_fields(line)
            made = new_lead(
                actor=self.user,
                investor=company.investor,
                fields=fields,
                following=self._following(line),
            )
            self._check(line, "lead", lambda: check_lead(made))
            title = key_of(made.lead.title)
            known = [each for each in company.leads if key_of(each.lead.title) == title]
            if not known:
                company.leads.append(made)
            through = (known or [made])[0].lead
        if reading.has_contact(line):
            person = Contact(**reading.contact_fields(line))
            self._check(line, "contact", lambda: check_new(person))
            if not any(existing.is_same(person, other) for other, _lead in company.people):
                company.people.append((person, through))
        return company

    @staticmethod
    def _check(line: Line, prefix: str, check: Any) -> None:
        try:
            check()
        except ValidationError as error:
            reading.refuse_all(line, prefix, error)

    @staticmethod
    def _following(line: Line) -> NextAction:
        first = first_action(timezone.localdate())
        found = line.under("lead")
        return NextAction(found.get("action") or first.what, found.get("action_due") or first.due)

    # --- Doing it --------------------------------------------------------------------------

    def write(self, lines: Sequence[Line], made: Mapping[str, int]) -> None:
        reading.resolve(self.user, lines)
        for line in lines:
            if line.decision == Decision.SKIP:
                line.result = Result.SKIPPED
        known = self._still_there(made)
        with noting_together():
            for part in _parts([line for line in lines if line.decision != Decision.SKIP]):
                self._write_part(part, known)
                for line in part:
                    if line.principal:
                        known.setdefault(line.key, line.principal)
                        if line.result == Result.CREATED:
                            known.setdefault(f"new:{line.key}", line.principal)
                        known[f"line:{line.number}"] = line.principal

    @staticmethod
    def _still_there(made: Mapping[str, int]) -> dict[str, int]:
        """Less what is gone since, as by an undo; what was merged goes by what took it up."""
        rows = Investor.objects.filter(pk__in=set(made.values())) if made else ()
        there = {row.pk: existing.kept(row).pk for row in rows}
        return {name: there[key] for name, key in made.items() if key in there}

    def _write_part(self, lines: Sequence[Line], made: Mapping[str, int]) -> None:
        targets = self._targets_to_write(lines, made)
        new = self._still_new([line for line in lines if line.number not in targets])
        companies = self._made(new)
        for line in lines:
            if line.number in targets:
                self._write_update(line, targets[line.number])
            elif line.errors:
                line.result, line.told = Result.REFUSED, reading.reasons(line)
        self._report(companies)

    def _targets_to_write(self, lines: Sequence[Line], made: Mapping[str, int]) -> dict[int, Any]:
        """The key of the investor that each line goes to, if it is on record."""
        found: dict[int, Any] = {n: row.pk for n, row in self._targets(lines).items()}
        seen = Investor.objects.visible_to(self.user)
        chosen = [line for line in lines if line.decision in {Decision.SAME, Decision.RESTORE}]
        named = seen.filter(ref__in=[line.chosen for line in chosen])
        refs = {row.ref: existing.kept(row).pk for row in named}
        for line in chosen:
            key = refs.get(line.chosen) or made.get(line.chosen)
            if key is not None:
                found[line.number] = key
            elif not line.chosen.startswith("line:"):
                line.refuse("investor.name", _("The record that you chose is no longer there."))
        for line in lines:
            # What is another one goes to no record, but to what a row of its name has created.
            name = f"new:{line.key}" if line.decision == Decision.NEW else line.key
            if line.number not in found and name in made:
                found[line.number] = made[name]
        return found

    def _still_new(self, lines: Sequence[Line]) -> list[Line]:
        """Those that are still nobody's twin: somebody may have recorded one since the check."""
        asked = [line for line in lines if not line.decision and not line.errors]
        twins = twins_of(self.user, asked, other_than=self.ours)
        for number, found in twins.items():
            line = next(line for line in asked if line.number == number)
            line.outcome, line.twins = Outcome.TWIN, found
        return [line for line in lines if line.number not in twins]

    def _made(self, lines: Sequence[Line]) -> list[tuple[Line, NewCompany]]:
        """Make the companies of these lines; one that is refused makes nothing."""
        by_key: dict[str, NewCompany] = {}
        pairs: list[tuple[Line, NewCompany]] = []
        for line in lines:
            before = len(line.errors)
            known = by_key.get(line.key)
            trial = NewCompany(known.investor, [*known.leads], [*known.people]) if known else None
            company = self._company_of(line, trial) if not line.errors else None
            if company is None or len(line.errors) > before:
                continue
            if known is not None:
                known.leads, known.people = company.leads, company.people
                company = known
            by_key[line.key] = company
            pairs.append((line, company))
        create_companies(actor=self.user, companies=list(by_key.values()))
        return pairs

    def _report(self, pairs: Sequence[tuple[Line, NewCompany]]) -> None:
        first: set[int] = set()
        for line, company in pairs:
            investor = company.investor
            line.result, line.link = Result.CREATED, investor.get_absolute_url()
            line.principal = investor.pk
            if investor.pk not in first:
                first.add(investor.pk)
                self.note_created(investor)
            title = key_of(line.values.get("lead.title", ""))
            for each in company.leads:
                if title and key_of(each.lead.title) == title:
                    line.link = each.lead.get_absolute_url()
        for company in {id(company): company for _line, company in pairs}.values():
            self._note(company)

    def _note(self, company: NewCompany) -> None:
        """A new company is undone as a whole or not at all: nobody is left with half of one."""
        for each in company.leads:
            links = {name: each.many.get(name, []) for name in MANY}
            self.note_created(each.lead, under=company.investor, links=links)
            if each.action is not None:
                self.note_created(each.action, under=company.investor)
        for person, _through in company.people:
            self.note_created(person, under=company.investor)

    def _write_update(self, line: Line, key: int) -> None:
        """Through the services, each row in a savepoint of its own."""
        try:
            with transaction.atomic():
                investor = existing.loaded(Investor.objects.filter(pk=key))[0]
                if investor.is_archived:
                    if line.decision != Decision.RESTORE:
                        line.outcome, line.twins = Outcome.ARCHIVED, [_archived(investor)]
                        return
                    with self.changing(investor):
                        restore_investor(actor=self.user, investor=investor)
                    investor = existing.loaded(Investor.objects.filter(pk=key))[0]
                plan = existing.planned(self.user, line, investor, overwrite=self.overwrite)
                if line.errors:
                    raise ValidationError("")
                plan.carry_out(self, self._following(line))
                line.link = plan.link
        except PermissionDenied:
            line.refuse("investor.name", _("You may not change this record."))
        except ValidationError as error:
            if not line.errors:
                reading.refuse_all(line, "", error)
        else:
            has_changes = plan.has_changes or line.decision == Decision.RESTORE
            line.result = Result.UPDATED if has_changes else Result.UNCHANGED
            line.told, line.principal = plan.note, investor.pk
        if line.errors:
            line.result, line.told = Result.REFUSED, reading.reasons(line)


def _parts(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Rows that are written one after the other: first those that wait for none of the others,
    then those that are the same as one of them, then what shares its key with such a row."""
    here = {f"line:{line.number}" for line in lines}
    waiting = [line for line in lines if line.chosen in here]
    keys = {line.key for line in waiting}
    parts = (
        [line for line in lines if line.key not in keys],
        waiting,
        [line for line in lines if line.key in keys and line not in waiting],
    )
    return filter(None, parts)


def _archived(investor: Investor) -> Twin:
    return Twin("archived", investor.ref, str(investor), _("archived"))
