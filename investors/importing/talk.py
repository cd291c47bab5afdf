"""Interactions from a file: what was said on leads that are on record."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from django.db.models import Model
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ifa_crm.imports.nouns import Column, Line
from ifa_crm.imports.records import RecordImporter
from ifa_crm.imports.values import Choice, Moment, Text, Value, known_minute
from ifa_crm.imports.words import choice_words, key_of
from investors.choices import Direction, InteractionKind, Result
from investors.clocks import Calendars
from investors.importing.reading import ascii_lower
from investors.models import Contact, Interaction, Lead
from investors.models.activity import SPOKEN
from investors.services.clocks import wind
from investors.services.interactions import Said, edit_interaction, log_interaction

_SAID: Final = ("kind", "direction", "result", "happened_at", "subject", "text")
COLUMNS: Final[tuple[Column, ...]] = (
    Column("lead", gettext_lazy("lead"), "", ("lead reference", "référence de la piste", "piste")),
    Column(
        "investor",
        gettext_lazy("investor"),
        "",
        ("company", "entreprise", "investisseur", "société"),
        help=gettext_lazy("With the need, where no reference of the lead is given."),
    ),
    Column("need", gettext_lazy("need in a few words"), "", ("need", "title", "besoin", "objet")),
    Column("happened_at", gettext_lazy("when"), "", ("date", "quand", "le"), required=True),
    Column("kind", gettext_lazy("kind"), "", ("type", "channel", "canal", "nature")),
    Column("direction", gettext_lazy("direction"), "", ("from whom", "sens", "de qui")),
    Column("result", gettext_lazy("result"), "", ("résultat", "outcome")),
    Column("subject", gettext_lazy("subject"), "", ("sujet", "objet du message")),
    Column("text", gettext_lazy("text"), "", ("texte", "notes", "message", "what was said")),
    Column("contact", gettext_lazy("with whom"), "", ("contact", "person", "avec qui", "e-mail")),
    Column("ref", gettext_lazy("reference"), "", ("interaction reference", "référence")),
)
_DIRECTIONS: Final = {
    **dict.fromkeys(("in", "inbound", "received", "reçu", "entrant", "them"), Direction.IN),
    **dict.fromkeys(("out", "outbound", "sent", "envoyé", "sortant", "us"), Direction.OUT),
}
_KINDS: Final = {
    **dict.fromkeys(("mail", "courriel", "e-mail"), InteractionKind.EMAIL),
    **dict.fromkeys(("phone", "telephone", "téléphone", "phone call"), InteractionKind.CALL),
    **dict.fromkeys(("meeting", "visite", "réunion", "rendez-vous"), InteractionKind.VISIT),
}


class InteractionImporter(RecordImporter):
    """Each row through the service that logs one typed in: its clocks, answers and stages."""

    columns = COLUMNS

    def readers(self) -> Mapping[str, Value]:
        return {
            **{name: Text() for name in ("ref", "lead", "investor", "need", "contact")},
            "happened_at": Moment(self.user.zone),
            "kind": Choice(choice_words(InteractionKind.choices, _KINDS)),
            "direction": Choice(choice_words(Direction.choices, _DIRECTIONS)),
            "result": Choice(choice_words(Result.choices)),
            "subject": Text(most=200),
            "text": Text(lines=True),
        }

    def identify(self, lines: Iterable[Line]) -> None:
        for line in lines:
            named = [line.values.get(name) for name in ("lead", "investor", "need", "ref")]
            said = [line.values.get(name) for name in _SAID]
            line.key = "|".join(str(part or "")[:40] for part in (*named, *said))[:300]

    def known(self, lines: Sequence[Line]) -> dict[int, Interaction]:
        """By reference; else what is on record word for word: a file brought in again."""
        self._find_leads(lines)
        seen = Interaction.objects.visible_to(self.user).select_related("lead__investor")
        asked = {line.number: line.values["ref"] for line in lines if line.says("ref")}
        by_ref = {row.ref: row for row in seen.filter(ref__in=asked.values())}
        found: dict[int, Interaction] = {}
        for number, ref in asked.items():
            if ref in by_ref:
                found[number] = by_ref[ref]
        leads = {lead.pk for lead in self._leads.values()}
        logged = {self._said(row): row for row in seen.filter(lead__in=leads)}
        for line in lines:
            lead = self._leads.get(line.number)
            if line.says("ref") and line.number not in found:
                line.refuse("ref", _("There is no such interaction."))
            elif lead is not None and line.number not in found:
                row = logged.get(self._said(self.fresh(line)))
                if row is not None:
                    found[line.number] = row
        return found

    def _said(self, row: Interaction) -> tuple[Any, ...]:
        minute = self._minute(row.happened_at) if row.happened_at else None
        return (row.lead_id, row.kind, row.direction, minute, row.subject, row.text.strip())

    def _minute(self, moment: dt.datetime) -> dt.datetime:
        return known_minute(moment, self.user.zone)

    def _find_leads(self, lines: Sequence[Line]) -> None:
        """The lead of each row: by reference, else by investor and need, among visible ones."""
        self._leads: dict[int, Lead] = {}
        seen = Lead.objects.visible_to(self.user).live().select_related("investor")
        refs = [line.values["lead"] for line in lines if line.says("lead")]
        by_ref = {row.ref: row for row in seen.filter(ref__in=refs)}
        spelt = {line.values.get("investor", "") for line in lines}
        lowered = {v for name in spelt if name for v in (name.lower(), ascii_lower(name))}
        named: dict[str, list[Lead]] = {}
        for row in seen.alias(lower=Lower("investor__name")).filter(lower__in=lowered):
            named.setdefault(key_of(row.investor.name), []).append(row)
        for line in lines:
            if line.says("lead"):
                leads = [by_ref[line.values["lead"]]] if line.values["lead"] in by_ref else []
            else:
                leads = self._by_name(line, named.get(key_of(line.values.get("investor", "")), []))
            if len(leads) == 1:
                self._leads[line.number] = leads[0]
            elif not line.says("ref") and not line.errors:
                line.refuse("lead", self._why_no_lead(line, leads))

    @staticmethod
    def _why_no_lead(line: Line, leads: list[Lead]) -> str:
        name = line.values.get("investor", "")
        if leads:
            told = _("“%(name)s” has several leads: give the need or the reference of one.")
        elif name and not line.says("lead"):
            told = _("No such lead of “%(name)s” is on record: give its reference.")
        else:
            return _("Which lead this is about cannot be told: give its reference.")
        return told % {"name": name}

    @staticmethod
    def _by_name(line: Line, leads: list[Lead]) -> list[Lead]:
        need = key_of(line.values.get("need", ""))
        return [lead for lead in leads if not need or key_of(lead.title) == need]

    def fresh(self, line: Line) -> Interaction:
        lead = self._leads.get(line.number)
        values = {name: line.values.get(name, "") for name in _SAID}
        values["kind"] = values["kind"] or InteractionKind.NOTE
        if values["kind"] == InteractionKind.NOTE:
            values["direction"] = ""
        if values["kind"] not in SPOKEN:
            values["result"] = ""
        elif not values["result"]:
            values["result"] = Result.SPOKE
        if not values["happened_at"]:
            values["happened_at"] = None
            line.refuse("happened_at", _("Say when that was."))
        return Interaction(lead=lead, logged_by=self.user, **values)

    def _check(self, line: Line, row: Model) -> None:
        """With the reply clock that the service will set: what came in must have one."""
        if isinstance(row, Interaction) and row.lead_id and row.happened_at:
            wind(row, row.lead, self.calendars)
        super()._check(line, row)

    @cached_property
    def calendars(self) -> Calendars:
        return Calendars()

    def changes(self, row: Interaction, line: Line) -> dict[str, Any]:
        found = super().changes(row, line)
        said = found.get("happened_at")
        if said and self._minute(said) == self._minute(row.happened_at):
            del found["happened_at"]
        return {name: value for name, value in found.items() if name in _SAID}

    def save(self, row: Interaction, line: Line) -> Interaction:
        said = Said(**{name: getattr(row, name) for name in _SAID})
        if row.pk is None:
            people = self._people(line, row.lead)
            with self.changing(row.lead):
                return log_interaction(actor=self.user, lead=row.lead, said=said, contacts=people)
        people = list(row.contacts.all())
        return edit_interaction(actor=self.user, interaction=row, said=said, contacts=people)

    def _people(self, line: Line, lead: Lead) -> list[Contact]:
        """The contact that a row names, by name or e-mail address."""
        word = key_of(line.values.get("contact", ""))
        if not word:
            return []
        usable = Contact.objects.visible_to(self.user).usable_on(lead).live()
        found = [each for each in usable if word in {key_of(each.name), key_of(each.email)}]
        if len(found) != 1:
            line.refuse("contact", _("“%s” is nobody at this investor.") % line.values["contact"])
        return found[:1]
