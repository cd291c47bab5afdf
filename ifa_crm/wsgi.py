"""Entry point of the production server (``gunicorn ifa_crm.wsgi``)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ifa_crm.settings")

application = get_wsgi_application()
