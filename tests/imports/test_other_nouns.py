"""Interactions, organisations and leaders from a file."""

import datetime as dt

import pytest
from django.utils import timezone

from clusters.models import Leader, Organisation
from ifa_crm.imports.services import deciding
from ifa_crm.staff.models import User
from ifa_crm.work.services.undo import undo
from investors.choices import Stage
from investors.models import Interaction
from tests import make
from tests.imports.bringing import bring, check, outcomes, results, upload, write

pytestmark = pytest.mark.django_db
SAID = ("Lead reference", "When", "Type", "Direction", "Subject", "Text", "With whom")
ORGANISATION = ("Name", "Kind", "Country", "City", "Website")
TODAY = "2026-03-04"
LEADER = ("Name", "Cluster", "Role", "E-mail", "Languages")


def test_interaction_is_logged_with_all_that_follows(manager: User) -> None:
    lead = make.lead(owner=manager)
    person = make.contact(investor=lead.investor, name="Aiko Tanaka")
    row = (lead.ref, "2026-03-01 09:30", "E-mail", "sent", "Hello", "We wrote", "aiko tanaka")
    imported = bring(manager, [SAID, row], noun="interactions")
    assert results(imported) == {2: "created"}
    said = Interaction.objects.get()
    assert (said.kind, said.direction, said.logged_by) == ("email", "out", manager)
    assert list(said.contacts.all()) == [person]
    lead.refresh_from_db()
    assert lead.stage == Stage.CONTACTED
    imported.refresh_from_db()
    assert imported.batch is not None
    undo(actor=manager, batch=imported.batch)
    lead.refresh_from_db()
    assert (Interaction.objects.count(), lead.stage) == (0, Stage.RECEIVED)


def test_interaction_finds_its_lead_by_investor_and_need(manager: User) -> None:
    lead = make.lead(owner=manager, title="Hydrogen")
    make.lead(owner=manager, investor=lead.investor, title="Batteries")
    headings = ("Investor", "Need", "When", "Type", "Text")
    rows = [
        (lead.investor.name.upper(), "hydrogen", "1 March 2026", "note", "So"),
        (lead.investor.name, "", "2026-03-01", "note", "Which of the two?"),
        ("Nobody", "", "2026-03-01", "note", "Who?"),
    ]
    imported = check(upload(manager, [headings, *rows], noun="interactions"))
    assert outcomes(imported) == {2: "create", 3: "refused", 4: "refused"}
    why = {row.line: row.errors[0][1] for row in imported.rows.exclude(line=2)}
    assert f"“{lead.investor.name}” has several leads" in why[3]
    assert "No such lead of “Nobody”" in why[4]
    write(imported)
    assert Interaction.objects.get().lead == lead
    again = check(upload(manager, [headings, rows[0]], noun="interactions"))
    assert outcomes(again) == {2: "unchanged"}


def test_interaction_still_ahead_is_refused_with_its_field(manager: User) -> None:
    lead = make.lead(owner=manager)
    row = (lead.ref, "2999-01-01", "note", "", "", "Soon", "")
    imported = check(upload(manager, [SAID, row], noun="interactions"))
    assert outcomes(imported) == {2: "refused"}
    assert imported.rows.get().errors[0] == ["happened_at", "“2999-01-01” is still ahead."]


def test_what_a_file_brings_of_other_days_is_a_late_entry(manager: User) -> None:
    lead = make.lead(owner=manager)
    long_ago, today = "2026-03-02", timezone.localdate().isoformat()
    rows = [(lead.ref, day, "note", "", "", f"On {day}", "") for day in (long_ago, today)]
    bring(manager, [SAID, *rows], noun="interactions")
    late = dict(Interaction.objects.values_list("text", "logged_late"))
    assert late == {f"On {long_ago}": True, f"On {today}": False}


def test_a_file_of_this_morning_is_on_record_in_the_afternoon(
    manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = make.lead(owner=manager)
    received = [("Company", "Lead reference", "Received"), (lead.investor.name, lead.ref, TODAY)]
    said = [SAID, (lead.ref, TODAY, "note", "", "", "They called", "")]
    for clock, outcome in (("09:00", {"update", "create"}), ("15:00", {"unchanged"})):
        now = dt.datetime.fromisoformat(f"{TODAY}T{clock}:00+01:00")
        monkeypatch.setattr("django.utils.timezone.now", lambda now=now: now)
        checked = [
            check(upload(manager, received)),
            check(upload(manager, said, noun="interactions")),
        ]
        assert {outcomes(imported)[2] for imported in checked} == outcome, clock
        if clock == "09:00":
            for imported in checked:
                write(imported)
            lead.refresh_from_db()
            assert lead.received_at <= now
            assert Interaction.objects.get().happened_at <= now


def test_a_lead_received_in_days_to_come_is_refused_at_its_cell(manager: User) -> None:
    rows = [("Company", "Country", "Need", "Received"), ("Brand New", "JP", "Tanks", "2999-01-01")]
    imported = check(upload(manager, rows))
    assert outcomes(imported) == {2: "refused"}
    assert imported.rows.get().errors[0] == ["lead.received_at", "“2999-01-01” is still ahead."]


def test_organisation_is_made_and_its_twin_is_asked_about(desk: User) -> None:
    known = make.organisation(name="Université de Lyon", city="")
    rows = [
        ("Nouveau Labo", "laboratory", "France", "Nice", "labo.example"),
        ("Université de lyon", "university", "fr", "Lyon", ""),
    ]
    imported = check(upload(desk, [ORGANISATION, *rows], noun="organisations"))
    assert outcomes(imported) == {2: "create", 3: "twin"}
    kind = imported.rows.get(line=3).twin_kind
    assert deciding.decide_all(actor=desk, imported=imported, kind=kind, decision="same") == 1
    write(imported)
    known.refresh_from_db()
    assert (known.city, known.kind) == ("Lyon", "university")
    assert Organisation.objects.count() == 2


def test_a_hidden_organisation_warns_nobody(desk: User) -> None:
    make.hidden(make.organisation(name="Secret Labs"))
    row = ("Secret Labs", "company", "US", "", "")
    imported = check(upload(desk, [ORGANISATION, row], noun="organisations"))
    assert outcomes(imported) == {2: "create"}


def test_leader_is_made_at_a_cluster_on_record(desk: User) -> None:
    cluster = make.cluster(name="Mov'eo")
    rows = [
        ("Anne Roux", "moveo", "Director", "anne@moveo.example", "French"),
        ("Jean", "No such cluster", "Director", "", ""),
    ]
    imported = bring(desk, [LEADER, *rows], noun="leaders")
    assert results(imported) == {2: "created", 3: ""}
    assert outcomes(imported)[3] == "refused"
    leader = Leader.objects.get()
    assert (leader.cluster, leader.email) == (cluster, "anne@moveo.example")
    again = check(upload(desk, [LEADER, rows[0]], noun="leaders"))
    assert outcomes(again) == {2: "unchanged"}
