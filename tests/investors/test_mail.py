"""An e-mail that is pasted or uploaded: read, looked through, and only then saved."""

import datetime as dt
from email.message import EmailMessage
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from ifa_crm.staff.models import User
from investors import drafts
from investors.choices import Confidential, Direction
from investors.mail_reading import date_in, read_message, read_text
from investors.models import Attachment, Contact, Interaction, Investor, Lead
from tests import make
from tests.conftest import SignIn

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
WHEN = dt.datetime(2026, 11, 9, 10, 12)


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "From: Aya Mori <aya@kitsune.example>\nSent: Monday, 9 November 2026 10:12\n"
            "To: The agency\nSubject: Grippers\n\nCould we meet?",
            "Voir plus bas.\n\n____________\nDe : Aya Mori <aya@kitsune.example>\n"
            "Envoyé : lundi 9 novembre 2026 10:12\nÀ : L’agence\nCc : Quelqu’un\n"
            "Objet : Grippers\n\nCould we meet?",
            "---------- Forwarded message ---------\nFrom: Aya Mori <aya@kitsune.example>\n"
            "Date: Mon, Nov 9, 2026 at 10:12 AM\nSubject: Grippers\nTo: <x@y.example>\n\n\n"
            "Could we meet?",
            "---------- Message transféré ---------\nDe : Aya Mori <aya@kitsune.example>\n"
            "Date : lun. 9 nov. 2026 à 10:12\nSubject: Grippers\nTo: <x@y.example>\n\n"
            "Could we meet?",
            "From: Aya Mori [mailto:aya@kitsune.example]\nSent: 09/11/2026 10:12\nTo: x\n"
            "Subject: Grippers\n\nCould we meet?",
            "*From:* Aya Mori <aya@kitsune.example>\n*Sent:* 9 November 2026 10h12\n"
            "*Subject:* Grippers\n\nCould we meet?",
        ],
    )
    def test_a_block_of_headers(self, text: str) -> None:
        mail = read_text(text)
        assert (mail.sender_name, mail.sender_email) == ("Aya Mori", "aya@kitsune.example")
        assert (mail.sent_at, mail.subject, mail.text) == (WHEN, "Grippers", "Could we meet?")

    @pytest.mark.parametrize(
        "text",
        [
            "Thanks!\n\nOn Mon, Nov 9, 2026 at 10:12 AM Aya Mori <aya@kitsune.example> wrote:\n\n"
            "> Could we meet?",
            "Le lun. 9 nov. 2026 à 10:12, Aya Mori <aya@kitsune.example> a écrit :\n\n"
            "> Could we meet?",
            "Le lun. 9 nov. 2026 à 10:12, Aya Mori\n<aya@kitsune.example> a écrit :\n"
            "> Could we meet?",
        ],
    )
    def test_a_quote(self, text: str) -> None:
        mail = read_text(text)
        assert (mail.sender_name, mail.sender_email) == ("Aya Mori", "aya@kitsune.example")
        assert (mail.sent_at, mail.text) == (WHEN, "Could we meet?")

    def test_text_alone_is_text(self) -> None:
        mail = read_text("Note: they called.\r\nAgain.")
        assert (mail.sender_email, mail.text) == ("", "Note: they called.\nAgain.")

    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("Mon, 9 Nov 2026 10:12:00 +0900", "2026-11-09T10:12:00+09:00"),
            ("2026-11-09T10:12:00+01:00", "2026-11-09T10:12:00+01:00"),
            ("11/25/2026 3:05 PM", "2026-11-25T15:05:00"),
            ("1er décembre 2026 à 8h05", "2026-12-01T08:05:00"),
            ("9 Nov 2026 10:12 GMT+02:00", "2026-11-09T10:12:00+02:00"),
            ("9 Nov 2026", "2026-11-09T00:00:00"),
        ],
    )
    def test_a_date(self, text: str, moment: str) -> None:
        assert date_in(text) == dt.datetime.fromisoformat(moment)

    @pytest.mark.parametrize("text", ["", "soon", "31/31/2026", "9 Nov"])
    def test_no_date(self, text: str) -> None:
        assert date_in(text) is None

    @settings(max_examples=100)
    @given(st.text(max_size=400))
    def test_nothing_breaks_it(self, text: str) -> None:
        for pasted in (text, f"From: {text}\nSubject: {text}\nDate: {text}\n\n{text}"):
            assert "\0" not in read_text(pasted).text

    @settings(max_examples=100)
    @given(st.binary(max_size=400))
    def test_no_bytes_break_it(self, raw: bytes) -> None:
        head = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n"
        for message in (raw, head + raw, head + b"\r\n--x\r\n" + raw):
            assert "\0" not in read_message(message).text


