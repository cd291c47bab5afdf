"""What the bench says of its figures; ``bin/test`` runs the bench itself."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import report

ROOT = Path(__file__).resolve().parent.parent


def _result(**pages: dict[str, Any]) -> dict[str, Any]:
    machine = {"database": "SQLite 3", "cpus": 2, "load_average": 0.5}
    return {
        "date": "2026-03-02T10:00Z",
        "commit": "abc1234",
        "database": "sqlite",
        "count": 100_000,
        "requests": 200,
        "machine": machine,
        "bare": _page(0.01, ratio=1),
        "pages": pages,
        "first_visit": {"assets": 6, "sent": 90_000, "gzipped": 60_000},
        "throughput": {"clients": 4, "program": 30.0, "bare": 90.0, "ratio": 1 / 3},
        "cold_start": {"until_it_answers": 1.5, "first_page": 0.25},
        "worker_memory": {"program": 99_000_000, "bare": 70_000_000},
        "leads_made_per_second": 2345.6,
    }


def _page(p50: float, *, ratio: float, queries: int = 7) -> dict[str, Any]:
    sizes = {"bytes": 20_000, "gzipped": 5_000}
    return {"p50": p50, "p95": 2 * p50, "ratio": ratio, "queries": queries, "aim": 4, **sizes}


def test_the_table_says_each_figure() -> None:
    shown = report.lines(_result(leads=_page(0.0305, ratio=3.05)))
    assert "| leads | 30.5 | 61.0 | 3.0 | ≤ 4 | 7 | 20.0 | 5.0 |" in shown
    text = "\n".join(shown)
    assert "60 kB compressed" in text
    assert "0.33 ×" in text
    assert "99 MB" in text
    assert "2,346 leads a second" in text


def test_databases_stand_in_one_table() -> None:
    one = _result(leads=_page(0.0305, ratio=3.05), clusters=_page(0.02, ratio=2))
    other = _result(leads=_page(0.04, ratio=4, queries=8))
    other["machine"] = other["machine"] | {"database": "PostgreSQL 15"}
    table = report.side_by_side([one, other])
    assert table[0] == (
        "| Page | SQLite, p50 ms | × bare | PostgreSQL, p50 ms | × bare | aim | queries |"
    )
    assert table[2:] == [
        "| leads | 30 | 3.0 | 40 | 4.0 | 4 | 7 / 8 |",
        "| clusters | 20 | 2.0 | – | – | 4 | 7 |",
    ]


def test_two_results_stand_side_by_side(tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "new.json"
    old.write_text(json.dumps(_result(lead=_page(0.1, ratio=9, queries=23))))
    later = _result(lead=_page(0.05, ratio=4.5, queries=9), clusters=_page(0.02, ratio=2))
    new.write_text(json.dumps(later))
    command = [sys.executable, str(ROOT / "bench" / "_compare.py"), str(old), str(new)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "| lead | 100.0 → 50.0 | 9.0 → 4.5 | 23 → 9 | 5.0 → 5.0 |" in shown
    assert "| clusters | – → 20.0 |" in shown


def test_a_result_is_kept_by_date_commit_and_size(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(report, "RESULTS", report.ROOT / "var" / tmp_path.name)
    kept = report.ROOT / report.keep(_result(lead=_page(0.123456, ratio=9)))
    assert kept.name == "2026-03-02-abc1234-sqlite-100000.json"
    assert json.loads(kept.read_text())["pages"]["lead"]["p50"] == 0.1235
    kept.unlink()
    kept.parent.rmdir()
