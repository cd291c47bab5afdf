"""An import that is killed goes on, an import that is repeated does nothing twice; undo; races."""

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ifa_crm.imports.choices import Decision, ImportState
from ifa_crm.imports.models import ImportRow
from ifa_crm.imports.services import checking, deciding, writing
from ifa_crm.shared.acting import acting
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from ifa_crm.work.choices import Undone
from ifa_crm.work.models import BatchEntry
from ifa_crm.work.running import JobRun
from ifa_crm.work.services import jobs
from ifa_crm.work.services import undo as undo_service
from ifa_crm.work.services.undo import undo
from ifa_crm.work.tasks import run_job
from investors.models import Action, Contact, Investor, InvestorKey, Lead, LeadLog
from investors.services import leads
from investors.services.actions import NextAction
from investors.services.investors import edit_investor
from investors.services.quick import start_lead
from tests import make
from tests.conftest import SignIn
from tests.imports.bringing import HEADINGS, ROW, bring, check, outcomes, results, upload, write

pytestmark = pytest.mark.django_db


def rows(count: int) -> list[tuple[str, ...]]:
    return [(f"Company Nr {n}", *ROW[1:3], f"p{n}@c{n}.example", *ROW[4:]) for n in range(count)]


def killed_after(stages: int, job: Any, act: Any, ref: str) -> None:
    """Run a job until it is killed before its next stage."""
    begun = jobs.begin(job.pk)
    assert begun is not None
    run, left = JobRun(begun), [stages]
    real = run.stage

    def stage() -> Any:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real()

    run.stage = stage  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        act(run, ref=ref)
    jobs.take_back_lost(timezone.now() + dt.timedelta(hours=1))
    job.refresh_from_db()


def finish(job: Any, act: Any, ref: str) -> None:
    begun = jobs.begin(job.pk)
    assert begun is not None
    act(JobRun(begun), ref=ref)
    jobs.finish(begun)


@pytest.mark.parametrize("stages", [0, 1, 2])
def test_killed_anywhere_each_row_is_written_once(
    manager: User, monkeypatch: pytest.MonkeyPatch, stages: int
) -> None:
    monkeypatch.setattr(checking, "BATCH", 3)
    monkeypatch.setattr(writing, "BATCH", 3)
    imported = upload(manager, [HEADINGS, *rows(8)])
    mapping = {int(index): key for index, key in imported.mapping.items()}
    imported = checking.check(
        actor=manager, imported=imported, mapping=mapping, readings={}, overwrite=True
    )
    killed_after(stages, imported.job, checking.run_check, imported.ref)
    finish(imported.job, checking.run_check, imported.ref)
    imported.refresh_from_db()
    assert (imported.state, imported.rows_read) == (ImportState.CHECKED, 8)
    assert not Investor.objects.exists()
    imported = writing.write(actor=manager, imported=imported)
    killed_after(stages, imported.job, writing.run_write, imported.ref)
    finish(imported.job, writing.run_write, imported.ref)
    assert Counter(results(imported).values()) == {"created": 8}
    assert Investor.objects.count() == Lead.objects.count() == 8
    assert Contact.objects.count() == Action.objects.count() == 8


def test_counts_add_up_to_the_rows_of_the_file(manager: User) -> None:
    make.investor(name="Company Nr 1", control_country="JP")
    bad = [("No country", "", *ROW[2:]), ("Bad mail", "Japan", "X", "no address", "N", "")]
    imported = check(upload(manager, [HEADINGS, *rows(4), *bad, (), rows(1)[0]]))
    found = outcomes(imported)
    assert len(found) == imported.rows_read == 7
    assert Counter(found.values()) == {"create": 4, "twin": 1, "refused": 2}


def test_several_rows_of_a_company_make_one_investor(manager: User) -> None:
    again = (*ROW[:2], "Bo Li", "bo@kyoto-cells.example", "Batteries", "")
    bring(manager, [HEADINGS, ROW, again, ROW])
    assert Investor.objects.count() == 1
    assert set(Lead.objects.values_list("title", flat=True)) == {"Hydrogen", "Batteries"}
    assert Contact.objects.count() == 2


def test_what_is_undecided_waits_and_is_written_later(manager: User) -> None:
    known = make.investor(name=ROW[0], control_country="JP")
    imported = write(check(upload(manager, [HEADINGS, ROW, *rows(2)])))
    assert results(imported) == {2: "", 3: "created", 4: "created"}
    deciding.decide(actor=manager, imported=imported, line=2, decision=Decision.SAME)
    write(imported)
    assert results(imported)[2] == "updated"
    assert known.leads.get().title == "Hydrogen"


