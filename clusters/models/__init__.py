"""Clusters and what surrounds them, split by noun."""

from clusters.models.cluster import Cluster, ClusterRegion, ClusterSector
from clusters.models.funding import (
    Call,
    CallCondition,
    ExchangeRate,
    FundingLine,
    FundingProgramme,
    Grant,
)
from clusters.models.knowledge import ClusterFact, CorrectionNote, EvidenceNote
from clusters.models.leader import Leader
from clusters.models.organisation import Membership, Organisation, Partnership
from clusters.models.project import (
    OpenSeat,
    Project,
    ProjectCluster,
    ProjectLog,
    ProjectPartner,
)
from clusters.models.reference import Region, RelatedSectors, Sector
from clusters.models.topic import ClusterTopic, Topic, TopicSector, TopicWords

__all__ = [
    "Call",
    "CallCondition",
    "Cluster",
    "ClusterFact",
    "ClusterRegion",
    "ClusterSector",
    "ClusterTopic",
    "CorrectionNote",
    "EvidenceNote",
    "ExchangeRate",
    "FundingLine",
    "FundingProgramme",
    "Grant",
    "Leader",
    "Membership",
    "OpenSeat",
    "Organisation",
    "Partnership",
    "Project",
    "ProjectCluster",
    "ProjectLog",
    "ProjectPartner",
    "Region",
    "RelatedSectors",
    "Sector",
    "Topic",
    "TopicSector",
    "TopicWords",
]
