from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "ifa_crm.shared"
    label = "shared"
