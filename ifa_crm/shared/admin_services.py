"""Admin pages whose writes are acts of the services.

A page that is sent goes to ``save_record`` of its admin, then each row below it that was changed
to ``save_row`` of its inline, all in one transaction. What a service refuses stands on the page at
the field or the row it is about, with everything typed kept, and nothing is written.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.admin import HouseTabular, in_use
from ifa_crm.shared.admin_records import RecordAdmin, less_fields
from ifa_crm.shared.clash import BASE, ClashMixin
from ifa_crm.shared.forms import FormParts


class RowRefusedError(Exception):
    """A service refused a row below the record: the one whose form has this prefix."""

    def __init__(self, refusal: ValidationError, prefix: str) -> None:
        self.refusal, self.prefix = refusal, prefix
        super().__init__(refusal, prefix)


class _Parts(FormParts):
    """Offers only what is in use, and what stands there already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                there = Q(pk__in=_keys(self.initial.get(name)))
                if condition := in_use(field.queryset.model):
                    field.queryset = field.queryset.filter(condition | there)


def _keys(value: Any) -> list[Any]:
    several = isinstance(value, list | tuple | QuerySet)
    return [getattr(one, "pk", one) for one in (value if several else [value]) if one is not None]


class AdminForm(_Parts, ClashMixin, forms.ModelForm):
    """A record; two administrators who change the same field are told of each other."""

    clash_base = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def _salt(self) -> str:
        return f"clash:admin:{self._meta.model._meta.label}:{self.instance.pk}"

    def _watched(self) -> list[str]:
        return [name for name in super()._watched() if name != BASE]

    def _settle(self, base: Any) -> None:
        if self.instance.pk:  # there is nothing yet that somebody else could have changed
            super()._settle(base)

    @cached_property
    def changed_data(self) -> list[str]:
        return [name for name in super().changed_data if name != BASE]

    def values(self, *names: str) -> dict[str, Any]:
        """What these fields say; those that the page does not ask for are left out."""
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


class RowForm(_Parts, forms.ModelForm):
    """A row below a record."""

    refused: ClassVar[RowRefusedError | None] = None

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.refused is not None and self.refused.prefix == self.prefix:
            self.add_service_error(self.refused.refusal)


class ServiceInline(HouseTabular):
    """Rows below a record. Rows of a record that cannot be changed cannot be, either."""

    form = RowForm
    related: ClassVar[Sequence[str]] = ()
    can_delete = False
    view_on_site = False

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        """Call the service for one row that was added or changed."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.inline, formset.form.refused = self, getattr(request, "refused_row", None)
        return formset

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._may(request, obj)

    def _may(self, request: HttpRequest, parent: Any) -> bool:
        above = self.admin_site.get_model_admin(self.parent_model)
        return above.has_change_permission(request, parent)


class PartInline(ServiceInline):
    """Rows that the service of the record writes along with it."""

    def save_row(self, request: HttpRequest, form: RowForm) -> None:
        """Written already."""


class AddOnlyInline(ServiceInline):
    """Rows are added here and changed elsewhere."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ServiceAdmin(RecordAdmin):
    """A record that only services write.

    ``errors_at``: under which name of this form stands what a service calls otherwise.
    """

    form = AdminForm
    errors_at: ClassVar[Mapping[str, str]] = {}

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Model:
        """Call the service and return the record."""
        raise NotImplementedError

    def lock(self, record: Any) -> None:
        """Hold what the service is going to hold, in its order; part of a transaction."""
        rows = type(record)._base_manager.select_for_update(of=("self",))
        rows.filter(pk=record.pk).first()

    # --- The page --------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except RowRefusedError as refused:  # the first try was rolled back as a whole
            request.refused_row = refused  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """The record; while a page is being sent it is held, so that no change gets between."""
        record = super().get_object(request, object_id, from_field)
        if record is None or not transaction.get_connection().in_atomic_block:
            return record
        if request.method == "POST":
            self.lock(record)
            record = super().get_object(request, object_id, from_field)
        return record

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if change and not self.has_change_permission(request, obj):
            kwargs["form"] = forms.ModelForm  # it only shows: none of the declared fields
        return super().get_form(request, obj, change=change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """With the hidden field by which a clash is noticed; what is only read has no form."""
        declared = super().get_fieldsets(request, obj)
        changeable = obj is not None and self.has_change_permission(request, obj)
        away = {BASE}
        if obj is not None and not changeable:
            away |= {name for name in flatten_fieldsets(declared) if not self._can_show(name)}
        kept = less_fields(declared, away)
        if changeable:
            kept[-1][1]["fields"].append(BASE)
        return kept

    def _can_show(self, name: str) -> bool:
        return hasattr(self, name) or hasattr(self.model, name)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self.is_changeable(obj))

    def is_changeable(self, record: Any) -> bool:
        """Not while it is archived."""
        return not getattr(record, "is_archived", False)

    # --- What is sent -----------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Everything is written by :meth:`save_related`, where the rows below are at hand."""

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> None:
        for formset in formsets:
            formset.save(commit=False)  # notes what changed, for the message
        with self._renaming():
            saved = self.save_record(request, form, formsets, change)
        _become(form.instance, saved)
        for formset in formsets:
            for row in changed_rows(formset):
                setattr(row.instance, formset.fk.name, form.instance)
                with _refusing(row):
                    formset.inline.save_row(request, row)

    @contextmanager
    def _renaming(self) -> Iterator[None]:
        try:
            yield
        except ValidationError as refusal:
            if not hasattr(refusal, "error_dict"):
                raise
            by_name = refusal.error_dict.items()
            raise ValidationError({self.errors_at.get(n, n): each for n, each in by_name}) from None


class ReferenceAdmin(ServiceAdmin):
    """Reference data: no other row depends on what it says, so what the form checked is saved."""

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Model:
        form.instance.save()
        saved: Model = form.instance
        return saved


class PlacedRow(RowForm):
    """A row whose place among its like is typed; the service numbers them."""

    place = forms.IntegerField(label=_("order"), min_value=1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["place"] = self.instance.order


def in_their_places(formset: Any) -> list[Any]:
    """The rows on a page in the order that was typed; those without one come last."""
    rows = [row for row in formset.forms if row.instance.pk or row.has_changed()]
    rows.sort(key=lambda row: row.cleaned_data.get("place") or float("inf"))
    return [row.instance for row in rows]


@contextmanager
def _refusing(row: RowForm) -> Iterator[None]:
    try:
        yield
    except ValidationError as refusal:
        raise RowRefusedError(refusal, str(row.prefix)) from refusal


def changed_rows(formset: Any) -> list[RowForm]:
    """The rows below a record that were added or changed."""
    if not hasattr(formset, "inline"):  # rows that are shown only
        return []
    return [row for row in formset.forms if row.has_changed()]


def rows_of(formsets: Sequence[Any], model: type[Model]) -> Any:
    """The rows of ``model`` on a page."""
    return next(formset for formset in formsets if formset.model is model)


def _become(instance: Model, saved: Model) -> None:
    """Let the page go on with the record as the service left it."""
    if instance is not saved:
        instance.pk, instance._state.adding = saved.pk, False
        instance.refresh_from_db()
