"""The vocabulary of topics: pages, services, refusals, who may, what filters find."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from clusters.choices import Confidence, Language, TermKind, TopicSource
from clusters.forms.fields import TopicsField
from clusters.models import ClusterTopic, Topic, TopicWords
from clusters.services import topics as services
from clusters.services.archiving import archive, restore
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

ENGLISH = (Language.ENGLISH.value, TermKind.SYNONYM.value)


@pytest.fixture
def desk() -> User:
    return make.user(role=Role.DESK)


def link(**fields: Any) -> ClusterTopic:
    fields.setdefault("cluster", make.cluster())
    fields["topic"] = fields.get("topic") or make.topic()
    return ClusterTopic.objects.create(**fields)


def posted(client: Client, name: str, args: list[str], **data: Any) -> Any:
    return client.post(reverse(f"clusters:{name}", args=args), {"sent": "1"} | data)


# --- Services ----------------------------------------------------------------------------


def test_a_topic_is_made_with_sectors_and_words(desk: User) -> None:
    sector = make.sector()
    made = services.save_topic(
        actor=desk,
        topic=Topic(name_en="Solar roofs", name_fr="Toits solaires"),
        sectors=[sector],
        words={ENGLISH: ["solar roof", "solar tile"]},
    )
    assert made.key == "solar-roofs"
    assert list(made.sectors.all()) == [sector]
    assert made.words.get().texts == ["solar roof", "solar tile"]


def test_words_that_are_taken_away_leave_no_row(desk: User) -> None:
    topic = make.topic()
    TopicWords.objects.create(topic=topic, language="en", texts=["x"])
    services.save_topic(actor=desk, topic=topic, sectors=[], words={ENGLISH: []})
    assert not topic.words.exists()


def test_address_of_a_page_is_no_key(desk: User) -> None:
    made = services.save_topic(
        actor=desk, topic=Topic(name_en="New", name_fr="Neuf"), sectors=[], words={}
    )
    assert made.key == "new-2"


def test_a_topic_is_not_broader_than_one_above_it(desk: User) -> None:
    top = make.topic()
    low = make.topic(broader=make.topic(broader=top))
    top.broader = low
    with pytest.raises(ValidationError) as refused:
        services.save_topic(actor=desk, topic=top, sectors=[], words={})
    assert refused.value.error_dict["broader"][0].code == "circle"


def test_a_topic_is_not_broader_than_itself_in_the_database() -> None:
    topic = make.topic()
    with pytest.raises(IntegrityError), transaction.atomic():
        Topic.objects.filter(pk=topic.pk).update(broader=topic)


def test_a_name_stands_once_among_the_live(desk: User) -> None:
    topic = make.topic(name_en="Glass")
    with pytest.raises(IntegrityError), transaction.atomic():
        make.topic(name_en="Glass")
    with pytest.raises(ValidationError):
        Topic(key="x", name_en="Glass", name_fr="x").full_clean()
    archive(actor=desk, record=topic, reason="Merged")
    make.topic(name_en="Glass")


def test_a_topic_in_use_is_not_archived(desk: User) -> None:
    used = link().topic
    with pytest.raises(ValidationError) as refused:
        archive(actor=desk, record=used, reason="x")
    assert "1 cluster works on it" in str(refused.value)
    above = make.topic(broader=None)
    make.topic(broader=above)
    with pytest.raises(ValidationError):
        archive(actor=desk, record=above, reason="x")
    assert restore(actor=desk, record=archive(actor=desk, record=make.topic(), reason="x"))


def test_a_cluster_has_a_topic_once(desk: User) -> None:
    there = link()
    again = ClusterTopic(cluster=there.cluster, topic=there.topic)
    with pytest.raises(ValidationError):
        services.save_cluster_topic(actor=desk, link=again)
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()


def test_an_archived_topic_is_not_given_to_a_cluster(desk: User) -> None:
    topic = archive(actor=desk, record=make.topic(), reason="x")
    with pytest.raises(ValidationError):
        services.save_cluster_topic(
            actor=desk, link=ClusterTopic(cluster=make.cluster(), topic=topic)
        )


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADVISER])
def test_only_the_desk_writes_topics(role: Role) -> None:
    actor = make.user(role=role)
    with pytest.raises(PermissionDenied):
        services.save_topic(actor=actor, topic=make.topic(), sectors=[], words={})
    with pytest.raises(PermissionDenied):
        services.save_cluster_topic(actor=actor, link=link())
    with pytest.raises(PermissionDenied):
        services.remove_cluster_topic(actor=actor, link=link())


# --- Rows --------------------------------------------------------------------------------


def test_within_holds_everything_narrower() -> None:
    top = make.topic()
    middle = make.topic(broader=top)
    low = make.topic(broader=middle)
    make.topic()
    assert Topic.objects.all().within(top) == sorted([top.pk, middle.pk, low.pk])
    assert Topic.objects.all().within(low) == [low.pk]


def test_of_no_cluster_looks_at_narrower_ones_too() -> None:
    top = make.topic()
    used = make.topic(broader=make.topic(broader=top))
    link(topic=used)
    lonely = make.topic()
    assert set(Topic.objects.of_no_cluster()) == {lonely}


def test_search_finds_by_name_and_by_word() -> None:
    topic = make.topic(name_fr="Énergie éolienne")
    TopicWords.objects.create(topic=topic, language="en", texts=["wind turbine"])
    hidden = make.topic()
    TopicWords.objects.create(
        topic=hidden, language="en", kind=TermKind.OTHER_SENSE, texts=["wind instrument"]
    )
    assert list(Topic.objects.search("eolienne")) == [topic]
    assert list(Topic.objects.search("wind")) == [topic]


def test_a_field_reads_topics_by_name_and_by_word() -> None:
    field, solar, sensors = (
        TopicsField(),
        make.topic(name_en="Solar"),
        make.topic(name_fr="Capteurs"),
    )
    TopicWords.objects.create(topic=solar, language="en", texts=["photovoltaic"])
    assert field.clean("solar; capteurs ; photovoltaic") == [solar, sensors]
    with pytest.raises(ValidationError, match="No topic is called “nonsense”"):
        field.clean("nonsense")
    TopicWords.objects.create(topic=sensors, language="en", texts=["photovoltaic"])
    with pytest.raises(ValidationError, match="several topics"):
        field.clean("photovoltaic")


# --- Pages -------------------------------------------------------------------------------


def test_the_desk_makes_edits_and_archives_a_topic(as_user: SignIn, desk: User) -> None:
    client, broader = as_user(desk), make.topic()
    typed = {"name_en": "Drones", "name_fr": "Drones", "broader": broader.key, "words_en": "drone"}
    assert posted(client, "topic_create", [], **typed).status_code == 302
    topic = Topic.objects.get(key="drones")
    assert topic.broader == broader
    typed |= {"name_fr": "Engins", "words_en": "drone; UAV", "generic_en": "flight"}
    assert posted(client, "topic_edit", ["drones"], **typed).status_code == 302
    topic.refresh_from_db()
    assert topic.name_fr == "Engins"
    assert topic.words.get(kind=TermKind.GENERIC).texts == ["flight"]
    assert topic.words.get(kind=TermKind.SYNONYM).texts == ["drone", "UAV"]
    assert posted(client, "topic_archive", ["drones"], reason="x").status_code == 302
    assert posted(client, "topic_restore", ["drones"]).status_code == 302
    topic.refresh_from_db()
    assert not topic.is_archived


def test_a_topic_comes_to_a_cluster_changes_and_goes(as_user: SignIn, desk: User) -> None:
    client, cluster, topic = as_user(desk), make.cluster(), make.topic()
    typed = {"topic": topic.key, "source": TopicSource.KNOWN, "confidence": Confidence.LOW}
    assert posted(client, "cluster_topic_create", [cluster.slug], **typed).status_code == 302
    where = [cluster.slug, topic.key]
    typed = {"source": TopicSource.KEYWORD, "confidence": Confidence.HIGH}
    assert posted(client, "cluster_topic_edit", where, **typed).status_code == 302
    assert cluster.topic_links.get().confidence == Confidence.HIGH
    page = client.get(cluster.get_absolute_url()).content.decode()
    assert str(topic) in page
    assert posted(client, "cluster_topic_remove", where).status_code == 302
    assert not cluster.topic_links.exists()


@pytest.mark.parametrize("role", list(Role))
def test_who_may_open_the_pages(as_user: SignIn, role: Role) -> None:
    row = link()
    client, edits = (
        as_user(make.user(role=role)),
        role in {Role.DESK, Role.MANAGER, Role.ADMINISTRATOR},
    )
    for name in ("topic_list", "topic_options"):
        assert client.get(reverse(f"clusters:{name}")).status_code == 200
    assert client.get(row.topic.get_absolute_url()).status_code == 200
    for name, args in (
        ("topic_create", []),
        ("topic_edit", [row.topic.key]),
        ("topic_archive", [row.topic.key]),
        ("cluster_topic_create", [row.cluster.slug]),
        ("cluster_topic_edit", [row.cluster.slug, row.topic.key]),
        ("cluster_topic_remove", [row.cluster.slug, row.topic.key]),
    ):
        answer = client.get(reverse(f"clusters:{name}", args=args))
        assert answer.status_code == (200 if edits else 403), name


def test_the_list_finds_topics_of_no_cluster_and_narrower_ones(as_user: SignIn, desk: User) -> None:
    used, lonely = link().topic, make.topic()
    narrow = make.topic(broader=lonely)
    client = as_user(desk)
    page = client.get(reverse("clusters:topic_list") + "?used=no")
    assert {row.key for row in page.context["page"].rows} == {lonely.key, narrow.key}
    page = client.get(reverse("clusters:topic_list") + f"?under={lonely.key}")
    assert {row.key for row in page.context["page"].rows} == {lonely.key, narrow.key}
    assert used.key not in page.content.decode().split("<table")[1]


def test_clusters_are_found_by_a_broader_topic(as_user: SignIn, desk: User) -> None:
    top = make.topic()
    there, other = link(topic=make.topic(broader=top)).cluster, make.cluster()
    page = as_user(desk).get(reverse("clusters:cluster_list") + f"?topic={top.key}")
    assert there.get_absolute_url() in page.content.decode()
    assert other.get_absolute_url() not in page.content.decode()


@pytest.mark.parametrize("rows", [1, 20])
def test_queries_of_the_list(
    as_user: SignIn, desk: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, above = as_user(desk), make.topic()
    for _ in range(rows):
        make.topic(broader=above)
    client.get(reverse("clusters:topic_list"))
    with django_assert_num_queries(8):
        client.get(reverse("clusters:topic_list"))


@pytest.mark.parametrize("rows", [1, 20])
def test_queries_of_a_topic(
    as_user: SignIn, desk: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, topic = as_user(desk), make.topic()
    for _ in range(rows):
        link(topic=topic)
        make.topic(broader=topic)
    client.get(topic.get_absolute_url())
    with django_assert_num_queries(8):
        client.get(topic.get_absolute_url())
