"""A browser without a face: keeps cookies and its connection, takes what is compressed."""

from __future__ import annotations

import re
import sys
import time
from http.client import HTTPConnection, RemoteDisconnected
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

_TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes  # as it was sent
    seconds: float


class Client:
    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.port, self.cookies = port, dict(cookies or {})
        self._connection = HTTPConnection("127.0.0.1", port, timeout=120)

    def get(self, address: str) -> Answer:
        """A page that must be there."""
        answer = self._ask("GET", address)
        if answer.status != 200:
            sys.exit(f"{address} answered {answer.status}: {answer.body[:300]!r}")
        return answer

    def sign_in(self, name: str) -> None:
        address = "/accounts/login/"
        token = _TOKEN.search(self.get(address).body)
        if token is None:
            sys.exit("There is no form to sign in with.")
        form = {"login": name, "password": "demo", "csrfmiddlewaretoken": token[1].decode()}
        answer = self._ask("POST", address, urlencode(form))
        if answer.status != 302:
            sys.exit(f"{name} could not sign in: {answer.status}")

    def _ask(self, method: str, address: str, body: str | None = None) -> Answer:
        headers = {"Accept-Encoding": "gzip", "Accept": "text/html", "Accept-Language": "en"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            return self._once(method, address, body, headers)
        except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self._connection.close()  # it was idle for too long
            return self._once(method, address, body, headers)

    def _once(self, method: str, address: str, body: str | None, headers: dict[str, str]) -> Answer:
        begun = time.perf_counter()
        self._connection.request(method, address, body, headers)
        response = self._connection.getresponse()
        content = response.read()
        took = time.perf_counter() - begun
        for line in response.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        told = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, told, content, took)
