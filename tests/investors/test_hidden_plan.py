"""The few leads that a list leaves out are counted from their own index, on both databases."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ifa_crm.staff.models import User
from investors.choices import Confidential
from investors.models import Lead
from tests import make

pytestmark = pytest.mark.django_db
LEADS = 3_000


def _copies(lead: Lead, name: str, number: int) -> None:
    rows = []
    for n in range(number):
        copy = Lead.objects.get(pk=lead.pk) if not n else Lead(**_fields(rows[0]))
        copy.pk, copy.ref = None, f"{name}{n}"
        copy.received_at = timezone.now() - dt.timedelta(hours=n)
        rows.append(copy)
    Lead.objects.bulk_create(rows)


def _fields(lead: Lead) -> dict[str, object]:
    return {field.attname: getattr(lead, field.attname) for field in lead._meta.concrete_fields}


def test_hidden_active_leads_are_counted_by_their_index(adviser: User, colleague: User) -> None:
    office = make.office()
    _copies(make.lead(owner=adviser, office=office), "open", LEADS)
    _copies(make.lead(owner=colleague, confidential=Confidential.YES), "hidden", LEADS // 30)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM investors_lead WHERE restricted")
        (hidden,) = cursor.fetchone()
    client = Client()
    client.force_login(adviser)
    with CaptureQueriesContext(connection) as asked:
        response = client.get("/leads/?status=active")
    assert response.context["unlisted"] == hidden
    (sql,) = [q["sql"] for q in asked if 'GROUP BY "investors_lead"."restricted"' in q["sql"]]
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{explain} {sql}")
        plan = "\n".join(str(row) for row in cursor.fetchall())
    assert "investors_lead_hidden" in plan, plan
