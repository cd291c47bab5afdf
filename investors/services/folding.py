"""Keeps the folded text of leads in step with investor and contacts."""

from investors.models import Investor, Lead


def refold_leads(investor: Investor) -> None:
    """Fold again the search text of all leads of ``investor``."""
    leads = Lead.objects.filter(investor=investor).select_related("investor")
    for lead in leads.prefetch_related("investor__contacts"):
        lead.save(update_fields=["search_text"])
