"""What every request passes: unreadable characters are marked, the acting block is opened."""

from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from ifa_crm.shared.acting import acting
from ifa_crm.shared.unreadable import MARK, marked


def caller_address(request: HttpRequest) -> str | None:
    """The caller's address; a forwarded one is believed only from the configured proxies."""
    hops: int = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if hops and forwarded:
        addresses = [part.strip() for part in forwarded.split(",")]
        return addresses[-min(hops, len(addresses))]
    address: str | None = request.META.get("REMOTE_ADDR")
    return address


class ActingMiddleware:
    """Every write during a request is noted with the person who made it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return self.get_response(request)  # a GET writes nothing
        user = request.user if request.user.is_authenticated else None
        with acting(user, remote_addr=caller_address(request)):
            return self.get_response(request)


class UnreadableMiddleware:
    """An address or a cookie with a NUL reads as one with broken UTF-8 does: with a mark there.

    So each field, filter and address answers it as it answers any other wrong value; left in, it
    would be an error of the server. What is posted keeps it: its forms refuse it at the field.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.path, request.path_info = marked(request.path), marked(request.path_info)
        query = request.META.get("QUERY_STRING", "")
        request.META["QUERY_STRING"] = query.replace("\0", "%00").replace("%00", quote(MARK))
        for name, value in request.COOKIES.items():
            request.COOKIES[name] = marked(value)
        return self.get_response(request)


class MovedError(Exception):
    """The record that was asked for was merged: its address leads to ``to``, which the reader
    may see."""

    def __init__(self, to: str) -> None:
        self.to = to


class MovedMiddleware:
    """Sends on whoever asks for a record that was merged. For a while, since it can be undone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return HttpResponseRedirect(exception.to) if isinstance(exception, MovedError) else None
