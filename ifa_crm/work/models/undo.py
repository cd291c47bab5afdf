"""What was done to many rows at once, and how each of them was before."""

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.fields import ReferenceField
from ifa_crm.work.choices import BatchKind, Noted, Undone
from ifa_crm.work.models.job import Job
from ifa_crm.work.querysets import BatchEntryQuerySet, BatchQuerySet


class Batch(models.Model):
    """One bulk edit, import or merge: who did it, and until when it can be undone."""

    ref = ReferenceField()
    kind = models.CharField(_("kind"), max_length=10, choices=BatchKind.choices)
    title = models.CharField(_("what was done"), max_length=200)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="batches",
        verbose_name=_("by"),
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    until = models.DateTimeField(_("can be undone until"))
    job = models.ForeignKey(
        Job,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="batches",
        verbose_name=_("job"),
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )
    undo_job = models.ForeignKey(
        Job,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("job that undoes it"),
    )

    objects = models.Manager.from_queryset(BatchQuerySet)()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("change in bulk")
        verbose_name_plural = _("changes in bulk")
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="work_batch_undone_by_somebody",
                violation_error_message=_("What was undone must say by whom and when."),
            )
        ]
        indexes = [
            models.Index(fields=["actor", "-at", "-id"], name="work_batch_own"),
            models.Index(fields=["-at", "-id"], name="work_batch_recent"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("work:batch_detail", args=[self.ref])

    @property
    def may_be_undone(self) -> bool:
        return self.undone_at is None and self.until > timezone.now()


class BatchEntry(models.Model):
    """What a batch did to one row, with the values of the fields it changed.

    ``subject`` is the record that people know the row by (an action is seen with its lead);
    rows of one subject are undone together. ``kept`` are the fields that were changed again
    since and stay so; ``told`` says why nothing could be brought back.
    """

    batch = models.ForeignKey(
        Batch, on_delete=models.CASCADE, related_name="entries", verbose_name=_("change in bulk")
    )
    what = models.CharField(_("what"), max_length=8, choices=Noted.choices)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.BigIntegerField(_("key"))
    subject_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    subject_id = models.BigIntegerField(_("key of the record"))
    before: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(
        _("before"), default=dict, blank=True
    )
    after: "models.JSONField[Any, dict[str, Any]]" = models.JSONField(
        _("after"), default=dict, blank=True
    )
    outcome = models.CharField(
        _("undone"), max_length=8, choices=Undone.choices, blank=True, default=""
    )
    kept: "models.JSONField[Any, list[str]]" = models.JSONField(
        _("changed again since"), default=list, blank=True
    )
    told = models.CharField(_("why it was kept"), max_length=300, blank=True, default="")

    objects = models.Manager.from_queryset(BatchEntryQuerySet)()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("row of a change in bulk")
        verbose_name_plural = _("rows of a change in bulk")
        indexes = [
            models.Index(fields=["batch", "subject_type", "subject_id"], name="work_entry_subject"),
            models.Index(fields=["batch", "-id"], condition=Q(outcome=""), name="work_entry_to_do"),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()}: {self.content_type} {self.object_id}"

    @property
    def is_of_subject(self) -> bool:
        """Whether the row is the record itself, and not one under it."""
        own = (self.content_type_id, self.object_id)
        return own == (self.subject_type_id, self.subject_id)

    @property
    def was_made(self) -> bool:
        return self.what == Noted.CREATED
