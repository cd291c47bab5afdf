"""The briefing: what it says, when it may go, what sending does, who may read it."""

import contextlib
import datetime as dt
import os
import re
import socket
import zlib
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from clusters.choices import Confidence
from clusters.models import ClusterTopic
from ifa_crm.shared import pdf
from ifa_crm.staff.models import User
from ifa_crm.work.models import Mail
from investors.briefing import as_text, from_json, to_json
from investors.briefing_reading import page_of
from investors.choices import (
    Answer,
    Confidential,
    Direction,
    InteractionKind,
    ShortlistState,
    Stage,
    Way,
)
from investors.models import Briefing, Lead
from investors.services import briefs, leads, shortlist, status
from investors.services.briefs import Written
from tests import make
from tests.conftest import SignIn
from tests.investors.test_concurrency import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(adviser: User) -> Lead:
    adviser.office = make.office(city="Nagoya")
    adviser.phone = "+81 52 000 00 00"
    adviser.save()
    made = make.qualified_lead(
        owner=adviser,
        topics=[make.topic(name_en="Wind tunnels", name_fr="Souffleries")],
        title="Secretive working title",
        makes="We think they will sell the division",
        budget_answer=Answer.GIVEN,
        budget_amount=7_654_321,
    )
    make.shortlisting(lead=made, cluster=make.cluster(name="Aero One", seat_city="Toulouse"))
    made.shortlist.update(why="They pay badly, keep them warm")
    return made


def draft(lead: Lead, **fields: Any) -> Briefing:
    clusters = [item.cluster for item in lead.shortlist.select_related("cluster")]
    return make.briefing(**{"lead": lead, "clusters": clusters, "actor": lead.owner} | fields)


# --- begun and written ----------------------------------------------------------------------------


def test_a_draft_speaks_the_language_of_its_reader(lead: Lead) -> None:
    topic = lead.topics.get()
    cluster = lead.shortlist.get().cluster
    ClusterTopic.objects.create(cluster=cluster, topic=topic, confidence=Confidence.HIGH)
    lead.investor.contacts.update(language="fr", name="Aya")
    french = draft(lead)
    assert french.language == "fr"
    assert "souffleries" in french.clusters.get().why
    lead.investor.contacts.update(language="en")
    english = draft(lead)
    assert "wind tunnels" in english.clusters.get().why
    assert "Dear Aya" in english.note
    assert french.note != english.note


def test_a_draft_needs_somebody_still_there_and_a_cluster_that_is_offered(lead: Lead) -> None:
    stranger = make.contact(investor=make.investor())
    gone = make.cluster(status_today="merged", ended_year=2006)
    for fields, at, code in (
        ({"contact": stranger}, "contact", "stranger"),
        ({"clusters": []}, "clusters", "no_cluster"),
        ({"clusters": [gone]}, "clusters", "not_offered"),
    ):  # fmt: skip
        with pytest.raises(ValidationError) as refused:
            draft(lead, **fields)
        assert refused.value.error_dict[at][0].code == code
    lead.investor.contacts.update(is_active=False)
    with pytest.raises(ValidationError):
        draft(lead)
    assert Briefing.objects.count() == 0


def test_a_draft_is_written_by_those_who_handle_the_lead(lead: Lead, colleague: User) -> None:
    with pytest.raises(PermissionDenied):
        draft(lead, actor=colleague)
    briefing = draft(lead)
    with pytest.raises(PermissionDenied):
        briefs.discard_briefing(actor=colleague, briefing=briefing)
    with pytest.raises(PermissionDenied):
        briefs.send_briefing(actor=colleague, briefing=briefing, way=Way.OWN, subject="x")


