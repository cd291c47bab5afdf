"""Investors, their leads, and what comes of them, split by noun."""

from investors.models.activity import Action, Attachment, Interaction
from investors.models.engagement import (
    Engagement,
    EngagementLog,
    Milestone,
    MilestoneKind,
    Outcome,
)
from investors.models.investor import Contact, Investor
from investors.models.lead import Admission, Lead, LeadLog, Objective
from investors.models.shortlist import Shortlisting, ShortlistingLog

__all__ = [
    "Action",
    "Admission",
    "Attachment",
    "Contact",
    "Engagement",
    "EngagementLog",
    "Interaction",
    "Investor",
    "Lead",
    "LeadLog",
    "Milestone",
    "MilestoneKind",
    "Objective",
    "Outcome",
    "Shortlisting",
    "ShortlistingLog",
]
