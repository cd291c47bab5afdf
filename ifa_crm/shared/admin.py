"""What every page of the Django admin does alike.

``HouseAdmin`` deletes nothing, completes every foreign key while one types, finds folded text
and shows the audit log as the history of a row. ``HouseTabular`` and ``HouseStacked`` are its
inlines. States stay read-only there: ``save_model`` of an app's admin calls the app's services,
and may let their ``ValidationError`` pass: the page comes back with it, as typed.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Field, ForeignKey, ManyToManyField, Model, Q, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from ifa_crm.shared.history import changes_of


def in_use(model: type[Model]) -> Q:
    """What a picker offers: nothing archived, and nobody who has left."""
    names = {field.name for field in model._meta.fields}
    condition = Q()
    if "archived_at" in names:
        condition &= Q(archived_at__isnull=True)
    if "is_active" in names:
        condition &= Q(is_active=True)
    return condition


def is_picking(request: HttpRequest) -> bool:
    """Whether a picker asks, and not a list."""
    return request.resolver_match is not None and request.resolver_match.url_name == "autocomplete"


class _Completing:
    """Completes every relation to a model whose admin can be searched; deletes nothing."""

    model: type[Model]
    admin_site: admin.AdminSite

    def get_autocomplete_fields(self, request: HttpRequest) -> list[str]:
        return [field.name for field in self._relations() if self._can_be_searched(field)]

    def _relations(self) -> "list[Field[Any, Any]]":
        meta = self.model._meta
        return [
            field
            for field in (*meta.fields, *meta.many_to_many)
            if isinstance(field, ForeignKey | ManyToManyField) and field.editable
        ]

    def _can_be_searched(self, field: "Field[Any, Any]") -> bool:
        through = getattr(field.remote_field, "through", None)
        if through is not None and not through._meta.auto_created:
            return False
        other = field.related_model
        return (
            isinstance(other, type)
            and self.admin_site.is_registered(other)
            and bool(self.admin_site.get_model_admin(other).search_fields)
        )

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class HouseChangeList(ChangeList):
    """A year that no calendar has is a wrong filter like any other: the list without filters."""

    def get_filters(self, request: HttpRequest) -> Any:
        try:
            return super().get_filters(request)
        except OverflowError as error:
            raise IncorrectLookupParameters(error) from error


class HouseAdmin(_Completing, admin.ModelAdmin):
    """The base of every admin page."""

    list_per_page = 50
    show_full_result_count = False  # a second count of every row, on each search
    save_on_top = True

    def get_search_fields(self, request: HttpRequest) -> Any:
        declared = super().get_search_fields(request)
        return declared or (("search_text",) if self._folds() else ())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return HouseChangeList

    def _folds(self) -> bool:
        return any(field.name == "search_text" for field in self.opts.fields)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Any], bool]":
        """Folded text finds as it does on the pages: Nestlé by ``nestle``."""
        if is_picking(request):
            queryset = queryset.filter(in_use(queryset.model))
        if search_term and self._folds() and hasattr(queryset, "search"):
            return queryset.search(search_term), False
        return super().get_search_results(request, queryset, search_term)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the refusal of a service on the form: the first try was rolled back as a whole."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as refusal:
            request.refusal = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form: type[ModelForm] = super().get_form(request, obj, change=change, **kwargs)
        refusal = getattr(request, "refusal", None)
        return form if refusal is None else _refused(form, refusal)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every recorded change of the row, whoever made it and by whichever way."""
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Changes: %s") % record,
            "module_name": str(self.opts.verbose_name_plural),
            "opts": self.opts,
            "object": record,
            "changes": changes_of(request.user, [record], before=request.GET.get("before")),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/changes.html", context)


def _refused(form: type[ModelForm], refusal: ValidationError) -> type[ModelForm]:
    """``form`` with a service's refusal, at the field where it has that field."""

    class Refused(form):  # type: ignore[valid-type]
        def clean(self) -> Any:
            cleaned = super().clean()
            if not hasattr(refusal, "error_dict"):
                raise refusal
            for name, errors in refusal.error_dict.items():
                self.add_error(name if name in self.fields else None, errors)
            return cleaned

    return Refused


class HouseTabular(_Completing, admin.TabularInline):
    extra = 0
    show_change_link = True

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """In a table the column's head names a field to the eye only."""
        formset = super().get_formset(request, obj, **kwargs)
        for field in formset.form.base_fields.values():
            widget = getattr(field.widget, "widget", field.widget)
            if widget is not None:
                widget.attrs.setdefault("aria-label", field.label)
        return formset


class HouseStacked(_Completing, admin.StackedInline):
    extra = 0
    show_change_link = True
