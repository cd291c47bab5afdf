"""What was exported is imported again: unchanged it changes nothing, a changed cell one field."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ifa_crm.imports.services import files
from ifa_crm.staff.roles import Role
from investors.models import Lead
from tests import make
from tests.conftest import SignIn
from tests.imports.bringing import check, outcomes, results, write
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