def test_archived_twin_is_restored(manager: User) -> None:
    known = make.investor(name=ROW[0], control_country="JP")
    known.archive(actor=manager, reason="Closed")
    imported = check(upload(manager, [HEADINGS, ROW]))
    assert outcomes(imported) == {2: "archived"}
    deciding.decide(actor=manager, imported=imported, line=2, decision=Decision.RESTORE)
    write(imported)
    known.refresh_from_db()
    assert not known.is_archived
    assert known.leads.count() == 1


def test_row_imported_equals_one_typed_in(manager: User) -> None:
    """The same records, logs, keys and history, less what is random or a moment."""
    sector, objective = make.sector(label_en="Batteries"), make.objective(label_en="Talent")
    headings = (*HEADINGS, "Sectors", "Objectives", "Mode", "Horizon", "Confidential")
    made: list[dict[str, Any]] = []
    for way in ("typed", "imported"):
        if way == "typed":
            with acting(manager):
                typed(manager, sector, objective)
        else:
            bring(manager, [headings, (*ROW, "Batteries", "Talent", "either", "later", "no")])
        made.append(world())
        wipe()
    typed_in, imported = made
    assert typed_in == imported


def typed(manager: User, sector: Any, objective: Any) -> None:
    start_lead(
        actor=manager,
        investor={"name": ROW[0], "control_country": "JP"},
        fields={
            "title": "Hydrogen",
            "budget_answer": "given",
            "budget_amount": 1_500_000,
            "budget_currency": "EUR",
            "sectors": [sector],
            "objectives": [objective],
            "mode": "either",
            "horizon": "later",
            "confidential": "no",
        },
        following=NextAction("First contact", timezone.localdate()),
        contact={"name": ROW[2], "email": ROW[3]},
    )


def world() -> dict[str, Any]:
    """All that an import could make, without what differs from one time to the next."""
    unlike = {"id", "ref", "investor", "known_through", "lead", "contact", "object_id"}
    found: dict[str, Any] = {}
    for model in (Investor, Contact, Lead, Action, LeadLog):
        fields = [
            field.attname
            for field in model._meta.concrete_fields
            if field.name not in unlike and not field.name.endswith(("_at", "_since", "at"))
        ]
        found[model.__name__] = list(model.objects.order_by("pk").values_list(*fields))
    found["keys"] = sorted(InvestorKey.objects.values_list("kind", "value"))
    found["sectors"] = list(Lead.objects.values_list("sectors", "objectives"))
    models = ("investor", "contact", "lead", "action")
    entries = LogEntry.objects.filter(content_type__model__in=models)
    found["history"] = Counter(
        (entry.content_type.model, entry.action, tuple(sorted(entry.changes or ())), entry.actor_id)
        for entry in entries
        if set(entry.changes or ()) != {"stage", "stage_since"}
    )
    return found


def wipe() -> None:
    LogEntry.objects.all().delete()
    ImportRow.objects.all().delete()
    BatchEntry.objects.all().delete()
    Contact.objects.update(known_through=None)
    for model in (Action, LeadLog, Contact, Lead, Investor):
        model.objects.all().delete()
    LogEntry.objects.all().delete()


def test_import_is_undone_while_nobody_touched_it(manager: User) -> None:
    imported = bring(manager, [HEADINGS, *rows(3)])
    touched = Investor.objects.get(name="Company Nr 1")
    edit_investor(actor=manager, investor=touched, changes={"city": "Osaka"})
    imported.refresh_from_db()
    assert imported.batch is not None
    undo(actor=manager, batch=imported.batch)
    assert [row.name for row in Investor.objects.all()] == ["Company Nr 1"]
    assert Lead.objects.count() == Contact.objects.count() == 1


