"""How the cells of a row of investors, contacts and leads are read, and what they make."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from clusters.models import Organisation, Region, Sector, Topic
from ifa_crm.imports.nouns import Line
from ifa_crm.imports.values import (
    Amount,
    Choice,
    Country,
    Currency,
    Day,
    Email,
    Flag,
    Moment,
    Named,
    Phone,
    Several,
    Squeezed,
    Text,
    Value,
    Website,
)
from ifa_crm.imports.words import (
    choice_words,
    part_words,
    people_words,
    record_words,
)
from ifa_crm.staff.choices import Language
from ifa_crm.staff.models import Office, User
from ifa_crm.staff.roles import Act
from investors.choices import (
    Answer,
    CompanySize,
    Confidential,
    Horizon,
    Mode,
    Origin,
    Presence,
    Priority,
)
from investors.importing.columns import COLUMNS
from investors.models import Contact, Investor, Lead, Objective

# What people write who fill in no form.
_UNSURE: Final = {
    **dict.fromkeys(
        ("?", "unknown", "tbd", "tbc", "n/k", "inconnu", "ne sait pas", "不明"), "know"
    ),
    **dict.fromkeys(("undisclosed", "will not say", "refus", "non communiqué", "nc"), "say"),
    **dict.fromkeys(("n/a", "-", "–", "none", "not asked", "non demandé"), "asked"),
}
_MEANT: Final = {"know": "does not know", "say": "will not say", "asked": "not asked"}
UNSURE: Final = {word: _MEANT[meaning] for word, meaning in _UNSURE.items()}
_CONFIDENTIAL: Final = {"yes": "yes", "oui": "yes", "x": "yes", "1": "yes", "true": "yes"} | {
    "no": "no",
    "non": "no",
    "0": "no",
    "false": "no",
    "vrai": "yes",
    "faux": "no",
    **dict.fromkeys(("?", "n/a", "-"), "not asked"),
}
_LEAD_SAYS: Final = (
    *(
        "title",
        "ref",
        "wants",
        "makes",
        "sectors",
        "topics",
        "objectives",
        "budget",
        "investment",
        "jobs",
    ),
    *("mode", "horizon"),
)
_AMOUNTS: Final = ("budget", "investment", "jobs")


def _length(model: Any, name: str) -> int:
    return model._meta.get_field(name).max_length or 0


def _texts(model: Any, prefix: str, *names: str) -> dict[str, Value]:
    return {f"{prefix}.{name}": Text(most=_length(model, name)) for name in names}


def readers(user: User) -> Mapping[str, Value]:
    """A reader for every column."""
    return {**_of_investors(), **_of_contacts(), **_of_leads(user)}


def _of_investors() -> dict[str, Value]:
    country = Country()
    names = ("name", "native_name", "romanised_name", "other_names", "city", "presence_site")
    return {
        **_texts(Investor, "investor", *names, "register_number"),
        "investor.ref": Text(),
        "investor.parent": Text(),
        "investor.organisation": Text(),
        "investor.notes": Text(lines=True),
        "investor.control_country": country,
        "investor.seat_country": country,
        "investor.website": Website(most=_length(Investor, "website")),
        "investor.size": Choice(choice_words(CompanySize.choices)),
        "investor.presence": Choice(choice_words(Presence.choices)),
        "investor.lei": Squeezed(),
        "investor.siren": Squeezed(),
    }


def _of_contacts() -> dict[str, Value]:
    return {
        **_texts(Contact, "contact", "name", "native_name", "position"),
        "contact.ref": Text(),
        "contact.email": Email(),
        "contact.phone": Phone(most=_length(Contact, "phone")),
        "contact.language": Choice(choice_words(Language.choices)),
        "contact.is_active": Flag(),
    }


def _of_leads(user: User) -> dict[str, Value]:
    answers = Choice(choice_words(Answer.choices, UNSURE))
    people = Named(lambda: people_words(_staff()))
    offices = Office.objects.filter(is_active=True)
    return {
        **_texts(Lead, "lead", "title", "origin_detail"),
        "lead.ref": Text(),
        "lead.wants": Text(lines=True),
        "lead.makes": Text(lines=True),
        "lead.sectors": Several(Named(_sector_words)),
        "lead.topics": Several(
            Named(lambda: record_words(Topic.objects.live(), "key", "name_en", "name_fr"))
        ),
        "lead.objectives": Several(_named(Objective, "key", "label_en", "label_fr")),
        "lead.preferred_regions": Several(_named(Region, "name", "name_today")),
        "lead.mode": Choice(choice_words(Mode.choices, UNSURE)),
        "lead.horizon": Choice(choice_words(Horizon.choices, UNSURE)),
        "lead.budget": Amount(answers),
        "lead.investment": Amount(answers),
        "lead.jobs": Amount(answers, whole=True),
        "lead.budget_currency": Currency(),
        "lead.investment_currency": Currency(),
        "lead.confidential": Choice(choice_words(Confidential.choices, _CONFIDENTIAL)),
        "lead.origin": Choice(choice_words(Origin.choices)),
        "lead.priority": Choice(choice_words(Priority.choices)),
        "lead.owner": people,
        "lead.deputy": people,
        "lead.office": Named(lambda: record_words(offices, "name", "city")),
        "lead.received_at": Moment(user.zone),
        "lead.action": Text(most=200),
        "lead.action_due": Day(),
    }


def _staff() -> list[User]:
    """Those who handle leads first: some names are proposed where one cannot be read."""
    able = list(User.objects.with_act(Act.HANDLE_OWN).order_by("pk"))
    others = User.objects.exclude(pk__in=[user.pk for user in able])
    return [*able, *others.order_by("-is_active", "pk")]


def _sector_words() -> dict[str, Any]:
    """Sectors by key and name, and by a word that only one has: *Chimie*, *Automotive*."""
    rows = list(Sector.objects.all())
    names = {f"{row.label_en} {row.label_fr}": row for row in rows}
    return part_words(names) | record_words(rows, "key", "label_en", "label_fr")


def _named(model: Any, *attributes: str) -> Named:
    return Named(lambda: record_words(model.objects.all(), *attributes))


# --- Records that a row names --------------------------------------------------------------


def resolve(user: User, lines: Sequence[Line]) -> None:
    """Put records in the place of the names of parents and organisations."""
    _resolve(lines, "investor.parent", Investor.objects.visible_to(user).live())
    _resolve(lines, "investor.organisation", Organisation.objects.visible_to(user).live())


def _resolve(lines: Sequence[Line], column: str, rows: Any) -> None:
    asked = {str(line.values[column]) for line in lines if column in line.values}
    if not asked:
        return
    folded = {variant for text in asked for variant in (text.lower(), ascii_lower(text))}
    found: dict[str, list[Any]] = {}
    for row in rows.alias(folded=Lower("name")).filter(folded__in=folded):
        found.setdefault(row.name.lower(), []).append(row)
    found |= {row.ref: [row] for row in rows.filter(ref__in=asked)}
    for line in lines:
        text = line.values.get(column)
        if not isinstance(text, str):
            continue
        known = found.get(text) or found.get(text.lower()) or []
        if len(known) == 1:
            line.values[column] = known[0]
            continue
        told = _("“%(name)s” is not on record.") if not known else _("“%(name)s” names several.")
        line.refuse(column, told % {"name": text})
        del line.values[column]


def ascii_lower(text: str) -> str:
    """What SQLite's LOWER makes of a text."""
    return "".join(c.lower() if c.isascii() else c for c in text)


