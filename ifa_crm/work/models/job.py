"""A background task as people see it, and the beats of those who carry it out."""

import secrets
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.fields import ReferenceField
from ifa_crm.staff.models import User
from ifa_crm.work.choices import JOB_OPEN, JOB_RETRIED, JobState
from ifa_crm.work.querysets import JobQuerySet
from ifa_crm.work.registry import Kind, kinds

ATTEMPTS = 3


def result_path(job: "Job", name: str) -> str:
    """A random place outside the web root; the name that people see is a field of its own."""
    return f"jobs/{timezone.now():%Y/%m}/{secrets.token_urlsafe(24)}"


class Job(models.Model):
    """A background task: what it does, how far it is, who started it, what came of it.

    The row is the truth; the task in the queue only carries its key. ``cursor`` says where to go
    on, and moves in the same transaction as the effects up to it, so that a job that was stopped
    at any moment has each effect once.
    """

    ref = ReferenceField()
    kind = models.CharField(_("what it does"), max_length=40)
    arguments = models.JSONField(_("arguments"), default=dict, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED
    )
    done = models.PositiveIntegerField(_("done so far"), default=0)
    total = models.PositiveIntegerField(_("in all"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True, default="")
    cursor = models.JSONField(_("where it goes on"), default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(
        _("attempts"), default=0, help_text=_("Since it last got further.")
    )
    lease = models.CharField(max_length=32, blank=True, default="", editable=False)
    heartbeat_at = models.DateTimeField(_("last heard of"), null=True, blank=True)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("started by"),
    )
    queued_at = models.DateTimeField(_("queued"), default=timezone.now)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    began_at = models.DateTimeField(_("began"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    cancel_asked_at = models.DateTimeField(_("asked to stop"), null=True, blank=True)
    error = models.TextField(_("what went wrong"), blank=True, default="")
    result = models.FileField(_("result"), upload_to=result_path, blank=True, default="")
    result_name = models.CharField(_("name of the result"), max_length=120, blank=True, default="")
    task_id = models.UUIDField(null=True, blank=True, editable=False)

    objects = models.Manager.from_queryset(JobQuerySet)()

    class Meta:
        ordering = ["-queued_at", "-pk"]
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        constraints = [
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(done__lte=F("total")),
                name="work_job_not_beyond_total",
                violation_error_message=_("A job must not have done more than there is."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(JOB_OPEN), ended_at__isnull=True)
                | ~Q(state__in=sorted(JOB_OPEN)) & Q(ended_at__isnull=False),
                name="work_job_ended_at_its_end",
                violation_error_message=_("A job must say when it ended, and only at its end."),
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.RUNNING) | Q(heartbeat_at__isnull=False) & ~Q(lease=""),
                name="work_job_runs_by_a_lease",
                violation_error_message=_("A job that runs must have a worker."),
            ),
            models.CheckConstraint(
                condition=~Q(state=JobState.FAILED) | ~Q(error=""),
                name="work_job_says_why_it_failed",
                violation_error_message=_("A job that failed must say why."),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "heartbeat_at"], name="work_job_state"),
            models.Index(fields=["started_by", "-queued_at"], name="work_job_own"),
        ]

    def __str__(self) -> str:
        return str(self.label)

    def get_absolute_url(self) -> str:
        return reverse("work:job_detail", args=[self.ref])

    @property
    def known(self) -> Kind | None:
        """Its kind; nothing for one that a later version no longer has."""
        return kinds().get(self.kind)

    @property
    def label(self) -> Any:
        return self.known.label if self.known else self.kind

    @property
    def is_open(self) -> bool:
        return self.state in JOB_OPEN

    @property
    def may_be_retried(self) -> bool:
        return self.state in JOB_RETRIED and self.known is not None

    @property
    def percent(self) -> int | None:
        """How far it is, 0 to 100, where it is known how much there is."""
        return 100 * self.done // self.total if self.total else None

    def gives_file_to(self, user: User) -> bool:
        """Whether ``user``, who sees the job, may also have its file."""
        private = self.known.private if self.known else None
        mine = private is None or (self.started_by_id == user.pk and user.may(private))
        return bool(self.result) and mine

    @property
    def tone(self) -> str:
        """How its state is marked."""
        tones = {JobState.DONE: "good", JobState.FAILED: "bad", JobState.RUNNING: "accent"}
        return tones.get(JobState(self.state), "quiet")


class Beat(models.Model):
    """When a part of the clockwork was last heard of: ``worker``, ``tick``, or a daily duty."""

    name = models.CharField(_("part"), max_length=60, primary_key=True)
    at = models.DateTimeField(_("last heard of"))

    class Meta:
        ordering = ["name"]
        verbose_name = _("beat")
        verbose_name_plural = _("beats")

    def __str__(self) -> str:
        return self.name
