"""Reads of background work that read as sentences."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from ifa_crm.staff.models import User
from ifa_crm.staff.roles import Act
from ifa_crm.work.choices import JOB_OPEN, MAIL_IN_DOUBT, MAIL_WAITING, JobState, MailState

if TYPE_CHECKING:
    from ifa_crm.work.models import Batch, BatchEntry, Job, Mail


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


class MailQuerySet(models.QuerySet["Mail"]):
    def due_on(self, now: dt.datetime) -> Self:
        """To be sent now, oldest first: none that an earlier mail about the same still holds up."""
        earlier = self.model._default_manager.filter(
            about=OuterRef("about"), pk__lt=OuterRef("pk"), state__in=MAIL_WAITING
        )
        due = self.filter(state=MailState.QUEUED, next_attempt_at__lte=now)
        return due.filter(~Exists(earlier)).order_by("next_attempt_at", "pk")

    def lapsed_on(self, now: dt.datetime, lapse: dt.timedelta) -> Self:
        """Being sent by what is written, by a worker that was not heard of since.

        From the hand-over on the time counts anew: a slow server is no dead worker.
        """
        heard = Coalesce("handed_over_at", "claimed_at")
        return self.alias(heard=heard).filter(state=MailState.SENDING, heard__lt=now - lapse)

    def in_doubt(self) -> Self:
        return self.filter(state__in=MAIL_IN_DOUBT)


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, user: User) -> Self:
        """One's own; those who hand over the leads of others see all."""
        return self if user.may(Act.REASSIGN) else self.filter(actor=user)

    def undoable_on(self, now: dt.datetime) -> Self:
        """Twin: :attr:`Batch.may_be_undone`."""
        return self.filter(undone_at__isnull=True, until__gt=now)

    def undone(self) -> Self:
        return self.filter(undone_at__isnull=False)


class BatchEntryQuerySet(models.QuerySet["BatchEntry"]):
    def to_do(self) -> Self:
        """Not yet undone, the latest first: what was built last comes down first."""
        return self.filter(outcome="").order_by("-pk")
