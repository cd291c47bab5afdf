"""Addresses of the leads that match a cluster or an open seat."""

from django.urls import path

from investors.views import matches

_CLUSTER = "clusters/<slug:slug>/matches"
_SEAT = "projects/<slug:ref>/seats/<slug:seat>/matches"

urlpatterns = [
    path("matches/refresh/", matches.fit_refresh, name="fit_refresh"),
    path("seats/", matches.seat_board, name="seat_board"),
    path("seats/export/", matches.seat_export, name="seat_export"),
    path(f"{_CLUSTER}/", matches.cluster_matches, name="cluster_matches"),
    path(f"{_CLUSTER}/export/", matches.cluster_match_export, name="cluster_match_export"),
    path(f"{_CLUSTER}/<slug:lead>/tell/", matches.match_suggest, name="match_suggest"),
    path(f"{_SEAT}/", matches.seat_matches, name="seat_matches"),
    path(f"{_SEAT}/export/", matches.seat_match_export, name="seat_match_export"),
    path(f"{_SEAT}/<slug:lead>/tell/", matches.seat_suggest, name="seat_suggest"),
]
