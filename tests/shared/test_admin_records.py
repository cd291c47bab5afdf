"""Each record in the admin: read, searched, counted, and closed to everybody else."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from clusters.models import TopicSector, TopicWords
from ifa_crm.shared.admin_services import ServiceAdmin
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from tests import make
from tests.admin_pages import address, change_address, filled, signed_in
from tests.admin_rows import rows_to_show

pytestmark = pytest.mark.django_db

KINDS = sorted(rows_to_show(), key=lambda model: model._meta.label)
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda model: model._meta.label)
Another = Callable[[], Any]
BY_SAVING = {"clusters.ClusterFact": {"checked_on", "checked_by_id"}}  # a look at it is a check


@pytest.fixture
def client(administrator: User) -> Client:
    return signed_in(administrator)


@pytest.fixture
def another(kind: type[Model]) -> Another:
    return rows_to_show()[kind]


AS_FIELDS = {TopicWords, TopicSector}  # typed as words and sectors in the form of their topic


def test_every_model_has_its_page_or_stands_below_another() -> None:
    below = {
        inline.model
        for model_admin in admin.site._registry.values()
        for inline in model_admin.inlines
    }
    ours = [
        apps.get_app_config(name).get_models() for name in ("clusters", "investors", "meetings")
    ]
    missing = [
        model._meta.label
        for models in ours
        for model in models
        if not admin.site.is_registered(model)
        and model not in below | AS_FIELDS
        and not getattr(model, "is_derived", False)  # made anew at will from other records
    ]
    assert missing == []
    assert set(KINDS) == {
        model
        for model in admin.site._registry
        if model._meta.app_label in {"clusters", "investors", "meetings"}
    }


@each_kind
def test_its_pages_can_be_read(kind: type[Model], another: Another, client: Client) -> None:
    record = another()
    listed = client.get(address(kind))
    assert listed.status_code == 200
    assert change_address(record) in listed.content.decode()
    for page in (f"{record.pk}/change/", f"{record.pk}/history/"):
        answer = client.get(address(kind, page))
        assert answer.status_code == 200
        shown = answer.content.decode()
        assert " style=" not in shown
        assert "delete-related" not in shown
        assert "-DELETE" not in shown
    added = client.get(address(kind, "add/"))
    may_add = admin.site.get_model_admin(kind).has_add_permission(added.wsgi_request)
    assert added.status_code == (200 if may_add else 403)
    assert client.get(address(kind, f"{record.pk}/delete/")).status_code == 403


@each_kind
def test_a_page_saved_as_it_stands_changes_nothing(
    kind: type[Model], another: Another, client: Client
) -> None:
    model_admin = admin.site.get_model_admin(kind)
    record = another()
    where = change_address(record)
    page = client.get(where)
    if not model_admin.has_change_permission(page.wsgi_request, record):
        assert client.post(where, {}).status_code == 403
        return
    before = kind._default_manager.filter(pk=record.pk).values().get()
    answer = client.post(where, filled(client, where))
    told = answer.context["errors"] if answer.context else ""
    assert answer.status_code == 302, told
    after = kind._default_manager.filter(pk=record.pk).values().get()
    changed = {name for name, value in after.items() if value != before[name]}
    assert changed - BY_SAVING.get(kind._meta.label, set()) == set()


@each_kind
def test_what_nobody_types_is_not_taken(
    kind: type[Model], another: Another, client: Client
) -> None:
    """Every column that the page only shows, sent along all the same."""
    model_admin = admin.site.get_model_admin(kind)
    record = another()
    where = change_address(record)
    page = client.get(where)
    if not model_admin.has_change_permission(page.wsgi_request, record):
        return
    typed = filled(client, where)
    shown = {
        f.name
        for f in kind._meta.concrete_fields
        if f.name not in typed
        and f"{f.name}_0" not in typed
        and not f.primary_key
        and f.get_internal_type() != "BooleanField"
        and f.attname not in BY_SAVING.get(kind._meta.label, set())
    }
    forged = {name: _another_value(kind, name) for name in shown}
    before = kind._default_manager.filter(pk=record.pk).values(*shown).get()
    client.post(where, typed | forged)
    assert kind._default_manager.filter(pk=record.pk).values(*shown).get() == before


def _another_value(kind: type[Model], name: str) -> str:
    column = kind._meta.get_field(name)
    choices = [key for key, _ in column.flatchoices or () if key]
    if choices:
        return str(choices[-1])
    return {"DateField": "2001-02-03", "DateTimeField": "2001-02-03 04:05"}.get(
        column.get_internal_type(), "7"
    )


QUERIES = {
    "clusters.Call": 6,
    "clusters.ClusterTopic": 4,
    "clusters.Topic": 5,
    "investors.AssignmentRule": 5,
    "investors.BlindBrief": 4,
    "investors.BlindRelease": 5,
    "investors.Briefing": 5,
    "investors.BulkEdit": 5,
    "investors.Enquiry": 6,
    "investors.Evaluation": 5,
    "investors.Handover": 5,
    "investors.Turn": 4,
    "clusters.CallCondition": 5,
    "clusters.Cluster": 8,
    "clusters.ClusterFact": 5,
    "clusters.CorrectionNote": 5,
    "clusters.EvidenceNote": 5,
    "clusters.ExchangeRate": 6,
    "clusters.FundingLine": 5,
    "clusters.FundingProgramme": 6,
    "clusters.Grant": 7,
    "clusters.Leader": 4,
    "clusters.Membership": 4,
    "clusters.OpenSeat": 6,
    "clusters.Organisation": 6,
    "clusters.Partnership": 5,
    "clusters.Project": 6,
    "clusters.ProjectLog": 6,
    "clusters.ProjectPartner": 5,
    "clusters.Region": 5,
    "clusters.RelatedSectors": 6,
    "clusters.Sector": 4,
    "investors.Action": 6,
    "investors.Admission": 6,
    "investors.Attachment": 7,
    "investors.Contact": 5,
    "investors.Engagement": 5,
    "investors.EngagementLog": 6,
    "investors.Interaction": 6,
    "investors.Investor": 6,
    "investors.Lead": 8,
    "investors.LeadLog": 6,
    "investors.Milestone": 6,
    "investors.MilestoneKind": 4,
    "investors.Objective": 4,
    "investors.Outcome": 5,
    "investors.Reveal": 5,
    "investors.Shortlisting": 5,
    "investors.ShortlistingLog": 6,
    "meetings.Booking": 5,
    "meetings.Meeting": 6,
    "meetings.MeetingLog": 6,
    "meetings.Participant": 5,
}


@each_kind
def test_its_list_asks_as_often_for_twenty_rows_as_for_one(
    kind: type[Model],
    another: Another,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    another()
    client.get(address(kind))  # content types are read once in the life of a process
    with django_assert_num_queries(QUERIES[kind._meta.label]):
        client.get(address(kind))
    for _ in range(19):
        another()
    with django_assert_num_queries(QUERIES[kind._meta.label]):
        page = client.get(address(kind))
    assert len(page.context["cl"].result_list) >= 19


@pytest.mark.parametrize("role", [None, *(role for role in Role if role != Role.ADMINISTRATOR)])
def test_nobody_else_reads_a_record(role: Role | None, db: None) -> None:
    lead = make.lead()
    client = signed_in(make.user(role=role, is_staff=True))
    for where in (address(type(lead)), change_address(lead), address(type(lead), "add/")):
        assert client.get(where, follow=True).status_code == 403
        assert client.post(where, {}, follow=True).status_code == 403
    picker = "/admin/autocomplete/?app_label=investors&model_name=contact&field_name=investor"
    assert client.get(picker, follow=True).status_code == 403


def test_who_is_not_signed_in_is_asked_to(db: None) -> None:
    answer = Client().get(address(KINDS[0]), follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


@each_kind
def test_its_pages_speak_french(kind: type[Model], another: Another, administrator: User) -> None:
    administrator.language = "fr"
    administrator.save()
    client = signed_in(administrator)
    record = another()
    with translation.override("en"):  # the language of a request outlives it
        for page in ("", f"{record.pk}/change/"):
            assert '<html lang="fr"' in client.get(address(kind, page)).content.decode()


def test_every_record_is_written_by_a_service() -> None:
    """No admin of these apps saves a row itself, unless that is all there is to it."""
    plain = {
        kind._meta.label
        for kind in KINDS
        if isinstance(model_admin := admin.site.get_model_admin(kind), ServiceAdmin)
        and type(model_admin).save_model is not ServiceAdmin.save_model
    }
    assert plain == set()
