"""Addresses of the meetings app. Those of leads and clusters stand with their own."""

from django.urls import path

from meetings.views import calendar, outcome, pages, planning, regions

app_name = "meetings"
urlpatterns = [
    path("meetings/", pages.meeting_list, name="meeting_list"),
    path("meetings/export/", pages.meeting_export, name="meeting_export"),
    path("meetings/calendar/", calendar.meeting_calendar, name="meeting_calendar"),
    path("meetings/new/", planning.introduction_create, name="introduction_create"),
    path("meetings/leads/", planning.lead_options, name="lead_options"),
    path("meetings/<slug:ref>/", pages.meeting_detail, name="meeting_detail"),
    path("meetings/<slug:ref>/calendar.ics", pages.meeting_ics, name="meeting_ics"),
    path("meetings/<slug:ref>/edit/", planning.meeting_edit, name="meeting_edit"),
    path("meetings/<slug:ref>/confirm/", planning.meeting_confirm, name="meeting_confirm"),
    path("meetings/<slug:ref>/time/", planning.meeting_reschedule, name="meeting_reschedule"),
    path("meetings/<slug:ref>/cancel/", planning.meeting_cancel, name="meeting_cancel"),
    path("meetings/<slug:ref>/held/", outcome.meeting_held, name="meeting_held"),
    path("meetings/<slug:ref>/no-show/", outcome.meeting_no_show, name="meeting_no_show"),
    path("meetings/<slug:ref>/record/", outcome.meeting_amend, name="meeting_amend"),
    path("leads/<slug:ref>/meetings/", regions.lead_meetings, name="lead_meetings"),
    path(
        "leads/<slug:ref>/introductions/new/", planning.introduction_plan, name="introduction_plan"
    ),
    path(
        "leads/<slug:ref>/introductions/record/",
        outcome.introduction_record,
        name="introduction_record",
    ),
    path("clusters/<slug:slug>/meetings/", regions.cluster_meetings, name="cluster_meetings"),
]
