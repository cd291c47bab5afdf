from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# Logs are domain data and tell their own story; folded text is derived.
UNAUDITED = {"LeadLog", "ShortlistingLog", "EngagementLog"}
DERIVED = {"search_text", "next_due"}


class InvestorsConfig(AppConfig):
    name = "investors"
    verbose_name = _("Investors")

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the app registry

        # These need the models.
        from investors import archive_checks, searching, timeline, timeline_engagements

        searching.register()
        timeline.register()
        timeline_engagements.register()
        archive_checks.register()

        for model in self.get_models():
            if model.__name__ in UNAUDITED or model._meta.auto_created:
                continue
            names = {field.name for field in model._meta.fields}
            many = {field.name for field in model._meta.many_to_many}
            auditlog.register(
                model, exclude_fields=sorted(DERIVED & names), m2m_fields=many or None
            )
