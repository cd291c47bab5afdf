"""Forms of what became of an introduction."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.clash import ClashMixin
from meetings.choices import PLANNABLE, MeetingForm, MeetingState, Side
from meetings.forms.parts import NextForm, PeopleForm, WhenForm
from meetings.models import Meeting
from meetings.services.people import People
from meetings.services.planning import Arrangement


def _said(label: Any) -> forms.CharField:
    return forms.CharField(label=label, required=False, widget=forms.Textarea(attrs={"rows": 6}))


class HeldForm(PeopleForm, NextForm):
    """It took place: who came, what was said, what comes next."""

    summary = _said(_("What was said"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = [
            self.who(_("Who came")),
            (_("What was said"), ["summary"]),
            self.NEXT,
        ]


class NoShowForm(NextForm):
    by = forms.ChoiceField(
        label=_("Who did not come"), choices=Side.choices, widget=forms.RadioSelect
    )
    summary = _said(_("What happened"))
    groups = [(_("Who did not come"), ["by", "summary"]), NextForm.NEXT]


class RecordForm(WhenForm, PeopleForm, NextForm):
    """An introduction that already took place, in one form."""

    time_is_needed = True

    form = forms.ChoiceField(
        label=_("How"),
        choices=MeetingForm.choices,
        widget=forms.RadioSelect,
        initial=MeetingForm.MEETING,
    )
    purpose = forms.CharField(label=_("What it was about"), max_length=300, required=False)
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    summary = _said(_("What was said"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_at"].help_text = _("Not needed for an e-mail, or one made without us.")
        self.groups = [
            (_("How"), ["form"]),
            self.WHEN,
            self.who(_("Who came")),
            (_("What was said"), ["purpose", "place", "summary"]),
            self.NEXT,
        ]

    def needs_end(self) -> bool:
        return self.cleaned_data.get("form") in PLANNABLE

    @property
    def arrangement(self) -> Arrangement:
        return Arrangement(
            form=MeetingForm(self.cleaned_data["form"]),
            purpose=self.cleaned_data["purpose"],
            starts_at=self.starts,
            ends_at=self.ends,
            time_zone=self.cleaned_data["time_zone"],
            place=self.cleaned_data["place"],
        )


class AmendForm(ClashMixin, PeopleForm):
    """Put right what was said and who came."""

    summary = _said(_("What was said"))

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        self.instance = meeting
        kwargs["initial"] = {"summary": meeting.summary} | (kwargs.get("initial") or {})
        super().__init__(*args, meeting=meeting, **kwargs)
        said = (_("What was said"), ["summary"])
        self.groups = [said, self.who(_("Who came"))] if self._asks_who() else [said]

    def _asks_who(self) -> bool:
        return bool(self.instance.state == MeetingState.HELD)

    def _watched(self) -> list[str]:
        if not self._asks_who():
            for name in [name for name in self.fields if name != "summary"]:
                del self.fields[name]
        return super()._watched()

    @property
    def came(self) -> People | None:
        return self.people if self._asks_who() else None
