"""What every reader of cells can do."""

from typing import Any

from django.utils.translation import gettext as _
from import_export import widgets

Reading = tuple[str, Any]  # its key, and its label


class UnreadableError(ValueError):
    """Why a cell cannot be read, in a sentence."""


class TwoMeaningsError(UnreadableError):
    """The cell can be read in two ways and the column does not say in which."""


def shown(cell: Any) -> str:
    """A cell as it is quoted in a sentence: not at its full length."""
    text = " ".join(str(cell).split())
    return f"{text[:60]}…" if len(text) > 60 else text


def quoted(text: str) -> str:
    """In the quotation marks of the reader's language."""
    return _("“%s”") % text


def is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def without_zero(value: Any) -> Any:
    """A number that a spreadsheet keeps as 75001.0 is written 75001."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class Value(widgets.Widget):
    """Reads the cells of a column."""

    readings: tuple[Reading, ...] = ()

    def clean(self, value: Any, row: Any = None, *, chosen: str = "", **kwargs: Any) -> Any:
        raise NotImplementedError

    def offered(self) -> list[str]:
        """What can be written, where that is a list."""
        return []

    def speaks_for(self, cell: Any) -> str:
        """The one reading that is possible for ``cell``, where there is just one."""
        return ""
