"""Pages from kept queries are pages from plain ones, for everybody in the demo and on any day."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.utils import timezone

from ifa_crm.home.sections import Moment, Section
from ifa_crm.home.today import sorts_of
from ifa_crm.shared import standing_queries
from ifa_crm.staff.models import Absence, User
from investors.models import Investor, Lead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("world", "undone")]
DAYS = (0, 9, 120)


@pytest.fixture
def everybody(world: None) -> list[User]:
    """The people of the demo, two of whom stand in for a colleague."""
    people = list(User.objects.filter(is_active=True).order_by("pk"))
    day = timezone.localdate()
    for away, stand_in in ((people[1], people[2]), (people[3], people[4])):
        Absence.objects.create(
            user=away, stand_in=stand_in, first_day=day, last_day=day + dt.timedelta(days=9)
        )
    return people


@pytest.fixture(autouse=True)
def _from_nothing() -> Iterator[None]:
    standing_queries._kept.clear()
    yield
    standing_queries._kept.clear()


def plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on every query is built anew."""
    standing_queries._kept.clear()
    monkeypatch.setattr(standing_queries, "_worded", lambda *_args: None)


def drawn(user: User, now: dt.datetime) -> list[Section]:
    moment = Moment(user, now)
    return [sort.at(moment) for sort in sorts_of(user)]


def test_kept_and_plain_queries_draw_the_same(
    everybody: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    moments = [(user, now + dt.timedelta(days=days)) for days in DAYS for user in everybody]
    kept = [drawn(user, moment) for user, moment in moments]
    assert sum(len(section.lines) for some in kept for section in some) > 100

    plainly(monkeypatch)
    for found, (user, moment) in zip(kept, moments, strict=True):
        assert found == drawn(user, moment), (user, moment)


def test_every_section_can_be_kept(everybody: list[User]) -> None:
    for user in everybody:
        drawn(user, timezone.now())
    assert standing_queries._kept
    assert None not in standing_queries._kept.values()


# --- a lead, an investor, the search, a list ---------------------------------------------------


@pytest.fixture
def addresses(world: None) -> list[str]:
    """Leads and investors of all sorts, among them what is hidden from most."""
    leads = Lead.objects.filter(restricted=True) | Lead.objects.filter(
        pk__in=list(Lead.objects.order_by("pk").values_list("pk", flat=True))[::9]
    )
    with_organisation = Investor.objects.filter(organisation__isnull=False)[:2]
    tied = Lead.objects.filter(investor__in=list(with_organisation))
    found = [lead.get_absolute_url() for lead in (leads | tied).distinct().order_by("pk")]
    found += [f"{investor.get_absolute_url()}timeline/" for investor in with_organisation]
    found += [f"/search/?q={words}" for words in ("sensor", "sensors+optic", "tomo", "灯", "pa")]
    return [*found, "/leads/?status=active"]


def shown(user: User, addresses: list[str]) -> list[tuple[str, int, str]]:
    client = Client()
    client.force_login(user)
    found = []
    for address in addresses:
        answer = client.get(address)
        text = re.sub(r"csrf[^>]*|nonce=\S+", "", answer.content.decode())
        found.append((address, answer.status_code, text))
    return found


def test_pages_from_kept_and_plain_queries_are_the_same(
    everybody: list[User], addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    some = {(user.acts, n % 2): user for n, user in enumerate(everybody)}  # two of the same rights
    people = list(some.values())
    kept = [shown(user, addresses) for user in people]
    assert {status for each in kept for _address, status, _text in each} == {200, 404}
    assert None not in standing_queries._kept.values()

    plainly(monkeypatch)
    for user, found in zip(people, kept, strict=True):
        for one, other in zip(found, shown(user, addresses), strict=True):
            assert one == other, user
