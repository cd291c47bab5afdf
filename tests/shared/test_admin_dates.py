"""Lists of the admin by date: as Django's own, without reading the date of every row."""

import datetime as dt
import re
from html import unescape

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ifa_crm.staff.models import User
from investors.models import Interaction
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db
WHERE = reverse("admin:investors_interaction_changelist")


def said(*moments: str) -> None:
    lead = make.lead()
    for moment in moments:
        make.interaction(lead=lead, happened_at=dt.datetime.fromisoformat(f"{moment}+00:00"))


class Page:
    """What stands above the list: a way back, and the dates to go down by, with their links."""

    def __init__(self, client: Client, query: str = "", where: str = WHERE) -> None:
        answer = client.get(where + query)
        assert answer.status_code == 200
        text = answer.content.decode()
        shown = text.partition('<nav class="toplinks">')[2].partition("</nav>")[0]
        links = re.findall(r'<a href="([^"]*)"( class="date-back")?>(.*?)</a>', shown)
        found = [(unescape(link), title, bool(back)) for link, back, title in links]
        self.back = next((link for link, _, back in found if back), None)
        self.dates = {title: link for link, title, back in found if not back}
        self.titles, self.text = list(self.dates), shown
        self.rows = answer.context["cl"].result_count


def test_from_years_to_a_day_and_back(administrator: User, as_user: SignIn) -> None:
    said("2024-05-06T10:00", "2026-03-01T10:00", "2026-03-03T10:00", "2026-06-01T10:00")
    client = as_user(administrator)
    years = Page(client)
    assert (years.titles, years.back) == (["2024", "2025", "2026"], None)
    months = Page(client, years.dates["2026"])
    assert months.titles == ["March 2026", "April 2026", "May 2026", "June 2026"]
    assert months.rows == 3
    days = Page(client, months.dates["March 2026"])
    assert (days.titles, days.rows) == (["1 Mar", "2 Mar", "3 Mar"], 2)
    day = Page(client, days.dates["3 Mar"])
    assert (day.titles, day.rows) == ([], 1)
    assert "3 Mar" in day.text
    none = Page(client, years.dates["2025"])
    assert (none.titles, none.rows) == ([], 0)
    for page, above in ((day, days), (days, months), (months, years), (none, years)):
        assert page.back is not None
        assert Page(client, page.back).titles == above.titles


def test_it_begins_where_rows_part(administrator: User, as_user: SignIn) -> None:
    said("2026-03-01T10:00", "2026-03-02T10:00")
    assert Page(as_user(administrator)).titles == ["1 Mar", "2 Mar"]
    said("2026-02-01T10:00")
    assert Page(as_user(administrator)).titles == ["February 2026", "March 2026"]


def test_a_list_without_rows_has_no_dates(administrator: User, as_user: SignIn) -> None:
    page = Page(as_user(administrator))
    assert (page.titles, page.back, page.text) == ([], None, "")


def test_a_moment_belongs_to_the_day_of_the_reader(administrator: User, as_user: SignIn) -> None:
    administrator.time_zone = "Asia/Tokyo"
    administrator.save()
    said("2025-12-31T20:00", "2026-01-01T20:00")
    page = Page(as_user(administrator))
    assert page.titles == ["1 Jan", "2 Jan"]
    assert "happened_at__year=2026" in page.dates["1 Jan"]
    assert Page(as_user(administrator), page.dates["1 Jan"]).rows == 1


def test_other_filters_stay(administrator: User, as_user: SignIn) -> None:
    said("2024-05-06T10:00", "2026-03-01T10:00")
    page = Page(as_user(administrator), "?kind__exact=email")
    assert page.titles
    assert all("kind__exact=email" in link for link in page.dates.values())


def test_a_field_of_days_and_dates_that_make_no_sense(administrator: User, as_user: SignIn) -> None:
    for year in (2024, 2026):
        make.project(starts_on=dt.date(year, 1, 1))
    client = as_user(administrator)
    page = Page(client, where=reverse("admin:clusters_project_changelist"))
    assert page.titles == ["2024", "2025", "2026"]
    for query in ("?happened_at__year=x", "?happened_at__month=13", "?happened_at__day=0"):
        assert client.get(WHERE + query, follow=True).status_code == 200


def test_no_list_computes_the_date_of_every_row(administrator: User, as_user: SignIn) -> None:
    client = as_user(administrator)
    said("2024-05-06T10:00", "2026-03-01T10:00")
    assert Interaction.objects.count() == 2
    dated = [m for m, page in admin.site._registry.items() if page.date_hierarchy]
    assert len(dated) > 30
    for model in dated:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(reverse(name)).status_code == 200
        texts = " ".join(query["sql"].lower() for query in asked.captured_queries)
        assert "trunc" not in texts, model
