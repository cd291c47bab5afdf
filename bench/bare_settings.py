"""The program's settings - data, sessions, accounts - for the bare view. See ``bare_wsgi``."""

from ifa_crm.settings import *  # noqa: F403

ROOT_URLCONF = "bench.bare"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
