"""Files: which are taken, where they are kept, who gets them and how they leave."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client, override_settings
from django.urls import reverse

from ifa_crm.staff.models import User
from investors.files import check_file
from investors.models import Attachment, Lead
from investors.services.interactions import attach_files
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

GOOD = {
    "plan.pdf": (b"%PDF-1.7 a plan", "application/pdf"),
    "PLAN.PDF": (b"%PDF-1.7 a plan", "application/pdf"),
    "logo.png": (b"\x89PNG\r\n\x1a\n...", "image/png"),
    "site.jpg": (b"\xff\xd8\xff\xe0...", "image/jpeg"),
    "site.jpeg": (b"\xff\xd8\xff\xe0...", "image/jpeg"),
}


def upload(name: str, content: bytes, content_type: str = "text/html") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=content_type)


def office_file(part: str) -> bytes:
    """An archive that holds one part."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(part, "<x/>")
    return held.getvalue()


def test_office_file_with_its_part_is_taken() -> None:
    assert "wordprocessingml" in check_file(upload("a.docx", office_file("word/document.xml")))
    assert "spreadsheetml" in check_file(upload("a.xlsx", office_file("xl/workbook.xml")))


@pytest.mark.parametrize("name", list(GOOD))
def test_type_comes_from_name_and_content_never_from_the_browser(name: str) -> None:
    content, content_type = GOOD[name]
    assert check_file(upload(name, content)) == content_type


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("page.html", b"<script>", "file_type"),
        ("plan", b"%PDF-1.7", "file_type"),
        ("plan.pdf.exe", b"%PDF-1.7", "file_type"),
        ("plan.svg", b"<svg/>", "file_type"),
        ("plan.pdf", b"<html>", "file_content"),
        ("logo.png", b"%PDF-1.7", "file_content"),
        ("plan.docx", b"%PDF-1.7", "file_content"),
        ("plan.docx", b"PK\x03\x04 no archive", "file_content"),
        ("plan.xlsx", office_file("word/document.xml"), "file_content"),
        ("plan.pdf", b"", "file_empty"),
    ],
)
def test_file_that_is_not_taken(name: str, content: bytes, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        check_file(upload(name, content))
    assert refused.value.code == code


@override_settings(ATTACHMENT_MAX_BYTES=10)
def test_file_that_is_too_large() -> None:
    with pytest.raises(ValidationError) as refused:
        check_file(upload("plan.pdf", b"%PDF-1.7 a plan"))
    assert refused.value.code == "file_size"


def attached(lead: Lead, actor: User, name: str = "plan.pdf") -> Attachment:
    file = upload(name, b"%PDF-1.7 a plan")
    return attach_files(actor=actor, files=[file], lead=lead)[0]


def test_file_is_kept_under_a_random_name(adviser: User) -> None:
    made = attached(make.lead(owner=adviser), adviser, "../../etc/pass wd.pdf")
    assert made.file.name == f"attachments/{made.ref[:2]}/{made.ref}"
    assert made.name == "pass_wd.pdf"
    assert not Path(made.file.name).suffix


def test_file_leaves_to_be_kept_not_shown(adviser: User, as_user: SignIn) -> None:
    made = attached(make.lead(owner=adviser), adviser, "Äpfel.pdf")
    response = as_user(adviser).get(made.get_absolute_url())
    assert b"".join(response.streaming_content) == b"%PDF-1.7 a plan"  # type: ignore[attr-defined]
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]


def test_file_of_a_confidential_lead_is_for_those_who_see_it(
    adviser: User, colleague: User, manager: User, as_user: SignIn, client: Client
) -> None:
    made = attached(make.confidential_lead(owner=adviser), adviser)
    address = made.get_absolute_url()
    assert as_user(colleague).get(address).status_code == 404
    assert client.get(address).status_code == 302
    for person in (adviser, manager):
        response = as_user(person).get(address)
        assert b"".join(response.streaming_content) == b"%PDF-1.7 a plan"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "address",
    [
        lambda lead: reverse("investors:lead_attach", args=[lead.ref]),
        lambda lead: reverse(
            "investors:interaction_attach", args=[make.interaction(lead=lead).ref]
        ),
    ],
)
def test_files_are_attached_on_a_page(
    adviser: User, as_user: SignIn, address: Callable[[Lead], str]
) -> None:
    where = address(make.lead(owner=adviser))
    good = upload("plan.pdf", b"%PDF-1.7 a plan")
    more = upload("logo.png", b"\x89PNG\r\n\x1a\n...")
    response = as_user(adviser).post(where, {"files": [good, more]})
    assert response.status_code == 302
    assert set(Attachment.objects.values_list("name", flat=True)) == {"plan.pdf", "logo.png"}


def test_wrong_file_is_refused_at_its_field_and_what_was_typed_is_kept(
    adviser: User, as_user: SignIn
) -> None:
    lead = make.lead(owner=adviser)
    data = {
        "kind": "note",
        "happened_at": "2026-01-02T10:00",
        "text": "A long note that took an hour",
        "files": upload("virus.exe", b"MZ"),
    }
    response = as_user(adviser).post(reverse("investors:interaction_create", args=[lead.ref]), data)
    assert response.status_code == 422
    assert "files" in response.context["form"].errors
    assert "A long note that took an hour" in response.content.decode()
    assert not lead.interactions.exists()


def test_file_belongs_to_exactly_one_record(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    said = make.interaction(lead=lead)
    fields = {"file": "x", "name": "x.pdf", "content_type": "application/pdf", "size": 1}
    for holders in ({}, {"lead": lead, "interaction": said}):
        with pytest.raises(ValidationError):
            Attachment(**fields, **holders).full_clean()
        with pytest.raises(IntegrityError), transaction.atomic():
            Attachment.objects.create(**fields, **holders)
