"""Reads the command line and measures. See docs/speed.md."""

from __future__ import annotations

import argparse
import signal
import sys
from contextlib import ExitStack

from bench import data, measure, report
from bench.server import Server, free_port


def main() -> int:
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda number, _frame: sys.exit(128 + number))
    asked = _arguments()
    results = []
    for kind in ("sqlite", "postgresql") if asked.database == "both" else (asked.database,):
        result = _measured(kind, asked)
        report.show(result)
        results.append(result)
        if not asked.forget:
            print(f"Kept as {report.keep(result)}", flush=True)
    if len(results) > 1:
        print("\n".join(["", *report.side_by_side(results), ""]), flush=True)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measures the pages beside a bare Django view."
    )
    parser.add_argument("--count", type=int, default=100_000, help="leads (100000)")
    parser.add_argument("--requests", type=int, default=200, help="for each page (200)")
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--only", action="append", metavar="PAGE", help="just this page")
    parser.add_argument("--keep", action="store_true", help="keep the data, to use it again")
    parser.add_argument("--forget", action="store_true", help="do not keep the result")
    parser.add_argument("--port", type=int, help="and the two after it (any that are free)")
    return parser.parse_args()


def _measured(kind: str, asked: argparse.Namespace) -> dict[str, object]:
    with ExitStack() as stack:
        held = data.DataSet(kind, asked.count)
        if not asked.keep:
            stack.callback(held.drop)
        made = held.prepare()
        facts = held.facts()
        servers = {
            name: stack.enter_context(
                Server(name, held.env, asked.port + place if asked.port else free_port())
            )
            for place, name in enumerate(("program", "bare", "counting"))
        }
        found = measure.everything(servers, facts, requests=asked.requests, only=asked.only)
    return report.described(kind, asked.count, asked.requests, facts, made) | found


if __name__ == "__main__":
    sys.exit(main())
