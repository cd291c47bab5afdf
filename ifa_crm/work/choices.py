"""States of background work."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class BatchKind(TextChoices):
    """What changed many rows at once."""

    BULK = "bulk", _("Bulk edit")
    IMPORT = "import", _("Import")
    MERGE = "merge", _("Merge")


class Noted(TextChoices):
    """What a batch did to a row."""

    CHANGED = "changed", pgettext_lazy("change", "changed")
    CREATED = "created", pgettext_lazy("change", "created")
    DELETED = "deleted", pgettext_lazy("change", "removed")


class Undone(TextChoices):
    """What the undoing of a batch did with one of its rows."""

    WHOLLY = "wholly", _("brought back")
    PARTLY = "partly", _("partly brought back")
    KEPT = "kept", _("kept as it is")


UNDO_DAYS: Final = 30
