"""A messy spreadsheet: what cells mean is said once, twins within the file become one."""

import pytest
from django.urls import reverse

from ifa_crm.imports.forms_cells import cell_name
from ifa_crm.imports.models import Import
from ifa_crm.imports.models.importing import ANY_CELL
from ifa_crm.imports.services import cells, deciding
from ifa_crm.imports.services.files import upload as keep
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.models import Investor, Lead
from tests import make
from tests.conftest import SignIn
from tests.imports import messy
from tests.imports.bringing import (
    SimpleUploadedFile,
    check,
    csv_bytes,
    outcomes,
    results,
    run,
    upload,
    write,
)

pytestmark = pytest.mark.django_db

HEADINGS = ("Raison sociale", "Pays", "Besoin", "Emplois")
LATE = ("Nordlicht GmbH", "Allemagne", "Laser", "bientôt")


@pytest.fixture
def manager() -> User:
    return make.user(role=Role.MANAGER)


def _unread(user: User) -> Import:
    rows = [HEADINGS, LATE, ("Vega AB", "Suéde", "Batteries", "bientôt"), ("Lyra", "JP", "x", 12)]
    return check(upload(user, rows))


def test_cells_that_cannot_be_read_are_counted_by_their_text(manager: User) -> None:
    imported = _unread(manager)
    assert imported.unread == {"3": {"bientôt": 2}}
    assert outcomes(imported) == {2: "refused", 3: "refused", 4: "create"}


def test_what_a_text_means_holds_for_all_its_cells(manager: User) -> None:
    imported = _unread(manager)
    said = {3: {"bientôt": "20"}}
    imported = run(cells.say_meanings(actor=manager, imported=imported, meanings=said))
    assert set(outcomes(imported).values()) == {"create"}
    assert imported.unread == {}
    write(imported)
    assert sorted(Lead.objects.values_list("jobs", flat=True)) == [12, 20, 20]


def test_cells_left_empty_are_told_of_their_rows(manager: User) -> None:
    imported = _unread(manager)
    said = {3: {ANY_CELL: ""}}
    imported = write(run(cells.say_meanings(actor=manager, imported=imported, meanings=said)))
    assert set(results(imported).values()) == {"created"}
    assert "bientôt" in imported.rows.get(line=2).told
    assert imported.rows.get(line=4).told == ""
    assert Lead.objects.get(title="Laser").jobs is None


def test_meanings_go_when_the_column_holds_something_else(manager: User) -> None:
    imported = _unread(manager)
    said = {3: {"bientôt": "20"}}
    imported = run(cells.say_meanings(actor=manager, imported=imported, meanings=said))
    assert check(imported).meanings == {"3": {"bientôt": "20"}}
    mapping = {int(i): key for i, key in imported.mapping.items()} | {3: "lead.investment"}
    assert check(imported, mapping=mapping).meanings == {}
    assert outcomes(imported)[2] == "refused"


def test_meanings_are_kept_with_columns_of_a_name(manager: User) -> None:
    imported = check(upload(manager, [HEADINGS, LATE]), keep_as="Fair")
    said = {3: {"bientôt": "20"}}
    run(cells.say_meanings(actor=manager, imported=imported, meanings=said))
    again = check(upload(manager, [HEADINGS, ("Ceres AB", "Suède", "Laser", "bientôt")]))
    assert outcomes(again) == {2: "create"}


def test_page_of_cells_takes_meanings_and_refuses_what_cannot_be_read(
    manager: User, as_user: SignIn
) -> None:
    imported = _unread(manager)
    address = reverse("imports:import_cells", args=[imported.ref])
    browser = as_user(manager)
    assert "bientôt" in browser.get(address).content.decode()
    assert browser.post(address, {cell_name(3, "bientôt"): "viele"}).status_code == 422
    assert browser.post(address, {cell_name(3, "bientôt"): ""}).status_code == 422
    assert browser.post(address, {"all_empty": "1"}).status_code == 302
    imported.refresh_from_db()
    assert imported.meanings == {"3": {ANY_CELL: ""}}
    assert as_user(make.user(role=Role.MANAGER)).get(address).status_code == 404


def test_a_page_of_cells_left_open_says_nothing_of_other_texts(
    manager: User, as_user: SignIn
) -> None:
    rows = [HEADINGS, LATE, ("Vega AB", "Suède", "x", "bientôt"), ("Lyra", "JP", "y", "viele")]
    imported = check(upload(manager, rows))
    address = reverse("imports:import_cells", args=[imported.ref])
    browser = as_user(manager)
    line = browser.get(address).context["form"].columns()[0]["lines"][0]
    assert line["text"] == "bientôt"
    said = {3: {"bientôt": "20"}}
    run(cells.say_meanings(actor=manager, imported=imported, meanings=said))
    assert browser.post(address, {line["field"].html_name: "30"}).status_code == 422
    imported.refresh_from_db()
    assert imported.meanings == {"3": {"bientôt": "20"}}


def test_meanings_said_before_a_name_are_kept_and_forgotten_with_it(manager: User) -> None:
    imported = _unread(manager)
    said = {3: {"bientôt": "20"}}
    imported = run(cells.say_meanings(actor=manager, imported=imported, meanings=said))
    imported = check(imported, keep_as="Fair")
    assert upload(manager, [HEADINGS, LATE]).meanings == {"3": {"bientôt": "20"}}
    check(imported, forget=True)
    assert upload(manager, [HEADINGS, LATE]).meanings == {}


