"""Users, roles, offices: an administrator's pages."""

from typing import Any
from urllib.parse import quote

from allauth.account.admin import EmailAddress
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.forms import CheckboxSelectMultiple, ChoiceField, ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.admin import HouseAdmin, HouseTabular
from ifa_crm.shared.admin_records import ReadOnlyAdmin
from ifa_crm.shared.extend import tell_hours_changed
from ifa_crm.staff.choices import time_zones
from ifa_crm.staff.models import Absence, ExportLog, Holiday, Office, User, WorkingHours
from ifa_crm.staff.roles import Role
from ifa_crm.staff.services import check_somebody_administers, settle_account

admin.site.unregister(Group)  # roles are fixed: staff.roles says what each may do
admin.site.unregister(EmailAddress)


class UserForm(UserChangeForm):
    time_zone = ChoiceField(label=_("Time zone"), choices=time_zones)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned is None or Role.ADMINISTRATOR not in self.instance.roles:
            return cleaned
        names = {group.name for group in cleaned.get("groups", ())}
        stays = cleaned.get("is_active") and Role.ADMINISTRATOR.value in names
        if not stays and not self.instance.is_superuser:
            check_somebody_administers(without=self.instance)
        return cleaned


class AbsenceInline(HouseTabular):
    model = Absence
    fk_name = "user"


@admin.register(User)
class UserAdmin(HouseAdmin, DjangoUserAdmin):
    """One who leaves is made inactive: history keeps the name."""

    form = UserForm
    add_form = AdminUserCreationForm
    list_display = ("username", "first_name", "last_name", "office", "role_names", "is_active")
    list_select_related = ("office",)
    list_filter = ("is_active", "groups", "may_export", "office", "language")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    date_hierarchy = "date_joined"
    readonly_fields = ("last_login", "date_joined", "is_staff", "is_superuser", "is_demo")
    filter_horizontal = ()
    inlines = (AbsenceInline,)
    fieldsets = (
        (None, {"fields": ("username", "password", "is_active")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "phone")}),
        (_("Place"), {"fields": ("office", "time_zone", "language")}),
        (_("Roles"), {"fields": ("groups", "may_export", "is_staff", "is_superuser", "is_demo")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "office")}),
        (_("Roles"), {"fields": ("groups",)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description=_("roles"))
    def role_names(self, user: User) -> str:
        return ", ".join(sorted(str(role.label) for role in user.roles))

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.inlines if obj else ()

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = CheckboxSelectMultiple()
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if field is not None and db_field.name == "groups":
            field.label, field.help_text = _("roles"), ""
        return field

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        settle_account(user=form.instance)
        if change and "office" in form.changed_data:
            tell_hours_changed(form.instance.office)
        if not form.instance.is_active and "is_active" in form.changed_data:
            self._point_to_handover(request, form.instance)

    def _point_to_handover(self, request: HttpRequest, user: User) -> None:
        """Whoever leaves hands over; the page is another app's, known by its name only."""
        address = f"{reverse('investors:handover_start')}?from={quote(user.username)}"
        words = _("What %(name)s still looks after can be handed over now:") % {"name": user}
        link = format_html('{} <a href="{}">{}</a>', words, address, _("hand over the leads"))
        self.message_user(request, link, messages.WARNING)


class DeletableInline(HouseTabular):
    """Hours and holidays that hold no more are taken away: nothing refers to them."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


class HoursInline(DeletableInline):
    model = WorkingHours


class HolidayInline(DeletableInline):
    model = Holiday


class OfficeForm(ModelForm):
    time_zone = ChoiceField(label=_("Time zone"), choices=time_zones)


@admin.register(Office)
class OfficeAdmin(HouseAdmin):
    form = OfficeForm
    list_display = ("name", "city", "country", "time_zone", "is_active")
    list_filter = ("is_active", "country")
    search_fields = ("name", "city")
    inlines = (HoursInline, HolidayInline)

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        """What rests on its hours, holidays and zone follows, in the same transaction."""
        super().save_related(request, form, formsets, change)
        tell_hours_changed(form.instance)


class OfOfficeAdmin(HouseAdmin):
    """Something that says when an office works."""

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        before = type(obj).objects.filter(pk=obj.pk).values_list("office", flat=True).first()
        super().save_model(request, obj, form, change)
        for office in Office.objects.filter(pk__in={before, obj.office_id} - {None}):
            tell_hours_changed(office)


@admin.register(Absence)
class AbsenceAdmin(HouseAdmin):
    list_display = ("user", "first_day", "last_day", "stand_in")
    list_select_related = ("user", "stand_in")
    list_filter = ("user__office",)
    search_fields = ("user__username", "user__first_name", "user__last_name")
    date_hierarchy = "first_day"


@admin.register(Holiday)
class HolidayAdmin(OfOfficeAdmin):
    list_display = ("date", "office", "name")
    list_select_related = ("office",)
    list_filter = ("office",)
    search_fields = ("name", "office__name")
    date_hierarchy = "date"


@admin.register(WorkingHours)
class WorkingHoursAdmin(OfOfficeAdmin):
    list_display = ("office", "weekday", "opens", "closes")
    list_select_related = ("office",)
    list_filter = ("office", "weekday")
    search_fields = ("office__name",)


@admin.register(ExportLog)
class ExportLogAdmin(ReadOnlyAdmin):
    list_display = ("at", "user", "of", "count", "format", "filter_words")
    list_select_related = ("user",)
    list_filter = ("of", "format", "user")
    search_fields = ("of", "query", "user__username")
    date_hierarchy = "at"
