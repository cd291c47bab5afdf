"""Filters of the introductions. ``state`` and ``from`` are what figures link to."""

import datetime as dt
from datetime import MINYEAR
from typing import TYPE_CHECKING, Any

import django_filters as filters
from django.db.models import QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters.choices import Tier
from clusters.models import Cluster
from ifa_crm.shared.filtersets import HouseFilterSet, SearchFilter
from ifa_crm.staff.models import User
from meetings.choices import MeetingForm, MeetingState, Whose
from meetings.models import Meeting

if TYPE_CHECKING:
    from meetings.querysets import MeetingQuerySet


class When(TextChoices):
    COMING = "coming", _("Still to come")
    TO_RECORD = "to_record", _("Over, to be recorded")
    PAST = "past", _("Past")
    UNDATED = "undated", _("Without a time")


def whose(rows: "MeetingQuerySet", user: User, value: str) -> "MeetingQuerySet":
    """Those in which ``user`` takes part or whose lead is theirs, or those of their office."""
    if value == Whose.MINE:
        return rows.of(user)
    return rows.filter(lead__office=user.office_id) if user.office_id else rows.none()


def midnight(day: dt.date) -> dt.datetime:
    """When ``day`` begins in the reader's zone."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


class DayFilter(filters.DateFilter):
    """From the beginning, or until the end, of a day in the reader's zone."""

    def filter(self, qs: Any, value: dt.date | None) -> Any:
        if value is None:
            return qs
        try:
            if self.lookup_expr == "gte":
                return qs.filter(starts_at__gte=midnight(value))
            return qs.filter(starts_at__lt=midnight(value + dt.timedelta(days=1)))
        except OverflowError:  # a day at either edge of the calendar
            beyond = value.year > MINYEAR if self.lookup_expr == "gte" else value.year == MINYEAR
            return qs.none() if beyond else qs.filter(starts_at__isnull=False)


class MeetingFilter(HouseFilterSet):
    q = SearchFilter()
    when = filters.ChoiceFilter(label=_("When"), choices=When.choices, method="filter_when")
    whose = filters.ChoiceFilter(label=_("Whose"), choices=Whose.choices, method="filter_whose")
    state = filters.MultipleChoiceFilter(label=_("State"), choices=MeetingState.choices)
    form = filters.ChoiceFilter(label=_("How"), choices=MeetingForm.choices)
    cluster = filters.ModelChoiceFilter(
        label=_("Cluster"), queryset=Cluster.objects.all(), to_field_name="slug"
    )
    tier = filters.ChoiceFilter("cluster__tier", label=_("Tier"), choices=Tier.choices)
    owner = filters.ModelChoiceFilter(
        "lead__owner",
        label=_("Owner of the lead"),
        queryset=User.objects.all(),
        to_field_name="username",
    )
    with_whom = filters.ModelChoiceFilter(
        label=_("With whom of us"),
        queryset=User.objects.all(),
        to_field_name="username",
        method="filter_with_whom",
    )

    class Meta:
        model = Meeting
        fields: list[str] = []

    @classmethod
    def get_filters(cls) -> dict[str, filters.Filter]:
        """``from`` is no name that Python allows in the body of a class."""
        days = {
            "from": DayFilter("starts_at", "gte", label=_("From")),
            "to": DayFilter("starts_at", "lte", label=_("Until")),
        }
        found: dict[str, filters.Filter] = super().get_filters() | days
        return found

    def filter_when(self, rows: "MeetingQuerySet", name: str, value: str) -> "QuerySet[Meeting]":
        now = timezone.now()
        if value == When.COMING:
            return rows.coming(now)
        if value == When.TO_RECORD:
            return rows.to_record(now)
        return rows.past(now) if value == When.PAST else rows.undated()

    def filter_whose(self, rows: "MeetingQuerySet", name: str, value: str) -> "QuerySet[Meeting]":
        return whose(rows, self.request.user, value)

    def filter_with_whom(
        self, rows: "MeetingQuerySet", name: str, value: User
    ) -> "QuerySet[Meeting]":
        return rows.with_person(value)
