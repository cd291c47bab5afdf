"""Cells that a spreadsheet would take for a formula: written so that it shows them as text.

An export defuses, an import undoes it, so that what goes out comes back unchanged.
"""

import re
from typing import Final

# As a spreadsheet reads them; the wide forms are taken for the narrow ones by some.
_STARTS: Final = r"[=+\-@\t\r\n＝＋－＠]"
_LIVE: Final = re.compile(rf"'*{_STARTS}")
_DEFUSED: Final = re.compile(rf"'+{_STARTS}")


def defused(text: str) -> str:
    """``text`` with an apostrophe before it, if it begins as a formula does.

    A text that already looks defused gets one more, so that :func:`as_meant` finds it again.
    """
    return f"'{text}" if _LIVE.match(text) else text


def as_meant(text: str) -> str:
    """The text that :func:`defused` was given."""
    return text[1:] if _DEFUSED.match(text) else text
