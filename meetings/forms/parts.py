"""What several forms of the app ask for: when, who, and what comes next."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.models import Cluster, Leader
from ifa_crm.shared.forms import Group, HouseForm
from ifa_crm.staff.choices import time_zones
from ifa_crm.staff.models import User
from investors.forms.parts import offer_staff, staff_field
from investors.models import Contact, Lead
from investors.services.actions import NextAction
from meetings.choices import Side
from meetings.free_times import Stretch
from meetings.models import Meeting, Participant
from meetings.month import FIRST_YEAR, LAST_YEAR
from meetings.services.people import Guest, People
from meetings.wall_time import AmbiguousTimeError, MissingTimeError, day_of_end, to_utc

NEW_GUESTS = (1, 2)
MORE_STAFF = ("staff_more_1", "staff_more_2")
# The names that services give to what these forms ask for under another name.
FIELD_OF = {"guests": "guest1_name", "due": "next_due", "what": "next_what"}


class MeetingsForm(HouseForm):
    """Puts the refusals of the meetings' services at the fields that ask for it."""

    free: list[Stretch] = []
    """When everybody is free next, if somebody was not."""

    def add_service_error(self, error: ValidationError) -> None:
        self.free = getattr(error, "free", [])
        if hasattr(error, "error_dict"):
            by_field = {FIELD_OF.get(name, name): each for name, each in error.error_dict.items()}
            error = ValidationError(by_field)
        super().add_service_error(error)


def zone_choices(likely: Iterable[str]) -> list[Any]:
    """Every zone, with the likely ones of this meeting in front."""
    first = [(name, name.replace("_", " ")) for name in dict.fromkeys(likely)]
    return [(_("Likely"), first), (_("All"), time_zones())]


class WhenForm(MeetingsForm):
    """A day and two times, as clocks in the chosen zone show them.

    ``starts`` and ``ends`` are the moments in UTC once the form is valid.
    """

    WHEN: Group = (
        gettext_lazy("When"),
        [("day", "starts_at", "ends_at"), "time_zone"],
    )
    day = forms.DateField(label=gettext_lazy("Day"), required=False)
    starts_at = forms.TimeField(label=gettext_lazy("From"), required=False)
    ends_at = forms.TimeField(label=gettext_lazy("Until"), required=False)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("In which these times are meant: that of the place, as a rule."),
    )
    time_is_needed = False
    starts: dt.datetime | None = None
    ends: dt.datetime | None = None

    def __init__(self, *args: Any, likely_zones: Iterable[str], **kwargs: Any) -> None:
        likely = list(likely_zones)
        kwargs["initial"] = {"time_zone": likely[0]} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        zones = self.fields["time_zone"]
        zones.choices = zone_choices(likely)
        if self.time_is_needed:
            for name in ("day", "starts_at"):
                self.fields[name].required = True

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(name in self.errors for name in ("day", "starts_at", "ends_at", "time_zone")):
            self._clean_when(cleaned["day"], cleaned["starts_at"], cleaned["ends_at"])
        return cleaned

    def needs_end(self) -> bool:
        return True

    def _clean_when(
        self, day: dt.date | None, starts: dt.time | None, ends: dt.time | None
    ) -> None:
        if day is None and starts is None and ends is None:
            return
        given = {"day": day, "starts_at": starts}
        if self.needs_end() or ends is not None:
            given["ends_at"] = ends
        for name, value in given.items():
            if value is None:
                self.add_error(name, _("Give the day, from when and until when."))
        if day is None or starts is None or (ends is None and "ends_at" in given):
            return
        if not FIRST_YEAR <= day.year < LAST_YEAR:
            self.add_error("day", _("Check the year."))
            return
        self.starts = self._moment("starts_at", day, starts)
        if ends is not None:
            self.ends = self._end(day, starts, ends)

    def _end(self, day: dt.date, starts: dt.time, ends: dt.time) -> dt.datetime | None:
        try:
            last = day_of_end(day, starts, ends)
        except ValueError:
            self.add_error("ends_at", _("A meeting must end after it starts."))
            return None
        return self._moment("ends_at", last, ends)

    def _moment(self, name: str, day: dt.date, time: dt.time) -> dt.datetime | None:
        zone = self.cleaned_data["time_zone"]
        told = {"time": time_format(time), "day": date_format(day), "zone": zone}
        try:
            return to_utc(day, time, ZoneInfo(zone))
        except MissingTimeError:
            text = _("There is no %(time)s on %(day)s in %(zone)s: clocks go forward over it.")
        except AmbiguousTimeError:
            text = _(
                "%(time)s comes twice on %(day)s in %(zone)s, as clocks go back. Choose another "
                "time, or give it in the zone UTC."
            )
        self.add_error(name, text % told)
        return None


