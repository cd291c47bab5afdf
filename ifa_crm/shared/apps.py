from django.apps import AppConfig
from django.db.models.signals import post_migrate  # noqa: TID251  # says nothing of our rows


class SharedConfig(AppConfig):
    name = "ifa_crm.shared"
    label = "shared"

    def ready(self) -> None:
        from ifa_crm.shared.search_index import ensure_search_indexes

        post_migrate.connect(ensure_search_indexes)
