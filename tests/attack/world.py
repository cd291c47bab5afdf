"""One investor whose only lead is confidential, with a row of everything under it and every row
of the clusters' side that rests on it; and an open lead beside it. Every word of it is unique."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from clusters.models import Cluster, Organisation, Project
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import Confidential, EngagementKind, EngagementState, OutcomeKind
from investors.models import (
    BlindBrief,
    BlindRelease,
    Briefing,
    Contact,
    ContactPair,
    Engagement,
    Investor,
    InvestorPair,
    Lead,
    Outcome,
    Shortlisting,
)
from investors.services.confidentiality import admit
from investors.services.engagements import agree
from investors.services.fit_columns import build_columns
from investors.services.interactions import attach_files
from meetings.choices import MeetingState
from meetings.models import Meeting
from tests import make

# Written into the world, and nowhere else. No page that a stranger opens may hold one of them.
SECRETS = (
    "Zorblatt",  # the investor
    "ゾルブラット",  # in its own script
    "Zorburatto",  # romanised
    "Qwixling",  # its contact
    "qwix@zorb.example",
    "Vraxium",  # the title of the need
    "Thrumbic",  # what they want
    "Blenkorg",  # the subject of an interaction
    "Snorkfile",  # a file
    "Hjelmgrat",  # the project that is proposed for it
    "Plimsoldt",  # the place of the meeting
    "Grundwick",  # its purpose
    "Wexfordia",  # an action
    "Fjordbank",  # a briefing
    "Krumhorn",  # a blind brief
    "Umbraline",  # the outcome
    "73311557",  # its share
    "5493001KJTIIGC8Y1R12",  # its LEI
)
SEARCHES = (
    "zorblatt", "ZORBLATT", "ゾルブラット", "zorburatto", "zorb latt", "qwixling",
    "qwix@zorb.example", "vraxium", "thrumbic", "hjelmgrat", "plimsoldt", "snorkfile",
    "grundwick", "5493001KJTIIGC8Y1R12",
)  # fmt: skip
PDF = b"%PDF-1.7 invented"


@dataclass
class World:
    owner: User
    deputy: User
    admitted: User
    investor: Investor
    lead: Lead
    contact: Contact
    open_lead: Lead
    cluster: Cluster
    project: Project
    proposed: Project
    organisation: Organisation
    joined: Engagement
    started: Engagement
    held: Meeting
    coming: Meeting
    outcome: Outcome
    keys: dict[str, list[str]] = field(default_factory=dict)

    @property
    def refs(self) -> set[str]:
        return {key for keys in self.keys.values() for key in keys}


def build() -> World:
    owner, deputy, admitted = (make.user(role=Role.ADVISER) for _ in range(3))
    cluster = make.cluster(name="Open cluster")
    project = make.project(name="Open project", clusters=[cluster])
    seat = make.seat(project=project, title="Open chair")
    open_lead = make.qualified_lead(owner=make.user(), title="Open need")
    lead = _lead(owner, deputy)
    contact = lead.investor.contacts.get()
    said = make.interaction(
        lead=lead, contacts=[contact], subject="Blenkorg", text="Thrumbic once more"
    )
    pdf = SimpleUploadedFile("Snorkfile.pdf", PDF)
    attached = attach_files(actor=owner, files=[pdf], interaction=said)[0]
    make.action(lead=lead, what="Send Wexfordia")
    kept = make.evaluation(lead=lead)
    noted = make.shortlisting(lead=lead, cluster=make.cluster())
    share = {"share_amount": 73311557, "share_currency": "EUR"}
    joined = make.engagement(lead=lead, project=project, seat=seat, state=EngagementState.VERIFIED)
    started = make.engagement(
        lead=lead,
        kind=EngagementKind.START,
        cluster=cluster,
        new_project={"name": "Hjelmgrat"},
        fields=share,
    )
    started = agree(
        actor=owner, engagement=started, agreed_on=timezone.localdate(), reference="A-2"
    )
    place = {"place": "Plimsoldt", "purpose": "Grundwick"}
    coming = make.meeting(lead=lead, cluster=cluster, state=MeetingState.CONFIRMED, **place)
    later = {"state": MeetingState.HELD, "starts_at": make.in_days(9)}
    held = make.meeting(lead=lead, cluster=make.cluster(), **later, **place)
    outcome = Outcome.objects.create(
        lead=lead, kind=OutcomeKind.SITE, dated=joined.agreed_on, text="Umbraline"
    )
    briefing, blind, release = _told(owner, lead, contact, noted)
    beside = make.contact(investor=open_lead.investor, name="Someone Else")
    ContactPair.objects.create(first=contact, second=beside, score=60, reasons=[["email", ""]])
    admit(actor=owner, lead=lead, user=admitted, reason="Speaks their language")
    lead.refresh_from_db()
    lead.investor.refresh_from_db()
    joined.refresh_from_db()
    assert joined.partner is not None
    organisation = joined.partner.organisation
    build_columns()
    keys = {
        "lead": [lead.ref],
        "investor": [lead.investor.ref],
        "contact": [contact.ref],
        "interaction": [said.ref],
        "briefing": [briefing.ref],
        "blind_brief": [blind.ref],
        "blind_release": [release.ref],
        "action": [each.ref for each in lead.actions.all()],
        "attachment": [attached.ref],
        "shortlisting": sorted({noted.ref, *(each.ref for each in lead.shortlist.all())}),
        "engagement": [joined.ref, started.ref],
        "meeting": [coming.ref, held.ref],
        "outcome": [outcome.ref],
        "evaluation": [kept.ref],
        "project": [started.project.ref],
        "organisation": [organisation.ref],
        "pair": [pair.ref for pair in InvestorPair.objects.all()],
        "contact_pair": [pair.ref for pair in ContactPair.objects.all()],
    }
    return World(
        owner=owner,
        deputy=deputy,
        admitted=admitted,
        investor=lead.investor,
        lead=lead,
        contact=contact,
        open_lead=open_lead,
        cluster=cluster,
        project=project,
        proposed=started.project,
        organisation=organisation,
        joined=joined,
        started=started,
        held=held,
        coming=coming,
        outcome=outcome,
        keys=keys,
    )


def _lead(owner: User, deputy: User) -> Lead:
    investor = make.investor(
        actor=owner,
        name="Zorblatt",
        native_name="ゾルブラット",
        romanised_name="Zorburatto",
        lei="5493001KJTIIGC8Y1R12",
        website="hidden-twin.example",
    )
    make.contact(investor=investor, name="Qwixling", email="qwix@zorb.example")
    make.investor(name="Openly Known", website="www.hidden-twin.example")  # an open twin
    lead = make.qualified_lead(
        owner=owner,
        deputy=deputy,
        investor=investor,
        confidential=Confidential.YES,
        title="Vraxium",
        wants="Thrumbic",
    )
    investor.contacts.update(known_through=lead, restricted=True)
    return lead


def _told(
    owner: User, lead: Lead, contact: Contact, noted: Shortlisting
) -> tuple[Briefing, BlindBrief, BlindRelease]:
    """A briefing that was sent, a blind brief that a leader has."""
    written = make.briefing(actor=owner, lead=lead, contact=contact, clusters=[noted.cluster])
    briefing = make.sent(written, note="Fjordbank")
    leader = make.leader(cluster=noted.cluster)
    blind = make.blind_brief(actor=owner, lead=lead, words_en="Krumhorn", words_fr="Krumhorn")
    release = make.released(blind, leaders=[leader])[0]
    return briefing, release.brief, release


# --- its addresses ---------------------------------------------------------------------------

_OF: dict[str, str] = {
    "blind-briefs/": "blind_brief",
    "blind-releases/": "blind_release",
    "briefings/": "briefing",
    "duplicates/contacts/": "contact_pair",
    "duplicates/": "pair",
    "leads/": "lead",
    "investors/": "investor",
    "contacts/": "contact",
    "interactions/": "interaction",
    "actions/": "action",
    "files/": "attachment",
    "shortlist/": "shortlisting",
    "engagements/": "engagement",
    "meetings/": "meeting",
    "outcomes/": "outcome",
    "evaluations/": "evaluation",
    "projects/": "project",
    "organisations/": "organisation",
}


def _patterns(resolver: URLResolver, before: str = "") -> list[tuple[str, URLPattern]]:
    found: list[tuple[str, URLPattern]] = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace in {"admin", "account"}:
                continue
            found += _patterns(entry, f"{entry.namespace}:" if entry.namespace else before)
        elif entry.name:
            found.append((f"{before}{entry.name}", entry))
    return found


def addresses_without_key() -> list[str]:
    """Lists, options, figures, calendars: every address that names no row."""
    found = _patterns(get_resolver())
    names = [name for name, pattern in found if not pattern.pattern.converters]
    return sorted(
        {reverse(n) for n in names if ":" in n and not n.startswith(("account", "admin"))}
    )


def addresses_of(world: World) -> list[tuple[str, str]]:
    """Every address that names a hidden row, and the same with a reference to nothing."""
    found = []
    for name, pattern in _patterns(get_resolver()):
        converters, route = pattern.pattern.converters, str(pattern.pattern)
        noun = next((noun for start, noun in _OF.items() if route.startswith(start)), "")
        if "ref" not in converters or not noun:
            continue
        for key in world.keys[noun]:
            values: dict[str, Any] = {"ref": key}
            for other in set(converters) - {"ref"}:
                values[other] = _other(world, other)
            nothing = values | {"ref": "00000000"}
            found.append((reverse(name, kwargs=values), reverse(name, kwargs=nothing)))
    return sorted(set(found))


def rows_of_all_tables() -> dict[str, list[Any]]:
    """What the database holds, less sessions: to see that nothing was written."""
    models = apps.get_models(include_auto_created=True)
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in models
        if model is not Session
    }


def _other(world: World, name: str) -> Any:
    return {"username": world.admitted.username, "pk": 1}.get(name, "00000000")


def secrets_in(text: str, world: World) -> set[str]:
    """Words and references of the hidden rows that stand in ``text``."""
    text = re.sub(r"(?<=\d)[,.\s\u00a0\u202f](?=\d{3})", "", text)  # 73,311,557
    words = {word for word in SECRETS if word.casefold() in text.casefold()}
    return words | {ref for ref in world.refs if re.search(rf"\b{ref}\b", text)}