def when_initial(meeting: Meeting) -> dict[str, Any]:
    """What :class:`WhenForm` shows for ``meeting``: its times in its own zone."""
    shown: dict[str, Any] = {"time_zone": meeting.time_zone}
    if meeting.starts_at is not None:
        start = timezone.localtime(meeting.starts_at, meeting.zone)
        shown |= {"day": start.date(), "starts_at": start.time()}
    if meeting.ends_at is not None:
        shown["ends_at"] = timezone.localtime(meeting.ends_at, meeting.zone).time()
    return shown


def likely_zones(lead: Lead, cluster: Cluster, user: User) -> list[str]:
    """Those in which the people of an introduction may think; that of the cluster first."""
    leaders = [leader.time_zone for leader in cluster.leaders.all() if leader.is_active]
    office = [lead.office.time_zone] if lead.office else []
    return [*leaders, "Europe/Paris", user.time_zone, *office, "UTC"]


class _Contacts(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Contact) -> str:
        return f"{obj} ({obj.position})" if obj.position else str(obj)


class _Leaders(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Leader) -> str:
        spoken = f"{obj.get_role_display()}, {obj.languages}".removesuffix(", ")
        return f"{obj} ({spoken})"


class _Staff(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: User) -> str:
        return f"{obj} ({obj.office})" if obj.office else str(obj)


class _Guests(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Participant) -> str:
        return f"{obj.guest_name} ({obj.get_guest_side_display()})"


def _ticks(
    kind: type[forms.ModelMultipleChoiceField], label: Any, key: str, help_text: Any = ""
) -> Any:
    return kind(
        None,
        label=label,
        required=False,
        to_field_name=key,
        help_text=help_text,
        widget=forms.CheckboxSelectMultiple,
    )


