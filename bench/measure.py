"""Takes the times, page by page, each in turn with the bare list: what disturbs hits both."""

from __future__ import annotations

import gzip
import re
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any, Final

from bench.client import Answer, Client
from bench.pages import BARE, PAGES, USERS, Page
from bench.server import Server

_WARM_UP: Final = 10
_CLIENTS: Final = 4
_ASSET: Final = re.compile(r'(?:href|src)="(/static/[^"#]+)')
_IN_STYLE: Final = re.compile(r"""url\(["']?([^"')#?]+\.(?:woff2?|svg|png|css))""")

Cookies = dict[str, dict[str, str]]


def everything(
    servers: dict[str, Server], facts: dict[str, Any], *, requests: int, only: list[str] | None
) -> dict[str, Any]:
    """All figures; seconds and bytes. What a worker holds is also taken after the last page that
    has an aim."""
    program, bare = servers["program"], servers["bare"]
    first = _first_page(program)
    cookies = _signed_in(program)
    pages = [page for page in PAGES if not only or page.key in only]
    found, memory = {}, {}
    for page in pages:
        found[page.key] = _page(page, servers, cookies, facts, requests)
        if page.aim:
            memory["with_aim"] = program.worker_memory()
        print(f"  {page.key:18}{found[page.key]['p50'] * 1000:9.1f} ms", flush=True)
    memory |= {"program": program.worker_memory(), "bare": bare.worker_memory()}
    return {
        "pages": found,
        "bare": _bare(found, bare, cookies),
        "first_visit": _first_visit(program, cookies),
        "worker_memory": memory,
        "cold_start": {"until_it_answers": program.started_in, "first_page": first},
        "throughput": _throughput(program, bare, cookies["adviser"], requests),
    }


def _first_page(program: Server) -> float:
    return Client(program.port).get("/accounts/login/").seconds


def _signed_in(program: Server) -> Cookies:
    cookies = {}
    for user in USERS:
        client = Client(program.port)
        client.sign_in(user)
        cookies[user] = client.cookies
    return cookies


def _page(
    page: Page, servers: dict[str, Server], cookies: Cookies, facts: dict[str, Any], requests: int
) -> dict[str, Any]:
    address = page.address.format(**facts)
    ours = Client(servers["program"].port, cookies[page.user])
    bare = Client(servers["bare"].port, cookies["adviser"])
    for _ in range(min(_WARM_UP, requests)):
        answer = ours.get(address)
        bare.get(BARE)
    times, beside = [], []
    for _ in range(requests):
        times.append(ours.get(address).seconds)
        beside.append(bare.get(BARE).seconds)
    return _spread(times) | {
        "bare_times": _spread(beside),
        "ratio": median(times) / median(beside),
        "aim": page.aim,
        "queries": _queries(servers["counting"], address, cookies[page.user]),
        **_sizes(answer),
    }


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"p50": median(ordered), "p95": ordered[int(0.95 * (len(ordered) - 1))]}


def _sizes(answer: Answer) -> dict[str, int]:
    """As it was sent, and as a proxy that compresses would send it on."""
    return {"bytes": len(answer.body), "gzipped": len(_squeezed(answer))}


def _squeezed(answer: Answer) -> bytes:
    if "content-encoding" in answer.headers:
        return answer.body
    return gzip.compress(answer.body, 6)


def _queries(counting: Server, address: str, cookies: dict[str, str]) -> int:
    """Of the second time: the first fills caches."""
    client = Client(counting.port, cookies)
    client.get(address)
    return int(client.get(address).headers["x-queries"])


def _bare(found: dict[str, Any], bare: Server, cookies: Cookies) -> dict[str, float]:
    """The bare list in the same run: the median over the pages beside which it was asked for."""
    answer = Client(bare.port, cookies["adviser"]).get(BARE)
    times = [page.pop("bare_times") for page in found.values()]
    spread = {name: median(time[name] for time in times) for name in ("p50", "p95")}
    return spread | _sizes(answer)


def _first_visit(program: Server, cookies: Cookies) -> dict[str, int]:
    """Today with all that a browser loads for it, as sent; the page also as if compressed."""
    client = Client(program.port, cookies["adviser"])
    page = client.get("/")
    assets: dict[str, int] = {}
    wanted = _ASSET.findall(page.body.decode())
    while wanted:
        address = wanted.pop().partition("?")[0]
        if address in assets:
            continue
        answer = client.get(address)
        assets[address] = len(answer.body)
        if address.endswith(".css"):
            folder = address.rpartition("/")[0]
            inside = _IN_STYLE.findall(_plain(answer).decode())
            wanted += [f"{folder}/{name}" for name in inside if not name.startswith("data:")]
    sent, gzipped = len(page.body), len(_squeezed(page))
    rest = sum(assets.values())
    return {"assets": len(assets), "sent": sent + rest, "gzipped": gzipped + rest}


def _plain(answer: Answer) -> bytes:
    packed = answer.headers.get("content-encoding") == "gzip"
    return gzip.decompress(answer.body) if packed else answer.body


def _throughput(
    program: Server, bare: Server, cookies: dict[str, str], requests: int
) -> dict[str, float]:
    """Answers a second to four clients at once, each asking again when it was answered."""
    ours, theirs = (
        _pace(program, "/leads/", cookies, requests),
        _pace(bare, BARE, cookies, requests),
    )
    return {"clients": _CLIENTS, "program": ours, "bare": theirs, "ratio": ours / theirs}


def _pace(server: Server, address: str, cookies: dict[str, str], requests: int) -> float:
    def ask(_number: int) -> None:
        client = Client(server.port, cookies)
        for _ in range(requests):
            client.get(address)

    begun = time.perf_counter()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        list(pool.map(ask, range(_CLIENTS)))
    return _CLIENTS * requests / (time.perf_counter() - begun)
