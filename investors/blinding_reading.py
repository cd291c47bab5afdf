"""What :mod:`investors.blinding` works on and what a blind brief tells, read from the database."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from zoneinfo import available_timezones

from babel.messages.pofile import read_po
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_countries import countries

from clusters.models import Cluster, ExchangeRate, Region, Sector, Topic, TopicWords
from ifa_crm.shared.columns import in_one_line
from ifa_crm.shared.messages_catalogue import PO
from ifa_crm.shared.templatetags.ifa import grouped
from ifa_crm.staff.models import Office, User
from investors.blinding import Finding, Identity, findings
from investors.choices import Answer, BlindFact, CompanySize, Horizon, Mode
from investors.domains import listed
from investors.models import BlindBrief, Investor, Lead, Objective
from investors.parts_of_the_world import part_of_the_world
from investors.topics import ENGLISH, FRENCH, folded_words, stem

OTHERS: Final = 3
"""Companies whose leads must use a word before it tells nothing of one."""
READ_MOST: Final = 2000  # leads of others that are looked through, the newest
LANGUAGES: Final = (ENGLISH, FRENCH)
BANDS: Final = (100_000, 500_000, 1_000_000, 5_000_000, 10_000_000, 50_000_000)
"""Of R&D budgets, in euros."""
_CAPITALS: Final = re.compile(r"\b(?=\w*[A-Z])[A-Z0-9][A-Z0-9]+(?:[-/]?[A-Z0-9]+)*\b")
_NEVER_PRODUCTS: Final = listed(
    "R D RD SME PME EU UE US UK CEO CTO IT AI IA NDA CIR TV LED USA EUR USD JPY GBP"
)
# By ISO 3166-1: how words begin (a word of four letters or less: the word itself) that say where
# somebody is from, where the country's name does not.
_FROM: Final = {
    "US": "ameri usa",
    "GB": "briti brita engli engla anglai angle scott ecoss welsh gallo uk",
    "NL": "dutch hollan neerl pays-bas",
    "CH": "swiss suiss helve",
    "DE": "german deuts allem",
    "JP": "japan japon nippo",
    "CN": "china chine chino",
    "KR": "korea coree",
    "TW": "taiwan formo",
    "IN": "india indien inde",
    "ES": "spain spani espag",
    "IT": "itali italy",
    "DK": "danish danois danem denma",
    "SE": "swede swedi suede suedo",
    "NO": "norwe norve",
    "FI": "finni finla finno",
    "PL": "polish polon polan",
    "TR": "turke turki turqu turc turk",
    "IE": "irish irlan irela",
    "GR": "greek grec greci",
    "CZ": "czech tchequ",
    "AT": "austri autri",
    "BE": "belgi belge",
    "PT": "portu",
    "BR": "brazi bresi",
    "CA": "canad quebe",
    "RU": "russi russe",
    "IL": "israe",
    "AU": "austra",
    "NZ": "kiwi",
    "MX": "mexic",
    "AE": "emira uae",
    "SA": "saudi saoud",
    "SG": "singa",
    "HU": "hunga hongr magya",
    "RO": "roman rouma",
}


@dataclass(frozen=True)
class Common:
    """Words that tell nothing of one company: as they stand, and their stems in both languages."""

    words: frozenset[str]
    stems: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, words: Iterable[str]) -> "Common":
        all_words = frozenset(words)
        return cls(all_words, frozenset((la, stem(w, la)) for w in all_words for la in LANGUAGES))

    def __call__(self, word: str) -> bool:
        return word in self.words or any((la, stem(word, la)) in self.stems for la in LANGUAGES)


@lru_cache(maxsize=1)
def _own_words() -> Common:
    """The words of the program's own sentences, in both languages."""
    with PO.open("rb") as file:
        catalogue = read_po(file, locale="fr")
    words = set[str]()
    for message in catalogue:
        for side in (message.id, message.string):
            for text in side if isinstance(side, list | tuple) else [side]:
                words.update(folded_words(text or ""))
    return Common.of(words)


def _vocabulary_words() -> Iterator[str]:
    """Of topics, sectors, objectives, and of what is published of clusters."""
    texts: list[Any] = []
    for names in (
        Topic.objects.values_list("name_en", "name_fr"),
        Sector.objects.values_list("label_en", "label_fr", "description_en"),
        Objective.objects.values_list("label_en", "label_fr"),
        Cluster.objects.values_list("specialty", "keywords"),
        TopicWords.objects.values_list("texts"),
    ):
        texts.extend(value for row in names for value in row)
    for text in texts:
        for each in text if isinstance(text, list) else [text]:
            yield from folded_words(each)


