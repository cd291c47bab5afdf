"""How PostgreSQL reads the main lists among 20,000 leads: by an index, never row by row."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import Direction
from investors.models import Lead
from tests import make

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.postgresql,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite plans otherwise"),
]
LEADS = 20_000
TABLES = (
    *("investors_lead ", "investors_contact ", "investors_investor "),
    *("investors_interaction ", "investors_action ", "investors_shortlisting "),
)
PAGES = [
    "/",
    "/leads/",
    "/leads/?sort=next",
    "/leads/?stage=contacted&sort=stage",
    "/leads/?status=lost",
    "/leads/?status=active",
    "/leads/?mine=1&sort=next",
    "/leads/?q=quartz777",
    "/search/?q=quartz777",
    "/search/?q=absent",
    "/options/leads/?q=quartz777",
]


def _copies(table: str, **columns: str) -> None:
    """Many rows like the first one; ``columns`` vary by ``n``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
            " AND column_name <> 'id'",
            [table],
        )
        names = [name for (name,) in cursor.fetchall()]
        values = [columns.get(name, f'one."{name}"') for name in names]
        quoted = ", ".join(f'"{name}"' for name in names)
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) SELECT {', '.join(values)}"
            f" FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) one, generate_series(1, {LEADS}) n"
        )
        cursor.execute(f"ANALYZE {table}")
        # What VACUUM notes, which cannot run in a transaction: that an index alone will do.
        cursor.execute("UPDATE pg_class SET relallvisible = relpages WHERE relname = %s", [table])


@pytest.fixture
def many(adviser: User) -> None:
    lead = make.lead(owner=adviser)
    make.contact(investor=lead.investor)
    make.interaction(lead=lead, direction=Direction.IN)
    make.office()
    text = "'quartz' || n || ' works for example'"
    make.user(role=Role.ADVISER)
    _copies("investors_investor", ref="'i' || n", name="'Quartz' || n", search_text=text)
    _copies("investors_contact", ref="'c' || n", search_text=text)
    _copies(
        "investors_lead",
        ref="'l' || n",
        search_text=text,
        received_at="one.received_at - n * interval '1 hour'",
        owner_id=f"CASE WHEN n % 200 = 0 THEN {adviser.pk} END",
        investor_id="one.investor_id + n",
        stage="CASE WHEN n % 9 = 0 THEN '2 contacted' ELSE one.stage END",
    )
    _copies(
        "investors_interaction",
        ref="'t' || n",
        lead_id="one.lead_id + n",
        happened_at="one.happened_at - n * interval '1 hour'",
    )


@pytest.mark.usefixtures("many")
def test_no_list_reads_every_lead(adviser: User) -> None:
    client = Client()
    client.force_login(adviser)
    for page in PAGES:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        for query in asked.captured_queries:
            if f"LIMIT {settings.COUNT_CAP + 1}) subquery" in query["sql"]:
                continue  # a count to the cap reads so many rows and ends, in whichever order
            plan = _plan(query["sql"])
            for table in TABLES:
                assert f"Seq Scan on {table}" not in plan, f"{page}\n{query['sql']}\n{plan}"


def _asked_for_today(user: User, words: str) -> str:
    """The query of Today that holds these words."""
    client = Client()
    client.force_login(user)
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/").status_code == 200
    (found,) = [query["sql"] for query in asked.captured_queries if words in query["sql"]]
    return str(found)


@pytest.mark.usefixtures("many")
def test_today_finds_what_to_take_in_its_order(adviser: User) -> None:
    plan = _plan(_asked_for_today(adviser, '"waits"'))
    assert plan.count("Scan using investors_lead_nobodys") == 2, plan  # of the office; of all


@pytest.mark.usefixtures("many")
def test_what_today_prepares_reads_no_table_whole(adviser: User, desk: User) -> None:
    """Prepared statements are planned for any value, not for those of the reader."""
    for user in (adviser, desk):
        client = Client()
        client.force_login(user)
        assert client.get("/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements"
            " WHERE statement ~ 'in_all|in_arm' AND statement !~ '\"investors_lead\".\"priority\"'"
        )
        prepared = cursor.fetchall()
    assert len(prepared) > 5
    for name, statement, values in prepared:
        plan = _plan(f'EXECUTE "{name}"({", ".join(["NULL"] * values)})')
        for table in TABLES:
            assert f"Seq Scan on {table}" not in plan, f"{statement}\n{plan}"


@pytest.mark.usefixtures("many")
def test_a_common_beginning_is_not_looked_up_among_all_pieces() -> None:
    begun = Lead.objects.filter(search_text__begins="quartz").order_by().values("pk")[:20]
    plan = _plan(str(begun.query).replace("quartz%", "'quartz%'"))
    assert "investors_lead_search" not in plan, plan


@pytest.mark.usefixtures("many")
def test_the_test_sees_a_list_that_reads_every_lead() -> None:
    assert "Seq Scan on investors_lead " in _plan("SELECT id FROM investors_lead WHERE makes = 'x'")


def _plan(sql: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(line for (line,) in cursor.fetchall())
