"""Shows two results side by side. Called by bench/compare."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench/compare", description="Shows two results of bench/run side by side."
    )
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    asked = parser.parse_args()
    try:
        old, new = (json.loads(path.read_text()) for path in (asked.old, asked.new))
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print("\n".join(lines(old, new)))
    return 0


def lines(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [
        f"Old: {_what(old)}",
        f"New: {_what(new)}",
        "",
        "| Page | p50 ms | × bare | queries | kB gzipped |",
        "|---|--:|--:|--:|--:|",
        *(_line(key, old["pages"].get(key), page) for key, page in new["pages"].items()),
    ]


def _what(result: dict[str, Any]) -> str:
    return (
        f"{result['machine']['database']}, {result['count']:,} leads, {result['date']}, "
        f"commit {result['commit']}; bare list {result['bare']['p50'] * 1000:.1f} ms"
    )


def _line(key: str, old: dict[str, Any] | None, new: dict[str, Any]) -> str:
    def cell(name: str, form: str, scale: float = 1) -> str:
        before = format(old[name] * scale, form) if old else "–"
        return f"{before} → {format(new[name] * scale, form)}"

    cells = (
        key,
        cell("p50", ".1f", 1000),
        cell("ratio", ".1f"),
        cell("queries", "d"),
        cell("gzipped", ".1f", 0.001),
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
