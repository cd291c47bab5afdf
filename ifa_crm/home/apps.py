from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "ifa_crm.home"
    label = "home"

    def ready(self) -> None:
        from ifa_crm.home import refolding  # needs the models

        refolding.register()
