"""Addresses of what leaves the house: briefings for investors, blind briefs for clusters."""

from django.urls import path

from investors.views import blind_briefs, briefs

_LEAD = "leads/<slug:ref>"
_ONE = "briefings/<slug:ref>"
_BLIND = "blind-briefs/<slug:ref>"

urlpatterns = [
    path(f"{_LEAD}/briefing/", briefs.lead_briefing, name="lead_briefing"),
    path(f"{_LEAD}/briefing/new/", briefs.briefing_start, name="briefing_start"),
    path(f"{_ONE}/", briefs.briefing_detail, name="briefing_detail"),
    path(f"{_ONE}/edit/", briefs.briefing_edit, name="briefing_edit"),
    path(f"{_ONE}/page/", briefs.briefing_page, name="briefing_page"),
    path(f"{_ONE}/pdf/", briefs.briefing_pdf, name="briefing_pdf"),
    path(f"{_ONE}/send/", briefs.briefing_send, name="briefing_send"),
    path(f"{_ONE}/discard/", briefs.briefing_discard, name="briefing_discard"),
    path(f"{_LEAD}/blind-brief/", blind_briefs.lead_blind_brief, name="lead_blind_brief"),
    path(f"{_LEAD}/blind-brief/new/", blind_briefs.blind_brief_start, name="blind_brief_start"),
    path(f"{_BLIND}/", blind_briefs.blind_brief_detail, name="blind_brief_detail"),
    path(f"{_BLIND}/edit/", blind_briefs.blind_brief_edit, name="blind_brief_edit"),
    path(f"{_BLIND}/release/", blind_briefs.blind_brief_release, name="blind_brief_release"),
    path(f"{_BLIND}/discard/", blind_briefs.blind_brief_discard, name="blind_brief_discard"),
    path(
        "blind-releases/<slug:ref>/reveal/",
        blind_briefs.blind_release_reveal,
        name="blind_release_reveal",
    ),
]
