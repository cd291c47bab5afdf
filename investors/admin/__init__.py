"""Investors, leads and what comes of them in the Django admin, split by noun."""

from investors.admin import (
    activity,
    briefs,
    bulk,
    engagements,
    evaluations,
    handovers,
    intake,
    investors,
    leads,
    shortlist,
)

__all__ = [
    "activity",
    "briefs",
    "bulk",
    "engagements",
    "evaluations",
    "handovers",
    "intake",
    "investors",
    "leads",
    "shortlist",
]