def test_what_two_windows_say_of_the_same_columns_is_kept(manager: User) -> None:
    first = check(upload(manager, [HEADINGS, LATE]), keep_as="Fair")
    second, third = (check(upload(manager, [HEADINGS, LATE])) for _ in range(2))
    for imported, text in ((first, "bientôt"), (second, "plus tard")):
        said = {3: {text: "20"}}
        run(cells.say_meanings(actor=manager, imported=imported, meanings=said))
    both = {"3": {"bientôt": "20", "plus tard": "20"}}
    assert upload(manager, [HEADINGS, LATE]).meanings == both
    check(third, keep_as="Fair")
    assert upload(manager, [HEADINGS, LATE]).meanings == both
    check(third, keep_as="Fair", forget=True)
    assert upload(manager, [HEADINGS, LATE]).meanings == {}


def test_names_that_are_proposed_handle_leads(manager: User) -> None:
    for _ in range(9):
        make.user(role=Role.VIEWER)
    rows = [(*HEADINGS, "Responsable"), (*LATE[:3], "5", "nobody@nowhere")]
    [(_column, why)] = check(upload(manager, rows)).rows.get().errors
    assert str(manager) in why


def test_twin_in_the_same_batch_becomes_the_same_record(manager: User) -> None:
    rows = [
        HEADINGS,
        ("Aurora Optics Ltd", "UK", "Lasers", ""),
        ("Aurora Optics", "UK", "Sensors", ""),
        ("AURORA OPTICS", "UK", "Lenses", ""),
        ("Aurora Optics", "", "Prisms", ""),
    ]
    imported = check(upload(manager, rows))
    assert outcomes(imported) == {2: "create", 3: "twin", 4: "twin", 5: "twin"}
    assert deciding.decide_all(actor=manager, imported=imported, kind="file", decision="same") == 3
    imported = write(imported)
    assert results(imported) == {2: "created", 3: "updated", 4: "updated", 5: "updated"}
    investor = Investor.objects.get()
    assert investor.name == "Aurora Optics Ltd"
    assert set(investor.leads.values_list("title", flat=True)) == {
        *("Lasers", "Sensors", "Lenses", "Prisms")
    }


def test_another_one_is_made_though_a_row_of_its_name_is_the_same(manager: User) -> None:
    rows = [
        HEADINGS,
        ("Aurora Optics Ltd", "UK", "Lasers", ""),
        ("Aurora Optics", "UK", "Sensors", ""),
        ("Aurora Optics", "UK", "Lenses", ""),
    ]
    imported = check(upload(manager, rows))
    for line, decision in ((3, "new"), (4, "same")):
        deciding.decide(actor=manager, imported=imported, line=line, decision=decision)
    assert results(write(imported)) == {2: "created", 3: "created", 4: "updated"}
    leads = {lead.title: lead.investor.name for lead in Lead.objects.select_related("investor")}
    assert leads == {
        "Lasers": "Aurora Optics Ltd",
        "Sensors": "Aurora Optics",
        "Lenses": "Aurora Optics Ltd",
    }


def test_a_twin_keeps_the_name_of_the_record_and_its_own_beside_it(manager: User) -> None:
    investor = make.investor(name="Deep Mind Robotics Ltd", website="https://deep.example")
    headings = ("Company", "Country", "Website")
    rows = [headings, ("Deepmind Robots", investor.control_country.code, "deep.example")]
    imported = check(upload(manager, rows))
    assert outcomes(imported) == {2: "twin"}
    deciding.decide(actor=manager, imported=imported, line=2, decision="same")
    write(imported)
    investor.refresh_from_db()
    assert (investor.name, investor.other_names) == ("Deep Mind Robotics Ltd", "Deepmind Robots")


def test_counts_of_a_messy_workbook_add_up(manager: User, as_user: SignIn) -> None:
    count = 300
    blank = sum(not any(str(cell or "").strip() for cell in row) for row in messy.rows(count))
    file = SimpleUploadedFile("messy.xlsx", messy.workbook(count))
    imported = check(keep(actor=manager, noun="leads", file=file))
    assert imported.rows_read == imported.rows.count() == count - blank
    said = {int(index): {ANY_CELL: ""} for index in imported.unread}
    imported = run(cells.say_meanings(actor=manager, imported=imported, meanings=said))
    deciding.decide_all(actor=manager, imported=imported, kind="file", decision="same")
    imported = write(imported)
    page = as_user(manager).get(imported.get_absolute_url()).context
    assert page["total"] == sum(figure["n"] for figure in page["figures"]) == count - blank
    by_key = {figure["key"]: figure["n"] for figure in page["figures"]}
    assert "" not in by_key  # each was written or refused
    assert by_key["refused"] < count / 10
    shown = as_user(manager).get(f"{imported.get_absolute_url()}?show=result:refused").context
    assert len(shown["rows"]) == min(by_key["refused"], 50)


def test_same_rows_made_twice_are_the_same() -> None:
    assert list(messy.rows(50)) == list(messy.rows(50))
    assert csv_bytes(messy.rows(5))
