"""Investors, leads and what comes of them in the Django admin, split by noun."""

from investors.admin import activity, engagements, investors, leads, shortlist

__all__ = ["activity", "engagements", "investors", "leads", "shortlist"]
