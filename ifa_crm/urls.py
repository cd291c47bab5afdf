"""Every address of the program. Those of the apps stand at the root: people bookmark them."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("ifa_crm.home.urls")),
    path("", include("ifa_crm.reports.urls")),
    path("", include("meetings.urls")),
    path("", include("investors.urls")),
    path("", include("clusters.urls")),
    path("", include("ifa_crm.imports.urls")),
    path("", include("ifa_crm.work.urls")),
    path("", include("ifa_crm.staff.urls")),
    path("", include("ifa_crm.shared.urls")),
    path("accounts/", include("ifa_crm.staff.account_urls")),
    path("admin/", admin.site.urls),
]

handler400 = "ifa_crm.shared.views.bad_request"
handler403 = "ifa_crm.shared.views.forbidden"
handler404 = "ifa_crm.shared.views.not_found"
handler429 = "ifa_crm.shared.views.too_many"
handler500 = "ifa_crm.shared.views.server_error"
