from django.urls import path

from ifa_crm.reports import views

app_name = "reports"

urlpatterns = [
    path("reports/neutrality/", views.neutrality, name="neutrality"),
    path("reports/neutrality/leads/", views.neutrality_leads, name="neutrality_leads"),
]
