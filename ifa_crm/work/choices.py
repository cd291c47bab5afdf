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


class MailState(TextChoices):
    QUEUED = "queued", _("To be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    GIVEN_UP = "given up", _("Given up")
    UNKNOWN = "unknown", _("Not known whether it arrived")
    KEPT = "kept", _("Kept: the demo sends nothing")


MAIL_WAITING: Final = frozenset({MailState.QUEUED, MailState.SENDING})
MAIL_IN_DOUBT: Final = frozenset({MailState.GIVEN_UP, MailState.UNKNOWN})
