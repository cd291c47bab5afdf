"""An e-mail that somebody pastes or uploads, and what was read from it, to be looked through."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import HouseForm
from ifa_crm.staff.models import User
from investors.choices import FRENCH, Direction, InteractionKind, Origin
from investors.files import check_file
from investors.forms.company import CompanyField
from investors.forms.parts import country_choices
from investors.mail_reading import LONGEST, Enclosed
from investors.models import Contact, Lead
from investors.services.interactions import Said

MOST_PASTED: Final = 200_000


class PasteForm(HouseForm):
    """Text, or an .eml file."""

    text = forms.CharField(
        label=_("The e-mail"),
        required=False,
        max_length=MOST_PASTED,
        widget=forms.Textarea(attrs={"rows": "12"}),
        help_text=_("With the lines that say from whom and when, as your mail program shows them."),
    )
    file = forms.FileField(
        label=_("Or an .eml file"),
        required=False,
        help_text=_("Saved from your mail program, up to 20 MB. Its attachments come with it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].widget.attrs["accept"] = ".eml,message/rfc822"

    def clean_file(self) -> "UploadedFile[bytes] | None":
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return None
        if (file.size or 0) > settings.ATTACHMENT_MAX_BYTES:
            raise ValidationError(
                _("“%(name)s” is larger than 20 MB."), "file_size", {"name": file.name}
            )
        start = file.read(4096)
        file.seek(0)
        is_message = (file.name or "").lower().endswith(".eml") and b":" in start
        if not is_message or b"\0" in start:
            raise ValidationError(_("This is no .eml file. Save the e-mail as .eml."), "no_eml")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("file") and not (cleaned.get("text") or "").strip():
            raise ValidationError(_("Paste an e-mail, or choose an .eml file."), "nothing")
        return cleaned


class MailForm(HouseForm):
    """What was read. It goes onto a lead, or begins one."""

    lead = RecordChoiceField(
        None,
        label=_("On the lead"),
        required=False,
        options_url="investors:lead_options",
        help_text=_("Leave it empty for a new lead."),
    )
    company = CompanyField(label=_("Company"), required=False)
    control_country = forms.ChoiceField(
        label=_("Controlled from"),
        choices=country_choices,
        required=False,
        help_text=_("For a company that is not on record as an investor yet."),
    )
    title = forms.CharField(label=_("Need in a few words"), max_length=150, required=False)
    direction = forms.ChoiceField(
        label=_("From whom"), choices=Direction.choices, widget=forms.RadioSelect
    )
    contact_name = forms.CharField(label=_("Their name"), max_length=120, required=False)
    contact_email = forms.EmailField(label=_("Their e-mail"), required=False)
    happened_at = forms.DateTimeField(label=_("When"), help_text=_("In your time zone."))
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    text = forms.CharField(label=_("Text"), max_length=LONGEST, widget=forms.Textarea)
    keep = forms.MultipleChoiceField(
        label=_("Attachments to keep"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    draft = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    groups = [
        (_("Where it belongs"), ["lead"]),
        (_("Or a new lead"), [("company", "control_country"), "title"]),
        (_("From and to"), ["direction", ("contact_name", "contact_email"), "happened_at"]),
        (_("What was said"), ["subject", "text", "keep"]),
    ]

    def __init__(
        self, *args: Any, user: User, enclosed: tuple[Enclosed, ...] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.enclosed = user, enclosed
        self.fields["company"].open_to(user)
        self.fields["text"].widget.attrs["rows"] = 12
        self.offer("lead", Lead.objects.visible_to(user).live().select_related("investor"))
        good = [(str(n), each.name) for n, each in enumerate(enclosed) if _is_taken(each)]
        self.fields["keep"].choices = good
        self.initial.setdefault("keep", [key for key, _name in good])
        left = [each.name for each in enclosed if not _is_taken(each)]
        if left:
            words = _("Not taken, by their type or size: %(names)s.")
            self.fields["keep"].help_text = words % {"names": ", ".join(left)}
        elif not enclosed:
            del self.fields["keep"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("lead") is None and "lead" not in self.errors:
            self._check_new(cleaned)
        if cleaned.get("contact_email") and not cleaned.get("contact_name"):
            cleaned["contact_name"] = cleaned["contact_email"]
        return cleaned

    def _check_new(self, cleaned: dict[str, Any]) -> None:
        """A new lead needs a company, its country and its need."""
        company = cleaned.get("company")
        if company is None:
            if "company" not in self.errors:
                self.add_error("company", _("Choose a lead, or say which company it is."))
            return
        if not cleaned.get("title") and "title" not in self.errors:
            self.add_error("title", _("Say in a few words what they need."))
        if company.investor is None and not cleaned.get("control_country"):
            seat = company.organisation.country.code if company.organisation else ""
            cleaned["control_country"] = "" if seat in FRENCH else seat
            if not cleaned["control_country"] and "control_country" not in self.errors:
                self.add_error("control_country", _("Say from which country it is controlled."))

    @property
    def said(self) -> Said:
        names = ("happened_at", "direction", "subject", "text")
        given = {name: self.cleaned_data[name] for name in names}
        return Said(kind=InteractionKind.EMAIL, **given)

    @property
    def chosen_files(self) -> "list[UploadedFile[bytes]]":
        chosen = self.cleaned_data.get("keep", [])
        return [_upload(self.enclosed[int(key)]) for key in chosen]

    @property
    def contact(self) -> dict[str, Any] | None:
        if not self.cleaned_data["contact_name"]:
            return None
        return {name: self.cleaned_data[f"contact_{name}"] for name in ("name", "email")}

    @property
    def lead_fields(self) -> dict[str, Any]:
        return {
            "title": self.cleaned_data["title"],
            "wants": self.cleaned_data["text"],
            "origin": Origin.ENQUIRY,
        }

    @property
    def investor(self) -> Any:
        """The one on record, or the fields of a new one."""
        company = self.cleaned_data["company"]
        if company.investor is not None:
            return company.investor
        made: dict[str, Any] = {
            "name": company.name,
            "control_country": self.cleaned_data["control_country"],
        }
        if company.organisation is not None:
            made |= {"organisation": company.organisation, "city": company.organisation.city}
        return made

    def add_service_error(self, error: ValidationError) -> None:
        """A contact's and an investor's errors stand at the fields of this form."""
        if hasattr(error, "error_dict"):
            here = {"email": "contact_email", "name": "contact_name"}
            error = ValidationError(
                {here.get(name, name): each for name, each in error.error_dict.items()}
            )
        super().add_service_error(error)


def _upload(each: Enclosed) -> "UploadedFile[bytes]":
    return SimpleUploadedFile(each.name, each.content)


def _is_taken(each: Enclosed) -> bool:
    try:
        check_file(_upload(each))
    except ValidationError:
        return False
    return True


def lead_of_sender(user: User, email: str) -> Lead | None:
    """The one live lead that ``user`` sees and that this address writes about, if it is one."""
    if not email:
        return None
    people = Contact.objects.visible_to(user).live().filter(email__iexact=email)
    rows = Lead.objects.visible_to(user).live()
    found = list(rows.filter(investor__in=people.values("investor"))[:2])
    return found[0] if len(found) == 1 else None
