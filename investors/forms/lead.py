"""A lead: begun in under a minute, edited at leisure."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.forms.fields import TopicsField
from clusters.models import Region, Sector
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.forms import HouseForm, HouseModelForm
from ifa_crm.staff.models import User
from investors.choices import (
    FRENCH,
    Answer,
    Confidential,
    Direction,
    InteractionKind,
    Origin,
    Result,
)
from investors.forms.company import Company, CompanyField
from investors.forms.parts import CurrencyField, country_choices
from investors.models import Investor, Lead, Objective
from investors.services.actions import NextAction
from investors.services.interactions import Said

AMOUNTS: Final = ("budget", "investment", "jobs")
_HEARD: Final = (InteractionKind.EMAIL, InteractionKind.CALL, InteractionKind.VISIT)


class _FirstSteps(HouseForm):
    """What every new lead asks for besides its investor."""

    title = forms.CharField(
        label=_("Need in a few words"),
        max_length=150,
        help_text=_("For instance: partner for hydrogen tanks."),
    )
    wants = forms.CharField(label=_("What they want"), required=False, widget=forms.Textarea)
    origin = forms.ChoiceField(label=_("Origin"), choices=Origin.choices)
    origin_detail = forms.CharField(label=_("Through whom"), max_length=200, required=False)
    confidential = forms.ChoiceField(
        label=_("Confidential"),
        choices=Confidential.choices,
        help_text=_("If yes, only you and those you admit see it, and managers."),
    )
    contact_name = forms.CharField(label=_("Name"), max_length=120, required=False)
    contact_position = forms.CharField(label=_("Position"), max_length=120, required=False)
    contact_email = forms.EmailField(label=_("E-mail"), required=False)
    contact_phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    action_what = forms.CharField(label=_("First action"), max_length=200)
    action_due = forms.DateField(label=_("Due"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        first = {
            "action_what": _("First contact"),
            "action_due": timezone.localdate(),
            "origin": Origin.ENQUIRY,
            "confidential": Confidential.NOT_ASKED,
        }
        super().__init__(*args, **kwargs | {"initial": first | (kwargs.get("initial") or {})})
        self.user = user

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        parts = ("contact_position", "contact_email", "contact_phone")
        if any(cleaned.get(part) for part in parts) and not cleaned.get("contact_name"):
            self.add_error("contact_name", _("Say who that is."))
        return cleaned

    @property
    def following(self) -> NextAction:
        due: dt.date = self.cleaned_data["action_due"]
        return NextAction(what=self.cleaned_data["action_what"], due=due)

    @property
    def contact(self) -> dict[str, Any] | None:
        if not self.cleaned_data["contact_name"]:
            return None
        names = ("name", "position", "email", "phone")
        return {name: self.cleaned_data[f"contact_{name}"] for name in names}

    @property
    def lead_fields(self) -> dict[str, Any]:
        names = ("title", "wants", "origin", "origin_detail", "confidential")
        return {name: self.cleaned_data[name] for name in names}

    def add_service_error(self, error: ValidationError) -> None:
        """A contact's and an action's errors stand at the fields of this form."""
        if hasattr(error, "error_dict"):
            here = {self._here(name): errors for name, errors in error.error_dict.items()}
            error = ValidationError(here)
        super().add_service_error(error)

    @staticmethod
    def _here(name: str) -> str:
        return {"email": "contact_email", "due": "action_due", "name": "company"}.get(name, name)


class LeadStartForm(_FirstSteps):
    """A new lead: its investor is found by typing, or made on the way."""

    company = CompanyField(
        label=_("Company"),
        help_text=_("Type its name: investors and organisations on record are found."),
    )
    control_country = forms.ChoiceField(
        label=_("Controlled from"),
        choices=country_choices,
        required=False,
        help_text=_("For a company that is not on record as an investor yet."),
    )
    said_kind = forms.ChoiceField(
        label=_("How they told us"),
        choices=[(kind.value, kind.label) for kind in _HEARD],
        required=False,
    )
    said = forms.CharField(
        label=_("What they said"),
        required=False,
        widget=forms.Textarea,
        help_text=_("Logged as said just now. A message waits for an answer; a talk is one."),
    )
    by_rules = forms.BooleanField(
        label=_("Let the rules say whose it is"),
        required=False,
        help_text=_("By country and turn, as for the public form. Otherwise it is yours."),
    )
    field_order = ["company", "control_country"]
    groups = [
        (_("Who"), [("company", "control_country")]),
        (_("What they need"), ["title", "wants", ("origin", "origin_detail"), "confidential"]),
        (
            _("Contact"),
            [("contact_name", "contact_position"), ("contact_email", "contact_phone")],
        ),
        (_("What was said"), ["said_kind", "said"]),
        (_("What comes next"), [("action_what", "action_due"), "by_rules"]),
    ]

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["company"].open_to(user)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        company: Company | None = cleaned.get("company")
        if company is None or company.investor is not None:
            return cleaned
        seat = company.organisation.country.code if company.organisation else None
        if not cleaned.get("control_country"):
            if not seat:
                self.add_error("control_country", _("Say from which country it is controlled."))
            cleaned["control_country"] = seat or ""
        if seat in FRENCH and not self.data.get(self.add_prefix("control_country")):
            self.add_error(
                "control_country",
                _(
                    "%(name)s is on record as an organisation in France. If it is controlled "
                    "from another country, say from which: the agency works for foreign companies."
                )
                % {"name": company.name},
            )
        return cleaned

    @property
    def heard(self) -> Said | None:
        """What they said, as it is logged: they spoke, or they wrote."""
        if not self.cleaned_data["said"].strip():
            return None
        kind = InteractionKind(self.cleaned_data["said_kind"] or InteractionKind.EMAIL)
        return Said(
            kind=kind,
            happened_at=timezone.now(),
            direction=Direction.IN,
            result="" if kind == InteractionKind.EMAIL else Result.SPOKE,
            text=self.cleaned_data["said"],
        )

    @property
    def investor(self) -> Investor | Mapping[str, Any]:
        """The one on record, or the fields of a new one."""
        company: Company = self.cleaned_data["company"]
        if company.investor is not None:
            return company.investor
        made: dict[str, Any] = {
            "name": company.name,
            "control_country": self.cleaned_data["control_country"],
        }
        if company.organisation is not None:
            organisation = company.organisation
            made |= {"organisation": organisation, "city": organisation.city}
            made |= {"website": organisation.website, "seat_country": organisation.country}
        return made


class LeadCopyForm(_FirstSteps):
    """A new need of the same investor: what still holds is ticked."""

    makes = forms.CharField(label=_("What they make"), required=False, widget=forms.Textarea)
    sectors: Any = forms.ModelMultipleChoiceField(
        None, label=_("Sectors"), required=False, widget=forms.CheckboxSelectMultiple
    )
    topics = TopicsField(required=False)
    objectives: Any = forms.ModelMultipleChoiceField(
        None, label=_("Objectives"), required=False, widget=forms.CheckboxSelectMultiple
    )
    preferred_regions: Any = forms.ModelMultipleChoiceField(
        None, label=_("Preferred regions"), required=False, widget=forms.CheckboxSelectMultiple
    )
    groups = [
        (_("The new need"), ["title", "wants", ("origin", "origin_detail"), "confidential"]),
        (_("What still holds"), ["makes", "sectors", "topics", "objectives", "preferred_regions"]),
        (
            _("A further contact"),
            [("contact_name", "contact_position"), ("contact_email", "contact_phone")],
        ),
        (_("What comes next"), [("action_what", "action_due")]),
    ]

    def __init__(self, *args: Any, lead: Lead, **kwargs: Any) -> None:
        held = {
            "makes": lead.makes,
            "origin": lead.origin,
            "confidential": lead.confidential,
            **{name: list(getattr(lead, name).all()) for name in ("topics", *_MANY)},
        }
        super().__init__(*args, **kwargs, initial=held)
        for name, model in _MANY.items():
            self.offer(name, model.objects.all())

    @property
    def lead_fields(self) -> dict[str, Any]:
        names = ("makes", "topics", *_MANY)
        return super().lead_fields | {name: self.cleaned_data[name] for name in names}


_MANY: Final[dict[str, Any]] = {
    "sectors": Sector,
    "objectives": Objective,
    "preferred_regions": Region,
}


class LeadForm(ClashMixin, HouseModelForm):
    """Everything that is known of a lead. Owner, stage and status have forms of their own."""

    groups = [
        (_("The need"), ["title", "wants", "makes", "sectors", "topics", "objectives"]),
        (_("How and where"), [("mode", "horizon"), "preferred_regions"]),
        (
            _("How much"),
            [
                ("budget_answer", "budget_amount", "budget_currency"),
                ("investment_answer", "investment_amount", "investment_currency"),
                ("jobs_answer", "jobs"),
            ],
        ),
        (_("Treatment"), [("confidential", "priority"), ("origin", "origin_detail")]),
    ]
    topics = TopicsField(required=False)
    budget_currency = CurrencyField()
    investment_currency = CurrencyField()

    class Meta:
        model = Lead
        fields = [
            *("title", "wants", "makes", "sectors", "topics", "objectives", "mode", "horizon"),
            *("preferred_regions", "budget_answer", "budget_amount", "budget_currency"),
            *("investment_answer", "investment_amount", "investment_currency"),
            *("jobs_answer", "jobs", "confidential", "priority", "origin", "origin_detail"),
        ]
        labels = {
            "budget_answer": _("R&D budget"),
            "budget_amount": _("Amount"),
            "investment_answer": _("Investment"),
            "investment_amount": _("Amount"),
            "jobs_answer": _("Jobs"),
            "jobs": _("Number"),
        }
        widgets = {
            "sectors": forms.CheckboxSelectMultiple,
            "objectives": forms.CheckboxSelectMultiple,
            "preferred_regions": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("budget", "investment"):
            currency, amount = f"{name}_currency", f"{name}_amount"
            self.fields[currency].offer(getattr(self.instance, currency))
            if (value := self.initial.get(amount)) is not None and value == int(value):
                self.initial[amount] = int(value)  # 1500000 rather than 1500000.00

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for name in AMOUNTS:
            self._settle_amount(name)
        return cleaned

    def _settle_amount(self, name: str) -> None:
        """An amount that is typed is an answer; an answer *given* needs its amount."""
        number = name if name == "jobs" else f"{name}_amount"
        answer = self.cleaned_data.get(f"{name}_answer")
        amount = self.cleaned_data.get(number)
        if number in self.errors or f"{name}_answer" in self.errors:
            return
        before = self.initial.get(f"{name}_answer")
        if amount is not None and answer == Answer.NOT_ASKED and before != Answer.GIVEN:
            self.cleaned_data[f"{name}_answer"] = Answer.GIVEN
        elif amount is not None and answer != Answer.GIVEN:
            self.add_error(number, _("Take the number away, or choose “Given”."))
        elif amount is None and answer == Answer.GIVEN:
            self.add_error(number, _("Give the number, or choose another answer."))

    @property
    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self._meta.fields or ()}
