"""States of an import and of its rows."""

from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ImportState(TextChoices):
    MAPPING = "mapping", _("Columns to be named")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked: nothing written yet")
    WRITING = "writing", _("Being written")
    WRITTEN = "written", _("Written")
    DROPPED = "dropped", _("Put aside")


IMPORT_BUSY: Final = frozenset({ImportState.CHECKING, ImportState.WRITING})
IMPORT_ENDED: Final = frozenset({ImportState.DROPPED})


class FileKind(TextChoices):
    CSV = "csv", "CSV"
    XLSX = "xlsx", "XLSX"


class Outcome(TextChoices):
    """What the check says that would become of a row."""

    UNCHECKED = "", _("Not checked yet")
    CREATE = "create", _("To be created")
    UPDATE = "update", _("To be updated")
    UNCHANGED = "unchanged", _("Nothing new")
    TWIN = "twin", _("Possible duplicate")
    ARCHIVED = "archived", _("Archived twin")
    REFUSED = "refused", _("Refused")


OUTCOME_ASKS: Final = frozenset({Outcome.TWIN, Outcome.ARCHIVED})


class Decision(TextChoices):
    """What a person said to a possible duplicate."""

    NONE = "", _("Not decided")
    SAME = "same", _("The same record: update it")
    NEW = "new", pgettext_lazy("record", "Another one: create it")
    RESTORE = "restore", _("Restore the archived one and update it")
    SKIP = "skip", _("Leave the row out")


class Result(TextChoices):
    """What became of a row."""

    NONE = "", _("Not written")
    CREATED = "created", pgettext_lazy("row", "Created")
    UPDATED = "updated", pgettext_lazy("row", "Updated")
    UNCHANGED = "unchanged", pgettext_lazy("row", "Nothing new")
    SKIPPED = "skipped", pgettext_lazy("row", "Left out")
    REFUSED = "refused", pgettext_lazy("row", "Refused")
