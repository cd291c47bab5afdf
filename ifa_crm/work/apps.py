from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "ifa_crm.work"
    label = "work"
    verbose_name = _("Background work")

    def ready(self) -> None:
        from ifa_crm.work import clockwork  # needs the models
        from ifa_crm.work.views import export

        clockwork.register()
        export.register()