def eml(**changes: Any) -> bytes:
    message = EmailMessage()
    message["From"] = changes.get("sender", "Jürgen Groß <jg@kitsune.example>")
    message["Date"] = "Mon, 9 Nov 2026 10:12:00 +0900"
    message["Subject"] = "Greifer für Früchte"
    message.set_content(changes.get("text", "Could we meet?"))
    if "html" in changes:
        message.add_alternative(changes["html"], subtype="html")
    for name, content in changes.get("files", ()):
        message.add_attachment(content, maintype="application", subtype="x", filename=name)
    return message.as_bytes()


class TestFile:
    def test_it_is_read(self) -> None:
        mail = read_message(eml(html="<p>no</p>", files=[("a.png", PNG)]))
        assert (mail.sender_name, mail.sender_email) == ("Jürgen Groß", "jg@kitsune.example")
        assert (mail.subject, mail.text) == ("Greifer für Früchte", "Could we meet?")
        assert mail.sent_at == dt.datetime.fromisoformat("2026-11-09T10:12:00+09:00")
        assert [(each.name, each.content) for each in mail.files] == [("a.png", PNG)]

    def test_html_alone_is_made_plain(self) -> None:
        raw = (
            b"From: a@b.example\r\nContent-Type: text/html; charset=iso-8859-1\r\n\r\n"
            b"<style>p{}</style><p>Caf\xe9<br>au lait</p><script>alert(1)</script>"
        )
        assert read_message(raw).text == "Café\nau lait"

    def test_an_unknown_encoding_does_no_harm(self) -> None:
        raw = b"From: a@b.example\r\nContent-Type: text/plain; charset=klingon\r\n\r\nCaf\xe9"
        assert read_message(raw).text == "Café"


