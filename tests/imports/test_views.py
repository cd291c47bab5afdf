"""The pages of an import: who sees them, and the way through."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from ifa_crm.imports.models import Import
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.models import Investor
from tests import make
from tests.conftest import SignIn
from tests.imports.bringing import HEADINGS, ROW, bring, check, csv_bytes, run, upload

pytestmark = pytest.mark.django_db

PAGES = ("import_detail", "import_columns", "import_reading", "import_write", "import_put_aside")


def address(name: str, imported: Import, *args: Any) -> str:
    return reverse(f"imports:{name}", args=[imported.ref, *args])


def test_the_whole_way_through_the_pages(manager: User, as_user: SignIn) -> None:
    client = as_user(manager)
    new = reverse("imports:import_new", args=["leads"])
    assert client.get(new).status_code == 200
    file = SimpleUploadedFile("Leads.csv", csv_bytes([HEADINGS, ROW]))
    columns = client.post(new, {"file": file})
    imported = Import.objects.get()
    assert columns.url == address("import_columns", imported)
    page = client.get(columns.url)
    assert "aiko@kyoto-cells.example" in page.content.decode()
    fields = {f"column_{i}": key for i, key in imported.mapping.items()}
    response = client.post(columns.url, fields | {"keep_as": "Fair"})
    assert response.url == imported.get_absolute_url()
    run(Import.objects.select_related("job").get())
    assert "To be created" in client.get(imported.get_absolute_url()).content.decode()
    assert not Investor.objects.exists()
    assert client.get(address("import_write", imported)).status_code == 200
    client.post(address("import_write", imported))
    run(Import.objects.select_related("job").get())
    page = client.get(imported.get_absolute_url()).content.decode()
    assert Investor.objects.get().leads.get().get_absolute_url() in page
    report = client.get(address("import_report", imported))
    text = b"".join(report.streaming_content).decode("utf-8-sig")
    assert "Created" in text.splitlines()[1]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADVISER])
def test_who_may_not_import_is_refused(role: Role, as_user: SignIn) -> None:
    client = as_user(make.user(role=role))
    for name, args in (("import_list", []), ("import_new", ["leads"])):
        assert client.get(reverse(f"imports:{name}", args=args)).status_code == 403


def test_the_desk_does_not_import_leads(desk: User, as_user: SignIn) -> None:
    client = as_user(desk)
    assert client.get(reverse("imports:import_list")).status_code == 200
    assert client.get(reverse("imports:import_new", args=["leads"])).status_code == 404


def test_an_import_is_its_owners(manager: User, administrator: User, as_user: SignIn) -> None:
    imported = check(upload(manager, [HEADINGS, ROW]))
    stranger = as_user(make.user(role=Role.MANAGER))
    for name in (*PAGES, "import_report"):
        assert stranger.get(address(name, imported)).status_code == 404
    assert imported.name not in stranger.get(reverse("imports:import_list")).content.decode()
    looks = as_user(administrator)
    assert looks.get(address("import_detail", imported)).status_code == 200
    for name in PAGES[1:]:
        assert looks.get(address(name, imported)).status_code == 403
    for name, args in (("import_decide", [2]), ("import_decide_all", [])):
        assert looks.post(address(name, imported, *args)).status_code == 403


def test_a_file_that_cannot_be_read_keeps_nothing(manager: User, as_user: SignIn) -> None:
    new = reverse("imports:import_new", args=["leads"])
    file = SimpleUploadedFile("Leads.csv", b"")
    response = as_user(manager).post(new, {"file": file})
    assert response.status_code == 422
    assert not Import.objects.exists()


def test_duplicates_are_decided_one_by_one_and_all_at_once(manager: User, as_user: SignIn) -> None:
    bring(manager, [HEADINGS, ROW])
    imported = check(upload(manager, [HEADINGS, ROW]))
    client = as_user(manager)
    page = client.get(imported.get_absolute_url()).content.decode()
    assert "Possible duplicates: decide" in page
    client.post(address("import_decide", imported, 2), {"decision": "same"})
    row = imported.rows.get()
    assert (row.decision, row.chosen) == ("same", Investor.objects.get().ref)
    row.decision = row.chosen = ""
    row.save()
    client.post(address("import_decide_all", imported), {"decision": "skip", "kind": row.twin_kind})
    assert imported.rows.get().decision == "skip"


@pytest.mark.parametrize("count", [1, 20])
def test_queries_of_the_pages(
    manager: User, as_user: SignIn, count: int, django_assert_num_queries: Any
) -> None:
    rows = [(f"Company {n}", *ROW[1:]) for n in range(count)]
    imported = check(upload(manager, [HEADINGS, *rows]))
    for _n in range(count - 1):
        upload(manager, [HEADINGS, ROW])
    client = as_user(manager)
    with django_assert_num_queries(7):
        client.get(imported.get_absolute_url())
    with django_assert_num_queries(5):
        client.get(reverse("imports:import_list"))
    with django_assert_num_queries(3):
        client.get(address("import_columns", imported))
