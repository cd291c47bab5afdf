"""The public form: what a company that does not know us yet can tell us in a minute."""

import secrets
from typing import Any, Final

from crispy_forms.helper import FormHelper
from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clusters.models import Sector
from ifa_crm.shared.forms import HouseForm
from investors.forms.parts import country_choices
from investors.models import Objective
from investors.services.enquiries import Asked

_SALT: Final = "enquiry form"
TOO_QUICK: Final = 3  # seconds in which nobody fills it in
STALE: Final = 24 * 60 * 60
LONGEST: Final = 5000


def new_stamp() -> str:
    """A token and when the form was opened, signed."""
    return signing.TimestampSigner(salt=_SALT).sign(secrets.token_urlsafe(24))


def token_of(stamp: str, max_age: int | None = None) -> str:
    """The token of a stamp; ``BadSignature`` if it is not ours, or is older than ``max_age``."""
    return signing.TimestampSigner(salt=_SALT).unsign(stamp, max_age=max_age)


def _is_younger(stamp: str, seconds: int) -> bool:
    try:
        token_of(stamp, max_age=seconds)
    except signing.SignatureExpired:
        return False
    return True


def _line(text: str) -> str:
    return " ".join(text.split())


class EnquiryForm(HouseForm):
    """``fax`` is a trap: people do not see it. ``stamp`` says when the form was opened."""

    company = forms.CharField(label=_("Company"), max_length=200)
    country = forms.ChoiceField(
        label=_("Country"),
        choices=country_choices,
        help_text=_("From which your company is controlled."),
    )
    website = forms.URLField(
        label=_("Website"), max_length=200, required=False, assume_scheme="https"
    )
    person = forms.CharField(label=_("Your name"), max_length=120)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    text = forms.CharField(
        label=_("What you look for in France"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": "6"}),
        help_text=_("In your own words: what you make, what you want to do, by when."),
    )
    sectors: Any = forms.ModelMultipleChoiceField(
        None, label=_("Sectors"), required=False, widget=forms.CheckboxSelectMultiple
    )
    objectives: Any = forms.ModelMultipleChoiceField(
        None, label=_("What would help you"), required=False, widget=forms.CheckboxSelectMultiple
    )
    consent = forms.BooleanField(
        label=_("I have read the privacy notice and agree that the agency keeps what I write.")
    )
    fax = forms.CharField(required=False, max_length=LONGEST)
    stamp = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    groups = [
        (_("Your company"), ["company", ("country", "website")]),
        (_("You"), ["person", ("email", "phone")]),
        (_("What you look for"), ["text", "sectors", "objectives"]),
        (_("Your data"), ["consent"]),
    ]

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer("sectors", Sector.objects.all())
        self.offer("objectives", Objective.objects.all())
        self.initial.setdefault("stamp", new_stamp())
        for name, token in _AUTOCOMPLETE.items():
            self.fields[name].widget.attrs["autocomplete"] = token

    @cached_property
    def helper(self) -> FormHelper:
        """The trap and the stamp are drawn by the page."""
        helper = self._standard_helper()
        helper.render_unmentioned_fields = False
        return helper

    def clean_company(self) -> str:
        return _line(self.cleaned_data["company"])

    def clean_person(self) -> str:
        return _line(self.cleaned_data["person"])

    def clean_phone(self) -> str:
        return _line(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("fax"):
            raise ValidationError(_("Leave the field “Fax” empty, and send again."), "trap")
        self._check_stamp(cleaned.get("stamp") or "")
        return cleaned

    def _check_stamp(self, stamp: str) -> None:
        """What was typed is kept; a form that was open too long gets a new stamp."""
        try:
            token_of(stamp, max_age=STALE)
        except signing.BadSignature:
            renewed: Any = self.data.copy()  # type: ignore[attr-defined]
            renewed[self.add_prefix("stamp")] = new_stamp()
            self.data = renewed
            raise ValidationError(
                _("This page was open for a long time. Look through it and send it again."), "stale"
            ) from None
        if _is_younger(stamp, TOO_QUICK):
            raise ValidationError(
                _("That was very quick. Look through what you typed and send it again."), "quick"
            )

    @property
    def token(self) -> str:
        return token_of(self.cleaned_data["stamp"])

    @property
    def asked(self) -> Asked:
        names = ("company", "country", "person", "email", "text", "website", "phone")
        return Asked(
            **{name: self.cleaned_data[name] for name in names},
            sectors=list(self.cleaned_data["sectors"]),
            objectives=list(self.cleaned_data["objectives"]),
        )


# WCAG 1.3.5: what asks for the person says so to the browser.
_AUTOCOMPLETE: Final = {
    "company": "organization",
    "website": "url",
    "person": "name",
    "email": "email",
    "phone": "tel",
    "fax": "off",
}
