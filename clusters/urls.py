"""Addresses of the clusters' side. Lists and records keep theirs for good."""

from django.urls import path

from clusters.views import (
    cluster_map,
    clusters,
    comparing,
    consortium,
    funding,
    knowledge,
    organisations,
    people,
    projects,
    ties,
    topics,
)

app_name = "clusters"
_CLUSTER = "clusters/<slug:slug>/"
_TOPIC = "topics/<slug:slug>/"
_PROJECT = "projects/<slug:ref>/"
_ORGANISATION = "organisations/<slug:ref>/"

urlpatterns = [
    path("clusters/", clusters.cluster_list, name="cluster_list"),
    path("clusters/export/", clusters.cluster_export, name="cluster_export"),
    path("clusters/new/", clusters.cluster_create, name="cluster_create"),
    path("clusters/compare/", comparing.cluster_compare, name="cluster_compare"),
    path("clusters/map/", cluster_map.cluster_map, name="cluster_map"),
    path("clusters/options/", clusters.cluster_options, name="cluster_options"),
    path("clusters/about/", funding.about, name="about"),
    path("clusters/funding/", funding.programme_list, name="programme_list"),
    path("clusters/funding/export/", funding.programme_export, name="programme_export"),
    path("clusters/funding/new/", funding.programme_create, name="programme_create"),
    path("clusters/funding/<slug:slug>/", funding.programme_detail, name="programme_detail"),
    path("clusters/funding/<slug:slug>/edit/", funding.programme_edit, name="programme_edit"),
    path("clusters/calls/", funding.call_list, name="call_list"),
    path("clusters/calls/export/", funding.call_export, name="call_export"),
    path("clusters/calls/new/", funding.call_create, name="call_create"),
    path("clusters/calls/<slug:ref>/", funding.call_detail, name="call_detail"),
    path("clusters/calls/<slug:ref>/edit/", funding.call_edit, name="call_edit"),
    path("clusters/calls/<slug:ref>/archive/", funding.call_archive, name="call_archive"),
    path("clusters/calls/<slug:ref>/restore/", funding.call_restore, name="call_restore"),
    path(_CLUSTER, clusters.cluster_detail, name="cluster_detail"),
    path(f"{_CLUSTER}edit/", clusters.cluster_edit, name="cluster_edit"),
    path(f"{_CLUSTER}archive/", clusters.cluster_archive, name="cluster_archive"),
    path(f"{_CLUSTER}restore/", clusters.cluster_restore, name="cluster_restore"),
    path(f"{_CLUSTER}people/", clusters.cluster_people, name="cluster_people"),
    path(f"{_CLUSTER}members/", clusters.cluster_members, name="cluster_members"),
    path(f"{_CLUSTER}projects/", clusters.cluster_projects, name="cluster_projects"),
    path(f"{_CLUSTER}activity/", clusters.cluster_leads, name="cluster_leads"),
    path(f"{_CLUSTER}sources/", clusters.cluster_sources, name="cluster_sources"),
    path(f"{_CLUSTER}changes/", clusters.cluster_changes, name="cluster_changes"),
    path(f"{_CLUSTER}people/new/", people.leader_create, name="leader_create"),
    path(f"{_CLUSTER}people/<slug:ref>/edit/", people.leader_edit, name="leader_edit"),
    path(f"{_CLUSTER}people/<slug:ref>/leave/", people.leader_leave, name="leader_leave"),
    path(f"{_CLUSTER}people/<slug:ref>/return/", people.leader_return, name="leader_return"),
    path(f"{_CLUSTER}evidence/new/", knowledge.evidence_create, name="evidence_create"),
    path(f"{_CLUSTER}evidence/<slug:ref>/edit/", knowledge.evidence_edit, name="evidence_edit"),
    path(f"{_CLUSTER}evidence/<slug:ref>/end/", knowledge.evidence_end, name="evidence_end"),
    path(
        f"{_CLUSTER}evidence/<slug:ref>/resume/", knowledge.evidence_resume, name="evidence_resume"
    ),
    path(f"{_CLUSTER}sources/checked/", knowledge.facts_check, name="facts_check"),
    path(f"{_CLUSTER}sources/<slug:field>/edit/", knowledge.fact_edit, name="fact_edit"),
    path(f"{_CLUSTER}sources/<slug:field>/checked/", knowledge.fact_check, name="fact_check"),
    path(f"{_CLUSTER}notes/new/", knowledge.note_create, name="note_create"),
    path(f"{_CLUSTER}notes/<slug:ref>/answer/", knowledge.note_answer, name="note_answer"),
    path(f"{_CLUSTER}members/new/", ties.membership_create, name="membership_create"),
    path(f"{_CLUSTER}members/<slug:ref>/edit/", ties.membership_edit, name="membership_edit"),
    path(f"{_CLUSTER}members/<slug:ref>/end/", ties.membership_end, name="membership_end"),
    path(f"{_CLUSTER}members/<slug:ref>/resume/", ties.membership_resume, name="membership_resume"),
    path(f"{_CLUSTER}partners/new/", ties.partnership_create, name="partnership_create"),
    path(f"{_CLUSTER}partners/<slug:ref>/edit/", ties.partnership_edit, name="partnership_edit"),
    path(f"{_CLUSTER}partners/<slug:ref>/end/", ties.partnership_end, name="partnership_end"),
    path(
        f"{_CLUSTER}partners/<slug:ref>/resume/", ties.partnership_resume, name="partnership_resume"
    ),
    path(f"{_CLUSTER}topics/new/", topics.cluster_topic_create, name="cluster_topic_create"),
    path(
        f"{_CLUSTER}topics/<slug:topic>/edit/", topics.cluster_topic_edit, name="cluster_topic_edit"
    ),
    path(
        f"{_CLUSTER}topics/<slug:topic>/remove/",
        topics.cluster_topic_remove,
        name="cluster_topic_remove",
    ),
    path("topics/", topics.topic_list, name="topic_list"),
    path("topics/export/", topics.topic_export, name="topic_export"),
    path("topics/new/", topics.topic_create, name="topic_create"),
    path("topics/options/", topics.topic_options, name="topic_options"),
    path(_TOPIC, topics.topic_detail, name="topic_detail"),
    path(f"{_TOPIC}edit/", topics.topic_edit, name="topic_edit"),
    path(f"{_TOPIC}archive/", topics.topic_archive, name="topic_archive"),
    path(f"{_TOPIC}restore/", topics.topic_restore, name="topic_restore"),
    path("projects/", projects.project_list, name="project_list"),
    path("projects/export/", projects.project_export, name="project_export"),
    path("projects/new/", projects.project_create, name="project_create"),
    path("projects/options/", projects.project_options, name="project_options"),
    path("projects/seats/options/", projects.seat_options, name="seat_options"),
    path(_PROJECT, projects.project_detail, name="project_detail"),
    path(f"{_PROJECT}edit/", projects.project_edit, name="project_edit"),
    path(f"{_PROJECT}status/", projects.project_status, name="project_status"),
    path(f"{_PROJECT}archive/", projects.project_archive, name="project_archive"),
    path(f"{_PROJECT}restore/", projects.project_restore, name="project_restore"),
    path(f"{_PROJECT}changes/", projects.project_changes, name="project_changes"),
    path(f"{_PROJECT}partners/new/", consortium.partner_create, name="partner_create"),
    path(f"{_PROJECT}partners/<slug:partner>/edit/", consortium.partner_edit, name="partner_edit"),
    path(
        f"{_PROJECT}partners/<slug:partner>/leave/", consortium.partner_leave, name="partner_leave"
    ),
    path(
        f"{_PROJECT}partners/<slug:partner>/return/",
        consortium.partner_return,
        name="partner_return",
    ),
    path(f"{_PROJECT}seats/new/", consortium.seat_create, name="seat_create"),
    path(f"{_PROJECT}seats/<slug:seat>/edit/", consortium.seat_edit, name="seat_edit"),
    path(f"{_PROJECT}seats/<slug:seat>/withdraw/", consortium.seat_withdraw, name="seat_withdraw"),
    path(f"{_PROJECT}seats/<slug:seat>/reopen/", consortium.seat_reopen, name="seat_reopen"),
    path(f"{_PROJECT}grants/new/", consortium.grant_create, name="grant_create"),
    path(f"{_PROJECT}grants/<slug:grant>/edit/", consortium.grant_edit, name="grant_edit"),
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/export/", organisations.organisation_export, name="organisation_export"),
    path("organisations/new/", organisations.organisation_create, name="organisation_create"),
    path("organisations/options/", organisations.organisation_options, name="organisation_options"),
    path(_ORGANISATION, organisations.organisation_detail, name="organisation_detail"),
    path(f"{_ORGANISATION}edit/", organisations.organisation_edit, name="organisation_edit"),
    path(
        f"{_ORGANISATION}archive/", organisations.organisation_archive, name="organisation_archive"
    ),
    path(
        f"{_ORGANISATION}restore/", organisations.organisation_restore, name="organisation_restore"
    ),
    path(
        f"{_ORGANISATION}changes/", organisations.organisation_changes, name="organisation_changes"
    ),
]
