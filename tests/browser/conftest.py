"""The product as it is installed, with demo data, and a Chromium to use it with.

Each worker has a server of its own: the production server over an SQLite file in a temporary
folder. Tests that write make rows of their own.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = (os.environ.get("IFA_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in NAMES if name and (found := shutil.which(name))), "")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(reason="no Chromium here")
    for item in items:
        if "browser" in item.path.parts and not CHROMIUM:
            item.add_marker(missing)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running demo."""
    folder, port = tmp_path_factory.mktemp("site"), _free_port()
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "IFA_STATIC"}}
    env = kept | {
        "IFA_MODE": "demo",
        "IFA_VAR": str(folder),
        "IFA_SECRET_KEY": "x" * 50,
        "DJANGO_SETTINGS_MODULE": "ifa_crm.settings",
    }
    for command in (
        ["messages", "compile"],
        ["collectstatic", "--noinput", "--verbosity=0"],
        ["migrate", "--verbosity=0"],
        ["createcachetable"],
        ["load_reference", "--verbosity=0"],
        ["load_demo", "--verbosity=0"],
        ["open_demo_accounts"],
    ):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True)
    worker = subprocess.Popen(  # what the pages leave to the background
        [sys.executable, "manage.py", "worker", "--interval=0.5"], cwd=ROOT, env=env
    )
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "ifa_crm.wsgi", f"--bind=127.0.0.1:{port}"),
            *("--worker-class=gthread", "--workers=1", "--threads=4", "--log-level=warning"),
        ],
        cwd=ROOT,
        env=env,
    )
    try:
        _wait(f"http://127.0.0.1:{port}/healthz", server)
        yield f"http://127.0.0.1:{port}"
    finally:
        for process in (server, worker):
            process.send_signal(signal.SIGTERM)
        for process in (server, worker):
            process.wait(20)


def _wait(address: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser. ``complaints`` holds every error that the browser reported."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.site = site
        self.context = context
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        expected = "status of 4" in message.text  # a form that failed answers 422
        if message.type in {"error", "warning"} and not expected:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def sign_in(self, name: str) -> "Visitor":
        self.go("/accounts/login/")
        self.page.locator("[name=login]").fill(name)
        self.page.locator("[name=password]").fill("demo")
        self.page.locator("[name=password]").press("Enter")
        self.page.wait_for_url(f"{self.site}/")
        return self

    def go(self, address: str) -> int:
        answer = self.page.goto(self.site + address)
        return answer.status if answer else 0

    def html(self, address: str) -> str | None:
        """A page's source, fetched with the visitor's session; nothing if it is no page."""
        answer = self.context.request.get(self.site + address)
        is_page = "text/html" in answer.headers.get("content-type", "")
        return answer.text() if answer.status == 200 and is_page else None

    def axe(self, *, rules: tuple[str, ...] = ()) -> list[str]:
        """What axe-core finds on the page that is shown, a line for each place.

        ``rules``: those that are asked for; without, all that axe-core asks by itself.
        """
        self.page.evaluate(Path(AXE_FILE_PATH).read_text())
        asked: dict[str, Any] = {"resultTypes": ["violations"]}
        if rules:
            asked["runOnly"] = {"type": "rule", "values": list(rules)}
        found = self.page.evaluate("asked => axe.run(document, asked)", asked)
        return [
            f"{self.page.url} {violation['id']}: {node['target']} {json.dumps(node['html'])[:160]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    def scrolls_sideways(self) -> bool:
        wide: bool = self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        return wide

    def tables_scroll(self) -> bool:
        """Whether a table is wider than its place."""
        wide: bool = self.page.evaluate(
            "[...document.querySelectorAll('.table-box')].some(e => e.scrollWidth > e.clientWidth)"
        )
        return wide


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Visit]:
    """``visit("adviser", color_scheme="dark")``: a new window, signed in unless ``None``.

    At the end of the test no browser may have complained.
    """
    visitors: list[Visitor] = []

    def open_window(name: str | None, **options: Any) -> Visitor:
        visitor = Visitor(chromium.new_context(**options), site)
        visitors.append(visitor)
        return visitor.sign_in(name) if name else visitor

    yield open_window
    for visitor in visitors:
        visitor.context.close()
    assert [line for visitor in visitors for line in visitor.complaints] == []
