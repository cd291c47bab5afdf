"""Addresses of shortlists, engagements and other outcomes."""

from django.urls import path

from investors.views import engagement_acts as acts
from investors.views import engagement_opening as opening
from investors.views import engagements, milestones, outcomes, shortlist
from investors.views import shortlist_noting as noting

_LEAD = "leads/<slug:ref>"
_ONE = "engagements/<slug:ref>"

urlpatterns = [
    path(f"{_LEAD}/shortlist/", shortlist.lead_shortlist, name="lead_shortlist"),
    path(f"{_LEAD}/shortlist/note/", noting.shortlist_note, name="shortlist_note"),
    path(f"{_LEAD}/shortlist/choose/", noting.shortlist_choose, name="shortlist_choose"),
    path("shortlist/<slug:ref>/propose/", shortlist.shortlist_propose, name="shortlist_propose"),
    path("shortlist/<slug:ref>/want/", shortlist.shortlist_want, name="shortlist_want"),
    path("shortlist/<slug:ref>/refuse/", shortlist.shortlist_refuse, name="shortlist_refuse"),
    path("shortlist/<slug:ref>/put/", shortlist.shortlist_put, name="shortlist_put"),
    path("shortlist/<slug:ref>/accept/", shortlist.shortlist_accept, name="shortlist_accept"),
    path("shortlist/<slug:ref>/decline/", shortlist.shortlist_decline, name="shortlist_decline"),
    path("shortlist/<slug:ref>/close/", shortlist.shortlist_close, name="shortlist_close"),
    path("shortlist/<slug:ref>/why/", shortlist.shortlist_why, name="shortlist_why"),
    path(f"{_LEAD}/engagements/", engagements.lead_engagements, name="lead_engagements"),
    path(f"{_LEAD}/engagements/join/", opening.engagement_join, name="engagement_join"),
    path(f"{_LEAD}/engagements/start/", opening.engagement_start, name="engagement_start"),
    path(f"{_LEAD}/engagements/ended/", acts.engagement_ended, name="engagement_ended"),
    path(f"{_LEAD}/engagements/back/", acts.engagement_back, name="engagement_back"),
    path(f"{_LEAD}/engagements/close/", acts.engagement_close_lead, name="engagement_close_lead"),
    path(f"{_LEAD}/outcomes/new/", outcomes.outcome_create, name="outcome_create"),
    path("outcomes/<slug:ref>/edit/", outcomes.outcome_edit, name="outcome_edit"),
    path("engagements/", engagements.engagement_list, name="engagement_list"),
    path("engagements/export/", engagements.engagement_export, name="engagement_export"),
    path("engagements/options/joinable/", opening.joinable_options, name="joinable_options"),
    path("engagements/options/startable/", opening.startable_options, name="startable_options"),
    path("engagements/options/seats/", opening.seat_options, name="seat_options"),
    path(f"{_ONE}/", engagements.engagement_detail, name="engagement_detail"),
    path(f"{_ONE}/changes/", engagements.engagement_changes, name="engagement_changes"),
    path(f"{_ONE}/edit/", acts.engagement_edit, name="engagement_edit"),
    path(f"{_ONE}/agree/", acts.engagement_agree, name="engagement_agree"),
    path(f"{_ONE}/files/", acts.engagement_files, name="engagement_files"),
    path(f"{_ONE}/verify/", acts.engagement_verify, name="engagement_verify"),
    path(f"{_ONE}/send-back/", acts.engagement_send_back, name="engagement_send_back"),
    path(f"{_ONE}/decline/", acts.engagement_decline, name="engagement_decline"),
    path(f"{_ONE}/withdraw/", acts.engagement_withdraw, name="engagement_withdraw"),
    path(f"{_ONE}/complete/", acts.engagement_complete, name="engagement_complete"),
    path(f"{_ONE}/leave/", acts.engagement_leave, name="engagement_leave"),
    path(f"{_ONE}/cluster/", acts.engagement_cluster, name="engagement_cluster"),
    path(f"{_ONE}/milestones/new/", milestones.milestone_create, name="milestone_create"),
    path(f"{_ONE}/milestones/<int:pk>/", milestones.milestone_edit, name="milestone_edit"),
    path("clusters/<slug:slug>/leads/", engagements.cluster_leads, name="cluster_leads"),
    path(
        "projects/<slug:ref>/engagements/",
        engagements.project_engagements,
        name="project_engagements",
    ),
]
