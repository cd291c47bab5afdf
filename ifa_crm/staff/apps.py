from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "ifa_crm.staff"
    label = "staff"
    verbose_name = _("Staff and offices")

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the app registry

        auditlog.register(
            self.get_model("User"),
            exclude_fields=["password", "last_login"],
            m2m_fields={"groups"},
        )
        for name in ("Office", "WorkingHours", "Holiday", "Absence", "SavedView"):
            auditlog.register(self.get_model(name))

        from ifa_crm.shared.extend import register_list_views
        from ifa_crm.staff.saved_views import offered

        register_list_views(offered)
