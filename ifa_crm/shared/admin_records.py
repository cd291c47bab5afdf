"""Admin pages of records: what they show and find, and the pages that they lead to.

``RecordAdmin`` is the base of an app's admin; ``ReadOnlyAdmin`` shows what nobody types (logs,
bookings). What is written goes through services: ``ifa_crm.shared.admin_services``.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.db import models
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from ifa_crm.shared.admin import HouseAdmin, HouseTabular, in_use, is_picking
from ifa_crm.shared.fold import search_words

Text = str | Promise
Act = tuple[Text, str, Sequence[Any]]  # what the link says, the URL's name, its arguments


def address_of(name: str, *arguments: Any) -> str:
    """The address of a page, or an empty text where there is no such page."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def links(acts: Iterable[Act]) -> SafeString:
    """The acts whose pages there are, as links on one line."""
    found = [(address_of(name, *arguments), label) for label, name, arguments in acts]
    shown = format_html_join(
        " · ", '<a href="{}">{}</a>', ((address, label) for address, label in found if address)
    )
    return shown or format_html('<span class="unrecorded">{}</span>', _("nothing"))


def page_of(record: Any) -> str:
    """Where the pages show ``record``, or an empty text."""
    try:
        address: str = record.get_absolute_url()
    except (AttributeError, NoReverseMatch):
        return ""
    return address


ARCHIVE = (
    _("Archive"),
    {"fields": ["archived_at", "archived_by", "archive_reason"], "classes": ["collapse"]},
)
ARCHIVE_FIELDS = ("archived_at", "archived_by", "archive_reason")


