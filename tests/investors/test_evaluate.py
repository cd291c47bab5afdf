"""Where to send them: the page without any record."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.choices import Confidence, Language, ProjectStatus, TermKind, TopicSource
from clusters.models import (
    Cluster,
    ClusterTopic,
    Project,
    Region,
    Sector,
    Topic,
    TopicSector,
    TopicWords,
)
from ifa_crm.staff.models import User
from investors.choices import Mode
from investors.fit_reading import read_clusters
from investors.models import Lead
from tests import make
from tests.attack.world import rows_of_all_tables
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

PAGE = "/evaluate/"
TEXT = "We make pressure sensors. Our factory is in Nagoya."


@dataclass
class World:
    """One cluster that works on sensors, one on cells, one on nothing that is known."""

    sensors: Topic
    cells: Topic
    near: Cluster
    other: Cluster
    bare: Cluster
    sector: Sector
    region: Region


def topic(key: str, *words: str, **fields: Any) -> Topic:
    made = make.topic(key=key, name_en=key.title(), name_fr=f"{key.title()} F", **fields)
    TopicWords.objects.create(
        topic=made, language=Language.ENGLISH, kind=TermKind.SYNONYM, texts=list(words)
    )
    return made


def works_on(cluster: Cluster, *topics: Topic) -> Cluster:
    for each in topics:
        ClusterTopic.objects.create(
            cluster=cluster, topic=each, source=TopicSource.SPECIALTY, confidence=Confidence.HIGH
        )
    return cluster


def build() -> World:
    sector, region = make.sector(key="electronics-x"), make.region(name="Northland")
    sensors, cells = topic("sensing", "pressure sensors"), topic("cells", "button cells")
    TopicSector.objects.create(topic=sensors, sector=sector)
    near = works_on(make.cluster(name="Nearby", slug="nearby"), sensors)
    near.sectors.add(sector)
    near.regions.add(region)
    other = works_on(make.cluster(name="Otherwise", slug="otherwise"), cells)
    other.regions.add(make.region(name="Southland"))
    other.sectors.add(make.sector())
    return World(
        sensors=sensors,
        cells=cells,
        near=near,
        other=other,
        bare=make.cluster(name="Barely", slug="barely"),
        sector=sector,
        region=region,
    )


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def client(adviser: User, as_user: SignIn) -> Client:
    return as_user(adviser)


def htmx(client: Client, data: dict[str, Any], address: str = PAGE) -> Any:
    return client.post(address, data, headers={"HX-Request": "true"})


def bands(response: Any) -> dict[str, list[str]]:
    """The clusters of each band, by name."""
    return {
        band.key: [verdict.cluster.name for verdict in band.verdicts]
        for band in response.context["bands"]
    }


def verdict(response: Any, name: str) -> Any:
    return next(
        each
        for band in response.context["bands"]
        for each in band.verdicts
        if each.cluster.name == name
    )


def test_text_proposes_topics_with_their_words_and_ranks(client: Client, world: World) -> None:
    page = client.get(PAGE, {"text": TEXT})
    choice = page.context["choices"][0]
    assert (choice.key, choice.words, choice.is_ticked) == ("sensing", ("pressure sensors",), True)
    found = bands(page)
    assert "Nearby" in found["strong"] + found["possible"]
    assert "Otherwise" in found["weak"] + found["none"]
    reason = verdict(page, "Nearby").reasons[0]
    assert (reason.text, reason.words) == ("Works on Sensing", ("pressure sensors",))
    html = page.content.decode()
    assert "<q>pressure sensors</q>" in html
    assert "Works on Sensing" in html


def test_whatever_is_sent_nothing_is_written(viewer: User, as_user: SignIn, world: World) -> None:
    client = as_user(viewer)
    before = rows_of_all_tables()
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE, {"text": TEXT, "mode": "join"}).status_code == 302
    assert htmx(client, {"text": TEXT, "topic": "sensing", "shown": "sensing"}).status_code == 200
    assert rows_of_all_tables() == before


def test_unticking_a_topic_moves_the_result(client: Client, world: World) -> None:
    ticked = htmx(client, {"text": TEXT, "shown": "sensing", "topic": "sensing"})
    assert "Nearby" in bands(ticked)["strong"] + bands(ticked)["possible"]
    unticked = htmx(client, {"text": TEXT, "shown": "sensing"})
    assert unticked.context["is_unknown"]
    assert unticked.context["choices"][0].is_ticked is False
    assert 'id="topics" hx-swap-oob="true"' in unticked.content.decode()
    assert "<h1" not in unticked.content.decode()


def test_a_topic_that_the_new_text_proposes_is_ticked(client: Client, world: World) -> None:
    sent = {"text": "Button cells and pressure sensors.", "shown": "sensing"}
    page = htmx(client, sent)
    assert {each.key: each.is_ticked for each in page.context["choices"]} == {
        "cells": True,
        "sensing": False,
    }


def test_a_proposal_goes_with_the_words_that_made_it(client: Client, world: World) -> None:
    page = htmx(client, {"text": "Toys.", "shown": "sensing", "topic": "sensing"})
    assert page.context["choices"] == []
    kept = htmx(client, {"text": "Toys.", "shown": "sensing", "own": "sensing", "topic": "sensing"})
    assert [each.key for each in kept.context["choices"]] == ["sensing"]


def test_a_topic_is_added_by_its_name_and_can_be_unticked(client: Client, world: World) -> None:
    page = htmx(client, {"add_text": "Cells"})
    assert [(each.key, each.is_own) for each in page.context["choices"]] == [("cells", True)]
    assert "Otherwise" in bands(page)["strong"] + bands(page)["possible"]
    off = htmx(client, {"shown": "cells", "own": "cells"})
    assert [(each.key, each.is_ticked) for each in off.context["choices"]] == [("cells", False)]


def test_an_unknown_topic_is_an_error_at_its_field_and_keeps_the_text(
    client: Client, world: World
) -> None:
    page = client.post(PAGE, {"text": TEXT, "add_text": "Flying carpets"})
    assert page.context["form"].errors.keys() == {"add"}
    html = page.content.decode()
    assert "Nothing on record matches “Flying carpets”." in html
    assert TEXT in html


def test_short_questions_have_an_address_that_says_the_same(client: Client, world: World) -> None:
    sent = {"text": TEXT, "shown": "sensing", "mode": "join", "region": "Northland"}
    answer = client.post(PAGE, sent | {"add": "cells", "sector": "electronics-x"})
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    asked = page.context["asked"]
    assert (asked.own, asked.off) == (("cells",), frozenset({"sensing"}))
    assert (asked.sectors, asked.mode) == (("electronics-x",), "join")
    assert asked.regions == ("Northland",)
    moved = htmx(client, sent | {"add": "cells", "sector": "electronics-x"})
    assert moved["HX-Replace-Url"] == answer["Location"]


def test_a_long_text_is_answered_without_an_address(client: Client, world: World) -> None:
    page = client.post(PAGE, {"text": TEXT + " And more." * 500})
    assert page.status_code == 200
    assert "Nearby" in bands(page)["strong"] + bands(page)["possible"]
    region = htmx(client, {"text": TEXT + " And more." * 500})
    assert region["HX-Replace-Url"] == PAGE


def test_nothing_known_is_not_the_same_as_nothing_fits(client: Client, world: World) -> None:
    for query in ({}, {"text": "High-tech."}, {"mode": "join", "region": "Northland"}):
        page = client.get(PAGE, query)
        assert page.context["is_unknown"]
        assert "bands" not in page.context
    assert "not the same as “none fits”" in client.get(PAGE, {"text": "Hm."}).content.decode()


def test_it_is_said_plainly_that_none_fits(client: Client, world: World) -> None:
    lonely = topic("gambling-x", "slot machines")
    page = client.get(PAGE, {"text": "Slot machines."})
    assert [each.key for each in page.context["choices"]] == [lonely.key]
    assert page.context["fits_none"]
    html = page.content.decode()
    assert "None of the 3 clusters fits." in html
    assert "refer them elsewhere" in html
    assert page.context["question"] is None


def test_reasons_name_sector_region_seat_and_what_is_missing(client: Client, world: World) -> None:
    query = {"text": TEXT, "sector": "electronics-x", "region": "Northland", "mode": "join"}
    near = verdict(client.get(PAGE, query), "Nearby")
    assert [each.text for each in near.reasons][1:] == [
        f"Shares the sector {world.sector}",
        "Lies in Northland, as they would like",
    ]
    assert [each.text for each in near.against] == ["No open seat on record"]
    project = make.project(clusters=[world.near])
    make.seat(project=project).topics.add(world.sensors)
    seated = verdict(client.get(PAGE, query), "Nearby")
    assert "One of its projects has an open seat that fits" in [e.text for e in seated.reasons]
    assert seated.against == []
    away = verdict(client.get(PAGE, query | {"region": "Southland"}), "Nearby")
    assert "Lies elsewhere: Northland" in [each.text for each in away.against]
    both = verdict(client.get(PAGE, query | {"topic": ["cells"]}), "Nearby")
    assert "Does not work on Cells" in [each.text for each in both.against]


def test_narrower_and_broader_topics_are_named(client: Client, world: World) -> None:
    inside = topic("mems-x", "micro sensors", broader=world.sensors)
    works_on(world.other, inside)
    page = client.get(PAGE, {"text": TEXT})
    assert verdict(page, "Otherwise").reasons[0].text == "Works on Mems-X, a part of Sensing"
    page = client.get(PAGE, {"topic": "mems-x", "sector": "electronics-x"})
    assert verdict(page, "Nearby").reasons[0].text == "Works on Sensing, which takes in Mems-X"


def test_the_question_is_asked_and_its_answer_fills_itself_in(client: Client, world: World) -> None:
    for number in range(6):
        more = works_on(make.cluster(), world.sensors)
        more.regions.add(make.region(name=f"Region no. {number}"))
    page = client.get(PAGE, {"text": TEXT, "mode": "join"})
    question = page.context["question"]
    assert "part of France" in question.text
    answer = question.answers[-1]
    assert f'name="answer" value="{answer.value}"' in page.content.decode()
    sent = {"text": TEXT, "shown": "sensing", "topic": "sensing", "mode": "join"}
    told = htmx(client, sent | {"answer": answer.value})
    assert told.context["asked"].regions == (answer.label,)
    assert told.context["question"] is None
    first = next(name for names in bands(told).values() for name in names)
    assert Cluster.objects.get(name=first).regions.get().name == answer.label


@pytest.mark.parametrize(
    ("answer", "name", "value"),
    [
        ("mode:start", "mode", "start"),
        ("topic:cells", "own", ("cells",)),
        ("sector:electronics-x", "sectors", ("electronics-x",)),
        ("mode:nonsense", "mode", ""),
        ("topic:nonsense", "own", ()),
        ("nonsense", "own", ()),
    ],
)
def test_answers_fill_in_only_what_the_form_could_say(
    client: Client, world: World, answer: str, name: str, value: Any
) -> None:
    asked = htmx(client, {"text": TEXT, "answer": answer}).context["asked"]
    assert getattr(asked, name) == value


def test_the_number_stands_only_under_how_it_was_worked_out(client: Client, world: World) -> None:
    page = client.get(PAGE, {"text": TEXT})
    html = page.content.decode()
    row = verdict(page, "Nearby").row
    assert f">{row.score:.1f}<" in html
    open_part = re.sub(r'<details class="history">.*?</details>', "", html, flags=re.DOTALL)
    assert f"{row.score:.1f}" not in open_part
    assert "Weights of" not in open_part


def test_what_only_the_cluster_knows_is_asked_of_the_desk(client: Client, world: World) -> None:
    near = verdict(client.get(PAGE, {"text": TEXT}), "Nearby")
    assert "who leads it" in near.unknown
    form = client.get(near.ask_address)
    assert form.status_code == 200
    assert "who leads it" in form.context["form"].initial["text"]
    assert "Nagoya" not in near.ask_address
    make.leader(cluster=world.near)
    assert "who leads it" not in verdict(client.get(PAGE, {"text": TEXT}), "Nearby").unknown


def test_whether_a_project_is_known_is_told_to_those_who_see_one(
    adviser: User, colleague: User, as_user: SignIn, world: World
) -> None:
    unknown = "whether a project of its has an open seat"

    def told(user: User) -> bool:
        found = verdict(as_user(user).get(PAGE, {"text": TEXT}), "Nearby")
        return unknown not in found.unknown

    assert not told(adviser)
    hidden = make.hidden(make.project(clusters=[world.near]), adviser)
    assert (told(adviser), told(colleague)) == (True, False)
    Project.objects.filter(pk=hidden.pk).update(restricted=False)
    assert told(colleague)
    archived = {"archived_at": timezone.now(), "archived_by": adviser, "archive_reason": "Over."}
    Project.objects.update(**archived)
    assert not told(adviser)


def test_labelled_projects_are_counted_for_those_who_see_them(
    adviser: User, colleague: User, world: World
) -> None:
    for status in ProjectStatus:
        make.project(clusters=[world.near, world.other], status=status)
    make.hidden(make.project(clusters=[world.near]), adviser)
    archived = {"archived_at": timezone.now(), "archived_by": adviser, "archive_reason": "Over."}
    make.project(clusters=[world.near], **archived)
    day = timezone.localdate()
    counted = [
        {each.key: each.labelled_projects for each in read_clusters(user, day)}
        for user in (adviser, colleague, None)
    ]
    both = {"otherwise": 2, "barely": 0}  # under way and completed
    assert counted == [{"nearby": 3, **both}, {"nearby": 2, **both}, {"nearby": 2, **both}]


def test_who_may_only_read_is_offered_nothing_to_do(
    viewer: User, as_user: SignIn, world: World
) -> None:
    page = as_user(viewer).get(PAGE, {"text": TEXT}).content.decode()
    assert "Save as lead" not in page
    assert "Ask the desk" not in page


def test_seats_of_a_hidden_project_count_for_those_who_see_it(
    adviser: User, colleague: User, as_user: SignIn, world: World
) -> None:
    project = make.project(clusters=[world.near])
    make.seat(project=project).topics.add(world.sensors)
    make.hidden(project, adviser)
    query = {"text": TEXT, "mode": "join"}
    seen = verdict(as_user(adviser).get(PAGE, query), "Nearby")
    hidden = verdict(as_user(colleague).get(PAGE, query), "Nearby")
    assert seen.row.seat_fits > 0
    assert hidden.row.seat_fits == 0
    assert "No open seat on record" in [each.text for each in hidden.against]


def test_save_as_lead_brings_everything_along(client: Client, adviser: User, world: World) -> None:
    sent = {
        "begin": "1",
        "text": TEXT,
        "shown": "sensing",
        "topic": "sensing",
        "add": "cells",
        "sector": "electronics-x",
        "mode": "join",
        "region": "Northland",
    }
    page = client.post("/evaluate/lead/", sent)
    assert page.status_code == 200
    assert Lead.objects.count() == 0
    form = page.context["form"]
    html = page.content.decode()
    assert TEXT in html
    assert "Cells; Sensing" in html
    data = {name: form[name].value() or "" for name in form.fields if name != "company"}
    data |= {"topics": "Cells; Sensing", "company_text": "Nagoya Sensors", "control_country": "JP"}
    data |= {"title": "Sensors", "by_rules": ""}
    failed = client.post("/evaluate/lead/", data | {"title": ""})
    assert failed.status_code == 422
    assert TEXT in failed.content.decode()
    answer = client.post("/evaluate/lead/", data)
    lead = Lead.objects.get()
    assert answer["Location"] == reverse("investors:lead_evaluate", args=[lead.ref])
    assert lead.makes == TEXT
    assert set(lead.topics.all()) == {world.sensors, world.cells}
    assert list(lead.sectors.all()) == [world.sector]
    assert list(lead.preferred_regions.all()) == [world.region]
    assert lead.mode == Mode.JOIN
    assert lead.owner == adviser


def test_it_costs_the_same_with_3_and_with_23_clusters(
    client: Client, world: World, django_assert_num_queries: Any
) -> None:
    make.seat(project=make.project(clusters=[world.near])).topics.add(world.sensors)
    client.get(PAGE, {"text": TEXT})
    with django_assert_num_queries(24):
        client.get(PAGE, {"text": TEXT})
    for _ in range(20):
        cluster = works_on(make.cluster(), world.sensors)
        cluster.regions.add(make.region())
        make.seat(project=make.project(clusters=[cluster])).topics.add(world.sensors)
    with django_assert_num_queries(24):
        client.get(PAGE, {"text": TEXT})


def test_it_stands_right_after_today(client: Client, world: World) -> None:
    entries = list(client.get(PAGE).context["nav"])
    assert [str(each["label"]) for each in entries][:3] == ["Today", "Where to send them", "Leads"]
    assert [each["label"] for each in entries if each["active"]] == [entries[1]["label"]]
