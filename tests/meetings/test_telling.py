"""A cluster reads whose need it is once it was told, and not before: in the calendar file, and
beside every step that would name the company to it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.models import Cluster
from ifa_crm.staff.models import User
from investors.choices import Confidential, ConsentHow
from investors.models import BlindRelease, Lead
from investors.services import leads
from investors.services.blind_briefs import Consent
from meetings.choices import MeetingState
from meetings.models import Meeting
from meetings.telling import may_be_named, untold
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

SECRETS = ("Zorblatt", "ゾルブラット", "Qwixling", "Osaka Tower", "Vraxium", "zorb.example")
WARNING = "Do not name the company to them"


@pytest.fixture
def lead(adviser: User) -> Lead:
    return _lead(adviser, confidential=Confidential.YES)


@pytest.fixture
def open_lead(adviser: User) -> Lead:
    return _lead(adviser, confidential=Confidential.NO)


def _lead(owner: User, confidential: Confidential) -> Lead:
    investor = make.investor(actor=owner, name="Zorblatt KK", native_name="ゾルブラット")
    make.contact(investor=investor, name="Aiko Qwixling", email="aiko@zorb.example")
    return make.qualified_lead(owner=owner, investor=investor, confidential=confidential)


def _released(lead: Lead, cluster: Cluster | None = None) -> BlindRelease:
    item = make.shortlisting(lead=lead, **({"cluster": cluster} if cluster else {}))
    leader = make.leader(cluster=item.cluster, languages="English")
    return make.released(make.blind_brief(lead=lead), leaders=[leader])[0]


def _agreed(lead: Lead) -> Consent:
    return Consent(by=lead.investor.contacts.get(), on=timezone.localdate(), how=ConsentHow.SPOKEN)


def _meeting(lead: Lead, cluster: Cluster, state: MeetingState) -> Meeting:
    return make.meeting(
        lead=lead,
        cluster=cluster,
        state=state,
        purpose="Vraxium lenses",
        place="Osaka Tower",
        link="https://zorb.example/room",
    )


def _file(client: Client, meeting: Meeting) -> str:
    answer = client.get(reverse("meetings:meeting_ics", args=[meeting.ref]))
    return answer.content.decode().replace("\r\n ", "") + str(answer.headers)


@pytest.mark.parametrize("state", list(MeetingState))
def test_calendar_names_nobody_before_the_reveal_and_all_after(
    adviser: User, as_user: SignIn, lead: Lead, state: MeetingState
) -> None:
    release = _released(lead)
    meeting = _meeting(lead, release.leader.cluster, state)
    before = _file(as_user(adviser), meeting)
    for secret in SECRETS:
        assert secret not in before, secret
    assert f"SUMMARY:Introduction: {meeting.cluster}\r\n" in before
    make.revealed(release, consent=_agreed(lead))
    after = _file(as_user(adviser), meeting)
    for told in ("Zorblatt", "Aiko Qwixling", "Osaka Tower", "Vraxium", str(meeting.cluster)):
        assert told in after, told


def test_reveal_to_one_cluster_says_nothing_to_another(
    adviser: User, as_user: SignIn, lead: Lead
) -> None:
    make.revealed(_released(lead), consent=_agreed(lead))
    other = make.cluster()
    meeting = _meeting(lead, other, MeetingState.CONFIRMED)
    found = _file(as_user(adviser), meeting)
    assert not [secret for secret in SECRETS if secret in found]


def test_reveal_of_one_need_says_nothing_of_another(
    adviser: User, as_user: SignIn, lead: Lead
) -> None:
    release = _released(lead)
    make.revealed(release, consent=_agreed(lead))
    second = make.qualified_lead(
        owner=adviser, investor=lead.investor, confidential=Confidential.YES
    )
    meeting = _meeting(second, release.leader.cluster, MeetingState.CONFIRMED)
    found = _file(as_user(adviser), meeting)
    assert not [secret for secret in SECRETS if secret in found]


def test_name_told_without_consent_counts_no_more_once_the_lead_is_confidential(
    adviser: User, open_lead: Lead
) -> None:
    release = _released(open_lead)
    make.revealed(release)
    cluster = release.leader.cluster
    assert may_be_named(open_lead, cluster)
    leads.edit_lead(actor=adviser, lead=open_lead, changes={"confidential": Confidential.YES})
    open_lead.refresh_from_db()
    assert not may_be_named(open_lead, cluster)


def test_consent_given_before_still_counts_once_the_lead_is_confidential(
    adviser: User, open_lead: Lead
) -> None:
    release = _released(open_lead)
    make.revealed(release, consent=_agreed(open_lead))
    leads.edit_lead(actor=adviser, lead=open_lead, changes={"confidential": Confidential.YES})
    open_lead.refresh_from_db()
    assert may_be_named(open_lead, release.leader.cluster)


def test_open_lead_is_named_as_long_as_no_blind_brief_left_the_house(open_lead: Lead) -> None:
    cluster = make.shortlisting(lead=open_lead).cluster
    assert may_be_named(open_lead, cluster)
    brief = make.blind_brief(lead=open_lead)
    assert may_be_named(open_lead, cluster)
    release = make.released(brief, leaders=[make.leader(cluster=cluster, languages="French")])[0]
    assert not may_be_named(open_lead, cluster)
    assert not may_be_named(open_lead, make.cluster())
    make.revealed(release)
    assert may_be_named(open_lead, cluster)


def test_next_step_is_the_brief_and_then_the_reveal(lead: Lead) -> None:
    cluster = make.shortlisting(lead=lead).cluster
    first = untold(lead, cluster)
    assert first
    assert not first.has_brief
    assert first.url == reverse("investors:lead_blind_brief", args=[lead.ref])
    leader = make.leader(cluster=cluster, languages="English")
    release = make.released(make.blind_brief(lead=lead), leaders=[leader])[0]
    second = untold(lead, cluster)
    assert second
    assert second.has_brief
    assert second.url == reverse("investors:blind_release_reveal", args=[release.ref])
    make.revealed(release, consent=_agreed(lead))
    assert untold(lead, cluster) is None


def _pages(meeting: Meeting) -> list[str]:
    plan = reverse("meetings:introduction_plan", args=[meeting.lead.ref])
    names = ("meeting_detail", "meeting_edit", "meeting_confirm")
    return [
        f"{plan}?cluster={meeting.cluster.slug}",
        *(reverse(f"meetings:{name}", args=[meeting.ref]) for name in names),
    ]


def test_every_step_of_planning_warns_and_leads_to_the_reveal(
    adviser: User, as_user: SignIn, lead: Lead
) -> None:
    release = _released(lead)
    meeting = _meeting(lead, release.leader.cluster, MeetingState.DRAFT)
    step = reverse("investors:blind_release_reveal", args=[release.ref])
    client = as_user(adviser)
    for url in _pages(meeting):
        page = client.get(url).content.decode()
        assert WARNING in page, url
        assert step in page, url
    make.revealed(release, consent=_agreed(lead))
    for url in _pages(meeting):
        assert WARNING not in client.get(url).content.decode(), url


def test_open_lead_without_a_blind_brief_warns_of_nothing(
    adviser: User, as_user: SignIn, open_lead: Lead
) -> None:
    meeting = _meeting(open_lead, make.cluster(), MeetingState.DRAFT)
    for url in _pages(meeting):
        assert WARNING not in as_user(adviser).get(url).content.decode(), url


def test_who_may_not_tell_is_led_nowhere(
    manager: User, adviser: User, colleague: User, as_user: SignIn, open_lead: Lead
) -> None:
    release = _released(open_lead)
    meeting = _meeting(open_lead, release.leader.cluster, MeetingState.DRAFT)
    page = as_user(colleague).get(meeting.get_absolute_url()).content.decode()
    assert WARNING in page
    assert reverse("investors:blind_release_reveal", args=[release.ref]) not in page


def test_what_is_over_is_not_warned_of(adviser: User, as_user: SignIn, lead: Lead) -> None:
    meeting = _meeting(lead, make.cluster(), MeetingState.HELD)
    page = as_user(adviser).get(meeting.get_absolute_url()).content.decode()
    assert WARNING not in page
    assert "has not been told" in page  # beside the calendar file
