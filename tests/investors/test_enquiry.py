"""The public form: what it makes, what it refuses, and what it never tells."""

import re
import time
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from clusters.models import Organisation
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from ifa_crm.work.models import Mail
from investors import enquiry_limits
from investors.choices import Confidential, Direction, Origin, Stage
from investors.forms import enquiry as forms
from investors.models import (
    Action,
    AssignmentRule,
    Contact,
    Enquiry,
    Interaction,
    Investor,
    Lead,
)
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
TYPED = {
    "company": "Kitsune Robotics K.K.",
    "country": "JP",
    "website": "kitsune.example",
    "person": "Aya Mori",
    "email": "aya.mori@kitsune.example",
    "phone": "+81 3 5555 0100",
    "text": "We make grippers and look for a laboratory that knows soft materials.",
    "consent": "on",
}


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def stamp(monkeypatch: pytest.MonkeyPatch) -> str:
    """Of a form that was opened ten minutes ago."""
    monkeypatch.setattr(time, "time", lambda now=time.time: now() - 600)
    made = forms.new_stamp()
    monkeypatch.undo()
    return made


def send(data: dict[str, Any], language: str = "en", **extra: Any) -> Any:
    return Client().post(f"/enquiry/{language}/", data, **extra)


def sent(stamp: str, language: str = "en", **changes: Any) -> Any:
    answer = send(TYPED | {"stamp": stamp} | changes, language)
    assert answer.status_code == 302, answer.context["form"].errors
    return answer


def test_it_is_open_to_everybody_in_both_languages() -> None:
    english = Client().get("/enquiry/en/")
    assert english.status_code == 200
    assert 'lang="en"' in english.content.decode()
    french = Client().get("/enquiry/fr/")
    assert "Votre entreprise" in french.content.decode()
    assert french["Content-Language"] == "fr"
    start = Client().get("/enquiry/", headers={"accept-language": "fr-FR"})
    assert "Votre entreprise" in start.content.decode()


def test_it_makes_a_lead_with_everything_under_it(stamp: str) -> None:
    sector, objective = make.sector(), make.objective()
    sent(stamp, sectors=[sector.pk], objectives=[objective.pk])
    lead = Lead.objects.get()
    assert (lead.stage, lead.origin, lead.owner) == (Stage.RECEIVED, Origin.ENQUIRY, None)
    assert lead.wants == TYPED["text"]
    assert (list(lead.sectors.all()), list(lead.objectives.all())) == ([sector], [objective])
    assert (lead.investor.name, lead.investor.control_country) == (TYPED["company"], "JP")
    contact = Contact.objects.get()
    assert (contact.name, contact.email) == (TYPED["person"], TYPED["email"])
    said = Interaction.objects.get()
    assert (said.direction, said.text) == (Direction.IN, TYPED["text"])
    assert list(said.contacts.all()) == [contact]
    enquiry = Enquiry.objects.get()
    assert lead.reply_due_at == said.reply_due_at == enquiry.reply_due_at
    assert lead.heard_at == said.happened_at
    action = Action.objects.get()
    assert (action.what, action.due) == ("First reply", enquiry.due_there.date())
    assert enquiry.lead == lead


def test_it_says_the_reference_and_the_time_on_screen_and_by_mail(stamp: str) -> None:
    answer = sent(stamp, "fr")
    enquiry = Enquiry.objects.get()
    page = Client().get(answer["Location"]).content.decode()
    assert enquiry.ref.upper() in page
    assert "heure de Paris" in page
    mail = Mail.objects.get()
    assert mail.recipients == [TYPED["email"]]
    raw = bytes(mail.raw).decode()
    assert enquiry.ref.upper() in mail.subject
    assert TYPED["company"] not in raw
    assert TYPED["text"] not in raw
    assert Client().get("/enquiry/fr/received/?e=made-up").status_code == 302


def test_sent_twice_it_is_one(stamp: str) -> None:
    first, second = sent(stamp), sent(stamp)
    assert first["Location"].split("?")[0] == second["Location"].split("?")[0]
    assert Enquiry.objects.count() == Lead.objects.count() == Mail.objects.count() == 1


