"""Opens the acting block of a page request."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from ifa_crm.shared.acting import acting


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
