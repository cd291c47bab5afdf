"""A list as a file: exactly what it shows, all of it, to those who may, with a line in the log."""

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from ifa_crm.shared.columns import Column
from ifa_crm.shared.export import Format, Shape, plain
from ifa_crm.staff.models import ExportLog, User
from ifa_crm.staff.roles import Role
from ifa_crm.work.choices import JobState
from ifa_crm.work.models import Job
from ifa_crm.work.services import exports
from ifa_crm.work.services.jobs import start_job
from ifa_crm.work.tasks import run_job
from ifa_crm.work.views import export as view
from investors.choices import Confidential, Priority
from investors.models import Lead
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
LEADS = "/leads/export/"
ALL = "?cols=" + ",".join(
    [
        *("lead", "country", "stage", "status", "owner", "next", "received", "deputy", "office"),
        *("priority", "origin", "mode", "horizon", "budget", "investment", "jobs", "sectors"),
        *("objectives", "regions", "since"),
    ]
)


@pytest.fixture
def exporter(db: None) -> User:
    return make.user(role=Role.ADVISER, may_export=True)


def body(response: Any) -> bytes:
    assert response.status_code == 200, response.status_code
    return b"".join(response.streaming_content)


def table(client: Client, address: str = LEADS, **form: str) -> list[list[str]]:
    text = body(client.post(address, form)).decode("utf-8-sig")
    delimiter = ";" if form.get("format") == "csv-fr" else ","
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


# --- What is in it --------------------------------------------------------------------------


def test_file_has_the_rows_and_columns_of_the_list_in_its_order(
    exporter: User, as_user: SignIn
) -> None:
    for title, priority in (("Beta", "1"), ("Alpha", "1"), ("Gamma", "3")):
        make.lead(owner=exporter, title=title, priority=priority)
    client = as_user(exporter)
    found = table(client, f"{LEADS}?priority=1&sort=received&cols=lead,priority")
    assert found[0] == ["Investor", "Need in a few words", "Reference", "Priority"]
    assert [row[1] for row in found[1:]] == ["Beta", "Alpha"]
    assert {row[3] for row in found[1:]} == {"High"}
    back = table(client, f"{LEADS}?sort=-received&cols=lead")
    assert [row[1] for row in back[1:]] == ["Gamma", "Alpha", "Beta"]


def test_all_rows_leave_whatever_the_page_shows(
    exporter: User, as_user: SignIn, settings: Any
) -> None:
    settings.COUNT_CAP = 5
    for _ in range(12):
        make.lead(owner=exporter)
    assert len(table(as_user(exporter), f"{LEADS}?size=25&page=2")) == 1 + 12


def test_broken_filter_gives_its_sentence_and_no_file(exporter: User, as_user: SignIn) -> None:
    response = as_user(exporter).post(f"{LEADS}?stage=nonsense", {"format": "csv"})
    assert response.status_code == 422
    assert not ExportLog.objects.exists()


def test_formula_is_defused_in_every_format(exporter: User, as_user: SignIn) -> None:
    make.lead(owner=exporter, title='=HYPERLINK("http://x")')
    client = as_user(exporter)
    for kind in ("csv", "csv-fr"):
        assert table(client, LEADS, format=kind)[1][1].startswith("'=")
    sheet = load_workbook(io.BytesIO(body(client.post(LEADS, {"format": "xlsx"})))).active
    assert sheet is not None
    cell = sheet.cell(2, 2)
    assert (cell.data_type, str(cell.value)[:2]) == ("s", "'=")


def test_french_excel_gets_semicolons_a_bom_and_commas(exporter: User, as_user: SignIn) -> None:
    exporter.language = "fr"
    exporter.save()
    amount = {"budget_answer": "given", "budget_amount": Decimal("1500.50")}
    make.lead(owner=exporter, title="Société", **amount)
    raw = body(as_user(exporter).post(f"{LEADS}?cols=lead,budget", {"format": "csv-fr"}))
    assert raw.startswith(b"\xef\xbb\xbf")
    head, row = raw.decode("utf-8-sig").splitlines()
    assert head.startswith("Investisseur;")
    assert "Société" in row
    assert ";1500,50;EUR;" in row