# --- What a row makes ----------------------------------------------------------------------


def lacks_country(line: Line) -> bool:
    """Nothing says where the company is from: it may be one that is known already."""
    return not line.says("investor.control_country", "investor.seat_country")


def investor_fields(line: Line) -> dict[str, Any]:
    fields = line.under("investor")
    fields.pop("ref", None)
    if not fields.get("control_country") and fields.get("seat_country"):
        fields["control_country"] = fields["seat_country"]
    if not fields.get("control_country"):
        line.refuse(
            "investor.control_country", _("Say from which country the company is controlled.")
        )
    return fields


def has_contact(line: Line) -> bool:
    return any(key.startswith("contact.") for key in line.values)


def contact_fields(line: Line) -> dict[str, Any]:
    """Somebody of whom a file knows an address only goes by it."""
    fields = line.under("contact")
    fields.pop("ref", None)
    fields["name"] = fields.get("name") or fields.get("email", "")
    if not fields["name"]:
        line.refuse("contact.name", _("Say who that is."))
    return fields


def has_lead(line: Line) -> bool:
    return line.says(*(f"lead.{name}" for name in _LEAD_SAYS))


def lead_fields(line: Line, *, is_new: bool = True) -> dict[str, Any]:
    """The fields of a lead; ``is_new``: it must say what the need is."""
    fields = line.under("lead")
    for name in ("ref", "action", "action_due"):
        fields.pop(name, None)
    if is_new and not fields.get("title"):
        line.refuse("lead.title", _("Say what the need is, in a few words."))
    _check_handlers(line, fields)
    for name in _AMOUNTS:
        currency = fields.pop(f"{name}_currency", "")
        if name in fields:
            fields |= _amount(name, fields.pop(name), currency)
    return fields


