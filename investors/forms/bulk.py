"""What a bulk edit changes: each part may be left as it is."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.forms import HouseForm
from ifa_crm.staff.models import Office, User
from ifa_crm.staff.roles import Act
from investors.choices import CLOSED, LostReason, Priority, Status
from investors.forms.parts import country_choices
from investors.services.bulk_edit import NOBODY, Change

_AS_IT_IS = ("", _("Leave as it is"))
_ACTIONS = [
    _AS_IT_IS,
    ("add", _("Add one")),
    ("move", _("Move it to a day")),
    ("shift", _("Move it by days")),
]


def _choice(label: Any, choices: Any, **kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, required=False, **kwargs)


class BulkForm(HouseForm):
    owner = _choice(_("Owner"), ())
    deputy = _choice(_("Deputy"), ())
    office = _choice(_("Office"), ())
    priority = _choice(_("Priority"), [_AS_IT_IS, *Priority.choices])
    status = _choice(_("Status"), [_AS_IT_IS, *Status.choices])
    until = forms.DateField(label=_("Waiting until"), required=False)
    reason = _choice(_("Lost: what happened"), [("", _("Choose…")), *LostReason.choices])
    country = _choice(_("Lost: which country they chose"), country_choices)
    to = forms.CharField(label=_("Referred: to whom"), max_length=200, required=False)
    on = forms.DateField(label=_("Referred: when"), required=False)
    told = _choice(
        _("Referred: was the investor told?"),
        [("", _("Choose…")), ("yes", _("Yes")), ("no", _("No"))],
    )
    note = forms.CharField(
        label=_("Why"),
        max_length=300,
        required=False,
        help_text=_("Must be given for “Not for us”; else if you like."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    action = _choice(_("Next action"), _ACTIONS)
    what = forms.CharField(label=_("What is to be done"), max_length=200, required=False)
    due = forms.DateField(label=_("Due"), required=False)
    assignee = _choice(_("By whom"), ())
    days = forms.IntegerField(
        label=_("By how many days"),
        min_value=-365,
        max_value=365,
        required=False,
        help_text=_("7 is a week later, -1 a day earlier."),
    )
    groups = [
        (_("Whose it is"), [("owner", "deputy"), ("office", "priority")]),
        (
            _("Whether it moves"),
            [("status", "until"), ("reason", "country"), ("to", "on"), "told", "note"],
        ),
        (_("What is to be done"), [("action", "what"), ("due", "days"), "assignee"]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nobody = (str(NOBODY), _("Nobody"))
        handlers = [(str(u.pk), str(u)) for u in User.objects.with_act(Act.HANDLE_OWN)]
        offices = [(str(o.pk), o.name) for o in Office.objects.filter(is_active=True)]
        staff = [(str(u.pk), str(u)) for u in User.objects.offered()]
        for name in ("owner", "deputy"):
            self.fields[name].choices = [_AS_IT_IS, nobody, *handlers]
        self.fields["office"].choices = [_AS_IT_IS, (str(NOBODY), _("None")), *offices]
        self.fields["assignee"].choices = [("", _("The owner of the lead")), *staff]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        parts = ("owner", "deputy", "office", "priority", "status", "action")
        if not self.errors and not any(given.get(name) for name in parts):
            raise forms.ValidationError(_("Say what is to change."), "nothing")
        self._clean_status(given)
        self._clean_action(given)
        return given

    def _need(self, given: dict[str, Any], name: str, sentence: Any) -> None:
        if given.get(name) in (None, "") and name not in self.errors:
            self.add_error(name, sentence)

    def _clean_status(self, given: dict[str, Any]) -> None:
        status, today = given.get("status"), timezone.localdate()
        if status == Status.WAITING:
            self._need(given, "until", _("Say until when."))
            if given.get("until") and given["until"] <= today:
                self.add_error("until", _("Choose a day ahead."))
        elif status == Status.LOST:
            self._clean_loss(given)
        elif status == Status.DISQUALIFIED:
            self._need(given, "note", _("Say why."))
        elif status == Status.REFERRED:
            self._need(given, "to", _("Say to whom."))
            self._need(given, "told", _("Say whether the investor was told."))
            if (given.get("on") or today) > today:
                self.add_error("on", _("This day is still ahead."))

    def _clean_loss(self, given: dict[str, Any]) -> None:
        self._need(given, "reason", _("Say what happened."))
        if given.get("reason") == LostReason.OTHER_COUNTRY:
            self._need(given, "country", _("Say which country they chose."))
        if given.get("reason") == LostReason.OTHER:
            self._need(given, "note", _("Say why."))

    def _clean_action(self, given: dict[str, Any]) -> None:
        action = given.get("action")
        if action and given.get("status") in CLOSED:
            self.add_error("action", _("On a closed lead there is nothing to do."))
        if action == "add":
            self._need(given, "what", _("Say what is to be done."))
        if action in ("add", "move"):
            self._need(given, "due", _("Say when it is due."))
        if action == "shift":
            self._need(given, "days", _("Say by how many days."))

    @property
    def change(self) -> Change:
        given = self.cleaned_data
        day = given.get("until") if given["status"] == Status.WAITING else given.get("on")
        about = {
            "note": given["note"],
            "day": day.isoformat() if day else "",
            "reason": given["reason"],
            "country": given["country"],
            "to": given["to"],
            "told": given["told"] == "yes",
        }
        shifts = given["action"] == "shift"
        return Change(
            owner=_key(given["owner"]),
            deputy=_key(given["deputy"]),
            office=_key(given["office"]),
            priority=given["priority"],
            status=given["status"],
            about=about if given["status"] else {},
            action=given["action"],
            what=given["what"],
            due=given["due"].isoformat() if given["due"] and not shifts else "",
            assignee=_key(given["assignee"]),
            days=given["days"] or 0 if shifts else 0,
        )

    @property
    def words(self) -> list[str]:
        """What is to change, for people."""
        colon = _t("%(field)s: %(value)s")
        return [
            colon % {"field": self.fields[name].label, "value": value}
            for name in ("owner", "deputy", "office", "priority", "status", "action")
            if self.cleaned_data[name] and (value := self._said(name))
        ]

    def _said(self, name: str) -> str:
        label = dict(self.fields[name].choices)[self.cleaned_data[name]]
        more = [str(label)]
        if name == "status" and self.cleaned_data["status"] == Status.WAITING:
            more = [_t("Waiting until %(day)s") % {"day": _day(self.cleaned_data["until"])}]
        if name == "action":
            more = [self._said_of_action()]
        return " ".join(more)

    def _said_of_action(self) -> str:
        given = self.cleaned_data
        if given["action"] == "shift":
            return _t("moved by %(n)d days") % {"n": given["days"]}
        if given["action"] == "move":
            return _t("moved to %(day)s") % {"day": _day(given["due"])}
        return _t("“%(what)s”, due %(day)s") % {"what": given["what"], "day": _day(given["due"])}


def _key(text: str) -> int | None:
    return int(text) if text else None


def _day(day: dt.date) -> str:
    return str(date_format(day, "DATE_FORMAT"))
