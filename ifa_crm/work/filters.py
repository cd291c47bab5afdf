"""Filters of the list of jobs."""

from typing import Any

import django_filters as filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.filtersets import HouseFilterSet
from ifa_crm.work.choices import BatchKind, JobState, MailState
from ifa_crm.work.models import Batch, Job, Mail
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


class BatchFilter(HouseFilterSet):
    kind = filters.ChoiceFilter(label=_("Kind"), choices=BatchKind.choices)
    open = filters.ChoiceFilter(
        label=_("Undo"),
        choices=[("1", _("Can be undone")), ("0", _("Undone"))],
        method="by_undo",
    )

    class Meta:
        model = Batch
        fields: list[str] = []

    def by_undo(self, rows: Any, name: str, value: str) -> Any:
        return rows.undoable_on(timezone.now()) if value == "1" else rows.undone()
