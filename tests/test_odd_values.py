"""What no person types: every list, picker and form answers it, and never with a server error."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.http import QueryDict
from django.test import Client, RequestFactory
from django.urls import reverse

from ifa_crm.shared.filtersets import HouseFilterSet
from ifa_crm.staff.models import User
from meetings.choices import MeetingState
from tests import make
from tests.test_addresses import WRONG, _ours

pytestmark = pytest.mark.django_db

ODD = {
    "nul": "%00",
    "nul in a word": "a%00b",
    "surrogate": "%ED%A0%80",
    "broken bytes": "%FF%FE",
    "long number": "9" * 5000,
    "number past 64 bits": "99999999999999999999",
    "number past 32 bits": "3000000000",
    "negative": "-1",
    "superscript": "%C2%B2",
    "arabic digits": "%D9%A3%D9%A3",
    "year 0": "0000-01-01",
    "year 1": "0001-01-01",
    "first moment": "0001-01-01T00:00:00%2B14:00",
    "last day": "9999-12-31",
    "last moment": "9999-12-31T23:59:59-12:00",
    "year 99999": "99999-12-31",
    "no month": "2026-13",
    "punctuation": "%25_%5C%27%22%5B%28",
    "ends in a dash": "-",
}
WORST = ("nul", "broken bytes", "long number", "number past 64 bits", "first moment", "last moment")
NAMES = [
    *("q", "before", "size", "page", "sort", "more", "all", "at", "after", "can", "currency"),
    *("direction", "factor", "investor", "kind", "lead", "month", "next", "project", "seat"),
    *("text", "topic", "off", "shown", "own", "add", "add_text", "region", "mode", "answer"),
    *("whose", "cluster_text", "project_text", "seat_text"),
]

each_value = pytest.mark.parametrize("value", ODD.values(), ids=ODD.keys())
each_of_the_worst = pytest.mark.parametrize("value", [ODD[key] for key in WORST], ids=WORST)


def _all_filters(kind: type[HouseFilterSet] = HouseFilterSet) -> Iterator[type[HouseFilterSet]]:
    for below in kind.__subclasses__():
        if below.__module__.split(".")[0] != "tests" and below._meta.model is not None:
            yield below
        yield from _all_filters(below)


def _filter_names(kind: type[HouseFilterSet]) -> Iterator[str]:
    for name, one in kind.base_filters.items():
        suffixes = getattr(one.field.widget, "suffixes", None) or [""]
        yield from (f"{name}_{suffix}".rstrip("_") for suffix in suffixes)


@pytest.fixture
def person(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def _query(value: str, names: Any) -> str:
    return "&".join(f"{name}={value}" for name in names)


@each_of_the_worst
def test_no_page_without_a_record_fails(person: Client, value: str) -> None:
    filters = {name for kind in _all_filters() for name in _filter_names(kind)}
    query = _query(value, sorted(filters | set(NAMES)))
    for name, address in _ours():
        if any(str(wrong) in address for wrong in (WRONG["ref"], WRONG["slug"])):
            continue
        assert person.get(f"{address}?{query}").status_code < 500, name


@each_value
def test_no_filter_fails_alone(person: Client, manager: User, value: str) -> None:
    """On its own, too: one that has an error keeps the others from being asked."""
    lead = make.qualified_lead(owner=manager)
    make.engagement(lead=lead)
    kinds = list(_all_filters())
    assert len(kinds) >= 7
    for kind in kinds:
        for name in _filter_names(kind):
            request = RequestFactory().get("/")
            request.user = manager
            readable = value.replace("%00", "%EF%BF%BD")  # as the middleware hands it on
            found = kind(QueryDict(f"{name}={readable}"), request=request)
            if found.form.is_valid():
                list(found.qs[:2])


@each_of_the_worst
def test_no_page_of_a_record_fails(person: Client, manager: User, value: str) -> None:
    lead = make.qualified_lead(owner=manager)
    meeting = make.meeting(lead=lead)
    engagement = make.engagement(lead=lead)
    query = _query(value, NAMES)
    for row in (lead, lead.investor, meeting, engagement, engagement.project, engagement.cluster):
        address = row.get_absolute_url()
        assert person.get(f"{address}?{query}").status_code < 500, address
        assert person.get(f"{address}{value}/").status_code in {400, 404, 405}, address
        if row is not meeting:
            assert person.get(f"{address}changes/?{query}").status_code < 500, address
    for name, args in (
        ("meetings:meeting_reschedule", [meeting.ref]),
        ("meetings:introduction_plan", [lead.ref]),
        ("meetings:introduction_record", [lead.ref]),
        ("investors:interaction_create", [lead.ref]),
        ("investors:engagement_join", [lead.ref]),
        ("investors:engagement_start", [lead.ref]),
        ("investors:milestone_create", [engagement.ref]),
        ("investors:lead_lose", [lead.ref]),
        ("investors:action_create", [lead.ref]),
        ("investors:shortlist_choose", [lead.ref]),
        ("investors:lead_evaluate", [lead.ref]),
        ("investors:lead_briefing", [lead.ref]),
        ("investors:briefing_start", [lead.ref]),
        ("investors:briefing_send", [make.briefing(lead=lead).ref]),
        ("investors:blind_brief_edit", [make.blind_brief(lead=lead).ref]),
        ("clusters:evidence_create", [engagement.cluster.slug]),
    ):
        assert person.get(f"{reverse(name, args=args)}?{query}").status_code < 500, name
    for path in (
        f"/leads/{lead.ref}/admitted/{value}/withdraw/",
        f"/leads/{value}/",
        f"/clusters/{value}/",
        f"/today/{value}/",
        f"/files/{value}/",
        f"/static/{value}",
        f"/accounts/password/reset/key/a-{value}/",
        f"/profile/absences/{value}/remove/",
    ):
        assert person.get(path).status_code < 500, path


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=lambda m: m._meta.label))
def test_no_list_of_the_admin_fails(administrator: User, model: Any) -> None:
    client = Client()
    client.force_login(administrator)
    base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    request = RequestFactory().get(base)
    request.user = administrator
    model_admin = admin.site.get_model_admin(model)
    specs = client.get(base).context["cl"].filter_specs
    names = {name for spec in specs for name in spec.expected_parameters()}
    if model_admin.date_hierarchy:
        names |= {f"{model_admin.date_hierarchy}__{part}" for part in ("year", "month", "day")}
    for value in (ODD["nul"], ODD["long number"], ODD["number past 64 bits"]):
        for name in sorted(names | {"q", "p", "o", "all", "e"}):
            assert client.get(f"{base}?{name}={value}").status_code < 500, f"{name}={value[:20]}"
        assert client.get(f"{base}{value}/change/").status_code < 500, value[:20]


def test_cookie_with_an_odd_session_is_no_session(client: Client) -> None:
    """A quoted cookie spells any byte: ``\\000`` is a NUL."""
    answer = client.get("/leads/", HTTP_COOKIE=r'sessionid="\000aaaaaaaaaaaaaaa"')
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("cluster", "cluster"),
        ("owner", "owner"),
        ("sector", "sector"),
        ("country", "country"),
        ("counted", "counted"),
    ],
)
def test_filter_says_what_is_wrong_with_it(person: Client, name: str, field: str) -> None:
    page = person.get(f"/engagements/?{name}=%00")
    assert page.status_code == 200
    assert page.context["page"].form.errors.keys() == {field}
    assert page.context["page"].objects == []


def test_posted_text_with_a_nul_is_refused_at_its_field(person: Client) -> None:
    page = person.post("/organisations/new/", {"name": "A\0B", "kind": "sme"})
    assert page.status_code == 422
    assert {e.code for e in page.context["form"].errors.as_data()["name"]} == {
        "null_characters_not_allowed"
    }


@pytest.mark.parametrize("posted", ["\0", "a\0b"])
def test_posted_keys_with_a_nul_name_nothing(person: Client, manager: User, posted: str) -> None:
    """Pickers by key and by text, select boxes that read a slug, a name or a username."""
    lead = make.qualified_lead(owner=manager)
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    cases: list[tuple[str, str, dict[str, str]]] = [
        ("/leads/new/", "company", {"company_text": posted}),
        ("/leads/new/", "company", {"company": posted}),
        ("/leads/new/", "company", {"company": f"o-{posted}", "company_for": "x"}),
        (f"/leads/{lead.ref}/assign/", "owner", {"owner": posted}),
        (f"/leads/{lead.ref}/assign/", "owner", {"owner_text": posted}),
        (f"/leads/{lead.ref}/shortlist/note/", "cluster", {"cluster": posted}),
        (f"/leads/{lead.ref}/briefing/new/", "clusters", {"clusters": posted}),
        (f"/leads/{lead.ref}/briefing/new/", "contact", {"contact": posted}),
        (f"/leads/{lead.ref}/engagements/join/", "project", {"project_text": posted}),
        (f"/leads/{lead.ref}/engagements/join/", "seat", {"seat": posted}),
        ("/projects/new/", "clusters", {"clusters": posted}),
        ("/clusters/new/", "main_region", {"main_region": posted}),
        ("/clusters/new/", "sectors", {"sectors": posted}),
    ]
    for address, field, data in cases:
        page = person.post(address, data)
        assert page.status_code == 422, (address, data)
        assert field in page.context["form"].errors, (address, data)
    planned = person.post(f"/leads/{lead.ref}/introductions/new/", {"cluster": posted})
    assert planned.status_code == 200  # asks for the cluster again
    for address in (
        f"/meetings/{meeting.ref}/time/",
        f"/leads/{lead.ref}/log/",
        f"/leads/{lead.ref}/edit/",
        f"/leads/{lead.ref}/actions/new/",
    ):
        form = person.get(address).context["form"]
        names = [*form.fields, *(f"{name}_text" for name in form.fields), "next"]
        assert person.post(address, dict.fromkeys(names, posted)).status_code == 422, address


def test_sign_in_with_a_nul_is_refused(client: Client) -> None:
    page = client.post("/accounts/login/", {"login": "a\0b", "password": "c\0d"})
    assert page.status_code in {200, 422}
    assert page.context["form"].errors


@pytest.mark.parametrize(
    "day", ["0001-01-01", "0206-11-23", "1899-12-31", "3000-01-01", "9999-12-31"]
)
def test_far_off_day_is_refused_at_its_field(person: Client, manager: User, day: str) -> None:
    lead = make.qualified_lead(owner=manager)
    meeting = make.meeting(lead=lead, state=MeetingState.CONFIRMED)
    for address, field, value in (
        (f"/leads/{lead.ref}/log/", "happened_at", f"{day}T12:00"),
        (f"/leads/{lead.ref}/actions/new/", "due", day),
        (f"/leads/{lead.ref}/wait/", "until", day),
        (f"/meetings/{meeting.ref}/time/", "day", day),
        ("/projects/new/", "starts_on", day),
        ("/profile/absences/new/", "last_day", day),
    ):
        page = person.post(address, {field: value})
        assert page.status_code == 422, address
        codes = {error.code for error in page.context["form"].errors.as_data()[field]}
        assert codes == {"year"}, address
    page = person.get(f"/engagements/?agreed_from={day}")
    assert page.context["page"].form.errors.as_data()["agreed_from"][0].code == "year"


def test_near_day_is_taken(person: Client) -> None:
    for day in ("1900-01-01", "2999-12-31"):
        assert person.get(f"/engagements/?agreed_from={day}").context["page"].is_valid
