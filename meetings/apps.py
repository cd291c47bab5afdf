from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the app registry

        from meetings import archive_checks, timeline  # these need the models

        archive_checks.register()
        timeline.register()

        auditlog.register(self.get_model("Meeting"))
        auditlog.register(self.get_model("Participant"))
