"""Keeps what leads have copied of investor and contacts in step: folded text and country."""

from investors.models import Investor, Lead


def refold_leads(investor: Investor) -> None:
    """Make the search text and the country of all leads of ``investor`` anew."""
    leads = Lead.objects.filter(investor=investor).select_related("investor")
    for lead in leads.prefetch_related("investor__contacts"):
        lead.save(update_fields=["search_text", "investor_country"])