class ArchivedFilter(admin.SimpleListFilter):
    title = _("archived")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("no", _("No")), ("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        if self.value() is None:
            return queryset
        return queryset.filter(archived_at__isnull=self.value() == "no")


class CountryFilter(admin.AllValuesFieldListFilter):
    """The countries that occur, by name."""

    def choices(self, changelist: Any) -> Any:
        for choice in super().choices(changelist):
            code = str(choice["display"])
            yield choice | {"display": countries.name(code) or choice["display"]}


def country(name: str, label: Text) -> Any:
    """A column with the name of the country in the field ``name``."""

    @admin.display(description=label, ordering=name)
    def shown(record: Any) -> str:
        return getattr(record, name).name or "-"

    return shown


class _Finding:
    """Searches folded text, on the row itself or on those it belongs to."""

    search_fields: Sequence[str]

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """Rows with every word in one of the folded fields, or as typed in one of the others."""
        if is_picking(request):
            queryset = queryset.filter(in_use(queryset.model))
        folded = [name for name in self.search_fields if name.endswith("search_text")]
        plain = [name for name in self.search_fields if name not in folded]
        words = search_words(search_term)
        if not words:
            return queryset, False
        found = _every_word(words, folded, "contains")
        if plain:
            found |= _every_word(search_term.split(), plain, "icontains")
        return queryset.filter(found), False


def _every_word(words: Iterable[str], names: Sequence[str], lookup: str) -> Q:
    condition = Q()
    for word in words:
        anywhere = Q(pk__in=[])
        for name in names:
            anywhere |= Q(**{f"{name}__{lookup}": word})
        condition &= anywhere
    return condition


class RecordAdmin(_Finding, HouseAdmin):
    """A record with its own page elsewhere.

    ``fixed_fields`` are chosen when the row is made. ``made_at`` names the page that makes rows
    where the admin does not. ``acts_of`` lists the pages on which the record goes on: what its
    read-only field ``acts`` shows. ``groups`` are fieldsets with fields of the form that have the
    name of a relation with attributes, which Django's own check takes for a mistake. Fields that
    only some records have are ``shown_if_set``.
    """

    list_select_related: Sequence[str] = ()
    readonly_fields: Sequence[str] = ()
    fixed_fields: ClassVar[Sequence[str]] = ()
    made_at: ClassVar[Act | None] = None
    inlines_on_add: ClassVar[Sequence[Any]] = ()
    groups: ClassVar[Sequence[Any]] = ()
    shown_if_set: ClassVar[Sequence[str]] = ()
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """With what the name of a row is made of, in pickers too."""
        rows = super().get_queryset(request)
        return rows.select_related(*self.list_select_related) if self.list_select_related else rows

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        declared = tuple(super().get_readonly_fields(request, obj))
        return declared if obj is None else (*declared, *self.fixed_fields)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Before a row is made, only what can be typed."""
        declared = self.groups or super().get_fieldsets(request, obj)
        if obj is None:
            return less_fields(declared, set(self.get_readonly_fields(request)))
        unset = {name for name in self.shown_if_set if getattr(obj, name) in (None, "")}
        return less_fields(declared, unset)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj else self.inlines_on_add

    def view_on_site(self, record: Any) -> str | None:
        return page_of(record) or None

    def acts_of(self, record: Any) -> Iterable[Act]:
        return ()

    @admin.display(description=_("on the pages"))
    def acts(self, record: Any) -> SafeString:
        return links(self.acts_of(record))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        elsewhere = None
        if self.made_at is not None:
            label, name, arguments = self.made_at
            elsewhere = {"label": label, "url": address_of(name, *arguments)}
        context = {"made_elsewhere": elsewhere} | (extra_context or {})
        return super().changelist_view(request, context)


def less_fields(fieldsets: Iterable[Any], away: set[str]) -> list[Any]:
    """The fieldsets less the fields in ``away``; one that has nothing left goes."""
    kept = [(title, options, _without(options["fields"], away)) for title, options in fieldsets]
    return [(title, options | {"fields": names}) for title, options, names in kept if names]


def _without(names: Iterable[Any], away: set[str]) -> list[Any]:
    """Less those in ``away``; names in a tuple stand on one line."""
    kept: list[Any] = []
    for name in names:
        if isinstance(name, list | tuple):
            kept.extend([rest] if (rest := tuple(_without(name, away))) else [])
        elif name not in away:
            kept.append(name)
    return kept


class ReadOnlyAdmin(RecordAdmin):
    """Rows that services write; a list of them is here to be searched and read."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        declared = super().get_readonly_fields(request, obj)
        return tuple(dict.fromkeys([*declared, *flatten(self.fields or ())]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadOnlyInline(HouseTabular):
    """Rows below a record that are made and changed elsewhere. ``related``: what they name.

    Of the class ``nameless`` are those whose columns say all there is to say.
    """

    related: ClassVar[Sequence[str]] = ()
    can_delete = False
    view_on_site = False

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        return tuple(self.fields or ())

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


# --- Logs of states ----------------------------------------------------------------------


def to_state_filter(states: Iterable[tuple[str, Text]]) -> type[admin.SimpleListFilter]:
    """A filter of a log by the state that was reached, in words."""

    class ToStateFilter(admin.SimpleListFilter):
        title = _("to")
        parameter_name = "to_state"

        def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
            return list(states)

        def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
            value = self.value()
            return queryset if value is None else queryset.filter(to_state=value)

    return ToStateFilter


class _Moves:
    """The moves of a record, in words. ``states``: what its states are called."""

    states: ClassVar[Iterable[tuple[str, Text]]] = ()

    def _word(self, state: str) -> str:
        return str(dict(self.states).get(state, state))

    @admin.display(description=_("from"), ordering="from_state")
    def was(self, row: Any) -> str:
        return self._word(row.from_state) or "-"

    @admin.display(description=_("to"), ordering="to_state")
    def became(self, row: Any) -> str:
        return self._word(row.to_state)

    @admin.display(description=_("passed over"))
    def skipped(self, row: Any) -> str:
        return ", ".join(map(self._word, row.passed_over)) or "-"


class MovesInline(_Moves, ReadOnlyInline):
    related = ("actor",)
    classes = ("collapse", "nameless")
    verbose_name_plural = _("moves")
    fields: Sequence[str] = ("at", "actor", "was", "became", "skipped", "reason")
    readonly_fields = ("was", "became", "skipped")  # Django's checks look for the columns here
    show_change_link = False


class MovesAdmin(_Moves, ReadOnlyAdmin):
    """All moves of one kind of record. ``record`` is the name of the field that leads to it."""

    record = ""
    date_hierarchy = "at"
    readonly_fields = ("was", "became", "skipped")

    def view_on_site(self, record: Any) -> str | None:
        return page_of(getattr(record, self.record)) or None
