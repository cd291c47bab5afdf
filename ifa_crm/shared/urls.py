from django.urls import path

from ifa_crm.shared import views

app_name = "shared"
urlpatterns = [
    path("credits/", views.credits_page, name="credits"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
