"""A cluster, a topic of it and leads that need it: for the tests of matches."""

from typing import Any

from clusters.models import Cluster, ClusterSector, ClusterTopic, Sector, Topic
from investors.choices import Mode
from investors.models import Lead
from tests import make


class Field:
    """One cluster that works on sensors, and one that works on nothing known."""

    def __init__(self) -> None:
        self.sensors: Topic = make.topic(name_en="Sensors", name_fr="Capteurs")
        self.gas: Topic = make.topic(name_en="Gas sensors", broader=self.sensors)
        self.wood: Topic = make.topic(name_en="Wood")
        self.sector: Sector = make.sector(label_en="Electronics")
        self.cluster: Cluster = make.cluster(name="Sensor Valley")
        self.other: Cluster = make.cluster(name="Elsewhere")
        ClusterTopic.objects.create(cluster=self.cluster, topic=self.sensors)
        ClusterSector.objects.create(cluster=self.cluster, sector=self.sector)
        self.away: Topic = make.topic()
        self.far: Sector = make.sector()
        ClusterTopic.objects.create(cluster=self.other, topic=self.away)
        ClusterSector.objects.create(cluster=self.other, sector=self.far)

    def strong(self, **fields: Any) -> Lead:
        said = {"topics": [self.sensors], "sectors": [self.sector], "mode": Mode.JOIN}
        return make.lead(**said | fields)

    def ready(self, **fields: Any) -> Lead:
        """As ``strong``, with a complete checklist, so that clusters may be proposed."""
        said = {"topics": [self.sensors], "sectors": [self.sector], "mode": Mode.JOIN}
        return make.qualified_lead(**{"owner": make.user()} | said | fields)

    def weaker(self, **fields: Any) -> Lead:
        """Its topic is none of the cluster's, its sector is."""
        return make.lead(**{"topics": [self.wood], "sectors": [self.sector]} | fields)
