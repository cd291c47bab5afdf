"""What every page of the Django admin does: checked on each model that is registered."""

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin, RelatedFieldWidgetWrapper
from django.db.models import Model
from django.forms import ModelChoiceField
from django.test import Client, RequestFactory

from ifa_crm.shared.admin import HouseAdmin
from ifa_crm.staff.models import User

OURS = {"staff", "clusters", "investors", "meetings", "home"}
REGISTERED = sorted(
    (model for model in admin.site._registry if model._meta.app_label in OURS),
    key=lambda model: model._meta.label,
)

pytestmark = pytest.mark.django_db

each_model = pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.label)


@pytest.fixture
def client(administrator: User) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


def address(model: type[Model], page: str) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/{page}"


@each_model
def test_it_is_one_of_ours(model: type[Model]) -> None:
    assert isinstance(admin.site.get_model_admin(model), HouseAdmin)


@each_model
def test_its_list_can_be_read_and_searched(model: type[Model], client: Client) -> None:
    page = client.get(address(model, "") + "?q=nestlé+x")
    assert page.status_code == 200
    assert admin.site.get_model_admin(model).get_search_fields(page.wsgi_request)


@each_model
def test_a_row_can_be_added_or_it_is_made_elsewhere(model: type[Model], client: Client) -> None:
    assert client.get(address(model, "add/")).status_code in {200, 403}


@each_model
def test_nothing_is_deleted(model: type[Model], client: Client) -> None:
    page = client.get(address(model, ""))
    assert "delete_selected" not in page.content.decode()
    model_admin = admin.site.get_model_admin(model)
    assert not model_admin.has_delete_permission(page.wsgi_request)


@each_model
def test_every_foreign_key_is_completed_while_typing(
    model: type[Model], administrator: User
) -> None:
    request = RequestFactory().get("/")
    request.user = administrator
    model_admin = admin.site.get_model_admin(model)
    parts = [model_admin, *model_admin.get_inline_instances(request)]
    plain = [
        f"{type(part).__name__}.{name}"
        for part in parts
        for name, field in _fields(part, request).items()
        if isinstance(field, ModelChoiceField) and not _is_completed(field)
    ]
    assert plain == [], "let the other model's admin be searched, or draw check boxes"


def _fields(part, request):  # type: ignore[no-untyped-def]
    if isinstance(part, admin.ModelAdmin):
        return part.get_form(request).base_fields
    fields = part.get_formset(request).form.base_fields
    return {name: field for name, field in fields.items() if name != part.fk_name}


def _is_completed(field: ModelChoiceField) -> bool:
    widget = field.widget
    if isinstance(widget, RelatedFieldWidgetWrapper):
        widget = widget.widget
    return isinstance(widget, AutocompleteMixin) or "Checkbox" in type(widget).__name__


def test_the_sign_in_is_the_ordinary_one() -> None:
    answer = Client().get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_the_start_page_lists_what_there_is(client: Client) -> None:
    page = client.get("/admin/")
    assert page.status_code == 200
    assert "/admin/staff/user/" in page.content.decode()
    assert "/admin/auth/group/" not in page.content.decode()