class PeopleForm(MeetingsForm):
    """Who takes part, of all four kinds: those on record are ticked, others are added."""

    contacts = _ticks(
        _Contacts,
        gettext_lazy("Of the investor"),
        "ref",
        gettext_lazy("Contacts on record. Anybody else is named as a guest below."),
    )
    leaders = _ticks(
        _Leaders,
        gettext_lazy("Of the cluster"),
        "ref",
        gettext_lazy("Leaders on record. Anybody else is named as a guest below."),
    )
    staff = _ticks(_Staff, gettext_lazy("Of the agency"), "username")
    staff_more_1 = staff_field(label=gettext_lazy("Another colleague"))
    staff_more_2 = staff_field(label=gettext_lazy("And another"))
    guests = _ticks(_Guests, gettext_lazy("Guests"), "pk")

    def __init__(
        self,
        *args: Any,
        lead: Lead,
        cluster: Cluster,
        user: User,
        meeting: Meeting | None = None,
        **kwargs: Any,
    ) -> None:
        taking_part = list(_participants(meeting, user))
        here = _those_who(taking_part) if meeting else {"staff": [user]}
        kwargs["initial"] = here | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self._offer_contacts(lead, user, taking_part)
        if meeting is None:
            self._tick_the_only_contact()
        self._offer_leaders(cluster, taking_part)
        self._offer_staff(lead, cluster, user, taking_part)
        self._offer_guests(taking_part)

    def _offer_contacts(self, lead: Lead, user: User, rows: list[Participant]) -> None:
        theirs = Contact.objects.visible_to(user).filter(investor=lead.investor_id)
        there = Q(pk__in=[row.contact_id for row in rows if row.contact_id])
        free = Contact.objects.usable_on(lead).live().filter(is_active=True)
        self.offer("contacts", theirs.filter(Q(pk__in=free) | there))

    def _tick_the_only_contact(self) -> None:
        """Whom else could they meet?"""
        offered = list(self.fields["contacts"].queryset[:2])
        if len(offered) == 1:
            self.initial.setdefault("contacts", offered)

    def _offer_leaders(self, cluster: Cluster, rows: list[Participant]) -> None:
        there = Q(pk__in=[row.leader_id for row in rows if row.leader_id])
        self.offer("leaders", Leader.objects.filter(Q(is_active=True) | there, cluster=cluster))

    def _offer_staff(
        self, lead: Lead, cluster: Cluster, user: User, rows: list[Participant]
    ) -> None:
        likely = {lead.owner_id, lead.deputy_id, cluster.desk_officer_id, user.pk}
        there = Q(pk__in=[row.staff_id for row in rows if row.staff_id])
        here = Q(is_active=True, pk__in=likely - {None})
        self.offer("staff", User.objects.filter(here | there).select_related("office"))
        offer_staff(self, *MORE_STAFF)

    def _offer_guests(self, rows: list[Participant]) -> None:
        """Hidden where there is none: the clash handling still knows that there was none."""
        guests = [row.pk for row in rows if row.guest_name]
        self.offer("guests", Participant.objects.filter(pk__in=guests))
        if not guests:
            self.fields["guests"].widget = forms.MultipleHiddenInput()
        for n in NEW_GUESTS:
            self.fields[f"guest{n}_name"] = forms.CharField(
                label=_("Guest's name"), max_length=120, required=False
            )
            self.fields[f"guest{n}_email"] = forms.EmailField(label=_("E-mail"), required=False)
            self.fields[f"guest{n}_side"] = forms.ChoiceField(
                label=_("Comes for"), choices=Side.choices, initial=Side.CLUSTER, required=False
            )

    def who(self, legend: Any) -> Group:
        """The group of fields that asks for people."""
        new = [(f"guest{n}_name", f"guest{n}_email", f"guest{n}_side") for n in NEW_GUESTS]
        return (legend, ["contacts", "leaders", "staff", MORE_STAFF, "guests", *new])

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for n in NEW_GUESTS:
            if cleaned.get(f"guest{n}_email") and not cleaned.get(f"guest{n}_name"):
                self.add_error(f"guest{n}_name", _("Say who that is."))
        return cleaned

    @property
    def people(self) -> People:
        cleaned = self.cleaned_data
        more = [cleaned[name] for name in MORE_STAFF if cleaned[name]]
        return People(
            staff=tuple(dict.fromkeys([*cleaned["staff"], *more])),
            contacts=tuple(cleaned["contacts"]),
            leaders=tuple(cleaned["leaders"]),
            guests=(*self._known_guests(), *self._new_guests()),
        )

    def _known_guests(self) -> Iterable[Guest]:
        for row in self.cleaned_data.get("guests", ()):
            yield Guest(row.guest_name, Side(row.guest_side), row.guest_email)

    def _new_guests(self) -> Iterable[Guest]:
        for n in NEW_GUESTS:
            name, email, side = (
                self.cleaned_data[f"guest{n}_{part}"] for part in ("name", "email", "side")
            )
            if name:
                yield Guest(name, Side(side or Side.CLUSTER), email)


def _participants(meeting: Meeting | None, user: User) -> Iterable[Participant]:
    if meeting is None:
        return ()
    rows = meeting.participants.visible_to(user)
    return rows.select_related("staff__office", "contact", "leader")


def _those_who(rows: list[Participant]) -> dict[str, Any]:
    """Who stands ticked: those who take part, and once it is over those who came."""
    present = [row for row in rows if row.came is not False]
    return {
        "staff": [row.staff for row in present if row.staff],
        "contacts": [row.contact for row in present if row.contact],
        "leaders": [row.leader for row in present if row.leader],
        "guests": [row for row in present if row.guest_name],
    }


class NextForm(MeetingsForm):
    """What comes next, if anything."""

    NEXT: Group = (gettext_lazy("What comes next"), [("next_what", "next_due")])
    next_what = forms.CharField(label=gettext_lazy("Next action"), max_length=200, required=False)
    next_due = forms.DateField(label=gettext_lazy("Due"), required=False)

    def clean(self) -> dict[str, Any] | None:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        what, due = cleaned.get("next_what"), cleaned.get("next_due")
        if what and due is None and "next_due" not in self.errors:
            self.add_error("next_due", _("Say by when."))
        if due and not what and "next_what" not in self.errors:
            self.add_error("next_what", _("Say what is to be done."))
        return cleaned

    @property
    def following(self) -> NextAction | None:
        if not self.cleaned_data["next_what"]:
            return None
        return NextAction(self.cleaned_data["next_what"], self.cleaned_data["next_due"])
