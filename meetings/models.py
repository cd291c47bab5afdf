"""Introductions of an investor to a cluster's leaders, and who is booked when."""

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F, Func, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster, Leader
from ifa_crm.shared.acting import Audited
from ifa_crm.shared.addresses import record_address
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.shared.models import ByReference, StateLog
from ifa_crm.staff.models import validate_time_zone
from investors.models import Contact, Lead, Shortlisting
from meetings.choices import (
    ENDED,
    PLANNABLE,
    SIDES,
    TONES,
    MeetingForm,
    MeetingState,
    PersonKind,
    Side,
)
from meetings.querysets import BookingQuerySet, MeetingQuerySet, ParticipantQuerySet


def new_uid() -> str:
    """A calendar UID that stays for the life of the meeting (RFC 5545, 3.8.4.7)."""
    return f"{uuid.uuid4()}@ifa-crm"


class Meeting(Audited, models.Model):
    """An introduction: a lead, a cluster, a time in the zone of its place.

    Times are kept in UTC with the IANA zone in which the meeting takes place. ``sequence`` rises
    when time or place change and when it is cancelled (RFC 5546, 2.1.4). Only a meeting or a call
    can be planned; an introduction by e-mail or made without us is recorded once it was made, and
    has no end.
    """

    ref = ReferenceField()
    lead = models.ForeignKey(
        Lead, on_delete=models.PROTECT, related_name="meetings", verbose_name=_("lead")
    )
    cluster = models.ForeignKey(
        Cluster,
        on_delete=models.PROTECT,
        related_name="meetings",
        verbose_name=_("cluster"),
        db_index=False,  # an index below begins with it
    )
    shortlisting = models.ForeignKey(
        Shortlisting,
        on_delete=models.PROTECT,
        related_name="meetings",
        editable=False,
        verbose_name=_("shortlisted cluster"),
    )
    form = models.CharField(
        _("form"), max_length=12, choices=MeetingForm.choices, default=MeetingForm.MEETING
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=MeetingState.choices,
        default=MeetingState.DRAFT,
        editable=False,
    )
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Europe/Paris", validators=[validate_time_zone]
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    link = models.URLField(_("link"), max_length=400, blank=True)
    uid = models.CharField(
        _("calendar UID"), max_length=80, unique=True, editable=False, default=new_uid
    )
    sequence = models.PositiveIntegerField(_("calendar sequence"), default=0, editable=False)
    cancelled_by = models.CharField(
        _("cancelled by"), max_length=10, choices=Side.choices, blank=True, editable=False
    )
    cancel_reason = models.CharField(_("why cancelled"), max_length=300, blank=True, editable=False)
    no_show_by = models.CharField(
        _("who did not come"), max_length=10, choices=Side.choices, blank=True, editable=False
    )
    summary = models.TextField(_("what was said"), blank=True)
    held_recorded_at = models.DateTimeField(
        _("recorded as held"), null=True, blank=True, editable=False
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("planned by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ByReference.from_queryset(MeetingQuerySet)()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="meetings_meeting_in_order",
                violation_error_code="ends_at",
                violation_error_message=_("A meeting must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[MeetingState.DRAFT, MeetingState.CANCELLED])
                | Q(state=MeetingState.HELD, starts_at__isnull=False)
                | Q(starts_at__isnull=False, ends_at__isnull=False),
                name="meetings_meeting_has_time",
                violation_error_code="starts_at",
                violation_error_message=_("A confirmed meeting must have a time."),
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True, ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__isnull=False)
                | Q(state=MeetingState.HELD),
                name="meetings_meeting_whole_time",
                violation_error_code="ends_at",
                violation_error_message=_("Give both when it starts and when it ends."),
            ),
            models.CheckConstraint(
                condition=Q(form__in=sorted(PLANNABLE)) | Q(state=MeetingState.HELD),
                name="meetings_meeting_plannable_form",
                violation_error_code="form",
                violation_error_message=_(
                    "Only a meeting or a call can be planned; record the others once they are made."
                ),
            ),
            models.CheckConstraint(
                condition=Q(state=MeetingState.CANCELLED)
                & ~Q(cancelled_by="")
                & ~Q(cancel_reason="")
                | ~Q(state=MeetingState.CANCELLED) & Q(cancelled_by="", cancel_reason=""),
                name="meetings_meeting_cancelled_by",
                violation_error_message=_("A cancelled meeting must say by whom and why."),
            ),
            models.CheckConstraint(
                condition=Q(state=MeetingState.NO_SHOW) & ~Q(no_show_by="")
                | ~Q(state=MeetingState.NO_SHOW) & Q(no_show_by=""),
                name="meetings_meeting_no_show_by",
                violation_error_message=_("Say who did not come, and only then."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="meetings_meeting_state"),
            models.Index(fields=["starts_at"], name="meetings_meeting_start"),
            models.Index(fields=["cluster", "state"], name="meetings_meeting_cluster"),
        ]

    def __str__(self) -> str:
        return f"{self.lead.investor} - {self.cluster}"

    def natural_key(self) -> tuple[str]:
        return (self.ref,)

    def get_absolute_url(self) -> str:
        return record_address("meetings:meeting_detail", self.ref)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_plan(self) -> bool:
        """Still to come or to be recorded."""
        return self.state not in ENDED

    @property
    def is_confidential(self) -> bool:
        return self.lead.restricted

    @property
    def tone(self) -> str:
        """How its badge looks."""
        return TONES[MeetingState(self.state)]

    @property
    def stretch(self) -> tuple[dt.datetime, dt.datetime]:
        """From when to when, of a meeting that has both."""
        if self.starts_at is None or self.ends_at is None:
            raise ValueError("This meeting has no time yet.")
        return self.starts_at, self.ends_at

    def has_started_at(self, now: dt.datetime) -> bool:
        """*Held* and *no-show* only after the start."""
        return self.starts_at is not None and self.starts_at <= now

    def is_to_record_at(self, now: dt.datetime) -> bool:
        """Confirmed and over; twin: :meth:`MeetingQuerySet.to_record`."""
        confirmed = self.state == MeetingState.CONFIRMED
        return confirmed and self.ends_at is not None and self.ends_at <= now


class MeetingLog(StateLog):
    """One move of a meeting, also a new time or place while it stays confirmed."""

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="log", verbose_name=_("introduction")
    )
    old_starts_at = models.DateTimeField(_("started before"), null=True, blank=True)
    old_ends_at = models.DateTimeField(_("ended before"), null=True, blank=True)
    new_starts_at = models.DateTimeField(_("starts now"), null=True, blank=True)
    new_ends_at = models.DateTimeField(_("ends now"), null=True, blank=True)
    old_place = models.CharField(_("place before"), max_length=610, blank=True)
    new_place = models.CharField(_("place now"), max_length=610, blank=True)

    class Meta(StateLog.Meta):
        abstract = False
        verbose_name = _("move of an introduction")
        verbose_name_plural = _("moves of introductions")

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.from_state} → {self.to_state}"

    @property
    def is_rescheduling(self) -> bool:
        return bool(self.from_state) and self.from_state == self.to_state

    @property
    def to_label(self) -> str:
        return str(MeetingState(self.to_state).label)

    @property
    def passed_over_labels(self) -> list[str]:
        return [str(MeetingState(state).label) for state in self.passed_over]