@pytest.mark.django_db
class TestPages:
    def paste(self, client: Client, data: dict[str, Any], query: str = "") -> Any:
        return client.post(f"/e-mails/paste/{query}", data)

    def upload(self, raw: bytes, name: str = "mail.eml") -> dict[str, Any]:
        return {"file": SimpleUploadedFile(name, raw)}

    def shown(self, answer: Any) -> dict[str, Any]:
        """What the form holds, as it would be sent."""
        assert answer.status_code == 200, answer.context["form"].errors
        form = answer.context["form"]
        assert not Interaction.objects.exists()
        data = {name: form[name].value() for name in form.fields}
        lead = data.pop("lead")
        data |= {"lead": lead or "", "company": ""}
        data["happened_at"] = f"{data['happened_at']:%Y-%m-%dT%H:%M}"
        return {key: value for key, value in data.items() if value is not None}

    def test_onto_a_lead(self, adviser: User, as_user: SignIn) -> None:
        client, lead = as_user(adviser), make.lead(owner=adviser)
        raw = eml(files=[("plan.png", PNG), ("virus.exe", b"MZ")])
        answer = self.paste(client, self.upload(raw), f"?lead={lead.ref}")
        assert "virus.exe" in answer.content.decode()
        data = self.shown(answer)
        assert not Attachment.objects.exists()
        assert client.post("/e-mails/save/", data).status_code == 302
        said = Interaction.objects.get()
        assert (said.lead, said.direction, said.text) == (lead, Direction.IN, "Could we meet?")
        assert said.happened_at == dt.datetime(2026, 11, 9, 1, 12, tzinfo=dt.UTC)
        assert said.reply_due_at is not None
        (contact,) = said.contacts.all()
        assert (contact.name, contact.email) == ("Jürgen Groß", "jg@kitsune.example")
        assert [each.name for each in said.attachments.all()] == ["plan.png"]
        assert drafts.fetch(adviser, data["draft"]) is None

    def test_as_a_new_lead(self, adviser: User, as_user: SignIn) -> None:
        client = as_user(adviser)
        text = "From: Aya <aya@kitsune.example>\nSubject: Grippers\n\nCould we meet?"
        answer = self.paste(client, {"text": text})
        form = answer.context["form"]
        data = {name: form[name].value() or "" for name in form.fields}
        data |= {"happened_at": f"{timezone.localtime():%Y-%m-%dT%H:%M}", "company": ""}
        refused = client.post("/e-mails/save/", data)
        assert refused.status_code == 422
        assert set(refused.context["form"].errors) == {"company"}
        data |= {"company_text": "Kitsune", "control_country": "JP"}
        assert client.post("/e-mails/save/", data).status_code == 302
        lead = Lead.objects.get()
        assert (lead.title, lead.investor.name, lead.owner) == ("Grippers", "Kitsune", adviser)
        assert lead.interactions.get().is_open
        assert Contact.objects.get().email == "aya@kitsune.example"

    def test_the_lead_of_the_sender_is_offered(self, adviser: User, as_user: SignIn) -> None:
        lead = make.lead(owner=adviser)
        make.contact(investor=lead.investor, email="aya@kitsune.example")
        text = "From: Aya <aya@kitsune.example>\nSubject: x\n\nHello"
        answer = self.paste(as_user(adviser), {"text": text})
        assert answer.context["form"]["lead"].value() == lead.ref

    def test_a_hidden_one_is_neither_offered_nor_named(
        self, adviser: User, colleague: User, as_user: SignIn
    ) -> None:
        investor = make.investor(name="Secret Robotics", website="https://kitsune.example")
        lead = make.lead(owner=adviser, investor=investor, confidential=Confidential.YES)
        make.contact(investor=investor, email="aya@kitsune.example", known_through=lead)
        client = as_user(colleague)
        text = "From: Aya <aya@kitsune.example>\nSubject: x\n\nHello"
        answer = self.paste(client, {"text": text})
        assert answer.context["form"]["lead"].value() is None
        assert "Secret" not in answer.content.decode()
        assert self.paste(client, {"text": text}, f"?lead={lead.ref}").status_code == 404
        data = {"lead": lead.ref, "direction": "in", "text": "x", "happened_at": "2026-01-01T10:00"}
        assert client.post("/e-mails/save/", data).status_code == 422

    def test_what_is_no_mail_is_refused(self, adviser: User, as_user: SignIn) -> None:
        client = as_user(adviser)
        for data in (
            {"text": ""},
            self.upload(PNG),
            self.upload(eml(), "mail.msg"),
            {"text": "  "},
        ):
            assert self.paste(client, data).status_code == 422
        assert not Investor.objects.exists()

    def test_a_draft_is_its_bringers_for_a_day(
        self, adviser: User, colleague: User, as_user: SignIn
    ) -> None:
        key = drafts.keep(adviser, b"x")
        assert drafts.fetch(adviser, key) == b"x"
        assert drafts.fetch(colleague, key) is None
        assert drafts.fetch(adviser, "made up") is None
        assert drafts.forget_old(timezone.now()) == 0
        assert drafts.forget_old(timezone.now() + dt.timedelta(days=4)) == 1
        assert drafts.fetch(adviser, key) is None
        assert default_storage.listdir("drafts")[0] == []
        data = {"draft": key, "direction": "in", "text": "x", "happened_at": "2026-01-01T10:00"}
        answer = as_user(adviser).post("/e-mails/save/", data)
        assert "not kept any more" in answer.content.decode()

    def test_a_viewer_pastes_nothing(self, viewer: User, as_user: SignIn) -> None:
        client = as_user(viewer)
        assert client.get("/e-mails/paste/").status_code == 403
        assert client.post("/e-mails/save/", {}).status_code == 403
