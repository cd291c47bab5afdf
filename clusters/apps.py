from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

# The log of a status tells its own story, and services note changed links on the record itself;
# folded text is derived.
UNAUDITED = {"ProjectLog", "ClusterSector", "ClusterRegion", "ProjectCluster"}
DERIVED = ["search_text"]


class ClustersConfig(AppConfig):
    name = "clusters"
    verbose_name = _("Clusters")

    def ready(self) -> None:
        from auditlog.registry import auditlog  # needs the app registry

        for model in self.get_models():
            if model._meta.auto_created or model.__name__ in UNAUDITED:
                continue
            kept_out = [f for f in DERIVED if f in {x.name for x in model._meta.fields}]
            auditlog.register(model, exclude_fields=kept_out)

        from clusters import importing, searching, undoing
        from clusters.services import archiving

        archiving.register()
        searching.register()
        undoing.register()
        importing.register()