def test_companies_that_were_handed_over_stay_whole_and_the_others_go(
    manager: User, adviser: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many companies are noted before what is under them: no stage may part them."""
    monkeypatch.setattr(undo_service, "AT_ONCE", 10)
    monkeypatch.setattr(undo_service, "_STAGE", 10)
    lines = [HEADINGS, *rows(12)]
    batch = bring(manager, lines).batch
    assert batch is not None
    names = [f"Company Nr {n}" for n in (3, 7, 11)]
    touched = list(Lead.objects.filter(investor__name__in=names))
    for lead in touched:
        leads.assign(actor=manager, lead=lead, owner=adviser, deputy=None, office=None)
    page = as_user(manager).get(batch.get_absolute_url()).content.decode()
    assert page.count("Changed since") == 3 * 2  # of the lead and of its action
    assert page.count(">stays<") == 3 * 4
    assert page.count("is removed") == 9 * 4
    undo(actor=manager, batch=batch)
    batch.refresh_from_db()
    assert batch.undo_job is not None
    run_job.func(batch.undo_job.pk)
    assert set(Lead.objects.all()) == set(touched)
    kept = {lead.investor for lead in touched}
    assert set(Investor.objects.all()) == kept
    assert {person.investor for person in Contact.objects.all()} == kept
    for lead in touched:
        assert lead.actions.get().assignee == adviser
    told = batch.entries.filter(outcome=Undone.KEPT).values_list("told", flat=True)
    assert (len(told), set(told)) == (3 * 4, {"It was worked on since."})
    page = as_user(manager).get(batch.get_absolute_url()).content.decode()
    for lead in touched:
        assert str(lead.investor) in page, "what stayed comes first"
    assert "Owner" in page
    again = Counter(results(bring(manager, lines)).values())
    assert again == {"created": 9, "": 3}  # the three are asked about
    assert Lead.objects.count() == 12


def test_rows_of_an_import_that_was_undone_lead_nowhere(manager: User, as_user: SignIn) -> None:
    imported = bring(manager, [HEADINGS, ROW])
    client, words = as_user(manager), "Open the record"
    assert words in client.get(imported.get_absolute_url()).content.decode()
    undo(actor=manager, batch=imported.batch)
    assert words not in client.get(imported.get_absolute_url()).content.decode()


def test_undo_brings_back_what_an_import_changed(manager: User) -> None:
    known = make.investor(name=ROW[0], control_country="JP", city="Kyoto")
    headings = ("Investor reference", "City")
    imported = bring(manager, [headings, (known.ref, "Osaka")])
    known.refresh_from_db()
    assert (known.city, results(imported)) == ("Osaka", {2: "updated"})
    imported.refresh_from_db()
    assert imported.batch is not None
    undo(actor=manager, batch=imported.batch)
    known.refresh_from_db()
    assert known.city == "Kyoto"


def test_two_bring_in_the_same_company_at_once(manager: User) -> None:
    """Both were checked before either was written: the second one is asked."""
    other = make.user(role=Role.MANAGER)
    first, second = (check(upload(user, [HEADINGS, ROW])) for user in (manager, other))
    write(first)
    write(second)
    assert results(second) == {2: ""}
    assert outcomes(second) == {2: "twin"}
    assert Investor.objects.count() == 1


@pytest.mark.parametrize("decision", [Decision.SAME, Decision.NEW])
def test_what_was_left_is_written_after_an_undo(manager: User, decision: Decision) -> None:
    """The record that the row was like is gone."""
    twin = ("Kyoto Cells", *ROW[1:3], "", "Fuel cells", "")
    imported = bring(manager, [HEADINGS, ROW, twin])
    assert results(imported) == {2: "created", 3: ""}
    undo(actor=manager, batch=imported.batch)
    imported.refresh_from_db()
    deciding.decide_all(
        actor=manager,
        imported=imported,
        kind=imported.rows.get(line=3).twin_kind,
        decision=decision,
    )
    imported = write(imported)
    assert imported.job is not None
    assert (imported.job.error, results(imported)[3]) == ("", "created")
    assert Investor.objects.count() == 1


def test_a_new_lead_is_written_once(manager: User) -> None:
    """It is folded with its people before, not again after them."""
    with CaptureQueriesContext(connection) as asked:
        bring(manager, [HEADINGS, ROW])
    lead = Lead.objects.get()
    assert "aiko" in lead.search_text
    assert not [sql for sql in map(_sql, asked) if sql.startswith('UPDATE "investors_lead"')]


def test_rows_of_the_same_key_are_found_by_it(manager: User) -> None:
    """Not by going through the file: a hundred thousand rows would be read for each batch."""
    imported = check(upload(manager, [HEADINGS, *rows(5)]))
    with CaptureQueriesContext(connection) as asked:
        write(imported)
    wanted = [sql for sql in map(_sql, asked) if '"imports_importrow"."key" IN' in sql]
    assert wanted
    for sql in wanted:
        assert "ORDER BY" not in sql
        assert '"principal" IS NOT NULL' not in sql


def _sql(query: dict[str, str]) -> str:
    return query["sql"]
