"""Neutrality: each number counted again by hand, the lists behind, and what is kept back."""

from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.choices import Tier
from clusters.models import Cluster, ClusterRegion
from ifa_crm.reports.neutrality import (
    By,
    Listing,
    Neutrality,
    Tally,
    What,
    in_order,
    outcome,
)
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors import fit
from investors.choices import Confidential, ShortlistState
from investors.fit_reading import need_of, read_clusters, read_tables
from investors.models import Lead, Shortlisting
from investors.services.fit_columns import build_columns
from tests import make
from tests.conftest import SignIn
from tests.investors.matching import Field

pytestmark = pytest.mark.django_db
_S = ShortlistState
PAGE = "/reports/neutrality/"


@pytest.fixture
def field(db: None) -> Field:
    """Sensor Valley in the first region, Elsewhere (national) in none."""
    made = Field()
    first, second = make.region(name="First"), make.region(name="Second")
    ClusterRegion.objects.create(cluster=made.cluster, region=second, rank=2)
    ClusterRegion.objects.create(cluster=made.cluster, region=first, rank=1)
    made.other.tier = Tier.NATIONAL
    made.other.save()
    return made


def everything(field: Field) -> None:
    """A lead for each state of the shortlist of the first cluster, and some that say less."""
    for state in _S:
        make.shortlisting(lead=field.ready(), cluster=field.cluster, state=state)
    field.strong()
    field.strong(owner=make.user(), confidential=Confidential.YES)
    away = field.ready(topics=[field.away], sectors=[field.far])
    make.shortlisting(lead=away, cluster=field.other, state=_S.PROPOSED)
    make.lead(topics=[field.wood])
    make.lead()
    build_columns()


def by_hand(clusters: list[Cluster]) -> Counter[What]:
    """Asks fit about every lead and each log of the shortlist, one after the other."""
    day, found = timezone.localdate(), Counter[What]()
    facts, tables = read_clusters(None, day), read_tables(day)
    for lead in Lead.objects.live():
        if not (lead.topics.exists() or lead.sectors.exists()):
            continue
        rows = {row.key: row.band for row in fit.evaluate(need_of(lead), facts, tables)}
        for cluster in clusters:
            if rows[cluster.slug] not in {fit.STRONG, fit.POSSIBLE}:
                continue
            found[What.FITS] += 1
            item = Shortlisting.objects.filter(lead=lead, cluster=cluster).first()
            been = {item.state, *item.log.values_list("to_state", flat=True)} if item else set()
            wanted = been & {_S.WANTED, _S.PUT, _S.ACCEPTED, _S.DECLINED, _S.INTRODUCED}
            proposed = bool(wanted) or bool(been & {_S.PROPOSED, _S.REFUSED})
            introduced = _S.INTRODUCED in been
            found[What.PROPOSED] += proposed
            found[What.WANTED] += bool(wanted)
            found[What.INTRODUCED] += introduced
            if not introduced:
                why = {_S.REFUSED: What.REFUSED, _S.DECLINED: What.DECLINED}
                rest = What.UNDER_WAY if proposed else What.NOT_OFFERED
                found[why.get(_S(item.state), rest) if item else rest] += 1
    return found


def test_each_number_is_what_one_counts_by_hand(field: Field, manager: User) -> None:
    everything(field)
    found = Neutrality.read(manager)
    of_cluster = {tally.key: tally for tally in found.lines(By.CLUSTER)}
    for cluster in (field.cluster, field.other):
        assert +of_cluster[cluster.slug].counts == +by_hand([cluster])
    assert +found.total().counts == +by_hand([field.cluster, field.other])
    first = of_cluster[field.cluster.slug].counts
    assert first[What.FITS] >= 11
    assert all(first[what] for what in What)


@pytest.mark.parametrize("by", list(By))
def test_reasons_and_lines_add_up(field: Field, manager: User, by: By) -> None:
    everything(field)
    found = Neutrality.read(manager)
    apart = (What.INTRODUCED, What.REFUSED, What.DECLINED, What.NOT_OFFERED, What.UNDER_WAY)
    for tally in (*found.lines(by), found.total()):
        assert sum(tally.counts[what] for what in apart) == tally.counts[What.FITS]
    for what in What:
        assert sum(t.counts[what] for t in found.lines(by)) == found.total().counts[what]


def test_lines_are_named(field: Field, manager: User) -> None:
    everything(field)
    found = Neutrality.read(manager)
    names = {by: [tally.name for tally in found.lines(by)] for by in By}
    assert names == {
        By.CLUSTER: ["Elsewhere", "Sensor Valley"],
        By.REGION: ["First", "No region recorded"],
        By.TIER: [Tier.INTERNATIONAL.label, Tier.NATIONAL.label],
    }


