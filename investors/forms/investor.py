"""Investors and their contacts."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clusters.models import Organisation
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import HouseModelForm
from ifa_crm.staff.models import User
from investors.models import Contact, Investor

HIDEABLE = ("parent", "organisation")


class InvestorForm(ClashMixin, HouseModelForm):
    """A foreign company. A parent or organisation that the person may not see stays as it is."""

    parent = RecordChoiceField(
        None,
        label=_("Group parent"),
        required=False,
        options_url="investors:investor_options",
        help_text=_("The company above it, if that is on record as an investor."),
    )
    organisation = RecordChoiceField(
        None,
        label=_("Known organisation"),
        required=False,
        options_url="investors:organisation_options",
        help_text=_("If it is already a member or partner of a cluster."),
    )
    # Longer than the number: people write it in groups.
    lei = forms.CharField(label=_("LEI"), max_length=40, required=False)
    siren = forms.CharField(label=_("SIREN"), max_length=40, required=False)
    groups = [
        (_("Names"), ["name", ("native_name", "romanised_name"), "other_names"]),
        (_("Where"), [("control_country", "seat_country"), ("city", "website")]),
        (_("Group and size"), ["parent", "size"]),
        (_("In France"), [("presence", "presence_site"), "organisation"]),
        (_("Identifiers"), [("lei", "siren"), "register_number"]),
        (_("Notes"), ["notes"]),
    ]

    class Meta:
        model = Investor
        fields = [
            *("name", "native_name", "romanised_name", "other_names", "control_country"),
            *("seat_country", "city", "website", "parent", "size", "presence", "presence_site"),
            *("organisation", "lei", "siren", "register_number", "notes"),
        ]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        instance: Investor = kwargs.get("instance") or Investor()
        self.hidden = {name for name in HIDEABLE if is_hidden(instance, name, user)}
        super().__init__(*args, **kwargs)
        self.let_spaces_in(self)
        self.initial.update(dict.fromkeys(self.hidden))
        investors = _live_or(Investor.objects.visible_to(user), instance.parent_id)
        self.offer("parent", investors.exclude(pk=instance.pk))
        organisations = Organisation.objects.visible_to(user)
        self.offer("organisation", _live_or(organisations, instance.organisation_id))

    def _stored(self, name: str) -> Any:
        return None if name in self.hidden else super()._stored(name)

    @staticmethod
    def let_spaces_in(form: Any) -> None:
        """Identifiers are pasted as they are printed, in groups."""
        for name in ("lei", "siren"):
            field = form.fields.get(name)
            if field is not None:
                field.max_length = None
                field.validators = [each for each in field.validators if each.code != "max_length"]
                field.widget.attrs.pop("maxlength", None)

    def clean_lei(self) -> str:
        return "".join(self.cleaned_data["lei"].split()).upper()

    def clean_siren(self) -> str:
        return "".join(self.cleaned_data["siren"].split())

    @property
    def changes(self) -> dict[str, Any]:
        """What is to be written; nothing for a hidden record that nobody replaced."""
        return {
            name: self.cleaned_data[name]
            for name in self._meta.fields or ()
            if name not in self.hidden or self.cleaned_data[name] is not None
        }


def _live_or(rows: "QuerySet[Any]", key: int | None) -> "QuerySet[Any]":
    """Those that are not archived, and the one that stands there already."""
    return rows.filter(Q(archived_at__isnull=True) | Q(pk=key))


def is_hidden(investor: Investor, name: str, user: User) -> bool:
    key = getattr(investor, f"{name}_id")
    model: Any = Investor if name == "parent" else Organisation
    return key is not None and not model.objects.visible_to(user).filter(pk=key).exists()


class ContactForm(ClashMixin, HouseModelForm):
    """A person at the investor."""

    groups = [
        (_("Who"), [("name", "native_name"), "position", "is_active"]),
        (_("How to reach them"), [("email", "phone"), "language"]),
    ]

    class Meta:
        model = Contact
        fields = [
            *("name", "native_name", "position", "is_active", "email", "phone", "language"),
        ]

    @property
    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}