def _check_handlers(line: Line, fields: Mapping[str, Any]) -> None:
    """A lead is given to people who handle leads; where one who left stands already, they stay."""
    for name in ("owner", "deputy"):
        person = fields.get(name)
        handles = person is None or (person.is_active and person.may(Act.HANDLE_OWN))
        if not handles and person not in line.there:
            line.refuse(f"lead.{name}", _("This person does not handle leads."))


def _amount(name: str, found: Any, currency: str) -> dict[str, Any]:
    number = "jobs" if name == "jobs" else f"{name}_amount"
    if found.answer is not None and found.answer != Answer.GIVEN:
        return {f"{name}_answer": found.answer, number: None}
    fields = {f"{name}_answer": Answer.GIVEN, number: found.number}
    if name != "jobs":
        fields[f"{name}_currency"] = found.currency or currency or "EUR"
    return fields


# --- In words ------------------------------------------------------------------------------

_LABELS: Final = {column.key: column for column in COLUMNS}


def column_of(prefix: str, name: str) -> str:
    """The column that a field of a model came from."""
    name = name.removesuffix("_amount").removesuffix("_answer")
    name = {"what": "action", "due": "action_due"}.get(name, name)
    return f"{prefix}.{name}" if name else prefix


def label_of(key: str) -> str:
    column = _LABELS.get(key)
    return column.full_label if column else ""


def reasons(line: Line) -> str:
    """Why a row is refused, in sentences."""
    told = [f"{label_of(key)} - {why}" if label_of(key) else why for key, why in line.errors]
    return "\n".join(dict.fromkeys(told))


def refuse_all(line: Line, prefix: str, error: ValidationError) -> None:
    """What a check says of fields, at the columns of a row."""
    if not hasattr(error, "error_dict"):
        for sentence in error.messages:
            line.refuse(prefix, sentence)
        return
    for name, errors in error.error_dict.items():
        for each in errors:
            column = "" if name == NON_FIELD_ERRORS else name
            if name == NON_FIELD_ERRORS and each.code and each.code.islower():
                column = str(each.code)
            key = column_of(prefix, column)
            if each.code == "blank" and any(key == refused for refused, _why in line.errors):
                continue  # what is missing was said already, in words for it
            for sentence in each.messages:
                line.refuse(key, sentence)