def test_a_company_in_france_is_not_lost(stamp: str, manager: User, as_user: SignIn) -> None:
    sent(stamp, country="FR")
    enquiry = Enquiry.objects.get()
    assert enquiry.lead is None
    assert not Lead.objects.exists()
    assert Mail.objects.count() == 1
    client = as_user(manager)
    assert enquiry.company in client.get("/enquiries/").content.decode()
    assert enquiry.company in client.get("/").content.decode()
    assert client.post(f"/enquiries/{enquiry.ref}/settle/", {"sure": "1"}).status_code == 302
    enquiry.refresh_from_db()
    assert enquiry.settled_by == manager
    assert client.get(f"/enquiries/{enquiry.ref}/settle/").status_code == 404


def test_a_viewer_does_not_read_them(stamp: str, viewer: User, as_user: SignIn) -> None:
    sent(stamp, country="FR")
    assert as_user(viewer).get("/enquiries/").status_code == 403


class TestAttaching:
    """To a company on record only if it is beyond doubt and open; nobody outside is told."""

    def on_record(self, **fields: Any) -> Investor:
        given = {"name": "Kitsune Robotics", "website": "https://www.kitsune.example"}
        return make.investor(**given | fields)

    def test_to_the_one_that_it_is(self, stamp: str) -> None:
        known = self.on_record()
        person = make.contact(investor=known, email=TYPED["email"].upper())
        sent(stamp)
        assert Lead.objects.get().investor == known
        assert list(Contact.objects.all()) == [person]
        assert Enquiry.objects.get().company == TYPED["company"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": "Kitsune Foods"},
            {"website": "https://other.example"},
            {"control_country": "KR"},
        ],
    )
    def test_not_to_another(self, stamp: str, changes: dict[str, Any]) -> None:
        self.on_record(**changes)
        sent(stamp)
        assert Investor.objects.count() == 2

    def test_not_where_there_are_two(self, stamp: str) -> None:
        self.on_record()
        self.on_record()
        sent(stamp)
        assert Investor.objects.count() == 3

    def test_not_to_a_hidden_one(self, stamp: str, adviser: User) -> None:
        known = self.on_record()
        make.lead(owner=adviser, investor=known, confidential=Confidential.YES)
        sent(stamp)
        assert Investor.objects.count() == 2
        assert Lead.objects.filter(investor=known).count() == 1

    def test_the_answer_is_the_same(self, stamp: str) -> None:
        def shown(answer: Any) -> str:
            page = Client().get(answer["Location"]).content.decode()
            ref = Enquiry.objects.order_by("pk").last().ref  # type: ignore[union-attr]
            return page.replace(ref.upper(), "").replace(answer["Location"].split("=")[1], "")

        unknown = shown(sent(forms.new_stamp() if False else stamp))
        Enquiry.objects.update(token="gone")
        known = shown(sent(stamp))
        assert Investor.objects.count() == 1
        wild = r"e=[^\"]+"
        assert re.sub(wild, "", unknown) == re.sub(wild, "", known)


