"""Prepares the virtual environment and hands over to the bench in it. Called by bench/run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bin"))

from _environment import PYTHON, end_with_children, prepare  # noqa: E402

if __name__ == "__main__":
    end_with_children()
    prepare("requirements.txt")
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", "bench", *sys.argv[1:]])
