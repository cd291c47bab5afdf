"""Filters of the list of jobs."""

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.lists import HouseFilterSet
from ifa_crm.work.choices import JobState
from ifa_crm.work.models import Job
from ifa_crm.work.registry import kinds


def _kind_choices() -> list[tuple[str, Any]]:
    return [(kind.key, kind.label) for kind in kinds().values()]


class JobFilter(HouseFilterSet):
    state = filters.ChoiceFilter(label=_("State"), choices=JobState.choices)
    kind = filters.ChoiceFilter(label=_("What it does"), choices=_kind_choices)

    class Meta:
        model = Job
        fields: list[str] = []