def test_writing_keeps_takes_away_and_adds_clusters(lead: Lead, adviser: User) -> None:
    other, third = make.cluster(), make.cluster()
    first = lead.shortlist.get().cluster
    briefing = draft(lead, clusters=[first, other])
    briefs.write_briefing(
        actor=adviser,
        briefing=briefing,
        note="N",
        next_step="S",
        parts=[Written(other, "Because", False)],
        added=third,
    )
    rows = [(row.cluster, row.why, row.with_evidence) for row in briefing.clusters.all()]
    assert rows == [(other, "Because", False), (third, "", True)]
    briefing.refresh_from_db()
    assert (briefing.note, briefing.next_step) == ("N", "S")
    with pytest.raises(ValidationError) as refused:
        briefs.write_briefing(actor=adviser, briefing=briefing, note="N", next_step="S", parts=[])
    assert refused.value.code == "no_cluster"


# --- the page -------------------------------------------------------------------------------------


def test_the_page_says_what_a_company_keeps(lead: Lead) -> None:
    cluster = lead.shortlist.get().cluster
    make.evidence(
        cluster=cluster, text="Two air shows", source="A paper", dated=dt.date(2007, 5, 1)
    )
    make.evidence(cluster=cluster, text="Gone by", ended_on=dt.date(2008, 1, 1))
    page = page_of(draft(lead), timezone.localdate())
    text = as_text(page)
    for words in (
        *("AERO ONE", "Toulouse", cluster.specialty, "Two air shows (A paper, 1 May 2007)"),
        *("under the rules of the call, normally for work done in France",),
        *(str(lead.owner), "Nagoya, Japan", lead.owner.email, "+81 52 000 00 00"),
    ):
        assert words in text, words
    assert "Gone by" not in text


@pytest.mark.parametrize(
    ("year", "said"),
    [(2005, "begins in 2006"), (2007, "EUR\u00a0100 million"), (2009, "2006-2008, ended")],
)
def test_a_programme_tells_its_figures_only_while_it_runs(lead: Lead, year: int, said: str) -> None:
    make.programme(name="Clusters", source="Line 43")
    page = page_of(draft(lead), dt.date(year, 6, 1))
    (funding,) = page.funding
    assert said in funding.sentence
    assert ("100" in funding.sentence) == (year == 2007)
    assert funding.source == "Line 43"


def test_nothing_kept_inside_is_on_the_page(lead: Lead, as_user: SignIn) -> None:
    make.lead(owner=lead.owner, investor=lead.investor, title="Another need of theirs")
    briefing = draft(lead)
    client = as_user(lead.owner)
    html = client.get(reverse("investors:briefing_page", args=[briefing.ref])).content.decode()
    sent = make.sent(briefing)
    inside = ("7654321", "7,654,321", "Secretive", "sell the division", "keep them warm",
              "Another need", lead.ref, "score", "strong", "possible")  # fmt: skip
    for words in inside:
        assert words.casefold() not in html.casefold().replace("/briefings/", ""), words
        assert words.casefold() not in sent.text.casefold(), words
        assert words.casefold() not in str(sent.content).casefold(), words


def test_a_page_survives_being_kept(lead: Lead) -> None:
    make.evidence(cluster=lead.shortlist.get().cluster)
    page = page_of(draft(lead), timezone.localdate())
    assert from_json(to_json(page)) == page


# --- PDF ------------------------------------------------------------------------------------------


def pages_of(raw: bytes) -> int:
    """How many pages a PDF has: its objects are compressed, the tree of pages says how many."""
    packed = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL)
    texts = [raw]
    for each in packed:
        with contextlib.suppress(zlib.error):
            texts.append(zlib.decompress(each))
    return max(
        (
            int(n)
            for text in texts
            for n in re.findall(rb"/Type\s*/Pages.*?/Count (\d+)", text, re.S)
        ),
        default=0,
    )


def test_the_pdf_has_pages_and_fetches_nothing(lead: Lead, as_user: SignIn) -> None:
    """In CI the libraries are there: see .ci/run."""
    why = pdf.why_no_pdf()
    if why and not os.environ.get("CI"):
        pytest.skip(why)
    briefing = draft(lead, clusters=[make.cluster(name=f"Cluster {n}") for n in range(12)])
    answer = as_user(lead.owner).get(reverse("investors:briefing_pdf", args=[briefing.ref]))
    raw = b"".join(answer.streaming_content)
    assert raw.startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"
    assert lead.ref not in answer["Content-Disposition"]
    assert pages_of(raw) >= 3


