"""Abstract models."""

from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ifa_crm.shared.acting import Audited

M = TypeVar("M", bound=models.Model, covariant=True)


class ArchivableQuerySet(models.QuerySet[M]):
    """Rows that are archived with who, when and why, never deleted."""

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)

    def archived(self) -> Self:
        return self.filter(archived_at__isnull=False)


class ByReference(models.Manager[M]):
    """Finds a row in a fixture by its short random reference."""

    def get_by_natural_key(self, ref: str) -> M:
        return self.get(ref=ref)


class Archivable(Audited, models.Model):
    """A record that figures rest on: archived, never deleted."""

    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)
    archived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("archived by"),
    )
    archive_reason = models.CharField(
        _("why archived"), max_length=300, blank=True, default="", editable=False
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(archived_at__isnull=True, archived_by__isnull=True, archive_reason="")
                | Q(archived_at__isnull=False) & ~Q(archive_reason=""),
                name="%(app_label)s_%(class)s_archive_has_reason",
                violation_error_message=_("An archived record must say why it was archived."),
            )
        ]

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def archive(self, *, actor: Any, reason: str) -> None:
        """Set the archive fields; the service that calls this has checked that it may."""
        self.archived_at, self.archived_by, self.archive_reason = timezone.now(), actor, reason
        self.save(update_fields=["archived_at", "archived_by", "archive_reason"])

    def restore(self) -> None:
        self.archived_at, self.archived_by, self.archive_reason = None, None, ""
        self.save(update_fields=["archived_at", "archived_by", "archive_reason"])


class StateLog(models.Model):
    """One move of a state: domain data, kept with the record it belongs to."""

    at = models.DateTimeField(_("at"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("by"),
    )
    from_state = models.CharField(_("from"), max_length=30, blank=True, default="")
    to_state = models.CharField(_("to"), max_length=30)
    passed_over = models.JSONField(_("passed over"), default=list, blank=True)
    reason = models.TextField(_("reason"), blank=True, default="")

    class Meta:
        abstract = True
        ordering = ["at", "pk"]
