"""What was exported is imported again: unchanged it changes nothing, a changed cell one field."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clusters.models import Organisation
from ifa_crm.imports.models import Import
from ifa_crm.imports.services import files
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.models import Investor, Lead
from tests import make
from tests.conftest import SignIn
from tests.imports.bringing import bring, check, outcomes, results, write
from tests.work.test_export import ALL, LEADS, body

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("form", ["csv", "csv-fr", "xlsx"])
def test_export_comes_back_unchanged(form: str, as_user: SignIn) -> None:
    user = make.user(role=Role.MANAGER, may_export=True)
    left = make.user()
    leads = [
        make.lead(owner=user, title="=1+1", budget_answer="given", budget_amount="1500.50"),
        make.lead(owner=left, title="Sensors", jobs_answer="given", jobs=40, mode="join"),
        make.qualified_lead(owner=user, priority="1", topics=[make.topic()]),
    ]
    left.is_active = False
    left.save()
    address = f"{LEADS}{ALL},topics"
    content = body(as_user(user).post(address, {"coded": "on", "format": form}))
    file = SimpleUploadedFile(f"leads.{form[:4].strip('-')}", content)
    imported = check(files.upload(actor=user, noun="leads", file=file))
    rows = imported.rows.order_by("line")
    assert [(row.outcome, row.errors, row.note) for row in rows] == [("unchanged", [], "")] * 3
    write(imported)
    assert set(results(imported).values()) == {"unchanged"}
    assert Lead.objects.count() == len(leads)


def test_a_changed_cell_changes_its_field(as_user: SignIn) -> None:
    user = make.user(role=Role.MANAGER, may_export=True)
    lead = make.lead(owner=user, title="Sensors")
    content = body(as_user(user).post(LEADS + ALL, {"coded": "on"}))
    file = SimpleUploadedFile("leads.csv", content.replace(b"Sensors", b"Optical sensors"))
    imported = check(files.upload(actor=user, noun="leads", file=file))
    assert set(outcomes(imported).values()) == {"update"}
    write(imported)
    lead.refresh_from_db()
    assert lead.title == "Optical sensors"


FORMS = pytest.mark.parametrize("form", ["csv", "csv-fr", "xlsx"])


def _again(user: User, noun: str, form: str, content: bytes) -> Import:
    """The file brought in as it left, with the columns as they are guessed; checked, written."""
    file = SimpleUploadedFile(f"{noun}.{form[:4].strip('-')}", content)
    imported = check(files.upload(actor=user, noun=noun, file=file))
    rows = imported.rows.order_by("line")
    assert {(row.outcome, str(row.errors), row.note) for row in rows} == {("unchanged", "[]", "")}
    write(imported)
    assert set(results(imported).values()) == {"unchanged"}
    return imported


@FORMS
def test_investors_come_back_unchanged(form: str, as_user: SignIn) -> None:
    user = make.user(role=Role.MANAGER, may_export=True)
    make.investor(name="=Hoshino", native_name="星野電子", city="Nagoya", size="small")
    make.investor(name="Nestlé, S.A.", control_country="CH", presence="none")
    make.investor(name="Kestrel; Ltd", presence="production", presence_site="Lyon")
    content = body(as_user(user).post("/investors/export/", {"coded": "on", "format": form}))
    before = list(Investor.objects.order_by("pk").values())
    assert _again(user, "leads", form, content).rows.count() == 3
    assert list(Investor.objects.order_by("pk").values()) == before


@FORMS
def test_organisations_come_back_unchanged(form: str, as_user: SignIn) -> None:
    user = make.user(role=Role.MANAGER, may_export=True)
    make.organisation(name="-Labo d'été", kind="laboratory", country="FR", city="Nice")
    make.organisation(name="TOSHIBA 株式会社", kind="large", country="JP", city="")
    content = body(as_user(user).post("/organisations/export/", {"coded": "on", "format": form}))
    before = list(Organisation.objects.order_by("pk").values())
    assert _again(user, "organisations", form, content).rows.count() == len(before)
    assert list(Organisation.objects.order_by("pk").values()) == before


SAID = ("Lead reference", "When", "Type", "Direction", "Subject", "Text", "With whom")
LEADER = ("Name", "Cluster", "Role", "E-mail", "Languages")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("noun", ["interactions", "leaders"])
def test_report_comes_back_unchanged(noun: str, form: str, as_user: SignIn) -> None:
    """No list of these leaves as a file; the report of an import is the file that does."""
    user = make.user(role=Role.MANAGER)
    lead = make.lead(owner=user)
    make.contact(investor=lead.investor, name="Aiko Tanaka")
    cluster = make.cluster(name="Minalogic")
    rows = {
        "interactions": [
            SAID,
            (lead.ref, "2026-03-01 09:30", "E-mail", "in", "=1+1", "On\ntwo lines", "aiko tanaka"),
            (lead.ref, "2026-03-02", "Note", "", "", "- a note", ""),
        ],
        "leaders": [
            LEADER,
            ("Éva Martin", str(cluster), "president", "eva@minalogic.example", "fr, en"),
        ],
    }[noun]
    imported = bring(user, rows, noun=noun)
    assert set(results(imported).values()) == {"created"}, list(
        imported.rows.values_list("errors", "outcome")
    )
    answer = as_user(user).get(f"/imports/{imported.ref}/report/?as={form}")
    content = b"".join(answer.streaming_content)
    _again(user, noun, form, content)
