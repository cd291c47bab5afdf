"""The language, time zone and session of the person who is signed in."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

Answer = Callable[[HttpRequest], HttpResponse]

SEEN = "seen"
NOTED_EVERY = 15 * 60  # seconds; a session is not written at each request


class PreferencesMiddleware:
    """A member of staff sees pages in their own language and times in their own zone."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = request.user.language
        with timezone.override(request.user.zone):
            response = self.get_response(request)
        response.headers["Content-Language"] = translation.get_language()
        return response


class IdleMiddleware:
    """Moves the end of a session on while somebody works: it ends 12 hours after the last use
    (``SESSION_COOKIE_AGE``), or when the browser closes."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            seen = request.session.get(SEEN)
            now = int(time.time())
            if seen is not None and now - seen > NOTED_EVERY:
                request.session[SEEN] = now
        return self.get_response(request)
