from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MeetingsConfig(AppConfig):
    name = "meetings"
    verbose_name = _("Meetings")

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the app registry

        from meetings import archive_checks, handing_over, merging, timeline  # need the models

        archive_checks.register()
        handing_over.register()
        timeline.register()
        merging.register()

        auditlog.register(self.get_model("Meeting"))
        auditlog.register(self.get_model("Participant"))