class Participant(Audited, models.Model):
    """Exactly one of a member of staff, a contact, a leader, or a guest by name."""

    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        related_name="participants",
        verbose_name=_("introduction"),
        db_index=False,  # a constraint below begins with it
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("staff"),
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("contact"),
    )
    leader = models.ForeignKey(
        Leader,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("leader"),
    )
    guest_name = models.CharField(_("guest"), max_length=120, blank=True)
    guest_email = models.EmailField(_("guest's e-mail"), blank=True)
    guest_side = models.CharField(_("guest of"), max_length=10, choices=Side.choices, blank=True)
    came = models.BooleanField(_("came"), null=True, blank=True)

    objects = models.Manager.from_queryset(ParticipantQuerySet)()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.CheckConstraint(
                condition=Q(staff__isnull=False, contact=None, leader=None, guest_name="")
                | Q(staff=None, contact__isnull=False, leader=None, guest_name="")
                | Q(staff=None, contact=None, leader__isnull=False, guest_name="")
                | Q(staff=None, contact=None, leader=None) & ~Q(guest_name=""),
                name="meetings_participant_exactly_one",
                violation_error_message=_(
                    "A participant is exactly one of staff, contact, leader or guest."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(guest_name="") & ~Q(guest_side="")
                | Q(guest_name="", guest_email="", guest_side=""),
                name="meetings_participant_guest_fields",
                violation_error_message=_("A guest, and only a guest, comes for one of the sides."),
            ),
            models.UniqueConstraint(
                "meeting",
                Lower("guest_email"),
                condition=~Q(guest_email=""),
                name="meetings_participant_guest_once",
                violation_error_message=_("This guest already takes part."),
            ),
            *(
                models.UniqueConstraint(
                    fields=["meeting", who],
                    name=f"meetings_participant_{who}_once",
                    violation_error_message=_("This person already takes part."),
                )
                for who in ("staff", "contact", "leader")
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)

    @property
    def kind(self) -> PersonKind:
        if self.staff_id:
            return PersonKind.STAFF
        if self.contact_id:
            return PersonKind.CONTACT
        return PersonKind.LEADER if self.leader_id else PersonKind.GUEST

    @property
    def person(self) -> Any:
        return self.staff or self.contact or self.leader or self.guest_name

    @property
    def side(self) -> Side:
        """For whom the person comes."""
        if self.kind == PersonKind.GUEST:
            return Side(self.guest_side)
        return SIDES[self.kind]

    @property
    def side_label(self) -> str:
        return str(self.side.label)

    @property
    def person_key(self) -> str:
        """Names the person across meetings; a guest only if an e-mail address is known."""
        if self.kind == PersonKind.GUEST:
            return f"guest:{self.guest_email.casefold()}" if self.guest_email else ""
        return f"{self.kind}:{self.staff_id or self.contact_id or self.leader_id}"


class _TsTzRange(Func):
    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class PostgresExclusion(ExclusionConstraint):
    """An exclusion constraint where the database has them.

    SQLite has none: there the service's check inside an IMMEDIATE transaction, which lets one
    writer in at a time, does the same.
    """

    def _here(self, editor: BaseDatabaseSchemaEditor) -> bool:
        return editor.connection.vendor == "postgresql"

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().constraint_sql(model, schema_editor) if self._here(schema_editor) else None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().create_sql(model, schema_editor) if self._here(schema_editor) else None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().remove_sql(model, schema_editor) if self._here(schema_editor) else None

    def check_supported(self, schema_editor: Any) -> None:
        if self._here(schema_editor):
            super().check_supported(schema_editor)  # type: ignore[misc]

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The service reports a clash with the next free times; forms do not guess."""


class Booking(models.Model):
    """A person, from, to: what makes it impossible to book anybody twice."""

    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, related_name="bookings", verbose_name=_("introduction")
    )
    person_key = models.CharField(_("person"), max_length=260, db_index=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))

    objects = models.Manager.from_queryset(BookingQuerySet)()

    class Meta:
        ordering = ["starts_at"]
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="meetings_booking_in_order",
                violation_error_message=_("A booking must end after it starts."),
            ),
            models.UniqueConstraint(
                fields=["meeting", "person_key"],
                name="meetings_booking_once",
                violation_error_message=_("This person is already booked for the meeting."),
            ),
            PostgresExclusion(
                name="meetings_booking_nobody_twice",
                expressions=[
                    (F("person_key"), RangeOperators.EQUAL),
                    (
                        _TsTzRange("starts_at", "ends_at", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["person_key", "starts_at"], name="meetings_booking_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_key} {self.starts_at} - {self.ends_at}"
