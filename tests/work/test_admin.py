"""Background work in the admin: to look at, nothing else."""

import pytest
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.work.models import Beat, Job, Mail
from ifa_crm.work.services import jobs
from tests.admin_pages import address, change_address
from tests.conftest import SignIn
from tests.work.test_outbox import written

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", [Job, Mail, Beat])
def test_rows_are_shown_and_not_changed(
    administrator: User, as_user: SignIn, model: type[Job] | type[Mail] | type[Beat]
) -> None:
    rows = {
        Job: lambda: jobs.start_job(actor=administrator, kind="refuse"),
        Mail: written,
        Beat: lambda: Beat.objects.create(name="worker", at=timezone.now()),
    }
    row, client = rows[model](), as_user(administrator)
    assert client.get(address(model)).status_code == 200
    assert client.get(f"{address(model)}?q=x").status_code == 200
    page = client.get(change_address(row))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()
    assert client.post(change_address(row), {"state": "done"}).status_code == 403
    assert client.get(address(model, "add/")).status_code == 403
