"""The Django admin's site."""

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from ifa_crm.staff.roles import Act

# The admin's heading of django-auditlog, which has no French of its own.
gettext_noop("Audit log")


class IfaAdminSite(AdminSite):
    """For administrators; it has no sign-in of its own."""

    site_header = _("IFA CRM administration")
    site_title = _("IFA CRM administration")
    index_title = _("Everything on record")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_authenticated and user.is_staff and user.may(Act.ADMINISTER))

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        if request.user.is_authenticated:
            raise PermissionDenied
        target = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(target, reverse("account_login"))