@pytest.mark.parametrize(
    ("state", "far", "counted"),
    [
        ("", 0, {What.NOT_OFFERED}),
        ("noted", 0, {What.NOT_OFFERED}),
        ("closed", 0, {What.NOT_OFFERED}),
        ("closed", 1, {What.PROPOSED, What.UNDER_WAY}),
        ("refused", 2, {What.PROPOSED, What.WANTED, What.REFUSED}),
        ("declined", 2, {What.PROPOSED, What.WANTED, What.DECLINED}),
        ("closed", 3, {What.PROPOSED, What.WANTED, What.INTRODUCED}),
        ("declined", 3, {What.PROPOSED, What.WANTED, What.INTRODUCED}),
    ],
)
def test_what_a_pair_counts_as(state: str, far: int, counted: set[What]) -> None:
    assert outcome(state, far) == counted | {What.FITS}


@pytest.mark.parametrize("by", list(By))
def test_each_number_is_the_length_of_its_list(field: Field, manager: User, by: By) -> None:
    everything(field)
    found = Neutrality.read(manager)
    for tally in found.lines(by):
        for what in What:
            pairs = list(found.pairs(what, found.clusters_in(by, tally.key)))
            assert len(pairs) == len(set(pairs)) == tally.counts[what], (tally.name, what)


def test_any_part_of_a_list_is_that_of_the_whole(field: Field, viewer: User) -> None:
    everything(field)
    found = Neutrality.read(viewer)
    tallies = found.tallies()
    assert len(tallies) > 1
    for what in What:
        listing = Listing(found, what, tallies)
        pairs = [p for p in found.pairs(what, list(tallies)) if p[0] not in found.hidden]
        assert list(listing) == pairs
        for first in range(len(pairs) + 2):
            for end in (first, first + 3):
                assert listing[first:end] == pairs[first:end], (what, first, end)
        assert listing[::2] == pairs[::2]
        assert not pairs or listing[-1] == pairs[-1]
        with pytest.raises(IndexError):
            listing[len(pairs)]


def test_a_page_of_a_list_reads_only_the_clusters_that_it_shows(
    field: Field, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything(field)
    found = Neutrality.read(manager)
    listing = Listing(found, What.FITS, found.tallies())
    first = listing.tallies[min(listing.tallies)].counts[What.FITS]
    read: list[list[int]] = []

    monkeypatch.setattr(Neutrality, "pairs", lambda _, what, clusters: read.append(clusters) or ())
    for start, stop in ((0, first), (first, first + 1), (first - 1, first + 1)):
        listing[start:stop]
    one, other = sorted(listing.tallies)
    assert read == [[one], [other], [one, other]]


def test_archived_leads_leave_at_the_next_comparison(field: Field, manager: User) -> None:
    lead = field.strong()
    build_columns()
    assert Neutrality.read(manager).total().counts[What.FITS] == 1
    lead.archive(actor=manager, reason="A test")
    build_columns()
    assert Neutrality.read(manager).total().counts[What.FITS] == 0


# --- who may know what ---------------------------------------------------------------------------


def a_hidden_one(field: Field, beside: int) -> Lead:
    for _ in range(beside):
        field.strong()
    hidden = field.strong(owner=make.user(), confidential=Confidential.YES)
    build_columns()
    return hidden


def test_the_total_is_the_same_for_every_reader(
    field: Field, manager: User, viewer: User, as_user: SignIn
) -> None:
    a_hidden_one(field, beside=1)
    texts = [
        [cell.text for cell in as_user(user).get(PAGE).context["total"].cells]
        for user in (manager, viewer)
    ]
    assert texts[0] == texts[1]
    assert texts[0][0] == "2"


@pytest.mark.parametrize(("beside", "shown"), [(1, "< 5"), (3, "< 5"), (4, "5")])
def test_a_small_number_that_rests_on_a_hidden_lead_is_kept_back(
    field: Field, manager: User, viewer: User, beside: int, shown: str
) -> None:
    hidden = a_hidden_one(field, beside)

    def line(user: User) -> Tally:
        lines = Neutrality.read(user).lines(By.CLUSTER)
        return next(tally for tally in lines if tally.key == field.cluster.slug)

    assert line(viewer).text(What.FITS) == line(viewer).text(What.NOT_OFFERED) == shown
    assert (line(viewer).share(What.NOT_OFFERED) is None) is (shown == "< 5")
    assert line(viewer).order(What.FITS) == (0 if shown == "< 5" else 5)
    for user in (manager, hidden.owner):
        assert user is not None
        assert line(user).text(What.FITS) == str(beside + 1)


def test_lists_leave_out_what_is_hidden_and_say_so(
    field: Field, viewer: User, manager: User, as_user: SignIn
) -> None:
    hidden = a_hidden_one(field, beside=4)
    where = f"{PAGE}leads/?by=cluster&of={field.cluster.slug}&what=not-offered"
    page = as_user(viewer).get(where)
    assert len(page.context["listed"]) == 4
    text = page.content.decode()
    assert "And 1 confidential, not listed." in text
    assert hidden.investor.name not in text
    assert hidden.ref not in text
    page = as_user(manager).get(where)
    assert len(page.context["listed"]) == 5
    assert "not listed" not in page.content.decode()


def test_the_list_under_a_number_kept_back_tells_no_number(
    field: Field, viewer: User, as_user: SignIn
) -> None:
    a_hidden_one(field, beside=2)
    text = as_user(viewer).get(f"{PAGE}leads/?by=cluster&of={field.cluster.slug}").content.decode()
    assert "&lt; 5 pairs" in text
    assert "Some are confidential and not listed." in text
    assert "And 1 confidential" not in text


# --- the pages -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_every_role_reads_it(field: Field, role: Role, as_user: SignIn) -> None:
    everything(field)
    client = as_user(make.user(role=role))
    for query in ("", "?by=region", "?by=tier", "?by=nothing", "?sort=nothing"):
        assert client.get(PAGE + query).status_code == 200
    assert reverse("reports:neutrality") in client.get(PAGE).content.decode()


def test_every_number_opens_its_list(field: Field, manager: User, as_user: SignIn) -> None:
    everything(field)
    client = as_user(manager)
    for by in By:
        page = client.get(f"{PAGE}?by={by}")
        for row in (*page.context["rows"], page.context["total"]):
            for cell in row.cells:
                answer = client.get(cell.address)
                assert answer.status_code == 200
                count = answer.context["page"].paginator.count
                assert str(count) == cell.text, cell.address


def test_columns_sort(field: Field, manager: User, as_user: SignIn) -> None:
    everything(field)
    page = as_user(manager).get(f"{PAGE}?sort=-fits")
    counts = [row.tally.counts[What.FITS] for row in page.context["rows"]]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] != counts[-1]
    assert 'aria-sort="descending"' in page.content.decode()
    lines = [row.tally for row in page.context["rows"]]
    assert in_order(lines, "fits") == lines[::-1]


