"""Two people on one draft of what leaves the house: neither loses what they wrote."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ifa_crm.staff.models import User
from investors.blinding_reading import findings_of
from investors.choices import Way
from investors.models import BlindBrief, Briefing, Lead
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db


def opened(client: Client, address: str) -> dict[str, Any]:
    """What a browser would send of the page's form if nobody touched it."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {
        name: "on" if value is True else value
        for name, value in values.items()
        if value is not None and value is not False
    }


@pytest.fixture
def lead(adviser: User) -> Lead:
    made = make.qualified_lead(owner=adviser)
    for name in ("Aero One", "Bio Two"):
        make.shortlisting(lead=made, cluster=make.cluster(name=name, slug=name[:3].lower()))
    return made


@pytest.fixture
def briefing(lead: Lead) -> Briefing:
    clusters = [item.cluster for item in lead.shortlist.select_related("cluster")]
    made = make.briefing(lead=lead, clusters=clusters, actor=lead.owner)
    made.clusters.update(why="Their laboratories")
    return made


@pytest.fixture
def address(briefing: Briefing) -> str:
    return reverse("investors:briefing_edit", args=[briefing.ref])


@pytest.fixture
def brief(lead: Lead) -> BlindBrief:
    return make.blind_brief(lead=lead, words_en="We make gyrotrons and klystrons.")


@pytest.fixture
def blind_address(brief: BlindBrief) -> str:
    return reverse("investors:blind_brief_edit", args=[brief.ref])


# --- the briefing ---------------------------------------------------------------------------------


def test_two_write_different_parts_of_a_briefing_and_both_are_kept(
    as_user: SignIn, adviser: User, manager: User, briefing: Briefing, address: str
) -> None:
    mine, theirs = (opened(as_user(user), address) for user in (adviser, manager))
    as_user(manager).post(address, theirs | {"note": "Their note", "why-bio": "Their reason"})
    answer = as_user(adviser).post(address, mine | {"next_step": "My step", "why-aer": "Mine"})
    assert answer.status_code == 302
    briefing.refresh_from_db()
    assert (briefing.note, briefing.next_step) == ("Their note", "My step")
    whys = dict(briefing.clusters.values_list("cluster__slug", "why"))
    assert whys == {"aer": "Mine", "bio": "Their reason"}


def test_two_write_one_part_of_a_briefing_and_the_second_sees_both(
    as_user: SignIn, adviser: User, manager: User, briefing: Briefing, address: str
) -> None:
    mine, theirs = (opened(as_user(user), address) for user in (adviser, manager))
    as_user(manager).post(address, theirs | {"why-bio": "Their reason"})
    answer = as_user(adviser).post(address, mine | {"why-bio": "My reason"})
    assert answer.status_code == 422
    form = answer.context["form"]
    (said,) = form.errors["why-bio"]
    assert "Their reason" in said
    assert "My reason" in said
    assert briefing.clusters.get(cluster__slug="bio").why == "Their reason"
    again = mine | {"why-bio": "My reason", "clash_base": form["clash_base"].value()}
    assert as_user(adviser).post(address, again).status_code == 302
    assert briefing.clusters.get(cluster__slug="bio").why == "My reason"


def test_cluster_that_came_meanwhile_stays(
    as_user: SignIn, adviser: User, manager: User, briefing: Briefing, address: str
) -> None:
    mine, theirs = (opened(as_user(user), address) for user in (adviser, manager))
    added = make.cluster(name="Chem Three", slug="che")
    as_user(manager).post(address, theirs | {"added": added.slug})
    briefing.clusters.update(why="Their laboratories")
    assert as_user(adviser).post(address, mine | {"note": "Mine"}).status_code == 302
    assert briefing.clusters.count() == 3


def test_cluster_that_came_meanwhile_is_there_when_the_page_comes_back(
    as_user: SignIn, adviser: User, manager: User, briefing: Briefing, address: str
) -> None:
    mine, theirs = (opened(as_user(user), address) for user in (adviser, manager))
    added = make.cluster(name="Chem Three", slug="che")
    as_user(manager).post(address, theirs | {"added": added.slug, "note": "Theirs"})
    briefing.clusters.update(why="Their laboratories")
    form = as_user(adviser).post(address, mine | {"note": "Mine"}).context["form"]
    assert set(form.errors) == {"note"}
    assert form["in-che"].value() is True
    assert "why-che" in form.fields


def test_cluster_that_was_taken_out_meanwhile_stays_out(
    as_user: SignIn, adviser: User, manager: User, briefing: Briefing, address: str
) -> None:
    mine, theirs = (opened(as_user(user), address) for user in (adviser, manager))
    del theirs["in-bio"]
    as_user(manager).post(address, theirs)
    assert as_user(adviser).post(address, mine | {"note": "Mine"}).status_code == 302
    assert list(briefing.clusters.values_list("cluster__slug", flat=True)) == ["aer"]


