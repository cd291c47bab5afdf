"""What was said: logged in two clicks, corrected later; files."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.forms import HouseForm
from ifa_crm.staff.models import User
from investors.choices import ActionKind, Direction, InteractionKind, Result, Stage
from investors.forms.parts import FilesField
from investors.models import Action, Contact, Interaction, Lead
from investors.models.activity import SPOKEN
from investors.services.actions import NextAction, may_act
from investors.services.interactions import Said

_SAID = ("kind", "direction", "result", "happened_at", "subject", "text")


class SaidForm(HouseForm):
    """The entry itself. Direction and result are taken only where the kind has them."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=InteractionKind.choices, widget=forms.RadioSelect
    )
    direction = forms.ChoiceField(
        label=_("From whom"),
        choices=Direction.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("Not for a note."),
    )
    result = forms.ChoiceField(
        label=_("Result"),
        choices=Result.choices,
        required=False,
        widget=forms.RadioSelect,
        help_text=_("For a call or a visit."),
    )
    happened_at = forms.DateTimeField(label=_("When"), help_text=_("In your time zone."))
    contacts: Any = forms.ModelMultipleChoiceField(
        None, label=_("With whom"), required=False, widget=forms.CheckboxSelectMultiple
    )
    subject = forms.CharField(label=_("Subject"), max_length=200, required=False)
    text = forms.CharField(
        label=_("What was said"),
        required=False,
        widget=forms.Textarea,
        help_text=_(
            "Read by everybody who may see this lead. An e-mail of ours without text is no answer."
        ),
    )

    def __init__(self, *args: Any, lead: Lead, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        contacts = Contact.objects.visible_to(user).usable_on(lead).live()
        chosen = [contact.pk for contact in self.initial.get("contacts", ())]
        named = Contact.objects.visible_to(user).usable_on(lead).filter(pk__in=chosen)
        self.offer("contacts", contacts | named)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("kind")
        if kind == InteractionKind.NOTE:
            cleaned["direction"] = ""
        elif kind and not cleaned.get("direction") and "direction" not in self.errors:
            self.add_error("direction", _("Say whether it came from them or from us."))
        if kind not in SPOKEN:
            cleaned["result"] = ""
        elif not cleaned.get("result") and "result" not in self.errors:
            self.add_error("result", _("Say whether you spoke."))
        return cleaned

    @property
    def said(self) -> Said:
        return Said(**{name: self.cleaned_data[name] for name in _SAID})


class InteractionForm(SaidForm):
    """A new entry, with files, what is done with it, and what comes next."""

    files: Any = FilesField(required=False)
    done: Any = forms.ModelMultipleChoiceField(
        None,
        label=_("Done with it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Stays open if nobody answered. Untick what a message of theirs does not end."),
    )
    # What was ticked before anybody typed; scripts empty it once somebody ticks by hand.
    ticked = forms.CharField(required=False, widget=forms.HiddenInput)
    next_what = forms.CharField(
        label=_("Next action"),
        max_length=200,
        required=False,
        help_text=_("Leave it empty if nothing new follows."),
    )
    next_due = forms.DateField(label=_("Due"), required=False)
    groups = [
        (_("What it was"), ["kind", ("direction", "result"), ("happened_at", "contacts")]),
        (_("What was said"), ["subject", "text", "files"]),
        (_("What comes next"), ["done", ("next_what", "next_due")]),
    ]

    def __init__(self, *args: Any, lead: Lead, user: User, with_next: bool, **kwargs: Any) -> None:
        super().__init__(*args, lead=lead, user=user, **kwargs)
        theirs = [action for action in lead.actions.open() if may_act(user, action)]
        self.offer("done", lead.actions.filter(pk__in=[action.pk for action in theirs]))
        self.fields["ticked"].initial = ",".join(str(each.pk) for each in self.initial["done"])
        if not theirs:
            del self.fields["done"], self.fields["ticked"]
        if not with_next:
            del self.fields["next_what"], self.fields["next_due"]
        if not {"done", "next_what"} & set(self.fields):
            self.groups = self.groups[:-1]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("next_what") and not cleaned.get("next_due"):
            if "next_due" not in self.errors:
                self.add_error("next_due", _("Say when it is due."))
        elif cleaned.get("next_due") and not cleaned.get("next_what"):
            self.add_error("next_what", _("Say what is to be done."))
        if cleaned.get("direction") == Direction.IN:
            self._ask_what_theirs_ends(cleaned)
        return cleaned

    def _ask_what_theirs_ends(self, cleaned: dict[str, Any]) -> None:
        """What was ticked for an entry of ours is ended by one of theirs only if somebody says
        so: without scripts it is still ticked after *From the investor* was chosen."""
        for_ours = set(cleaned.get("ticked", "").split(","))
        chosen = [str(action.pk) for action in cleaned.get("done") or ()]
        if for_ours.isdisjoint(chosen):
            return
        sent = MultiValueDict(self.data)
        sent.setlist("done", [key for key in chosen if key not in for_ours])
        sent["ticked"] = ""
        self.data = sent
        self.add_error(
            "done", _("It came from them: tick again what it ends all the same, or leave it open.")
        )

    @property
    def following(self) -> NextAction | None:
        if not self.cleaned_data.get("next_what"):
            return None
        return NextAction(what=self.cleaned_data["next_what"], due=self.cleaned_data["next_due"])

    @property
    def completing(self) -> list[Action]:
        """What is done with it: nothing, if nobody answered."""
        if self.cleaned_data["result"] == Result.NO_ANSWER:
            return []
        return list(self.cleaned_data.get("done", ()))

    def add_service_error(self, error: ValidationError) -> None:
        """That something must follow is said where it is typed."""
        if getattr(error, "code", "") == "next_action_needed" and "next_what" in self.fields:
            self.add_error("next_what", error)
        else:
            super().add_service_error(error)


_QUICK = (("result", "happened_at"), "contacts", "text", "done", ("next_what", "next_due"))


class QuickLogForm(InteractionForm):
    """An e-mail or call of which one knows already what it is, and what is done with it."""

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("subject", "files", "ticked"):
            self.fields.pop(name, None)
        for name in ("kind", "direction"):
            self.fields[name].widget = forms.HiddenInput()
        spoken = kind in SPOKEN
        if not spoken:
            self.fields["result"].widget = forms.HiddenInput()
        self.fields["text"].label = _("What was said") if spoken else _("What was written")
        if "done" in self.fields:  # it is ours
            self.fields["done"].help_text = _("Stays open if nobody answered.")
        self.groups = [("", ["kind", "direction", *_QUICK])]

    @property
    def said(self) -> Said:
        return Said(**{name: self.cleaned_data.get(name, "") for name in _SAID})


class InteractionEditForm(ClashMixin, SaidForm):  # type: ignore[misc]
    """Correct an entry; two people at once are told of each other."""

    groups = [
        (_("What it was"), ["kind", ("direction", "result"), ("happened_at", "contacts")]),
        (_("What was said"), ["subject", "text"]),
    ]

    def __init__(self, *args: Any, interaction: Interaction, **kwargs: Any) -> None:
        held = {name: getattr(interaction, name) for name in _SAID}
        held["happened_at"] = timezone.localtime(interaction.happened_at).replace(
            second=0, microsecond=0
        )
        contacts = list(interaction.contacts.all())
        kwargs["initial"] = held | {"contacts": contacts}
        self.instance = interaction
        super().__init__(*args, lead=interaction.lead, **kwargs)


class FilesForm(HouseForm):
    files: Any = FilesField()


def ticked_off(lead: Lead, actions: Sequence[Action], direction: str) -> list[Action]:
    """What an answer of ours is likely to be: the first thing to do on a lead that nobody answered
    yet."""
    if direction != Direction.OUT:
        return []
    todo = [action for action in actions if action.kind == ActionKind.TODO]
    first = min(todo, key=lambda action: (action.due, action.pk), default=None)
    return [first] if first is not None and lead.stage == Stage.RECEIVED else []


def first_entry(kind: str, direction: str, contacts: Sequence[Contact]) -> dict[str, Any]:
    """What the form of a new entry holds before anybody typed."""
    now = timezone.localtime().replace(second=0, microsecond=0)
    return {
        "kind": kind if kind in InteractionKind.values else InteractionKind.CALL,
        "direction": direction if direction in Direction.values else Direction.OUT,
        "result": Result.SPOKE,
        "happened_at": now,
        "contacts": list(contacts) if len(contacts) == 1 else [],
    }
