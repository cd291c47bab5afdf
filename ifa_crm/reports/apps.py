from django.apps import AppConfig
from django.db.models.signals import post_migrate  # noqa: TID251  # says nothing of our rows


class ReportsConfig(AppConfig):
    name = "ifa_crm.reports"
    label = "reports"

    def ready(self) -> None:
        from ifa_crm.reports import changes  # needs the models

        changes.register()
        post_migrate.connect(changes.ensure_triggers, sender=self)
