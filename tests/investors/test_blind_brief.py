"""The blind brief: what it tells, what must be cleared, who got it, who was told the name."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from clusters.models import Leader
from ifa_crm.staff.models import User
from ifa_crm.work.models import Mail
from investors.blinding_reading import (
    band_of,
    facts_of,
    findings_of,
    identity_of,
    language_for,
    open_findings,
)
from investors.choices import Answer, BlindFact, Confidential, ConsentHow, ShortlistState, Way
from investors.models import BlindBrief, BlindRelease, Lead, Reveal
from investors.services import blind_briefs, leads, status
from investors.services.blind_briefs import Consent
from tests import make
from tests.conftest import SignIn
from tests.investors.test_concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(adviser: User) -> Lead:
    investor = make.investor(
        actor=adviser,
        name="Zorblatt Optics KK",
        native_name="ゾルブラット",
        website="www.zorb.example",
        city="Nagoya",
        size="mid",
    )
    make.contact(investor=investor, name="Aiko Qwixling", email="aiko@zorb.example")
    made = make.qualified_lead(
        owner=adviser,
        investor=investor,
        title="Vraxium lenses",
        makes="The ZX-81 lens",
        topics=[make.topic(name_en="Light guides", name_fr="Guides de lumière")],
        budget_answer=Answer.GIVEN,
        budget_amount=2_345_678,
    )
    make.shortlisting(lead=made)
    return made


@pytest.fixture
def leader(lead: Lead) -> Leader:
    cluster = lead.shortlist.get().cluster
    return make.leader(cluster=cluster, languages="English")


# --- what it tells --------------------------------------------------------------------------------


def test_it_tells_the_need_and_not_the_company(lead: Lead, leader: Leader) -> None:
    brief = make.blind_brief(lead=lead, words_en="We seek partners.")
    release = make.released(brief, leaders=[leader])[0]
    for words in ("Light guides", "250 to 4,999", "East Asia", "We seek partners.",
                  "EUR 1,000,000 to 5,000,000", str(lead.owner)):  # fmt: skip
        assert words in release.text, words
    secret = ("Zorblatt", "ゾルブラット", "Qwixling", "zorb.example", "Nagoya", "Vraxium", "ZX-81",
              "2345678", "2,345,678", "Japan", lead.ref, lead.investor.ref)  # fmt: skip
    mail = Mail.objects.get()
    for words in secret:
        assert words not in release.text, words
        assert words not in mail.message.as_string(), words
        assert words not in str(mail.message.items()), words


def test_an_answer_that_was_not_given_is_not_told(lead: Lead) -> None:
    leads.edit_lead(
        actor=lead.owner,
        lead=lead,
        changes={"mode": "will not say", "budget_answer": "does not know", "budget_amount": None},
    )
    lead.refresh_from_db()
    labels = [label for label, _words in facts_of(lead, BlindFact.values)]
    assert "Join or start a project" not in labels
    assert "R&D budget, roughly" not in labels


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("0", "under EUR 100,000"),
        ("100000", "EUR 100,000 to 500,000"),
        ("4999999.99", "EUR 1,000,000 to 5,000,000"),
        ("50000000", "EUR 50,000,000 and more"),
    ],
)
def test_a_budget_is_told_as_a_band(amount: str, told: str) -> None:
    assert band_of(Decimal(amount)) == told


@pytest.mark.parametrize(
    ("languages", "code"),
    [("French, English", "fr"), ("English, German", "en"), ("anglais", "en"), ("", "fr")],
)
def test_a_leader_is_written_to_in_their_language(languages: str, code: str) -> None:
    assert language_for(languages) == code


# --- what gives it away ---------------------------------------------------------------------------


def test_everything_that_names_the_company_is_looked_for(lead: Lead) -> None:
    brief = make.blind_brief(lead=lead)
    words = (
        "We are Zorblatt of Nagoya (zorb.example); ask Qwixling about the ZX-81 and 2,345,678 euros"
    )
    brief.words_en = words
    found = {finding.key for finding in findings_of(brief)}
    assert found >= {"zorblatt", "nagoya", "zorb.example", "qwixling", "zx-81", "2,345,678"}


def test_words_that_others_use_are_not_rare(lead: Lead) -> None:
    brief = make.blind_brief(lead=lead)
    brief.words_en = "We use gyrotrons."
    assert "gyrotrons" in {finding.key for finding in findings_of(brief)}
    for _ in range(2):
        make.lead(wants="A gyrotron for us")
    make.lead(wants="A gyrotron in secret", owner=make.user(), confidential=Confidential.YES)
    assert "gyrotrons" in {finding.key for finding in findings_of(brief)}
    make.lead(wants="Gyrotrons")
    assert "gyrotrons" not in {finding.key for finding in findings_of(brief)}


def test_it_is_not_released_before_everything_is_cleared(
    lead: Lead, leader: Leader, adviser: User
) -> None:
    brief = blind_briefs.start_blind_brief(actor=adviser, lead=lead)
    write: dict[str, Any] = {
        "shows": brief.shows,
        "words_en": "Zorblatt makes lenses",
        "words_fr": "",
    }
    brief = blind_briefs.write_blind_brief(actor=adviser, brief=brief, **write)
    with pytest.raises(ValidationError) as refused:
        make.released(brief, leaders=[leader])
    (error,) = refused.value.error_dict["cleared"]
    assert error.code == "gives_away"
    assert "Zorblatt" in str(error)
    assert (BlindRelease.objects.count(), Mail.objects.count()) == (0, 0)
    brief = blind_briefs.write_blind_brief(
        actor=adviser, brief=brief, cleared={"zorblatt", "no such"}, **write
    )
    assert [(entry["key"], entry["by"]) for entry in brief.cleared] == [
        ("zorblatt", adviser.username)
    ]
    rest = {finding.key for finding in open_findings(brief)}
    write["words_en"] = "We make it"
    brief = blind_briefs.write_blind_brief(actor=adviser, brief=brief, cleared=rest, **write)
    assert brief.cleared == []  # the text holds none of it any more
    assert make.released(brief, leaders=[leader])[0].leader == leader


def test_who_cleared_it_first_stays_noted(lead: Lead, adviser: User, manager: User) -> None:
    brief = blind_briefs.start_blind_brief(actor=adviser, lead=lead)
    write = {"shows": [], "words_en": "Zorblatt", "words_fr": "", "cleared": ["zorblatt"]}
    brief = blind_briefs.write_blind_brief(actor=adviser, brief=brief, **write)
    brief = blind_briefs.write_blind_brief(actor=manager, brief=brief, **write)
    assert brief.cleared[0]["by"] == adviser.username


SENTENCE = "we make lenses Zorblatt Optics Aiko Qwixling zorb.example of and in a"
WORDS = st.lists(st.sampled_from(SENTENCE.split()), max_size=8)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS)
def test_no_name_survives_in_a_release_unless_cleared(
    lead: Lead, leader: Leader, words: list[str]
) -> None:
    identity = identity_of(lead)
    names = {*identity.names, *identity.people, *identity.domains, "Zorblatt", "Aiko", "Qwixling"}
    with transaction.atomic():
        brief = blind_briefs.start_blind_brief(actor=lead.owner, lead=lead)
        write: dict[str, Any] = {"shows": brief.shows, "words_en": " ".join(words), "words_fr": ""}
        brief = blind_briefs.write_blind_brief(actor=lead.owner, brief=brief, **write)
        harmless = {f.key for f in findings_of(brief) if f.whys[0] in {"rare", "capital"}}
        brief = blind_briefs.write_blind_brief(
            actor=lead.owner, brief=brief, cleared=harmless, **write
        )
        try:
            released = make.released(brief, leaders=[leader])[0].text
        except ValidationError:
            released = ""
        for name in names:
            assert name.casefold() not in released.casefold(), (name, words)
        transaction.set_rollback(True)


# --- released -------------------------------------------------------------------------------------


def test_a_release_is_kept_as_it_was(lead: Lead, leader: Leader, adviser: User) -> None:
    brief = make.blind_brief(lead=lead, words_en="We seek partners.")
    release = make.released(brief, leaders=[leader])[0]
    assert (release.language, release.way) == ("en", Way.MAIL)
    assert release.sent_to == f"{leader.name} <{leader.email}>"
    brief = release.brief
    assert brief.text_en == release.text
    leads.edit_lead(actor=adviser, lead=lead, changes={"horizon": "later"})
    other = make.leader(cluster=leader.cluster, languages="French")
    later = make.released(brief, leaders=[other], way=Way.OWN)[0]
    assert later.text == brief.text_fr
    assert Mail.objects.count() == 1
    for act in (
        lambda: blind_briefs.discard_blind_brief(actor=adviser, brief=brief),
        lambda: blind_briefs.write_blind_brief(
            actor=adviser, brief=brief, shows=[], words_en="x", words_fr=""
        ),
        lambda: make.released(brief, leaders=[leader]),
        lambda: (setattr(brief, "words_en", "other"), brief.full_clean()),
    ):
        with pytest.raises(ValidationError):
            act()
    assert lead.shortlist.get().state == ShortlistState.NOTED


def test_each_leader_is_written_to_apart(lead: Lead, leader: Leader) -> None:
    other = make.leader(cluster=leader.cluster)
    make.released(make.blind_brief(lead=lead), leaders=[leader, other])
    assert [len(mail.recipients) for mail in Mail.objects.all()] == [1, 1]


def test_each_refusal_of_a_release(lead: Lead, leader: Leader, adviser: User) -> None:
    brief = make.blind_brief(lead=lead)

    def refused(code: str, at: str = "", **given: Any) -> None:
        asked: dict[str, Any] = {"actor": adviser, "leaders": [leader], "way": Way.OWN} | given
        with pytest.raises(ValidationError) as caught:
            blind_briefs.release_blind_brief(brief=brief, **asked)
        error = caught.value.error_dict[at][0] if at else caught.value
        assert error.code == code
        assert (BlindRelease.objects.count(), Mail.objects.count()) == (0, 0)

    refused("no_leader", "leaders", leaders=[])
    refused("stranger", "leaders", leaders=[make.leader(cluster=make.cluster())])
    refused("stranger", "leaders", leaders=[make.leader(cluster=leader.cluster, is_active=False)])
    refused("relayed", "way", way=Way.MAIL)  # the desk relays to this cluster
    mute = make.leader(cluster=leader.cluster, email="")
    refused("no_email", "way", way=Way.MAIL, leaders=[mute])
    ended = make.shortlisting(lead=lead, state=ShortlistState.CLOSED)
    refused("stranger", "leaders", leaders=[make.leader(cluster=ended.cluster)])
    leads.edit_lead(actor=adviser, lead=lead, changes={"horizon": "not asked"})
    refused("not_qualified")
    status.lose(actor=adviser, lead=lead, reason="no answer")
    refused("closed")


def test_who_may(lead: Lead, leader: Leader, colleague: User, desk: User, viewer: User) -> None:
    for user in (colleague, desk, viewer):
        with pytest.raises(PermissionDenied):
            blind_briefs.start_blind_brief(actor=user, lead=lead)
    brief = make.blind_brief(lead=lead)
    for user in (colleague, viewer):
        with pytest.raises(PermissionDenied):
            blind_briefs.release_blind_brief(actor=user, brief=brief, leaders=[leader], way=Way.OWN)
    made = blind_briefs.release_blind_brief(actor=desk, brief=brief, leaders=[leader], way=Way.MAIL)
    assert made[0].released_by == desk


def test_one_draft_at_a_time(lead: Lead) -> None:
    make.blind_brief(lead=lead)
    with pytest.raises(ValidationError) as refused:
        make.blind_brief(lead=lead)
    assert refused.value.code == "being_written"


@pytest.mark.django_db(transaction=True)
def test_two_people_release_it_once() -> None:
    lead = make.qualified_lead(owner=make.user())
    item = make.shortlisting(lead=lead)
    leader = make.leader(cluster=item.cluster)
    brief = make.blind_brief(lead=lead)
    people = [make.user(role=make.Role.MANAGER) for _ in range(2)]
    for person in people:
        assert person.acts

    def releaser(person: User) -> Any:
        return lambda: blind_briefs.release_blind_brief(
            actor=person, brief=brief, leaders=[leader], way=Way.MAIL
        )

    results = at_once([releaser(person) for person in people])
    assert sum(isinstance(each, list) for each in results) == 1
    assert (BlindRelease.objects.count(), Mail.objects.count()) == (1, 1)


# --- the name told --------------------------------------------------------------------------------


def consent(lead: Lead, **fields: Any) -> Consent:
    given = {
        "by": lead.investor.contacts.first(),
        "on": timezone.localdate(),
        "how": ConsentHow.EMAIL,
    }
    return Consent(**given | fields)


def test_a_confidential_investor_is_named_only_with_consent(
    lead: Lead, leader: Leader, adviser: User
) -> None:
    lead = leads.edit_lead(actor=adviser, lead=lead, changes={"confidential": Confidential.YES})
    release = make.released(make.blind_brief(lead=lead), leaders=[leader])[0]
    Mail.objects.all().delete()
    with pytest.raises(ValidationError) as refused:
        make.revealed(release)
    assert refused.value.error_dict["consent_by"][0].code == "no_consent"
    assert (Reveal.objects.count(), Mail.objects.count()) == (0, 0)
    assert not Reveal.objects.of(lead, leader.cluster).exists()
    made = make.revealed(release, consent=consent(lead), way=Way.MAIL, text="It is Zorblatt.")
    assert made.was_confidential
    assert (made.consent_by, made.consent_how) == (lead.investor.contacts.get(), "email")
    assert Reveal.objects.of(lead, leader.cluster).get() == made
    mail = Mail.objects.get()
    assert "Zorblatt" in mail.message.get_content()
    assert "Zorblatt" not in mail.subject
    with pytest.raises(ValidationError) as again:
        make.revealed(release, consent=consent(lead))
    assert again.value.code == "told"


def test_each_refusal_of_a_reveal(lead: Lead, leader: Leader, colleague: User) -> None:
    release = make.released(make.blind_brief(lead=lead), leaders=[leader])[0]
    ahead = timezone.localdate() + dt.timedelta(days=1)
    stranger = make.contact(investor=make.investor())
    for asked, at in (
        ({"consent": consent(lead, on=ahead)}, "consent_on"),
        ({"consent": consent(lead, by=stranger)}, "consent_by"),
        ({"consent": consent(lead, how="")}, "consent_by"),
        ({"text": ""}, "text"),
    ):
        with pytest.raises(ValidationError) as refused:
            make.revealed(release, **asked)
        named = set(refused.value.error_dict)
        codes = {error.code for errors in refused.value.error_dict.values() for error in errors}
        assert at in named | codes, asked
    with pytest.raises(PermissionDenied):
        blind_briefs.reveal(
            actor=colleague, release=release, way=Way.OWN, text="x", consent=Consent()
        )
    assert Reveal.objects.count() == 0
    assert make.revealed(release).consent_by is None  # not confidential: it needs none


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"was_confidential": True}, "investors_reveal_needs_consent"),
        ({"consent_on": dt.date(2026, 1, 1)}, "investors_reveal_consent_whole"),
    ],
)
def test_the_database_refuses_a_reveal_without_consent(
    lead: Lead, leader: Leader, fields: dict[str, Any], name: str
) -> None:
    release = make.released(make.blind_brief(lead=lead), leaders=[leader])[0]
    made = make.revealed(release)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Reveal.objects.filter(pk=made.pk).update(**fields)


# --- pages ----------------------------------------------------------------------------------------


def test_a_stranger_finds_none_of_it(colleague: User, as_user: SignIn) -> None:
    lead = make.qualified_lead(owner=make.user(), confidential=Confidential.YES)
    leader = make.leader(cluster=make.shortlisting(lead=lead).cluster)
    release = make.released(make.blind_brief(lead=lead), leaders=[leader])[0]
    client = as_user(colleague)
    for name, ref in (
        ("lead_blind_brief", lead.ref),
        ("blind_brief_start", lead.ref),
        ("blind_brief_detail", release.brief.ref),
        ("blind_brief_edit", release.brief.ref),
        ("blind_brief_release", release.brief.ref),
        ("blind_release_reveal", release.ref),
    ):
        assert client.get(reverse(f"investors:{name}", args=[ref])).status_code == 404, name


def test_pages_from_beginning_to_the_name(lead: Lead, leader: Leader, as_user: SignIn) -> None:
    client = as_user(make.user(role=make.Role.MANAGER))
    start = client.post(reverse("investors:blind_brief_start", args=[lead.ref]))
    brief = BlindBrief.objects.get()
    assert start["Location"] == reverse("investors:blind_brief_edit", args=[brief.ref])
    typed: dict[str, Any] = {"shows": ["topics"], "words_en": "We are Zorblatt", "words_fr": ""}
    assert client.post(start["Location"], typed)["Location"].endswith("#findings")
    release = reverse("investors:blind_brief_release", args=[brief.ref])
    stopped = client.post(release, {"leaders": leader.ref, "way": "mail"})
    assert stopped.status_code == 422
    assert "Zorblatt" in stopped.content.decode()
    keys = [finding.key for finding in findings_of(BlindBrief.objects.get())]
    assert client.post(start["Location"], typed | {"cleared": keys})["Location"] == (
        brief.get_absolute_url()
    )
    assert client.post(release, {"leaders": leader.ref, "way": "mail"}).status_code == 302
    made = BlindRelease.objects.get()
    told = reverse("investors:blind_release_reveal", args=[made.ref])
    assert "Zorblatt Optics KK (Japan)" in client.get(told).content.decode()
    assert client.post(told, {"way": "own", "text": "They"}).status_code == 302
    page = client.get(brief.get_absolute_url()).content.decode()
    assert "Knows the name" in page
    timeline = client.get(lead.get_absolute_url()).content.decode()
    assert f"Blind brief to {leader}" in timeline
    assert f"Named to {leader}" in timeline


def test_a_confidential_reveal_asks_for_consent_on_the_page(
    lead: Lead, leader: Leader, adviser: User, as_user: SignIn
) -> None:
    lead = leads.edit_lead(actor=adviser, lead=lead, changes={"confidential": Confidential.YES})
    release = make.released(make.blind_brief(lead=lead), leaders=[leader])[0]
    address = reverse("investors:blind_release_reveal", args=[release.ref])
    answer = as_user(adviser).post(address, {"way": "own", "text": "It is they"})
    assert answer.status_code == 422
    assert {"consent_by", "consent_on", "consent_how"} <= answer.context["form"].errors.keys()
    assert Reveal.objects.count() == 0


def _ask(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("many", [1, 20])
def test_queries_do_not_grow(
    lead: Lead,
    leader: Leader,
    as_user: SignIn,
    many: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    people = [make.leader(cluster=leader.cluster) for _ in range(many)]
    brief = make.released(make.blind_brief(lead=lead), leaders=people)[0].brief
    for _ in range(many):
        make.released(make.blind_brief(lead=lead), leaders=[leader])
    draft = make.blind_brief(lead=lead)
    client = as_user(lead.owner)
    for name, ref, count in (
        ("lead_blind_brief", lead.ref, 10),
        ("blind_brief_detail", brief.ref, 19),
        ("blind_brief_edit", draft.ref, 23),  # two of them begin and end
        ("blind_brief_release", draft.ref, 22),
    ):
        address = reverse(f"investors:{name}", args=[ref])
        _ask(client, address)
        with django_assert_num_queries(count):
            _ask(client, address)
