"""Addresses of Today and the search."""

from django.urls import path

from ifa_crm.home import views

app_name = "home"
urlpatterns = [
    path("", views.today, name="today"),
    path("today/<slug:key>/", views.section, name="section"),
    path("search/", views.search, name="search"),
]
