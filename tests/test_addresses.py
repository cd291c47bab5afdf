"""Every address: a stranger is sent to sign in, a wrong reference is a 404, nothing is a 500."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ifa_crm.staff.roles import Role
from tests import make

OPEN_TO_ALL = {
    "shared:credits",
    "shared:accessibility",
    "shared:healthz",
    "shared:readyz",
    "staff:set_language",
    "investors:enquiry_start",
    "investors:enquiry",
    "investors:enquiry_received",
    "investors:enquiry_privacy",
}
FOREIGN = {"admin", "account"}  # Django's and allauth's own, tested where we configure them
WRONG = {"ref": "00000000", "slug": "no-such-cluster", "pk": 0, "language": "en"}


def _patterns(
    resolver: URLResolver, namespaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _patterns(entry, inner)
        elif entry.name and not (FOREIGN & set(namespaces)):
            yield ":".join([*namespaces, entry.name]), entry


def _ours() -> list[tuple[str, str]]:
    """(name, address) of all our pages, with references that name nothing."""
    found = []
    for name, pattern in _patterns(get_resolver()):
        if name.startswith("account_"):
            continue
        wanted = pattern.pattern.converters
        values = {key: WRONG.get(key, "00000000") for key in wanted}
        values = {k: 1 if wanted[k].regex == "[0-9]+" else v for k, v in values.items()}
        found.append((name, reverse(name, kwargs=values)))
    return sorted(set(found))


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "address"), _ours())
def test_address_sends_a_stranger_to_sign_in(client: Client, name: str, address: str) -> None:
    for method in (client.get, client.post):
        response = method(address)
        if name in OPEN_TO_ALL:
            assert response.status_code in {200, 302, 405, 422}, name
        else:
            assert response.status_code == 302, name
            assert response["Location"].startswith("/accounts/login/"), name


@pytest.mark.parametrize("role", list(Role))
def test_address_with_wrong_reference_is_no_error(db: None, role: Role) -> None:
    client = Client()
    client.force_login(make.user(role=role))
    for name, address in _ours():
        takes_reference = any(wrong in address for wrong in ("00000000", "no-such-cluster"))
        allowed = {403, 404, 405} if takes_reference else {200, 302, 400, 403, 404, 405, 422}
        for method in (client.get, client.post):
            assert method(address).status_code in allowed, f"{method.__name__} {name} {address}"
