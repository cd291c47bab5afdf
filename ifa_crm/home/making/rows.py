"""What varies in the rows of made-up leads: a tuple for each table, in the order of writing.

Times are UTC as text (``2026-03-01 09:30:00``), days ``2026-03-01``; see ``clock``.
"""

from typing import Final, NamedTuple

from django.db.models import Model

from clusters.models import Organisation, Project, ProjectCluster, ProjectPartner
from investors.models import (
    Action,
    Admission,
    Contact,
    Engagement,
    EngagementLog,
    Interaction,
    Investor,
    Lead,
    LeadLog,
    Shortlisting,
    ShortlistingLog,
)
from meetings.models import Booking, Meeting, MeetingLog, Participant


class OrganisationRow(NamedTuple):
    id: int
    ref: str
    name: str
    kind: str
    country: str
    city: str
    restricted: bool
    search_text: str


class InvestorRow(NamedTuple):
    id: int
    ref: str
    name: str
    native_name: str
    romanised_name: str
    control_country: str
    seat_country: str
    city: str
    website: str
    size: str
    presence: str
    organisation_id: int | None
    organisation_created: bool
    restricted: bool
    created_at: str
    search_text: str


class LeadRow(NamedTuple):
    id: int
    ref: str
    investor_id: int
    title: str
    wants: str
    origin: str
    mode: str
    horizon: str
    budget_answer: str
    budget_amount: int | None
    confidential: str
    restricted: bool
    owner_id: int | None
    deputy_id: int | None
    office_id: int | None
    created_by_id: int | None
    priority: str
    stage: str
    stage_since: str
    status: str
    status_since: str
    received_at: str
    waiting_until: str | None
    lost_reason: str
    lost_to_country: str
    disqualified_reason: str
    referred_to: str
    referred_on: str | None
    referred_told: bool | None
    next_due: str | None
    reply_due_at: str | None
    silent_at: str | None
    heard_at: str | None
    investor_country: str
    search_text: str


class SectorRow(NamedTuple):
    lead_id: int
    sector_id: int


class TopicRow(NamedTuple):
    lead_id: int
    topic_id: int


class ObjectiveRow(NamedTuple):
    lead_id: int
    objective_id: int


class ContactRow(NamedTuple):
    id: int
    ref: str
    investor_id: int
    name: str
    native_name: str
    position: str
    email: str
    phone: str
    language: str
    is_active: bool
    known_through_id: int | None
    restricted: bool
    search_text: str


class AdmissionRow(NamedTuple):
    lead_id: int
    user_id: int
    admitted_by_id: int
    admitted_at: str
    reason: str


class LeadLogRow(NamedTuple):
    lead_id: int
    kind: str
    at: str
    actor_id: int | None
    from_state: str
    to_state: str
    passed_over: str


class InteractionRow(NamedTuple):
    id: int
    ref: str
    lead_id: int
    kind: str
    direction: str
    result: str
    happened_at: str
    subject: str
    text: str
    logged_by_id: int | None
    logged_at: str
    answered_at: str | None
    answered_by_id: int | None
    reply_due_at: str | None
    silent_at: str | None


class SpokenWithRow(NamedTuple):
    interaction_id: int
    contact_id: int


class ActionRow(NamedTuple):
    ref: str
    lead_id: int
    kind: str
    what: str
    assignee_id: int | None
    due: str
    done_at: str | None
    done_by_id: int | None
    dropped: bool


class ShortlistingRow(NamedTuple):
    id: int
    ref: str
    lead_id: int
    cluster_id: int
    state: str
    state_since: str
    why: str
    added_by_id: int | None


class ShortlistingLogRow(NamedTuple):
    shortlisting_id: int
    at: str
    actor_id: int | None
    from_state: str
    to_state: str
    passed_over: str


class ProjectRow(NamedTuple):
    id: int
    ref: str
    name: str
    status: str
    restricted: bool
    search_text: str


class ProjectClusterRow(NamedTuple):
    project_id: int
    cluster_id: int
    is_lead: bool


class PartnerRow(NamedTuple):
    id: int
    ref: str
    project_id: int
    organisation_id: int
    joined_on: str
    restricted: bool


class OrganisationAdmittedRow(NamedTuple):
    organisation_id: int
    user_id: int


class ProjectAdmittedRow(NamedTuple):
    project_id: int
    user_id: int


class PartnerAdmittedRow(NamedTuple):
    projectpartner_id: int
    user_id: int


class EngagementRow(NamedTuple):
    id: int
    ref: str
    lead_id: int
    cluster_id: int
    project_id: int
    kind: str
    partner_id: int | None
    project_created: bool
    state: str
    opened_on: str
    opened_by_id: int | None
    undisclosed: bool
    share_amount: int | None
    jobs: int | None
    agreed_on: str | None
    agreement_reference: str
    recorded_by_id: int | None
    verified_at: str | None
    verified_by_id: int | None
    contribution: str
    counterfactual: str
    ended_on: str | None
    end_reason: str


class EngagementLogRow(NamedTuple):
    engagement_id: int
    at: str
    actor_id: int | None
    from_state: str
    to_state: str
    passed_over: str


class MeetingRow(NamedTuple):
    id: int
    ref: str
    lead_id: int
    cluster_id: int
    shortlisting_id: int
    form: str
    state: str
    purpose: str
    starts_at: str
    ends_at: str
    uid: str
    summary: str
    held_recorded_at: str | None
    created_by_id: int | None
    created_at: str


class MeetingLogRow(NamedTuple):
    meeting_id: int
    at: str
    actor_id: int | None
    from_state: str
    to_state: str
    passed_over: str


class ParticipantRow(NamedTuple):
    meeting_id: int
    staff_id: int | None
    contact_id: int | None
    guest_name: str
    guest_side: str
    came: bool | None


class BookingRow(NamedTuple):
    meeting_id: int
    person_key: str
    starts_at: str
    ends_at: str


# In this order: a row stands after those that it points to.
MODELS: Final[dict[type[tuple[object, ...]], type[Model]]] = {
    OrganisationRow: Organisation,
    InvestorRow: Investor,
    LeadRow: Lead,
    SectorRow: Lead.sectors.through,
    TopicRow: Lead.topics.through,
    ObjectiveRow: Lead.objectives.through,
    ContactRow: Contact,
    AdmissionRow: Admission,
    LeadLogRow: LeadLog,
    InteractionRow: Interaction,
    SpokenWithRow: Interaction.contacts.through,
    ActionRow: Action,
    ShortlistingRow: Shortlisting,
    ShortlistingLogRow: ShortlistingLog,
    ProjectRow: Project,
    ProjectClusterRow: ProjectCluster,
    PartnerRow: ProjectPartner,
    OrganisationAdmittedRow: Organisation.admitted.through,
    ProjectAdmittedRow: Project.admitted.through,
    PartnerAdmittedRow: ProjectPartner.admitted.through,
    EngagementRow: Engagement,
    EngagementLogRow: EngagementLog,
    MeetingRow: Meeting,
    MeetingLogRow: MeetingLog,
    ParticipantRow: Participant,
    BookingRow: Booking,
}