def test_codes_and_exact_times_for_an_import(exporter: User, as_user: SignIn) -> None:
    lead = make.lead(owner=exporter)
    found = table(as_user(exporter), LEADS + ALL, coded="on")
    row = dict(zip(*found, strict=True))
    assert row["lead.ref"] == lead.ref
    assert row["lead.owner"] == exporter.username
    assert row["investor.name"] == lead.investor.name
    assert Lead.objects.get(received_at=row["lead.received_at"]) == lead


def test_workbook_has_numbers_and_dates(exporter: User, as_user: SignIn) -> None:
    make.lead(owner=exporter, jobs_answer="given", jobs=40)
    raw = body(as_user(exporter).post(f"{LEADS}?cols=lead,jobs,next", {"format": "xlsx"}))
    sheet = load_workbook(io.BytesIO(raw)).active
    assert sheet is not None
    head = [cell.value for cell in sheet[1]]
    row = dict(zip(head, sheet[2], strict=True))
    assert row["Jobs"].value == 40
    assert row["Next action"].is_date
    assert sheet.freeze_panes == "A2"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, None),
        ("", None),
        (0, 0),
        (False, "no"),
        (Decimal("5.00"), 5),
        (Decimal("5.50"), Decimal("5.50")),
        ("-5", "'-5"),
        (-5, -5),
        ("a\tb", "a\tb"),
    ],
)
def test_values_as_cells(value: Any, cell: Any) -> None:
    shape = Shape(Format.CSV, [Column("x", "X", str)], False, "en", ZoneInfo("Europe/Paris"))
    assert plain(value, shape) == cell


# --- Who may, what is logged --------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_without_the_permission_there_is_no_button_and_no_file(role: Role, as_user: SignIn) -> None:
    client = as_user(make.user(role=role))
    assert "/export/" not in client.get("/leads/").content.decode()
    for method in (client.get, client.post):
        assert method(LEADS).status_code == 403
    assert not ExportLog.objects.exists()


@pytest.mark.parametrize("role", list(Role))
def test_any_role_may_be_given_it(role: Role, as_user: SignIn) -> None:
    client = as_user(make.user(role=role, may_export=True))
    assert LEADS in client.get("/leads/?status=active").content.decode()
    assert ">Export</button>" in client.get(LEADS).content.decode()
    assert table(client)[0][0] == "Investor"


def test_one_who_left_or_has_no_role_may_not(as_user: SignIn) -> None:
    assert as_user(make.user(role=None, may_export=True)).get(LEADS).status_code == 403


def test_each_export_is_logged_with_filter_columns_and_count(
    exporter: User, as_user: SignIn
) -> None:
    make.lead(owner=exporter, priority=Priority.HIGH)
    make.lead(owner=exporter)
    client = as_user(exporter)
    client.get(f"{LEADS}?priority=1")
    assert not ExportLog.objects.exists(), "a GET writes nothing"
    table(client, f"{LEADS}?priority=1&cols=lead", format="csv-fr")
    log = ExportLog.objects.get()
    assert (log.user, log.of, log.count, log.format) == (exporter, "Leads", 1, "csv-fr")
    assert log.filters == [["Priority", "High"]]
    assert log.query == "priority=1&cols=lead"
    assert log.columns == ["Investor", "Need in a few words", "Reference"]


def test_log_is_for_administrators(
    exporter: User, administrator: User, manager: User, as_user: SignIn
) -> None:
    make.lead(owner=exporter)
    table(as_user(exporter), f"{LEADS}?mine=1")
    page = as_user(administrator).get("/exports/")
    assert str(exporter) in page.content.decode()
    assert "Mine: Yes" in page.content.decode()
    assert as_user(manager).get("/exports/").status_code == 403


