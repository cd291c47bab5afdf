"""Addresses of the app. Those of shortlists and engagements: ``urls_engagements``."""

from django.urls import include, path

from investors.views import (
    actions,
    board,
    bulk,
    contacts,
    duplicates,
    interactions,
    investors,
    leads,
    merging,
    options,
    pairs_many,
    people,
    status,
)

app_name = "investors"

lead_patterns = [
    path("leads/", leads.lead_list, name="lead_list"),
    path("leads/board/", board.lead_board, name="lead_board"),
    path("leads/export/", leads.lead_export, name="lead_export"),
    path("leads/bulk/", bulk.lead_bulk, name="lead_bulk"),
    path("leads/bulk/<slug:ref>/", bulk.lead_bulk_plan, name="lead_bulk_plan"),
    path("leads/bulk/<slug:ref>/confirm/", bulk.lead_bulk_confirm, name="lead_bulk_confirm"),
    path("leads/new/", leads.lead_create, name="lead_create"),
    path("leads/<slug:ref>/", leads.lead_detail, name="lead_detail"),
    path("leads/<slug:ref>/move/", board.lead_move, name="lead_move"),
    path("leads/<slug:ref>/edit/", leads.lead_edit, name="lead_edit"),
    path("leads/<slug:ref>/changes/", leads.lead_changes, name="lead_changes"),
    path("leads/<slug:ref>/new-need/", leads.lead_copy, name="lead_copy"),
    path("leads/<slug:ref>/take/", people.lead_take, name="lead_take"),
    path("leads/<slug:ref>/assign/", people.lead_assign, name="lead_assign"),
    path("leads/<slug:ref>/admit/", people.admission_create, name="admission_create"),
    path(
        "leads/<slug:ref>/admitted/<str:username>/withdraw/",
        people.admission_withdraw,
        name="admission_withdraw",
    ),
    path("leads/<slug:ref>/wait/", status.lead_wait, name="lead_wait"),
    path("leads/<slug:ref>/lose/", status.lead_lose, name="lead_lose"),
    path("leads/<slug:ref>/disqualify/", status.lead_disqualify, name="lead_disqualify"),
    path("leads/<slug:ref>/refer/", status.lead_refer, name="lead_refer"),
    path("leads/<slug:ref>/reopen/", status.lead_reopen, name="lead_reopen"),
    path("leads/<slug:ref>/step-back/", status.lead_step_back, name="lead_step_back"),
    path("leads/<slug:ref>/archive/", status.lead_archive, name="lead_archive"),
    path("leads/<slug:ref>/restore/", status.lead_restore, name="lead_restore"),
]

activity_patterns = [
    path("interactions/new/", interactions.interaction_start, name="interaction_start"),
    path("leads/<slug:ref>/log/", interactions.interaction_create, name="interaction_create"),
    path("leads/<slug:ref>/files/new/", interactions.lead_attach, name="lead_attach"),
    path("leads/<slug:ref>/log/quick/", interactions.interaction_quick, name="interaction_quick"),
    path("interactions/<slug:ref>/edit/", interactions.interaction_edit, name="interaction_edit"),
    path(
        "interactions/<slug:ref>/files/new/",
        interactions.interaction_attach,
        name="interaction_attach",
    ),
    path("files/<slug:ref>/", interactions.attachment, name="attachment"),
    path("leads/<slug:ref>/actions/new/", actions.action_create, name="action_create"),
    path("actions/<slug:ref>/done/", actions.action_done, name="action_done"),
    path("actions/<slug:ref>/move/", actions.action_move, name="action_move"),
    path("actions/<slug:ref>/reopen/", actions.action_reopen, name="action_reopen"),
]