def _words_of_others(lead: Lead) -> Iterator[str]:
    """Words that leads of at least three other companies use; no confidential one is looked at."""
    rows = Lead.objects.live().filter(restricted=False).exclude(investor=lead.investor_id)
    users: dict[tuple[str, str], set[int]] = defaultdict(set)  # by stems: of whatever form
    words = set[str]()
    read = rows.order_by("-pk").values_list("investor_id", "title", "makes", "wants")[:READ_MOST]
    for investor, *texts in read:
        for text in texts:
            for word in folded_words(text):
                words.add(word)
                for language in LANGUAGES:
                    users[language, stem(word, language)].add(investor)
    for word in words:
        if any(len(users[language, stem(word, language)]) >= OTHERS for language in LANGUAGES):
            yield word


@dataclass(frozen=True)
class Measure:
    """What is common, and which places are known."""

    own: Common
    others: Common
    cities: frozenset[str]

    def is_common(self, word: str) -> bool:
        return self.own(word) or self.others(word)


def read_measure(lead: Lead) -> Measure:
    others = Common.of([*_vocabulary_words(), *_words_of_others(lead)])
    return Measure(_own_words(), others, frozenset(_cities()))


def _cities() -> Iterator[str]:
    """Cities of offices, capitals of regions, seats of clusters, cities that name time zones."""
    names = {zone.rpartition("/")[2] for zone in available_timezones() if "/" in zone}
    names |= set(Office.objects.values_list("city", flat=True))
    names |= set(Region.objects.values_list("capital", flat=True))
    names |= set(Cluster.objects.values_list("seat_city", flat=True))
    for name in names:
        if len(squeezed := "".join(folded_words(name.replace("_", " ")))) > 3:
            yield squeezed


# --- who the company is ---------------------------------------------------------------------------


def identity_of(lead: Lead) -> Identity:
    """Everything on record that would name the company of ``lead``, its group and its people."""
    family = list(_family(lead.investor))
    people = [
        (contact.name, contact.native_name, contact.email)
        for contact in lead.investor.contacts.all()
    ]
    mails = [email for *_names, email in people if email]
    texts = [lead.title, lead.makes, lead.wants, *(each.notes for each in family)]
    others = [name for each in family for name in re.split(r"[,;/|]", each.other_names)]
    organisation = lead.investor.organisation
    return Identity(
        names=_told(
            *(n for each in family for n in (each.name, each.native_name, each.romanised_name)),
            *others,
            *([organisation.name] if organisation else []),
        ),
        people=_told(*(name for *names, _email in people for name in names)),
        domains=_told(*_domains([each.website for each in family], mails)),
        codes=_told(
            lead.ref,
            lead.investor.ref,
            *(c for each in family for c in (each.lei, each.siren, each.register_number)),
        ),
        places=_told(*(p for each in family for p in (each.city, each.presence_site))),
        countries=_told(*_countries(family)),
        products=_told(
            *(w for text in texts for w in _CAPITALS.findall(text) if w not in _NEVER_PRODUCTS)
        ),
    )


def _told(*values: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values if value and value.strip()))


def _family(investor: Investor) -> Iterator[Investor]:
    """The company and those above it."""
    seen = set[int]()
    member: Investor | None = investor
    while member is not None and member.pk not in seen:
        seen.add(member.pk)
        yield member
        member = member.parent


def _domains(websites: list[str], mails: list[str]) -> Iterator[str]:
    """*acme.co.jp* and *acme*; of mail providers that everybody uses, nothing."""
    hosts = [re.sub(r"^(?:https?://)?(?:www\.)?", "", site).split("/")[0] for site in websites]
    hosts += [mail.rpartition("@")[2] for mail in mails]
    for host in hosts:
        if host and host.casefold() not in _PROVIDERS:
            yield host
            labels = [label for label in host.split(".")[:-1] if label not in _SECOND]
            if labels and len(labels[-1]) > 2:
                yield labels[-1]


_SECOND: Final = frozenset({"co", "com", "ac", "or", "ne", "org", "net", "gov"})
_PROVIDERS: Final = listed("gmail.com outlook.com hotmail.com yahoo.com icloud.com qq.com 163.com")


def _countries(family: list[Investor]) -> Iterator[str]:
    codes = {str(each.control_country) for each in family} | {
        str(each.seat_country) for each in family
    }
    for code in filter(None, codes):
        yield from _FROM.get(code, "").split()
        for language in LANGUAGES:
            with override(language):
                name = str(countries.name(code))
            yield name if len(name) < 7 or " " in name else name[:-2]


# --- what the brief tells -------------------------------------------------------------------------


