"""Introductions in the Django admin: states are read, times and words are changed by services."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.admin_records import (
    Act,
    MovesAdmin,
    MovesInline,
    ReadOnlyAdmin,
    ReadOnlyInline,
    page_of,
    to_state_filter,
)
from ifa_crm.shared.admin_services import (
    AddOnlyInline,
    AdminForm,
    PartInline,
    ServiceAdmin,
    changed_rows,
    rows_of,
)
from ifa_crm.staff.choices import time_zones
from investors.services.events import lock
from meetings.choices import PLANNABLE, RECORDED, MeetingForm, MeetingState, Side
from meetings.models import Booking, Meeting, MeetingLog, Participant
from meetings.services import outcome, planning
from meetings.services.people import Guest, People, people_of

ARRANGED: Final = ("form", "purpose", "starts_at", "ends_at", "time_zone", "place", "link")
PLANNED_FORMS: Final = [(form.value, form.label) for form in MeetingForm if form in PLANNABLE]


class ParticipantInline(AddOnlyInline, PartInline):
    """Somebody is added here; pages take them off again."""

    model = Participant
    related = ("meeting", "staff", "contact", "leader")
    fields = ("staff", "contact", "leader", "guest_name", "guest_email", "guest_side", "came")
    readonly_fields = ("came",)
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_add_permission(request, obj) and obj is not None and obj.is_plan


class LogInline(MovesInline):
    model = MeetingLog
    states = MeetingState.choices
    fields = (
        *("at", "actor", "was", "became", "skipped", "old_starts_at", "new_starts_at"),
        *("old_place", "new_place", "reason"),
    )


class BookingInline(ReadOnlyInline):
    model = Booking
    fields = ("person_key", "starts_at", "ends_at")
    show_change_link = False
    classes = ("nameless",)


class MeetingAdminForm(AdminForm):
    """What is planned can be changed; of what is over, what was said."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        help_text=_("That of the place. The times above are those of your own time zone."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "purpose" in self.fields:
            self.fields["purpose"].required = True
            self.fields["form"].choices = PLANNED_FORMS

    @property
    def arrangement(self) -> planning.Arrangement:
        return planning.Arrangement(**self.values(*ARRANGED))