investor_patterns = [
    path("investors/", investors.investor_list, name="investor_list"),
    path("investors/export/", investors.investor_export, name="investor_export"),
    path("investors/new/", investors.investor_create, name="investor_create"),
    path("investors/twins/", duplicates.investor_twins, name="investor_twins"),
    path("investors/<slug:ref>/merge/", duplicates.investor_merge, name="investor_merge"),
    path("investors/<slug:ref>/", investors.investor_detail, name="investor_detail"),
    path("investors/<slug:ref>/edit/", investors.investor_edit, name="investor_edit"),
    path("investors/<slug:ref>/timeline/", investors.investor_timeline, name="investor_timeline"),
    path("investors/<slug:ref>/changes/", investors.investor_changes, name="investor_changes"),
    path("investors/<slug:ref>/archive/", investors.investor_archive, name="investor_archive"),
    path("investors/<slug:ref>/restore/", investors.investor_restore, name="investor_restore"),
    path("investors/<slug:ref>/contacts/new/", contacts.contact_create, name="contact_create"),
    path(
        "leads/<slug:ref>/contacts/new/", contacts.lead_contact_create, name="lead_contact_create"
    ),
    path("contacts/<slug:ref>/edit/", contacts.contact_edit, name="contact_edit"),
    path("contacts/<slug:ref>/archive/", contacts.contact_archive, name="contact_archive"),
    path("contacts/<slug:ref>/restore/", contacts.contact_restore, name="contact_restore"),
    path(
        "organisations/<slug:ref>/investors/",
        investors.organisation_investors,
        name="organisation_investors",
    ),
]

duplicate_patterns = [
    path("duplicates/", duplicates.pair_list, name="pair_list"),
    path("duplicates/export/", duplicates.pair_export, name="pair_export"),
    path("duplicates/contacts/", duplicates.contact_pair_list, name="contact_pair_list"),
    path("duplicates/contacts/export/", duplicates.contact_pair_export, name="contact_pair_export"),
    path("duplicates/apart/", pairs_many.pairs_apart, name="pairs_apart"),
    path("duplicates/merge/", pairs_many.pairs_merge, name="pairs_merge"),
    path("duplicates/contacts/apart/", pairs_many.contact_pairs_apart, name="contact_pairs_apart"),
    path("duplicates/contacts/merge/", pairs_many.contact_pairs_merge, name="contact_pairs_merge"),
    path("duplicates/<slug:ref>/", merging.pair_detail, name="pair_detail"),
    path("duplicates/<slug:ref>/merge/", merging.pair_merge, name="pair_merge"),
    path("duplicates/<slug:ref>/apart/", duplicates.pair_apart, name="pair_apart"),
    path("duplicates/<slug:ref>/reopen/", duplicates.pair_reopen, name="pair_reopen"),
    path(
        "duplicates/contacts/<slug:ref>/", merging.contact_pair_detail, name="contact_pair_detail"
    ),
    path(
        "duplicates/contacts/<slug:ref>/merge/",
        merging.contact_pair_merge,
        name="contact_pair_merge",
    ),
    path(
        "duplicates/contacts/<slug:ref>/apart/",
        duplicates.contact_pair_apart,
        name="contact_pair_apart",
    ),
    path(
        "duplicates/contacts/<slug:ref>/reopen/",
        duplicates.contact_pair_reopen,
        name="contact_pair_reopen",
    ),
]

option_patterns = [
    path("options/companies/", options.company_options, name="company_options"),
    path("options/investors/", options.investor_options, name="investor_options"),
    path("options/leads/", options.lead_options, name="lead_options"),
    path("options/contacts/", options.contact_options, name="contact_options"),
    path("options/organisations/", options.organisation_options, name="organisation_options"),
    path("options/staff/", options.staff_options, name="staff_options"),
    path("options/handlers/", options.handler_options, name="handler_options"),
]

urlpatterns = [
    *lead_patterns,
    *activity_patterns,
    *investor_patterns,
    *duplicate_patterns,
    *option_patterns,
    path("", include("investors.urls_engagements")),
    path("", include("investors.urls_handovers")),
    path("", include("investors.urls_enquiry")),
    path("", include("investors.urls_evaluate")),
    path("", include("investors.urls_briefs")),
    path("", include("investors.urls_matching")),
]