def facts_of(lead: Lead, shows: Iterable[str]) -> list[tuple[str, str]]:
    """Label and words of each fact that is told, in the language that is active."""
    wanted = set(shows)
    return [(str(fact.label), words) for fact, words in _on_record(lead) if fact in wanted]


def tellable(lead: Lead) -> list[BlindFact]:
    """The facts that are on record."""
    return [fact for fact, _words in _on_record(lead)]


def _on_record(lead: Lead) -> list[tuple[BlindFact, str]]:
    said = (
        (BlindFact.TOPICS, in_one_line(lead.topics.all()) or in_one_line(lead.sectors.all())),
        (BlindFact.SIZE, _size(lead.investor)),
        (BlindFact.PART, str(part_of_the_world(str(lead.investor.control_country)))),
        (BlindFact.OBJECTIVES, in_one_line(lead.objectives.all())),
        (BlindFact.MODE, _answered(lead.mode, Mode)),
        (BlindFact.HORIZON, _answered(lead.horizon, Horizon)),
        (BlindFact.BUDGET, _budget(lead)),
    )
    return [(fact, words) for fact, words in said if words]


def _size(investor: Investor) -> str:
    return str(CompanySize(investor.size).label) if investor.size else ""


def _answered(value: str, choices: Any) -> str:
    unsaid = {choices.NOT_ASKED, choices.DOES_NOT_KNOW, choices.WILL_NOT_SAY}
    return "" if value in unsaid else str(choices(value).label)


def _budget(lead: Lead) -> str:
    """A band in euros, at the last rate on record; nothing for a currency without one."""
    if lead.budget_answer != Answer.GIVEN or lead.budget_amount is None:
        return ""
    _year, rates = ExchangeRate.objects.latest_year()
    rate = rates.get(lead.budget_currency)
    return band_of(lead.budget_amount / rate) if rate else ""


def band_of(euros: Decimal) -> str:
    """Between which two round figures an amount lies."""
    above = [limit for limit in BANDS if euros >= limit]
    below = [limit for limit in BANDS if euros < limit]
    if not above:
        return _("under EUR %(most)s") % {"most": grouped(below[0])}
    if not below:
        return _("EUR %(least)s and more") % {"least": grouped(above[-1])}
    return _("EUR %(least)s to %(most)s") % {"least": grouped(above[-1]), "most": grouped(below[0])}


def words_of(brief: BlindBrief, language: str) -> str:
    return (brief.words_fr if language == FRENCH else brief.words_en).strip()


def told_of(brief: BlindBrief, language: str) -> str:
    """The facts as lines."""
    with override(language):
        colon = _(":")
        return "\n".join(
            f"{label}{colon} {said}" for label, said in facts_of(brief.lead, brief.shows)
        )


def text_of(brief: BlindBrief, language: str, answer_to: User) -> str:
    """The whole brief: the text as released, once it was.

    Of whoever answers only name and address are told: an office or a telephone number abroad
    would say where the company is.
    """
    if not brief.is_draft:
        return brief.text_fr if language == FRENCH else brief.text_en
    with override(language):
        sender = f"{answer_to} <{answer_to.email}>" if answer_to.email else str(answer_to)
        parts = [
            _("A foreign company looks for partners in France"),
            told_of(brief, language),
            words_of(brief, language),
            _(
                "The Invest in France Agency does not name the company before it agrees to be "
                "named. Would you like to know more, or to meet it? Please answer to %(sender)s."
            )
            % {"sender": sender},
        ]
    return "\n\n".join(part for part in parts if part) + "\n"


def findings_of(brief: BlindBrief) -> list[Finding]:
    """What could give the company away in either language."""
    measure = read_measure(brief.lead)
    identity = identity_of(brief.lead)
    found: dict[str, Finding] = {}
    for language in LANGUAGES:
        for finding in findings(
            told=told_of(brief, language),
            written=words_of(brief, language),
            identity=identity,
            is_common=measure.is_common,
            cities=measure.cities,
        ):
            found.setdefault(finding.key, finding)
    return list(found.values())


def open_findings(brief: BlindBrief) -> list[Finding]:
    """Those that nobody has cleared."""
    cleared = {entry["key"] for entry in brief.cleared}
    return [finding for finding in findings_of(brief) if finding.key not in cleared]


def language_for(languages: str) -> str:
    """Of a leader who speaks these: French if they do, or nothing is recorded; else English."""
    spoken = folded_words(languages)
    french = {"french", "francais", "fr"} & set(spoken)
    english = {"english", "anglais", "en"} & set(spoken)
    return ENGLISH if english and not french else FRENCH
