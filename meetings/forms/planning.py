"""Forms of what is still to come: begin, plan, edit, move to another time, cancel."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from ifa_crm.shared.clash import ClashMixin
from ifa_crm.shared.combobox import RecordChoiceField
from ifa_crm.shared.forms import HouseForm
from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from investors.models import Lead
from investors.permissions import may_handle
from meetings.choices import PLANNABLE, MeetingForm, Side
from meetings.forms.parts import MeetingsForm, PeopleForm, WhenForm, when_initial
from meetings.models import Meeting
from meetings.services.planning import Arrangement

PLANNED_FORMS = [(form.value, form.label) for form in MeetingForm if form in PLANNABLE]


class BeginForm(HouseForm):
    """Which lead, which cluster, and whether it took place already."""

    AHEAD, PAST = "ahead", "past"

    lead = RecordChoiceField(
        None,
        label=_("Lead"),
        options_url="meetings:lead_options",
        help_text=_("Type the investor, a contact or what they need."),
    )
    cluster = RecordChoiceField(
        None,
        label=_("Cluster"),
        options_url="clusters:cluster_options",
        to_field_name="slug",
        required=False,
        help_text=_("Leave it empty to choose from the shortlist."),
    )
    what = forms.ChoiceField(
        label=_("What do you want to do"),
        choices=[(AHEAD, _("Plan an introduction")), (PAST, _("Record one that took place"))],
        widget=forms.RadioSelect,
        initial=AHEAD,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer("lead", leads_to_introduce(user))
        self.offer("cluster", Cluster.objects.visible_to(user).live())


def leads_to_introduce(user: User) -> Any:
    """Leads for which ``user`` may arrange introductions."""
    leads = Lead.objects.visible_to(user).live().select_related("investor")
    if user.may(Act.HANDLE_ANY) or user.may(Act.RELAY):
        return leads
    return leads.of(user)


class ClusterForm(HouseForm):
    """The cluster to which a lead is introduced, read from the address."""

    cluster = RecordChoiceField(
        None,
        label=_("Another cluster"),
        options_url="clusters:cluster_options",
        to_field_name="slug",
        help_text=_("Type its name, specialty or city. It is noted on the shortlist."),
    )

    def __init__(self, *args: Any, lead: Lead, user: User, ahead: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = Cluster.objects.visible_to(user)
        if not may_handle(user, lead):
            self.offer("cluster", every.filter(shortlistings__lead=lead))
        elif ahead:
            offered = Q(pk__in=Cluster.objects.offered_in(settings.REFERENCE_YEAR))
            noted = Q(pk__in=Cluster.objects.filter(shortlistings__lead=lead))
            self.offer("cluster", every.filter(offered | noted))
        else:
            self.offer("cluster", every)


class PlanForm(WhenForm, PeopleForm):
    """An introduction to come."""

    form = forms.ChoiceField(
        label=_("How"), choices=PLANNED_FORMS, widget=forms.RadioSelect, initial=MeetingForm.MEETING
    )
    purpose = forms.CharField(
        label=_("Purpose"), max_length=300, help_text=_("What the two sides are to find out.")
    )
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    link = forms.URLField(label=_("Link"), max_length=400, required=False, assume_scheme="https")
    confirm_now = forms.BooleanField(
        label=_("Everybody has agreed: confirm it now"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = [
            (_("What"), ["form", "purpose"]),
            self.WHEN,
            (_("Where"), ["place", "link"]),
            self.who(_("Who takes part")),
        ]

    @property
    def arrangement(self) -> Arrangement:
        cleaned = self.cleaned_data
        return Arrangement(
            form=MeetingForm(cleaned["form"]),
            purpose=cleaned["purpose"],
            starts_at=self.starts,
            ends_at=self.ends,
            time_zone=cleaned["time_zone"],
            place=cleaned["place"],
            link=cleaned["link"],
        )


class EditForm(ClashMixin, PlanForm):
    """The same, of an introduction that is on record."""

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        self.instance = meeting  # the clash handling signs for this row
        shown = {name: getattr(meeting, name) for name in ("form", "purpose", "place", "link")}
        kwargs["initial"] = shown | when_initial(meeting) | (kwargs.get("initial") or {})
        super().__init__(*args, meeting=meeting, **kwargs)

    def _watched(self) -> list[str]:
        self.fields.pop("confirm_now", None)
        return super()._watched()


class RescheduleForm(ClashMixin, WhenForm):
    """Another time or place; everybody stays invited."""

    time_is_needed = True

    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    link = forms.URLField(label=_("Link"), max_length=400, required=False, assume_scheme="https")
    reason = forms.CharField(label=_("Why"), max_length=300, required=False)

    groups = [WhenForm.WHEN, (_("Where"), ["place", "link"]), (_("Why"), ["reason"])]

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        self.instance = meeting
        shown = {"place": meeting.place, "link": meeting.link}
        kwargs["initial"] = shown | when_initial(meeting) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        self.fields["ends_at"].required = True

    @property
    def changes(self) -> dict[str, Any]:
        names = ("time_zone", "place", "link", "reason")
        words = {name: self.cleaned_data[name] for name in names}
        return words | {"starts_at": self.starts, "ends_at": self.ends}


class ConfirmMeetingForm(MeetingsForm):
    """Nothing but the button; refusals stand above it."""


class CancelForm(MeetingsForm):
    by = forms.ChoiceField(label=_("Who cancels"), choices=Side.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Why"), max_length=300, widget=forms.Textarea)