@pytest.mark.parametrize(
    ("fitting", "short", "long"),
    [
        (19, "of 19", "1 of 19 that fit."),
        (20, "5 %", "5 % of the 20 that fit; 95 % interval 1 to 24 %."),
    ],
)
def test_per_cent_only_from_twenty_on(
    field: Field, manager: User, as_user: SignIn, fitting: int, short: str, long: str
) -> None:
    for _ in range(fitting - 1):
        field.strong()
    make.shortlisting(lead=field.ready(), cluster=field.cluster, state=_S.PROPOSED)
    build_columns()
    client = as_user(manager)
    assert f'<span class="sub">{short}</span>' in client.get(PAGE).content.decode()
    where = f"{PAGE}leads/?by=cluster&of={field.cluster.slug}&what=proposed"
    assert long in client.get(where).content.decode()


@pytest.mark.parametrize("query", ["?what=nothing", "?by=cluster&of=nowhere", "?by=tier&of=x"])
def test_a_list_that_is_not_there_is_not_found(
    field: Field, manager: User, as_user: SignIn, query: str
) -> None:
    everything(field)
    assert as_user(manager).get(f"{PAGE}leads/{query}").status_code == 404


def test_before_the_first_comparison_it_says_so(manager: User, as_user: SignIn) -> None:
    client = as_user(manager)
    assert "have not been compared" in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}leads/").status_code == 200


def test_long_lists_have_pages(
    field: Field, manager: User, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ifa_crm.shared.paging.PER_PAGE", 2)
    a_hidden_one(field, beside=2)
    client = as_user(manager)
    address = client.get(PAGE).context["total"].cells[0].address
    assert parse_qs(urlsplit(address).query) == {"by": ["cluster"], "what": ["fits"]}
    pages = [client.get(f"{address}&page={n}") for n in (1, 2)]
    assert [len(page.context["listed"]) for page in pages] == [2, 1]
    assert "page=2" in pages[0].content.decode()


@pytest.mark.parametrize("rows", [1, 20])
def test_queries_do_not_grow(
    field: Field, viewer: User, as_user: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        make.shortlisting(lead=field.ready(), cluster=field.cluster, state=_S.REFUSED)
    build_columns()
    client: Client = as_user(viewer)
    address = client.get(PAGE).context["total"].cells[0].address
    with django_assert_num_queries(9):
        client.get(PAGE)
    with django_assert_num_queries(12):
        client.get(address)