@pytest.mark.parametrize("count", [1, 20])
def test_queries_of_the_log(
    count: int, administrator: User, as_user: SignIn, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        ExportLog.objects.create(user=administrator, of="Leads", count=1, format="csv")
    client = as_user(administrator)
    with django_assert_num_queries(6):
        assert client.get("/exports/").status_code == 200


# --- What must not leave --------------------------------------------------------------------


def test_hidden_rows_and_columns_do_not_leave(
    exporter: User, colleague: User, as_user: SignIn
) -> None:
    make.lead(owner=colleague, title="Vraxium", confidential=Confidential.YES)
    shown = make.lead(owner=colleague, title="Open")
    client = as_user(exporter)
    for query in ("?sort=received", ALL, "?q=vraxium", "?cols=search_text,password,lead"):
        found = table(client, LEADS + query)
        assert "Vraxium" not in str(found)
        assert "search_text" not in found[0]
        assert len(found) <= 2
    assert ExportLog.objects.earliest("pk").count == 1
    assert shown.title in str(table(client))


def test_row_that_becomes_hidden_while_the_file_is_written_is_left_out(
    exporter: User, colleague: User, rf: Any
) -> None:
    from investors.views.leads import lead_page

    lead = make.lead(owner=colleague)
    request = rf.get("/leads/")
    request.user = exporter
    page = lead_page(request)
    keys = page.all_keys()
    Lead.objects.filter(pk=lead.pk).update(confidential=Confidential.YES, restricted=True)
    assert keys == [lead.pk]
    assert list(page.chunks(keys)) == [[]]


# --- Many rows ----------------------------------------------------------------------------


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view, "AT_ONCE", 2)


@pytest.mark.usefixtures("few_at_once")
def test_large_workbook_is_made_by_a_job_for_its_owner_alone(
    exporter: User, colleague: User, administrator: User, as_user: SignIn
) -> None:
    for _ in range(3):
        make.lead(owner=exporter)
    make.lead(owner=colleague, title="Vraxium", confidential=Confidential.YES)
    client = as_user(exporter)
    response = client.post(f"{LEADS}?mine=1&sort=received", {"format": "xlsx"})
    job = Job.objects.get()
    assert response["Location"] == job.get_absolute_url()
    assert ExportLog.objects.get().job == job.ref
    run_job.call(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.done, job.total) == (JobState.DONE, "", 3, 3)
    address = f"{job.get_absolute_url()}result/"
    sheet = load_workbook(io.BytesIO(body(client.get(address)))).active
    assert sheet is not None
    assert sheet.max_row == 4
    assert "Vraxium" not in str(list(sheet.values))
    administrator.may_export = True
    administrator.save()
    for other in (colleague, administrator):
        assert as_user(other).get(address).status_code == 404
    assert address not in as_user(administrator).get(job.get_absolute_url()).content.decode()
    exporter.may_export = False
    exporter.save()
    assert as_user(exporter).get(address).status_code == 404


@pytest.mark.usefixtures("few_at_once")
def test_job_of_one_who_lost_the_permission_makes_nothing(exporter: User, as_user: SignIn) -> None:
    for _ in range(3):
        make.lead(owner=exporter)
    as_user(exporter).post(LEADS, {"format": "xlsx"})
    exporter.may_export = False
    exporter.save()
    job = Job.objects.get()
    run_job.call(job.pk)
    job.refresh_from_db()
    assert (job.state, bool(job.result)) == (JobState.FAILED, False)


@pytest.mark.parametrize(
    "changes", [{"path": "/nowhere/export/"}, {"path": "/leads/"}, {"unheard-of": 1}]
)
def test_export_queued_by_another_version_says_to_start_anew(
    exporter: User, changes: dict[str, Any]
) -> None:
    arguments = {"path": "/leads/export/", "query": "", "coded": False}
    job = start_job(actor=exporter, kind="export", arguments=arguments | changes)
    run_job.call(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    assert "anew" in job.error


@pytest.mark.usefixtures("few_at_once")
def test_file_is_deleted_after_a_week(exporter: User, as_user: SignIn) -> None:

    for _ in range(3):
        make.lead(owner=exporter)
    as_user(exporter).post(LEADS, {"format": "xlsx"})
    job = Job.objects.get()
    run_job.call(job.pk)
    exports.forget_files(timezone.now() + dt.timedelta(days=6))
    job.refresh_from_db()
    assert job.result
    exports.forget_files(timezone.now() + dt.timedelta(days=8))
    job.refresh_from_db()
    assert not job.result


def test_csv_streams_in_few_queries(
    exporter: User, as_user: SignIn, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        make.lead(owner=exporter)
    client = as_user(exporter)
    client.get("/leads/")
    with django_assert_max_num_queries(12):
        table(client, LEADS + ALL)
