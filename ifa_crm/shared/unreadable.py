"""NUL, which no text holds: PostgreSQL refuses even a question about it."""

from collections.abc import Collection
from typing import Any

from django.utils.datastructures import MultiValueDict

NUL = "\0"
MARK = "\ufffd"  # what a browser and Django show for bytes that are no character


def marked(text: str) -> str:
    return text.replace(NUL, MARK)


def marked_apart_from(data: Any, texts: Collection[str]) -> Any:
    """Posted ``data`` with marks for NULs, but in the fields ``texts``, which refuse them."""
    if not isinstance(data, MultiValueDict) or not any(NUL in "".join(v) for _, v in data.lists()):
        return data
    readable = data.copy()
    for name in data.keys() - set(texts):
        readable.setlist(name, [marked(value) for value in data.getlist(name)])
    return readable
