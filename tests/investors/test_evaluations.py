"""Where to send them, on a lead: kept, noted, written back, and what changed since."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from clusters.models import TopicWords
from ifa_crm.staff.models import User
from investors.choices import Confidential, LostReason, Mode
from investors.evaluating import Names
from investors.evaluating_kept import Run, differences
from investors.models import Evaluation, Lead, Shortlisting
from investors.services import status
from investors.services.evaluations import keep_evaluation, note_evaluated
from tests import make
from tests.conftest import SignIn
from tests.investors.test_evaluate import TEXT, World, bands, build, htmx, verdict

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def client(adviser: User, as_user: SignIn) -> Client:
    return as_user(adviser)


@pytest.fixture
def lead(adviser: User, world: World) -> Lead:
    return make.lead(owner=adviser, makes=TEXT, topics=[world.sensors], sectors=[world.sector])


def at(lead: Lead, act: str = "") -> str:
    name = f"investors:lead_evaluate_{act}" if act else "investors:lead_evaluate"
    return reverse(name, args=[lead.ref])


SENT = {"shown": "sensing", "topic": "sensing", "own": "sensing", "sector": "electronics-x"}


def test_it_begins_with_what_is_on_record(client: Client, lead: Lead, world: World) -> None:
    lead.wants = "Button cells."
    lead.preferred_regions.add(world.region)
    lead.mode = Mode.JOIN
    lead.save()
    page = client.get(at(lead))
    asked = page.context["asked"]
    assert asked.text == f"{TEXT}\n\nButton cells."
    assert (asked.own, asked.mode, asked.regions) == (("sensing",), "join", ("Northland",))
    ticks = {each.key: each.is_ticked for each in page.context["choices"]}
    assert ticks == {"sensing": True, "cells": False}  # offered, since somebody has chosen
    assert "Nearby" in bands(page)["strong"]
    assert page.context["adds"] is False


def test_what_its_words_propose_is_ticked_while_nobody_has_chosen(
    client: Client, adviser: User, world: World
) -> None:
    page = client.get(at(make.lead(owner=adviser, makes=TEXT)))
    assert [(each.key, each.is_ticked) for each in page.context["choices"]] == [("sensing", True)]
    assert page.context["adds"] is True
    assert "Record this on the lead" in page.content.decode()


def test_changes_stay_in_the_address_and_leave_the_record_alone(
    client: Client, lead: Lead, world: World
) -> None:
    answer = client.post(at(lead), {"add": "cells", "text": ""})
    page = client.get(answer["Location"])
    assert page.context["asked"].own == ("cells",)
    assert list(lead.topics.all()) == [world.sensors]
    nothing = client.post(at(lead), {"text": ""})
    assert client.get(nothing["Location"]).context["is_unknown"]


def test_recording_writes_to_the_lead_through_its_service(
    client: Client, lead: Lead, world: World
) -> None:
    sent = SENT | {"add": "cells", "mode": "start", "region": "Northland"}
    assert client.post(at(lead, "record"), sent)["Location"] == at(lead)
    lead.refresh_from_db()
    assert set(lead.topics.all()) == {world.sensors, world.cells}
    assert list(lead.preferred_regions.all()) == [world.region]
    assert lead.mode == Mode.START
    client.post(at(lead, "record"), SENT)
    lead.refresh_from_db()
    assert lead.mode == Mode.START  # not known here says nothing against it
    assert list(lead.preferred_regions.all()) == []


def test_keeping_stores_what_is_on_the_page(
    client: Client, lead: Lead, world: World, adviser: User
) -> None:
    answer = client.post(at(lead, "keep"), SENT | {"text": TEXT, "mode": "join"})
    kept = Evaluation.objects.get()
    assert answer["Location"] == kept.get_absolute_url()
    assert (kept.lead, kept.made_by, kept.text) == (lead, adviser, TEXT)
    assert kept.topics == {"sensing": 1.0}
    assert (kept.sectors, kept.mode) == (["electronics-x"], Mode.JOIN)
    assert kept.bands["nearby"] == "strong"
    assert next(iter(kept.bands)) == "nearby"
    assert len(kept.vocabulary) == 8
    page = client.get(kept.get_absolute_url()).content.decode()
    for words in ("Nearby", "Sensing", "How this was worked out", "Strong", kept.vocabulary):
        assert words in page


def test_keeping_stands_on_the_timeline(client: Client, lead: Lead) -> None:
    client.post(at(lead, "keep"), SENT)
    page = client.get(lead.get_absolute_url()).content.decode()
    assert "An evaluation was kept" in page
    assert Evaluation.objects.get().get_absolute_url() in page


def test_keeping_the_same_twice_keeps_one(client: Client, lead: Lead) -> None:
    client.post(at(lead, "keep"), SENT)
    client.post(at(lead, "keep"), SENT)
    assert Evaluation.objects.count() == 1
    client.post(at(lead, "keep"), SENT | {"mode": "join"})
    assert Evaluation.objects.count() == 2


def test_what_is_not_known_is_not_kept(client: Client, lead: Lead) -> None:
    page = client.post(at(lead, "keep"), {"text": "Hm, hm."})
    assert page.status_code == 422
    assert "Tick a topic or a sector first" in page.content.decode()
    assert "Hm, hm." in page.content.decode()
    assert not Evaluation.objects.exists()


def test_only_who_handles_the_lead_keeps_notes_and_records(
    lead: Lead, colleague: User, desk: User, viewer: User, as_user: SignIn
) -> None:
    for person in (colleague, desk, viewer):
        client = as_user(person)
        page = client.get(at(lead))
        assert page.status_code == 200
        assert "Keep this evaluation" not in page.content.decode()
        assert "Put those ticked" not in page.content.decode()
        for act in ("keep", "note", "record"):
            assert client.post(at(lead, act), SENT).status_code == 403
    with pytest.raises(PermissionDenied):
        make_kept(lead, actor=desk)


def make_kept(lead: Lead, actor: User, **fields: Any) -> Evaluation:
    inputs = {"topics": {"sensing": 1.0}, "sectors": [], "mode": "join", "regions": []}
    run = Run(inputs=inputs, vocabulary="v", weights="w", rows=fields.pop("rows", []))
    return keep_evaluation(actor=actor, lead=lead, text="", run=run)


def test_noting_rests_on_the_evaluation(client: Client, lead: Lead, world: World) -> None:
    answer = client.post(at(lead, "note"), SENT | {"clusters": "nearby"})
    assert answer.status_code == 302
    item = Shortlisting.objects.get()
    assert item.evaluation == Evaluation.objects.get()
    assert item.band == "Strong"
    page = client.get(answer["Location"]).content.decode()
    assert "Noted as “Strong”." in page
    assert item.evaluation.get_absolute_url() in page
    again = client.get(at(lead))
    assert verdict(again, "Nearby").is_there
    assert 'value="nearby"' not in again.content.decode()


def test_noting_one_below_possible_asks_why(client: Client, lead: Lead, world: World) -> None:
    sent = SENT | {"text": TEXT, "clusters": ["nearby", "otherwise"]}
    page = client.post(at(lead, "note"), sent)
    assert page.status_code == 422
    html = page.content.decode()
    assert "Say why, in spite of the evaluation: Otherwise" in html
    assert page.context["noting"].errors.keys() == {"why"}
    assert TEXT in html
    for slug in ("nearby", "otherwise"):
        assert f'id="pick-{slug}"' in html
    assert all(verdict(page, name).is_ticked for name in ("Nearby", "Otherwise"))
    assert not Shortlisting.objects.exists()
    assert not Evaluation.objects.exists()
    client.post(at(lead, "note"), sent | {"why": "They know each other."})
    assert {item.why for item in Shortlisting.objects.all()} == {"They know each other."}


def test_ticks_and_words_stay_while_the_result_moves(client: Client, lead: Lead) -> None:
    sent = SENT | {"clusters": "otherwise", "why": "They know each other."}
    for page in (htmx(client, sent, at(lead)), client.post(at(lead), sent)):
        assert page.status_code == 200
        assert verdict(page, "Otherwise").is_ticked
        assert ">They know each other.</textarea>" in page.content.decode()


def test_noting_needs_a_tick_and_a_lead_that_moves(
    client: Client, lead: Lead, adviser: User
) -> None:
    page = client.post(at(lead, "note"), SENT)
    assert page.status_code == 422
    assert "Tick at least one cluster." in page.content.decode()
    status.lose(actor=adviser, lead=lead, reason=LostReason.NO_ANSWER)
    page = client.post(at(lead, "note"), SENT | {"clusters": "nearby"})
    assert page.status_code == 422
    assert "Reopen the lead first." in page.content.decode()


def test_noting_elsewhere_asks_for_nothing(client: Client, lead: Lead, world: World) -> None:
    item = make.shortlisting(lead=lead, cluster=world.other)
    assert item.evaluation is None
    assert item.band == ""


def test_note_service_refuses_without_a_why(lead: Lead, adviser: User, world: World) -> None:
    run = Run(
        inputs={"topics": {"sensing": 1.0}, "sectors": [], "mode": "join", "regions": []},
        vocabulary="v",
        weights="w",
        rows=[{"cluster": "otherwise", "band": "none"}],
    )
    given = {"actor": adviser, "lead": lead, "clusters": [world.other], "text": "", "run": run}
    with pytest.raises(ValidationError) as refused:
        note_evaluated(**given, why=" ")
    assert refused.value.error_dict["why"][0].code == "why_needed"
    assert note_evaluated(**given, why="Because.")[0].cluster == world.other


def test_what_changed_since_the_last_one_is_said(client: Client, lead: Lead, world: World) -> None:
    client.post(at(lead, "keep"), SENT)
    same = client.get(at(lead))
    assert same.context["difference"]["is_none"]
    assert same.context["difference"]["why"] == []
    moved = htmx(client, {"add": "cells"}, at(lead))
    assert "kept" in moved.context
    page = client.get(at(lead), {"asked": "1", "topic": "cells"})
    said = page.context["difference"]
    groups = {words: [name for name, _moved in group] for words, group in said["groups"]}
    assert groups["Came in"] == ["Otherwise"]
    assert "Nearby" in groups["Fell out"] + groups.get("Moved down", [])
    assert "Topics: Cells added" in said["why"]
    assert "Topics: Sensing taken away" in said["why"]
    assert "What changed since" in page.content.decode()


def test_a_changed_vocabulary_is_named_as_the_cause(
    client: Client, lead: Lead, world: World
) -> None:
    client.post(at(lead, "keep"), SENT)
    TopicWords.objects.filter(topic=world.sensors).update(texts=["probe"])
    assert client.get(at(lead)).context["difference"]["why"] == [
        "The vocabulary of topics was edited"
    ]


def test_a_changed_cluster_is_named_as_the_cause(client: Client, lead: Lead, world: World) -> None:
    client.post(at(lead, "keep"), SENT)
    world.near.topic_links.all().delete()
    said = client.get(at(lead)).context["difference"]
    assert said["why"] == [
        "What is on record of the clusters changed: topics, seats, projects or calls"
    ]


def test_a_kept_one_is_compared_with_the_one_before(client: Client, lead: Lead) -> None:
    client.post(at(lead, "keep"), SENT)
    client.post(at(lead, "keep"), {"add": "cells"})
    first, second = Evaluation.objects.order_by("pk")
    assert client.get(first.get_absolute_url()).context["difference"] is None
    page = client.get(second.get_absolute_url())
    assert "Topics: Cells added" in page.context["difference"]["why"]


def run(rows: list[tuple[str, str]], **fields: Any) -> Run:
    inputs = {"topics": {}, "sectors": [], "mode": "not asked", "regions": []}
    given = {"inputs": inputs, "vocabulary": "v", "weights": "w"} | fields
    return Run(rows=[{"cluster": key, "band": band} for key, band in rows], **given)


def test_differences_tell_up_down_in_and_out() -> None:
    names = Names(topics={}, sectors={"e": "Energy"})
    before = run([("a", "strong"), ("b", "possible"), ("c", "possible"), ("d", "weak")])
    after = run([("c", "strong"), ("a", "strong"), ("b", "weak"), ("d", "none"), ("e", "none")])
    found = differences(before, after, names)
    assert [each.cluster for each in found.up] == ["c"]
    assert [each.cluster for each in found.down] == ["b"]
    assert [each.cluster for each in found.left] == ["d"]
    assert found.entered == []
    assert found.up[0].was == "Possible, no. 3"
    assert found.up[0].is_now == "Strong, no. 1"
    back = differences(after, before, names)
    assert [each.cluster for each in back.entered] == ["d"]
    assert differences(before, before, names).is_none


def test_differences_say_why() -> None:
    names = Names(topics={"t": "Toys"}, sectors={"e": "Energy"})
    rows = [("a", "strong")]
    inputs = {"topics": {"t": 1.0}, "sectors": ["e"], "mode": "join", "regions": ["North"]}
    found = differences(run(rows), run(rows, inputs=inputs, vocabulary="x", weights="y"), names)
    assert found.why == [
        "Topics: Toys added",
        "Sectors: Energy added",
        "Join or start: “Not asked” is now “Join a project under way”",
        "Preferred regions: North added",
        "The vocabulary of topics was edited",
        "The weights are others",
    ]
    weaker = run(rows, inputs=inputs | {"topics": {"t": 0.5}})
    assert differences(run(rows, inputs=inputs), weaker, names).why == ["Weighs differently: Toys"]


# --- confidential ----------------------------------------------------------------------------


def test_a_kept_one_of_a_hidden_lead_is_not_there(
    lead: Lead, adviser: User, colleague: User, as_user: SignIn
) -> None:
    kept = make_kept(lead, actor=adviser)
    assert as_user(colleague).get(kept.get_absolute_url()).status_code == 200
    Lead.objects.filter(pk=lead.pk).update(restricted=True, confidential=Confidential.YES)
    assert as_user(colleague).get(kept.get_absolute_url()).status_code == 404
    assert as_user(colleague).get(at(lead)).status_code == 404
    assert as_user(adviser).get(kept.get_absolute_url()).status_code == 200
    assert not Evaluation.objects.visible_to(colleague).exists()


def test_what_is_kept_rests_on_what_is_open_to_everybody(
    client: Client, lead: Lead, adviser: User, world: World
) -> None:
    """Whoever keeps it may see more than whoever reads it."""
    client.post(at(lead, "keep"), SENT | {"mode": "join"})
    project = make.project(clusters=[world.near])
    make.seat(project=project).topics.add(world.sensors)
    make.hidden(project, adviser)
    page = client.get(at(lead), {"asked": "1", "topic": "sensing", "mode": "join"})
    assert verdict(page, "Nearby").row.seat_fits > 0
    client.post(at(lead, "keep"), SENT | {"mode": "join"})
    assert Evaluation.objects.count() == 1  # nothing that is open has changed


# --- cost ------------------------------------------------------------------------------------


def test_tab_costs_the_same_with_1_and_with_20_kept(
    client: Client, lead: Lead, world: World, adviser: User, django_assert_num_queries: Any
) -> None:
    make.seat(project=make.project(clusters=[world.near])).topics.add(world.sensors)
    client.post(at(lead, "note"), SENT | {"clusters": "nearby"})
    client.get(at(lead))
    with django_assert_num_queries(47):
        client.get(at(lead))
    for number in range(19):
        make.shortlisting(lead=lead)
        make_kept(lead, adviser, rows=[{"cluster": f"x{number}", "band": "weak"}])
    client.post(at(lead, "keep"), SENT | {"mode": "start"})
    with django_assert_num_queries(47):
        client.get(at(lead))


def test_a_kept_one_costs_the_same_with_1_and_with_20_clusters(
    client: Client, lead: Lead, django_assert_num_queries: Any
) -> None:
    client.post(at(lead, "keep"), SENT)
    kept = Evaluation.objects.get()
    client.get(kept.get_absolute_url())  # says what was done
    with django_assert_num_queries(7):
        client.get(kept.get_absolute_url())
    for _ in range(20):
        make.cluster()
    client.post(at(lead, "keep"), SENT | {"mode": "join"})
    Evaluation.objects.filter(pk=kept.pk).update(lead=make.lead())
    address = Evaluation.objects.latest("pk").get_absolute_url()
    client.get(address)
    with django_assert_num_queries(7):
        client.get(address)
