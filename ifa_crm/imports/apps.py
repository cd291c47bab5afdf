from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "ifa_crm.imports"
    label = "imports"
    verbose_name = _("Imports")

    def ready(self) -> None:
        from ifa_crm.imports import jobs  # needs the models

        jobs.register()
