from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# Logs are domain data and tell their own story; folded text and keys are derived.
UNAUDITED = {
    *("LeadLog", "ShortlistingLog", "EngagementLog", "InvestorKey", "ContactKey"),
    *("BulkEdit", "CommonKey", "InvestorPair", "ContactPair"),
    *("FitRun", "FitColumn"),
    *("Turn", "Enquiry"),  # an enquiry is kept as it came
}
DERIVED = {
    *("search_text", "next_due", "heard_at", "reply_due_at", "silent_at"),
    *("logged_late", "investor_country"),
    "rows",  # of a kept evaluation: its page shows them
}


class InvestorsConfig(AppConfig):
    name = "investors"
    verbose_name = _("Investors")

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the app registry

        # These need the models.
        from investors import (
            archive_checks,
            bands,
            briefs_merging,
            bulk_jobs,
            drafts,
            finding,
            searching,
            tasks,
            timeline,
            timeline_briefs,
            timeline_engagements,
            timeline_evaluations,
            undoing,
        )
        from investors.importing import nouns
        from investors.services import clocks

        searching.register()
        timeline.register()
        timeline_engagements.register()
        timeline_evaluations.register()
        timeline_briefs.register()
        briefs_merging.register()
        archive_checks.register()
        clocks.register()
        tasks.register()
        drafts.register()
        undoing.register()
        finding.register()
        bulk_jobs.register()
        bands.register()
        nouns.register()

        for model in self.get_models():
            if model.__name__ in UNAUDITED or model._meta.auto_created:
                continue
            names = {field.name for field in model._meta.fields}
            many = {field.name for field in model._meta.many_to_many}
            auditlog.register(
                model, exclude_fields=sorted(DERIVED & names), m2m_fields=many or None
            )
