"""Filters of the list of jobs."""

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.lists import HouseFilterSet
from ifa_crm.work.choices import JobState, MailState
from ifa_crm.work.models import Job, Mail
from ifa_crm.work.registry import kinds


def _kind_choices() -> list[tuple[str, Any]]:
    return [(kind.key, kind.label) for kind in kinds().values()]


class JobFilter(HouseFilterSet):
    state = filters.ChoiceFilter(label=_("State"), choices=JobState.choices)
    kind = filters.ChoiceFilter(label=_("What it does"), choices=_kind_choices)

    class Meta:
        model = Job
        fields: list[str] = []


class MailFilter(HouseFilterSet):
    state = filters.ChoiceFilter(label=_("State"), choices=MailState.choices)
    about = filters.CharFilter(label=_("About"), lookup_expr="icontains")

    class Meta:
        model = Mail
        fields: list[str] = []
