"""List pages: filter, sort, count, page. Everything stands in the address.

A view builds one :class:`ListPage` and returns its answer::

    page = ListPage(
        request,
        rows=Lead.objects.visible_to(request.user),
        filterset=LeadFilter,
        sorts={"investor": ("investor__name",), "created": ("created_at",)},
        default_sort="-created",
        show=lambda rows: rows.select_related("investor", "owner"),
    )
    return page.answer("investors/lead_list.html", title=_("Leads"))

What makes it hold at 100,000 rows: the count stops at ``settings.COUNT_CAP``; a page reads only
keys, in the order of an index, and then the shown rows by key; ``show`` adds what the table
needs to these rows alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import django_filters as filters
from django.conf import settings
from django.db.models import F, Model, OrderBy, QuerySet
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.formats import number_format

from ifa_crm.shared.columns import Choice, Column, chosen, with_columns, written
from ifa_crm.shared.extend import OfferedViews, views_of_list
from ifa_crm.shared.filtersets import filter_names, filter_parts
from ifa_crm.shared.standing_queries import Given, standing

PAGE_SIZES = (25, 50, 100)
LAST_PAGE_EVER = 1_000_000  # beyond it an offset no longer fits a database's integer

Order = tuple[str | OrderBy, ...]


@dataclass(frozen=True)
class Chip:
    """One active filter, with the address of the list without it."""

    label: str
    value: str
    without: str


class ListPage:
    """One page of a filtered and sorted list of ``rows``, which the reader may see."""

    shows_count = True

    def __init__(
        self,
        request: HttpRequest,
        *,
        rows: "QuerySet[Any]",
        filterset: type[filters.FilterSet],
        sorts: Mapping[str, Sequence[str | OrderBy]],
        default_sort: str,
        show: "Callable[[QuerySet[Any]], QuerySet[Any]]" = lambda rows: rows,
        columns: Sequence[Column] = (),
        export: str = "",
        fill: "Callable[[list[Any]], object]" = lambda rows: None,
        default_size: int | None = None,
        opening: str = "",
    ) -> None:
        """``sorts``: what may stand in ``?sort=`` (with ``-`` for the other way) and the columns
        it means; offer only what an index serves. The key is appended, so that pages never
        overlap. ``show``: select_related, prefetch_related, annotate for the rows of one page.
        ``fill``: sets on these rows, of a page or of a file, what only Python can work out.
        ``columns``: what the table can show, of which ``?cols=`` chooses. ``export``: the
        address that gives it as a file. ``opening``: what is asked for when the address asks
        for nothing; ``?all=1`` asks for everything.
        """
        self.request = request
        self.sorts = {key: tuple(order) for key, order in sorts.items()}
        self.default_sort = default_sort
        self.show = show
        self.columns = tuple(columns)
        self.opening = opening
        self.export = export
        self.fill = fill
        self.default_size = default_size or settings.ROWS_PER_PAGE
        self.filterset = filterset(request.GET, queryset=rows, request=request)
        self.form = self.filterset.form
        self.is_valid = self.form.is_valid()
        self.model: type[Model] = rows.model

    # --- rows ---------------------------------------------------------------------------

    @cached_property
    def rows(self) -> "QuerySet[Any]":
        """Every row that passes the filters: none while a filter has an error."""
        rows: QuerySet[Any] = self.filterset.qs
        return rows if self.is_valid else rows.none()

    @cached_property
    def sort(self) -> str:
        asked = self.request.GET.get("sort", "")
        return asked if asked.removeprefix("-") in self.sorts else self.default_sort

    @cached_property
    def size(self) -> int:
        asked = self.request.GET.get("size", "")
        return int(asked) if asked in map(str, PAGE_SIZES) else self.default_size

    @cached_property
    def _ordered_keys(self) -> "QuerySet[Any, Any]":
        return self.rows.order_by(*self._order()).values_list("pk", flat=True)

    def _order(self) -> list[OrderBy]:
        backwards = self.sort.startswith("-")
        named = [*self.sorts[self.sort.removeprefix("-")]]
        order = [_order_by(column) for column in named]
        if not any(column in ("pk", "-pk") for column in named):
            order.append(OrderBy(F("pk"), descending=order[-1].descending if order else False))
        if backwards:
            for column in order:
                column.reverse_ordering()
        return order

    @cached_property
    def _page(self) -> tuple[int, list[Any]]:
        """The page's number and its keys, one more than shown if a further page follows."""
        asked = self.request.GET.get("page", "")[:9]  # no page has more digits
        number = min(int(asked), LAST_PAGE_EVER) if asked.isdecimal() and int(asked) else 1
        keys = self._keys(number)
        if not keys and number > 1:  # past the end: the last page instead
            number = max(1, -(-self.rows.count() // self.size))
            keys = self._keys(number)
        return number, keys

    def _keys(self, number: int) -> list[Any]:
        start = (number - 1) * self.size
        return list(self._ordered_keys[start : start + self.size + 1])

    @property
    def number(self) -> int:
        return self._page[0]

    @cached_property
    def objects(self) -> list[Any]:
        """The rows to show, in order."""
        keys = self._page[1][: self.size]
        by_key = {row.pk: row for row in self._rows_of(keys)}
        shown = [by_key[key] for key in keys if key in by_key]
        self.fill(shown)
        return shown

    def _rows_of(self, keys: list[Any]) -> "QuerySet[Any]":
        """The rows with these keys. Worded once for each reader, where there are many rows and
        the list is not that of one record: of other shapes there would be many to keep."""

        def build(given: Given) -> "QuerySet[Any]":
            rows = self.show(self.model._default_manager.filter(pk__in=given.keys)).order_by()
            return with_columns(rows, self.shown_columns)

        given = Given(tuple(keys), timezone.now())
        match, user = self.request.resolver_match, getattr(self.request, "user", None)
        if (
            len(keys) < min(self.size, settings.ROWS_PER_PAGE)
            or user is None
            or match is None
            or match.kwargs
        ):
            return build(given)
        columns = tuple(column.key for column in self.shown_columns)
        rights = getattr(user, "acts", None)
        return standing((match.view_name, columns, user.pk, rights, len(keys)), build, given)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    # --- all of it ------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """How many rows pass, counted to the last."""
        return self.rows.order_by().count()

    def all_keys(self) -> list[Any]:
        """The keys of every row that passes, in order."""
        return list(self._ordered_keys)

    def chunks(self, keys: Sequence[Any], size: int = 1000) -> Iterator[list[Any]]:
        """The rows with these keys, in order, so many at a time: with what the shown columns
        read, and less those that no longer pass."""
        for start in range(0, len(keys), size):
            part = keys[start : start + size]
            rows = self.show(self.rows.filter(pk__in=part)).order_by()
            by_key = {row.pk: row for row in with_columns(rows, self.shown_columns)}
            found = [by_key[key] for key in part if key in by_key]
            self.fill(found)
            yield found

    @property
    def export_address(self) -> str:
        """The page that gives this list as a file, for those who may have it."""
        user = getattr(self.request, "user", None)
        if not (self.export and getattr(user, "may_export", False)):
            return ""
        address = self.address(page=None, size=None, more=None)
        return self.export + (address if address.startswith("?") else "")

    @property
    def written_columns(self) -> list[Column]:
        """The columns that the file has."""
        return written(self.shown_columns)

    # --- how many -------------------------------------------------------------------------

    @cached_property
    def count(self) -> int:
        """How many rows pass, counted as far as the cap and one more."""
        number, keys = self._page
        if number == 1 and len(keys) <= self.size:
            return len(keys)
        return self.rows.order_by().values("pk")[: settings.COUNT_CAP + 1].count()

    @property
    def is_capped(self) -> bool:
        return self.count > settings.COUNT_CAP

    @property
    def count_text(self) -> str:
        shown = number_format(min(self.count, settings.COUNT_CAP), force_grouping=True)
        return f"{shown}+" if self.is_capped else shown

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        return self.first + len(self.objects) - 1

    @property
    def has_next(self) -> bool:
        return len(self._page[1]) > self.size

    @property
    def last_number(self) -> int | None:
        """The last page's number, if the rows could be counted."""
        return None if self.is_capped else max(1, -(-self.count // self.size))

    # --- columns ------------------------------------------------------------------------------

    @cached_property
    def shown_columns(self) -> list[Column]:
        """The columns to draw and to export, in order."""
        return chosen(self.columns, self.request.GET.getlist("cols"))

    @property
    def column_choices(self) -> Iterator[Choice]:
        """The menu *Columns*: those shown first, in their order; the first one always stays."""
        shown = self.shown_columns[1:]
        keys = [column.key for column in shown]
        for place, column in enumerate(shown):
            swapped = [*keys[: place - 1], column.key, keys[place - 1], *keys[place + 1 :]]
            yield Choice(column, True, self.address(cols=",".join(swapped)) if place else "")
        for column in self.columns[1:]:
            if column.key not in keys:
                yield Choice(column, False, "")

    @property
    def column_state(self) -> list[tuple[str, str]]:
        """What the form of columns must carry along."""
        return [
            (name, value)
            for name, values in self._query().lists()
            if name not in ("cols", "page")
            for value in values
        ]

    @property
    def usual_columns_address(self) -> str:
        """The list with the columns of those who did not choose; empty if it shows them."""
        return self.address(cols=None) if self.request.GET.get("cols") else ""

    # --- addresses --------------------------------------------------------------------------

    def address(self, **changes: str | int | None) -> str:
        """This list with some parameters changed (``None`` takes one out)."""
        query = self._query()
        for name, value in changes.items():
            if value is None:
                query.pop(name, None)
            else:
                query[name] = str(value)
        return f"?{query.urlencode()}" if query else self.bare_address

    @property
    def bare_address(self) -> str:
        """The list without filters: everything, even where a bare address opens otherwise."""
        opens_otherwise = self.opening or self.saved.opening
        return f"{self.request.path}?all=1" if opens_otherwise else self.request.path

    @cached_property
    def saved(self) -> OfferedViews:
        """The saved views of this list for the reader; a list of one record has none, because a
        view keeps the name of its list only."""
        match = getattr(self.request, "resolver_match", None)
        if match is None or not match.view_name or match.kwargs:
            return OfferedViews()
        query = self.elsewhere("").removeprefix("?")
        return views_of_list(self.request, match.view_name, "" if query == "all=1" else query)

    def elsewhere(self, path: str) -> str:
        """The same filter, sort and columns on another page of the same rows."""
        query = self._query()
        for name in [name for name in query if name in ("page", "more")]:
            del query[name]
        return f"{path}?{query.urlencode() or 'all=1'}"

    def _query(self) -> QueryDict:
        query = self.request.GET.copy()
        query.pop("all", None)
        for name in [name for name, values in query.lists() if not any(values)]:
            del query[name]
        return query

    @property
    def next_address(self) -> str:
        return self.address(page=self.number + 1)

    @property
    def previous_address(self) -> str:
        return self.address(page=self.number - 1 if self.number > 2 else None)

    @property
    def sizes(self) -> list[tuple[int, str, bool]]:
        """Page sizes to choose from: (rows, address, whether it is this one)."""
        return [(n, self.address(size=n, page=None), n == self.size) for n in PAGE_SIZES]

    @property
    def more_address(self) -> str:
        return self.address(more=None if self.shows_more else 1)

    @property
    def clear_address(self) -> str:
        query = self._query()
        for name in set(query) - {"sort", "size", "cols"}:
            del query[name]
        return f"?{query.urlencode()}" if query else self.bare_address

    def sort_address(self, key: str) -> str:
        """Sort by ``key``; the other way round if it is already sorted so."""
        return self.address(sort=f"-{key}" if self.sort == key else key, page=None)

    # --- filters ------------------------------------------------------------------------------

    @property
    def shows_more(self) -> bool:
        return self.request.GET.get("more") == "1"

    @property
    def has_more(self) -> bool:
        return len(self.form.fields) > self._in_sight

    @property
    def _in_sight(self) -> int:
        return int(getattr(self.filterset, "in_sight", 3))

    @cached_property
    def fields(self) -> list[BoundField]:
        """Filter fields to draw: the first three, those with an error, or all under More."""
        return [
            field
            for place, field in enumerate(self.form)
            if place < self._in_sight or self.shows_more or field.errors
        ]

    @property
    def hidden_state(self) -> list[tuple[str, str]]:
        """What the filter form must carry along besides the fields it draws."""
        drawn = {name for field in self.fields for name in filter_names(field)}
        return [
            (name, value)
            for name, values in self._query().lists()
            if name not in drawn and name != "page"
            for value in values
        ]

    @cached_property
    def chips(self) -> list[Chip]:
        """The active filters, each removable by its link."""
        if not self.is_valid:
            return []
        return [chip for field in self.form for chip in self._chips_of(field)]

    def _chips_of(self, field: BoundField) -> Iterator[Chip]:
        value = self.form.cleaned_data.get(field.name)
        for name, raw, text in filter_parts(field, value):
            query = self._query()
            query.pop("page", None)
            left = [item for item in query.getlist(name) if raw is not None and item != raw]
            query.setlist(name, left)
            if not left:
                del query[name]
            without = f"?{query.urlencode()}" if query else self.bare_address
            yield Chip(str(field.label), text, without)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Filter errors: (field label, sentence)."""
        return [
            (str(self.form.fields[name].label) if name in self.form.fields else "", str(error))
            for name, errors in self.form.errors.items()
            for error in errors
        ]

    # --- the answer -----------------------------------------------------------------------------

    @property
    def is_fragment(self) -> bool:
        htmx = getattr(self.request, "htmx", None)
        return htmx is not None and bool(htmx) and not htmx.history_restore_request

    @property
    def frame(self) -> str:
        """What ``list.html`` extends: the whole page, or nothing around the region of rows."""
        return "region.html" if self.is_fragment else "base.html"

    def answer(self, template: str, **context: Any) -> HttpResponse:
        """The page, or its region alone when htmx asks for it; a bare address is sent on to
        what the list opens with, so that the address tells everything."""
        if not self.request.GET and not self.is_fragment:
            if self.saved.opening:
                return HttpResponseRedirect(self.saved.opening)
            if self.opening:
                return HttpResponseRedirect(f"{self.request.path}?{self.opening}")
        response = TemplateResponse(self.request, template, {"page": self, **context})
        patch_vary_headers(response, ["HX-Request"])
        return response


def _order_by(column: str | OrderBy) -> OrderBy:
    if isinstance(column, str):
        return OrderBy(F(column.removeprefix("-")), descending=column.startswith("-"))
    return column.copy()
