"""Reads of background work that read as sentences."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.choices import JOB_OPEN, JobState

if TYPE_CHECKING:
    from ifa_crm.work.models import Job


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> Self:
        """One's own; administrators see all."""
        return self if user.may(Act.ADMINISTER) else self.filter(started_by=user)

    def open(self) -> Self:
        return self.filter(state__in=JOB_OPEN)

    def lost_on(self, now: dt.datetime, lapse: dt.timedelta) -> Self:
        """Running by what is written, but no worker has been heard of for ``lapse``."""
        return self.filter(state=JobState.RUNNING, heartbeat_at__lt=now - lapse)

    def waiting_since(self, moment: dt.datetime) -> Self:
        """Queued before ``moment``, and free to run by then."""
        due = Q(not_before__isnull=True) | Q(not_before__lt=moment)
        return self.filter(due, state=JobState.QUEUED, queued_at__lt=moment)

    def ended_before(self, moment: dt.datetime) -> Self:
        return self.exclude(state__in=JOB_OPEN).filter(ended_at__lt=moment)
