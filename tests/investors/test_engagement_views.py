"""The pages of engagements and other outcomes."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.choices import ProjectStatus
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Role
from investors.choices import (
    Confidential,
    Contribution,
    EngagementKind,
    EngagementState,
    LostReason,
    OutcomeKind,
    Stage,
    Status,
)
from investors.models import Engagement, Lead, Milestone, Outcome
from tests import make
from tests.conftest import SignIn

pytestmark = pytest.mark.django_db

_S = EngagementState


def page_of(engagement: Engagement, name: str) -> str:
    return reverse(f"investors:engagement_{name}", args=[engagement.ref])


def on_lead(lead: Lead, name: str) -> str:
    return reverse(f"investors:{name}", args=[lead.ref])


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("agreement.pdf", b"%PDF-1.7 signed")


@pytest.fixture
def client(adviser: User, as_user: SignIn) -> Client:
    return as_user(adviser)


@pytest.fixture
def lead(adviser: User) -> Lead:
    return make.qualified_lead(owner=adviser)


# --- opening -------------------------------------------------------------------------------------


def test_join_of_a_project_settles_its_cluster(client: Client, lead: Lead) -> None:
    first, second = make.cluster(), make.cluster()
    project = make.project(clusters=[first, second])
    make.shortlisting(lead=lead, cluster=second)
    answer = client.post(
        on_lead(lead, "engagement_join"),
        {"project": project.ref, "role": "partner", "opened_on": timezone.localdate()},
    )
    engagement = lead.engagements.get()
    assert answer["Location"] == engagement.get_absolute_url()
    assert (engagement.kind, engagement.project, engagement.cluster) == ("join", project, second)


def test_join_of_a_seat_settles_its_project(client: Client, lead: Lead) -> None:
    project = make.project()
    seat = make.seat(project=project, title="Test house")
    make.shortlisting(lead=lead, cluster=project.clusters.get())
    address = on_lead(lead, "engagement_join")
    elsewhere = make.project()
    offered = client.get(address).content.decode()
    assert f"?project={project.ref}&amp;seat={seat.ref}" in offered
    assert elsewhere.ref not in offered
    asked = client.get(f"{address}?cluster={elsewhere.clusters.get().slug}").content.decode()
    assert f"?project={elsewhere.ref}" in asked
    filled = client.get(f"{address}?project={project.ref}&seat={seat.ref}").content.decode()
    assert 'value="Test house"' in filled
    client.post(address, {"seat": seat.ref, "role": "partner", "opened_on": timezone.localdate()})
    engagement = lead.engagements.get()
    assert (engagement.project, engagement.seat) == (project, seat)


def test_project_is_joined_by_typed_text(client: Client, lead: Lead) -> None:
    project = make.project(name="Foremost")
    typed = {"project_text": "foremost", "project": "", "project_for": ""}
    client.post(
        on_lead(lead, "engagement_join"),
        typed | {"role": "leads", "opened_on": timezone.localdate()},
    )
    assert lead.engagements.get().project == project


def test_join_without_a_project_keeps_what_was_typed(client: Client, lead: Lead) -> None:
    answer = client.post(
        on_lead(lead, "engagement_join"), {"role": "leads", "opened_on": "2026-01-05"}
    )
    assert answer.status_code == 422
    assert "Choose a project or one of its open seats." in answer.content.decode()
    assert 'value="2026-01-05"' in answer.content.decode()


def test_project_that_cannot_be_joined_is_not_found(client: Client, lead: Lead) -> None:
    proposed = make.project(status=ProjectStatus.PROPOSED)
    answer = client.post(
        on_lead(lead, "engagement_join"),
        {"project": proposed.ref, "role": "partner", "opened_on": timezone.localdate()},
    )
    assert answer.status_code == 422
    assert not lead.engagements.exists()


def test_start_offers_proposed_projects_of_the_shortlist(client: Client, lead: Lead) -> None:
    project = make.project(status=ProjectStatus.PROPOSED)
    under_way = make.project(clusters=[project.clusters.get()])
    make.shortlisting(lead=lead, cluster=project.clusters.get())
    page = client.get(on_lead(lead, "engagement_start")).content.decode()
    assert f"?project={project.ref}" in page
    assert under_way.ref not in page


def test_start_makes_its_project_on_the_way(client: Client, lead: Lead) -> None:
    cluster = make.cluster()
    client.post(
        on_lead(lead, "engagement_start"),
        {
            "name": "Quiet turbines",
            "summary": "Less noise.",
            "cluster": cluster.slug,
            "role": "leads",
            "opened_on": timezone.localdate(),
        },
    )
    engagement = lead.engagements.get()
    assert (engagement.kind, engagement.project.name) == ("start", "Quiet turbines")
    assert engagement.project_created


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Name the new project, or choose a proposed one."),
        ({"name": "Quiet turbines"}, "Say which cluster leads the new project."),
    ],
)
def test_start_that_lacks_something_says_so(
    client: Client, lead: Lead, given: dict[str, str], words: str
) -> None:
    answer = client.post(
        on_lead(lead, "engagement_start"),
        given | {"role": "leads", "opened_on": timezone.localdate()},
    )
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_start_of_a_proposed_project_and_a_new_name_is_refused(client: Client, lead: Lead) -> None:
    project = make.project(status=ProjectStatus.PROPOSED)
    answer = client.post(
        on_lead(lead, "engagement_start"),
        {
            "project": project.ref,
            "name": "Another",
            "role": "leads",
            "opened_on": timezone.localdate(),
        },
    )
    assert "Either choose a proposed project or name a new one." in answer.content.decode()


def test_pickers_offer_what_fits_and_nothing_hidden(
    client: Client, colleague: User, adviser: User
) -> None:
    joinable = make.project(name="Alpha one")
    proposed = make.project(name="Alpha two", status=ProjectStatus.PROPOSED)
    hidden = make.engagement(
        lead=make.qualified_lead(owner=colleague, confidential=Confidential.YES),
        kind=EngagementKind.START,
        new_project={"name": "Alpha three"},
        cluster=make.cluster(),
    )
    make.seat(project=joinable, title="Alpha seat")

    def labels(name: str) -> list[str]:
        answer = client.get(reverse(f"investors:{name}"), {"q": "alpha"}).json()
        return [option["label"] for option in answer["options"]]

    assert labels("joinable_options") == [joinable.name]
    assert labels("startable_options") == [proposed.name]
    assert labels("seat_options") == ["Alpha seat"]
    assert hidden.project.name not in labels("startable_options")


# --- the agreement -------------------------------------------------------------------------------


def test_agreement_is_recorded_with_its_file(client: Client, lead: Lead) -> None:
    engagement = make.engagement(lead=lead)
    answer = client.post(
        page_of(engagement, "agree"),
        {
            "agreed_on": timezone.localdate(),
            "files": [pdf()],
            "role": "partner",
            "share_amount": "1200000",
            "share_currency": "USD",
            "jobs": "14",
        },
    )
    assert answer.status_code == 302
    engagement.refresh_from_db()
    assert (engagement.state, engagement.share_amount, engagement.share_currency) == (
        _S.AGREED,
        1_200_000,
        "USD",
    )
    shown = client.get(engagement.get_absolute_url()).content.decode()
    assert "agreement.pdf" in shown
    assert "A manager confirms it" in shown


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"undisclosed": "on"}, "Attach the agreement or give its reference."),
        ({"reference": "A-1"}, "Give their own share or say that it is undisclosed."),
        (
            {"reference": "A-1", "undisclosed": "on", "jobs": "3"},
            "Amounts are either given or undisclosed.",
        ),
        ({"reference": "A-1", "share_amount": "-1"}, "greater than or equal to 0"),
    ],
)
def test_agreement_that_lacks_something_keeps_what_was_typed(
    client: Client, lead: Lead, given: dict[str, str], words: str
) -> None:
    engagement = make.engagement(lead=lead)
    sent = {"agreed_on": timezone.localdate(), "role": "leads", "share_currency": "JPY"}
    answer = client.post(page_of(engagement, "agree"), sent | given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert '<option value="JPY" selected>' in page


def test_file_is_asked_for_again_when_something_else_is_wrong(client: Client, lead: Lead) -> None:
    engagement = make.engagement(lead=lead)
    answer = client.post(
        page_of(engagement, "agree"),
        {
            "agreed_on": "2999-01-01",
            "files": [pdf()],
            "role": "partner",
            "share_currency": "EUR",
            "undisclosed": "on",
        },
    )
    assert "attach it again" in answer.content.decode()
    assert not engagement.attachments.exists()


def test_fake_file_is_refused_at_its_field(client: Client, lead: Lead) -> None:
    engagement = make.engagement(lead=lead)
    fake = SimpleUploadedFile("agreement.pdf", b"MZ")
    answer = client.post(page_of(engagement, "files"), {"files": [fake]})
    assert answer.status_code == 422
    assert answer.context["form"].errors["files"]
    client.post(page_of(engagement, "files"), {"files": [pdf()]})
    assert engagement.attachments.count() == 1


def test_what_the_agreement_needs_is_said_before(client: Client, adviser: User) -> None:
    engagement = make.engagement(lead=make.lead(owner=adviser))
    for address in (engagement.get_absolute_url(), page_of(engagement, "agree")):
        page = client.get(address).content.decode()
        assert "the lead still needs" in page
        assert "#div_id_horizon" in page


# --- confirming ----------------------------------------------------------------------------------


def test_manager_confirms_it(lead: Lead, manager: User, as_user: SignIn) -> None:
    engagement = make.engagement(lead=lead, state=_S.AGREED)
    client = as_user(manager)
    assert "You may do it." in client.get(engagement.get_absolute_url()).content.decode()
    address = page_of(engagement, "verify")
    assert "A-1" in client.get(address).content.decode()
    assert client.post(address, {"contribution": Contribution.DECISIVE}).status_code == 422
    client.post(address, {"contribution": Contribution.DECISIVE, "counterfactual": "Dresden."})
    engagement.refresh_from_db()
    assert (engagement.state, engagement.verified_by) == (_S.VERIFIED, manager)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("recorder", "You recorded this agreement"),
        ("owner", "You own this lead"),
        ("deputy", "You are the deputy"),
    ],
)
def test_manager_who_is_involved_reads_why_not(
    part: str, words: str, manager: User, as_user: SignIn
) -> None:
    engagement = make.engagement(
        lead=make.qualified_lead(
            owner=manager if part == "owner" else make.user(),
            deputy=manager if part == "deputy" else None,
        ),
        recorder=manager if part == "recorder" else None,
        state=_S.AGREED,
    )
    client = as_user(manager)
    assert words in client.get(engagement.get_absolute_url()).content.decode()
    assert client.get(page_of(engagement, "verify")).status_code == 403
    sent = {"contribution": Contribution.DECISIVE, "counterfactual": "Dresden."}
    assert client.post(page_of(engagement, "verify"), sent).status_code == 403


def test_agreement_is_sent_back(lead: Lead, manager: User, as_user: SignIn) -> None:
    engagement = make.engagement(lead=lead, state=_S.AGREED)
    client = as_user(manager)
    assert client.post(page_of(engagement, "send_back"), {"reason": ""}).status_code == 422
    client.post(page_of(engagement, "send_back"), {"reason": "The annex is missing."})
    shown = client.get(engagement.get_absolute_url()).content.decode()
    assert "The annex is missing." in shown
    assert "Sent back: it has to be recorded anew." in shown


# --- editing and ending --------------------------------------------------------------------------


def test_two_people_editing_see_both_versions(client: Client, lead: Lead) -> None:
    engagement = make.engagement(lead=lead)
    form = client.get(page_of(engagement, "edit")).context["form"]
    sent = {
        "role": "partner",
        "opened_on": engagement.opened_on,
        "share_currency": "EUR",
        "jobs": "5",
        "clash_base": form["clash_base"].value(),
    }
    Engagement.objects.filter(pk=engagement.pk).update(jobs=7, share_amount=100)
    clash = client.post(page_of(engagement, "edit"), sent)
    assert clash.status_code == 422
    assert "to “7”" in clash.content.decode()
    sent["clash_base"] = clash.context["form"]["clash_base"].value()
    assert client.post(page_of(engagement, "edit"), sent).status_code == 302
    engagement.refresh_from_db()
    assert (engagement.jobs, engagement.share_amount) == (5, 100)


def test_seat_of_a_start_is_not_asked_for(client: Client, lead: Lead) -> None:
    engagement = make.engagement(lead=lead, kind=EngagementKind.START)
    assert "seat" not in client.get(page_of(engagement, "edit")).context["form"].fields


def test_last_one_that_came_to_nothing_asks_what_next(client: Client, lead: Lead) -> None:
    engagement = make.engagement(lead=lead)
    answer = client.post(
        page_of(engagement, "decline"),
        {"by": "consortium", "ended_on": timezone.localdate(), "reason": "No room."},
    )
    ended = on_lead(lead, "engagement_ended")
    assert answer["Location"] == ended
    assert "No room." in client.get(ended).content.decode()
    for address in (on_lead(lead, "lead_engagements"), engagement.get_absolute_url()):
        assert "Back to the shortlist, or close?" in client.get(address).content.decode()
    client.post(on_lead(lead, "engagement_back"))
    lead.refresh_from_db()
    assert lead.stage == Stage.SHORTLISTED
    assert client.get(ended)["Location"] == on_lead(lead, "lead_engagements")


def test_lead_is_closed_with_one_click(client: Client, lead: Lead) -> None:
    make.engagement(lead=lead, state=_S.WITHDRAWN)
    lead.refresh_from_db()
    page = client.get(on_lead(lead, "engagement_ended"))
    reason = page.context["form"]["reason"].value()
    client.post(on_lead(lead, "engagement_close_lead"), {"reason": reason})
    lead.refresh_from_db()
    assert (lead.status, lead.lost_reason) == (Status.LOST, LostReason.DROPPED)


def test_closing_for_another_country_asks_which(client: Client, lead: Lead) -> None:
    make.engagement(lead=lead, state=_S.WITHDRAWN)
    address = on_lead(lead, "engagement_close_lead")
    answer = client.post(address, {"reason": LostReason.OTHER_COUNTRY})
    assert answer.status_code == 422
    assert answer.context["form"].errors["country"]
    client.post(address, {"reason": LostReason.OTHER_COUNTRY, "country": "DE"})
    lead.refresh_from_db()
    assert lead.lost_to_country == "DE"


@pytest.mark.parametrize(
    ("name", "state", "given"),
    [
        ("withdraw", _S.WITHDRAWN, {"reason": "No."}),
        ("complete", _S.COMPLETED, {}),
        ("leave", _S.LEFT, {"reason": "Sold."}),
    ],
)
def test_engagement_ends(
    name: str, state: EngagementState, given: dict[str, str], client: Client, lead: Lead
) -> None:
    start = _S.OPEN if name == "withdraw" else _S.VERIFIED
    engagement = make.engagement(lead=lead, state=start)
    assert client.get(page_of(engagement, name)).status_code == 200
    client.post(page_of(engagement, name), given | {"ended_on": timezone.localdate()})
    engagement.refresh_from_db()
    assert engagement.state == state


def test_lead_cluster_is_changed(client: Client, lead: Lead) -> None:
    project = make.project(clusters=[make.cluster(), make.cluster(name="Beta")])
    engagement = make.engagement(lead=lead, project=project)
    other = project.clusters.get(name="Beta")
    address = page_of(engagement, "cluster")
    assert client.post(address, {"cluster": other.slug}).status_code == 422
    client.post(address, {"cluster": other.slug, "reason": "They carry it."})
    engagement.refresh_from_db()
    assert engagement.cluster == other


# --- milestones ----------------------------------------------------------------------------------


def test_milestone_is_planned_reached_and_tried_again(client: Client, lead: Lead) -> None:
    engagement, kind = make.engagement(lead=lead), make.milestone_kind(label_en="Seat requested")
    new = reverse("investors:milestone_create", args=[engagement.ref])
    ahead = timezone.localdate() + dt.timedelta(days=9)
    assert client.get(f"{new}?kind={kind.key}").status_code == 200
    client.post(new, {"kind": kind.key, "planned_on": ahead})
    milestone = engagement.milestones.get()
    assert "in 9 days" in client.get(engagement.get_absolute_url()).content.decode()
    assert "Seat requested" in client.get(on_lead(lead, "lead_engagements")).content.decode()
    edit = reverse("investors:milestone_edit", args=[engagement.ref, milestone.pk])
    client.post(edit, {"failed_on": timezone.localdate(), "note": "Full."})
    assert "Try again" in client.get(engagement.get_absolute_url()).content.decode()
    client.post(new, {"kind": kind.key, "reached_on": timezone.localdate()})
    assert list(engagement.milestones.values_list("attempt", flat=True)) == [1, 2]


def test_milestone_without_a_date_or_reached_and_failed_is_refused(
    client: Client, lead: Lead
) -> None:
    engagement, kind = make.engagement(lead=lead), make.milestone_kind()
    new, today = reverse("investors:milestone_create", args=[engagement.ref]), timezone.localdate()
    nothing = client.post(new, {"kind": kind.key})
    assert nothing.status_code == 422
    assert nothing.context["form"].errors["planned_on"]
    both = client.post(new, {"kind": kind.key, "reached_on": today, "failed_on": today})
    assert "reached or failed, not both" in both.content.decode()
    assert not Milestone.objects.exists()


def test_milestone_of_another_engagement_is_not_found(client: Client, lead: Lead) -> None:
    other = Milestone.objects.create(
        engagement=make.engagement(), kind=make.milestone_kind(), reached_on=timezone.localdate()
    )
    mine = make.engagement(lead=lead)
    address = reverse("investors:milestone_edit", args=[mine.ref, other.pk])
    assert client.get(address).status_code == 404


# --- outcomes ------------------------------------------------------------------------------------


def test_outcome_is_recorded_and_edited(client: Client, lead: Lead) -> None:
    cluster, today = make.cluster(), timezone.localdate()
    new = on_lead(lead, "outcome_create")
    lacking = client.post(new, {"kind": OutcomeKind.MEMBERSHIP, "dated": today, "text": "Yes."})
    assert lacking.status_code == 422
    assert "Yes." in lacking.content.decode()
    client.post(new, {"kind": OutcomeKind.MEMBERSHIP, "dated": today, "cluster": cluster.slug})
    outcome = Outcome.objects.get()
    assert (
        "Membership of a cluster" in client.get(on_lead(lead, "lead_engagements")).content.decode()
    )
    edit = reverse("investors:outcome_edit", args=[outcome.ref])
    client.post(edit, {"kind": OutcomeKind.SITE, "dated": today, "text": "In Grenoble."})
    outcome.refresh_from_db()
    assert (outcome.kind, outcome.text) == (OutcomeKind.SITE, "In Grenoble.")


def test_referred_elsewhere_is_neither_offered_nor_edited(client: Client, lead: Lead) -> None:
    today = timezone.localdate()
    assert OutcomeKind.REFERRED not in client.get(on_lead(lead, "outcome_create")).content.decode()
    written = Outcome.objects.create(lead=lead, kind=OutcomeKind.REFERRED, dated=today)
    assert client.get(reverse("investors:outcome_edit", args=[written.ref])).status_code == 404


# --- detail and tab ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(_S))
@pytest.mark.parametrize("kind", list(EngagementKind))
def test_detail_in_each_state(
    kind: EngagementKind, state: EngagementState, client: Client, lead: Lead
) -> None:
    engagement = make.engagement(lead=lead, state=state, kind=kind)
    page = client.get(engagement.get_absolute_url()).content.decode()
    assert str(engagement.get_state_display()) in page
    assert engagement.project.name in page
    assert client.get(page_of(engagement, "changes")).status_code == 200


def test_detail_costs_the_same_with_1_and_with_20_rows(
    client: Client, lead: Lead, django_assert_num_queries: object
) -> None:
    engagement = make.engagement(lead=lead, state=_S.AGREED)
    today = timezone.localdate()

    def add(count: int) -> None:
        for _ in range(count):
            kind = make.milestone_kind()
            Milestone.objects.create(engagement=engagement, kind=kind, reached_on=today)

    add(1)
    client.get(engagement.get_absolute_url())
    with django_assert_num_queries(7):  # type: ignore[operator]
        client.get(engagement.get_absolute_url())
    add(19)
    with django_assert_num_queries(7):  # type: ignore[operator]
        client.get(engagement.get_absolute_url())


def test_tab_costs_the_same_with_1_and_with_20_rows(
    client: Client, lead: Lead, django_assert_num_queries: object
) -> None:
    make.engagement(lead=lead, state=_S.VERIFIED)
    address = on_lead(lead, "lead_engagements")
    client.get(address)
    with django_assert_num_queries(8):  # type: ignore[operator]
        client.get(address)
    for _ in range(19):
        make.engagement(lead=lead, state=_S.VERIFIED)
        Outcome.objects.create(lead=lead, kind=OutcomeKind.SITE, dated=timezone.localdate())
    with django_assert_num_queries(8):  # type: ignore[operator]
        client.get(address)


def test_changes_name_nothing_hidden(lead: Lead, client: Client) -> None:
    engagement = make.engagement(lead=lead)
    client.post(
        page_of(engagement, "edit"),
        {"role": "leads", "opened_on": engagement.opened_on, "share_currency": "EUR"},
    )
    page = client.get(page_of(engagement, "changes")).content.decode()
    assert "Leads" in page


# --- who may -------------------------------------------------------------------------------------

HANDLING = {
    "edit": _S.OPEN,
    "agree": _S.OPEN,
    "files": _S.OPEN,
    "decline": _S.OPEN,
    "withdraw": _S.OPEN,
    "complete": _S.VERIFIED,
    "leave": _S.VERIFIED,
    "cluster": _S.OPEN,
}
ON_A_LEAD = [
    "engagement_join",
    "engagement_start",
    "engagement_back",
    "engagement_close_lead",
    "outcome_create",
]


def signed_in(role: Role) -> Client:
    client = Client()
    client.force_login(make.user(role=role))
    return client


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", list(HANDLING))
def test_handling_page_by_each_role_that_does_not_own_the_lead(name: str, role: Role) -> None:
    address = page_of(make.engagement(state=HANDLING[name]), name)
    client, may = signed_in(role), role in {Role.MANAGER, Role.ADMINISTRATOR}
    assert client.get(address).status_code == (200 if may else 403)
    assert client.post(address).status_code in ({302, 422} if may else {403})


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", ON_A_LEAD)
def test_page_on_a_lead_by_each_role_that_does_not_own_it(name: str, role: Role) -> None:
    lead = make.qualified_lead(owner=make.user())
    make.engagement(lead=lead, state=_S.WITHDRAWN)
    client, may = signed_in(role), role in {Role.MANAGER, Role.ADMINISTRATOR}
    address = on_lead(lead, name)
    assert client.get(address).status_code == (200 if may else 403)
    assert client.post(address).status_code in ({302, 422} if may else {403})


@pytest.mark.parametrize("role", list(Role))
def test_confirming_pages_by_each_role(role: Role) -> None:
    engagement, client = make.engagement(state=_S.AGREED), signed_in(role)
    verify, back = page_of(engagement, "verify"), page_of(engagement, "send_back")
    assert client.get(verify).status_code == (200 if role is Role.MANAGER else 403)
    assert client.post(verify).status_code == (422 if role is Role.MANAGER else 403)
    may = role in {Role.MANAGER, Role.ADMINISTRATOR}
    assert client.get(back).status_code == (200 if may else 403)
    assert client.post(back).status_code == (422 if may else 403)


@pytest.mark.parametrize("role", list(Role))
def test_reading_pages_by_each_role(role: Role) -> None:
    engagement, client = make.engagement(state=_S.VERIFIED), signed_in(role)
    for address in (
        engagement.get_absolute_url(),
        page_of(engagement, "changes"),
        on_lead(engagement.lead, "lead_engagements"),
        reverse("investors:engagement_list"),
        reverse("investors:cluster_leads", args=[engagement.cluster.slug]),
        reverse("investors:project_engagements", args=[engagement.project.ref]),
    ):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADVISER, Role.DESK])
def test_stranger_to_a_confidential_engagement_finds_nothing(role: Role) -> None:
    lead = make.qualified_lead(owner=make.user(), confidential=Confidential.YES)
    engagement = make.engagement(lead=lead, kind=EngagementKind.START, state=_S.AGREED)
    kind = make.milestone_kind(engagement_kind=EngagementKind.START)
    milestone = Milestone.objects.create(
        engagement=engagement, kind=kind, reached_on=timezone.localdate()
    )
    outcome = Outcome.objects.create(lead=lead, kind=OutcomeKind.SITE, dated=timezone.localdate())
    client = signed_in(role)
    assert client.get(engagement.get_absolute_url()).status_code == 404
    assert client.get(page_of(engagement, "changes")).status_code == 404
    assert client.get(on_lead(lead, "lead_engagements")).status_code == 404
    shut = {403, 404} if role is Role.VIEWER else {404}
    addresses = [page_of(engagement, name) for name in (*HANDLING, "send_back")]
    addresses += [on_lead(lead, name) for name in (*ON_A_LEAD, "engagement_ended")]
    addresses += [
        reverse("investors:milestone_create", args=[engagement.ref]),
        reverse("investors:milestone_edit", args=[engagement.ref, milestone.pk]),
        reverse("investors:outcome_edit", args=[outcome.ref]),
    ]
    for address in addresses:
        assert client.get(address).status_code in shut, address
        assert client.post(address).status_code in shut, address
    assert client.get(page_of(engagement, "verify")).status_code == 403


def test_picker_offers_first_what_begins_with_the_text(client: Client) -> None:
    for name in ("Animal health", "A minimal wall", "Minalogic one"):
        make.project(name=name)
    answer = client.get(reverse("investors:joinable_options"), {"q": "mi"}).json()
    labels = [option["label"] for option in answer["options"]]
    assert labels == ["Minalogic one", "A minimal wall"]
    answer = client.get(reverse("investors:joinable_options"), {"q": "ima"}).json()
    assert [option["label"] for option in answer["options"]] == ["A minimal wall", "Animal health"]