@admin.register(Meeting)
class MeetingAdmin(ServiceAdmin):
    form = MeetingAdminForm
    made_at = (_("Plan or record an introduction"), "meetings:introduction_create", ())
    list_display = (
        *("lead", "cluster", "form", "state", "starts_at", "time_zone", "place"),
        "created_by",
    )
    list_select_related = ("lead__investor", "cluster", "created_by")
    list_filter = (*("state", "form", "cluster__tier", "cancelled_by", "no_show_by", "created_by"),)
    search_fields = ("lead__search_text", "cluster__search_text", "purpose")
    date_hierarchy = "starts_at"
    readonly_fields = (
        *("lead", "cluster", "shortlisting", "state", "acts", "cancelled_by", "cancel_reason"),
        *("no_show_by", "held_recorded_at", "created_by", "created_at", "uid", "sequence"),
    )
    shown_if_set = ("cancelled_by", "cancel_reason", "no_show_by", "held_recorded_at")
    inlines = (ParticipantInline, LogInline, BookingInline)
    fieldsets = (
        (None, {"fields": [("lead", "cluster", "shortlisting")]}),
        (
            _("Where it stands"),
            {
                "fields": [
                    *("state", "acts", ("cancelled_by", "cancel_reason"), "no_show_by"),
                    "held_recorded_at",
                ]
            },
        ),
        (_("What"), {"fields": [("form", "purpose"), "summary"]}),
        (_("When and where"), {"fields": [("starts_at", "ends_at"), "time_zone", "place", "link"]}),
        (_("Record"), {"fields": [("created_by", "created_at"), ("uid", "sequence")]}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Planned on the page, where the people of both sides are at hand."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        declared = super().get_readonly_fields(request, obj)
        return (*declared, *(("summary",) if obj is None or obj.is_plan else ARRANGED))

    def is_changeable(self, record: Meeting) -> bool:
        """Nothing is said of one that was cancelled; an archived lead is restored first."""
        return record.state != MeetingState.CANCELLED and not record.lead.is_archived

    def lock(self, record: Meeting) -> None:
        """The lead first, then the meeting, as the services do."""
        lock(record.lead)
        super().lock(record)

    def acts_of(self, record: Meeting) -> Iterable[Act]:
        here = [record.ref]
        if record.is_plan:
            yield _("Edit with its people"), "meetings:meeting_edit", here
        if record.state == MeetingState.DRAFT:
            yield _("Confirm"), "meetings:meeting_confirm", here
        if record.state == MeetingState.CONFIRMED:
            yield _("Change time or place"), "meetings:meeting_reschedule", here
            yield _("Nobody came"), "meetings:meeting_no_show", here
        if record.is_plan:
            yield _("It was held"), "meetings:meeting_held", here
            yield _("Cancel"), "meetings:meeting_cancel", here
        if record.state in RECORDED:
            yield _("Put right who came"), "meetings:meeting_amend", here

    def save_record(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Meeting:
        if not form.instance.is_plan:
            said = form.cleaned_data["summary"]
            return outcome.amend(actor=request.user, meeting=form.instance, summary=said)
        return planning.edit(
            actor=request.user,
            meeting=form.instance,
            arrangement=form.arrangement,
            people=_with_new(people_of(form.instance), rows_of(formsets, Participant)),
        )


def _with_new(people: People, formset: Any) -> People:
    """Those who take part, and those in the new rows."""
    rows = [row.instance for row in changed_rows(formset)]
    return People(
        staff=(*people.staff, *(row.staff for row in rows if row.staff)),
        contacts=(*people.contacts, *(row.contact for row in rows if row.contact)),
        leaders=(*people.leaders, *(row.leader for row in rows if row.leader)),
        guests=(
            *people.guests,
            *(
                Guest(row.guest_name, Side(row.guest_side), row.guest_email)
                for row in rows
                if row.guest_name
            ),
        ),
    )


@admin.register(Participant)
class ParticipantAdmin(ReadOnlyAdmin):
    list_display = ("person", "side_label", "meeting", "came")
    list_select_related = (
        *("meeting__lead__investor", "meeting__cluster", "staff", "contact", "leader"),
    )
    list_filter = ("came", "guest_side", "meeting__state")
    search_fields = (
        *("contact__search_text", "leader__search_text", "staff__first_name"),
        *("staff__last_name", "guest_name", "guest_email", "meeting__lead__search_text"),
    )
    date_hierarchy = "meeting__starts_at"
    readonly_fields = ("side_label",)
    fields = (
        *("meeting", "staff", "contact", "leader", "guest_name", "guest_email", "side_label"),
        "came",
    )

    @admin.display(description=_("who"))
    def person(self, record: Participant) -> str:
        return str(record.person)

    @admin.display(description=_("comes for"))
    def side_label(self, record: Participant) -> str:
        return record.side_label

    def view_on_site(self, record: Participant) -> str | None:
        return page_of(record.meeting) or None


@admin.register(MeetingLog)
class MeetingLogAdmin(MovesAdmin):
    record = "meeting"
    states = MeetingState.choices
    list_display = (
        *("at", "meeting", "was", "became", "old_starts_at", "new_starts_at", "actor"),
        "reason",
    )
    list_select_related = ("meeting__lead__investor", "meeting__cluster", "actor")
    list_filter = (to_state_filter(MeetingState.choices), "actor")
    search_fields = ("meeting__lead__search_text", "meeting__cluster__search_text", "reason")
    fields = (
        *("at", "meeting", "was", "became", "skipped", ("old_starts_at", "old_ends_at")),
        *(("new_starts_at", "new_ends_at"), ("old_place", "new_place"), "actor", "reason"),
    )


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    """Written when an introduction is confirmed, moved, held or cancelled."""

    list_display = ("person_key", "meeting", "starts_at", "ends_at")
    list_select_related = ("meeting__lead__investor", "meeting__cluster")
    list_filter = ("meeting__form",)
    search_fields = ("person_key", "meeting__lead__search_text", "meeting__cluster__search_text")
    date_hierarchy = "starts_at"
    fields = ("person_key", "meeting", ("starts_at", "ends_at"))

    def view_on_site(self, record: Booking) -> str | None:
        return page_of(record.meeting) or None
