"""The field that finds the company behind a new lead: an investor, an organisation, a new name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from clusters.choices import COMPANIES
from clusters.models import Organisation
from ifa_crm.shared.combobox import OFFERED, Combobox
from ifa_crm.shared.fold import fold
from ifa_crm.shared.unreadable import MARK
from ifa_crm.staff.models import User
from investors.models import Investor
from investors.ties import ties_of
from investors.twins import Twin, likely_twins

NEW: Final = "new"
ORGANISATION: Final = "organisation:"


@dataclass(frozen=True)
class Company:
    """What was picked or typed: on record as an investor, as an organisation, or not yet."""

    name: str
    investor: Investor | None = None
    organisation: Organisation | None = None


@dataclass(frozen=True)
class Offer:
    """One line of the picker."""

    key: str
    label: str
    note: str = ""


def investors_like(user: User, text: str) -> "QuerySet[Investor]":
    return Investor.objects.visible_to(user).live().search(text)


def organisations_like(user: User, text: str) -> "QuerySet[Organisation]":
    """Companies of the clusters' side that are no investor yet, as far as ``user`` can see."""
    known = Investor.objects.visible_to(user).live().filter(organisation=OuterRef("pk"))
    rows = Organisation.objects.visible_to(user).live().search(text)
    return rows.filter(~Exists(known), kind__in=sorted(COMPANIES))


def offers(user: User, text: str) -> tuple[list[Offer], bool]:
    """What the picker shows for ``text``, and whether more match than it shows.

    Before those that hold the text come those on record that are likely the same company, though
    spelt otherwise, with why.
    """
    investors = list(investors_like(user, text).select_related("organisation")[: OFFERED + 1])
    twins = _live_twins(user, text)
    organisations = list(organisations_like(user, text)[: OFFERED + 1])
    behind = [each.organisation for each in investors if each.organisation is not None]
    ties = ties_of([*organisations, *behind], user)
    lines = [*_of_investors(investors, ties, twins), *_of_organisations(organisations, ties)]
    return lines[:OFFERED], len(lines) > OFFERED


def _live_twins(user: User, text: str) -> list[Twin]:
    twins = likely_twins(user=user, name=text) if text else []
    return [twin for twin in twins if not twin.record.is_archived]


def _of_investors(
    investors: list[Investor], ties: Mapping[int, Any], twins: list[Twin]
) -> Iterator[Offer]:
    why = {twin.record.pk: twin.reasons for twin in twins}
    found = {row.pk: row for row in investors}
    likely = [found.pop(twin.record.pk, twin.record) for twin in twins]
    for investor in (*likely, *found.values()):
        known = [str(tie) for tie in ties.get(investor.organisation_id or 0, [])][:1]
        told = [investor.control_country.name, *known, *why.get(investor.pk, ())]
        yield Offer(investor.ref, investor.name, " · ".join(told))


def _of_organisations(rows: list[Organisation], ties: Mapping[int, Any]) -> Iterator[Offer]:
    for row in rows:
        known = [str(tie) for tie in ties.get(row.pk, [])][:1] or [row.get_kind_display()]
        place = [str(row.country.name)] if row.country else []
        note = " · ".join([*place, *known, str(_("not an investor yet"))])
        yield Offer(f"{ORGANISATION}{row.ref}", row.name, note)


class CompanyField(forms.Field):
    """A company by what is typed. One that is like others on record is asked about first.

    ``open_to(user)`` must be called before the field is used: it finds only what they may see.
    """

    widget = Combobox
    user: User
    default_error_messages = {
        "required": _("Say which company it is."),
        "several": _("Is it one of these? Pick it, or say that it is a new one."),
        "unreadable": _("The name holds a character that cannot be read. Type it again."),
        "gone": _("That company is not there, or not open to you."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.options_url = reverse_lazy("investors:company_options")

    def __deepcopy__(self, memo: dict[int, Any]) -> "CompanyField":
        copied: CompanyField = super().__deepcopy__(memo)
        copied.widget.matches = []
        copied.widget.label_of = copied._label_of
        return copied

    def open_to(self, user: User) -> None:
        self.user = user

    def _label_of(self, key: str) -> str:
        try:
            return self._by_key(key, "").name
        except ValidationError:
            return ""

    def to_python(self, value: Any) -> Company | None:
        if not isinstance(value, dict):
            value = {"key": value or "", "text": None, "for": ""}
        key, text = value["key"], value["text"]
        if MARK in (text or ""):
            raise ValidationError(self.error_messages["unreadable"], code="unreadable")
        if text is None or (key and text == value["for"]):
            return self._by_key(key, (text or "").strip()) if key else None
        return self._by_text(text.strip())

    def _by_key(self, key: str, text: str) -> Company:
        if key == NEW and text:
            return Company(text)
        if key.startswith(ORGANISATION):
            rows = Organisation.objects.visible_to(self.user).live()
            organisation = rows.filter(ref=key.removeprefix(ORGANISATION)).first()
            if organisation is not None:
                return Company(organisation.name, organisation=organisation)
        investor = Investor.objects.visible_to(self.user).live().filter(ref=key).first()
        if investor is None:
            raise ValidationError(self.error_messages["gone"], code="gone")
        return Company(investor.name, investor=investor)

    def _by_text(self, text: str) -> Company | None:
        if not text:
            return None
        same = [found for found in self._found(text) if _is_called(found, text)]
        investors = [found for found in same if found.investor is not None]
        if len(investors) == 1 or len(same) == 1:
            return (investors or same)[0]
        lines, more = offers(self.user, text)
        twins = likely_twins(user=self.user, name=text)
        archived = [twin for twin in twins if twin.record.is_archived]
        if not lines and not archived:
            return Company(text)
        new = _("None of these: a new investor “%(name)s”") % {"name": text}
        matches = [(line.key, f"{line.label} ({line.note})") for line in lines]
        self.widget.matches = [*matches, (NEW, str(new))]
        words = [self.error_messages["several"]] if lines else []
        words += [
            _("“%(name)s” is archived (%(why)s): restore it, or say that it is a new one.")
            % {"name": twin.record, "why": ", ".join(twin.reasons)}
            for twin in archived
        ]
        if more:
            words.append(_("More match than are shown: type more of the name."))
        raise ValidationError([ValidationError(word, code="several") for word in words])

    def _found(self, text: str) -> Iterator[Company]:
        for investor in investors_like(self.user, text)[: OFFERED * 5]:
            yield Company(investor.name, investor=investor)
        for organisation in organisations_like(self.user, text)[: OFFERED * 5]:
            yield Company(organisation.name, organisation=organisation)


def _is_called(company: Company, text: str) -> bool:
    """Whether the company's name, in any of its writings, is exactly the text."""
    names = [company.name]
    if company.investor is not None:
        names += [company.investor.native_name, company.investor.romanised_name]
    return fold(text) in {fold(name) for name in names if name}
