"""Every package that we chose is pinned, and docs/dependencies.md says what it is for."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
CHOSEN = [
    line
    for name in ("requirements.txt", "requirements-dev.txt")
    for line in (ROOT / name).read_text().split("# What those bring along")[0].splitlines()
    if line and not line.startswith(("#", "-r"))
]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    loose = [x for x in lines if x and x[0] not in "#-" and not re.fullmatch(r"\S+==[\w.]+", x)]
    assert loose == []


@pytest.mark.parametrize("line", CHOSEN)
def test_every_chosen_package_has_its_reason(line: str) -> None:
    package = re.split(r"[\[=]", line)[0].lower()
    page = (ROOT / "docs" / "dependencies.md").read_text().lower()
    assert re.search(rf"^\|[^|]*\b{re.escape(package)}\b", page, re.MULTILINE), package
