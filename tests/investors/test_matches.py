"""Leads for a cluster: who opens the page, what it shows, what it hides, what it costs."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from ifa_crm.work.models import Job
from investors import fit
from investors.choices import Confidential, Mode, ShortlistState
from investors.models import Action, FitRun, Lead
from investors.services import fit_columns
from investors.services.confidentiality import admit
from tests import make
from tests.conftest import SignIn
from tests.investors.matching import Field

pytestmark = pytest.mark.django_db


@pytest.fixture
def field(db: None) -> Field:
    return Field()


def address(field: Field, query: str = "") -> str:
    return reverse("investors:cluster_matches", args=[field.cluster.slug]) + query


def leads_on(client: Client, where: str) -> list[Lead]:
    return list(client.get(where).context["page"].objects)


@pytest.mark.parametrize("role", list(Role))
def test_whoever_records_opens_it_and_has_the_tab(
    field: Field, role: Role, as_user: SignIn
) -> None:
    client = as_user(make.user(role=role))
    allowed = role is not Role.VIEWER
    assert client.get(address(field)).status_code == (200 if allowed else 403)
    page = client.get(field.cluster.get_absolute_url()).content.decode()
    assert (f'href="{address(field)}"' in page) is allowed


def test_the_best_stand_first_with_why(field: Field, desk: User, as_user: SignIn) -> None:
    weaker, strong = field.weaker(), field.strong()
    fit_columns.build_columns()
    client = as_user(desk)
    found = leads_on(client, address(field, "?band="))
    assert found[0] == strong
    assert strong.pk != weaker.pk
    assert found[0].match.band == "Strong"
    assert [(r.label, r.text) for r in found[0].match.reasons] == [
        ("Topics", "Sensors"),
        ("Sector", "Electronics"),
    ]
    assert not found[0].match.changed
    page = client.get(address(field)).content.decode()
    assert "Compared as of" in page
    assert strong.get_absolute_url() in page


def test_a_broader_topic_says_what_the_cluster_has(
    field: Field, desk: User, as_user: SignIn
) -> None:
    field.strong(topics=[field.gas, field.wood])
    fit_columns.build_columns()
    (lead,) = leads_on(as_user(desk), address(field))
    told = {reason.label: reason for reason in lead.match.reasons}
    assert told["Topics"].text == "Gas sensors (here: Sensors)"
    assert told["Also asks for"].text == "Wood"
    assert told["Also asks for"].is_against


def test_bands_are_asked_for(field: Field, desk: User, as_user: SignIn) -> None:
    leads = {field.strong(): fit.STRONG, field.weaker(): "", make.lead(topics=[field.wood]): ""}
    run = fit_columns.build_columns()
    client = as_user(desk)
    rows = {band: leads_on(client, address(field, f"?band={band}")) for band in fit.BANDS[:3]}
    for lead in leads:
        row = fit_columns.evaluator_of(run).scores(
            0, fit_columns.needs_of({lead.pk: lead.mode})[lead.pk]
        )
        band = fit.band_of(row.get(field.cluster.slug, 0) / 10)
        for asked, found in rows.items():
            assert (lead in found) is (asked == band), (asked, band)
    usual = leads_on(client, address(field))
    assert usual == rows[fit.STRONG] + rows[fit.POSSIBLE]


def test_leads_on_its_shortlist_are_left_out_until_asked_for(
    field: Field, desk: User, as_user: SignIn
) -> None:
    owner = make.user()
    there, new = field.strong(owner=owner), field.strong()
    make.shortlisting(lead=there, cluster=field.cluster)
    make.shortlisting(lead=new, cluster=field.other)
    fit_columns.build_columns()
    client = as_user(desk)
    assert leads_on(client, address(field)) == [new]
    found = leads_on(client, address(field, "?listed=all"))
    assert set(found) == {there, new}
    labels = {lead: lead.there_label for lead in found}
    assert labels == {there: ShortlistState.NOTED.label, new: ""}


def test_closed_and_archived_leads_are_left_out_at_once(
    field: Field, desk: User, as_user: SignIn
) -> None:
    gone, closed, kept = field.strong(), field.strong(), field.strong()
    fit_columns.build_columns()
    gone.archive(actor=None, reason="A test")
    Lead.objects.filter(pk=closed.pk).update(status="disqualified", disqualified_reason="x")
    assert leads_on(as_user(desk), address(field)) == [kept]


def test_filters_narrow_it(field: Field, desk: User, as_user: SignIn) -> None:
    owner, office, region = make.user(), make.office(), make.region()
    lead = field.strong(owner=owner, office=office, preferred_regions=[region], mode=Mode.START)
    other = field.strong(mode=Mode.NOT_ASKED)
    fit_columns.build_columns()
    client = as_user(desk)
    for query in (
        f"?owner={owner.username}", f"?office={office.name}", f"?region={region.name}",
        "?mode=start",
    ):  # fmt: skip
        assert leads_on(client, address(field, query)) == [lead], query
    assert leads_on(client, address(field, "?mode=unknown")) == [other]
    assert leads_on(client, address(field, "?owner=none")) == [other]
    wrong = client.get(address(field, "?region=nowhere"))
    assert wrong.status_code == 200
    assert list(wrong.context["page"].objects) == []
    assert wrong.context["page"].problems


def test_pages_follow_each_other(field: Field, desk: User, as_user: SignIn) -> None:
    leads = {field.strong().pk for _ in range(28)}
    fit_columns.build_columns()
    client = as_user(desk)
    first, second = (leads_on(client, address(field, f"?page={n}")) for n in (1, 2))
    assert (len(first), len(second)) == (25, 3)
    assert {lead.pk for lead in first + second} == leads
    past = client.get(address(field, "?page=9")).context["page"]
    assert (past.number, past.count, past.last_number) == (2, 28, 2)


# --- what is true now ----------------------------------------------------------------------------


def test_a_lead_that_changed_shows_its_band_of_now(
    field: Field, desk: User, as_user: SignIn
) -> None:
    lead = field.strong()
    fit_columns.build_columns()
    lead.topics.clear()
    (found,) = leads_on(as_user(desk), address(field))
    assert found.match.changed
    assert found.match.band != "Strong"
    lead.sectors.clear()
    (found,) = leads_on(as_user(desk), address(field))
    assert (found.match.band, list(found.match.reasons)) == ("None", [])


def test_before_the_first_run_it_says_so(field: Field, desk: User, as_user: SignIn) -> None:
    field.strong()
    page = as_user(desk).get(address(field))
    assert page.context["page"].count == 0
    assert "have not been compared" in page.content.decode()


def test_nothing_that_fits_says_what_to_do(field: Field, desk: User, as_user: SignIn) -> None:
    fit_columns.build_columns()
    assert "No lead that you may see fits" in as_user(desk).get(address(field)).content.decode()


def test_the_desk_has_it_compared_anew(field: Field, desk: User, as_user: SignIn) -> None:
    client = as_user(desk)
    where = reverse("investors:fit_refresh")
    assert where in client.get(address(field)).content.decode()
    answer = client.post(where, {"next": address(field)}, follow=True)
    assert answer.redirect_chain == [(address(field), 302)]
    assert "compared anew" in answer.content.decode()
    job = Job.objects.get()
    assert (job.kind, job.started_by) == (fit_columns.JOB, desk)
    assert "under way already" in client.post(where, follow=True).content.decode()
    assert Job.objects.count() == 1


def test_an_adviser_has_no_button_and_is_refused(
    field: Field, adviser: User, as_user: SignIn
) -> None:
    client = as_user(adviser)
    where = reverse("investors:fit_refresh")
    assert where not in client.get(address(field)).content.decode()
    assert client.post(where).status_code == 403
    assert client.get(where).status_code == 405


# --- confidential --------------------------------------------------------------------------------


def test_a_hidden_lead_is_neither_listed_nor_counted(
    field: Field, desk: User, manager: User, as_user: SignIn
) -> None:
    owner = make.user()
    hidden = field.strong(owner=owner, confidential=Confidential.YES)
    seen = field.strong()
    fit_columns.build_columns()
    page = as_user(desk).get(address(field))
    assert page.context["page"].objects == [seen]
    assert page.context["page"].count == 1
    for secret in (hidden.ref, hidden.title, hidden.investor.name):
        assert secret not in page.content.decode()
    for user in (owner, manager):
        assert set(leads_on(as_user(user), address(field))) == {hidden, seen}
    admit(actor=owner, lead=hidden, user=desk, reason="A test")
    assert set(leads_on(as_user(desk), address(field))) == {hidden, seen}


# --- telling the owner ---------------------------------------------------------------------------


def tell(field: Field, lead: Lead) -> str:
    return reverse("investors:match_suggest", args=[field.cluster.slug, lead.ref])


def test_the_owner_is_told(field: Field, desk: User, as_user: SignIn) -> None:
    owner = make.user()
    lead = field.strong(owner=owner)
    fit_columns.build_columns()
    client = as_user(desk)
    assert tell(field, lead) in client.get(address(field)).content.decode()
    form = client.get(tell(field, lead)).context["form"]
    assert form["what"].value() == f"Consider Sensor Valley (suggested by {desk})"
    sent = {"what": form["what"].value(), "due": form["due"].value()}
    answer = client.post(tell(field, lead), sent, follow=True)
    assert answer.redirect_chain == [(address(field), 302)]
    action = Action.objects.get(lead=lead, what=sent["what"])
    assert (action.assignee, action.due) == (owner, sent["due"])
    again = client.post(tell(field, lead), sent)
    assert again.status_code == 422
    assert "on the lead already" in again.content.decode()
    assert Action.objects.filter(lead=lead, what=sent["what"]).count() == 1


def test_nobodys_lead_keeps_it_for_whoever_takes_it(
    field: Field, desk: User, as_user: SignIn
) -> None:
    lead = field.strong()
    sent = {"what": "Consider it", "due": timezone.localdate()}
    answer = as_user(desk).post(tell(field, lead), sent, follow=True)
    assert "nobody owns it yet" in answer.content.decode()
    assert Action.objects.get(lead=lead, what="Consider it").assignee is None


def test_what_is_closed_is_left_alone(field: Field, desk: User, as_user: SignIn) -> None:
    lead = field.strong()
    Lead.objects.filter(pk=lead.pk).update(status="disqualified", disqualified_reason="x")
    sent = {"what": "Consider it", "due": timezone.localdate()}
    answer = as_user(desk).post(tell(field, lead), sent)
    assert answer.status_code == 422
    assert "Reopen the lead first" in answer.content.decode()


def test_nobody_tells_of_a_lead_they_do_not_see(
    field: Field, desk: User, viewer: User, as_user: SignIn
) -> None:
    hidden = field.strong(owner=make.user(), confidential=Confidential.YES)
    seen = field.strong()
    sent = {"what": "Consider it", "due": timezone.localdate()}
    for method in ("get", "post"):
        assert getattr(as_user(desk), method)(tell(field, hidden), sent).status_code == 404
        assert getattr(as_user(viewer), method)(tell(field, seen), sent).status_code == 403
    assert not Action.objects.filter(what="Consider it").exists()


def test_the_owner_notes_it_and_is_not_told(field: Field, adviser: User, as_user: SignIn) -> None:
    mine, other = field.strong(owner=adviser), field.strong(owner=make.user())
    fit_columns.build_columns()
    page = as_user(adviser).get(address(field)).content.decode()
    choose = reverse("investors:shortlist_choose", args=[mine.ref])
    assert f'href="{choose}?clusters={field.cluster.slug}"' in page
    assert tell(field, mine) not in page
    assert reverse("investors:shortlist_choose", args=[other.ref]) not in page
    assert tell(field, other) in page
    ticked = as_user(adviser).get(f"{choose}?clusters={field.cluster.slug}").context["clusters"]
    assert [offer.cluster for offer in ticked if offer.is_ticked] == [field.cluster]


# --- what it costs -------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 20])
def test_queries_do_not_grow(
    field: Field, desk: User, as_user: SignIn, django_assert_num_queries: Any, rows: int
) -> None:
    for _ in range(rows):
        field.strong(owner=make.user(office=make.office()))
    fit_columns.build_columns()
    client = as_user(desk)
    client.get(address(field))
    with django_assert_num_queries(7):
        client.get(address(field))


def test_100_000_leads_are_not_loaded(
    field: Field, desk: User, as_user: SignIn, django_assert_num_queries: Any
) -> None:
    """A column of 100,000, whose first thousand keys are enough for the page and its count."""
    from array import array

    from investors.fit_columns import KEYS, SCORES

    leads = [field.strong().pk for _ in range(30)]
    run = fit_columns.build_columns()
    keys = array(KEYS, [*leads, *range(10**7, 10**7 + 100_000 - len(leads))])
    run.columns.filter(cluster=field.cluster).update(
        keys=keys.tobytes(), scores=array(SCORES, [900] * len(keys)).tobytes()
    )
    client = as_user(desk)
    client.get(address(field))
    with django_assert_num_queries(7 + 4):  # the count looks at the other keys, 30,000 at a time
        page = client.get(address(field)).context["page"]
    assert [lead.pk for lead in page.objects] == leads[:25]
    assert page.count == 30
    assert FitRun.objects.count() == 1
