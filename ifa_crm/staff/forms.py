"""Sign-in, passwords and the profile."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.forms import FormParts, HouseForm, HouseModelForm
from ifa_crm.staff.choices import time_zones
from ifa_crm.staff.models import Absence, User


class _Entrance(FormParts):
    """An allauth form with labels in place of placeholders."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_Entrance, allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name or e-mail")
        self.fields["password"].help_text = ""


class ChangePasswordForm(_Entrance, allauth_forms.ChangePasswordForm):
    pass


class SetPasswordForm(_Entrance, allauth_forms.SetPasswordForm):
    pass


class ResetPasswordForm(_Entrance, allauth_forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(_Entrance, allauth_forms.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(_Entrance, allauth_forms.ReauthenticateForm):
    pass


class ProfileForm(ClashMixin, HouseModelForm):
    """What people say about themselves; office, roles and e-mail are an administrator's."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        help_text=_("Times on the pages are in this zone, unless they name another."),
    )
    groups = [
        (_("Who you are"), [("first_name", "last_name"), "phone"]),
        (_("How pages look to you"), [("language", "time_zone")]),
    ]

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone", "language", "time_zone"]


class AbsenceForm(HouseModelForm):
    """Days on which somebody is away."""

    groups = [(_("When"), [("first_day", "last_day")]), (_("Who stands in"), ["stand_in"])]

    class Meta:
        model = Absence
        fields = ["first_day", "last_day", "stand_in"]
        labels = {"stand_in": _("Stands in")}
        help_texts = {"stand_in": _("Standing in gives no right to see confidential records.")}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.user = user
        self.offer("stand_in", User.objects.filter(is_active=True).exclude(pk=user.pk))


class SavedViewForm(HouseForm):
    name = forms.CharField(label=_("Name"), max_length=60)
    is_shared = forms.BooleanField(
        label=_("For everybody in my office"),
        required=False,
        help_text=_("They read its name and its filter, and see what they may see."),
    )
    is_default = forms.BooleanField(
        label=_("Open the list with it"),
        required=False,
        help_text=_("For you alone. “Clear all” still shows everything."),
    )
    list = forms.CharField(widget=forms.HiddenInput, required=False)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)
    replace = forms.BooleanField(
        label=_("From now on show what the list shows now"), required=False
    )

    def __init__(self, *args: Any, user: User, can_replace: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.office_id is None:
            del self.fields["is_shared"]
        if not can_replace:
            del self.fields["replace"]
