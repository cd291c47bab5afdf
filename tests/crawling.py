"""Reads pages as a visitor does: which links and buttons are on them, and where they lead."""

import re
from collections import deque
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

PER_KIND = 2  # addresses that differ in a reference or a value only
NOT_PAGES = re.compile(r"^/(admin|accounts|static)/|\.ics$|^/files/|^/language/")
_SECTIONS = "about|calls|funding|new|options"


class Found(HTMLParser):
    """Links, and forms that post, of one page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.posts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if values.get("hx-get"):
            self.links.append(values["hx-get"])
        if tag == "form" and values.get("method", "").lower() == "post":
            self.posts.append(values.get("action", ""))
        if tag == "button" and values.get("formaction"):
            self.posts.append(values["formaction"])


def kind(address: str) -> str:
    """Addresses of the same page with other rows are of one kind."""
    parts = urlsplit(address)
    path = re.sub(rf"^/clusters/(?!(?:{_SECTIONS})/)[^/]+/", "/clusters/*/", parts.path)
    path = re.sub(r"/[0-9a-z]{8}(?=/)", "/*", path)
    return path + "?" + "&".join(sorted(re.findall(r"(\w+)=", parts.query)))


def targets(page: str, addresses: list[str]) -> Iterator[str]:
    """The addresses of ours that a page's links or forms lead to."""
    for address in addresses:
        target = urldefrag(urljoin(page, address)).url
        if target.startswith("/") and not NOT_PAGES.search(urlsplit(target).path):
            yield target


def walk(get: Callable[[str], str | None], most: int) -> Iterator[tuple[str, Found]]:
    """Pages reachable from Today, a few of each kind. ``get`` gives a page's HTML or nothing."""
    queue, seen, kinds = deque(["/"]), {"/"}, dict[str, int]()
    while queue and most:
        address = queue.popleft()
        html = get(address)
        if html is None:
            continue
        most -= 1
        found = Found(html)
        yield address, found
        for target in targets(address, found.links):
            here = kind(target)
            if target not in seen and kinds.get(here, 0) < PER_KIND:
                seen.add(target)
                kinds[here] = kinds.get(here, 0) + 1
                queue.append(target)
