"""Pages of what is read beside a record; lists have those of :mod:`ifa_crm.shared.lists`."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

PER_PAGE = 50


def numbered_page(rows: "Sequence[Any] | QuerySet[Any]", asked: str) -> "Page[Any]":
    """The page of ``rows`` that was asked for, the nearest where there is none of that number."""
    return Paginator(rows, PER_PAGE).get_page(asked[:6])
