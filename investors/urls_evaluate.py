"""Addresses of "Where to send them"."""

from django.urls import path

from investors.views import evaluate

urlpatterns = [
    path("evaluate/", evaluate.evaluate, name="evaluate"),
    path("evaluate/lead/", evaluate.evaluate_lead, name="evaluate_lead"),
    path("leads/<slug:ref>/evaluate/", evaluate.lead_evaluate, name="lead_evaluate"),
    path("leads/<slug:ref>/evaluate/keep/", evaluate.lead_keep, name="lead_evaluate_keep"),
    path("leads/<slug:ref>/evaluate/note/", evaluate.lead_note, name="lead_evaluate_note"),
    path("leads/<slug:ref>/evaluate/record/", evaluate.lead_record, name="lead_evaluate_record"),
    path("evaluations/<slug:ref>/", evaluate.lead_evaluation, name="lead_evaluation"),
]
