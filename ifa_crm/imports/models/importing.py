"""A file that somebody brings in, and how far it is."""

import secrets
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ifa_crm.imports.choices import IMPORT_BUSY, IMPORT_ENDED, FileKind, ImportState
from ifa_crm.imports.nouns import Noun, nouns
from ifa_crm.imports.querysets import ImportQuerySet, MappingQuerySet
from ifa_crm.shared.fields import ReferenceField
from ifa_crm.work.models import Batch, Job

ANY_CELL: Final = "*"


def file_path(imported: "Import", name: str) -> str:
    """A random place outside the web root; the name that was uploaded is never trusted."""
    return f"imports/{timezone.now():%Y/%m}/{secrets.token_urlsafe(24)}"


class Import(models.Model):
    """A file, how it is read, which column holds what, and how far it has come.

    ``mapping``, ``readings`` and what is about cells go by the number of the column, as text
    (JSON). What becomes of each row stands on the rows; nothing of them is counted here, so that
    no count can be wrong.

    ``meanings``: what cells mean that cannot be read, as a person said it, by their text; nothing
    means that the cell is left empty, and :data:`ANY_CELL` stands for all others of the column.
    ``unread``: by text, how many cells the last check could not read.
    """

    ref = ReferenceField()
    noun = models.CharField(_("what is imported"), max_length=30)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="imports",
        verbose_name=_("by"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState.choices, default=ImportState.MAPPING
    )
    begun_at = models.DateTimeField(_("begun"), default=timezone.now)
    file = models.FileField(_("file"), upload_to=file_path, blank=True, max_length=120)
    name = models.CharField(_("name of the file"), max_length=150)
    size = models.PositiveIntegerField(_("size in bytes"))
    kind = models.CharField(_("kind of file"), max_length=4, choices=FileKind.choices)
    encoding = models.CharField(_("encoding"), max_length=20, blank=True)
    delimiter = models.CharField(_("sign between the cells"), max_length=1, blank=True)
    sheet = models.CharField(_("sheet"), max_length=100, blank=True)
    headings: "models.JSONField[Any, list[str]]" = models.JSONField(_("headings"), default=list)
    heading_line = models.PositiveIntegerField(_("line of the headings"), default=1)
    mapping: "models.JSONField[Any, dict[str, str]]" = models.JSONField(
        _("columns"), default=dict, blank=True
    )
    readings: "models.JSONField[Any, dict[str, str]]" = models.JSONField(
        _("how columns are read"), default=dict, blank=True
    )
    meanings: "models.JSONField[Any, dict[str, dict[str, str]]]" = models.JSONField(
        _("what cells mean"), default=dict, blank=True
    )
    unread: "models.JSONField[Any, dict[str, dict[str, int]]]" = models.JSONField(
        _("cells that cannot be read"), default=dict, blank=True, editable=False
    )
    overwrite = models.BooleanField(_("values of the file replace those on record"), default=True)
    rows_read = models.PositiveIntegerField(_("rows"), default=0)
    job = models.ForeignKey(
        Job,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("job"),
    )
    batch = models.ForeignKey(
        Batch,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="imports",
        verbose_name=_("change in bulk"),
    )

    objects = models.Manager.from_queryset(ImportQuerySet)()

    class Meta:
        ordering = ["-begun_at", "-pk"]
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=FileKind.CSV, sheet="") & ~Q(encoding="") & ~Q(delimiter="")
                | Q(kind=FileKind.XLSX, encoding="", delimiter="") & ~Q(sheet=""),
                name="imports_import_reading_by_kind",
                violation_error_message=_(
                    "A text file must have an encoding and a sign between the cells, a workbook "
                    "a sheet."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(IMPORT_BUSY)) | Q(job__isnull=False),
                name="imports_import_busy_by_a_job",
                violation_error_message=_("What is under way must have a job."),
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-begun_at", "-id"], name="imports_import_own"),
            models.Index(fields=["-begun_at", "-id"], name="imports_import_recent"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("imports:import_detail", args=[self.ref])

    @property
    def known(self) -> Noun | None:
        """Its noun; nothing for one that a later version no longer has."""
        return nouns().get(self.noun)

    @property
    def noun_label(self) -> Any:
        return self.known.label if self.known else self.noun

    @property
    def is_busy(self) -> bool:
        return self.state in IMPORT_BUSY

    @property
    def is_running(self) -> bool:
        """Busy, and its job neither ended nor broke off."""
        return self.is_busy and self.job is not None and self.job.is_open

    @property
    def has_ended(self) -> bool:
        return self.state in IMPORT_ENDED

    @property
    def how(self) -> dict[str, Any]:
        """How its file is read."""
        return {
            "kind": self.kind,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
        }

    def unread_texts(self, index: str) -> list[str]:
        """Of a column, the texts that could not be read, the most frequent first."""
        counts = self.unread[index]
        return sorted((text for text in counts if text != ANY_CELL), key=lambda t: (-counts[t], t))

    @property
    def tone(self) -> str:
        tones = {
            ImportState.CHECKED: "warn",
            ImportState.WRITTEN: "good",
            ImportState.CHECKING: "accent",
            ImportState.WRITING: "accent",
        }
        return tones.get(ImportState(self.state), "quiet")


class Mapping(models.Model):
    """Which headings hold what, kept by a name to be used again."""

    name = models.CharField(_("name"), max_length=80)
    noun = models.CharField(_("what is imported"), max_length=30)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="import_mappings",
        verbose_name=_("of"),
    )
    columns: "models.JSONField[Any, dict[str, str]]" = models.JSONField(_("columns"))
    readings: "models.JSONField[Any, dict[str, str]]" = models.JSONField(
        _("how columns are read"), default=dict, blank=True
    )
    meanings: "models.JSONField[Any, dict[str, dict[str, str]]]" = models.JSONField(
        _("what cells mean"), default=dict, blank=True
    )
    saved_at = models.DateTimeField(_("saved"), auto_now=True)

    objects = models.Manager.from_queryset(MappingQuerySet)()

    class Meta:
        ordering = ["name"]
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "noun", "name"],
                name="imports_mapping_name_once",
                violation_error_code="name",
                violation_error_message=_("You have a mapping of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name