class TestRefused:
    def refused(self, data: dict[str, Any], status: int = 422) -> Any:
        answer = send(data)
        assert answer.status_code == status
        assert not Enquiry.objects.exists()
        assert not Investor.objects.exists()
        assert not Mail.objects.exists()
        return answer

    @pytest.mark.parametrize("name", ["company", "country", "person", "email", "text", "consent"])
    def test_without_what_is_needed(self, stamp: str, name: str) -> None:
        answer = self.refused(TYPED | {"stamp": stamp, name: ""})
        assert name in answer.context["form"].errors

    def test_a_machine_that_fills_every_field(self, stamp: str) -> None:
        answer = self.refused(TYPED | {"stamp": stamp, "fax": "1"})
        assert TYPED["text"] in answer.content.decode()

    def test_a_machine_that_is_quick(self) -> None:
        answer = self.refused(TYPED | {"stamp": forms.new_stamp()})
        assert TYPED["text"] in answer.content.decode()

    @pytest.mark.parametrize("stamp", ["", "made:up:stamp"])
    def test_a_stamp_that_is_not_ours_gets_a_new_one(self, stamp: str) -> None:
        answer = self.refused(TYPED | {"stamp": stamp})
        page = answer.content.decode()
        assert TYPED["text"] in page
        (renewed,) = re.findall(r'name="stamp" value="([^"]+)"', page)
        assert forms.token_of(renewed)

    def test_a_stale_form_keeps_what_was_typed(
        self, stamp: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(forms, "STALE", 60)
        answer = self.refused(TYPED | {"stamp": stamp})
        assert TYPED["text"] in answer.content.decode()

    @pytest.mark.parametrize(
        "changes",
        [
            {"text": "x" * 5001},
            {"text": "a\0b"},
            {"company": "a\0b"},
            {"email": "a@b.example\nBcc: c@d.example"},
            {"sectors": ["999999"]},
            {"country": "XX"},
            {"website": "javascript:alert(1)"},
        ],
    )
    def test_what_makes_no_sense(self, stamp: str, changes: dict[str, Any]) -> None:
        self.refused(TYPED | {"stamp": stamp} | changes)

    def test_fields_that_are_not_asked_for_change_nothing(self, stamp: str) -> None:
        owner = make.user()
        sent(stamp, owner=owner.pk, stage="7 committed", restricted="1", confidential="yes")
        lead = Lead.objects.get()
        assert (lead.owner, lead.stage, lead.restricted) == (None, Stage.RECEIVED, False)


class TestLimits:
    def stamps(self, monkeypatch: pytest.MonkeyPatch, count: int) -> list[str]:
        monkeypatch.setattr(forms, "TOO_QUICK", 0)
        return [forms.new_stamp() for _ in range(count)]

    def test_a_caller_is_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whatever the caller says of other addresses."""
        answers = [
            send(
                TYPED | {"stamp": stamp, "email": f"a{n}@kitsune.example"},
                headers={"x-forwarded-for": f"203.0.113.{n}"},
            )
            for n, stamp in enumerate(self.stamps(monkeypatch, 7))
        ]
        assert [answer.status_code for answer in answers] == [302] * 5 + [429] * 2
        assert TYPED["text"] in answers[-1].content.decode()
        assert Enquiry.objects.count() == 5

    def test_a_network_of_version_six_is_one_caller(self, monkeypatch: pytest.MonkeyPatch) -> None:
        codes = [
            send(
                TYPED | {"stamp": stamp, "email": f"a{n}@kitsune.example"},
                REMOTE_ADDR=f"2001:db8::{n + 1}",
            ).status_code
            for n, stamp in enumerate(self.stamps(monkeypatch, 6))
        ]
        assert codes == [302] * 5 + [429]

    def test_a_mailbox_is_not_flooded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        codes = [
            send(TYPED | {"stamp": stamp}, REMOTE_ADDR=f"203.0.113.{n}").status_code
            for n, stamp in enumerate(self.stamps(monkeypatch, 4))
        ]
        assert codes == [302] * 3 + [429]
        assert Mail.objects.count() == 3

    def test_in_all(self, stamp: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(enquiry_limits, "IN_ALL", 0)
        assert send(TYPED | {"stamp": stamp}).status_code == 429


def test_what_is_typed_is_text_to_the_staff(stamp: str, manager: User, as_user: SignIn) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    sent(stamp, company=evil, person=evil, text=evil, phone="<b>1</b>")
    lead = Lead.objects.get()
    client = as_user(manager)
    for address in (lead.get_absolute_url(), "/leads/", lead.investor.get_absolute_url(), "/"):
        page = client.get(address).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_it_goes_where_the_rules_say(stamp: str) -> None:
    office = make.office(time_zone="Asia/Tokyo")
    adviser = make.user(office=office)
    AssignmentRule.objects.create(position=1, countries=["JP"], office=office)
    sent(stamp)
    lead = Lead.objects.get()
    assert (lead.owner, lead.office) == (adviser, office)
    assert Action.objects.get().assignee == adviser
    assert Enquiry.objects.get().time_zone == "Asia/Tokyo"
    assert lead.received_at <= timezone.now()
    assert not Organisation.objects.exists()
    assert Role.ADVISER in adviser.roles
