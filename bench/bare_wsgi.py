"""Serves the bare view with nothing but session and user between server and view."""

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

django.setup()
# Only now: some of the program's apps refuse to start without their middleware.
settings.MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
application = WSGIHandler()
