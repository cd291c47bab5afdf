from django.urls import path

from ifa_crm.staff import views

app_name = "staff"
urlpatterns = [
    path("profile/", views.profile, name="profile"),
    path("profile/absences/new/", views.absence_create, name="absence_create"),
    path("profile/absences/<int:pk>/remove/", views.absence_delete, name="absence_delete"),
    path("language/", views.set_language, name="set_language"),
]
