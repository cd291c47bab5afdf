"""Entry point of the asynchronous servers."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ifa_crm.settings")

application = get_asgi_application()