def test_words_about_a_cluster_that_was_taken_out_are_shown_once_more(
    as_user: SignIn, adviser: User, manager: User, briefing: Briefing, address: str
) -> None:
    mine, theirs = (opened(as_user(user), address) for user in (adviser, manager))
    del theirs["in-bio"]
    as_user(manager).post(address, theirs)
    answer = as_user(adviser).post(address, mine | {"note": "Mine", "why-bio": "My long reason"})
    assert answer.status_code == 422
    form = answer.context["form"]
    assert "My long reason" in form.errors["added"][0]
    again = opened_again(form)
    assert as_user(adviser).post(address, again).status_code == 302
    briefing.refresh_from_db()
    assert briefing.note == "Mine"


def opened_again(form: Any) -> dict[str, Any]:
    """What a browser would send of a page that came back with errors."""
    values = {name: form[name].value() for name in form.fields if name != "added"}
    return {name: value for name, value in values.items() if value}


# --- the blind brief ------------------------------------------------------------------------------


def test_two_write_different_parts_of_a_blind_brief_and_both_are_kept(
    as_user: SignIn, adviser: User, manager: User, brief: BlindBrief, blind_address: str
) -> None:
    mine, theirs = (opened(as_user(user), blind_address) for user in (adviser, manager))
    as_user(manager).post(blind_address, theirs | {"words_fr": "Nous cherchons."})
    assert as_user(adviser).post(blind_address, mine | {"shows": ["topics"]}).status_code == 302
    brief.refresh_from_db()
    assert (brief.words_fr, brief.shows) == ("Nous cherchons.", ["topics"])


def test_two_write_one_part_of_a_blind_brief_and_the_second_sees_both(
    as_user: SignIn, adviser: User, manager: User, brief: BlindBrief, blind_address: str
) -> None:
    mine, theirs = (opened(as_user(user), blind_address) for user in (adviser, manager))
    as_user(manager).post(blind_address, theirs | {"words_en": "They seek."})
    answer = as_user(adviser).post(blind_address, mine | {"words_en": "We seek."})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "They seek." in page
    assert "We seek." in page
    assert 'name="clash_base"' in page
    brief.refresh_from_db()
    assert brief.words_en == "They seek."


def test_tick_of_a_finding_that_is_gone_meanwhile_does_no_harm(
    as_user: SignIn, adviser: User, manager: User, brief: BlindBrief, blind_address: str
) -> None:
    mine, theirs = (opened(as_user(user), blind_address) for user in (adviser, manager))
    as_user(manager).post(blind_address, theirs | {"words_en": "We make klystrons."})
    assert "gyrotrons" in mine["cleared"]
    assert as_user(adviser).post(blind_address, mine | {"words_fr": "Oui."}).status_code == 302
    brief.refresh_from_db()
    assert "gyrotrons" not in {entry["key"] for entry in brief.cleared}
    assert brief.words_en == "We make klystrons."


def test_ticks_of_two_are_a_clash_at_the_findings(
    as_user: SignIn, adviser: User, manager: User, lead: Lead
) -> None:
    brief = make.blind_brief(lead=lead, words_en="gyrotrons klystrons magnetrons")
    BlindBrief.objects.filter(pk=brief.pk).update(cleared=[])
    address = reverse("investors:blind_brief_edit", args=[brief.ref])
    mine, theirs = (opened(as_user(user), address) for user in (adviser, manager))
    as_user(manager).post(address, theirs | {"cleared": ["gyrotrons"]})
    answer = as_user(adviser).post(address, mine | {"cleared": ["klystrons"]})
    assert set(answer.context["form"].errors) == {"cleared"}
    page = answer.content.decode()
    assert "“gyrotrons”" in page
    assert "“klystrons”" in page


# --- where a refused release says so --------------------------------------------------------------


def test_refused_release_leads_to_what_gives_the_company_away(
    as_user: SignIn, adviser: User, lead: Lead, brief: BlindBrief
) -> None:
    BlindBrief.objects.filter(pk=brief.pk).update(cleared=[])
    brief.refresh_from_db()
    assert findings_of(brief)
    cluster = lead.shortlist.select_related("cluster")[0].cluster
    leader = make.leader(cluster=cluster)
    address = reverse("investors:blind_brief_release", args=[brief.ref])
    answer = as_user(adviser).post(address, {"leaders": leader.ref, "way": Way.OWN})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert '<a href="#cleared">What could give the company away</a>' in page
    assert 'id="cleared"' in page


def test_refused_release_says_so_at_the_leader_or_the_way(
    as_user: SignIn, adviser: User, lead: Lead, brief: BlindBrief
) -> None:
    cluster = lead.shortlist.select_related("cluster")[0].cluster
    mute = make.leader(cluster=cluster, email="")
    address = reverse("investors:blind_brief_release", args=[brief.ref])
    for sent, field in (
        ({"way": Way.OWN}, "leaders"),
        ({"leaders": mute.ref}, "way"),
        ({"leaders": mute.ref, "way": Way.MAIL}, "way"),
    ):
        form = as_user(adviser).post(address, sent).context["form"]
        assert set(form.errors) == {field}
        assert all(target for target, _label, _sentence in form.error_links)
