from django.urls import path

from ifa_crm.staff.views import profile, saved

app_name = "staff"
urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("profile/absences/new/", profile.absence_create, name="absence_create"),
    path("profile/absences/<int:pk>/remove/", profile.absence_delete, name="absence_delete"),
    path("views/", saved.view_list, name="view_list"),
    path("views/new/", saved.view_create, name="view_create"),
    path("views/<slug:ref>/", saved.view_open, name="view_open"),
    path("views/<slug:ref>/edit/", saved.view_edit, name="view_edit"),
    path("views/<slug:ref>/default/", saved.view_default, name="view_default"),
    path("views/<slug:ref>/delete/", saved.view_delete, name="view_delete"),
    path("exports/", profile.export_log, name="export_log"),
    path("language/", profile.set_language, name="set_language"),
]
