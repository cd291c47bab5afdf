"""Shows the figures as a table and keeps them as JSON."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from bench.data import ROOT

RESULTS = Path(__file__).resolve().parent / "results"
Result = dict[str, Any]


def described(kind: str, count: int, requests: int, facts: dict[str, Any], pace: float) -> Result:
    """When, of what and on what the figures are."""
    return {
        "date": dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%MZ"),
        "commit": _commit(),
        "database": kind,
        "count": count,
        "requests": requests,
        "meetings": facts["meetings"],
        "leads_made_per_second": pace,
        "machine": {
            "cpus": os.cpu_count(),
            "architecture": platform.machine(),
            "python": facts["python"],
            "database": facts["database"],
            "load_average": os.getloadavg()[0],
        },
    }


def _commit() -> str:
    try:
        commit = _git("rev-parse", "--short=7", "HEAD")
        return f"{commit}-changed" if _git("status", "--porcelain", "-uno") else commit
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def keep(result: Result) -> Path:
    name = f"{result['date'][:10]}-{result['commit']}-{result['database']}-{result['count']}.json"
    path = RESULTS / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(_rounded(result), indent=1) + "\n")
    return path.relative_to(ROOT)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def show(result: Result) -> None:
    print("\n".join(["", *lines(result), ""]), flush=True)


def lines(result: Result) -> list[str]:
    """The table, as it also stands in docs/speed.md."""
    machine = result["machine"]
    return [
        f"{machine['database']}, {result['count']:,} leads, {result['requests']} requests a page, "
        f"{result['date']}, commit {result['commit']}, {machine['cpus']} CPUs, "
        f"load {machine['load_average']:.1f}",
        "",
        "| Page | p50 ms | p95 ms | × bare | aim | queries | kB | kB gzipped |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
        _line("bare list", result["bare"] | {"ratio": 1.0}),
        *(_line(key, page) for key, page in result["pages"].items()),
        "",
        *_others(result),
    ]


def side_by_side(results: list[Result]) -> list[str]:
    """One table of several databases, as it stands in docs/speed.md under *Figures*."""
    names = [result["machine"]["database"].partition(" ")[0] for result in results]
    columns = [f"{name}, p50 ms | × bare" for name in names]
    keys = dict.fromkeys(key for result in results for key in result["pages"])
    return [
        f"| Page | {' | '.join(columns)} | aim | queries |",
        f"|---|{'--:|--:|' * len(results)}--:|--:|",
        *(_across(key, [result["pages"].get(key) for result in results]) for key in keys),
    ]


def _across(key: str, pages: list[dict[str, Any] | None]) -> str:
    cells = [
        cell
        for page in pages
        for cell in ((f"{page['p50'] * 1000:.0f}", f"{page['ratio']:.1f}") if page else ("–", "–"))
    ]
    some = next(page for page in pages if page)
    queries = sorted({page["queries"] for page in pages if page})
    aim = f"{some['aim']:g}" if some.get("aim") else ""
    return f"| {' | '.join([key, *cells, aim, ' / '.join(map(str, queries))])} |"


def _line(key: str, page: dict[str, Any]) -> str:
    cells = [
        key,
        f"{page['p50'] * 1000:.1f}",
        f"{page['p95'] * 1000:.1f}",
        f"{page['ratio']:.1f}",
        f"≤ {page['aim']:g}" if page.get("aim") else "",
        str(page.get("queries", 4)),
        f"{page['bytes'] / 1000:.1f}",
        f"{page['gzipped'] / 1000:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _others(result: Result) -> list[str]:
    visit, pace, start = result["first_visit"], result["throughput"], result["cold_start"]
    found = [
        f"First visit: {visit['gzipped'] / 1000:.0f} kB compressed, {visit['sent'] / 1000:.0f} kB "
        f"as this server sends it, {visit['assets']} files beside the page (aim ≤ 110 kB).",
        f"Throughput, {pace['clients']} clients: {pace['program']:.0f} lists a second, "
        f"bare {pace['bare']:.0f}: {pace['ratio']:.2f} × (aim ≥ 0.25).",
        f"Cold start: {start['until_it_answers']:.1f} s until it answers, "
        f"first page {start['first_page']:.2f} s.",
    ]
    pages = result["pages"]
    if {"leads", "leads page 1,000"} <= set(pages):
        deep = pages["leads page 1,000"]["ratio"] / pages["leads"]["ratio"]
        found.insert(0, f"Page 1,000 takes {deep:.2f} × page 1, by their ratios (aim ≤ 1.3).")
    memory = result["worker_memory"]
    if memory["program"]:
        aimed = memory.get("with_aim")
        before = f"{aimed / 1e6:.0f} MB after the pages that have an aim, " if aimed else ""
        found.append(
            f"Memory of a worker: {before}{memory['program'] / 1e6:.0f} MB after all; "
            f"bare {memory['bare'] / 1e6:.0f} MB (aim ≤ 130 MB)."
        )
    found.append(f"make_leads: {result['leads_made_per_second']:,.0f} leads a second.")
    return [f"- {line}" for line in found]
