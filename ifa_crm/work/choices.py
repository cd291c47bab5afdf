"""States of background work."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class JobState(TextChoices):
    QUEUED = "queued", _("Waiting its turn")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


JOB_OPEN: Final = frozenset({JobState.QUEUED, JobState.RUNNING})
JOB_RETRIED: Final = frozenset({JobState.FAILED, JobState.CANCELLED})
