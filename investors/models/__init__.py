"""Investors, their leads, and what comes of them, split by noun."""

from investors.models.activity import Action, Attachment, Interaction
from investors.models.admission import Admission
from investors.models.brief import (
    BlindBrief,
    BlindRelease,
    Briefing,
    BriefingCluster,
    Reveal,
)
from investors.models.bulk import BulkEdit
from investors.models.engagement import (
    Engagement,
    EngagementLog,
    Milestone,
    MilestoneKind,
    Outcome,
)
from investors.models.evaluation import Evaluation
from investors.models.fit_column import FitColumn, FitRun
from investors.models.handover import HandedLead, Handover
from investors.models.intake import AssignmentRule, Enquiry, EnquiryCount, Turn
from investors.models.investor import Contact, Investor
from investors.models.lead import Lead
from investors.models.lead_log import LeadLog
from investors.models.matching import ContactKey, InvestorKey
from investors.models.objective import Objective
from investors.models.pairs import CommonKey, ContactPair, InvestorPair, PairState
from investors.models.shortlist import Shortlisting, ShortlistingLog

__all__ = [
    "Action",
    "Admission",
    "AssignmentRule",
    "Attachment",
    "BlindBrief",
    "BlindRelease",
    "Briefing",
    "BriefingCluster",
    "BulkEdit",
    "CommonKey",
    "Contact",
    "ContactKey",
    "ContactPair",
    "Engagement",
    "EngagementLog",
    "Enquiry",
    "EnquiryCount",
    "Evaluation",
    "FitColumn",
    "FitRun",
    "HandedLead",
    "Handover",
    "Interaction",
    "Investor",
    "InvestorKey",
    "InvestorPair",
    "Lead",
    "LeadLog",
    "Milestone",
    "MilestoneKind",
    "Objective",
    "Outcome",
    "PairState",
    "Reveal",
    "Shortlisting",
    "ShortlistingLog",
    "Turn",
]