def test_a_page_that_asks_for_something_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    why = pdf.why_no_pdf()
    if why and not os.environ.get("CI"):
        pytest.skip(why)

    def no_call(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr(socket.socket, "connect", no_call)
    html = "<html lang=en><title>x</title><h1>x</h1><img alt=x src='http://a.example/x.png'>"
    html += "<img alt=y src='file:///etc/hostname'></html>"
    assert pdf.to_pdf(html, stylesheet="css/briefing.css").startswith(b"%PDF-")


def test_without_the_library_the_page_says_so(
    lead: Lead, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_weasyprint", lambda: "cannot load library 'libpango-1.0-0'")
    briefing, client = draft(lead), as_user(lead.owner)
    page = client.get(reverse("investors:briefing_page", args=[briefing.ref]))
    assert page.status_code == 200
    assert "libpango" in page.content.decode()
    assert client.get(reverse("investors:briefing_pdf", args=[briefing.ref])).status_code == 404
    with pytest.raises(pdf.PdfUnavailableError):
        pdf.to_pdf("<html></html>", stylesheet="css/briefing.css")
    sent = make.sent(briefing)
    assert sent.interaction is not None
    assert sent.interaction.attachments.count() == 0
    assert "application/pdf" not in Mail.objects.get().message.as_string()


# --- sent -----------------------------------------------------------------------------------------


def test_sending_proposes_logs_mails_and_keeps(lead: Lead, adviser: User) -> None:
    noted = lead.shortlist.get()
    wanted = make.shortlisting(lead=lead, state=ShortlistState.WANTED)
    refused = make.shortlisting(lead=lead, state=ShortlistState.REFUSED)
    never = make.cluster()
    clusters = [noted.cluster, wanted.cluster, refused.cluster, never]
    inbound = make.interaction(lead=lead)
    briefing = make.sent(draft(lead, clusters=clusters))
    states = {item.cluster_id: item.state for item in lead.shortlist.all()}
    assert states == {
        noted.cluster_id: ShortlistState.PROPOSED,
        wanted.cluster_id: ShortlistState.WANTED,
        refused.cluster_id: ShortlistState.PROPOSED,
        never.pk: ShortlistState.PROPOSED,
    }
    lead.refresh_from_db()
    inbound.refresh_from_db()
    said = briefing.interaction
    assert said is not None
    assert lead.stage == Stage.SHORTLISTED
    assert inbound.answered_by == said
    assert (said.kind, said.direction, said.text) == (
        InteractionKind.EMAIL, Direction.OUT, briefing.text,
    )  # fmt: skip
    assert list(said.contacts.all()) == [briefing.contact]
    mail = Mail.objects.get()
    assert mail.recipients == [f"{briefing.contact.name} <{briefing.contact.email}>"]
    assert mail.message["Reply-To"] == adviser.email
    assert briefing.sent_to == mail.recipients[0]
    assert (briefing.sent_by is not None, briefing.way, briefing.is_draft) == (
        True,
        Way.MAIL,
        False,
    )
    if not pdf.why_no_pdf():
        attachment = said.attachments.get()
        assert attachment.name.endswith(".pdf")
        assert any(part.get_content_type() == "application/pdf" for part in mail.message.walk())


@pytest.mark.parametrize(
    ("way", "kind"), [(Way.OWN, InteractionKind.EMAIL), (Way.HANDED, InteractionKind.NOTE)]
)
def test_what_people_send_themselves_is_logged_not_mailed(
    lead: Lead, way: Way, kind: InteractionKind
) -> None:
    lead.investor.contacts.update(email="", phone="1")
    briefing = make.sent(draft(lead), way=way)
    assert briefing.interaction is not None
    assert briefing.interaction.kind == kind
    assert Mail.objects.count() == 0
    assert briefing.sent_to == briefing.contact.name


def test_nothing_goes_before_the_checklist_is_complete(lead: Lead, as_user: SignIn) -> None:
    briefing = draft(lead)
    leads.edit_lead(actor=lead.owner, lead=lead, changes={"horizon": "not asked"})
    client = as_user(lead.owner)
    address = reverse("investors:briefing_send", args=[briefing.ref])
    briefing.clusters.update(why="Because")
    answer = client.post(address, {"way": "mail", "subject": "Clusters"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "the horizon" in page
    assert "Clusters" in page  # what was typed is kept
    briefing.refresh_from_db()
    assert briefing.is_draft
    assert lead.shortlist.get().state == ShortlistState.NOTED
    assert Mail.objects.count() == 0
    assert lead.interactions.count() == 0


def test_each_refusal_leaves_the_draft_as_it_was(lead: Lead, adviser: User) -> None:
    def refused(code: str, at: str = "") -> None:
        with pytest.raises(ValidationError) as caught:
            briefs.send_briefing(actor=adviser, briefing=briefing, way=Way.MAIL, subject="x")
        error = caught.value.error_dict[at][0] if at else caught.value
        assert error.code == code
        assert Briefing.objects.drafts().count() == 1
        assert lead.shortlist.get().state == ShortlistState.NOTED
        assert (Mail.objects.count(), lead.interactions.count()) == (0, 0)

    briefing = draft(lead)
    briefing.clusters.update(why=" ")
    refused("no_why")
    briefing.clusters.update(why="Because")
    lead.investor.contacts.update(email="", phone="1")
    refused("no_email", "way")
    lead.investor.contacts.update(email="a@b.example")
    cluster = lead.shortlist.get().cluster
    type(cluster).objects.filter(pk=cluster.pk).update(status_today="merged", ended_year=2006)
    refused("not_offered", "clusters")
    status.lose(actor=adviser, lead=lead, reason="no answer")
    refused("closed")


def test_what_was_sent_is_never_changed(lead: Lead, adviser: User) -> None:
    briefing = make.sent(draft(lead))
    cluster = lead.shortlist.get().cluster
    before = page_of(briefing, timezone.localdate())
    cluster.name = "Renamed"
    cluster.save()
    assert page_of(briefing, timezone.localdate()) == before
    with pytest.raises(ValidationError) as again:
        briefs.send_briefing(actor=adviser, briefing=briefing, way=Way.OWN, subject="x")
    assert again.value.code == "sent"
    assert str(briefing.sent_by) in str(again.value)
    for act in (
        lambda: briefs.discard_briefing(actor=adviser, briefing=briefing),
        lambda: briefs.write_briefing(
            actor=adviser, briefing=briefing, note="x", next_step="y", parts=[]
        ),
        lambda: (setattr(briefing, "note", "other"), briefing.full_clean()),
    ):
        with pytest.raises(ValidationError):
            act()
    assert Mail.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_people_send_it_once() -> None:
    lead = make.qualified_lead(owner=make.user())
    briefing = make.briefing(lead=lead)
    briefing.clusters.update(why="Because")
    people = [make.user(role=make.Role.MANAGER) for _ in range(3)]
    for person in people:
        assert person.acts

    def sender(person: User) -> Any:
        return lambda: briefs.send_briefing(
            actor=person, briefing=briefing, way=Way.MAIL, subject="x"
        )

    results = at_once([sender(person) for person in people])
    sent = [each for each in results if isinstance(each, Briefing)]
    assert len(sent) == 1
    assert {each.code for each in results if isinstance(each, ValidationError)} == {"sent"}
    assert Mail.objects.count() == 1
    assert lead.interactions.count() == 1


# --- who may --------------------------------------------------------------------------------------


def test_a_stranger_finds_none_of_it(colleague: User, as_user: SignIn) -> None:
    lead = make.qualified_lead(owner=make.user(), confidential=Confidential.YES)
    briefing = make.briefing(lead=lead)
    client = as_user(colleague)
    for name, ref in (
        ("lead_briefing", lead.ref),
        ("briefing_start", lead.ref),
        *((f"briefing_{each}", briefing.ref) for each in ("detail", "edit", "page", "pdf", "send")),
    ):
        assert client.get(reverse(f"investors:{name}", args=[ref])).status_code == 404, name


def test_others_read_but_do_not_write(
    lead: Lead, viewer: User, colleague: User, as_user: SignIn
) -> None:
    briefing = draft(lead)
    for user in (viewer, colleague):
        client = as_user(user)
        for name, status_code in (("detail", 200), ("page", 200), ("edit", 403), ("send", 403)):
            address = reverse(f"investors:briefing_{name}", args=[briefing.ref])
            assert client.get(address).status_code == status_code, name
    page = as_user(viewer).get(reverse("investors:briefing_detail", args=[briefing.ref]))
    assert "/send/" not in page.content.decode()


def test_pages_from_beginning_to_sent(lead: Lead, as_user: SignIn) -> None:
    client = as_user(lead.owner)
    contact, cluster = lead.investor.contacts.get(), lead.shortlist.get().cluster
    start = reverse("investors:briefing_start", args=[lead.ref])
    assert client.post(start, {"contact": contact.ref}).status_code == 422
    answer = client.post(start, {"contact": contact.ref, "clusters": [cluster.slug]})
    briefing = Briefing.objects.get()
    assert answer["Location"] == reverse("investors:briefing_edit", args=[briefing.ref])
    slug = cluster.slug
    typed = {"note": "Hello", "next_step": "Call", f"in-{slug}": "on", f"why-{slug}": ""}
    empty = client.post(answer["Location"], typed)
    assert empty.status_code == 422
    assert empty.context["form"].errors.keys() == {f"why-{slug}"}
    typed[f"why-{slug}"] = "Their wind tunnel"
    assert client.post(answer["Location"], typed)["Location"] == briefing.get_absolute_url()
    send = reverse("investors:briefing_send", args=[briefing.ref])
    assert client.post(send, {"way": "own", "subject": "For you"}).status_code == 302
    tab = client.get(reverse("investors:lead_briefing", args=[lead.ref])).content.decode()
    assert briefing.sent_to or contact.name in tab
    assert client.get(send).status_code == 302
    assert "Their wind tunnel" in client.get(briefing.get_absolute_url()).content.decode()


@pytest.mark.parametrize("many", [1, 20])
def test_queries_do_not_grow(
    lead: Lead, as_user: SignIn, many: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    clusters = [make.cluster() for _ in range(many)]
    for cluster in clusters:
        shortlist.note_cluster(actor=lead.owner, lead=lead, cluster=cluster)
        make.evidence(cluster=cluster)
    briefing = draft(lead, clusters=clusters)
    for _ in range(many):
        make.sent(draft(lead, clusters=clusters[:1]))
    client = as_user(lead.owner)
    for name, ref, count in (
        ("lead_briefing", lead.ref, 9),
        ("briefing_start", lead.ref, 27),
        ("briefing_detail", briefing.ref, 4),
        ("briefing_page", briefing.ref, 8),
        ("briefing_edit", briefing.ref, 6),  # two of them begin and end
    ):
        address = reverse(f"investors:{name}", args=[ref])
        client.get(address)
        with django_assert_num_queries(count):
            assert client.get(address).status_code == 200


def test_merged_contacts_keep_their_briefings(lead: Lead) -> None:
    from investors.models import ContactPair
    from investors.services.merging_contacts import merge_contacts

    briefing = make.sent(draft(lead))
    kept = make.contact(investor=lead.investor)
    pair = ContactPair.objects.create(
        first=briefing.contact, second=kept, score=60, reasons=[["email", ""]]
    )
    merge_contacts(actor=make.user(role=make.Role.MANAGER), pair=pair, keep=kept)
    told = briefing.sent_to
    briefing.refresh_from_db()
    assert (briefing.contact, briefing.sent_to) == (kept, told)
