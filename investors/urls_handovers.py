"""Addresses of handovers."""

from django.urls import path

from investors.views import handovers, handovers_back

urlpatterns = [
    path("handovers/", handovers.handover_list, name="handover_list"),
    path("handovers/new/", handovers.handover_start, name="handover_start"),
    path("handovers/<slug:ref>/", handovers.handover_detail, name="handover_detail"),
    path("handovers/<slug:ref>/list/", handovers.handover_print, name="handover_print"),
    path("handovers/<slug:ref>/confirm/", handovers.handover_confirm, name="handover_confirm"),
    path("handovers/<slug:ref>/discard/", handovers.handover_discard, name="handover_discard"),
    path(
        "handovers/<slug:ref>/bring-back/",
        handovers_back.handover_bring_back,
        name="handover_bring_back",
    ),
    path("handovers/<slug:ref>/put-off/", handovers_back.handover_put_off, name="handover_put_off"),
    path("handovers/<slug:ref>/leads/<slug:lead>/", handovers.handover_lead, name="handover_lead"),
    path(
        "handovers/<slug:ref>/leads/<slug:lead>/leave-out/",
        handovers.handover_leave_out,
        name="handover_leave_out",
    ),
    path(
        "handovers/<slug:ref>/leads/<slug:lead>/taken-over/",
        handovers.handover_acknowledge,
        name="handover_acknowledge",
    ),
]
