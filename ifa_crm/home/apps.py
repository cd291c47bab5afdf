from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "ifa_crm.home"
    label = "home"
