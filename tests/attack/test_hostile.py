"""Input that means harm, or that somebody pasted by mistake."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.models import Attachment, Contact, Investor, Lead
from tests import make
from tests.attack.test_writes import posted
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

# --- where to go next ------------------------------------------------------------------------

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "https:evil.example",
    "https://evil.example/",
    r"\\evil.example",
    r"/\evil.example",
    "javascript:alert(1)",
    "http:///evil.example",
    "\thttps://evil.example",
    "//testserver@evil.example",
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_leads_nowhere_else(target: str, adviser: User, as_user: SignIn) -> None:
    client, lead = as_user(adviser), make.lead(owner=adviser)
    contact = make.contact(investor=lead.investor)
    action = lead.actions.get()
    free = make.lead(investor=lead.investor)
    Lead.objects.filter(pk=free.pk).update(owner=None)
    edit = reverse("investors:contact_edit", args=[contact.ref])
    move = reverse("investors:action_move", args=[action.ref])
    answers = [
        client.post(reverse("staff:set_language"), {"language": "en", "next": target}),
        client.post(reverse("investors:lead_take", args=[free.ref]), {"next": target}),
        client.post(edit, posted(client, edit) | {"next": target}),
        client.post(move, {"due": timezone.localdate().isoformat(), "next": target}),
    ]
    for response in answers:
        assert response.status_code == 302
        assert re.match(r"/(?![/\\])", response["Location"]), response["Location"]
    shown = client.get(move, {"next": target}).content.decode()
    assert f'href="{target}"' not in shown


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(target: str, client: Client) -> None:
    user = make.user()
    user.set_password("Long enough 2007")
    user.save()
    response = client.post(
        reverse("account_login"),
        {"login": user.username, "password": "Long enough 2007", "next": target},
    )
    assert response.status_code == 302
    assert re.match(r"/(?![/\\])", response["Location"])


def test_an_unknown_host_is_refused(client: Client) -> None:
    assert client.get("/accounts/login/", headers={"host": "evil.example"}).status_code == 400


def test_a_forwarded_address_is_not_believed(client: Client) -> None:
    """Without a proxy in front, a new address in the header does not start a new count."""
    assert settings.ALLAUTH_TRUSTED_PROXY_COUNT == 0
    data = {"login": "nobody", "password": "wrong"}
    answers = [
        client.post(
            reverse("account_login"), data, headers={"x-forwarded-for": f"192.0.2.{n}"}
        ).status_code
        for n in range(15)
    ]
    final = client.post(reverse("account_login"), data, headers={"x-forwarded-for": "198.51.100.7"})
    assert 429 in answers or "too many" in final.content.decode().lower()


# --- sessions --------------------------------------------------------------------------------


def test_the_session_of_one_who_left_is_over(adviser: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    assert client.get("/leads/").status_code == 200
    User.objects.filter(pk=adviser.pk).update(is_active=False)
    assert client.get("/leads/").status_code == 302


def test_a_role_that_was_taken_away_counts_at_once(adviser: User, as_user: SignIn) -> None:
    client, address = as_user(adviser), reverse("investors:lead_create")
    assert client.get(address).status_code == 200
    adviser.groups.set([make.group(Role.VIEWER)])
    assert client.get(address).status_code == 403
    adviser.groups.clear()
    assert client.get("/leads/").status_code == 403


def test_a_demo_account_has_no_session_outside_a_demo(adviser: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    User.objects.filter(pk=adviser.pk).update(is_demo=True)
    assert settings.DEMO is False
    assert client.get("/leads/").status_code == 302


# --- markup ----------------------------------------------------------------------------------

MARKUP = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{7*7}}'
LINKS = ("javascript:alert(1)", "data:text/html,<script>", " JavaScript:alert(1)", "vbscript:x")


def test_markup_in_every_text_is_shown_as_text(
    adviser: User, manager: User, as_user: SignIn
) -> None:
    investor = make.investor(actor=adviser, name=MARKUP, notes=MARKUP, city=MARKUP)
    lead = make.qualified_lead(
        owner=adviser, investor=investor, title=MARKUP, makes=MARKUP, wants=MARKUP
    )
    contact = make.contact(investor=investor, name=MARKUP, position=MARKUP)
    make.interaction(lead=lead, contacts=[contact], subject=MARKUP, text=MARKUP)
    make.action(lead=lead, what=MARKUP)
    cluster = make.cluster(name=MARKUP, specialty=MARKUP)
    make.shortlisting(lead=lead, cluster=cluster)
    project = make.project(name=MARKUP, clusters=[cluster], summary=MARKUP)
    engaged = make.engagement(lead=lead, project=project)
    meeting = make.meeting(lead=lead, cluster=cluster, place=MARKUP, purpose=MARKUP)
    client = as_user(manager)
    pages = ["/", "/leads/", "/investors/", "/projects/", "/meetings/", "/engagements/"]
    pages += ["/clusters/", "/meetings/calendar/", "/search/?q=script"]
    pages += [each.get_absolute_url() for each in (lead, investor, project, engaged, meeting)]
    pages += [f"/search/?q={MARKUP}", f"/leads/{lead.ref}/changes/", f"/clusters/{cluster.slug}/"]
    pages += [f"/leads/{lead.ref}/shortlist/", f"/leads/{lead.ref}/edit/"]
    for page in pages:
        shown = client.get(page).content.decode()
        assert "<script>alert" not in shown, page
        assert "<img src=x" not in shown, page
        assert "49" not in re.findall(r"onerror=alert\(2\)&gt;(49)", shown), page
        assert "'unsafe-inline'" not in client.get(page)["Content-Security-Policy"]


@pytest.mark.parametrize("link", LINKS)
def test_a_link_that_runs_something_is_never_a_link(
    link: str, manager: User, as_user: SignIn
) -> None:
    investor = make.investor(website=link)
    meeting = make.meeting()
    type(meeting).objects.filter(pk=meeting.pk).update(link=link.strip())
    organisation = make.organisation(website=link)
    cluster = make.cluster(website=link)
    client = as_user(manager)
    for row in (investor, organisation, cluster):
        shown = client.get(row.get_absolute_url()).content.decode()
        assert not re.search(r'href="\s*(javascript|data|vbscript):', shown, re.IGNORECASE), row


# --- files -----------------------------------------------------------------------------------

BAD_FILES: dict[str, tuple[str, bytes]] = {
    "too large": ("a.pdf", b"%PDF-1.7" + b"x" * (20 * 1024 * 1024 + 1)),
    "wrong first bytes": ("a.pdf", b"GIF89a"),
    "empty": ("a.pdf", b""),
    "html as pdf": ("a.pdf", b"<html><script>alert(1)</script>"),
    "svg": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "double extension": ("a.pdf.html", b"%PDF-1.7"),
    "program": ("a.exe", b"MZ"),
    "zip as docx": ("a.docx", b"PK\x03\x04nothing"),
    "no extension": ("pdf", b"%PDF-1.7"),
}


@pytest.mark.parametrize("what", list(BAD_FILES))
def test_a_bad_file_is_refused_at_its_field(what: str, adviser: User, as_user: SignIn) -> None:
    name, content = BAD_FILES[what]
    lead = make.lead(owner=adviser)
    response = as_user(adviser).post(
        reverse("investors:lead_attach", args=[lead.ref]),
        {"files": SimpleUploadedFile(name, content)},
    )
    assert response.status_code == 422
    assert response.context["form"].errors["files"]
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.pdf", r"..\..\boot.pdf", '<img onerror="x">.pdf']
)
def test_a_file_is_only_ever_handed_out_to_keep(name: str, adviser: User, as_user: SignIn) -> None:
    lead, client = make.lead(owner=adviser), as_user(adviser)
    client.post(
        reverse("investors:lead_attach", args=[lead.ref]),
        {"files": SimpleUploadedFile(name, b"%PDF-1.7 x", "text/html")},
    )
    kept = Attachment.objects.get()
    assert not set('/\\<>"\r\n') & set(kept.name)
    assert settings.MEDIA_ROOT.resolve() in type(settings.MEDIA_ROOT)(kept.file.path).parents
    response: Any = client.get(reverse("investors:attachment", args=[kept.ref]))
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")
    assert b"".join(response.streaming_content) == b"%PDF-1.7 x"


# --- too much, and odd letters ---------------------------------------------------------------

LONG = "x" * 100_000  # in every field of a form at once
ODD = ["\u202eevil\u202c", "a\u200bb\u200dc", "e" + "\u0301" * 150, "😀" * 40, "\ufeffname", "İıſß"]


@pytest.mark.parametrize(
    "name", ["investors:investor_create", "investors:lead_create", "clusters:organisation_create",
             "clusters:cluster_create", "clusters:project_create", "clusters:call_create",
             "staff:profile", "staff:absence_create"],
)  # fmt: skip
def test_a_very_long_text_in_each_field_is_an_error(
    name: str, manager: User, as_user: SignIn
) -> None:
    client, address = as_user(manager), reverse(name)
    fields = list(client.get(address).context["form"].fields)
    data = dict.fromkeys([*fields, *(f"{field}_text" for field in fields)], LONG)
    response = client.post(address, data)
    assert response.status_code == 422
    assert response.context["form"].errors
    longest = max(fields, key=lambda field: field in {"name", "title", "reason", "first_name"})
    assert client.post(address, {longest: LONG * 10}).status_code == 422


def test_a_very_long_search_is_no_error(manager: User, as_user: SignIn) -> None:
    client = as_user(manager)
    for address in ("/leads/", "/investors/", "/projects/", "/search/", "/options/companies/"):
        assert client.get(address, {"q": "ab " * 20_000}).status_code in {200, 400}, address


def test_ten_thousand_parameters_are_refused_kindly(manager: User, as_user: SignIn) -> None:
    client = as_user(manager)
    many = {f"p{n}": "1" for n in range(10_000)}
    assert client.post(reverse("investors:investor_create"), many).status_code == 400
    assert client.get("/leads/", many).status_code in {200, 400}


@pytest.mark.parametrize("odd", ODD)
def test_odd_letters_are_taken_and_found(odd: str, adviser: User, as_user: SignIn) -> None:
    client = as_user(adviser)
    given = {"name": odd, "control_country": "JP", "presence": "none"}
    response = client.post(reverse("investors:investor_create"), given)
    assert response.status_code == 302, response.context["form"].errors
    investor = Investor.objects.get()
    assert client.get(investor.get_absolute_url()).status_code == 200
    assert client.get("/search/", {"q": odd}).status_code == 200
    assert not Contact.objects.exists()


@pytest.mark.parametrize("blank", ["\u200b", "\u2060\u200d", "\u202e\u202c"])
def test_a_name_that_nobody_can_see_is_no_name(blank: str, adviser: User, as_user: SignIn) -> None:
    given = {"name": blank, "control_country": "JP", "presence": "none"}
    response = as_user(adviser).post(reverse("investors:investor_create"), given)
    assert response.status_code == 422
